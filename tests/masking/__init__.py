"""Credentials in what strangers wrote."""

"""Slack as a channel of scan-notify."""

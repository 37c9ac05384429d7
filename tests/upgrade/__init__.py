"""Databases of earlier releases, made by these releases, and what they went on to do; today's code must do the same."""

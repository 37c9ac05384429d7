"""Run history, reports and notifications for the schedules of an ARL asset scanner."""

# Imports nothing, so that setuptools can read the version without our dependencies.
__version__ = '0.3.0'

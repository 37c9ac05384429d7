"""Plugins for scan-notify. Which module is one is said in setup.cfg."""

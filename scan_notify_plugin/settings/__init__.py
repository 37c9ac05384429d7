"""What is wanted: the SCAN_NOTIFY section, the configured targets, and each schedule's own settings."""

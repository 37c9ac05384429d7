"""Measurements of what the design promises; run by hand, printed as text or with ``--json``. No test asserts a time."""

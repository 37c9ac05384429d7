"""What people see of a message: ``python -m tests.browser.previews OUT``."""

"""Say it: the Notifier base, the message, and one module or folder for each channel."""

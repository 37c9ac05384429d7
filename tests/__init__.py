import os

# What the command line says is compared in English, whatever the locale of who runs the tests.
os.environ['SCAN_NOTIFY_LANGUAGE'] = 'en'

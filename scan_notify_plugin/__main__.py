"""``python -m scan_notify_plugin`` is ``scan-notify``."""

import sys

from scan_notify_plugin.cli import main

if __name__ == '__main__':
    sys.exit(main())

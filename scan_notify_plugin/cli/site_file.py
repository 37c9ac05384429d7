"""The small file in site-packages through which we enter the host's processes."""

import os
import sys
import sysconfig

from scan_notify_plugin.errors import ScanNotifyError
from scan_notify_plugin.faults import Fault

NAME = 'scan_notify_autoload.pth'

# Python executes a line of a .pth file that starts with "import". This one is silent when the package is gone.
LINE = (
    "import importlib.util; importlib.util.find_spec('scan_notify_plugin') and "
    "__import__('scan_notify_plugin.autoload', fromlist=['start']).start()\n"
)


def path() -> str:
    """Where it is, or would be, for the Python that runs this."""
    return os.path.join(sysconfig.get_paths()['purelib'], NAME)


def is_written() -> bool:
    """Whether it is there in the form of this release."""
    try:
        with open(path(), encoding='ascii') as file:
            return file.read() == LINE
    except (OSError, UnicodeDecodeError):
        return False


def write() -> None:
    """
    :raises ScanNotifyError: if it cannot be written
    """
    if os.path.dirname(path()) not in sys.path:
        raise ScanNotifyError(Fault('enable.unread', path=os.path.dirname(path())))
    temporary = path() + '.new'
    try:
        with open(temporary, 'w', encoding='ascii') as file:
            file.write(LINE)
        os.replace(temporary, path())
    except OSError as error:
        raise ScanNotifyError(Fault('enable.unwritable', path=path(), detail=error))


def remove() -> bool:
    """Whether there was one.

    :raises ScanNotifyError: if it cannot be removed
    """
    try:
        os.remove(path())
        return True
    except FileNotFoundError:
        return False
    except OSError as error:
        raise ScanNotifyError(Fault('disable.unremovable', path=path(), detail=error))

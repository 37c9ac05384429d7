"""Is a folder the one in which reports were kept, or the empty place of a disk that is not mounted?

A file that is not there may only be taken for removed if one can tell. Whoever makes reports leaves a file in the
folder at the first time, and it vouches for what was kept there since: an unmounted folder has none, or one that is
younger, of the reports that went there instead.
"""

import os
from contextlib import suppress
from datetime import datetime, timezone

__all__ = ['KEPT', 'is_whole', 'vouch']

KEPT = '.reports-kept-here'
_CONTENT = (
    'scan-notify keeps reports in this folder. A report of a day after the date of this file that is missing here\n'
    'was removed; of an older one nobody knows, for the disk may not have been mounted.\n'
)


def vouch(folder: str) -> None:
    """Leave the file, unless it is there.

    :raises OSError: if it cannot be written
    """
    path = os.path.join(folder, KEPT)
    if not os.path.exists(path):
        with suppress(FileExistsError):  # another worker was faster
            with open(path, 'x', encoding='ascii') as file:
                file.write(_CONTENT)


def is_whole(folder: str, day: str) -> bool:
    """Whether what is not in the folder has been removed.

    :param day: the report's, as in the names of folders
    """
    if os.path.isdir(os.path.join(folder, day)):
        return True
    try:
        since = os.stat(os.path.join(folder, KEPT)).st_mtime
    except FileNotFoundError:
        return False
    return datetime.fromtimestamp(since, timezone.utc).strftime('%Y-%m-%d') <= day

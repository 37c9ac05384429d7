"""What keeping files needs of a file system: its errors as faults, groups, and names that survive a power cut."""

import errno
import os
from contextlib import suppress
from types import TracebackType
from typing import Optional, Type

from scan_notify_plugin.errors import ScanNotifyError
from scan_notify_plugin.faults import Fault

#: The errors of a full disk.
FULL = (errno.ENOSPC, errno.EDQUOT)
_PAGE = 'docs/reports.md#when-a-report-fails'
#: What a folder is for that is a disk of its own.
MOUNTS = 'docs/reports.md#a-disk-that-is-not-mounted'


class StorageError(ScanNotifyError):
    """A report cannot be kept or found; nothing half-written is left."""


class clear_errors:
    """Turns an error of the file system into one for a person."""

    def __init__(self, folder: str) -> None:
        self._folder = folder

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        if not isinstance(error, OSError):
            return
        if error.errno in FULL:
            raise StorageError(Fault('storage.full', folder=self._folder, page=_PAGE)) from None
        if isinstance(error, FileNotFoundError):
            raise StorageError(Fault('storage.gone')) from None
        raise StorageError(Fault('storage.failed', folder=self._folder, detail=error.strerror or str(error))) from None


def share(path: str, like: str) -> None:
    """Give a file or folder to another folder's group: the web process may be another user of it."""
    group = os.stat(like).st_gid
    if group != os.stat(path).st_gid:
        try:
            os.chown(path, -1, group)
        except PermissionError:  # this user is not in it; then it stays its own group's
            pass


def make(folder: str) -> None:
    """Make a folder, and what is missing above it, so that it survives a power cut. One that is there is good, too."""
    missing = []
    above = folder
    while not os.path.isdir(above) and above != os.path.dirname(above):
        missing.append(above)
        above = os.path.dirname(above)
    os.makedirs(folder, exist_ok=True)
    for made in reversed(missing):
        sync(os.path.dirname(made))


def write(path: str, content: str) -> None:
    """A small file, as a whole or as it was before."""
    scratch = '{}.{}'.format(path, os.getpid())
    try:
        with open(scratch, 'w', encoding='ascii') as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(scratch, path)
    except BaseException:
        with suppress(OSError):
            os.remove(scratch)
        raise
    sync(os.path.dirname(path))


def sync(folder: str) -> None:
    """Let the names in a folder survive a power cut, as the bytes of its files do."""
    try:
        opened = os.open(folder, os.O_RDONLY)
    except PermissionError:  # it may be written and not read
        return
    try:
        os.fsync(opened)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # some file systems of networks have nothing to do
            raise
    finally:
        os.close(opened)

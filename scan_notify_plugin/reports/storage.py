"""Where report files are kept: a directory that the web process sees too, or GridFS where they share no disk."""

import errno
import os
import re
import tempfile
import time
from datetime import datetime
from typing import BinaryIO, Callable, Optional, Union

import gridfs
from bson import ObjectId
from bson.errors import InvalidId
from pymongo.database import Database

from scan_notify_plugin.faults import Fault
from scan_notify_plugin.reports.files import FULL, MOUNTS, StorageError, clear_errors, make, share, sync, write
from scan_notify_plugin.reports.mounted import is_whole, vouch
from scan_notify_plugin.reports.pieces import CHUNK, Pieces

__all__ = [
    'CHUNK', 'Directory', 'FULL', 'GridFS', 'MARKER', 'Pieces', 'PROBES', 'Storage', 'StorageError', 'choose',
    'discard', 'is_shared', 'sees_marker', 'stored', 'write_marker',
]  # fmt: skip

#: Written by the web process; a worker that reads the same in it is on the same disk.
MARKER = '.seen-by-web'
#: A scratch file of this age, in seconds, was left behind by a worker that was killed.
LEFT_BEHIND = 86400.0

#: Where workers put what the web process is to read, before they believe that it can.
PROBES = '.read-by-web'

_SCRATCH = '.making-'
_PROBE = re.compile('[0-9a-f]{24}')
#: What a group needs in a folder.
_FOR_THE_GROUP = 0o050
_PLACE = re.compile(r'[0-9]{4}-[0-9]{2}-[0-9]{2}/[0-9a-f]{24}\.[a-z0-9]{1,8}')


class Directory:
    """Files by date under one folder. Names are made from our own ids only, never from anything people typed."""

    kind = 'directory'

    def __init__(self, folder: str) -> None:
        self._folder = folder

    def scratch(self) -> BinaryIO:
        """A temporary file on the same file system; :meth:`keep` or :func:`discard` it.

        :raises StorageError: if there is no room or no right to write
        """
        with clear_errors(self._folder):
            self._make(self._folder, os.path.dirname(self._folder))
            vouch(self._folder)
            self._sweep()
            return tempfile.NamedTemporaryFile(
                dir=self._folder, prefix=_SCRATCH, delete=False
            )  # type: ignore[return-value]  # has all of it

    def _sweep(self) -> None:
        for name in os.listdir(self._folder):
            path = os.path.join(self._folder, name)
            try:
                if name.startswith(_SCRATCH) and time.time() - os.path.getmtime(path) > LEFT_BEHIND:
                    os.remove(path)
            except FileNotFoundError:  # another worker was faster
                pass

    def place(self, report_id: str, extension: str, now: datetime) -> str:
        """Where a report will be."""
        return '{:%Y-%m-%d}/{}.{}'.format(now, report_id, extension)

    def keep(self, scratch: BinaryIO, place: str) -> None:
        """Put a finished scratch file in its place, all at once.

        :raises StorageError: if the disk is full; the scratch file is still there
        """
        self._put(scratch, self._path(place))

    def _put(self, scratch: BinaryIO, path: str) -> None:
        with clear_errors(self._folder):
            scratch.flush()
            os.fsync(scratch.fileno())
            self._make(os.path.dirname(path), self._folder)
            os.chmod(scratch.name, 0o640)
            share(scratch.name, self._folder)
            os.replace(scratch.name, path)
            scratch.close()
            sync(os.path.dirname(path))
            # Whoever made the day may have died before its name was safe.
            sync(self._folder)

    def _make(self, folder: str, above: str) -> None:
        """A folder that is as open to the group of the one above as the files in it, whatever the umask."""
        if not os.path.isdir(folder):
            make(folder)
        elif folder == self._folder:
            return  # its owner has decided
        status = os.stat(folder)
        if status.st_uid == os.geteuid():
            share(folder, above)
            if status.st_mode & _FOR_THE_GROUP != _FOR_THE_GROUP:
                os.chmod(folder, status.st_mode & 0o7777 | _FOR_THE_GROUP)

    def probe(self, name: str, content: str) -> None:
        """Write a small file exactly as reports are written."""
        scratch = self.scratch()
        try:
            scratch.write(content.encode('ascii'))
            self._put(scratch, self._probe(name))
        finally:
            discard(scratch)

    def probed(self, name: str) -> str:
        """What is in a file that a worker wrote with :meth:`probe`.

        :raises StorageError: if it is not there, or this process may not read it
        """
        with clear_errors(self._folder):
            with open(self._probe(name), encoding='ascii', errors='replace') as file:
                return file.read(1000)

    def forget_probe(self, name: str) -> None:
        try:
            os.remove(self._probe(name))
        except OSError:  # of another worker, or gone
            pass

    def _probe(self, name: str) -> str:
        if not _PROBE.fullmatch(name):
            raise StorageError(Fault('storage.no-probe', name=repr(name)))
        return os.path.join(self._folder, PROBES, name)

    def read(self, place: str) -> Pieces:
        """The bytes; the file is opened at once, and is to be read or closed.

        :raises StorageError: if it is gone
        """
        with clear_errors(self._folder):
            return Pieces(open(self._path(place), 'rb'))

    def remove(self, place: str) -> None:
        """Remove a file; one that is gone already, or can never have been, is no error.

        :raises StorageError: also if it is not there and nobody knows whether it is gone: its disk may not be mounted
        """
        if not _PLACE.fullmatch(place):
            return
        path = self._path(place)
        with clear_errors(self._folder):
            try:
                os.remove(path)
                sync(os.path.dirname(path))  # or it comes back with no record of it
            except FileNotFoundError:
                if not is_whole(self._folder, place[: place.index('/')]):
                    raise StorageError(Fault('storage.unmounted', folder=self._folder, page=MOUNTS)) from None
            try:
                os.rmdir(os.path.dirname(path))
            except OSError as error:
                if error.errno not in (errno.ENOTEMPTY, errno.EEXIST, errno.ENOENT):
                    raise

    def _path(self, place: str) -> str:
        if not _PLACE.fullmatch(place):
            raise StorageError(Fault('storage.no-place', place=repr(place)))
        return os.path.join(self._folder, place)


class GridFS:
    """Files in MongoDB, for hosts whose web process and worker share no disk."""

    kind = 'gridfs'

    def __init__(self, db: Database) -> None:
        self._files = gridfs.GridFS(db, 'scan_notify_file')

    def scratch(self) -> BinaryIO:
        with clear_errors(tempfile.gettempdir()):
            scratch = tempfile.NamedTemporaryFile(prefix='scan-notify-', delete=False)
            os.remove(scratch.name)  # it needs no name, and without one it is gone with the process
            return scratch  # type: ignore[return-value]  # has all of it

    def place(self, report_id: str, extension: str, now: datetime) -> str:
        return report_id

    def keep(self, scratch: BinaryIO, place: str) -> None:
        scratch.seek(0)
        self._files.put(scratch, _id=ObjectId(place), filename=place)
        discard(scratch)

    def read(self, place: str) -> Pieces:
        try:
            return Pieces(self._files.get(ObjectId(place)))
        except (gridfs.NoFile, InvalidId):
            raise StorageError(Fault('storage.gone'))

    def remove(self, place: str) -> None:
        try:
            self._files.delete(ObjectId(place))
        except InvalidId:  # nothing can be there
            pass


Storage = Union[Directory, GridFS]


def discard(scratch: Optional[BinaryIO]) -> None:
    """Close and remove a scratch file, whatever became of it."""
    if scratch is None:
        return
    try:
        scratch.close()
    except OSError:  # what was still to be written does not fit on a full disk; it is closed all the same
        pass
    try:
        os.remove(scratch.name)
    except FileNotFoundError:
        pass


def write_marker(folder: str, content: str) -> None:
    """By the web process: say that this folder is on its disk.

    :raises StorageError: if it cannot be written
    """
    with clear_errors(folder):
        make(folder)
        write(os.path.join(folder, MARKER), content)


def sees_marker(folder: str, content: str) -> bool:
    """By the worker: whether the web process's folder is this one."""
    try:
        with open(os.path.join(folder, MARKER), encoding='ascii') as file:
            return bool(content) and file.read() == content
    except (OSError, UnicodeDecodeError):
        return False


def choose(kind: str, folder: str, db: Database, is_read: Callable[[], bool]) -> Storage:
    """The storage of new reports: ``directory``, ``gridfs``, or ``auto``.

    :param folder: '' where no folder is known, as for a worker away from the host
    :param is_read: for ``auto``: whether the web process reads what this one writes there
    :raises StorageError: if it is to be a directory and none is known
    """
    return _directory(folder) if kind == 'directory' or (kind == 'auto' and is_read()) else GridFS(db)


def stored(kind: str, folder: str, db: Database) -> Storage:
    """The storage of an existing report.

    :raises StorageError: if it is in a directory and none is known, or on another machine's disk
    """
    if kind == Directory.kind and folder and not os.path.isdir(folder):
        raise StorageError(Fault('storage.away', folder=folder))
    return _directory(folder) if kind == Directory.kind else GridFS(db)


def is_shared(folder: str, marker: str) -> bool:
    """Whether the web process was in this folder, and this one may write there."""
    return bool(folder) and sees_marker(folder, marker) and os.access(folder, os.W_OK | os.X_OK)


def _directory(folder: str) -> Directory:
    if not folder:
        raise StorageError(Fault('storage.no-folder'))
    return Directory(folder)

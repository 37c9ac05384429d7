"""Where report files are kept: a directory that the web process sees too, or GridFS where they share no disk."""

import errno
import os
import re
import tempfile
from datetime import datetime
from typing import Any, BinaryIO, Iterator, Optional

import gridfs
from bson import ObjectId
from bson.errors import InvalidId

from scan_notify_plugin.errors import ScanNotifyError

CHUNK = 65536
#: Written by the web process; a worker that reads the same words in it is on the same disk.
MARKER = '.seen-by-web'

_PLACE = re.compile(r'[0-9]{4}-[0-9]{2}-[0-9]{2}/[0-9a-f]{24}\.[a-z]{1,8}')


class StorageError(ScanNotifyError):
    """A report cannot be kept or found; nothing half-written is left."""


class Directory:
    """Files by date under one folder. Names are made from our own ids only, never from anything people typed."""

    kind = 'directory'

    def __init__(self, folder: str) -> None:
        self._folder = folder

    def scratch(self) -> BinaryIO:
        """A temporary file on the same file system; :meth:`keep` or :func:`discard` it.

        :raises StorageError: if there is no room or no right to write
        """
        with _clear_errors(self._folder):
            os.makedirs(self._folder, exist_ok=True)
            return tempfile.NamedTemporaryFile(dir=self._folder, prefix='.making-', delete=False)  # type: ignore

    def place(self, report_id: str, extension: str, now: datetime) -> str:
        """Where a report will be."""
        return '{:%Y-%m-%d}/{}.{}'.format(now, report_id, extension)

    def keep(self, scratch: BinaryIO, place: str) -> None:
        """Put a finished scratch file in its place, all at once.

        :raises StorageError: if the disk is full; the scratch file is still there
        """
        path = self._path(place)
        with _clear_errors(self._folder):
            scratch.flush()
            os.fsync(scratch.fileno())
            os.makedirs(os.path.dirname(path), exist_ok=True)
            os.chmod(scratch.name, 0o640)
            os.replace(scratch.name, path)
            scratch.close()

    def read(self, place: str) -> Iterator[bytes]:
        """The bytes, piece by piece; the file is opened at once.

        :raises StorageError: if it is gone
        """
        with _clear_errors(self._folder):
            file = open(self._path(place), 'rb')
        return _pieces(file)

    def remove(self, place: str) -> None:
        """Remove a file; one that is gone already is no error."""
        path = self._path(place)
        with _clear_errors(self._folder):
            try:
                os.remove(path)
                os.rmdir(os.path.dirname(path))
            except FileNotFoundError:
                pass
            except OSError as error:
                if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                    raise

    def _path(self, place: str) -> str:
        if not _PLACE.fullmatch(place):
            raise StorageError('no report can be at {!r}'.format(place))
        return os.path.join(self._folder, place)


class GridFS:
    """Files in MongoDB, for hosts whose web process and worker share no disk."""

    kind = 'gridfs'

    def __init__(self, db: Any) -> None:
        self._files = gridfs.GridFS(db, 'scan_notify_file')

    def scratch(self) -> BinaryIO:
        with _clear_errors(tempfile.gettempdir()):
            return tempfile.NamedTemporaryFile(prefix='scan-notify-', delete=False)  # type: ignore

    def place(self, report_id: str, extension: str, now: datetime) -> str:
        return report_id

    def keep(self, scratch: BinaryIO, place: str) -> None:
        scratch.seek(0)
        self._files.put(scratch, _id=ObjectId(place), filename=place)
        discard(scratch)

    def read(self, place: str) -> Iterator[bytes]:
        try:
            return _pieces(self._files.get(ObjectId(place)))
        except (gridfs.NoFile, InvalidId):
            raise StorageError('the file is gone')

    def remove(self, place: str) -> None:
        try:
            self._files.delete(ObjectId(place))
        except InvalidId:
            raise StorageError('no report can be at {!r}'.format(place))


def discard(scratch: Optional[BinaryIO]) -> None:
    """Close and remove a scratch file, whatever became of it."""
    if scratch is None:
        return
    scratch.close()
    try:
        os.remove(scratch.name)
    except FileNotFoundError:
        pass


def _pieces(file: Any) -> Iterator[bytes]:
    def read() -> Iterator[bytes]:
        try:
            while True:
                piece = file.read(CHUNK)
                if not piece:
                    return
                yield piece
        finally:
            if hasattr(file, 'close'):
                file.close()

    return read()


class _clear_errors:
    """Turns an error of the file system into words for a person."""

    def __init__(self, folder: str) -> None:
        self._folder = folder

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        if not isinstance(error, OSError):
            return
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageError('no space left in {} (see docs/operating.md#reports)'.format(self._folder)) from None
        if isinstance(error, FileNotFoundError):
            raise StorageError('the file is gone') from None
        raise StorageError('{}: {}'.format(self._folder, error.strerror or error)) from None


def write_marker(folder: str, words: str) -> None:
    """By the web process: say that this folder is on its disk.

    :raises StorageError: if it cannot be written
    """
    with _clear_errors(folder):
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, MARKER), 'w', encoding='ascii') as file:
            file.write(words)


def sees_marker(folder: str, words: str) -> bool:
    """By the worker: whether the web process's folder is this one."""
    try:
        with open(os.path.join(folder, MARKER), encoding='ascii') as file:
            return bool(words) and file.read() == words
    except (OSError, UnicodeDecodeError):
        return False


def choose(wanted: str, folder: str, db: Any, marker: str) -> Any:
    """The storage that the settings want: ``directory``, ``gridfs``, or ``auto``.

    :param folder: '' where no folder is known, as for a worker away from the host
    :param marker: the words of the web process, from MongoDB
    """
    if wanted == 'directory' or (wanted == 'auto' and folder and sees_marker(folder, marker)):
        if not folder:
            raise StorageError('SCAN_NOTIFY.REPORT_FOLDER is needed where the host\'s folder is not known')
        return Directory(folder)
    return GridFS(db)


def stored(kind: str, folder: str, db: Any) -> Any:
    """The storage of an existing report."""
    return Directory(folder) if kind == Directory.kind else GridFS(db)

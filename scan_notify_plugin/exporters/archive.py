"""The zip file that both formats are."""

import sys
import time
from contextlib import contextmanager
from typing import IO, Any, BinaryIO, Dict, Iterator, Tuple
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

__all__ = ['Archive', 'archive']

#: Half the work of the default, for a file a tenth larger. Python 3.6 has the default only.
_LEVEL: Dict[str, Any] = {'compresslevel': 3} if sys.version_info >= (3, 7) else {}
_Date = Tuple[int, int, int, int, int, int]
#: What the date of an entry can say: years from 1980, in seven bits (APPNOTE.TXT 4.4.6).
_FIRST, _LAST = (1980, 1, 1, 0, 0, 0), (2107, 12, 31, 23, 59, 58)


class Archive:
    """A zip file to write into, whose entries have the time at which it was begun, by the local clock."""

    def __init__(self, file: BinaryIO) -> None:
        self._date: _Date = min(max(time.localtime()[:6], _FIRST), _LAST)
        self.zipped = ZipFile(file, 'w', ZIP_DEFLATED, **_LEVEL)

    def member(self, name: str, large: bool = False) -> IO[bytes]:
        """An entry to write into, and to close before the next.

        :param large: it may pass the 2 GiB of a plain entry
        """
        return self.zipped.open(self._entry(name), 'w', force_zip64=large)

    def add(self, name: str, content: bytes) -> None:
        """A whole entry."""
        with self.member(name) as member:
            member.write(content)

    def _entry(self, name: str) -> ZipInfo:
        entry = ZipInfo(name, self._date)
        entry.compress_type = ZIP_DEFLATED
        if _LEVEL:
            # The archive's own level is for entries that it makes itself, which would be of 1980. The entry's has no
            # public name before 3.13.
            entry._compresslevel = _LEVEL['compresslevel']  # type: ignore[attr-defined]
        return entry


@contextmanager
def archive(file: BinaryIO) -> Iterator[Archive]:
    """A zip file to write into. A failure on the way leaves nothing open and is not masked by the closing."""
    made = Archive(file)
    try:
        yield made
    except BaseException:
        # Closing would write the directory of a broken archive, perhaps onto a full disk. Without a file
        # there is nothing left to close, neither here nor when the object is collected.
        made.zipped.fp = None
        raise
    made.zipped.close()

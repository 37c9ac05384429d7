"""A file of ours in one pass: compressed blocks, what they are about, and a check of the whole.

A first line with the kind and the version of the form, the blocks one after another, a block about them, and a trailer
of fixed length with the place of that block and a digest of everything before. What is cut, foreign or newer is known
before the first block is read.
"""

import io
import json
import struct
import zlib
from hashlib import blake2b
from typing import BinaryIO, Dict, Iterator, List, Mapping, Tuple

from scan_notify_plugin.errors import ScanNotifyError
from scan_notify_plugin.faults import Fault

__all__ = ['PIECE', 'Reader', 'Unreadable', 'Writer', 'check']

#: The form that this release writes, and the newest it reads.
VERSION = 1
#: What is read at once, in bytes.
PIECE = 1 << 18

_MAGIC = b'scan-notify '
_FIRST_LINE = 64
_TRAILER = struct.Struct('>QQ16s')
_LEVEL = 6
#: What is no file of ours may say that it has blocks of any length.
_LONGEST = 1 << 28


class Unreadable(ScanNotifyError):
    """A file of ours that cannot be used: ``ledger.gone``, ``ledger.cut``, ``ledger.foreign`` or ``ledger.newer``."""

    @property
    def is_newer(self) -> bool:
        """Whether a newer release wrote it: then it is left alone."""
        return self.fault.code == 'ledger.newer'


class Writer:
    """Writes one; groups are for reading a part of it.

    :param file: empty, and open for writing; stays open
    :param kind: ledger or changes
    """

    def __init__(self, file: BinaryIO, kind: str) -> None:
        self._file = file
        self._digest = blake2b(digest_size=16)
        self._groups: Dict[str, List[Tuple[int, int]]] = {}
        self._at = 0
        self._write(_MAGIC + '{} {}\n'.format(kind, VERSION).encode('ascii'))

    def block(self, group: str, value: object) -> None:
        """Append what JSON can hold."""
        self.raw(group, _packed(value))

    def raw(self, group: str, content: bytes) -> None:
        """Append bytes as they are."""
        self._groups.setdefault(group, []).append((self._at, len(content)))
        self._write(content)

    def finish(self, about: Mapping[str, object]) -> int:
        """Write what the blocks are about, and the trailer; the bytes of the whole."""
        content, start = _packed({'about': about, 'groups': self._groups}), self._at
        self._write(content)
        self._write(struct.pack('>QQ', start, len(content)))
        self._file.write(self._digest.digest())
        self._file.flush()
        return self._at + 16

    def _write(self, content: bytes) -> None:
        self._file.write(content)
        self._digest.update(content)
        self._at += len(content)


class Reader:
    """Reads one whose bytes were checked.

    :raises Unreadable: if it is none of this kind
    """

    def __init__(self, file: BinaryIO, kind: str) -> None:
        self._file = file
        start, length = check(file, kind)
        try:
            value = _unpacked(self._bytes(start, length))
            self.about: Mapping[str, object] = value['about']  # type: ignore[index]
            self._groups: Dict[str, List[Tuple[int, int]]] = value['groups']  # type: ignore[index]
        except (KeyError, TypeError, ValueError, zlib.error, RecursionError):
            raise Unreadable(Fault('ledger.foreign')) from None

    @property
    def groups(self) -> List[str]:
        return list(self._groups)

    def blocks(self, group: str) -> Iterator[object]:
        """The blocks of a group, in their order."""
        for content in self.pieces(group):
            yield _unpacked(content)

    def pieces(self, group: str) -> Iterator[bytes]:
        """What was written with :meth:`Writer.raw`."""
        for start, length in self._groups.get(group, ()):
            yield self._bytes(start, length)

    def close(self) -> None:
        self._file.close()

    def _bytes(self, start: int, length: int) -> bytes:
        self._file.seek(start)
        return self._file.read(length)


def check(file: BinaryIO, kind: str) -> Tuple[int, int]:
    """Where the last block is: (first byte, length).

    :raises Unreadable: if the file is cut or changed, of another kind, or of a newer form
    """
    file.seek(0)
    first = file.read(_FIRST_LINE).split(b'\n')[0].split(b' ')
    if len(first) != 3 or first[0] != _MAGIC.strip() or first[1] != kind.encode('ascii') or not first[2].isdigit():
        raise Unreadable(Fault('ledger.foreign'))
    if int(first[2]) > VERSION:
        raise Unreadable(Fault('ledger.newer'))
    size = file.seek(0, io.SEEK_END)
    if size <= _TRAILER.size:
        raise Unreadable(Fault('ledger.cut'))
    file.seek(size - _TRAILER.size)
    start, length, digest = _TRAILER.unpack(file.read(_TRAILER.size))
    if start + length + _TRAILER.size != size or length > _LONGEST or _digest_of(file, size - 16) != digest:
        raise Unreadable(Fault('ledger.cut'))
    return start, length


def _digest_of(file: BinaryIO, size: int) -> bytes:
    digest, left = blake2b(digest_size=16), size
    file.seek(0)
    while left > 0:
        piece = file.read(min(PIECE, left))
        if not piece:
            break
        digest.update(piece)
        left -= len(piece)
    return digest.digest()


def _packed(value: object) -> bytes:
    text = json.dumps(value, ensure_ascii=False, separators=(',', ':'))
    return zlib.compress(text.encode('utf-8', 'surrogatepass'), _LEVEL)


def _unpacked(content: bytes) -> object:
    return json.loads(zlib.decompress(content).decode('utf-8', 'surrogatepass'))

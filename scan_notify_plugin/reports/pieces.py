"""The bytes of a file that is kept, piece by piece: of all of it, or of a part."""

import sys
from typing import IO, Iterator, Optional

__all__ = ['CHUNK', 'Pieces']

#: Bytes of a piece.
CHUNK = 65536


class Pieces:
    """The bytes of an open file, piece by piece; closes it after the last, or when it is closed itself."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file: Optional[IO[bytes]] = file
        self._left = sys.maxsize

    def only(self, first: int, length: int) -> None:
        """Give a part of the file alone, before anything was read."""
        if self._file is not None:
            self._file.seek(first)
        self._left = length

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        piece = b'' if self._file is None or not self._left else self._file.read(min(CHUNK, self._left))
        self._left -= len(piece)
        if not piece:
            self.close()
            raise StopIteration
        return piece

    def close(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            file.close()

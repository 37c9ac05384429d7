"""The bytes that a request sends, and what they are called."""

import itertools
import json
import secrets
from typing import Iterable, Mapping, Optional, Sequence, Union
from urllib.parse import urlencode

from scan_notify_plugin.notifiers.parts import Attachment

JSON = 'application/json; charset=utf-8'
#: A mapping of this media type is sent as the fields of a form
#: (https://url.spec.whatwg.org/#application/x-www-form-urlencoded).
FORM = 'application/x-www-form-urlencoded'
TEXT = 'text/plain; charset=utf-8'
BYTES = 'application/octet-stream'

#: What :meth:`~scan_notify_plugin.notifiers.http.Http.request` sends: bytes or a text as they are, or a JSON value.
Data = Union[bytes, str, Mapping[str, object], Sequence[object]]


class Body:
    """The bytes to send, made while they are read.

    :param size: how many they are
    :param kind: their media type
    """

    def __init__(self, pieces: Iterable[bytes], size: int, kind: str) -> None:
        self._pieces = iter(pieces)
        self._size = size
        self._rest = b''
        self.kind = kind

    def __len__(self) -> int:
        return self._size

    def read(self, size: int = -1) -> bytes:
        while size < 0 or len(self._rest) < size:
            piece = next(self._pieces, None)
            if piece is None:
                break
            self._rest += piece
        taken, self._rest = (self._rest, b'') if size < 0 else (self._rest[:size], self._rest[size:])
        return taken


def encode(body: object) -> bytes:
    """The bytes that are sent for a JSON value; Chinese text takes 3 bytes a character this way, not 6."""
    return json.dumps(body, ensure_ascii=False, separators=(',', ':')).encode('utf-8')


def body_of(data: Data, media_type: str = '') -> Optional[Body]:
    """What ``data`` is on the wire; None for nothing at all.

    :param media_type: '': that of the kind of data. With :data:`FORM` a mapping is the fields of a form, each a text or
        several
    """
    if isinstance(data, str):
        # Half a character comes from a text that was cut; no text is worth a request that cannot be made.
        return whole(data.encode('utf-8', 'replace'), media_type or TEXT)
    if isinstance(data, (bytes, bytearray)):
        return whole(bytes(data), media_type or BYTES) if data else None
    if isinstance(data, Mapping) and media_type.partition(';')[0].strip().lower() == FORM:
        return whole(urlencode(list(data.items()), doseq=True, errors='replace').encode('ascii'), media_type)
    return whole(encode(data), media_type or JSON)


def file_body(field: str, file: Attachment) -> Body:
    """A file as the only field of a multipart form; it is never in memory as a whole."""
    boundary = secrets.token_hex(16)
    head = (
        '--{}\r\nContent-Disposition: form-data; name="{}"; filename="{}"; filelength={}\r\n'
        'Content-Type: {}\r\n\r\n'.format(boundary, field, file.name, file.size, file.media_type)
    ).encode('utf-8')
    tail = '\r\n--{}--\r\n'.format(boundary).encode('utf-8')
    pieces = itertools.chain([head], file.read(), [tail])
    return Body(pieces, len(head) + file.size + len(tail), 'multipart/form-data; boundary=' + boundary)


def whole(data: bytes, kind: str) -> Body:
    """Bytes that are there already."""
    return Body([data], len(data), kind)

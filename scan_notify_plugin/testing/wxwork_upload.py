"""What WeCom's group robot takes for a file: a strict multipart body. For the tags see :mod:`.wxwork_rules`."""

import re
from typing import Dict, NamedTuple

from scan_notify_plugin.testing.robot_server import Refused, Request

__all__ = ['EMPTY_FILE', 'Upload', 'check_upload', 'read_upload']

# W2
FILE_FORMAT, TYPE, TOO_SMALL, NO_FILE, EMPTY_FILE, TOO_BIG = 40004, 40005, 40006, 41005, 44001, 45001

#: Bytes: the least of any file, and the most by its type (W1).
LEAST = 6
MOST = {'file': 20 * 1024 * 1024, 'voice': 2 * 1024 * 1024}


class Upload(NamedTuple):
    """The one file of an upload."""

    name: str
    content: bytes


def read_upload(request: Request) -> Upload:
    """The part ``media``, which must have a name (W1).

    A name written as ``filename*=`` (RFC 5987) is none, and the file is then taken for missing.
    """
    boundary = request.headers.get_boundary()
    if request.headers.get_content_type() != 'multipart/form-data' or not boundary:
        raise Refused(NO_FILE)
    pieces = (b'\r\n' + request.body).split(b'\r\n--' + boundary.encode('utf-8', 'replace'))
    if pieces[0] or pieces[-1] not in (b'--', b'--\r\n'):
        raise Refused(NO_FILE)
    for piece in pieces[1:-1]:
        head, gap, content = piece.partition(b'\r\n\r\n')
        if not gap or not head.startswith(b'\r\n'):
            raise Refused(NO_FILE)
        fields = _disposition(head)
        if fields.get('name') == 'media' and fields.get('filename'):
            if not content:
                raise Refused(EMPTY_FILE)
            return Upload(fields['filename'], content)
    raise Refused(NO_FILE)


def check_upload(upload: Upload, media_type: str) -> None:
    """Size and format, by the ``type`` of the query (W1). How long a voice lasts is not looked at."""
    if media_type not in MOST:
        raise Refused(TYPE)
    if len(upload.content) > MOST[media_type]:
        raise Refused(TOO_BIG)
    if len(upload.content) < LEAST:
        raise Refused(TOO_SMALL)
    if media_type == 'voice' and not upload.content.startswith(b'#!AMR'):
        raise Refused(FILE_FORMAT)


def _disposition(head: bytes) -> Dict[str, str]:
    found = re.search(br'^content-disposition: *form-data *;(.*)$', head, re.IGNORECASE | re.MULTILINE)
    try:
        line = found.group(1).decode('utf-8') if found else ''
    except UnicodeDecodeError:
        raise Refused(NO_FILE)
    return dict(re.findall(r'([a-z*]+)="([^"]*)"', line))

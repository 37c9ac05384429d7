"""Uploaded files.

https://open.dingtalk.com/document/development/upload-media-files
"""

import re
import secrets
from typing import Dict, List, NamedTuple

from scan_notify_plugin.testing.dingtalk_openapi.app import App, File
from scan_notify_plugin.testing.dingtalk_openapi.refusals import Refused
from scan_notify_plugin.testing.robot_server import Request

__all__ = ['form_token', 'upload']

MISSING, TYPE, NAME, SIZE = 40035, 40004, 40005, 40006

_MB = 1024 * 1024
#: Name endings and bytes at most.
TYPES = {
    'image': (('jpg', 'gif', 'png', 'bmp'), 20 * _MB),
    'voice': (('amr', 'mp3', 'wav'), 2 * _MB),
    'video': (('mp4',), 20 * _MB),
    'file': (('doc', 'docx', 'xls', 'xlsx', 'ppt', 'pptx', 'zip', 'pdf', 'rar'), 20 * _MB),
}


def upload(app: App, request: Request) -> Dict[str, object]:
    """POST /media/upload?access_token=TOKEN&type=file, the file in the multipart field ``media``.

    ``type`` may be a field too.
    """
    fields = {field.name: field for field in _multipart(request)}
    kind = request.query.get('type', '')
    if not kind and 'type' in fields:
        kind = fields['type'].content.decode('ascii', 'replace')
    if kind not in TYPES:
        raise Refused(TYPE)
    if 'media' not in fields or not fields['media'].filename:
        raise Refused(MISSING)
    media = fields['media']
    endings, limit = TYPES[kind]
    if media.filename.rpartition('.')[2].lower() not in endings:
        raise Refused(NAME)
    if not 0 < len(media.content) <= limit:
        raise Refused(SIZE)
    media_id = '@lAz' + secrets.token_hex(12)
    now = app.now()
    app.files[media_id] = File(media_id, kind, media.filename, media.content_type, media.content, now)
    return {'type': kind, 'media_id': media_id, 'created_at': int(now.timestamp() * 1000)}


def form_token(request: Request) -> str:
    """The access token of an upload that has it in its form, as the vendor's curl sample does; '' if there is none."""
    try:
        found = [field.content for field in _multipart(request) if field.name == 'access_token']
    except Refused:
        return ''
    return found[0].decode('ascii', 'replace') if found else ''


class _Field(NamedTuple):
    name: str
    filename: str  # only of filename="..": what filename*=.. becomes is on no page
    content_type: str
    content: bytes


def _multipart(request: Request) -> List[_Field]:
    found = re.match(r'multipart/form-data;.*\bboundary="?([^";]+)', request.headers.get('Content-Type', ''))
    if not found:
        raise Refused(MISSING)
    pieces = (b'\r\n' + request.body).split(b'\r\n--' + found.group(1).encode('ascii', 'replace'))
    if len(pieces) < 3 or not pieces[-1].startswith(b'--'):
        raise Refused(MISSING)
    fields = []
    for piece in pieces[1:-1]:
        head, _, content = piece.partition(b'\r\n\r\n')
        lines = head.decode('utf-8', 'replace')
        fields.append(
            _Field(
                _first(r'[; ]name="([^"]*)"', lines),
                _first(r'[; ]filename="([^"]*)"', lines),
                _first(r'(?i)content-type: *([^\r\n]+)', lines),
                content,
            )
        )
    return fields


def _first(pattern: str, lines: str) -> str:
    found = re.search(pattern, lines)
    return found.group(1) if found else ''

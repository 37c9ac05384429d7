"""How we answer: in the host's own form (``code``, ``message``, ``data``; a page for a list), as JSON and nothing
else.
"""

import json
import math
from datetime import datetime, timezone
from enum import Enum
from typing import Any, Iterable, Mapping, Optional

from bson import ObjectId
from flask import Response, request

from scan_notify_plugin import words
from scan_notify_plugin.faults import Fault, described
from scan_notify_plugin.secret import MASK, Secret, redact

#: On everything that has data in it.
HEADERS = {
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'no-store',
    'Referrer-Policy': 'no-referrer',
    # Opened as a page of its own, an answer may do nothing at all.
    'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
}


def language() -> str:
    """The language of who asks: the first of the header ``Accept-Language`` that there are words in, else Chinese."""
    for asked, quality in request.accept_languages:
        tag = asked.partition('-')[0].lower()
        if quality > 0 and tag in words.LANGUAGES:
            return tag
    return words.DEFAULT


def success(data: object) -> Response:
    return _json({'code': 200, 'message': 'success', 'data': {} if data is None else data})


def page(items: Iterable[object], total: int, number: int, size: int) -> Response:
    """As the host's lists are."""
    return _json({'code': 200, 'message': 'success', 'page': number, 'size': size, 'total': total, 'items': items})


def refused(code: int, fault: Fault, data: Optional[Mapping[str, object]] = None) -> Response:
    """In the host's form, with the HTTP status that says the same; ``message`` in the language of who asks."""
    shown = _redacted(described([fault], language()))
    response = _json({'code': code, 'message': shown[0]['words'], 'data': data or {}, 'faults': shown})
    response.status_code = code
    return response


def not_logged_in() -> Response:
    """Word for word, and with the status, as the host's ``auth`` says it."""
    return _json({'message': 'not login', 'code': 401, 'data': {}})


def _redacted(value: Any) -> Any:
    """Without what looks like a credential: a fault may quote what somebody else said."""
    if isinstance(value, list):
        return [_redacted(inner) for inner in value]
    if isinstance(value, dict):
        return {name: _redacted(inner) for name, inner in value.items()}
    return redact(value) if isinstance(value, str) else value


def _json(body: object) -> Response:
    # ASCII: a broken character of a stored name cannot spoil the answer.
    response = Response(json.dumps(plain(body), allow_nan=False), mimetype='application/json')
    response.headers.extend(HEADERS)
    return response


def plain(value: object) -> object:
    """The value as JSON has it: times in ISO 8601 with their offset, ids as text, secrets as ``***``.

    :raises TypeError: for what has no form there
    """
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=timezone.utc)).isoformat()
    if isinstance(value, dict):
        return {str(name): plain(inner) for name, inner in value.items()}
    as_dict = getattr(value, '_asdict', None)
    if as_dict is not None:
        return plain(as_dict())
    if isinstance(value, (list, tuple)):
        return [plain(inner) for inner in value]
    if isinstance(value, (set, frozenset)):
        return [plain(inner) for inner in sorted(value)]
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, Secret):
        return MASK
    if isinstance(value, ObjectId):
        return str(value)
    raise TypeError('a {} has no form in JSON'.format(type(value).__name__))

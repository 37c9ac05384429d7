"""How we answer: in the host's own form (``code``, ``message``, ``data``; a page for a list), as JSON and nothing
else.
"""

import json
import math
from datetime import datetime, timezone
from enum import Enum
from typing import Any

from bson import ObjectId
from flask import Response

from scan_notify_plugin.secret import MASK, Secret

#: On everything that has data in it.
HEADERS = {
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'no-store',
    'Referrer-Policy': 'no-referrer',
    # Opened as a page of its own, an answer may do nothing at all.
    'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
}


def success(data: Any) -> Response:
    return _json({'code': 200, 'message': 'success', 'data': {} if data is None else data})


def page(items: Any, total: int, number: int, size: int) -> Response:
    """As the host's lists are."""
    return _json({'code': 200, 'message': 'success', 'page': number, 'size': size, 'total': total, 'items': items})


def refused(code: int, words: str, data: Any = None) -> Response:
    """In the host's form, with the HTTP status that says the same."""
    response = _json({'code': code, 'message': words, 'data': data or {}})
    response.status_code = code
    return response


def not_logged_in() -> Response:
    """Word for word, and with the status, as the host's ``auth`` says it."""
    return _json({'message': 'not login', 'code': 401, 'data': {}})


def _json(body: Any) -> Response:
    # ASCII: a broken character of a stored name cannot spoil the answer.
    response = Response(json.dumps(plain(body), allow_nan=False), mimetype='application/json')
    response.headers.extend(HEADERS)
    return response


def plain(value: Any) -> Any:
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
        return {str(name): plain(one) for name, one in value.items()}
    if hasattr(value, '_asdict'):
        return plain(value._asdict())
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    if isinstance(value, (set, frozenset)):
        return [plain(one) for one in sorted(value)]
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, Secret):
        return MASK
    if isinstance(value, ObjectId):
        return str(value)
    raise TypeError('a {} has no form in JSON'.format(type(value).__name__))

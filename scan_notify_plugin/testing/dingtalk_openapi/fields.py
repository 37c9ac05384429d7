"""What a request holds, or a refusal."""

import json
from typing import Dict, Union

from scan_notify_plugin.testing.dingtalk_openapi.refusals import Code, Refused
from scan_notify_plugin.testing.robot_server import Request

__all__ = ['json_object', 'parsed', 'text']


def json_object(request: Request, code: Code) -> Dict[str, object]:
    """The JSON object of the body, sent as such; else ``code``."""
    content_type = request.headers.get('Content-Type', '').partition(';')[0].strip().lower()
    if content_type != 'application/json':
        raise Refused(code)
    return parsed(request.body, code)


def parsed(data: Union[str, bytes], code: Code) -> Dict[str, object]:
    """The JSON object that a text or bytes are; else ``code``."""
    try:
        value = json.loads(data.decode('utf-8') if isinstance(data, bytes) else data)
    except (ValueError, TypeError, RecursionError):
        raise Refused(code)
    if not isinstance(value, dict):
        raise Refused(code)
    return value


def text(holder: object, name: str, code: Code) -> str:
    """A string that must be there and not be empty; else ``code``."""
    value = holder.get(name) if isinstance(holder, dict) else None
    if not isinstance(value, str) or not value:
        raise Refused(code)
    return value

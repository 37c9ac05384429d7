"""What a request holds, or a refusal."""

import json
from typing import Dict, Union
from urllib.parse import parse_qsl

from scan_notify_plugin.testing.dingtalk_openapi.refusals import Code, Refused
from scan_notify_plugin.testing.robot_server import Request

__all__ = ['form', 'json_object', 'old_object', 'parsed', 'text']


def json_object(request: Request, code: Code) -> Dict[str, object]:
    """The JSON object of the body, sent as such; else ``code``."""
    if _content_type(request) != 'application/json':
        raise Refused(code)
    return parsed(request.body, code)


def form(request: Request) -> Dict[str, str]:
    """The fields of a form, of a repeated name the first; empty for another body."""
    if _content_type(request) != 'application/x-www-form-urlencoded':
        return {}
    fields: Dict[str, str] = {}
    for name, value in parse_qsl(request.body.decode('utf-8', 'replace'), keep_blank_values=True):
        fields.setdefault(name, value)
    return fields


def old_object(request: Request, code: Code) -> Dict[str, object]:
    """What an interface of oapi.dingtalk.com is sent: a JSON object, or a form with ``msg``, as the curl samples
    and the Java SDK of the vendor do. (In the samples the quotes of ``msg`` have backslashes: that is no JSON here.)
    """
    fields = form(request)
    if not fields:
        return json_object(request, code)
    body: Dict[str, object] = dict(fields)
    if 'msg' in fields:
        body['msg'] = parsed(fields['msg'], code)
    return body


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


def _content_type(request: Request) -> str:
    return str(request.headers.get('Content-Type', '')).partition(';')[0].strip().lower()

"""What proves an application: its key and secret, as each of the interfaces that take them has them.

- https://open.dingtalk.com/document/development/obtain-the-access-token-of-an-internal-app
- https://open.dingtalk.com/document/development/api-gettoken (one path for each organisation)
- https://open.dingtalk.com/document/development/obtain-orgapp-token (the old one, by GET)
"""

import re
from typing import NamedTuple

from scan_notify_plugin.testing.dingtalk_openapi.fields import form, json_object
from scan_notify_plugin.testing.dingtalk_openapi.refusals import Code, Refused
from scan_notify_plugin.testing.robot_server import Request

__all__ = ['BY_CORP', 'GATEWAY', 'NEW_TOKEN', 'OLD_TOKEN', 'Claim', 'claim', 'known_path']

NEW_TOKEN, OLD_TOKEN, BY_CORP = '/v1.0/oauth2/accessToken', '/gettoken', '/v1.0/oauth2/{corpId}/token'
GATEWAY = '/v1.0/gateway/connections/open'

_CORP = re.compile(r'/v1\.0/oauth2/([^/]+)/token')
#: The code for a wrong pair (of the old interface: wrong corpid or corpsecret).
_WRONG = {NEW_TOKEN: 'invalidClientIdOrSecret', GATEWAY: 'invalidClientIdOrSecret', BY_CORP: 'invalid.client'}
_OLD_WRONG = 40089
_NAMES = {
    NEW_TOKEN: ('appKey', 'appSecret'),
    GATEWAY: ('clientId', 'clientSecret'),
    BY_CORP: ('client_id', 'client_secret'),
    OLD_TOKEN: ('appkey', 'appsecret'),
}


class Claim(NamedTuple):
    """Who says that it is an application."""

    key: str
    secret: str
    wrong: Code  # what it is told if it is not
    corp_id: str = ''  # of the path; '' where none is in it


def known_path(path: str) -> str:
    """The path of an interface, whatever organisation is in it."""
    return BY_CORP if _CORP.fullmatch(path) and path != NEW_TOKEN else path


def claim(path: str, request: Request) -> Claim:
    """Key and secret of a request.

    :param path: as :func:`known_path` gives it
    :raises Refused: if the request has another form
    """
    key, secret = _NAMES[path]
    if path == OLD_TOKEN:
        fields = dict(form(request), **request.query)  # the vendor's curl sample has them in a body
        return Claim(fields.get(key, ''), fields.get(secret, ''), _OLD_WRONG)
    body = json_object(request, _WRONG[path])
    if path != BY_CORP:
        return Claim(str(body.get(key)), str(body.get(secret)), _WRONG[path])
    if body.get('grant_type') != 'client_credentials':
        raise Refused('unsupported.grant.type')
    found = _CORP.fullmatch(request.path)
    return Claim(str(body.get(key)), str(body.get(secret)), _WRONG[path], found.group(1) if found else '')

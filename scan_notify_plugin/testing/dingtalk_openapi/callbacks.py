"""A click on a card, as DingTalk tells it to the application.

https://open.dingtalk.com/document/development/event-callback-card
"""

import base64
import hashlib
import hmac
import json
from typing import Dict, List, NamedTuple, Optional, Tuple

import requests

from scan_notify_plugin.testing.dingtalk_openapi.app import App
from scan_notify_plugin.testing.dingtalk_openapi.card import Card
from scan_notify_plugin.testing.dingtalk_openapi.refusals import Refused

__all__ = [
    'SECONDS',
    'TOPIC',
    'Clicked',
    'Post',
    'apply_answer',
    'card_signature',
    'payload',
    'post',
    'signed_post',
    'told',
]

SECONDS = 2.0  # in which a click must be answered
TOPIC = '/v1.0/card/instances/callback'


class Post(NamedTuple):
    """A callback over HTTP, so that it can be sent again as it was."""

    url: str
    headers: Tuple[Tuple[str, str], ...]
    body: bytes


class Clicked(NamedTuple):
    """What became of a click."""

    status: int  # of HTTP, or the code of the acknowledgement; 0 = nothing came in time
    answer: object  # the parsed JSON; None if there is none
    applied: bool  # whether the card changed by it
    post: Optional[Post] = None  # what was sent, over HTTP


def card_signature(secret: str, timestamp: str) -> str:
    """The signature of a card callback; its body is not part of it.

    :param timestamp: milliseconds since 1970, as it stands in the header
    """
    digest = hmac.new(secret.encode('utf-8'), timestamp.encode('utf-8'), hashlib.sha256).digest()
    return base64.b64encode(digest).decode('ascii')


def payload(
    app: App, out_track_id: str, user_id: str, action_ids: List[str], params: Dict[str, object]
) -> Dict[str, object]:
    """What both ways tell."""
    content = {'cardPrivateData': {'actionIds': action_ids, 'params': params}}
    return {
        'type': 'actionCallback',
        'outTrackId': out_track_id,
        'corpId': app.corp_id,
        'userId': user_id,
        'content': json.dumps(content, ensure_ascii=False),
    }


def signed_post(url: str, secret: str, timestamp: int, data: Dict[str, object]) -> Post:
    """The HTTP request for a payload; without a secret it is not signed."""
    headers = [('Content-Type', 'application/json; charset=utf-8')]
    if secret:
        headers.append(('x-ddpaas-signature-timestamp', str(timestamp)))
        headers.append(('x-ddpaas-signature', card_signature(secret, str(timestamp))))
    return Post(url, tuple(headers), json.dumps(data, ensure_ascii=False).encode('utf-8'))


def post(what: Post) -> Clicked:
    """Send it and read the answer."""
    with requests.Session() as session:
        session.trust_env = False
        try:
            answer = session.post(
                what.url, data=what.body, headers=dict(what.headers), timeout=SECONDS, allow_redirects=False
            )
        except requests.RequestException:
            return Clicked(0, None, False, what)
    try:
        return Clicked(answer.status_code, answer.json(), False, what)
    except ValueError:
        return Clicked(answer.status_code, None, False, what)


def told(what: Post) -> Dict[str, object]:
    """The payload of a callback over HTTP; {} if it is none."""
    try:
        data = json.loads(what.body.decode('utf-8'))
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}


def apply_answer(app: App, card: Card, user_id: str, answer: object) -> bool:
    """Change the card as answered, if that is a change that DingTalk can make."""
    if not isinstance(answer, dict):
        return False
    private = {user_id: answer['userPrivateData']} if answer.get('userPrivateData') else {}
    if not private and not answer.get('cardData'):
        return False
    with app.changed:
        try:
            card.change('clicked', answer, private)
        except Refused:
            return False
        app.changed.notify_all()
    return True

"""Clicks on cards: who sent them, what they say, and how DingTalk is answered.

https://open.dingtalk.com/document/development/event-callback-card. The signature of a request is over its timestamp
alone, so one timestamp is good for one click: whoever has seen a request cannot make another of it.
"""

import base64
import hashlib
import hmac
import json
import threading
from typing import Dict, List, Mapping, Optional

from scan_notify_plugin.errors import ScanNotifyError, SendError
from scan_notify_plugin.faults import Fault
from scan_notify_plugin.notifiers.base import Target, failure
from scan_notify_plugin.notifiers.callbacks import (
    ACTIONS,
    HTTP,
    LISTEN,
    Answer,
    BadCallback,
    Callbacks,
    Click,
    Clicked,
    Connection,
    Request,
)
from scan_notify_plugin.notifiers.dingding_openapi import cards
from scan_notify_plugin.records import Document
from scan_notify_plugin.secret import Secret
from scan_notify_plugin.words import say

#: How CALLBACK calls the two ways.
_WAYS = {'http': HTTP, 'stream': LISTEN}


class CardClicks(Callbacks):
    """The buttons of cards."""

    proofs = ('callback_secret',)
    addresses = ('/dingtalk/card',)
    people = 'dingtalk'

    def way(self, options: Mapping[str, object]) -> str:
        return _WAYS.get(str(options.get('callback')), '')

    def heard(self, request: Request, options: Mapping[str, object]) -> Optional[Click]:
        secret, timestamp = options.get('callback_secret'), request.headers.get('x-ddpaas-signature-timestamp', '')
        signature = request.headers.get('x-ddpaas-signature', '').encode('utf-8', 'replace')
        if not isinstance(secret, Secret) or not secret.reveal() or not _is_millis(timestamp):
            return None
        if not hmac.compare_digest(sign(secret.reveal(), timestamp), signature):
            return None
        payload = _object(request.body)
        if payload is None:
            raise BadCallback(Fault('channel.callback.no-object'))
        return click(payload, 'http|' + timestamp, int(timestamp) / 1000)

    def has_button(self, content: Document) -> bool:
        return bool(content.get('params')) and 'card' not in content

    def answered(self, clicked: Clicked) -> Dict[str, object]:
        language = clicked.content.get('language', clicked.language)
        refusal = say('openapi.card.' + clicked.refusal, language, detail=clicked.detail) if clicked.refusal else ''
        return cards.clicked(clicked.content, clicked.news, refusal)

    def register(self, target: Target, url: str, force: bool) -> None:
        try:
            cards.register_callback(target, url, force)
        except SendError as error:
            fault = Fault('openapi.callback.error', cause=failure(error))
            exists = error.code == 'param.callbackRouteKeyExist'
            raise ScanNotifyError(Fault('openapi.callback.exists', cause=fault) if exists else fault)

    def connections(self, targets: List[Target], answer: Answer, stopping: threading.Event) -> List[Connection]:
        from scan_notify_plugin.notifiers.dingding_openapi import stream

        return stream.connections(targets, answer, stopping)


def click(payload: Mapping[str, object], event: str, at: Optional[float] = None) -> Click:
    """What DingTalk tells of a click; '' stands for what has not the documented type."""
    track, user = payload.get('outTrackId'), payload.get('userId')
    key, person = (one if isinstance(one, str) else '' for one in (track, user))
    return Click(key, _action(payload), person, event, payload, at)


def sign(secret: str, timestamp: str) -> bytes:
    """The signature of a request, as it stands in its header. ``timestamp`` is in milliseconds."""
    digest = hmac.new(secret.encode('utf-8'), timestamp.encode('utf-8'), hashlib.sha256).digest()
    return base64.b64encode(digest)


def _action(payload: Mapping[str, object]) -> str:
    """The button: its id in the template, or its parameter ``action``; the documented content is JSON in a text."""
    content = payload.get('content')
    try:
        content = json.loads(content) if isinstance(content, str) else content
        private = content['cardPrivateData']  # type: ignore[index]  # what it is not, is caught
        params = private.get('params')
        named = list(private.get('actionIds') or ()) + [params.get('action') if isinstance(params, dict) else '']
        return next((name for name in named if name in ACTIONS), '')
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError):
        return ''


def _is_millis(timestamp: str) -> bool:
    return len(timestamp) <= 15 and timestamp.isdecimal() and all(ord(char) < 128 for char in timestamp)


def _object(body: bytes) -> Optional[Dict[str, object]]:
    try:
        value = json.loads(body.decode('utf-8'))
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None

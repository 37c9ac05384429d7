"""Clicks on DingTalk cards, told over HTTP, as a plain Flask blueprint: the signature is the proof, no login is asked.

https://open.dingtalk.com/document/development/event-callback-card. The signature is over the timestamp alone, so one
timestamp is good for one click: whoever has seen a request cannot make another of it.
"""

import base64
import hashlib
import hmac
import json
import logging
from datetime import timedelta
from typing import Any, Dict, List, Mapping, Optional

from flask import Blueprint, Response, jsonify, request
from pymongo.errors import PyMongoError

from scan_notify_plugin.errors import ConfigError, ScanNotifyError
from scan_notify_plugin.secret import Secret, redact
from scan_notify_plugin.settings.rules import read_option
from scan_notify_plugin.web.answers import refused
from scan_notify_plugin.web.desk import Desks
from scan_notify_plugin.web.routes import ROOT

ROUTE = ROOT + '/dingtalk/card'
#: How far a timestamp may be from MongoDB's clock. DingTalk allows an hour; its clocks are better than that.
WINDOW = timedelta(minutes=5)
MAX_BODY = 65536

log = logging.getLogger('scan_notify')


class CardCallbacks:
    """What the blueprint works with.

    :param sections: the host's configuration: the one credential that is needed here is read at the first click
    """

    def __init__(self, desks: Desks, sections: Mapping[str, Any]) -> None:
        self._desks = desks
        self._sections = sections
        self._secrets = {}  # type: Dict[str, Optional[Secret]]

    def answer(self, headers: Mapping[str, str], body: bytes) -> Response:
        """The new state of the card, or a refusal."""
        # Not before: they bring the HTTP client along.
        from scan_notify_plugin.admin.card_actions import CardActions, Replayed, targets_with

        desk = self._desks.desk()
        names = list(targets_with(desk, 'http'))
        if not names:
            return refused(404, 'no target has CALLBACK: http')
        timestamp = headers.get('x-ddpaas-signature-timestamp', '')
        genuine = self._genuine(names, timestamp, headers.get('x-ddpaas-signature', ''))
        if not genuine:
            log.warning('a card callback with a wrong signature was refused')
            return refused(401, 'the signature is wrong')
        if abs(desk.clock.now().timestamp() - int(timestamp) / 1000) > WINDOW.total_seconds():
            log.warning('a card callback with an old timestamp was refused')
            return refused(401, 'the timestamp is too far from now')
        payload = _object(body)
        if payload is None:
            return refused(400, 'expected a JSON object')
        try:
            return jsonify(CardActions(desk, genuine).answer(payload, 'http|' + timestamp))
        except Replayed:
            log.warning('a card callback with a signature that was used before was refused')
            return refused(401, 'the signature was used before')

    def _genuine(self, names: List[str], timestamp: str, signature: str) -> List[str]:
        """The targets whose secret has made this signature."""
        if not _is_millis(timestamp):
            return []
        found = []
        for name in names:
            secret = self._secret(name)
            if secret and hmac.compare_digest(sign(secret.reveal(), timestamp), signature.encode('utf-8', 'replace')):
                found.append(name)
        return found

    def _secret(self, name: str) -> Optional[Secret]:
        if name not in self._secrets:
            try:
                value = read_option(self._sections, name, 'callback_secret')
            except ConfigError as error:
                log.error('cards of %s cannot be answered: %s', name, redact(str(error)))
                return None
            self._secrets[name] = value if isinstance(value, Secret) else None
        return self._secrets[name]


def make_blueprint(callbacks: CardCallbacks) -> Blueprint:
    """One route: ``POST /api/scan_notify/dingtalk/card``."""
    blueprint = Blueprint('scan_notify_cards', __name__)

    @blueprint.route(ROUTE, methods=['POST'])
    def card() -> Response:
        if (request.content_length or 0) > MAX_BODY or request.content_length is None:
            return refused(413, 'expected a body of at most {} bytes'.format(MAX_BODY))
        try:
            return callbacks.answer(request.headers, request.get_data(cache=False))
        except PyMongoError as error:
            log.error('a click cannot be looked up: %s', redact(str(error))[:300])
        except ScanNotifyError as error:
            log.error('a click cannot be answered: %s', redact(str(error))[:300])
        return refused(503, 'not now; try again later')

    return blueprint


def sign(secret: str, timestamp: str) -> bytes:
    """The signature of a callback, as it stands in its header. ``timestamp`` is in milliseconds."""
    digest = hmac.new(secret.encode('utf-8'), timestamp.encode('utf-8'), hashlib.sha256).digest()
    return base64.b64encode(digest)


def _is_millis(timestamp: str) -> bool:
    return len(timestamp) <= 15 and timestamp.isdecimal() and all(ord(char) < 128 for char in timestamp)


def _object(body: bytes) -> Optional[Dict[str, Any]]:
    try:
        value = json.loads(body.decode('utf-8'))
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None

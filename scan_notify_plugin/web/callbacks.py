"""Clicks on messages, told over HTTP, as a plain Flask blueprint: the channel knows the proof, no login is asked.

No plugin is loaded here but that of a channel which a target has, when its first callback comes.
"""

import logging
from typing import TYPE_CHECKING, Callable, Dict, List, Mapping, NamedTuple, Optional, Tuple

from flask import Blueprint, Response, jsonify, request
from pymongo.errors import PyMongoError

from scan_notify_plugin.channels import SHIPPED
from scan_notify_plugin.deadline import Overstayed, contained, within
from scan_notify_plugin.errors import ConfigError, ScanNotifyError, in_words
from scan_notify_plugin.faults import Fault
from scan_notify_plugin.records import Document
from scan_notify_plugin.secret import Secret, redact
from scan_notify_plugin.settings.targets import TargetSettings, read_option
from scan_notify_plugin.web.answers import refused
from scan_notify_plugin.web.desk import Desks
from scan_notify_plugin.web.routes import ROOT

if TYPE_CHECKING:  # they are imported at the first callback
    from scan_notify_plugin.admin.desk import Desk
    from scan_notify_plugin.notifiers.base import Notifier
    from scan_notify_plugin.notifiers.callbacks import Callbacks, Click, Request

#: Where the callbacks of a channel come to.
ROUTE = ROOT + '/callback/<channel>'
#: Where they came to in 0.1.0; its channel is the one whose ``Callbacks.addresses`` have it.
OLD_ADDRESS = '/dingtalk/card'
#: How far the time of a callback, in seconds, may be from MongoDB's clock.
WINDOW = 300.0
#: Seconds for a callback: a plugin that hangs must not keep the host's web server.
LIMIT = 10.0
MAX_BODY = 65536

log = logging.getLogger('scan_notify')


class Reply(NamedTuple):
    """What a callback is answered."""

    status: int
    refusal: Optional[Fault]
    body: Document = {}  # of anything else


#: (channel, blocked plugins) -> the notifier that speaks it
Find = Callable[[str, Tuple[str, ...]], Optional['Notifier']]


class CallbackDoor:
    """What the blueprint works with.

    :param sections: the host's configuration: the credentials that prove a callback are read at the first one
    :param find: gives the notifier of a channel; None if no plugin speaks it
    """

    def __init__(self, desks: Desks, sections: Mapping[str, object], find: Optional[Find] = None) -> None:
        self._desks = desks
        self._sections = sections
        self._find = find
        self._notifiers: Dict[str, Optional['Notifier']] = {}
        self._proofs: Dict[Tuple[str, str], Optional[Secret]] = {}

    def answer(self, channel: str, headers: Mapping[str, str], body: bytes, query: Mapping[str, str]) -> Reply:
        """
        :param channel: '' for whichever has had the old address
        """
        from scan_notify_plugin.notifiers.callbacks import Request  # not before: it brings the HTTP client along

        desk = self._desks.desk()
        received = Request({name.lower(): value for name, value in headers.items()}, body, query)
        notifier = self._speaker(desk, channel)
        return within(LIMIT, lambda: contained(lambda: self._answer(desk, notifier, received)))

    def _speaker(self, desk: 'Desk', channel: str) -> Optional['Notifier']:
        """The notifier with callbacks; None if no target has such a channel."""
        used = {target.channel for target in desk.settings.targets.values()}
        for name in sorted(used.intersection([channel] if channel else SHIPPED)):
            notifier = self._notifier(name, desk.settings.block_plugins)
            callbacks = getattr(notifier, 'callbacks', None)
            if callbacks is not None and (channel or OLD_ADDRESS in callbacks.addresses):
                return notifier
        return None

    def _notifier(self, channel: str, blocked: Tuple[str, ...]) -> Optional['Notifier']:
        """Kept, also where there is none: what anybody sends must not have a broken plugin imported again and again."""
        if channel not in self._notifiers:
            from scan_notify_plugin.plugins.loading import notifier_of

            self._notifiers[channel] = (self._find or notifier_of)(channel, blocked)
        return self._notifiers[channel]

    def _answer(self, desk: 'Desk', notifier: Optional['Notifier'], received: 'Request') -> Reply:
        from scan_notify_plugin.admin.buttons import Buttons, Replayed, targets_with
        from scan_notify_plugin.notifiers.callbacks import HTTP, BadCallback

        names = targets_with(desk.settings, notifier, HTTP) if notifier is not None else []
        if notifier is None or notifier.callbacks is None or not names:
            return Reply(404, Fault('callback.none'))
        try:
            click, proven = self._proven(desk, notifier.callbacks, names, received)
        except BadCallback as error:
            return Reply(error.status, error.fault)
        if click is None:
            log.warning('a callback of %s with a wrong signature was refused', notifier.channel)
            return Reply(401, Fault('callback.signature'))
        if click.at is None or not abs(desk.clock.now().timestamp() - click.at) <= WINDOW:
            log.warning('a callback of %s with an old timestamp was refused', notifier.channel)
            return Reply(401, Fault('callback.time'))
        try:
            return Reply(200, None, Buttons(desk, notifier, proven).answer(click))
        except Replayed:
            log.warning('a callback of %s with a signature that was used before was refused', notifier.channel)
            return Reply(401, Fault('callback.again'))

    def _proven(
        self, desk: 'Desk', callbacks: 'Callbacks', names: List[str], received: 'Request'
    ) -> Tuple[Optional['Click'], List[str]]:
        """The click, None if nothing proves it, and the targets whose credential has proven it."""
        click: Optional['Click'] = None
        proven: List[str] = []
        for name in names:
            target = desk.settings.targets[name]
            proofs = {option: self._proof(target, option) for option in callbacks.proofs}
            heard = None if None in proofs.values() else callbacks.heard(received, dict(target.options, **proofs))
            if heard is not None:
                click, proven = click or heard, proven + [name]
        return click, proven

    def _proof(self, target: TargetSettings, option: str) -> Optional[Secret]:
        key = (target.name, option)
        if key not in self._proofs:
            try:
                value = read_option(self._sections, target, option)
            except ConfigError as error:
                log.error('clicks on messages of %s cannot be answered: %s', target.name, redact(str(error)))
                return None
            plain = isinstance(value, (str, int)) and not isinstance(value, bool)
            self._proofs[key] = Secret(str(value).strip()) if plain else value if isinstance(value, Secret) else None
        return self._proofs[key]


def make_blueprint(door: CallbackDoor) -> Blueprint:
    """``POST /api/scan_notify/callback/<channel>``, and the address that 0.1.0 had."""
    blueprint = Blueprint('scan_notify_callbacks', __name__)

    @blueprint.route(ROUTE, methods=['POST'])
    def callback(channel: str) -> Response:
        return _answer(door, channel)

    @blueprint.route(ROOT + OLD_ADDRESS, methods=['POST'])
    def card() -> Response:
        return _answer(door, '')

    return blueprint


def _answer(door: CallbackDoor, channel: str) -> Response:
    if (request.content_length or 0) > MAX_BODY or request.content_length is None:
        return refused(413, Fault('http.body', most=MAX_BODY))
    try:
        reply = door.answer(channel, request.headers, request.get_data(cache=False), request.args.to_dict())
        return refused(reply.status, reply.refusal) if reply.refusal else jsonify(reply.body)
    except PyMongoError as error:
        log.error('a click cannot be looked up: %s', redact(str(error))[:300])
    except (ScanNotifyError, Overstayed) as error:
        log.error('a click cannot be answered: %s', redact(str(error))[:300])
    except Exception as error:  # a plugin's
        log.error('a click cannot be answered: %s', redact(in_words(error))[:300])
    return refused(503, Fault('http.not-now'))

"""One interactive card, and what it showed."""

from typing import Dict, List, NamedTuple, Set

from scan_notify_plugin.testing.dingtalk_openapi.refusals import Refused

__all__ = ['Card', 'Change', 'param_map']

MAX_KEY, MAX_VALUE = 100, 1024  # bytes
#: What a phone says of a card that says nothing of itself:
#: https://open.dingtalk.com/document/development/create-and-deliver-cards
PUSHED = '你收到1条新消息'


class Change(NamedTuple):
    """What a card showed after a change."""

    by: str  # created, updated or clicked
    data: Dict[str, str]


class Card:
    """One card, as everybody sees it (``data``) and as single people do (``private``)."""

    def __init__(self, out_track_id: str, template: str, callback_type: str, route_key: str) -> None:
        self.out_track_id = out_track_id
        self.template = template
        self.callback_type = callback_type  # STREAM, HTTP or ''
        self.route_key = route_key
        self.data: Dict[str, str] = {}
        self.private: Dict[str, Dict[str, str]] = {}
        self.history: List[Change] = []
        self.kinds: Set[str] = set()  # of spaces that it can be delivered to
        self.last_message: Dict[str, str] = {}  # in the list of conversations, by language
        self.alert = PUSHED  # on a lock screen
        self.deliveries: List[Dict[str, object]] = []  # deliverResults
        self.updates: List[Dict[str, object]] = []  # the bodies of update requests

    def change(self, by: str, body: Dict[str, object], private: Dict[str, object]) -> None:
        """Apply ``cardData`` and what is private to people, by key or, as is the default, instead of all.

        :raises Refused: if a map is none of strings, or too long
        """
        options = body.get('cardUpdateOptions') or {}
        if not isinstance(options, dict):
            raise Refused('param.invalid')
        shown = param_map(body['cardData']) if body.get('cardData') else None
        theirs = {user: param_map(data) for user, data in private.items()}
        if shown is not None:
            self.data = dict(self.data if options.get('updateCardDataByKey') is True else {}, **shown)
        for user, data in theirs.items():
            kept = self.private.get(user, {}) if options.get('updatePrivateDataByKey') is True else {}
            self.private[user] = dict(kept, **data)
        self.history.append(Change(by, dict(self.data)))


def param_map(holder: object) -> Dict[str, str]:
    """The cardParamMap: strings only, keys of 100 bytes and values of 1 KB at most."""
    params = holder.get('cardParamMap', {}) if isinstance(holder, dict) else None
    if not isinstance(params, dict):
        raise Refused('param.invalid')
    for key, value in params.items():
        if not isinstance(value, str):
            raise Refused('param.invalid')
        if len(key.encode('utf-8')) > MAX_KEY or len(value.encode('utf-8')) > MAX_VALUE:
            raise Refused('param.invalid')
    return params

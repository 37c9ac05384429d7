"""Interactive cards: made once under a name of the sender's, delivered to spaces, changed in place.

- https://open.dingtalk.com/document/development/create-and-deliver-cards
- https://open.dingtalk.com/document/development/interface-for-creating-a-card-instance
- https://open.dingtalk.com/document/development/delivery-card-interface
- https://open.dingtalk.com/document/development/interactive-card-update-interface
- https://open.dingtalk.com/document/development/register-card-callback-address
"""

import secrets
from typing import Dict, List, Optional, Set, Tuple

from scan_notify_plugin.testing.dingtalk_openapi.app import App, Route
from scan_notify_plugin.testing.dingtalk_openapi.card import PUSHED, Card, param_map
from scan_notify_plugin.testing.dingtalk_openapi.fields import json_object, text
from scan_notify_plugin.testing.dingtalk_openapi.refusals import Refused
from scan_notify_plugin.testing.robot_server import Request

__all__ = ['create', 'create_and_deliver', 'deliver', 'register', 'update']

PREFIX = 'dtv1.card//'
#: Of lastMessageI18n.
LANGUAGES = ('ZH_CN', 'ZH_TW', 'EN_US', 'JA_JP', 'VI_VN', 'TH_TH')
#: The names of a space's two models.
SPACES = {
    'IM_GROUP': ('imGroupOpenSpaceModel', 'imGroupOpenDeliverModel'),
    'IM_ROBOT': ('imRobotOpenSpaceModel', 'imRobotOpenDeliverModel'),
}


def create_and_deliver(app: App, request: Request) -> Dict[str, object]:
    """POST /v1.0/card/instances/createAndDeliver"""
    body = json_object(request, 'param.empty')
    spaces = _spaces(text(body, 'openSpaceId', 'param.openSpaceIdEmpty'))
    card = _made(app, body, {kind for kind, _ in spaces})
    for kind in sorted({kind for kind, _ in spaces}):
        _check_delivery(kind, body)
    app.cards[card.out_track_id] = card
    if app.half_made:
        app.half_made -= 1
        raise Refused('system.busy')
    card.deliveries = [_deliver(app, kind, space, body) for kind, space in spaces]
    return {'success': True, 'result': {'outTrackId': card.out_track_id, 'deliverResults': card.deliveries}}


def create(app: App, request: Request) -> Dict[str, object]:
    """POST /v1.0/card/instances: it goes nowhere yet."""
    body = json_object(request, 'param.empty')
    card = _made(app, body, {kind for kind, (space, _) in SPACES.items() if space in body})
    app.cards[card.out_track_id] = card
    return {'success': True, 'result': card.out_track_id}


def deliver(app: App, request: Request) -> Dict[str, object]:
    """POST /v1.0/card/instances/deliver. What a second delivery to a space comes to is on no page: here it stands there
    twice.
    """
    body = json_object(request, 'param.empty')
    out_track_id = text(body, 'outTrackId', 'param.outTrackIdEmpty')
    spaces = _spaces(text(body, 'openSpaceId', 'param.openSpaceIdEmpty'))
    for kind in sorted({kind for kind, _ in spaces}):
        _check_delivery(kind, body)
    if out_track_id not in app.cards:
        raise Refused('param.cardNotExist')
    card = app.cards[out_track_id]
    made = [_deliver(app, kind, space, body, card.kinds) for kind, space in spaces]
    card.deliveries.extend(made)
    return {'success': True, 'result': made}


def update(app: App, request: Request) -> Dict[str, object]:
    """PUT /v1.0/card/instances"""
    body = json_object(request, 'param.empty')
    out_track_id = text(body, 'outTrackId', 'param.outTrackIdEmpty')
    if not body.get('cardData') and not body.get('privateData'):
        raise Refused('param.cardDataAndPrivateDataBothEmpty')
    if out_track_id not in app.cards:
        raise Refused('param.cardNotExist')
    _check_suitable(app, body)
    card = app.cards[out_track_id]
    card.change('updated', body, _private(body))
    card.updates.append(body)
    return {'success': True, 'result': True}


def register(app: App, request: Request) -> Dict[str, object]:
    """POST /v1.0/card/callbacks/register; it takes addresses of this machine, which DingTalk does not."""
    body = json_object(request, 'param.empty')
    key = text(body, 'callbackRouteKey', 'param.callbackRouteKeyEmpty')
    url = text(body, 'callbackUrl', 'param.callbackUrlEmpty')
    secret = body.get('apiSecret') or ''
    if not isinstance(secret, str) or not url.startswith(('http://', 'https://')):
        raise Refused('param.invalid')
    if key in app.routes and body.get('forceUpdate') is not True:
        if app.keeps_routes:
            return {'success': True, 'result': {'callbackUrl': app.routes[key].url, 'apiSecret': secret}}
        raise Refused('param.callbackRouteKeyExist')
    app.routes[key] = Route(url, secret)
    return {'success': True, 'result': {'callbackUrl': url, 'apiSecret': secret}}


def _callback(app: App, body: Dict[str, object]) -> Tuple[str, str]:
    callback_type, route_key = body.get('callbackType', ''), body.get('callbackRouteKey', '')
    if not isinstance(callback_type, str) or not isinstance(route_key, str):
        raise Refused('param.invalid')
    if callback_type not in ('', 'STREAM', 'HTTP'):
        raise Refused('param.invalid')
    if callback_type == 'HTTP' and route_key not in app.routes:
        raise Refused('param.invalid')
    return callback_type, route_key


def _spaces(open_space_id: str) -> List[Tuple[str, str]]:
    """``dtv1.card//TYPE.ID;TYPE.ID``, types in any case."""
    if not open_space_id.startswith(PREFIX):
        raise Refused('param.openSpaceIdInvalid')
    spaces = []
    for one in open_space_id[len(PREFIX) :].split(';'):
        kind, _, space = one.partition('.')
        if kind.upper() not in SPACES or not space:
            raise Refused('param.openSpaceIdInvalid')
        spaces.append((kind.upper(), space))
    return spaces


def _made(app: App, body: Dict[str, object], kinds: Set[str]) -> Card:
    """A card, as far as it can be made."""
    template = text(body, 'cardTemplateId', 'param.cardTemplateIdEmpty')
    out_track_id = text(body, 'outTrackId', 'param.outTrackIdEmpty')
    if template not in app.templates:
        raise Refused('param.templateNotExist')
    if not isinstance(body.get('cardData'), dict):
        raise Refused('param.cardPublicDataEmpty')
    callback_type, route_key = _callback(app, body)
    if out_track_id in app.cards:
        raise Refused('param.cardAlreadyExist')
    card = Card(out_track_id, template, callback_type, route_key)
    for kind in sorted(kinds):
        _announce(app, card, kind, body.get(SPACES[kind][0]))
    card.change('created', body, _private(body))
    _check_suitable(app, body)
    return card


def _announce(app: App, card: Card, kind: str, space: object) -> None:
    """What lists of conversations and lock screens say of the card, if it says so."""
    if not isinstance(space, dict) or not isinstance(space.get('supportForward'), bool):
        raise Refused('param.openSpaceModelInvalid')
    last, notification = space.get('lastMessageI18n') or {}, space.get('notification') or {}
    if not isinstance(last, dict) or not isinstance(notification, dict):
        raise Refused('param.openSpaceModelInvalid')
    alert = notification.get('alertContent') or PUSHED
    if not all(isinstance(one, str) for one in list(last.values()) + [alert]):
        raise Refused('param.openSpaceModelInvalid')
    if not isinstance(notification.get('notificationOff', False), bool):
        raise Refused('param.openSpaceModelInvalid')
    if any(app.is_unsuitable(one) for one in list(last.values()) + [alert]):
        raise Refused('param.contentUnsafe')
    card.kinds.add(kind)
    # Keys that are no language of the page are not shown to anybody.
    card.last_message = {name: one for name, one in last.items() if name in LANGUAGES}
    card.alert = alert


def _check_delivery(kind: str, body: Dict[str, object]) -> None:
    deliver = body.get(SPACES[kind][1])
    if not deliver:
        raise Refused('param.openDeliverModelEmpty')
    if not isinstance(deliver, dict):
        raise Refused('param.openDeliverModelError')
    needed = ('robotCode',) if kind == 'IM_GROUP' else ('robotCode', 'spaceType')
    if not any(isinstance(deliver.get(name), str) and deliver[name] for name in needed):
        raise Refused('param.openDeliverModelError')
    if deliver.get('spaceType', kind) != kind:
        raise Refused('param.openDeliverModelError')
    people, recipients = deliver.get('atUserIds') or {}, deliver.get('recipients') or []
    if not isinstance(people, dict) or not isinstance(recipients, list):
        raise Refused('param.openDeliverModelError')


def _deliver(
    app: App, kind: str, space: str, body: Dict[str, object], kinds: Optional[Set[str]] = None
) -> Dict[str, object]:
    # The words of errorMsg are on no page but for SYSTEM_ERROR.
    deliver = body[SPACES[kind][1]]
    robot_code = deliver.get('robotCode', app.robot_code) if isinstance(deliver, dict) else app.robot_code
    if space in app.failing_spaces:
        error = app.failing_spaces[space]
    elif robot_code != app.robot_code:
        error = 'ROBOT_NOT_EXIST'
    elif kinds is not None and kind not in kinds:
        error = 'SPACE_NOT_SUPPORT'
    elif space not in (app.conversations if kind == 'IM_GROUP' else app.users):
        error = 'SPACE_NOT_EXIST'
    else:
        error = ''
    told = {'spaceType': kind, 'spaceId': space, 'success': not error, 'errorMsg': error}
    return told if error else dict(told, carrierId=secrets.token_hex(12))


def _private(body: Dict[str, object]) -> Dict[str, object]:
    private = body.get('privateData') or {}
    if not isinstance(private, dict):
        raise Refused('param.invalid')
    return private


def _check_suitable(app: App, body: Dict[str, object]) -> None:
    maps = [body.get('cardData') or {}] + list(_private(body).values())
    if any(app.is_unsuitable('\n'.join(param_map(one).values())) for one in maps):
        raise Refused('param.contentUnsafe')

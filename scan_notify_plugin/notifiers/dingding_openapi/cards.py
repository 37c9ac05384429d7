"""Interactive cards: made once, changed in place, and with buttons that answer.

- https://open.dingtalk.com/document/development/create-and-deliver-cards
- https://open.dingtalk.com/document/development/delivery-card-interface
- https://open.dingtalk.com/document/development/interactive-card-update-interface
- https://open.dingtalk.com/document/development/instructions-for-filling-in-api-card-data
- https://open.dingtalk.com/document/development/register-card-callback-address

A card's name at DingTalk (``outTrackId``) is the key of its part, so that another try never makes a second card. To
make it and to deliver it are two things: one that exists already is delivered. The variables are those of
docs/examples/dingtalk_card_template.json.
"""

from collections import deque
from typing import Deque, Dict, List, Mapping

from scan_notify_plugin.errors import Reason, SendError
from scan_notify_plugin.faults import Fault
from scan_notify_plugin.notifiers import text
from scan_notify_plugin.notifiers.base import Limit, Page, Part, Receipt, Target, wrong
from scan_notify_plugin.notifiers.dingding_openapi import codes, spaces
from scan_notify_plugin.notifiers.dingding_openapi.api import DingTalkApi, bases
from scan_notify_plugin.notifiers.dingding_openapi.dialect import DINGTALK_CARD
from scan_notify_plugin.notifiers.dingding_openapi.robot import conversations
from scan_notify_plugin.notifiers.dingding_openapi.way import Way, names
from scan_notify_plugin.notifiers.summary import Summary
from scan_notify_plugin.notifiers.target import Tokens
from scan_notify_plugin.notifiers.templates import Templates
from scan_notify_plugin.notifiers.titles import title_of
from scan_notify_plugin.records import Document
from scan_notify_plugin.secret import Secret, revealed
from scan_notify_plugin.words import known, say

MAX_VALUE = 1024  # bytes of one variable
MAX_LAST_MESSAGE = 128  # characters of what shows in the list of conversations
#: For so long after the stream process was last seen, cards have buttons.
STREAM_TRUST = 3600.0

_INSTANCES = '/v1.0/card/instances'


class Card(Way):
    """Way ``card``: one card for each group, or for each person where there is no group."""

    name = 'card'
    max_bytes = None
    idempotent = True  # outTrackId
    dialect = DINGTALK_CARD

    def __init__(self) -> None:
        #: keys of cards that exist and may have been delivered, of the last ones
        self._doubtful: Deque[str] = deque(maxlen=1000)

    def receivers(self, options: Mapping[str, object]) -> List[Document]:
        groups = conversations(options)
        found = ['{}.{}'.format(spaces.GROUP, one) for one in groups]
        found = found or ['{}.{}'.format(spaces.PERSON, one) for one in names(options.get('users'))]
        return [{'space': one} for one in found]

    def template(self, target: Target) -> str:
        return 'brief'

    def render(self, summary: Summary, target: Target, templates: Templates) -> List[Page]:
        # The link is a button, so that it can be taken away when it has ended.
        shown = summary if summary.alert else summary._replace(tasks=(), omitted=0, reports=())
        (page,) = super().render(shown, target, templates)
        return [Page(_linked(page.content, summary), page.withheld)]

    def compose(self, message: str, summary: Summary, target: Target, page: int) -> Document:
        heading, _, rest = message.partition('\n')
        acts = 'true' if has_buttons(target) and not summary.alert else 'false'
        state = 'alert' if summary.alert else summary.status
        params = {
            'title': heading.lstrip('# '),
            'lastMessage': title_of(message, summary, target.language, self.dialect, self.escape, MAX_LAST_MESSAGE),
            'summary': DINGTALK_CARD.within(rest),
            'status': summary.status,
            'status_text': _state(state, target.language),
            'link': '',
            'link_text': say('openapi.message.download', target.language),
            'has_link': 'false',
            'acknowledge_text': say('openapi.card.acknowledge', target.language),
            'resend_text': say('openapi.card.resend', target.language),
            'can_acknowledge': acts,
            'can_resend': acts,
            'acknowledged': '',
            'resent': '',
            'link_note': '',
        }
        return {
            'text': message,
            'params': cut(params),
            'follow': True,
            'language': target.language,
            'report_id': '',
            'acts': acts == 'true',
        }

    def limits(self, content: Document, target: Target) -> List[Limit]:
        sizes = {name: len(value.encode('utf-8')) for name, value in content['params'].items() if value}
        return [
            Limit('bytes of {}'.format(name), size, MAX_VALUE) for name, size in sorted(sizes.items()) if size > 100
        ]

    def post(self, part: Part, target: Target, api: DingTalkApi) -> Receipt:
        if 'card' in part.content:
            return _update(part, api)
        body = _card(part, target)
        try:
            answer = api.new(_INSTANCES + '/createAndDeliver', body)
        except SendError as error:
            if error.code != codes.ALREADY_THERE:
                raise
            return self._delivered(part, target, api)
        spaces.check(answer, api)
        return Receipt(part.key)

    def _delivered(self, part: Part, target: Target, api: DingTalkApi) -> Receipt:
        """Deliver a card that an earlier try has made: that it exists does not say that it got anywhere.

        A lost answer is no reason to do it again: a card may stand in a group as often as it is delivered.
        """
        if part.key in self._doubtful:
            raise SendError(Reason.UNKNOWN, words=Fault('openapi.card.no-success'))
        body = dict(spaces.delivery(part.content['space'], target.options), outTrackId=part.key)
        try:
            spaces.check(api.new(_INSTANCES + '/deliver', body), api)
        except SendError as error:
            if error.reason is Reason.UNKNOWN:
                self._doubtful.append(part.key)
            raise
        return Receipt(part.key, Fault('openapi.card.there'))

    def changed(self, content: Document, news: Document) -> Document:
        """The content of a part that brings the card of ``content`` up to date."""
        params = params_now(content['language'], content, news)
        lines = [params[name] for name in ('acknowledged', 'resent', 'link_note') if params.get(name)]
        return {'way': self.name, 'card': news['key'], 'params': params, 'text': '\n'.join(lines)}


def params_now(language: str, content: Document, news: Document) -> Dict[str, str]:
    """The variables of a card that change after it was sent; see :meth:`Notifier.follow`."""
    params: Dict[str, str] = {}
    seen = news.get('acknowledged')
    if seen:
        at = seen['at'].astimezone().strftime('%Y-%m-%d %H:%M')
        params.update(acknowledged=say('openapi.card.acknowledged', language, by=_who(seen['by']), at=at))
        params['can_acknowledge'] = 'false'
    if news.get('again'):
        params.update(resent=say('openapi.card.resent', language, by=_who(news['again'])))
    if news.get('gone') and content['params'].get('has_link') == 'true':
        params.update(link='', has_link='false', link_note=say('openapi.card.gone', language))
    return cut(params)


def _state(state: str, language: str) -> str:
    code = 'openapi.card.' + state
    return say(code, language) if known(code) else state


def clicked(content: Document, news: Document, refusal: str = '') -> Dict[str, object]:
    """The answer to a click: what the card shows to everybody now, and what it tells whoever clicked.

    https://open.dingtalk.com/document/development/event-callback-card
    """
    answer: Dict[str, object] = {
        'cardUpdateOptions': {'updateCardDataByKey': True, 'updatePrivateDataByKey': True},
        'userPrivateData': {'cardParamMap': cut({'refusal': refusal})},
    }
    params = params_now(content['language'], content, news) if content else {}
    if params:
        answer['cardData'] = {'cardParamMap': params}
    return answer


def has_buttons(target: Target) -> bool:
    """Whether somebody would answer a click."""
    way = target.options.get('callback') or 'none'
    return way == 'http' or (way == 'stream' and target.tokens.get(_stream_name(target.options)) is not None)


def stream_alive(options: Mapping[str, object], tokens: Tokens) -> None:
    """A sign of life of the process that answers clicks in Stream mode."""
    tokens.put(_stream_name(options), Secret('alive'), STREAM_TRUST)


def register_callback(target: Target, url: str, force: bool = False) -> None:
    """Tell DingTalk where clicks on cards with the target's CALLBACK_ROUTE_KEY go.

    :param force: also where it was told another address before
    """
    options = target.options
    body = {
        'callbackRouteKey': str(options['callback_route_key']),
        'callbackUrl': url,
        'apiSecret': revealed(options['callback_secret']),
        'forceUpdate': force,
    }
    answer = DingTalkApi(target).new('/v1.0/card/callbacks/register', body, delivers=False)
    result = answer.get('result')
    kept = result.get('callbackUrl') if isinstance(result, dict) else None
    if answer.get('success') is False:
        raise SendError(Reason.CONFIG, words=Fault('openapi.callback.refused'))
    if kept is not None and kept != url:  # a success that keeps the address of an earlier registration
        raise SendError(Reason.CONFIG, words=Fault('openapi.callback.kept', address=kept))


def cut(params: Mapping[str, str]) -> Dict[str, str]:
    """Every value within what DingTalk takes."""
    return {name: value.encode('utf-8')[:MAX_VALUE].decode('utf-8', 'ignore') for name, value in params.items()}


def _stream_name(options: Mapping[str, object]) -> str:
    return 'dingtalk-stream|{}|{}'.format(bases(options).api, options['app_key'])


def _who(by: str) -> str:
    """``dingtalk:u1`` as people call them."""
    return text.defanged(by.partition(':')[2] or by, text.MAX_FIELD)


def _linked(content: Document, summary: Summary) -> Document:
    """With the link to the first report; one that would be cut is none. The placeholder is as long as the link."""
    for report in summary.reports:
        if report.link and len(report.link.encode('utf-8')) <= MAX_VALUE:
            params = dict(content['params'], link=report.link, has_link='true')
            return dict(content, params=params, report_id=report.id)
    return dict(content)


def _card(part: Part, target: Target) -> Dict[str, object]:
    options, content = target.options, part.content
    body: Dict[str, object] = {
        'cardTemplateId': str(options['card_template_id']),
        'outTrackId': part.key,
        'cardData': {'cardParamMap': _filled(content['params'])},
    }
    body.update(spaces.announcement(content['space'], content['params'].get('lastMessage', '')))
    body.update(spaces.delivery(content['space'], options))
    callback = str(options.get('callback') or 'none')  # it may have been changed between writing and sending
    if content['acts'] and callback != 'none':
        body['callbackType'] = callback.upper()
        if callback == 'http':
            body['callbackRouteKey'] = str(options['callback_route_key'])
    return body


def _filled(params: Mapping[str, str]) -> Dict[str, str]:
    """The report may have lost its link between writing and sending."""
    return dict(params, has_link='true' if params.get('link') else 'false')


def _update(part: Part, api: DingTalkApi) -> Receipt:
    body = {
        'outTrackId': part.content['card'],
        'cardData': {'cardParamMap': part.content['params']},
        'cardUpdateOptions': {'updateCardDataByKey': True},
    }
    answer = api.new(_INSTANCES, body, method='PUT')
    if answer.get('success') is not True:
        raise SendError(Reason.UNKNOWN, words=Fault('openapi.no-success'))
    return Receipt(part.content['card'])


def problems(options: Mapping[str, object]) -> List[Fault]:
    """What is wrong with the options of cards."""
    callback = str(options.get('callback') or 'none')
    needed = {'none': (), 'stream': ('operators',), 'http': ('operators', 'callback_route_key', 'callback_secret')}
    if callback not in needed:
        return [wrong('callback', 'openapi.callback.choice')]
    return [
        wrong(name, 'openapi.callback.needs', callback=callback) for name in needed[callback] if not options.get(name)
    ]

"""Channel ``dingding_openapi``: which ways a target uses, and the parts that go in each of them."""

from typing import Any, Container, Dict, Iterable, List, Mapping, Optional, Tuple

from scan_notify_plugin.errors import Reason, SendError
from scan_notify_plugin.notifiers.base import Limit, Notifier, Page, Part, Receipt, Target
from scan_notify_plugin.notifiers.diagnosis import Diagnosis
from scan_notify_plugin.notifiers.dingding_openapi import api, cards
from scan_notify_plugin.notifiers.dingding_openapi.cards import Card
from scan_notify_plugin.notifiers.dingding_openapi.clicks import CardClicks
from scan_notify_plugin.notifiers.dingding_openapi.files import Files
from scan_notify_plugin.notifiers.dingding_openapi.robot import Direct, Group, conversations
from scan_notify_plugin.notifiers.dingding_openapi.way import names
from scan_notify_plugin.notifiers.dingding_openapi.work import Work
from scan_notify_plugin.notifiers.summary import Summary
from scan_notify_plugin.notifiers.templates import Templates
from scan_notify_plugin.secret import Secret

WAYS = ('work', 'group', 'direct', 'card')
_LISTS = ('users', 'departments', 'conversations', 'operators')


class DingTalkOpenApi(Notifier):
    """An internal application of one organisation."""

    channel = 'dingding_openapi'
    marks_delivery = True
    pace = (15, 1.0)  # 20 a second are allowed for each interface
    cool_down = 10.0
    independent = True
    required = ('app_key', 'app_secret')
    optional = (
        'agent_id', 'robot_code', 'default_chat_id', 'conversations', 'users', 'departments', 'ways', 'send_file',
        'card_template_id', 'callback', 'callback_route_key', 'callback_secret', 'operators', 'api_base', 'oapi_base',
    )  # fmt: skip
    secrets = ('app_secret', 'callback_secret')
    section = 'DINGDING'
    # API_BASE is the robot's there.
    section_options = tuple(name for name in required + optional if name != 'api_base')
    callbacks = CardClicks()

    def __init__(self) -> None:
        self._ways = {way.name: way for way in (Work(), Group(), Direct(), Card())}
        self._files = Files(self._ways)

    def problems(self, options: Mapping[str, Any]) -> List[str]:
        found = super().problems(options) + _form_problems(options)
        if found:
            return found
        found = api.base_problems(options) + [one for one in cards.problems(options) if one]
        return found + _receiver_problems(options, ways_of(options))

    def diagnose(self, targets: Mapping[str, Mapping[str, Any]], connected: Container[str]) -> Iterable[Diagnosis]:
        from scan_notify_plugin.notifiers.dingding_openapi import stream

        return stream.diagnose(targets, connected)

    def credential(self, target: Target) -> str:
        # Not the secret: it may be replaced while its application stays the same.
        return '{}|{}'.format(self.channel, target.options.get('app_key'))

    def repeatable(self, content: Mapping[str, Any]) -> bool:
        way = self._ways.get(content['way'])
        return way is not None and way.idempotent

    def render(self, summary: Summary, target: Target, templates: Templates) -> List[Page]:
        pages: List[Page] = []
        for name in ways_of(target.options):
            pages += self._ways[name].pages_for(summary, target, templates)
        return pages

    def limits(self, content: Mapping[str, Any], target: Target) -> List[Limit]:
        way = self._ways.get(content['way'])
        return way.limits(content, target) if way is not None else []

    def extras(self, summary: Summary, target: Target) -> List[Page]:
        if target.options.get('send_file', True) is False:
            return []
        return self._files.pages(summary, target, carriers(ways_of(target.options), target.options))

    def follow(self, content: Mapping[str, Any], news: Mapping[str, Any], target: Target) -> Optional[Dict[str, Any]]:
        cards: Any = self._ways['card']  # the way of cards alone has it
        changed = cards.changed(content, news)
        return changed if changed['params'] else None

    def send(self, part: Part, target: Target) -> Receipt:
        return self._way(part).post(part, target, api.DingTalkApi(target))

    def check(self, part: Part, receipt: Receipt, target: Target) -> Receipt:
        return self._way(part).outcome(part, receipt, target, api.DingTalkApi(target))

    def _way(self, part: Part) -> Any:
        name = part.content['way']
        way = self._files if name == self._files.name else self._ways.get(name)
        if way is None:  # another release has written it
            raise SendError(Reason.CONFIG, words='this release knows no way {!r}'.format(name))
        return way


def ways_of(options: Mapping[str, Any]) -> Tuple[str, ...]:
    """The ways that a target uses, in the order of WAYS: those it names, else what its receivers allow."""
    named = names(options.get('ways'))
    if named:
        return tuple(way for way in WAYS if way in named)
    people, groups = options.get('users') or options.get('departments'), conversations(options)
    found = ['work'] if people and options.get('agent_id') else ['direct'] if options.get('users') else []
    if groups:
        # A card holds only the most important; whoever wants the whole message too names both.
        found.append('card' if options.get('card_template_id') else 'group')
    return tuple(found)


def carriers(ways: Tuple[str, ...], options: Mapping[str, Any]) -> Tuple[str, ...]:
    """The ways in which files go: a card cannot hold one, so its groups or people get it as a message."""
    if 'card' in ways:
        beside = 'group' if conversations(options) else 'direct'
        ways = tuple(dict.fromkeys(way if way != 'card' else beside for way in ways))
    # People who get everything twice would get the file twice.
    return tuple(way for way in ways if not (way == 'direct' and 'work' in ways))


def _form_problems(options: Mapping[str, Any]) -> List[str]:
    found = []
    if options.get('app_secret') and not isinstance(options['app_secret'], Secret):
        found.append('APP_SECRET must be a text')
    for name in _LISTS:
        if not isinstance(options.get(name) or [], list):
            found.append('{} must be a list'.format(name.upper()))
    if any(isinstance(options.get(name), Secret) for name in ('app_key', 'agent_id', 'robot_code', 'card_template_id')):
        found.append('APP_KEY, AGENT_ID, ROBOT_CODE and CARD_TEMPLATE_ID are no secrets; write them down plainly')
    unknown = [way for way in names(options.get('ways')) if way not in WAYS]
    if unknown:
        found.append('WAYS must be some of {}'.format(', '.join(WAYS)))
    if not isinstance(options.get('send_file', True), bool):
        found.append('SEND_FILE must be true or false')
    return found


def _receiver_problems(options: Mapping[str, Any], ways: Tuple[str, ...]) -> List[str]:
    found = [
        '{} is not an openConversationId (cid...): chat ids belong to interfaces that are closed to new applications; '
        'see docs/dingding_openapi.md#conversations'.format(name)
        for name in conversations(options)
        if not name.startswith('cid')
    ]
    if not [name for name in names(options.get('departments')) if name.isdecimal()] == names(
        options.get('departments')
    ):
        found.append('DEPARTMENTS must be numbers')
    people, departments = options.get('users'), options.get('departments')
    if 'work' in ways and not (people or departments):
        found.append('WAYS: work needs USERS or DEPARTMENTS')
    if 'work' in ways and not str(options.get('agent_id', '')).isdecimal():
        found.append('AGENT_ID must be the number of the application')
    if 'group' in ways and not conversations(options):
        found.append('WAYS: group needs DEFAULT_CHAT_ID or CONVERSATIONS')
    if 'direct' in ways and not people:
        found.append('WAYS: direct needs USERS')
    if 'card' in ways and not options.get('card_template_id'):
        found.append('WAYS: card needs CARD_TEMPLATE_ID')
    if 'card' in ways and not (people or conversations(options)):
        found.append('WAYS: card needs CONVERSATIONS or USERS')
    if not ways:
        found.append('nobody is to be told: name USERS (with AGENT_ID), DEPARTMENTS, DEFAULT_CHAT_ID or CONVERSATIONS')
    if departments and not ways_of(options).count('work'):
        found.append('DEPARTMENTS are reached by work notifications only; add AGENT_ID and WAYS: [work]')
    return found

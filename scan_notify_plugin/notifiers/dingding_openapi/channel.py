"""Channel ``dingding_openapi``: which ways a target uses, and the parts that go in each of them."""

from typing import Container, Iterable, List, Mapping, Optional, Tuple, Union

from scan_notify_plugin.errors import Reason, SendError
from scan_notify_plugin.faults import Fault
from scan_notify_plugin.notifiers import dingtalk_links
from scan_notify_plugin.notifiers.base import Limit, Notifier, Page, Part, Receipt, Target, wrong
from scan_notify_plugin.notifiers.diagnosis import Diagnosis
from scan_notify_plugin.notifiers.dingding_openapi import api, cards
from scan_notify_plugin.notifiers.dingding_openapi.cards import Card
from scan_notify_plugin.notifiers.dingding_openapi.clicks import CardClicks
from scan_notify_plugin.notifiers.dingding_openapi.files import Files
from scan_notify_plugin.notifiers.dingding_openapi.robot import Direct, Group, conversations
from scan_notify_plugin.notifiers.dingding_openapi.way import Way, names
from scan_notify_plugin.notifiers.dingding_openapi.work import Work
from scan_notify_plugin.notifiers.summary import Summary
from scan_notify_plugin.notifiers.templates import Templates
from scan_notify_plugin.records import Document
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
    task_list = 'all'
    required = ('app_key', 'app_secret')
    optional = (
        'agent_id', 'robot_code', 'default_chat_id', 'conversations', 'users', 'departments', 'ways', 'send_file',
        'card_template_id', 'callback', 'callback_route_key', 'callback_secret', 'operators', 'links', 'api_base',
        'oapi_base',
    )  # fmt: skip
    secrets = ('app_secret', 'callback_secret')
    section = 'DINGDING'
    # API_BASE is the robot's there.
    section_options = tuple(name for name in required + optional if name != 'api_base')
    callbacks = CardClicks()

    def __init__(self) -> None:
        self._card = Card()
        ways: Tuple[Way, ...] = (Work(), Group(), Direct(), self._card)
        self._ways = {way.name: way for way in ways}
        self._files = Files(self._ways)

    def problems(self, options: Mapping[str, object]) -> Iterable[Union[str, Fault]]:
        form = [*super().problems(options), *_form_problems(options)]
        if form:
            return form
        ways = ways_of(options)
        return api.base_problems(options) + cards.problems(options) + _receiver_problems(options, ways)

    def diagnose(self, targets: Mapping[str, Mapping[str, object]], connected: Container[str]) -> Iterable[Diagnosis]:
        from scan_notify_plugin.notifiers.dingding_openapi import stream

        return stream.diagnose(targets, connected)

    def credential(self, target: Target) -> str:
        # Not the secret: it may be replaced while its application stays the same.
        return '{}|{}'.format(self.channel, target.options.get('app_key'))

    def repeatable(self, content: Document) -> bool:
        way = self._ways.get(content['way'])
        return way is not None and way.idempotent

    def render(self, summary: Summary, target: Target, templates: Templates) -> List[Page]:
        pages: List[Page] = []
        for name in ways_of(target.options):
            pages += self._ways[name].pages_for(summary, target, templates)
        return pages

    def limits(self, content: Document, target: Target) -> List[Limit]:
        way = self._ways.get(content['way'])
        return way.limits(content, target) if way is not None else []

    def extras(self, summary: Summary, target: Target) -> List[Page]:
        if target.options.get('send_file', True) is False:
            return []
        return self._files.pages(summary, target, carriers(ways_of(target.options), target.options))

    def follow(self, content: Document, news: Document, target: Target) -> Optional[Document]:
        changed = self._card.changed(content, news)
        return changed if changed['params'] else None

    def send(self, part: Part, target: Target) -> Receipt:
        return self._way(part).post(part, target, api.DingTalkApi(target))

    def check(self, part: Part, receipt: Receipt, target: Target) -> Receipt:
        return self._way(part).outcome(part, receipt, target, api.DingTalkApi(target))

    def _way(self, part: Part) -> Union[Way, Files]:
        name = part.content['way']
        way = self._files if name == self._files.name else self._ways.get(name)
        if way is None:  # another release has written it
            raise SendError(Reason.CONFIG, words=Fault('openapi.no-way', way=repr(name)))
        return way


def ways_of(options: Mapping[str, object]) -> Tuple[str, ...]:
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


def carriers(ways: Tuple[str, ...], options: Mapping[str, object]) -> Tuple[str, ...]:
    """The ways in which files go: a card cannot hold one, so its groups or people get it as a message."""
    if 'card' in ways:
        beside = 'group' if conversations(options) else 'direct'
        ways = tuple(dict.fromkeys(way if way != 'card' else beside for way in ways))
    # People who get everything twice would get the file twice.
    return tuple(way for way in ways if not (way == 'direct' and 'work' in ways))


def _form_problems(options: Mapping[str, object]) -> List[Fault]:
    found = []
    if options.get('app_secret') and not isinstance(options['app_secret'], Secret):
        found.append(wrong('app_secret', 'option.text'))
    found += [wrong(name, 'option.list') for name in _LISTS if not isinstance(options.get(name) or [], list)]
    if any(isinstance(options.get(name), Secret) for name in ('app_key', 'agent_id', 'robot_code', 'card_template_id')):
        found.append(Fault('openapi.no-secrets'))
    if [way for way in names(options.get('ways')) if way not in WAYS]:
        found.append(wrong('ways', 'openapi.ways', ways=', '.join(WAYS)))
    if not isinstance(options.get('send_file', True), bool):
        found.append(wrong('send_file', 'option.switch'))
    return found + list(filter(None, [dingtalk_links.problem(options)]))


def _receiver_problems(options: Mapping[str, object], ways: Tuple[str, ...]) -> List[Fault]:
    people, groups = options.get('users'), conversations(options)
    departments = names(options.get('departments'))
    is_card = 'card' in ways
    checks = (
        (not all(name.isdecimal() for name in departments), wrong('departments', 'openapi.numbers')),
        ('work' in ways and not (people or departments), _ways_need('openapi.needs.work')),
        ('work' in ways and not str(options.get('agent_id', '')).isdecimal(), wrong('agent_id', 'openapi.agent')),
        ('group' in ways and not groups, _ways_need('openapi.needs.group')),
        ('direct' in ways and not people, _ways_need('openapi.needs.direct')),
        (is_card and not options.get('card_template_id'), _ways_need('openapi.needs.template')),
        (is_card and not (people or groups), _ways_need('openapi.needs.card')),
        (not ways, Fault('openapi.nobody')),
        (departments and 'work' not in ways, Fault('openapi.departments')),
    )
    strange = [Fault('openapi.conversation', id=name) for name in groups if not name.startswith('cid')]
    return strange + [fault for is_wrong, fault in checks if is_wrong]


def _ways_need(code: str) -> Fault:
    return Fault('option.value', option='WAYS', cause=Fault(code))

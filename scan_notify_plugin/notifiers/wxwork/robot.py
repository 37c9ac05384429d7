"""Channel ``wxwork``: the group robot (webhook) of WeCom.

Protocol, limits and mentions: https://developer.work.weixin.qq.com/document/path/99110. That the robot rests for a
minute after too many messages: https://developer.work.weixin.qq.com/document/path/90455.
"""

import time
from functools import partial
from typing import Dict, Iterable, List, Mapping, Union
from urllib.parse import urlsplit

from scan_notify_plugin.errors import Reason, SendError
from scan_notify_plugin.faults import Fault
from scan_notify_plugin.notifiers import text
from scan_notify_plugin.notifiers.base import Limit, Notifier, Page, Part, Receipt, Target, wrong
from scan_notify_plugin.notifiers.blocks import Mention, Note, Said, apart
from scan_notify_plugin.notifiers.dialects import (
    WECOM_COLOURED,
    WECOM_MARKDOWN,
    WECOM_MARKDOWN_V2,
    Dialect,
    WeComMarkdown,
    WeComMarkdownV2,
)
from scan_notify_plugin.notifiers.summary import ReportLine, Summary
from scan_notify_plugin.notifiers.templates import Templates
from scan_notify_plugin.notifiers.titles import name_of
from scan_notify_plugin.notifiers.wxwork import mentions as people
from scan_notify_plugin.notifiers.wxwork.card import MAX_URL, card
from scan_notify_plugin.notifiers.wxwork.client import (
    MAX_CONTENT,
    MAX_FILE,
    MIN_FILE,
    WebhookClient,
    check_webhook,
    key_of,
)
from scan_notify_plugin.notifiers.wxwork.codes import INVALID_MEDIA
from scan_notify_plugin.records import Document
from scan_notify_plugin.secret import revealed
from scan_notify_plugin.words import LANGUAGES, say

#: More files than this are not sent for one run.
MAX_FILES = 3
#: Seconds within which an upload that was refused right away is made anew: together still less than a lane's lease.
AGAIN_WITHIN = 2.0

_CHOICES = {'clients': ('current', 'old'), 'form': ('summary', 'card')}
_SWITCHES = ('colours', 'send_file', 'task_ids')

#: Lists, lists with colours, and tables; and the same with the ids of scan tasks.
_PLAIN = (WECOM_MARKDOWN, WECOM_COLOURED, WECOM_MARKDOWN_V2)
_WITH_IDS = (WeComMarkdown(task_ids=True), WeComMarkdown(colours=True, task_ids=True), WeComMarkdownV2(task_ids=True))

#: The note that a message may be a repeat.
_REPEAT = apart(Note(Said('message.repeat.short')))
#: Room that each message leaves for it.
_REPEAT_BYTES = max(len(WECOM_MARKDOWN.text(_REPEAT, language).encode('utf-8')) for language in LANGUAGES) + len('\n\n')


class WxWorkRobot(Notifier):
    """The robot as a channel. A content has the message type as ``type`` beside its ``text``."""

    channel = 'wxwork'
    aliases = ('wechat',)
    dialect = WECOM_MARKDOWN_V2
    max_bytes = WECOM_MARKDOWN_V2.max_bytes  # and of markdown
    oversize = 'split'
    idempotent = False
    marks_delivery = True
    #: a gateway's word says nothing of the message, and there is no key: the next try says that it may be a repeat
    repeats_after = (500, 502)
    pace = (18, 61.0)  # 20 a minute are allowed
    cool_down = 60.0
    required = ('webhook_url',)
    optional = (
        'mentioned_list', 'mentioned_mobile_list', 'mention', 'clients', 'colours', 'form', 'card_url', 'send_file',
        'task_ids',
    )  # fmt: skip
    secrets = ('webhook_url',)
    section = 'WXWORK'

    def problems(self, options: Mapping[str, object]) -> Iterable[Union[str, Fault]]:
        found = [*super().problems(options), *people.problems(options)]
        cause = check_webhook(_webhook(options)) if options.get('webhook_url') else None
        found += [Fault('option.wrong', option='WEBHOOK_URL', cause=cause)] if cause else []
        for name, values in _CHOICES.items():
            if options.get(name, values[0]) not in values:
                found.append(wrong(name, 'option.either', first=values[0], second=values[1]))
        found += [wrong(name, 'option.switch') for name in _SWITCHES if not isinstance(options.get(name, False), bool)]
        return found + ([wrong('card_url', 'option.address')] if not _is_address(options.get('card_url')) else [])

    def credential(self, target: Target) -> str:
        return '{}|{}'.format(self.channel, key_of(_webhook(target.options)))

    def dialect_for(self, target: Target) -> Dialect:
        """markdown_v2 has tables; colours and mentions are markdown's, which has none."""
        lists, coloured, tables = _WITH_IDS if target.options.get('task_ids') is True else _PLAIN
        if target.options.get('colours'):
            return coloured
        old = target.options.get('clients') == 'old' or _people(target).inline
        return lists if old else tables

    def compose(self, message: str, summary: Summary, target: Target, page: int) -> Document:
        dialect = self.dialect_for(target)
        kind = 'markdown_v2' if isinstance(dialect, WeComMarkdownV2) else 'markdown'
        names = _people(target).inline if page == 1 and not summary.test else ()
        tokens = dialect.text(apart(Mention(names)), target.language)
        return {'type': kind, 'text': message + '\n\n' + tokens if tokens else message}

    def size(self, content: Document, target: Target) -> int:
        return super().size(content, target) + _REPEAT_BYTES

    def limits(self, content: Document, target: Target) -> List[Limit]:
        kind = content['type']
        if kind in ('markdown', 'markdown_v2'):
            return super().limits(content, target)
        return [Limit('bytes', Notifier.size(self, content, target), MAX_CONTENT[kind])] if kind in MAX_CONTENT else []

    def _fitted(self, summary: Summary, target: Target, templates: Templates) -> List[Page]:
        made = None
        if target.options.get('form') == 'card' and not summary.alert:
            made = card(summary, target.language, str(target.options.get('card_url') or ''), self.escape)
        if made is None:
            return super()._fitted(summary, target, templates)
        # Without the words of strangers the card would say next to nothing: then the message of one page takes its
        # place.
        (page,) = super()._fitted(summary, target._replace(oversize='cut'), templates)
        title = '{title} · {desc}'.format(**made['main_title'])
        return [Page({'type': 'template_card', 'text': title, 'card': made}, page.withheld)]

    def extras(self, summary: Summary, target: Target) -> List[Page]:
        """The mention as a message of its own, then the files."""
        made = []
        lists = _people(target).lists
        if lists and not summary.test:  # nobody is called for a test
            made.append(Page(_mention(summary, target, lists), _mention(summary.withheld(), target, lists)))
        if target.options.get('send_file'):
            files = [report for report in summary.reports if report.ready and MIN_FILE <= report.size <= MAX_FILE]
            made += [_file(report, summary, target) for report in files[:MAX_FILES]]
        return made

    def send(self, part: Part, target: Target) -> Receipt:
        client = WebhookClient(_webhook(target.options), target.http)
        if part.content['type'] != 'file':
            return client.send(_body(_repeated(part, target) if part.repeat else part.content))
        if part.file is None:
            raise SendError(Reason.CONTENT, words=Fault('wxwork.no-file'))
        file = part.file
        if part.repeat:  # its name is all that people see of a file
            file = file._replace(name=say('wxwork.file.repeat', target.language) + file.name)
        begun = time.monotonic()
        try:
            return client.send(_uploaded(client.upload(file)))
        except SendError as error:
            if error.code != INVALID_MEDIA or time.monotonic() - begun > AGAIN_WITHIN:
                raise
        return client.send(_uploaded(client.upload(file)))


def _people(target: Target) -> people.Mentions:
    """Whom to mention. A card mentions nobody, so there all are called by the message of its own."""
    options = target.options
    return people.mentions(dict(options, mention=people.COMPANION) if options.get('form') == 'card' else options)


def _webhook(options: Mapping[str, object]) -> str:
    return revealed(options.get('webhook_url'))


def _is_address(url: object) -> bool:
    if not url:
        return True
    try:
        parts = urlsplit(str(url))
    except ValueError:
        return False
    return parts.scheme in ('http', 'https') and bool(parts.hostname) and len(str(url).encode('utf-8')) <= MAX_URL


def _repeated(part: Part, target: Target) -> Document:
    """A message whose last try may have arrived, which it says."""
    said, content = say('message.repeat.short', target.language), part.content
    if content['type'] == 'template_card':
        below = content['card'].get('sub_title_text', '')
        return dict(content, card=dict(content['card'], sub_title_text=' · '.join(filter(None, [said, below]))))
    before = said + '\n' if content['type'] == 'text' else WECOM_MARKDOWN.text(_REPEAT, target.language) + '\n\n'
    return dict(content, text=before + content['text'])


def _body(content: Document) -> Dict[str, object]:
    kind = content['type']
    if kind == 'template_card':
        return {'msgtype': kind, kind: content['card']}
    return {'msgtype': kind, kind: dict(content.get('mentions', {}), content=content['text'])}


def _uploaded(media_id: str) -> Dict[str, object]:
    return {'msgtype': 'file', 'file': {'media_id': media_id}}


def _mention(summary: Summary, target: Target, lists: Mapping[str, List[str]]) -> Document:
    name = text.defanged(summary.schedule_name, text.MAX_FIELD)
    code = 'wxwork.mention' + ('.alert' if summary.alert else '' if name else '.hidden')
    words = say(code, target.language, name=name, number=summary.run_number)
    return {'type': 'text', 'text': words, 'mentions': dict(lists)}


def _file(report: ReportLine, summary: Summary, target: Target) -> Page:
    code = 'wxwork.file.link' if report.link else 'wxwork.file.fetch'
    name = WECOM_MARKDOWN.printed(name_of(summary), target.language, partial(text.defanged, limit=text.MAX_FIELD))
    words = say(code, target.language, name=name, link=report.link, id=report.id)
    return Page({'type': 'file', 'text': report.name, 'report': report.id}, {'type': 'text', 'text': words})

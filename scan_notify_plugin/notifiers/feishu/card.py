"""A message as a card, JSON 2.0: a coloured header, Markdown, and buttons that open links.

- https://open.feishu.cn/document/feishu-cards/card-json-v2-structure: a field that is not known is an error
- https://open.feishu.cn/document/feishu-cards/card-json-v2-components/content-components/title: colours
- https://open.feishu.cn/document/feishu-cards/card-json-v2-components/interactive-components/button
"""

import html
from typing import Dict, List, NamedTuple
from urllib.parse import urlsplit

from scan_notify_plugin.notifiers import text
from scan_notify_plugin.notifiers.blocks import Note, Said, apart
from scan_notify_plugin.notifiers.dialects import FEISHU, PLAIN_TEXT
from scan_notify_plugin.notifiers.dialects.feishu import EMOJI
from scan_notify_plugin.notifiers.summary import Summary
from scan_notify_plugin.notifiers.titles import cut, title_of
from scan_notify_plugin.records import Document
from scan_notify_plugin.words import say

#: Characters: four lines of a phone are shown of a header, and one line of a list of conversations.
MAX_HEADING, MAX_TITLE = 200, 128
#: Characters of a button (its page).
MAX_LABEL = 100
#: More reports than this have their links in the text alone.
MAX_BUTTONS = 4

#: As the vendor recommends: green for what is done, orange for a warning, red for an error.
_COLOURS = {'finished': 'green', 'error': 'red', 'running': 'blue'}
_TEST, _ALERT, _OTHER = 'blue', 'orange', 'grey'
#: The note that a message may be a repeat.
_REPEAT = apart(Note(Said('message.repeat.short')))


class Button(NamedTuple):
    """Opens a link."""

    label: str
    url: str


def content_of(message: str, summary: Summary, language: str) -> Document:
    """What is kept of a message: its text, and what stands around it."""
    heading = html.unescape(message.partition('\n')[0].lstrip('# '))
    title = title_of(heading, summary, language, PLAIN_TEXT, text.unlinked, MAX_TITLE)
    return {
        'text': message,
        'heading': cut(_plain(heading), MAX_HEADING),
        'title': cut(_plain(title), MAX_TITLE),
        'colour': _colour(summary),
        'buttons': [list(button) for button in _buttons(summary, language)],
    }


def card(content: Document, repeat: str = '') -> Dict[str, object]:
    """The card of a content.

    :param repeat: the language in which it says that it may be a repeat; '' if it does not
    """
    first, _, rest = content['text'].partition('\n')
    body = rest.lstrip('\n') if first.startswith('#') else content['text']  # the header has the heading
    if repeat:
        body = '{}\n\n{}'.format(FEISHU.text(_REPEAT, repeat), body)
    elements: List[Dict[str, object]] = [{'tag': 'markdown', 'content': body}] if body.strip() else []
    elements += [_drawn(Button(*pair), first=number == 0) for number, pair in enumerate(content['buttons'])]
    return {
        'schema': '2.0',
        'config': {'summary': {'content': content['title']}},
        'header': {'template': content['colour'], 'title': _text(content['heading'])},
        'body': {'elements': elements},
    }


def _colour(summary: Summary) -> str:
    if summary.alert is not None:
        return _ALERT
    return _TEST if summary.test else _COLOURS.get(summary.status, _OTHER)


def _buttons(summary: Summary, language: str) -> List[Button]:
    """The reports on the page that tells of them, and the run."""
    if summary.page > 1:
        return []
    ready = [report for report in summary.reports if report.ready and _opens(report.link)][:MAX_BUTTONS]
    label = say('report.download', language)
    found = [
        Button(label if len(ready) == 1 else '{} {}'.format(label, report.name).strip(), report.link)
        for report in ready
    ]
    if _opens(summary.url):
        found.append(Button(say('run.open', language), summary.url))
    return [Button(cut(button.label, MAX_LABEL), button.url) for button in found]


def _opens(url: str) -> bool:
    """Whether Feishu takes a link: any other makes it refuse the message."""
    try:
        parts = urlsplit(url)
        return parts.scheme in ('http', 'https') and bool(parts.hostname)
    except ValueError:
        return False


def _drawn(button: Button, first: bool) -> Dict[str, object]:
    return {
        'tag': 'button',
        'type': 'primary' if first else 'default',
        'text': _text(button.label),
        'behaviors': [{'type': 'open_url', 'default_url': button.url}],
    }


def _text(words: str) -> Dict[str, str]:
    return {'tag': 'plain_text', 'content': words}


def _plain(line: str) -> str:
    """For a field of plain text, in which pictures have names between colons."""
    return EMOJI.sub('：', text.defanged(line))

"""A message as HTML that mail programs show: tables and styles on the elements themselves, nothing from elsewhere.

Outlook on Windows draws with Word (no flexbox, no media queries, widths of tables only), Gmail takes style sheets from
the head alone and drops what it does not know, a phone has 320 pixels, and in dark mode programs turn colours round
unless a page says that it has its own: https://www.caniemail.com, and Apple's
https://developer.apple.com/documentation/safari-release-notes (``color-scheme``).
"""

import html
import re
from typing import Dict, Iterable

from scan_notify_plugin.notifiers import blocks, text
from scan_notify_plugin.notifiers.dialects.base import Dialect, Room, Show
from scan_notify_plugin.notifiers.dialects.plain import PlainText
from scan_notify_plugin.notifiers.shortening import Measure
from scan_notify_plugin.notifiers.summary import Text
from scan_notify_plugin.words import say

#: Text and its background, and what is less important; dark and light.
_LIGHT, _DARK = ('#1d2530', '#ffffff', '#5a6573', '#d6dbe1'), ('#e6e9ee', '#1b1f24', '#a3adba', '#3d4650')
_FONT = '-apple-system,&quot;Segoe UI&quot;,&quot;PingFang SC&quot;,&quot;Microsoft YaHei&quot;,Arial,sans-serif'
_LINK, _DARK_LINK = '#1a5fb4', '#8ab4f8'
#: Of a run that went well, and of one that did not: both have contrast on both backgrounds.
_TONES = {'good': '#1a7f37', 'bad': '#c62828'}
_MARK = re.compile('\x02([0-9]+)\x03')

#: What is kept of strangers' texts where they take all the room.
_MEASURES = (Measure(400, 20), Measure(100, 8), Measure(30, 2), Measure(8, 0))
_ROOM = Room(assets=60, reports=20, troubles=20, remarks=20)

_DARK_SHEET = (
    '@media (prefers-color-scheme:dark){{body,.sn{{color:{0}!important;background:{1}!important}}'
    '.sn th,.quiet{{color:{2}!important}}.sn td,.sn th{{border-color:{3}!important}}a{{color:{4}!important}}}}'
).format(*_DARK + (_DARK_LINK,))
_PAGE = (
    '<!DOCTYPE html>\n<html lang="{language}"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width,initial-scale=1">'
    '<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">'
    '<meta name="format-detection" content="telephone=no,date=no,address=no,email=no,url=no">'
    '<title>{title}</title><style>{sheet}</style></head>\n'
    '<body style="margin:0;padding:0;background:{ground};color:{ink}">'
    '<table class="sn" role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" bgcolor="{ground}"'
    ' style="max-width:640px;color:{ink};background:{ground};font:16px/1.5 {font};word-break:break-word">'
    '<tr><td style="padding:16px">\n{body}\n</td></tr></table></body></html>\n'
)
#: Bytes of a page that are not its message's.
FRAME = 2600


class MailHtml(Dialect):
    """The HTML of a mail. All words, ours and those of strangers, become HTML in :meth:`printed`."""

    loose = True
    room = _ROOM
    measures = _MEASURES

    def escape(self, value: str) -> str:
        return _html(text.defanged(value))

    def printed(self, value: object, language: str, escape: object) -> str:
        if isinstance(value, Text):
            return _html(value)
        if isinstance(value, blocks.Said):
            facts = {name: self.printed(fact, language, escape) for name, fact in value.facts.items()}
            return _said(value.code, language, facts)
        return super().printed(value, language, escape)  # type: ignore[arg-type]  # what the base class is given

    def strong(self, words: str) -> str:
        return '<b>{}</b>'.format(words)

    def link(self, label: str, url: str) -> str:
        return '<a href="{}" style="color:{}">{}</a>'.format(_html(url), _LINK, label)

    def heading(self, block: blocks.Heading, show: Show) -> str:
        return '<h1 style="font-size:20px;line-height:1.3;margin:0 0 12px">{}</h1>'.format(show(block.value))

    def sentence(self, block: blocks.Sentence, show: Show) -> str:
        return _paragraph(show(block.value))

    def facts(self, block: blocks.Facts, show: Show) -> str:
        """Names at the left and what there is to say beside them; without what the heading says."""
        rows = [(show(fact.name), self.said_of(fact, show)) for fact in block.facts if not fact.in_heading]
        cells = ''.join(
            '<tr><th scope="row" align="left" valign="top" style="{}white-space:nowrap;font-weight:normal;color:{}">{}'
            '</th><td valign="top" style="{}">{}</td></tr>'.format(_cell(), _LIGHT[2], name, _cell(), value)
            for name, value in rows
        )
        return _table(cells) if cells else ''

    def said_of(self, fact: blocks.Fact, show: Show) -> str:
        words = super().said_of(fact, show)
        colour = _TONES.get(fact.tone)
        return '<span style="color:{}">{}</span>'.format(colour, words) if colour else words

    def items(self, block: blocks.Items, show: Show) -> str:
        shown = ''.join('<li style="margin:0 0 4px">{}</li>'.format(show(item)) for item in block.items)
        return '<ul style="margin:0 0 12px;padding:0 0 0 20px">{}</ul>'.format(shown)

    def table(self, block: blocks.Table, show: Show) -> str:
        numbers = [column.number for column in block.columns]
        head = self._row('th', [show(column.title) for column in block.columns], numbers)
        rows = ''.join(self._row('td', [show(cell) for cell in row], numbers) for row in block.rows)
        title = _paragraph(self.strong(show(block.title))) if block.title is not None else ''
        return title + _table(head + rows)

    @staticmethod
    def _row(tag: str, cells: Iterable[str], numbers: Iterable[bool]) -> str:
        scope = ' scope="col"' if tag == 'th' else ''
        more = 'color:{};font-weight:normal;white-space:nowrap'.format(_LIGHT[2]) if tag == 'th' else ''
        made = (
            '<{0}{1} align="{2}" valign="top" style="{3}{4}">{5}</{0}>'.format(
                tag, scope, 'right' if number else 'left', _cell(), more, cell
            )
            for cell, number in zip(cells, numbers)
        )
        return '<tr>{}</tr>'.format(''.join(made))

    def note(self, block: blocks.Note, show: Show) -> str:
        return _paragraph(show(block.value), 'border-left:4px solid #b7791f;padding:0 0 0 10px;')

    def quote(self, block: blocks.Quote, show: Show) -> str:
        return _paragraph(show(block.value), 'border-left:4px solid {};padding:0 0 0 10px;'.format(_LIGHT[3]))

    def code(self, block: blocks.Code, show: Show) -> str:
        lines = '\n'.join(map(_html, block.lines))
        return '<pre style="margin:0 0 12px;font:13px/1.4 Consolas,monospace;white-space:pre-wrap">{}</pre>'.format(
            lines
        )

    def mention(self, block: blocks.Mention, show: Show) -> str:
        return ''  # whom a mail is for stands in its head

    def rule(self, block: blocks.Rule, show: Show) -> str:
        return '<hr style="border:0;border-top:1px solid {};margin:12px 0">'.format(_LIGHT[3])

    def footer(self, block: blocks.Footer, show: Show) -> str:
        return '<p class="quiet" style="margin:0;font-size:13px;color:{}">{}</p>'.format(_LIGHT[2], show(block.value))

    def written(self, block: blocks.Written, show: Show) -> str:
        """What a template writes itself is no HTML: a mail has no markup but that of its blocks."""
        return _paragraph(super().written(block, show).replace('\n', '<br>'))


class MailText(PlainText):
    """The same as plain text, for programs that show nothing else, and for watches."""

    loose = True
    room = _ROOM
    measures = _MEASURES

    def escape(self, value: str) -> str:
        return text.defanged(value)  # a program makes links and pictures of what looks like one


class _Fact:
    """A fact in a sentence: a mark of where it stands, so that the sentence becomes HTML without it."""

    def __init__(self, mark: str, words: str) -> None:
        self._mark, self._words = mark, words

    def __str__(self) -> str:
        return self._mark

    def __format__(self, spec: str) -> str:  # asked for where a family of words is looked up by it
        return format(self._words, spec)


def _said(code: str, language: str, facts: Dict[str, str]) -> str:
    """Our words as HTML, with facts that are HTML already."""
    names = list(facts)
    marked = {name: _Fact('\x02{}\x03'.format(number), facts[name]) for number, name in enumerate(names)}
    sentence = _html(say(code, language, **marked))
    return _MARK.sub(lambda found: facts[names[int(found.group(1))]], sentence)


def page(body: str, title: str, language: str) -> str:
    """A whole page around what the dialect has made."""
    return _PAGE.format(
        language={'zh': 'zh-CN'}.get(language, _html(language)), title=_html(title), body=body, sheet=_DARK_SHEET,
        ink=_LIGHT[0], ground=_LIGHT[1], font=_FONT,
    )  # fmt: skip


def _paragraph(words: str, style: str = '') -> str:
    return '<p style="margin:0 0 12px;{}">{}</p>'.format(style, words)


def _table(rows: str) -> str:
    return '<table cellpadding="0" cellspacing="0" border="0" style="margin:0 0 12px;font-size:14px">{}</table>'.format(
        rows
    )


def _cell() -> str:
    return 'padding:4px 12px 4px 0;border-bottom:1px solid {};'.format(_LIGHT[3])


def _html(value: str) -> str:
    return html.escape(str(value), quote=True)


MAIL_HTML = MailHtml()
MAIL_TEXT = MailText()

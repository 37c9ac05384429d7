"""The Markdown of a card's variables, which is not that of robots.

https://open.dingtalk.com/document/development/markdown-variable-new: a line ends with ``<br>``, a paragraph with a free
line, and items of a list begin with ``* ``. A newline alone is no break that people see.
"""

import re
from typing import List

from scan_notify_plugin.notifiers import blocks
from scan_notify_plugin.notifiers.dialects.base import Show
from scan_notify_plugin.notifiers.dialects.dingtalk import DingTalkMarkdown

#: What is left out is not passed over in silence.
_MORE = '…'
#: A list of the Markdown that templates write themselves.
_DASH = re.compile(r'^( *)- ')
_ITEM = re.compile(r'^ *(?:\*|[0-9]+\.) ')
#: Lines of one block, which a newline keeps apart.
_ROW = re.compile(r'^ *\|')
_FENCE = '```'


class DingTalkCardMarkdown(DingTalkMarkdown):
    """Of the text of a card, which has its title and its link elsewhere: whole lines are left out at the end."""

    loose = True
    bullet = '* '
    #: bytes of one variable of a card: https://open.dingtalk.com/document/development/create-and-deliver-cards
    max_bytes = 1024

    def code(self, block: blocks.Code, show: Show) -> str:
        return '{0}\n{1}\n{0}'.format(_FENCE, '\n'.join(block.lines))

    def rule(self, block: blocks.Rule, show: Show) -> str:
        return '***'

    def broken(self, message: str) -> str:
        """With the breaks that cards show; a template's own lists become theirs."""
        made = ''
        before, fenced = '', False
        for line in message.split('\n'):
            line = line if fenced else _DASH.sub(r'\1* ', line)
            made += line if not made else (('\n' if fenced else _between(before, line)) + line)
            fenced = fenced != line.startswith(_FENCE)
            before = line
        return made

    def within(self, message: str) -> str:
        """The lines that fit, as a variable of the card."""
        kept: List[str] = []
        lines = message.strip().split('\n')
        for number, line in enumerate(lines, 1):
            rest = [] if number == len(lines) else ['', _MORE]
            if len(self.broken('\n'.join(kept + [line] + rest)).encode('utf-8')) > self.max_bytes:
                return self.broken('\n'.join(kept).rstrip() + '\n\n' + _MORE).strip()
            kept.append(line)
        return self.broken('\n'.join(kept))


def _between(before: str, line: str) -> str:
    """What stands between two lines so that people see two."""
    if not before.strip() or not line.strip() or _FENCE in (before[:3], line[:3]):
        return '\n'
    if _ITEM.match(line) or _ITEM.match(before):
        return '\n' if _ITEM.match(line) and _ITEM.match(before) else '\n\n'
    if _ROW.match(line) and _ROW.match(before):
        return '\n'
    return '\n\n' if line.startswith('> ') or before.startswith('> ') else '<br>'


DINGTALK_CARD = DingTalkCardMarkdown()

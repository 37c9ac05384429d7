"""One renderer of Markdown for all services, with a switch for each thing that a vendor documents; nothing else of a
message has an effect in a picture. Pure.
"""

import html
import re
from typing import Dict, NamedTuple, Tuple

from markdown_it import MarkdownIt

#: What a service may understand beside plain paragraphs, by the rules of markdown-it.
_RULES = {
    'headings': ('heading',),
    'bold': ('emphasis',),
    'links': ('link',),
    'quotes': ('blockquote',),
    'lists': ('list',),
    'tables': ('table',),
    'code': ('backticks', 'fence'),
    'rules': ('hr',),
    'entities': ('entity',),
}


class Markup(NamedTuple):
    """What a vendor documents of the markup of one kind of message."""

    source: str
    knows: Tuple[str, ...]
    breaks: bool = True  #: whether each end of a line is one that people see
    colours: Tuple[Tuple[str, str], ...] = ()  #: names in ``<font color>``, and what they look like
    br: bool = False  #: whether ``<br>`` is the end of a line
    at: str = ''  #: a pattern of mentions, as they are after escaping; its first group is who

    def html(self, text: str) -> str:
        """A message as HTML; what the service does not know stands there as it is written."""
        parser = MarkdownIt('zero', {'breaks': self.breaks, 'html': False}).enable('newline')
        for name in self.knows:
            parser.enable(list(_RULES[name]))
        shown: str = parser.render(text)
        for name, colour in self.colours:
            shown = re.sub(
                r'&lt;font color=&quot;{}&quot;&gt;(.*?)&lt;/font&gt;'.format(name),
                r'<span style="color:{}">\1</span>'.format(colour),
                shown,
            )
        if self.br:
            shown = shown.replace('&lt;br&gt;', '<br>').replace('&lt;br/&gt;', '<br>')
        if self.at:
            shown = re.sub(self.at, r'<span class="at">@\1</span>', shown)
        return shown


ALL_TEXT = ('headings', 'bold', 'links', 'quotes')
_WECOM = 'https://developer.work.weixin.qq.com/document/path/99110'

#: By the name of a look.
MARKUPS: Dict[str, Markup] = {
    'dingtalk': Markup(
        'https://open.dingtalk.com/document/development/robot-message-type', ALL_TEXT + ('lists',), breaks=False
    ),
    'dingtalk-card': Markup(
        'https://open.dingtalk.com/document/development/markdown-variable-new',
        ALL_TEXT + ('lists',),
        breaks=False,
        br=True,
    ),
    'wecom': Markup(
        _WECOM,
        ALL_TEXT + ('code',),
        colours=(('info', '#1aad19'), ('comment', '#888888'), ('warning', '#ff7800')),
        at=r'&lt;@([^&]+)&gt;',
    ),
    'wecom-v2': Markup(_WECOM, ALL_TEXT + ('lists', 'tables', 'code', 'rules')),
    'discord': Markup('https://discord.com/developers/docs/reference#message-formatting', ALL_TEXT + ('lists', 'code')),
    'feishu': Markup(
        'https://open.feishu.cn/document/feishu-cards/card-json-v2-components/content-components/rich-text',
        ALL_TEXT + ('lists', 'tables', 'code', 'rules', 'entities'),
        colours=(('green', '#2ea121'), ('red', '#d83931'), ('grey', '#8f959e'), ('orange', '#de7802')),
        br=True,
        at=r'&lt;at id=(?:&quot;)?([\w-]+)(?:&quot;)?&gt;&lt;/at&gt;',
    ),
}


def slack(text: str) -> str:
    """Slack's mrkdwn: https://api.slack.com/reference/surfaces/formatting."""
    shown = html.escape(html.unescape(text).replace('\u003c', '<'), quote=False)
    shown = re.sub(r'&lt;(https?://[^|&]+)\|(.*?)&gt;', r'<a href="\1">\2</a>', shown)
    shown = re.sub(r'(?m)(?<!\w)\*([^*\n]+)\*(?!\w)', r'<b>\1</b>', shown)
    shown = re.sub(r'(?m)^&gt; (.*)$', r'<blockquote>\1</blockquote>', shown)
    return '<p>{}</p>'.format(shown.replace('</blockquote>\n', '</blockquote>').replace('\n', '<br>'))


def telegram(text: str) -> str:
    """Telegram's tags, and no others: https://core.telegram.org/bots/api#html-style."""
    shown = re.sub(r'&lt;(/?(?:b|blockquote|a))&gt;', r'<\1>', html.escape(html.unescape(text), quote=False))
    shown = re.sub(r'&lt;a href="(https?://[^"&]+)"&gt;', r'<a href="\1">', shown)
    return '<p>{}</p>'.format(shown.replace('</blockquote>\n', '</blockquote>').replace('\n', '<br>'))


def plain(text: str) -> str:
    """A text that has no markup."""
    return '<p>{}</p>'.format(html.escape(text).replace('\n', '<br>'))

"""The markups that a target's ``MARKUP`` can name: how the text for its ``BODY`` looks, and how long it may be."""

from typing import Dict, NamedTuple

from scan_notify_plugin.notifiers import text
from scan_notify_plugin.notifiers.dialects.base import Dialect
from scan_notify_plugin.notifiers.dialects.discord import DISCORD
from scan_notify_plugin.notifiers.dialects.markdown import Markdown
from scan_notify_plugin.notifiers.dialects.plain import PLAIN_TEXT
from scan_notify_plugin.notifiers.dialects.slack import SLACK
from scan_notify_plugin.notifiers.dialects.telegram import TELEGRAM


class _SafeMarkdown(Markdown):
    """The common Markdown for a service that nobody here knows: what strangers wrote is no markup in any of them."""

    def escape(self, value: str) -> str:
        return text.defanged(value)


class Markup(NamedTuple):
    """One of them."""

    dialect: Dialect
    most: int  #: characters of a message, as UTF-16 counts them


#: More than anybody reads; a body has no more than 256 KB.
_MUCH = 16000
#: The lengths are those of the services' pages, see the dialects.
MARKUPS: Dict[str, Markup] = {
    'markdown': Markup(_SafeMarkdown(), _MUCH),
    'plain': Markup(PLAIN_TEXT, _MUCH),
    'slack': Markup(SLACK, 4000),
    'discord': Markup(DISCORD, 2000),
    'telegram': Markup(TELEGRAM, 4096),
}
#: Of a target that says nothing.
DEFAULT = 'markdown'


def length(message: str) -> int:
    """Characters as UTF-16 counts them: never fewer than a service does."""
    return len(message.encode('utf-16-le', 'surrogatepass')) // 2

"""Lists for services that know none: a sign before each line, close below its title."""

import re
from typing import Callable, Iterable, Optional

from scan_notify_plugin.notifiers import blocks
from scan_notify_plugin.notifiers.dialects.base import Dialect

#: The beginning of a list that is a paragraph of its own, and of its lines. No stranger's text begins a line.
_FIRST, _LINE = re.compile(r'\n\n(?=- )'), re.compile(r'(?m)^- ')


class Bulleted(Dialect):
    """See the module."""

    def text(
        self, message: Iterable[blocks.Placed], language: str, escape: Optional[Callable[[str], str]] = None
    ) -> str:
        return _LINE.sub('• ', _FIRST.sub('\n', super().text(message, language, escape)))

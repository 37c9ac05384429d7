"""Which files of the administrator's folder are not used, whatever is in them."""

import os
from typing import Iterable, List, NamedTuple, Optional

from scan_notify_plugin.words import LANGUAGES

PAGE = 'docs/channels.md#templates'
#: Tells how a template of 0.1.0 is moved.
MOVING = 'docs/channels.md#templates-of-01'


class Refused(NamedTuple):
    """A file that is not used."""

    path: str
    line: str  #: '?' where nobody knows
    why: str

    @property
    def place(self) -> str:
        return '{}:{}'.format(self.path, self.line)

    def __str__(self) -> str:
        return '{}: {}'.format(self.place, self.why)


def old_names(folder: str) -> List[Refused]:
    """The files that 0.1.0 has looked for: ``zh/summary.md``, ``en/wxwork.md`` and the like."""
    why = 'a template of 0.1.0, which is not used any more; {} tells how to move it'.format(MOVING)
    return [
        Refused(os.path.join(folder, language, name), '1', why)
        for language in sorted(LANGUAGES)
        for name in _names(os.path.join(folder, language))
        if name.endswith('.md')
    ]


def unknown_targets(folder: str, targets: Optional[Iterable[str]]) -> List[Refused]:
    """Templates for a target that is not configured."""
    if targets is None:
        return []
    known = set(targets)
    return [
        Refused(os.path.join(folder, name, file), '1', 'there is no target {!r}'.format(name))
        for name in _names(folder)
        if name not in known
        for file in _names(os.path.join(folder, name))
        if file in ('run.jinja', 'brief.jinja', 'alert.jinja')
    ]


def _names(folder: str) -> List[str]:
    try:
        return sorted(os.listdir(folder))
    except OSError:  # no folder, or none of ours to read
        return []

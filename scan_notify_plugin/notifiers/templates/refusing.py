"""Which files of the administrator's folder are not used, whatever is in them."""

import os
from typing import Iterable, List, NamedTuple, Optional

from scan_notify_plugin.faults import ENGLISH, Fault, say
from scan_notify_plugin.words import LANGUAGES

PAGE = 'docs/channels.md#templates'
#: Tells how a template of 0.1.0 is moved.
MOVING = 'docs/channels.md#templates-of-01'


class Refused(NamedTuple):
    """A file that is not used."""

    path: str
    line: str  #: '?' where nobody knows
    why: Fault

    @property
    def place(self) -> str:
        return '{}:{}'.format(self.path, self.line)

    @property
    def fault(self) -> Fault:
        """The file, the line and why."""
        return Fault('template.refused', place=self.place, cause=self.why)

    def __str__(self) -> str:
        return say(self.fault, ENGLISH)


def old_names(folder: str) -> List[Refused]:
    """The files that 0.1.0 has looked for: ``zh/summary.md``, ``en/wxwork.md`` and the like."""
    why = Fault('template.old', page=MOVING)
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
        Refused(os.path.join(folder, name, file), '1', Fault('template.no-target', target=repr(name)))
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

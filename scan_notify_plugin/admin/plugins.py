"""Which plugins there are, and switching them off and on. Every worker follows within seconds."""

import re
from typing import List, Optional

from scan_notify_plugin.admin.desk import Desk
from scan_notify_plugin.admin.errors import Invalid, NotFound
from scan_notify_plugin.admin.workers import newest, problems_of
from scan_notify_plugin.faults import Fault
from scan_notify_plugin.records import Document

_NAME = re.compile(r'[\w.-]{1,100}')
_UNSEEN = {'version': '', 'state': 'unknown', 'hooks': [], 'channel': '', 'format': '', 'error': ''}


class Plugins:
    """The plugins as the worker that was heard last has loaded them."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def listing(self) -> List[Document]:
        """``{name, version, state, hooks, channel, format, error, faults, off_by, off_at}`` of each.

        ``state`` is active, off, blocked, broken, or unknown: nobody has loaded it, but somebody switched it off.
        """
        return _listing(self._desk)

    def switch(self, name: str, on: bool, by: str) -> Document:
        """Switch a plugin on or off; its line in the listing.

        Off: it is not asked any more, what it would send or make is left out of new runs, and what is waiting to be
        sent by it goes to the fallback target, or ends in error.

        :raises NotFound: if no plugin has this name
        """
        stored = self._desk.stored.read()
        known = {row['name'] for row in _listing(self._desk)}
        if newest(stored) and name not in known:
            raise NotFound(Fault('missing.plugin', name=str(name)[:100], known=', '.join(sorted(known))))
        if not _NAME.fullmatch(name):
            raise Invalid('plugin', Fault('input.plugin'), 'docs/targets.md#switching-plugins')
        if on != (name not in stored.switched_off):
            before = self._desk.stored.switch_plugin(name, not on, by)
            self._desk.audit.note(by, 'toggle', 'plugin:' + name, _word(not before.get('off', False)), _word(on))
        return next(
            (row for row in self.listing() if row['name'] == name), _row(dict(_UNSEEN, name=name), None, self._desk)
        )


def _word(on: bool) -> str:
    return 'on' if on else 'off'


def _listing(desk: Desk) -> List[Document]:
    stored = desk.stored.read()
    off = stored.switched_off
    rows = [
        _row(row, off.get(row['name']), desk)
        for row in newest(stored).get('plugins', ())
        if isinstance(row, dict) and isinstance(row.get('name'), str)
    ]
    unseen = set(off) - {row['name'] for row in rows}
    return rows + [_row(dict(_UNSEEN, name=name), off[name], desk) for name in sorted(unseen)]


def _row(row: Document, off: Optional[Document], desk: Desk) -> Document:
    state = 'off' if off and row['state'] == 'active' else row['state']
    faults = desk.described(problems_of(row))
    return dict(row, state=state, faults=faults, off_by=off['by'] if off else '', off_at=off['at'] if off else None)

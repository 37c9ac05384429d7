"""What holds for the host's schedules, and changing it for one, several or all. The host's documents are never
written.
"""

from typing import Dict, Iterable, List, Mapping, Optional

from scan_notify_plugin.admin import workers
from scan_notify_plugin.admin.changes import changed_meanwhile, plain, shown
from scan_notify_plugin.admin.desk import Desk
from scan_notify_plugin.admin.errors import Invalid, NotFound
from scan_notify_plugin.admin.options import effective
from scan_notify_plugin.errors import ConfigError
from scan_notify_plugin.faults import Fault
from scan_notify_plugin.host.scans import Scans, Schedule
from scan_notify_plugin.records import Document
from scan_notify_plugin.settings.schedules import check_schedule, resolve
from scan_notify_plugin.settings.store import StoredSettings

PAGE = 'docs/configuration.md#single-schedules'


class Schedules:
    """The host's schedules with our settings for them."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._scans = Scans(desk.db)

    def listing(self) -> List[Document]:
        """``{id, name, type, status, run_number, effective, own, from, rev, by, at}`` of each schedule.

        ``effective`` is what holds, ``own`` what an administrator set, ``from`` says for each name who decides
        (admin, host or default), ``rev`` counts the changes (0: none yet).
        """
        stored = self._desk.stored.read()
        return [self._item(schedule, stored) for schedule in self._scans.schedules()]

    def get(self, schedule_id: str) -> Document:
        """
        :raises NotFound: if the host has no such schedule
        """
        return self._item(self._known(schedule_id), self._desk.stored.read())

    def change(
        self, ids: Optional[Iterable[str]], values: Mapping[str, object], by: str, rev: Optional[int] = None
    ) -> List[Document]:
        """Set ``values`` for these schedules, or for all; the changed ones. Nothing is set if any of it is wrong.

        :param values: by name; None or '' takes a setting back
        :param rev: for a single schedule, the ``rev`` that whoever asks has seen; None: whatever it is by now
        :raises NotFound: for an unknown schedule
        :raises Invalid: for a wrong name or value
        :raises Conflict: if somebody else changed it since ``rev``; the words say who and what
        """
        stored = self._desk.stored.read()
        checked = self._checked(values, stored)
        schedules = (
            self._scans.schedules() if ids is None else [self._known(schedule_id) for schedule_id in dict.fromkeys(ids)]
        )
        if rev is not None and len(schedules) != 1:
            raise Invalid('rev', Fault('input.single'), PAGE)
        for schedule in schedules:
            identity = 'schedule:' + schedule.id
            before = stored.document(identity).get('values', {})
            changes = {
                name: value for name, value in checked.items() if value is not None or before.get(name) is not None
            }
            if not changes:  # it is not set, and shall not be
                continue
            if self._desk.stored.set_schedule(schedule.id, changes, by, rev) is None:
                current = self._desk.stored.read().document(identity)
                raise changed_meanwhile(Fault('changed.schedule', name=schedule.name or schedule.id), current)
            self._desk.audit.note(by, 'set', identity, {name: before.get(name) for name in changes}, plain(changes))
        now = self._desk.stored.read()
        return [self._item(schedule, now) for schedule in schedules]

    def _checked(self, values: Mapping[str, object], stored: StoredSettings) -> Dict[str, object]:
        if not values:
            raise Invalid('values', Fault('input.one-setting'), PAGE)
        try:
            return check_schedule(values, self._desk.settings.targets, workers.formats(stored))
        except ConfigError as error:
            raise Invalid(error.key, error.cause, PAGE)

    def _known(self, schedule_id: str) -> Schedule:
        schedule = self._scans.schedule(schedule_id)
        if schedule is None:
            raise NotFound(Fault('missing.schedule', id=schedule_id))
        return schedule

    def _item(self, schedule: Schedule, stored: StoredSettings) -> Document:
        document = stored.document('schedule:' + schedule.id)
        own = {name: value for name, value in document.get('values', {}).items() if value is not None}
        defaults = effective(self._desk, stored).defaults
        chosen = resolve(own, schedule.fields, defaults)
        return {
            'id': schedule.id,
            'name': schedule.name,
            'type': schedule.type,
            'status': schedule.status,
            'run_number': schedule.run_number,
            'effective': {name: shown(value) for name, (value, _) in chosen.items()},
            'own': own,
            'from': {name: source for name, (_, source) in chosen.items()},
            'rev': document.get('rev', 0),
            'by': document.get('by', ''),
            'at': document.get('at'),
        }

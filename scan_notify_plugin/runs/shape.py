"""What a run's document must look like; see :mod:`scan_notify_plugin.runs.rules` for what it means. Pure."""

from typing import Any, Dict, Iterable

from bson import ObjectId

from scan_notify_plugin.shapes import (
    Check, anything, fields, flag, listing, maybe, one_of, table, text, time, whole
)

STATUSES = ('running', 'finished', 'error')
PUSH_STATUSES = ('pending', 'skip', 'success', 'error', 'uncertain')


def _mark(value: Any) -> str:
    """A fire that nobody recorded has none."""
    return '' if value is None or isinstance(value, (ObjectId, str)) else 'is no mark'


def _routed(value: Any) -> str:
    """A plan entry that sends leads somewhere."""
    return _ENTRY(value) or ('route is empty' if value['kind'] != 'export' and not value['route'] else '')


_TASK = fields(
    {'status': text, 'since': time, 'outcome': maybe(text)}, {'told': flag, 'misses': whole, 'asked_at': time}
)
_FIRE = fields({'mark': _mark, 'at': time}, {'beside': listing(_mark)})
_END = fields({'mark': _mark, 'at': time, 'error': text, 'trouble': text, 'count': whole, 'detail': text})
_ENTRY = fields(
    {
        'id': text, 'kind': one_of('notify', 'export'), 'by': text, 'route': listing(text), 'format': text, 'lane': text,
        'waits': maybe(time), 'error': text,
    },
    {'repeat': flag, 'replaces': listing(text), 'alone': flag},
)  # fmt: skip
_LATE = fields(
    {'run_id': text, 'mark': _mark, 'at': time, 'task_ids': listing(text), 'end': _END}, {'run': maybe(table(anything))}
)

_NEEDED = {
    '_id': text, 'v': whole, 'rev': whole, 'schedule_id': text, 'schedule_name': text, 'schedule_type': text,
    'run_number': whole, 'fired_at': time, 'end_time': maybe(time), 'task_ids': listing(text), 'tasks': table(_TASK),
    'status': one_of(*STATUSES), 'error_msg': text, 'told': flag, 'plan': listing(_routed), 'plan_errors': listing(text),
    'notes': listing(fields({'at': time, 'text': text})), 'export_status': one_of(*PUSH_STATUSES),
    'push_status': one_of(*PUSH_STATUSES),
}  # type: Dict[str, Check]  # fmt: skip
_KNOWN = {
    'start_time': maybe(time), 'fires': listing(_FIRE), 'submitted': listing(_END), 'late': listing(_LATE),
    'watch_until': maybe(time), 'export_error': text, 'host_push': text, 'test': flag, 'unmade': flag,
    'untold': maybe(listing(text)), 'acknowledged': maybe(fields({'by': text, 'at': time, 'note': text})),
}  # type: Dict[str, Check]  # fmt: skip

#: What is wrong with a run; '' if nothing is.
problem_of = fields(_NEEDED, _KNOWN)


def partly(names: Iterable[str]) -> Check:
    """What is wrong with a run of which only these fields were read."""
    needed = {name: _NEEDED[name] for name in names if name in _NEEDED}
    return fields(needed, {name: _KNOWN[name] for name in names if name in _KNOWN})

"""What a job's document must look like; see :mod:`scan_notify_plugin.jobs.rules` for what it means. Pure."""

from typing import Any, Dict, Iterable, Mapping

from scan_notify_plugin.shapes import (
    Check, anything, fields, flag, listing, mapping, maybe, number, one_of, table, text, time, whole
)

STATES = ('pending', 'held', 'success', 'error', 'uncertain', 'cancelled')
KINDS = ('notify', 'export', 'update', 'alert')


def _part(value: Any) -> str:
    problem = _PART(value)
    if problem:
        return problem
    if value['state'] in ('posting', 'posted') and value['posting_at'] is None:
        return 'posting_at is no time'
    return 'failure is missing' if value['state'] == 'failed' and 'failure' not in value else ''


_PART = fields(
    {
        'key': text, 'content': mapping, 'withheld': mapping, 'state': text, 'attempt': maybe(text), 'posting_at': maybe(time),
        'doubt_at': maybe(time), 'receipt': maybe(mapping),
    },
    {'failure': text, 'repeatable': maybe(flag)},
)  # fmt: skip
_ATTEMPT = fields({'at': time, 'target': text, 'part': whole, 'result': text, 'words': text}, {'attempt': maybe(text)})
_BRIEF = {
    '_id': text, 'v': whole, 'rev': whole, 'run_ids': listing(text), 'kind': one_of(*KINDS), 'state': one_of(*STATES),
    'lane': text, 'waits': flag, 'due_at': time, 'error': text,
}  # fmt: skip
#: What is wrong with what the tick reads of a job; '' if nothing is.
brief_problem_of = fields(_BRIEF, {'replaces': listing(text)})
_NEEDED = dict(
    _BRIEF, by=text, route=listing(text), at=whole, created_at=time, give_up_at=time, give_up_after=number, tries=whole,
    starts=whole, repeat=flag, format=text, parts=listing(_part), attempts=listing(_ATTEMPT),
)  # type: Dict[str, Check]
_KNOWN = {
    'replaces': listing(text), 'attempt': maybe(text), 'progress': whole, 'report_id': maybe(text), 'held_at': maybe(time),
    'ended_at': maybe(time), 'untold': maybe(time), 'alert': mapping, 'serials': table(anything), 'followed': listing(text),
    'test': flag, 'settled': maybe(fields({'by': text, 'at': time, 'delivered': flag})),
}  # type: Dict[str, Check]  # fmt: skip
_WHOLE = fields(_NEEDED, _KNOWN)


def problem_of(job: Mapping[str, Any]) -> str:
    """What is wrong with a job; '' if nothing is."""
    return _WHOLE(job) or _whose(job) or _misplaced(job)


def _misplaced(job: Mapping[str, Any]) -> str:
    placed = job['kind'] == 'export' or 0 <= job['at'] < len(job['route'])
    return '' if placed else 'at is no place on the route'


def _whose(job: Mapping[str, Any]) -> str:
    """An alert has what it says in itself; any other job is of a run."""
    if job['kind'] == 'alert':
        return '' if 'alert' in job else 'alert is missing'
    return '' if job['run_ids'] else 'run_ids is empty'


def partly(names: Iterable[str]) -> Check:
    """What is wrong with a job of which only these fields were read."""
    needed = {name: _NEEDED[name] for name in names if name in _NEEDED}
    check = fields(needed, {name: _KNOWN[name] for name in names if name in _KNOWN})
    placed = {'kind', 'route', 'at'} <= set(needed)
    return lambda job: check(job) or (_misplaced(job) if placed else '')


def broken(job: Mapping[str, Any]) -> Dict[str, Any]:
    """What counts in the place of a job that is set aside."""
    run_ids, kind = job.get('run_ids'), job.get('kind')
    return {
        '_id': job['_id'],
        'run_ids': [one for one in run_ids if isinstance(one, str)] if isinstance(run_ids, list) else [],
        'kind': kind if kind in KINDS else 'notify',
        'state': 'error',
        'waits': False,
        'error': 'job {} was set aside: its document is not as it must be'.format(job['_id']),
    }

"""What a person makes of a job: held, let go, cancelled, settled, sent again. Pure functions over job documents.

They add to a job document ``held_at``, ``ended_at``, ``settled`` (``{by, at, delivered}``), ``repeat`` and
``replaces`` (the ids of the earlier jobs whose outcome no longer counts).
"""

import re
from datetime import datetime, timedelta
from typing import Any, Dict, Iterable, List, Mapping, Optional, Sequence

from scan_notify_plugin.clock import SLACK
from scan_notify_plugin.errors import ScanNotifyError
from scan_notify_plugin.jobs import exports
from scan_notify_plugin.jobs.lanes import LEASE
from scan_notify_plugin.jobs.rules import OPEN
from scan_notify_plugin.jobs.waiting import due, in_doubt

#: Results of attempts after which people may have the message.
_PERHAPS_THERE = ('accepted', 'unknown')


class Refused(ScanNotifyError):
    """It cannot be done in the state that the job is in; the text says why."""


def held(job: Mapping[str, Any], now: datetime) -> Dict[str, Any]:
    """The change that lets a job wait for a person. A request under way is finished, nothing after it is begun.

    :raises Refused: unless it is pending
    """
    if job['state'] != 'pending':
        raise Refused('it is {} already'.format(job['state']))
    fields = {'state': 'held', 'held_at': now}  # type: Dict[str, Any]
    if job['kind'] == 'export' and job['attempt']:
        fields.update(exports.stopped(job))  # its worker notices, and begins anew when the job is let go
    return fields


def let_go(job: Mapping[str, Any], now: datetime) -> Dict[str, Any]:
    """The change that ends a hold; the time it took counts neither towards giving up nor as waiting for reports.

    :raises Refused: unless it is held
    """
    if job['state'] != 'held':
        raise Refused('it is {}, not held'.format(job['state']))
    time = max(timedelta(0), now - (job.get('held_at') or now))  # a clock may have been set back meanwhile
    fields = {'state': 'pending', 'held_at': None, 'give_up_at': job['give_up_at'] + time}
    if job['waits']:  # the reports that it waits for may have been held as well
        fields['due_at'] = job['due_at'] + time
    return fields


def cancelled(job: Mapping[str, Any], by: str, now: datetime) -> Dict[str, Any]:
    """The change that ends a job which is not through; an export under way notices it and leaves nothing.

    :raises Refused: if it is through, or a request of it is on its way at this moment
    """
    if job['state'] not in OPEN:
        raise Refused('it is {} already'.format(job['state']))
    words = '; '.join(['cancelled by {}'.format(by)] + list(job.get('doubts', ())))
    for index, part in enumerate(job['parts']):
        # No request takes as long as a lease: after that its worker is gone, and nobody will ever say.
        if part['state'] == 'posting' and -SLACK <= now - part['posting_at'] < LEASE:
            raise Refused('a message of it is on its way at this moment; try again in a minute')
        if part['state'] == 'posting' or _in_doubt(part):
            words += '; it is not known whether part {} arrived'.format(index + 1)
    return {'state': 'cancelled', 'error': words, 'ended_at': now}


def settled_by(job: Mapping[str, Any], by: str, delivered: bool, now: datetime) -> Dict[str, Any]:
    """The change when a person has looked whether a message in doubt is there. Its remaining parts go on if it is.

    :raises Refused: unless it is uncertain
    """
    if job['state'] != 'uncertain':
        raise Refused('it is {}, not uncertain'.format(job['state']))
    # Whoever looked knows of it.
    fields = {'settled': {'by': by, 'at': now, 'delivered': delivered}, 'untold': None}  # type: Dict[str, Any]
    if not delivered:
        return dict(fields, state='error', error='settled as not delivered by {}'.format(by))
    rest, failures = False, []
    told = bool(job.get('doubts')) and not any(_in_doubt(part) for part in job['parts'])
    for index, part in enumerate(job['parts']):
        if part['state'] == 'failed':
            failures.append(part['failure'])
        elif _in_doubt(part):
            fields['parts.{}.state'.format(index)] = 'done'
            fields['parts.{}.receipt'.format(index)] = {'id': '', 'note': 'settled by {}'.format(by), 'final': True}
        elif part['state'] != 'done':
            rest = True
    if told:  # it is an earlier target that has the message
        return dict(fields, state='success', error='')
    if rest:
        give_up_at = max(job['give_up_at'], now + timedelta(seconds=job['give_up_after']))
        return dict(fields, state='pending', error='', tries=0, starts=0, give_up_at=give_up_at, **due(now))
    return dict(fields, state='error' if failures else 'success', error='; '.join(failures))


def _in_doubt(part: Mapping[str, Any]) -> bool:
    return part['state'] == 'posted' or in_doubt(part)


def may_have_arrived(job: Mapping[str, Any]) -> bool:
    """Whether people may have something of this job, so that sending it again may be a repeat."""
    settled = job.get('settled')
    if settled and not settled['delivered']:
        return any(part['state'] == 'done' for part in job['parts'])
    if job['state'] in ('success', 'uncertain'):
        return True
    if job.get('doubts') or any(part['state'] == 'posting' or part['receipt'] or part['doubt_at'] for part in job['parts']):
        return True
    return any(attempt['result'] in _PERHAPS_THERE for attempt in job['attempts'])


def subject(job: Mapping[str, Any]) -> str:
    """What a job, or a plan entry, was first meant for: a target, or a format."""
    return job['format'] if job['kind'] == 'export' else job['route'][0]


def standing(jobs: Iterable[Mapping[str, Any]]) -> List[Mapping[str, Any]]:
    """The jobs of a run without those that were done again: the later outcome is the run's."""
    jobs = list(jobs)
    replaced = {one for job in jobs if job['state'] != 'cancelled' for one in job.get('replaces', ())}
    return [job for job in jobs if job['_id'] not in replaced]


def unmade(plan: Iterable[Mapping[str, Any]], jobs: Iterable[Mapping[str, Any]]) -> List[Mapping[str, Any]]:
    """The plan entries that no tick has made a job of yet."""
    made = {job['_id'] for job in jobs}
    return [entry for entry in plan if entry['id'] not in made]


def again(
    run: Mapping[str, Any],
    jobs: Sequence[Mapping[str, Any]],
    targets: Iterable[str],
    formats: Iterable[str],
    by: str,
    waits: Optional[datetime],
) -> List[Dict[str, Any]]:
    """The plan entries that send a run to these targets, and make these reports, once more.

    Lane and route are left to the tick, which knows the plugins.

    :param jobs: all of the run
    :param waits: until when the messages wait for these reports
    :raises Refused: if one of these is not through yet
    """
    wanted = [('export', name) for name in formats] + [('notify', name) for name in targets]
    number = _next_number(run)
    entries = []
    for kind, name in wanted:
        earlier = [job for job in jobs if job['kind'] == kind and subject(job) == name]
        unready = [entry for entry in unmade(run['plan'], jobs) if entry['kind'] == kind and subject(entry) == name]
        for identity in [job['_id'] for job in earlier if job['state'] in OPEN] + [entry['id'] for entry in unready]:
            raise Refused('job {} is not through yet; wait for it, or cancel it first'.format(identity))
        is_export = kind == 'export'
        entries.append(
            {
                'id': '{}/resend-{}/{}{}'.format(run['_id'], number, 'export-' if is_export else '', name),
                'kind': kind,
                'by': by,
                'route': [] if is_export else [name],
                'format': name if is_export else '',
                'lane': '',
                'waits': None if is_export else waits,
                'error': '',
                'repeat': any(may_have_arrived(job) for job in earlier) and not is_export,
                'replaces': [job['_id'] for job in earlier],
                'alone': bool(run.get('test')),
            }
        )
    return entries


def _next_number(run: Mapping[str, Any]) -> int:
    """Ids are never used twice, also where an earlier resend was cancelled."""
    pattern = re.compile(re.escape(run['_id']) + r'/resend-(\d+)/')
    found = [pattern.match(entry['id']) for entry in run['plan']]
    return max([int(one.group(1)) for one in found if one] or [0]) + 1

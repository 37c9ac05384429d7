"""What to do with a job next, and what an attempt's outcome makes of it. Pure functions over job documents.

A job document:

``_id`` the plan entry's id, ``v``, ``rev``, ``run_ids``, ``kind`` (export or notify), ``waits`` (for an export), ``by`` (the plugin that asked), ``lane``, ``route``
(``[target, fallback, ...]``), ``at`` (where on the route), ``state``, ``due_at``, ``created_at``, ``give_up_at``, ``give_up_after`` (s),
``tries``, ``starts``, ``repeat``, ``parts``, ``attempts``, ``error``, ``test`` (nobody but a person who tries a target waits for it),
``decided_at`` (when ``due_at`` was set), ``doubts`` (what is not known of earlier tries, in words), ``untold`` (when it came
to a bad end, until operators are told of it).

A part: ``{key, content, withheld, state, attempt, posting_at, doubt_at, receipt}`` with state ready -> posting -> done,
or ready -> posting -> posted -> done | failed (with ``failure``) where the service says later what came of it. One of an
independent channel ends in uncertain (with ``failure``), too. ``repeatable``: whether its key is trusted; ``repeat``: whether
it says that it may be a repeat, and ``repeats`` how often it was sent so; ``refusals``: how often it was refused for no known reason.
"""

from datetime import datetime, timedelta
from enum import Enum
from typing import Any, Dict, Iterable, List, Mapping, NamedTuple, Optional, Tuple

from scan_notify_plugin.errors import Reason
from scan_notify_plugin.jobs.outcomes import KEEP_ATTEMPTS, Outcome, Policy, bad_end, logged, result, said
from scan_notify_plugin.jobs.routing import GOING_ON, ended, give_up, next_target, uncertain, unspoken
from scan_notify_plugin.jobs.waiting import (
    IN_DOUBT, KEY_TRUST, QUICK, REFUSED, SLOW, due, may_repeat, moved, pace_wait, refused_delay, retry_delay, set_back,
)
from scan_notify_plugin.mongo import VERSION

__all__ = [
    'CHECKS', 'CHECK_FOR', 'IN_DOUBT', 'KEEP_ATTEMPTS', 'KEY_TRUST', 'MAX_STARTS', 'OPEN', 'QUICK', 'REFUSED', 'RETRY', 'SLOW',
    'Do', 'Outcome', 'Policy', 'Step', 'checked', 'due', 'fold', 'holds_up', 'logged', 'new_job', 'new_part',
    'next_step', 'next_target', 'pace_wait', 'posting', 'result', 'retry_delay', 'said', 'set_back', 'settled', 'unspoken',
]

OPEN = frozenset(['pending', 'held'])

#: A job whose worker dies this often in a row is itself the suspect.
MAX_STARTS = 3
#: A message without a key is sent again as a possible repeat so often, which takes half an hour: each may be there.
MOST_REPEATS = len(QUICK + SLOW)
#: Seconds until a service is asked what came of a message, and for how long it is asked.
CHECKS = (2, 3, 5, 10, 30, 60, 300)
CHECK_FOR = timedelta(hours=6)

#: Retry, as a table: may the same part be sent to the same target again later?
RETRY = {Reason.UNREACHABLE, Reason.UNKNOWN, Reason.BUSY, Reason.THROTTLED, Reason.REFUSED}


class Do(Enum):
    """The next step of a job."""

    NOTHING = 'nothing'
    RENDER = 'render'
    POST = 'post'
    CHECK = 'check'
    CHANGE = 'change'


class Step(NamedTuple):
    """``index`` is the part of a POST or a CHECK, ``fields`` are those of a CHANGE."""

    do: Do
    index: int = -1
    fields: Dict[str, Any] = {}


def new_job(entry: Mapping[str, Any], run_id: str, now: datetime, give_up_after: timedelta) -> Dict[str, Any]:
    """The job of a plan entry ``{id, kind, by, route, format, lane, waits, error}``; a resend's has ``repeat`` and ``replaces``, too.

    One that cannot be done at all is born in ``error``.
    """
    # A message that waits for a report goes out without it in the end.
    due_at = entry['waits'] or now
    test = bool(entry.get('test') or entry.get('alone'))
    return {
        '_id': entry['id'],
        'v': VERSION,
        'rev': 1,
        'run_ids': [run_id],
        'kind': entry['kind'],
        'format': entry['format'],
        'waits': bool(entry['waits']),
        'by': entry['by'],
        'lane': entry['lane'],
        'route': entry['route'],
        'at': 0,
        'state': 'pending',
        'created_at': now,
        'test': test,
        **due(now, due_at - now),
        'give_up_at': due_at + give_up_after,
        'give_up_after': give_up_after.total_seconds(),
        'tries': 0,
        'starts': 0,
        'attempt': None,
        'progress': 0,
        'report_id': None,
        'repeat': entry.get('repeat', False),
        'replaces': entry.get('replaces', []),
        'parts': [],
        'attempts': [],
        'error': '',
        **(bad_end(now, entry['error']) if entry['error'] else {}),
    }


def new_part(
    key: str, content: Mapping[str, Any], withheld: Mapping[str, Any], repeatable: Optional[bool] = None
) -> Dict[str, Any]:
    """A part that is ready; ``withheld`` is what is sent instead if the channel's moderation refuses ``content``.

    :param repeatable: whether the service drops it when it comes again; None: as the channel's other parts
    """
    part = {
        'key': key,
        'content': dict(content),
        'withheld': dict(withheld),
        'state': 'ready',
        'attempt': None,
        'posting_at': None,
        'doubt_at': None,
        'receipt': None,
    }  # type: Dict[str, Any]
    return part if repeatable is None else dict(part, repeatable=repeatable)


def patience_with(job: Mapping[str, Any]) -> timedelta:
    """The longest time for which something of a job is waited for."""
    return max(timedelta(seconds=job['give_up_after']), CHECK_FOR)


def is_due(job: Mapping[str, Any], lane: str, now: datetime) -> bool:
    """Whether it is the turn of a job in a lane."""
    return bool(job['state'] == 'pending' and job['lane'] == lane and job['due_at'] <= now)


def next_step(job: Mapping[str, Any], now: datetime, policy: Policy) -> Step:
    """What the holder of the job's lane does with it now."""
    if job['state'] != 'pending' or job['due_at'] > now:
        return Step(Do.NOTHING)
    lane = policy.lanes[job['at']] if job['at'] < len(policy.lanes) else ''
    if lane and lane != job['lane']:  # another robot by now, which has a lane of its own
        return Step(Do.CHANGE, -1, moved(job, lane))
    index = _first_open(job)
    if index is not None and job['parts'][index]['state'] == 'posting':
        # Whoever marked it never recorded what came of it: the same doubt as a cut connection.
        outcome = Outcome(reason=Reason.UNKNOWN, words='the worker died while it sent', vanished=True)
        part = job['parts'][index]
        return Step(Do.CHANGE, index, settled(job, index, part['key'], part['attempt'], outcome, now, policy))
    if index is not None and job['parts'][index]['state'] == 'posted':
        return Step(Do.CHECK, index)
    # Never without having tried: all workers may have been away all the time.
    if now >= job['give_up_at'] + policy.grace and _was_tried(job):
        return Step(Do.CHANGE, -1, give_up(job, index, now, policy, 'not delivered in time'))
    if index is None:
        return Step(Do.RENDER)
    if not may_repeat(job['parts'][index], now, policy):
        return Step(Do.CHANGE, index, uncertain(job, index, now, policy))
    return Step(Do.POST, index)


def _was_tried(job: Mapping[str, Any]) -> bool:
    """Whether the target where the job stands was ever asked."""
    return any(attempt['target'] == job['route'][job['at']] for attempt in job['attempts'])


def _first_open(job: Mapping[str, Any]) -> Optional[int]:
    """The part to go on with: all are sent before the first is asked about."""
    states = [part['state'] for part in job['parts']]
    for wanted in (('ready', 'posting'), ('posted',)):
        for index, state in enumerate(states):
            if state in wanted:
                return index
    return None


def posting(job: Mapping[str, Any], index: int, attempt: str, now: datetime) -> Dict[str, Any]:
    """The mark that must be in the journal before the request leaves."""
    return {
        'starts': job['starts'] + 1,
        **_part(index, state='posting', attempt=attempt, posting_at=now),
    }


def settled(
    job: Mapping[str, Any],
    index: int,
    key: str,
    attempt: Optional[str],
    outcome: Outcome,
    now: datetime,
    policy: Policy,
    at: Optional[int] = None,
) -> Dict[str, Any]:
    """The change after an attempt to send part ``index`` under ``key``; empty if it says nothing new.

    A receipt is a fact: it counts for its part even when the lane was lost, or the part is in doubt by now, and stays
    in the history when the part is gone. Anything else counts only for the attempt that the part is waiting for.

    :param at: where on the route the attempt was made, if that may not be where the job is now
    """
    part = job['parts'][index] if index < len(job['parts']) else None
    attempts = logged(job, index, attempt, outcome, now, at)
    if outcome.receipt is not None:
        if part is None or part['key'] != key or part['state'] == 'done':
            return {'attempts': attempts}
        return _whole(dict(_accepted(job, index, outcome.receipt, now, policy), attempts=attempts))
    if part is None or part['attempt'] != attempt or part['state'] != 'posting' or job['state'] not in OPEN:
        return {}
    fields = _part(index, state='ready')
    if outcome.reason is Reason.UNKNOWN:
        doubt = _doubt(part, outcome, policy)
        part, fields = dict(part, **doubt), {**fields, **_part(index, **doubt)}
        if doubt.get('repeat'):
            again = outcome._replace(words='{}; sent again as a possible repeat'.format(outcome.words))
            attempts = logged(job, index, attempt, again, now, at)
    now_it_is = dict(job, attempts=attempts, parts=job['parts'][:index] + [part] + job['parts'][index + 1:])
    return _whole({'attempts': attempts, **fields, **_refused(now_it_is, index, outcome, now, policy)})


def _doubt(part: Mapping[str, Any], outcome: Outcome, policy: Policy) -> Dict[str, Any]:
    """What is noted of a part that may be there now."""
    keyed = part.get('repeatable', policy.idempotent)
    doubt, repeats = {'doubt_at': part['doubt_at'] or part['posting_at']}, part.get('repeats', 0)
    if not keyed and outcome.code is not None and outcome.code in policy.repeats_after and repeats < MOST_REPEATS:
        return dict(doubt, repeat=True, repeats=repeats + 1)
    return dict(doubt, repeat=False) if part.get('repeat') else doubt


def _whole(fields: Dict[str, Any]) -> Dict[str, Any]:
    """Where the whole list of parts is made anew, single values in it no longer count."""
    if 'parts' not in fields:
        return fields
    return {name: value for name, value in fields.items() if not name.startswith('parts.')}


def _refused(
    job: Mapping[str, Any], index: int, outcome: Outcome, now: datetime, policy: Policy
) -> Dict[str, Any]:
    part = job['parts'][index]
    # What may be there is a doubt, however often a worker died over it.
    if not may_repeat(part, now, policy) or (outcome.vanished and job['starts'] >= MAX_STARTS):
        return uncertain(job, index, now, policy)
    starts = {} if outcome.vanished else {'starts': 0}
    if outcome.reason is Reason.CONTENT and part['doubt_at'] is None and part['withheld'] != part['content']:
        # Moderation refused something a stranger wrote: nobody may silence us that way. Once, as another message.
        return {**starts, **_part(index, content=part['withheld'], key=part['key'] + '-w')}
    refusals = part.get('refusals', 0) + 1 if outcome.reason is Reason.REFUSED else 0
    if outcome.reason not in RETRY or refusals > len(REFUSED):
        if policy.independent and part['doubt_at'] is None:
            return {**starts, **_failed(job, index, said(outcome), now, policy)}
        return give_up(job, index, now, policy, said(outcome))
    if outcome.reason is Reason.THROTTLED:
        return starts  # the lane cools down; being told to wait is no attempt
    tries = job['tries'] + 1
    if refusals:
        wait = refused_delay(refusals, outcome.retry_after)
        return {**starts, 'tries': tries, **due(now, wait), **_part(index, refusals=refusals)}
    trusted = part['doubt_at'] is not None and not part.get('repeat')
    return {**starts, 'tries': tries, **due(now, retry_delay(tries, outcome.retry_after, trusted))}


def _accepted(
    job: Mapping[str, Any], index: int, receipt: Mapping[str, Any], now: datetime, policy: Policy
) -> Dict[str, Any]:
    final = receipt.get('final', True)
    fields = {'starts': 0, 'tries': 0, **_part(index, state='done' if final else 'posted', receipt=receipt)}
    if job['state'] == 'cancelled':
        return fields
    others = [part for at, part in enumerate(job['parts']) if at != index]
    if final and not any(part['state'] in GOING_ON for part in others):
        return {**fields, **ended(job, others, now, policy)}
    if job['state'] not in OPEN:
        # What was in doubt is known now; the parts after it were never tried.
        fields.update(state='pending', error='', **due(now))
    if not final and not any(part['state'] in ('ready', 'posting') for part in others):
        fields.update(due(now, timedelta(seconds=CHECKS[0])))
    return fields


def _failed(
    job: Mapping[str, Any], index: int, words: str, now: datetime, policy: Policy
) -> Dict[str, Any]:
    """The change when part ``index`` did not arrive, and that is no reason to keep the others back."""
    others = [part for at, part in enumerate(job['parts']) if at != index]
    if any(part['state'] in GOING_ON for part in others):
        return {'tries': 0, **_part(index, state='failed', failure=words)}
    failed = dict(job['parts'][index], state='failed', failure=words)
    after = job['parts'][:index] + [failed] + job['parts'][index + 1:]
    return {'parts': after, **ended(job, after, now, policy)}


def checked(
    job: Mapping[str, Any], index: int, outcome: Outcome, now: datetime, policy: Policy
) -> Dict[str, Any]:
    """The change after the service was asked what came of part ``index``; empty if nobody waits for that any more.

    A question that fails says nothing about the part.
    """
    part = job['parts'][index] if index < len(job['parts']) else None
    if part is None or part['state'] != 'posted' or job['state'] not in OPEN:
        return {}
    attempts = logged(job, index, None, outcome, now)
    known = dict(job, attempts=attempts)
    if outcome.receipt is not None and outcome.receipt.get('final', True):
        return _whole({'attempts': attempts, **_accepted(known, index, outcome.receipt, now, policy)})
    if outcome.receipt is None and outcome.reason not in RETRY and not _is_http(outcome.code):
        return {'attempts': attempts, **_failed(known, index, said(outcome), now, policy)}
    if now - part['posting_at'] >= CHECK_FOR + policy.grace:
        words = 'the service never said what came of part {}'.format(index + 1)
        return _whole(uncertain(job, index, now, policy._replace(resend_uncertain=False), words))
    tries = job['tries'] + 1
    wait = max(CHECKS[min(tries, len(CHECKS) - 1)], outcome.retry_after or 0)
    receipt = {} if outcome.receipt is None else _part(index, receipt=outcome.receipt)
    return {'tries': tries, **due(now, timedelta(seconds=wait)), **receipt}


def _is_http(code: Any) -> bool:
    """Whether a code is an HTTP status: that of a question, and not of a message."""
    return isinstance(code, int) and 300 <= code < 600


def holds_up(job: Mapping[str, Any], now: datetime) -> timedelta:
    """How long the messages behind a job wait for it after an attempt: a quick retry does not turn their order."""
    quick = job['state'] == 'pending' and 0 < job['tries'] <= len(QUICK) and _first_open(job) is not None
    # Never longer than was meant: the clock may have been set back since.
    wait = min(job['due_at'] - now, job['due_at'] - job.get('decided_at', now))
    return max(timedelta(0), wait) if quick else timedelta(0)


def _part(index: int, **values: Any) -> Dict[str, Any]:
    return {'parts.{}.{}'.format(index, name): value for name, value in values.items()}


def fold(jobs: Iterable[Mapping[str, Any]]) -> Tuple[str, str]:
    """A run's ``(export_status, push_status)`` after its jobs."""
    jobs = list(jobs)
    by_kind = {
        kind: {job['state'] for job in jobs if job['kind'] == kind and job['state'] != 'cancelled'}
        for kind in ('export', 'notify')
    }
    going_on = any(states & OPEN for states in by_kind.values())
    export, push = (_worst(by_kind[kind]) for kind in ('export', 'notify'))
    # push_status is the tick's work list: it stays pending until every job is through, an export too.
    return export, 'pending' if going_on else push


def _worst(states: Iterable[str]) -> str:
    states = set(states)
    if states & OPEN:
        return 'pending'
    for state in ('uncertain', 'error', 'success'):
        if state in states:
            return state
    return 'skip'

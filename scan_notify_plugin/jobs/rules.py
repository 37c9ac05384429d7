"""What to do with a job next, and what an attempt's outcome makes of it. Pure functions over job documents.

A job document:

``_id`` the plan entry's id, ``v``, ``rev``, ``run_ids``, ``kind`` (export or notify), ``waits`` (for an export), ``by`` (the plugin that asked), ``lane``, ``route``
(``[target, fallback, ...]``), ``at`` (where on the route), ``state``, ``due_at``, ``created_at``, ``give_up_at``, ``give_up_after`` (s),
``tries``, ``starts``, ``repeat``, ``parts``, ``attempts``, ``error``.

A part: ``{key, content, withheld, state, attempt, posting_at, doubt_at, receipt}`` with state ready -> posting -> done,
or ready -> posting -> posted -> done | failed (with ``failure``) where the service says later what came of it.
"""

from datetime import datetime, timedelta
from enum import Enum
from typing import Any, Dict, Iterable, List, Mapping, NamedTuple, Optional, Sequence, Tuple

from scan_notify_plugin.errors import Reason
from scan_notify_plugin.mongo import VERSION

OPEN = frozenset(['pending', 'held'])
#: States of a part that has not come to its end.
_GOING_ON = frozenset(['ready', 'posting', 'posted'])

QUICK = (1, 2, 5)
SLOW = (30, 60, 120, 240, 480, 900)
#: How long a service is trusted to remember an idempotency key. DingTalk does not say; longer is a doubt.
KEY_TRUST = timedelta(minutes=10)
#: A job whose worker dies this often in a row is itself the suspect.
MAX_STARTS = 3
KEEP_ATTEMPTS = 50
#: Seconds until a service is asked what came of a message, and for how long it is asked.
CHECKS = (2, 3, 5, 10, 30, 60, 300)
CHECK_FOR = timedelta(hours=6)

#: Retry, as a table: may the same part be sent again later, and is it certain that it was not sent?
RETRY = {Reason.UNREACHABLE, Reason.UNKNOWN, Reason.BUSY, Reason.THROTTLED}


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


class Policy(NamedTuple):
    """What the channel and the settings say."""

    idempotent: bool
    resend_uncertain: bool = False
    #: where each name on the route is sent from; filled by who knows the notifiers
    lanes: Sequence[str] = ()
    #: whether each part is for people of its own, so that one which is refused keeps no other back
    independent: bool = False


class Outcome(NamedTuple):
    """What one attempt came to: a receipt, or a reason."""

    receipt: Optional[Dict[str, Any]] = None
    reason: Optional[Reason] = None
    code: Any = None
    words: str = ''
    retry_after: Optional[float] = None
    #: the worker died, or lost the part, between marking and recording
    vanished: bool = False
    #: the method of the notifier that has not come back; '' if it has
    hangs: str = ''


def new_job(entry: Mapping[str, Any], run_id: str, now: datetime, give_up_after: timedelta) -> Dict[str, Any]:
    """The job of a plan entry ``{id, kind, by, route, format, lane, waits, error}``; a resend's has ``repeat`` and ``replaces``, too.

    One that cannot be done at all is born in ``error``.
    """
    # A message that waits for a report goes out without it in the end.
    due_at = entry['waits'] or now
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
        'state': 'error' if entry['error'] else 'pending',
        'created_at': now,
        'due_at': due_at,
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
        'error': entry['error'],
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


def next_step(job: Mapping[str, Any], now: datetime, policy: Policy) -> Step:
    """What the holder of the job's lane does with it now."""
    if job['state'] != 'pending' or job['due_at'] > now:
        return Step(Do.NOTHING)
    index = _first_open(job)
    if index is not None and job['parts'][index]['state'] == 'posting':
        # Whoever marked it never recorded what came of it: the same doubt as a cut connection.
        outcome = Outcome(reason=Reason.UNKNOWN, words='the worker died while it sent', vanished=True)
        part = job['parts'][index]
        return Step(Do.CHANGE, index, settled(job, index, part['key'], part['attempt'], outcome, now, policy))
    if index is not None and job['parts'][index]['state'] == 'posted':
        return Step(Do.CHECK, index)
    # Never without having tried: all workers may have been away all the time.
    if now >= job['give_up_at'] and _was_tried(job):
        return Step(Do.CHANGE, -1, _give_up(job, index, now, policy, 'not delivered in time'))
    if index is None:
        return Step(Do.RENDER)
    if not _may_repeat(job['parts'][index], now, policy):
        return Step(Do.CHANGE, index, _uncertain(job, index, now, policy))
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


def _may_repeat(part: Mapping[str, Any], now: datetime, policy: Policy) -> bool:
    """Whether sending this part cannot make a second message."""
    doubt = part['doubt_at']
    return doubt is None or (part.get('repeatable', policy.idempotent) and now - doubt < KEY_TRUST)


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
    fields = {'attempts': attempts, **_part(index, state='ready')}
    if outcome.reason is Reason.UNKNOWN:
        part = dict(part, doubt_at=part['doubt_at'] or part['posting_at'])
        fields.update(_part(index, doubt_at=part['doubt_at']))
    now_it_is = dict(job, parts=job['parts'][:index] + [part] + job['parts'][index + 1:])
    fields.update(_refused(now_it_is, index, outcome, now, policy))
    return _whole(fields)


def _whole(fields: Dict[str, Any]) -> Dict[str, Any]:
    """Where the whole list of parts is made anew, single values in it no longer count."""
    if 'parts' not in fields:
        return fields
    return {name: value for name, value in fields.items() if not name.startswith('parts.')}


def _refused(
    job: Mapping[str, Any], index: int, outcome: Outcome, now: datetime, policy: Policy
) -> Dict[str, Any]:
    part = job['parts'][index]
    if outcome.vanished:
        if job['starts'] >= MAX_STARTS:
            return _final('worker died {} times'.format(job['starts']))
        starts = {}  # type: Dict[str, Any]
    else:
        starts = {'starts': 0}
    if not _may_repeat(part, now, policy):
        return _uncertain(job, index, now, policy)
    if outcome.reason is Reason.CONTENT and part['doubt_at'] is None and part['withheld'] != part['content']:
        # Moderation refused something a stranger wrote: nobody may silence us that way. Once, as another message.
        return {**starts, **_part(index, content=part['withheld'], key=part['key'] + '-w')}
    if outcome.reason not in RETRY:
        if policy.independent and part['doubt_at'] is None:
            return {**starts, **_failed(job, index, said(outcome), now, policy)}
        return _give_up(job, index, now, policy, said(outcome))
    if outcome.reason is Reason.THROTTLED:
        return starts  # the lane cools down; being told to wait is no attempt
    tries = job['tries'] + 1
    return {**starts, 'tries': tries, 'due_at': now + retry_delay(tries, outcome.retry_after)}


def _accepted(
    job: Mapping[str, Any], index: int, receipt: Mapping[str, Any], now: datetime, policy: Policy
) -> Dict[str, Any]:
    final = receipt.get('final', True)
    fields = {'starts': 0, 'tries': 0, **_part(index, state='done' if final else 'posted', receipt=receipt)}
    if job['state'] == 'cancelled':
        return fields
    others = [part for at, part in enumerate(job['parts']) if at != index]
    if final and not any(part['state'] in _GOING_ON for part in others):
        return {**fields, **_ended(job, others, now, policy)}
    if job['state'] not in OPEN:
        # What was in doubt is known now; the parts after it were never tried.
        fields.update(state='pending', error='', due_at=now)
    if not final and not any(part['state'] in ('ready', 'posting') for part in others):
        fields.update(due_at=now + timedelta(seconds=CHECKS[0]))
    return fields


def _ended(
    job: Mapping[str, Any], parts: Iterable[Mapping[str, Any]], now: datetime, policy: Policy
) -> Dict[str, Any]:
    """The end of a job of which no part goes on: success, unless one of ``parts`` did not arrive."""
    failures = [part['failure'] for part in parts if part['state'] == 'failed']
    if failures:
        return next_target(job, now, policy, '; '.join(failures))
    return {'state': 'success', 'error': ''}


def _failed(
    job: Mapping[str, Any], index: int, words: str, now: datetime, policy: Policy
) -> Dict[str, Any]:
    """The change when part ``index`` did not arrive, and that is no reason to keep the others back."""
    others = [part for at, part in enumerate(job['parts']) if at != index]
    if any(part['state'] in _GOING_ON for part in others):
        return {'tries': 0, **_part(index, state='failed', failure=words)}
    failed = dict(job['parts'][index], state='failed', failure=words)
    after = job['parts'][:index] + [failed] + job['parts'][index + 1:]
    return {'parts': after, **_ended(job, after, now, policy)}


def checked(
    job: Mapping[str, Any], index: int, outcome: Outcome, now: datetime, policy: Policy
) -> Dict[str, Any]:
    """The change after the service was asked what came of part ``index``; empty if nobody waits for that any more."""
    part = job['parts'][index] if index < len(job['parts']) else None
    if part is None or part['state'] != 'posted' or job['state'] not in OPEN:
        return {}
    fields = {'attempts': logged(job, index, None, outcome, now)}
    if outcome.receipt is not None and outcome.receipt.get('final', True):
        return _whole({**fields, **_accepted(job, index, outcome.receipt, now, policy)})
    if outcome.receipt is None and outcome.reason not in RETRY:
        return {**fields, **_failed(job, index, said(outcome), now, policy)}
    if now - part['posting_at'] >= CHECK_FOR:
        return {'state': 'uncertain', 'error': 'the service never said what came of part {}'.format(index + 1)}
    tries = job['tries'] + 1
    wait = max(CHECKS[min(tries, len(CHECKS) - 1)], outcome.retry_after or 0)
    known = {} if outcome.receipt is None else _part(index, receipt=outcome.receipt)
    return {'tries': tries, 'due_at': now + timedelta(seconds=wait), **known}


def retry_delay(tries: int, retry_after: Optional[float] = None) -> timedelta:
    """How long to wait after the ``tries``-th failure: quickly first, then ever more slowly."""
    plan = QUICK + SLOW
    return timedelta(seconds=max(plan[min(tries, len(plan)) - 1], retry_after or 0))


def holds_up(job: Mapping[str, Any], now: datetime) -> timedelta:
    """How long the messages behind a job wait for it after an attempt: a quick retry does not turn their order."""
    quick = job['state'] == 'pending' and 0 < job['tries'] <= len(QUICK) and _first_open(job) is not None
    return max(timedelta(0), job['due_at'] - now) if quick else timedelta(0)


def _uncertain(job: Mapping[str, Any], index: int, now: datetime, policy: Policy) -> Dict[str, Any]:
    if policy.resend_uncertain and not job['repeat']:
        # Rendered anew, with a new key and the words that this may be a repeat.
        return {'parts': [], 'repeat': True, 'due_at': now, 'tries': 0, 'starts': 0}
    return {'state': 'uncertain', 'error': 'it is not known whether part {} arrived'.format(index + 1)}


def _give_up(
    job: Mapping[str, Any], index: Optional[int], now: datetime, policy: Policy, words: str
) -> Dict[str, Any]:
    """Final here: in doubt, or on to the next target of the route, or an error that people see."""
    if index is not None and job['parts'][index]['doubt_at'] is not None:
        return _uncertain(job, index, now, policy)
    return next_target(job, now, policy, words)


def unspoken(job: Mapping[str, Any], now: datetime, policy: Policy, words: str) -> Dict[str, Any]:
    """Nobody speaks to the target any more: on to the next, unless a part may be there."""
    for index, part in enumerate(job['parts']):
        if part['state'] != 'done' and (part['doubt_at'] is not None or part['state'] == 'posted'):
            return _uncertain(job, index, now, policy)
    return next_target(job, now, policy, words)


def next_target(job: Mapping[str, Any], now: datetime, policy: Policy, words: str) -> Dict[str, Any]:
    """The change that sends the job to the next name on its route, or ends it."""
    at = job['at'] + 1
    if at >= len(job['route']):
        return _final(words)
    return {
        'at': at,
        'lane': policy.lanes[at] if at < len(policy.lanes) else '',
        'parts': [],
        'tries': 0,
        'starts': 0,
        'due_at': now,
        'give_up_at': now + timedelta(seconds=job['give_up_after']),
        'error': '{}: {}'.format(job['route'][job['at']], words),
    }


def _final(words: str) -> Dict[str, Any]:
    return {'state': 'error', 'error': words}


def logged(
    job: Mapping[str, Any], index: int, attempt: Optional[str], outcome: Outcome, now: datetime, at: Optional[int] = None
) -> List[Dict[str, Any]]:
    """The attempt history with one more line, the newest 50."""
    line = {
        'at': now,
        'attempt': attempt,
        'target': job['route'][job['at'] if at is None else at],
        'part': index,
        'result': result(outcome),
        'code': outcome.code,
        'words': outcome.words,
    }
    return (job['attempts'] + [line])[-KEEP_ATTEMPTS:]


def result(outcome: Outcome) -> str:
    """An outcome in one word, as the history and the metrics have it."""
    return 'accepted' if outcome.receipt is not None else (outcome.reason or Reason.UNKNOWN).value


def said(outcome: Outcome) -> str:
    """An outcome in one line."""
    parts = [outcome.reason.value if outcome.reason else '', str(outcome.code or ''), outcome.words]
    return ' '.join(part for part in parts if part)


def _part(index: int, **values: Any) -> Dict[str, Any]:
    return {'parts.{}.{}'.format(index, name): value for name, value in values.items()}


def pace_wait(sent: Sequence[datetime], now: datetime, count: int, seconds: float) -> timedelta:
    """How long a lane must wait so that it never sends more than ``count`` times in ``seconds``."""
    if len(sent) < count:
        return timedelta(0)
    return max(timedelta(0), sent[-count] + timedelta(seconds=seconds) - now)


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

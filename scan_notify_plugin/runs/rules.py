"""When a scan task has ended, when a run has, and what it says then. Pure functions over run documents.

A run document:

``_id`` ``<schedule>:<run_number>`` (with a suffix where the host reused a number), ``v``, ``rev``, ``schedule_id``,
``schedule_name``, ``schedule_type``, ``run_number``, ``fired_at``, ``start_time``, ``fires`` (one ``{mark, at}`` for each
scheduler that took part), ``late`` (see :mod:`scan_notify_plugin.runs.journal`), ``submitted`` (their :func:`submission_end` once they are through), ``task_ids``, ``tasks``
(``{id: {status, since, outcome, told, misses}}``), ``status``, ``end_time``, ``error_msg``, ``told``, ``plan``,
``plan_errors``, ``notes`` (the time line), ``export_status``, ``export_error``, ``push_status``,
``host_push`` (see :class:`~scan_notify_plugin.runs.fire.Fire`), ``acknowledged`` (``{by, at, note}``, once somebody has),
``test`` (true for a test message's run), ``untold`` (the targets that it should be told to and that cannot be used, until
operators are told of it).
"""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any, Dict, Iterable, List, Mapping, NamedTuple, Optional, Set

from scan_notify_plugin.clock import SLACK
from scan_notify_plugin.mongo import VERSION

#: The host's own terminal words; everything else is progress (host: app.modules.TaskStatus).
TERMINAL = frozenset(['done', 'error', 'stop'])

#: The same schedule and number within this time is the same fire, raised by two schedulers.
SAME_FIRE = timedelta(seconds=180)
#: An end is believed when it is seen again after this time: some hosts write one word and correct it.
SETTLE = timedelta(seconds=10)
#: A task without a Celery id this long after its creation never reached the broker.
UNQUEUED_AFTER = timedelta(minutes=10)
#: A task whose status did not move for this long is worth asking the scan workers about.
STALE_AFTER = timedelta(minutes=5)
#: Unknown to the workers this many times in a row, asked so far apart: its worker is gone.
MISSES = 2
ASK_EVERY = timedelta(seconds=60)
#: A scheduler that has not come back from submitting by now never will.
SUBMIT_LIMIT = timedelta(minutes=5)
#: What one fire may create and a run can hold, far below the 16 MB of a document; two schedulers fire one run.
MOST_TASKS = 40000
#: Outcomes after which a task may go on after all: the host's queue forgets a stop, a worker that was cut off is back.
MAY_WAKE = {'stop': 'stopped', 'dead': 'taken for dead', 'unqueued': 'taken for lost', 'overdue': 'overdue'}
#: How long a closed run's tasks are watched for that.
WATCH = timedelta(hours=24)

_SAID = (
    ('error', 'failed'),
    ('stop', 'stopped'),
    ('missing', 'deleted'),
    ('unqueued', 'never reached the queue'),
    ('dead', 'lost when their scan worker died'),
    ('overdue', 'still unfinished at the deadline'),
)


class Seen(NamedTuple):
    """A scan task as the host's database shows it now."""

    status: str
    celery_id: str


class Verdict(NamedTuple):
    """How a run ended."""

    status: str
    error_msg: str


def new_run(schedule_id: str, name: str, kind: str, run_number: int, now: datetime) -> Dict[str, Any]:
    """A run as it is first written; ``_id``, ``rev`` and ``fires`` come with the write."""
    return {
        'v': VERSION,
        'schedule_id': schedule_id,
        'schedule_name': name,
        'schedule_type': kind,
        'run_number': run_number,
        'fired_at': now,
        'start_time': now,
        'end_time': None,
        'task_ids': [],
        'tasks': {},
        'status': 'running',
        'error_msg': '',
        'told': False,
        'plan': [],
        'plan_errors': [],
        'notes': [],
        'export_status': 'pending',
        'export_error': '',
        'push_status': 'pending',
        'host_push': '',
    }


def observe(
    run: Mapping[str, Any],
    seen: Mapping[str, Seen],
    now: datetime,
    deadline: timedelta,
    grace: timedelta = timedelta(0),
) -> Dict[str, Any]:
    """What of ``tasks`` and ``notes`` changes after a look at the host's task documents; empty if nothing.

    :param seen: by task id; a task that is not in it has been deleted
    :param deadline: how long nothing may move before the run is given up
    :param grace: by how much the clock was set forward lately, where a task may seem to wait for too long
    """
    tasks, notes = {}, []
    for task_id in run['task_ids']:
        old = run['tasks'].get(task_id)
        tasks[task_id] = _look(task_id, old, seen.get(task_id), now, grace, notes)
    moved = max([run['fired_at']] + [task['since'] for task in tasks.values()])
    if now - moved > deadline:
        tasks = {
            task_id: task if task['outcome'] else dict(task, outcome='overdue') for task_id, task in tasks.items()
        }
    changes = {}  # type: Dict[str, Any]
    fires = [dict(fire, at=now) if fire['at'] > now + SLACK else fire for fire in run.get('fires', ())]
    if fires != run.get('fires', []):  # the clock was set back: a submission that never ends counts anew
        changes['fires'] = fires
    if tasks != run['tasks']:
        changes['tasks'] = tasks
    if notes:
        changes['notes'] = run['notes'] + notes
    return changes


def _look(
    task_id: str,
    old: Optional[Dict[str, Any]],
    seen: Optional[Seen],
    now: datetime,
    grace: timedelta,
    notes: List[Dict[str, Any]],
) -> Dict[str, Any]:
    status = seen.status if seen else 'missing'
    if old is None:
        return {'status': status, 'since': now, 'outcome': None, 'told': False, 'misses': 0}
    if old['since'] > now + SLACK:  # the clock was set back: it counts anew
        old = {name: value for name, value in dict(old, since=now).items() if name != 'asked_at'}
    if old['status'] != status:
        if old['outcome']:
            notes.append(note(now, 'task {} is {} again after {}'.format(task_id, status, old['outcome'])))
        return dict(old, status=status, since=now, outcome=None, misses=0)
    if old['outcome']:
        return old
    outcome = _outcome(status, seen, old, now - grace, now)
    return dict(old, outcome=outcome) if outcome else old


def _outcome(
    status: str, seen: Optional[Seen], task: Mapping[str, Any], earliest: datetime, now: datetime
) -> Optional[str]:
    if status in TERMINAL or status == 'missing':
        return status if now - task['since'] >= SETTLE else None
    if status == 'waiting':
        return 'unqueued' if seen and not seen.celery_id and earliest - task['since'] >= UNQUEUED_AFTER else None
    return 'dead' if task.get('misses', 0) >= MISSES else None


def note(now: datetime, text: str) -> Dict[str, Any]:
    """One line of a run's time line."""
    return {'at': now, 'text': text}


def stale_tasks(run: Mapping[str, Any], now: datetime) -> List[str]:
    """The tasks that started, did not move for long, have no outcome, and may be asked for again."""
    return [
        task_id
        for task_id, task in run['tasks'].items()
        if not task['outcome']
        and task['status'] not in TERMINAL
        and task['status'] not in ('waiting', 'missing')
        and now - task['since'] >= STALE_AFTER
        and now - task.get('asked_at', task['since']) >= ASK_EVERY
    ]


def probed(
    run: Mapping[str, Any], task_ids: Iterable[str], known: Iterable[str], now: datetime
) -> Dict[str, Any]:
    """The change after the scan workers were asked for ``task_ids`` and knew ``known``; empty if all is as it was."""
    known, changed = set(known), {}
    for task_id in task_ids:
        task = run['tasks'][task_id]
        if task_id not in known:
            changed[task_id] = dict(task, misses=task.get('misses', 0) + 1, asked_at=now)
        elif task.get('misses'):
            changed[task_id] = dict(task, misses=0, asked_at=now)
    return {'tasks': dict(run['tasks'], **changed)} if changed else {}


#: What can be wrong with a submission, in English; messages to people have their own words for each kind.
_TROUBLES = {
    'failed': 'submission failed after {count} scan tasks: {detail}',
    'too_many': 'the submission made {count} scan tasks, more than can be followed; none of them is in this run',
    'unreported': 'the scheduler never recorded the end of this submission; {count} scan tasks of it were found',
    'doubtful': (
        'the scheduler never recorded the end of this submission; '
        '{count} scan tasks could not be told apart from those of other schedules'
    ),
    'unrecorded': 'round {detail} was fired, but not recorded: the scheduler ran without scan-notify or died at that moment',
}


def submission_end(mark: Any, now: datetime, trouble: str = '', count: int = 0, detail: str = '') -> Dict[str, Any]:
    """How a fire's submission ended; ``trouble`` is '' if all went well."""
    error = _TROUBLES[trouble].format(count=count, detail=detail) if trouble else ''
    return {'mark': mark, 'at': now, 'error': error, 'trouble': trouble, 'count': count, 'detail': detail}


def troubles(run: Mapping[str, Any]) -> List[Mapping[str, Any]]:
    """The submissions of a run that went wrong.

    A fire that was given up and came back after all has two entries; what it says itself is the truth.
    """
    last = {end['mark']: end for end in run.get('submitted', ())}
    return [end for end in last.values() if end['error']]


def open_fires(run: Mapping[str, Any]) -> List[Dict[str, Any]]:
    """The fires whose scheduler has not reported the end of its submission."""
    through = {entry['mark'] for entry in run['submitted']} if run.get('submitted') else set()
    return [fire for fire in run.get('fires', ()) if fire['mark'] not in through]


def lost_fires(
    run: Mapping[str, Any], now: datetime, grace: timedelta = timedelta(0)
) -> List[Dict[str, Any]]:
    """The open fires whose scheduler will not come back."""
    return [fire for fire in open_fires(run) if now - fire['at'] > SUBMIT_LIMIT + grace]


def verdict(run: Mapping[str, Any]) -> Optional[Verdict]:
    """How the run ended, or None while it goes on."""
    if open_fires(run):
        return None
    outcomes = [run['tasks'].get(task_id, {}).get('outcome') for task_id in run['task_ids']]
    if not all(outcomes):
        return None
    said = [end['error'] for end in troubles(run)]
    if not outcomes and not said:
        said.append('no scan task was created')
    counts = Counter(outcomes)
    said += [
        '{} of {} scan tasks {}'.format(counts[outcome], len(outcomes), words)
        for outcome, words in _SAID
        if counts[outcome]
    ]
    return Verdict('error' if said else 'finished', '; '.join(said))


def closed(run: Mapping[str, Any], ended: Verdict, now: datetime) -> Dict[str, Any]:
    """The change that ends a run."""
    changes = {'status': ended.status, 'error_msg': ended.error_msg, 'end_time': now}  # type: Dict[str, Any]
    if any(task['outcome'] in MAY_WAKE for task in run['tasks'].values()):
        changes['watch_until'] = now + WATCH
    return changes


def planned_again(run: Mapping[str, Any], entries: List[Dict[str, Any]]) -> Dict[str, Any]:
    """The change that adds to the plan of a closed run; with it, it is on the tick's work list again."""
    changes = {'plan': run['plan'] + entries, 'push_status': 'pending', **unmade(entries)}  # type: Dict[str, Any]
    if any(entry['kind'] == 'export' for entry in entries):
        changes['export_status'] = 'pending'
    return changes


def unmade(entries: List[Dict[str, Any]]) -> Dict[str, Any]:
    """The field which says that there may be plan entries of which no tick has made a job yet."""
    return {'unmade': True} if entries else {}


def made(run: Mapping[str, Any]) -> Dict[str, Any]:
    """The change after all of them are jobs."""
    return {'unmade': False} if run['push_status'] == 'pending' and run.get('unmade') is not False else {}


def turns(ended: Iterable[Mapping[str, Any]], with_open: Set[str], with_export: Set[str]) -> List[str]:
    """Which of the ended runs there is something to say of, in this order: those that are through or have no job yet,
    those with further entries, those whose exports have ended, those of earlier versions.

    :param ended: with ``export_status``, and ``unmade``, which earlier versions did not write
    :param with_open: runs with a job that is not through
    :param with_export: runs with an export that is not through
    """
    orders = {}  # type: Dict[str, int]
    for run in ended:
        identity = run['_id']
        if identity not in with_open:
            orders[identity] = 0
        elif run.get('unmade'):
            orders[identity] = 1
        elif run['export_status'] == 'pending' and identity not in with_export:
            orders[identity] = 2
        elif 'unmade' not in run:
            orders[identity] = 3
    return sorted(orders, key=lambda identity: (orders[identity], identity))


def looked_at_again(run: Mapping[str, Any]) -> Dict[str, Any]:
    """The change after which the next tick folds the jobs of a run again."""
    return {} if run['push_status'] == 'pending' else {'push_status': 'pending'}


def acknowledged(run: Mapping[str, Any], by: str, at: datetime, note_text: str) -> Dict[str, Any]:
    """The change when somebody has taken note of a run; empty if somebody has before: the first one stays."""
    return {} if run.get('acknowledged') else {'acknowledged': {'by': by, 'at': at, 'note': note_text}}


def woke_up(run: Mapping[str, Any], seen: Mapping[str, Seen], now: datetime) -> Dict[str, Any]:
    """The time line of a closed run with a task that goes on after all; its outcome and status stay."""
    notes, tasks = [], dict(run['tasks'])
    for task_id, task in run['tasks'].items():
        status = seen[task_id].status if task_id in seen else task['status']
        if task['outcome'] in MAY_WAKE and status != task['status']:
            words = MAY_WAKE[task['outcome']]
            notes.append(note(now, 'task {} was {}, now it is {}; the run stays closed'.format(task_id, words, status)))
            tasks[task_id] = dict(task, status=status)
    return {'notes': run['notes'] + notes, 'tasks': tasks} if notes else {}

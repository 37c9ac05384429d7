"""When a scan task has ended, when a run has, and what it says then. Pure."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Dict, Iterable, List, Mapping, NamedTuple, Optional, Set

from scan_notify_plugin.clock import SLACK
from scan_notify_plugin.faults import Fault, Faults, once
from scan_notify_plugin.runs.collecting import is_collecting
from scan_notify_plugin.runs.run import (  # fmt: skip
    VERSION,
    Acknowledged,
    Ended,
    JobStatus,
    Mark,
    Note,
    Run,
    ScanTask,
    Started,
    Status,
    Submitted,
    Want,
)

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
MAY_WAKE = frozenset(['stop', 'dead', 'unqueued', 'overdue'])
#: How long a closed run's tasks are watched for that.
WATCH = timedelta(hours=24)

#: Outcomes of tasks that are no good end of their run, in the order in which it names them.
_BAD_ENDS = ('error', 'stop', 'missing', 'unqueued', 'dead', 'overdue')


class Seen(NamedTuple):
    """A scan task as the host's database shows it now."""

    status: str
    celery_id: str


class Verdict(NamedTuple):
    """How a run ended."""

    status: Status
    faults: Faults


def new_run(schedule_id: str, name: str, kind: str, run_number: int, now: datetime, run_id: str = '') -> Run:
    """A run as it is first written.

    :param run_id: '' where that, ``rev`` and ``fires`` come with the write
    """
    return Run(
        id=run_id,
        v=VERSION,
        rev=1,
        schedule_id=schedule_id,
        schedule_name=name,
        schedule_type=kind,
        run_number=run_number,
        fired_at=now,
        start_time=now,
        end_time=None,
        task_ids=(),
        tasks={},
        status=Status.RUNNING,
        error_msg='',
        told=False,
        plan=(),
        plan_errors=(),
        notes=(),
        export_status=JobStatus.PENDING,
        push_status=JobStatus.PENDING,
    )


def observe(
    run: Run, seen: Mapping[str, Seen], now: datetime, deadline: timedelta, grace: timedelta = timedelta(0)
) -> Run:
    """The run after a look at the host's task documents.

    :param seen: by task id; a task that is not in it has been deleted
    :param deadline: how long nothing may move before the run is given up
    :param grace: by how much the clock was set forward lately, where a task may seem to wait for too long
    """
    tasks: Dict[str, ScanTask] = {}
    notes: List[Note] = []
    for task_id in run.task_ids:
        tasks[task_id] = _observed(task_id, run.tasks.get(task_id), seen.get(task_id), now, grace, notes)
    moved = max([run.fired_at] + [task.since for task in tasks.values()])
    if now - moved > deadline:
        tasks = {task_id: task if task.outcome else task.evolve(outcome='overdue') for task_id, task in tasks.items()}
    # The clock was set back: a submission that never ends counts anew.
    fires = tuple(fire._replace(at=now) if fire.at > now + SLACK else fire for fire in run.fires)
    return run.evolve(tasks=tasks, fires=fires, notes=run.notes + tuple(notes))


def _observed(
    task_id: str, old: Optional[ScanTask], seen: Optional[Seen], now: datetime, grace: timedelta, notes: List[Note]
) -> ScanTask:
    status = seen.status if seen else 'missing'
    if old is None:
        return ScanTask(status, now, None)
    if old.since > now + SLACK:  # the clock was set back: it counts anew
        old = old.evolve(since=now, asked_at=None)
    if old.status != status:
        if old.outcome:
            notes.append(Note(now, Fault('note.again', task=task_id, now=status, was=old.outcome)))
        return old.evolve(status=status, since=now, outcome=None, misses=0)
    return old if old.outcome else old.evolve(outcome=_outcome(status, seen, old, now - grace, now))


def _outcome(status: str, seen: Optional[Seen], task: ScanTask, earliest: datetime, now: datetime) -> Optional[str]:
    if status in TERMINAL or status == 'missing':
        return status if now - task.since >= SETTLE else None
    if status == 'waiting':
        return 'unqueued' if seen and not seen.celery_id and earliest - task.since >= UNQUEUED_AFTER else None
    return 'dead' if task.misses >= MISSES else None


def stale_tasks(run: Run, now: datetime) -> List[str]:
    """The tasks that started, did not move for long, have no outcome, and may be asked for again."""
    return [
        task_id
        for task_id, task in run.tasks.items()
        if not task.outcome
        and task.status not in TERMINAL
        and task.status not in ('waiting', 'missing')
        and now - task.since >= STALE_AFTER
        and now - (task.asked_at or task.since) >= ASK_EVERY
    ]


def probed(run: Run, task_ids: Iterable[str], known: Iterable[str], now: datetime) -> Run:
    """The run after the scan workers were asked for ``task_ids`` and knew ``known``."""
    known, tasks = set(known), dict(run.tasks)
    for task_id in task_ids:
        task = tasks[task_id]
        if task_id not in known:
            tasks[task_id] = task.evolve(misses=task.misses + 1, asked_at=now)
        elif task.misses:
            tasks[task_id] = task.evolve(misses=0, asked_at=now)
    return run.evolve(tasks=tasks)


def submission_end(mark: Mark, now: datetime, trouble: str = '', count: int = 0, detail: str = '') -> Submitted:
    """How a fire's submission ended; ``trouble`` is '' if all went well."""
    return Submitted(mark, now, trouble, count, detail)


def troubles(run: Run) -> List[Submitted]:
    """The submissions of a run that went wrong.

    A fire that was given up and came back after all has two entries; what it says itself is the truth.
    """
    last = {end.mark: end for end in run.submitted}
    return [end for end in last.values() if end.trouble]


def open_fires(run: Run) -> List[Started]:
    """The fires whose scheduler has not reported the end of its submission."""
    through = {end.mark for end in run.submitted}
    return [fire for fire in run.fires if fire.mark not in through]


def lost_fires(run: Run, now: datetime, grace: timedelta = timedelta(0)) -> List[Started]:
    """The open fires whose scheduler will not come back."""
    return [fire for fire in open_fires(run) if now - fire.at > SUBMIT_LIMIT + grace]


def verdict(run: Run) -> Optional[Verdict]:
    """How the run ended, or None while it goes on."""
    if open_fires(run):
        return None
    outcomes = [run.task(task_id).outcome for task_id in run.task_ids]
    if not all(outcomes):
        return None
    faults = [fault for end in troubles(run) for fault in end.faults]
    if not outcomes and not faults:
        faults.append(Fault('tasks.none'))
    counts = Counter(outcomes)
    faults += [
        Fault('tasks.' + outcome, count=counts[outcome], total=len(outcomes))
        for outcome in _BAD_ENDS
        if counts[outcome]
    ]
    return Verdict(Status.ERROR if faults else Status.FINISHED, tuple(faults))


def closed(run: Run, ended: Verdict, now: datetime) -> Run:
    """The run at its end."""
    wakes = any(task.outcome in MAY_WAKE for task in run.tasks.values())
    return run.blamed(ended.faults).evolve(
        status=ended.status,
        end_time=now,
        watch_until=now + WATCH if wakes else run.watch_until,
    )


def announced(run: Run, task_ids: Iterable[str]) -> Run:
    """The run after the plugins have heard of its fire, and of the end of these tasks."""
    tasks = {task_id: run.tasks[task_id].evolve(told=True) for task_id in task_ids}
    return run.evolve(told=True, tasks=dict(run.tasks, **tasks))


def planned(run: Run, wants: Iterable[Want], errors: Iterable[Fault], unusable: Iterable[str]) -> Run:
    """The run with what plugins want of it, and what was wrong with that.

    :param unusable: targets that were left out since they cannot be used
    """
    run = run.evolve(plan=run.plan + tuple(wants), plan_errors=run.plan_errors + tuple(errors))
    if run.plan:
        run = run.evolve(unmade=True)
    if run.status is Status.RUNNING or run.collect_until is not None:
        return run
    if not run.plan and not is_collecting(run):
        run = run.evolve(push_status=JobStatus.SKIP, export_status=JobStatus.SKIP)
    return run.blamed(once(run.faults + run.plan_errors)).evolve(untold=tuple(unusable) or run.untold)


def planned_again(run: Run, wants: Iterable[Want]) -> Run:
    """A closed run with more in its plan; with it, it is on the tick's work list again."""
    wants = tuple(wants)
    again = any(want.is_export for want in wants)
    return run.evolve(
        plan=run.plan + wants,
        push_status=JobStatus.PENDING,
        unmade=True if wants else run.unmade,
        export_status=JobStatus.PENDING if again else run.export_status,
    )


def queued(run: Run) -> Run:
    """The run after all of its plan are jobs."""
    return run.evolve(unmade=False) if run.push_status is JobStatus.PENDING else run


def fold_order(ended: Iterable[Ended], with_open: Set[str], with_export: Set[str]) -> List[str]:
    """Which of the ended runs there is something to say of, in this order: those that are through or have no job yet,
    those with further entries, those whose exports have ended, those of earlier releases.

    :param with_open: runs with a job that is not through
    :param with_export: runs with an export that is not through
    """
    orders: Dict[str, int] = {}
    for run in ended:
        if run.id not in with_open:
            orders[run.id] = 0
        elif run.unmade:
            orders[run.id] = 1
        elif run.export_status is JobStatus.PENDING and run.id not in with_export:
            orders[run.id] = 2
        elif run.unmade is None:
            orders[run.id] = 3
    return sorted(orders, key=lambda identity: (orders[identity], identity))


def to_fold_again(run: Run) -> Run:
    """A run whose jobs the next tick folds again."""
    return run.evolve(push_status=JobStatus.PENDING)


def acknowledged(run: Run, by: str, at: datetime, note: str) -> Run:
    """Somebody has taken note of a run; the first one stays."""
    return run if run.acknowledged else run.evolve(acknowledged=Acknowledged(by, at, note))


def woke_up(run: Run, seen: Mapping[str, Seen], now: datetime) -> Run:
    """A closed run with tasks that go on after all, in its time line; its outcome and status stay."""
    notes, tasks = [], dict(run.tasks)
    for task_id, task in run.tasks.items():
        status = seen[task_id].status if task_id in seen else task.status
        if task.outcome in MAY_WAKE and status != task.status:
            notes.append(Note(now, Fault('note.woke', task=task_id, was=task.outcome, now=status)))
            tasks[task_id] = task.evolve(status=status)
    return run.evolve(notes=run.notes + tuple(notes), tasks=tasks)

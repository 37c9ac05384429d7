"""Which scan tasks a fire may have made whose end was never recorded. Pure functions.

A fire's mark and the ids of its scan tasks are ObjectIds of one process: they share its random bytes, and the counter
at their end says in which order they were made.
"""

from datetime import datetime, timedelta
from typing import Iterable, List, NamedTuple, Sequence, Set, Tuple

from bson import ObjectId

from scan_notify_plugin.runs.rules import MOST_TASKS, submission_end
from scan_notify_plugin.runs.run import Mark, Origin, Run

#: Ids of one process that are further apart than this were made in the other order: the counter wraps at three bytes.
_HALF = 1 << 23
#: What is said of a fire that has not recorded its end itself.
_NOT_ITS_OWN = ('unreported', 'doubtful')
#: Around a fire, runs and scan tasks are looked for so far: more than any submission takes, or a clock is set.
AROUND = timedelta(days=1)


class Recorded(NamedTuple):
    """A fire that the database knows of."""

    run_id: str
    schedule_id: str
    schedule_name: str
    run_number: int
    mark: ObjectId
    #: whether it has not recorded its end itself, so that nobody knows what it made
    open: bool
    #: the fires of its process that were still submitting when it began
    beside: Tuple[Mark, ...] = ()


def came_after(first: ObjectId, other: ObjectId) -> bool:
    """Whether ``other`` was made after ``first`` by the same process."""
    same = first.binary[4:9] == other.binary[4:9]
    return same and 0 < (_counter(other) - _counter(first)) % (1 << 24) < _HALF


def _counter(identity: ObjectId) -> int:
    return int.from_bytes(identity.binary[9:], 'big')


def recorded_fires(runs: Iterable[Origin]) -> List[Recorded]:
    """The fires of these runs."""
    fires = []
    for run in runs:
        through = {end.mark for end in run.submitted if end.trouble not in _NOT_ITS_OWN}
        about = (run.id, run.schedule_id, run.schedule_name, run.run_number)
        for fire in run.fires:
            if isinstance(fire.mark, ObjectId):
                fires.append(Recorded(*about, fire.mark, fire.mark not in through, fire.beside))
    return fires


def possible_makers(task_id: ObjectId, fires: Sequence[Recorded]) -> List[Recorded]:
    """The fires that may have made a task, by its id: open ones that were submitting when it was made."""
    before = [fire for fire in fires if came_after(fire.mark, task_id)]
    return [fire for fire in before if fire.open and not any(_ended_before(fire, later) for later in before)]


def _ended_before(fire: Recorded, later: Recorded) -> bool:
    return came_after(fire.mark, later.mark) and fire.mark not in later.beside


def held_by_others(run_id: str, runs: Iterable[Origin]) -> Set[str]:
    """The scan tasks of other runs than this one."""
    return {task_id for run in runs if run.id != run_id for task_id in run.task_ids}


def adopted(run: Run, mark: Mark, task_ids: Iterable[str], doubtful: int, now: datetime) -> Run:
    """The run with what is known of a fire whose scheduler died, or lost MongoDB, before it recorded its scan tasks.

    :param task_ids: those that it has certainly made
    :param doubtful: how many others it may have made; the run holds none of them
    """
    known = set(run.task_ids)
    adopted_ids = tuple(task_id for task_id in task_ids if task_id not in known)
    if len(adopted_ids) > MOST_TASKS:
        end, adopted_ids = submission_end(mark, now, 'too_many', len(adopted_ids)), ()
    elif doubtful:
        end = submission_end(mark, now, 'doubtful', doubtful)
    else:
        end = submission_end(mark, now, 'unreported', len(adopted_ids))
    return run.evolve(task_ids=run.task_ids + adopted_ids, submitted=run.submitted + (end,))

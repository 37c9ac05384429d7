"""What a scan task's document says of the schedule that made it. Pure functions.

The host names each task after its schedule (host: app.helpers.task_schedule, submit_task_schedule): the first letters
of the schedule's name, and for recurrent ones the round, counted once more than in the schedule's own document.
"""

import math
import re
from typing import FrozenSet, List, Mapping, NamedTuple

from bson import ObjectId

_NAME = re.compile(r'(周期任务-(?P<recurrent>.*)-(?P<number>\d{1,18})|定时任务-(?P<future>.*))', re.DOTALL)
_LETTERS = 15
#: What people have made anew from an older task (host: app.helpers.task, restart_task).
_RESTARTED = '重新运行-'

#: What is more is no number of rounds.
LARGEST_ROUND = 1 << 53

TASK_FIELDS = dict.fromkeys(('name', 'task_tag', 'target', 'type', 'options.policy_name'), 1)
SCHEDULE_FIELDS = dict.fromkeys(('name', 'task_tag', 'target', 'policy_name', 'run_number'), 1)


class Trace(NamedTuple):
    """What a scan task's document says."""

    id: ObjectId
    name: str = ''
    tag: str = ''
    policy: str = ''
    targets: FrozenSet[str] = frozenset()


class Origin(NamedTuple):
    """A schedule, and the rounds of it that may have made a task: those after ``first`` up to ``last``."""

    schedule_id: str
    name: str
    first: int
    last: int
    tag: str = ''
    policy: str = ''
    targets: FrozenSet[str] = frozenset()


def trace(task: Mapping[str, object]) -> Trace:
    """A task's document, whatever it holds."""
    options = task.get('options')
    policy = options.get('policy_name') if isinstance(options, dict) else ''
    # The target of a risk cruise is a sentence, no address.
    targets = _split(task.get('target')) if task.get('type') in ('ip', 'domain') else frozenset()
    return Trace(task['_id'], _text(task.get('name')), _text(task.get('task_tag')), _text(policy), targets)


def origin(schedule_id: str, schedule: Mapping[str, object], name: str, first: int, last: int) -> Origin:
    """A schedule's document, whatever it holds; empty if it was deleted."""
    tag, policy = _text(schedule.get('task_tag')), _text(schedule.get('policy_name'))
    return Origin(schedule_id, name, first, last, tag, policy, _split(schedule.get('target')))


def can_be_from(task: Trace, schedule: Origin) -> bool:
    """False if the task says that another schedule, another round or no schedule made it."""
    if task.tag and schedule.tag and task.tag != schedule.tag or task.name.startswith(_RESTARTED):
        return False
    match = _NAME.fullmatch(task.name)
    if match is None:
        return True
    name = schedule.name[:_LETTERS]
    if match.group('number') is None:
        return match.group('future') == name
    return match.group('recurrent') == name and schedule.first < int(match.group('number')) - 1 <= schedule.last


def tells_apart(task: Trace, schedule: Origin, other: Origin) -> bool:
    """Whether target or policy are those of ``schedule`` and not of ``other``."""
    if task.targets and task.targets <= schedule.targets and other.targets and not task.targets <= other.targets:
        return True
    return bool(task.policy) and task.policy == schedule.policy and other.policy not in ('', task.policy)


def certain(task: Trace, schedule: Origin, others: List[Origin]) -> bool:
    """Whether ``schedule`` and none of ``others`` can have made the task."""
    return not any(can_be_from(task, other) and not tells_apart(task, schedule, other) for other in others)


def round_of(document: Mapping[str, object]) -> int:
    """A schedule's round; documents of very old hosts have none."""
    number = document.get('run_number', 0)
    if isinstance(number, (int, float)) and math.isfinite(number) and 0 <= number < LARGEST_ROUND:
        return int(number)
    return 0


def _text(value: object) -> str:
    return value if isinstance(value, str) else ''


def _split(value: object) -> FrozenSet[str]:
    return frozenset(value.lower().split()) if isinstance(value, str) else frozenset()

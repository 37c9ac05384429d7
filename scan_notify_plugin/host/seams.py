"""The three functions of the host that are wrapped while it runs. Its files stay as they are.

``submit_task_schedule`` is the boundary of a fire and sees its exception; ``submit_task`` is where each scan task's id
appears, also when the submission dies half way; ``create_task_schedule_run`` exists on one fork only, which tells its
own runs. The host's arguments, return values and exceptions pass through untouched.
"""

import functools
import logging
import threading
from types import ModuleType
from typing import Any, Callable, Mapping

log = logging.getLogger('scan_notify')

#: The scheduler is one thread; a host that submits from several still gets each task into its own fire.
_current = threading.local()


def wrap_schedules(module: ModuleType, begin: Callable[[Mapping[str, object]], Any]) -> None:
    """Wrap ``app.helpers.task_schedule``.

    :param begin: opens a fire for a schedule's document; raises nothing; its fire has ``add`` and ``close(error)``
    """
    original = module.submit_task_schedule

    @functools.wraps(original)
    def submit_task_schedule(item: Mapping[str, object], *args: object, **kwargs: object) -> object:
        fire = _current.fire = begin(item)
        error = None
        try:
            return original(item, *args, **kwargs)
        except BaseException as raised:
            error = raised
            raise
        finally:
            _current.fire = None
            fire.close(error)

    module.submit_task_schedule = submit_task_schedule  # type: ignore[attr-defined]  # a function of the host


def wrap_tasks(module: ModuleType) -> None:
    """Wrap ``app.helpers.task``; a task submitted outside a fire is none of our business."""
    original = module.submit_task

    @functools.wraps(original)
    def submit_task(*args: object, **kwargs: object) -> object:
        result = original(*args, **kwargs)
        fire = getattr(_current, 'fire', None)
        if fire is not None:
            fire.add(result.get('task_id') if isinstance(result, dict) else result)
        return result

    module.submit_task = submit_task  # type: ignore[attr-defined]  # a function of the host


def wrap_own_runs(module: ModuleType, taken_over: Callable[[Mapping[str, object]], bool]) -> None:
    """Keep the host from notifying of a run of which we do; it still records its run.

    Its schedule document is not touched.

    :param taken_over: whether the fire of this schedule was recorded and is ours to notify of; raises nothing
    """
    original = module.create_task_schedule_run

    @functools.wraps(original)
    def create_task_schedule_run(item: Mapping[str, object], *args: object, **kwargs: object) -> object:
        if taken_over(item):
            item = dict(item, notify_enable=False)
        return original(item, *args, **kwargs)

    module.create_task_schedule_run = create_task_schedule_run  # type: ignore[attr-defined]  # a function of the host

"""What a run's times become when the clock that they were taken from was set back. Pure."""

from datetime import datetime

from scan_notify_plugin.clock import SLACK
from scan_notify_plugin.runs.run import Run, ScanTask


def brought_back(run: Run, now: datetime) -> Run:
    """The run with no times that lie in the future: they are another clock's, and are not waited for."""
    latest = now + SLACK

    def known(task: ScanTask) -> ScanTask:
        if max(task.since, task.asked_at or now) <= latest:
            return task
        return task.evolve(since=min(task.since, now), asked_at=min(task.asked_at or now, now))

    return run.evolve(
        fired_at=now if run.fired_at > latest else run.fired_at,
        fires=tuple(fire._replace(at=now) if fire.at > latest else fire for fire in run.fires),
        tasks={task_id: known(task) for task_id, task in run.tasks.items()},
    )

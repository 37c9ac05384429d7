"""Between the end of a run and its plan: it is read what the run has found, for so long at most. Pure."""

from datetime import datetime, timedelta
from typing import Optional, Union

from scan_notify_plugin.changes import Progress, Results
from scan_notify_plugin.clock import SLACK
from scan_notify_plugin.faults import Faults
from scan_notify_plugin.runs.run import Ended, Run


def collecting(run: Run, until: datetime) -> Run:
    """An ended run of which it is still to be known what it has found, and whose plan waits for that."""
    return run.evolve(results=Results(Progress.PENDING), collect_until=until)


def waits(collect_wait: timedelta, export_wait: Optional[timedelta]) -> timedelta:
    """How long the plan of a run's end waits until it is known what the run has found.

    :param export_wait: how long messages wait for a report, if there is to be one
    """
    return max(collect_wait, export_wait or collect_wait)


def has_waited(run: Union[Run, Ended], now: datetime, grace: timedelta = timedelta(0)) -> bool:
    """Whether a plan has waited long enough.

    :param grace: by how much the clock was set forward lately
    """
    return run.collect_until is not None and run.collect_until + grace <= now


def not_known(run: Run, faults: Faults, now: datetime) -> Run:
    """A run of which nobody will know what it has found."""
    return run.evolve(results=Results(Progress.ERROR, faults=faults, at=now))


def is_collecting(run: Run) -> bool:
    """Whether what it has found is still to be known."""
    return run.results is not None and run.results.state is Progress.PENDING


def is_ahead(run: Union[Run, Ended], now: datetime, longest: timedelta) -> bool:
    """Whether a plan waits until a time that no clock that agrees with ours can have said.

    :param longest: nothing waits for longer
    """
    return run.collect_until is not None and run.collect_until > now + SLACK + longest


def waiting_anew(run: Run, now: datetime, longest: timedelta) -> Run:
    """The run, whose plan waits no longer than it would if its end were now."""
    return run.evolve(collect_until=now + longest) if is_ahead(run, now, longest) else run

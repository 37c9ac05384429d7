"""What the hooks carry and what they may answer. Immutable: a plugin cannot change what the next one sees."""

from datetime import datetime
from typing import NamedTuple, Optional, Tuple


class Schedule(NamedTuple):
    """The host's schedule at the time of a fire."""

    id: str
    name: str  # written by the host's user; treat as text, never as markup or a path
    type: str  # 'recurrent_scan' or 'future_scan'


class ScanTask(NamedTuple):
    """One scan task of a run, as far as it has come."""

    id: str
    #: the host's own word; 'done', 'error' and 'stop' are its terminal ones
    status: str
    #: None while it is in progress, then one of: done, error, stop, missing (deleted), unqueued (never reached
    #: the broker), dead (its worker is gone), overdue (the run's deadline passed)
    outcome: Optional[str] = None


class TargetRef(NamedTuple):
    """A configured destination, by name. Its options, credentials among them, are not shown to hooks."""

    name: str
    channel: str


class Run(NamedTuple):
    """The record of one fire of a schedule."""

    id: str
    schedule: Schedule
    run_number: int
    fired_at: datetime  # aware, UTC
    status: str  # 'running', 'finished' (every task done) or 'error' (anything else)
    tasks: Tuple[ScanTask, ...]
    error_msg: str = ''
    end_time: Optional[datetime] = None  # aware, UTC; None while running
    #: where this run is to be told, after the settings and ``notify_on``; empty while running
    targets: Tuple[TargetRef, ...] = ()
    #: the report formats that the settings want for this run, such as 'excel'; empty while running
    formats: Tuple[str, ...] = ()
    #: why ``on_run_complete`` is called once more, for one target: 'fallback', 'resend' or 'test'; '' at the end of the
    #: run
    again: str = ''


class Notify(NamedTuple):
    """An answer of a hook: send the run's summary to a configured target."""

    target: str  # a name in SCAN_NOTIFY.TARGETS, or a channel configured in the host's own section
    #: aware; the message is held until then, and for a week at most. Of several answers the latest counts
    not_before: Optional[datetime] = None


class Skip(NamedTuple):
    """An answer of a hook: this event is not told to a target, whoever else answers for it."""

    target: str
    why: str  # for people; it is shown with the run


class Export(NamedTuple):
    """An answer of a hook: make a report of the run."""

    format: str  # a format that an active exporter makes

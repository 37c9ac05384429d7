"""What the hooks carry and what they may answer. Immutable: a plugin cannot change what the next one sees."""

from datetime import datetime
from typing import Mapping, NamedTuple, Optional, Tuple


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


class Compared(NamedTuple):
    """The round that a run's results were compared with."""

    run_id: str
    run_number: int
    fired_at: datetime  # aware, UTC


class Results(NamedTuple):
    """What is known of what a run has found, and of what is new in it. Numbers alone, and no text of a record."""

    #: 'pending' (it is still being read), 'success', or 'error': what changed is not known, see ``faults``
    state: str
    #: by table of a report, such as 'site': its rows
    totals: Mapping[str, int] = {}
    #: by severity, from 'critical' to 'unknown', and 'unrated': the findings of all tables together
    severities: Mapping[str, int] = {}
    #: by state, the records of all tables together: 'new', 'back', 'changed', 'gone', 'first_look', 'out_of_scope',
    #: 'unstable', 'earlier', 'found' and 'not_looked_at'. What is as it was is not counted
    changes: Mapping[str, int] = {}
    #: by table, the same
    tables: Mapping[str, Mapping[str, int]] = {}
    #: None: a first look, or a run that is compared with nothing
    compared: Optional[Compared] = None
    #: in English: what could not be compared, and why; that this is a first look, and why
    remarks: Tuple[str, ...] = ()
    #: in English: why the results could not be read
    faults: Tuple[str, ...] = ()
    #: when this was known; aware, UTC
    at: Optional[datetime] = None


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
    #: what it has found and what changed. None while it is running, and of a run that the settings want neither told
    #: nor reported
    results: Optional[Results] = None


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

"""What a message says: the data that templates get, before any markup."""

from datetime import datetime
from typing import Dict, Mapping, NamedTuple, Optional, Tuple, Union

from scan_notify_plugin.changes import Change, Results


class Text(str):
    """A text that is ours and is printed as it is; everything else that a template prints is escaped."""


class TaskLine(NamedTuple):
    """One scan task of the run."""

    id: str  # the host's
    name: str  # the host's for it; a stranger's text
    target: str  # what was scanned; a stranger's text
    outcome: str  # done, error, stop, missing, unqueued, dead, overdue, or running
    assets: int  # records of all kinds


class ReportLine(NamedTuple):
    """One report of the run: ready, or failed with ``error``, or neither, then it is still being made."""

    id: str  # as in ``scan-notify reports``
    name: str  # made of letters, digits, '-' and one dot: safe in any markup
    size: int  # bytes
    rows: int  # of all tables together
    made_at: Optional[datetime]  # aware; None while it is being made, and if it failed
    #: a placeholder as long as the link, to be put into a content as it is; '' where no address is configured
    link: str
    valid_until: Optional[datetime]  # until when the link works; aware
    error: str  # why it failed, in the message's language; else ''

    @property
    def ready(self) -> bool:
        """Whether it can be downloaded."""
        return self.made_at is not None


class EventLine(NamedTuple):
    """One line of an alert, where a run has its scan tasks. What does not apply is '' or None."""

    id: str  # of a document that was set aside
    name: str  # of the schedule, the plugin, or the collection
    target: str  # of the delivery, or whose service it is
    outcome: str  # of a delivery: error or uncertain, or unusable where none was tried
    assets: int  # how often it happened
    what: str = ''  # a report's format, or what a plugin was called for
    seconds: Optional[int] = None  # how long
    waiting: Optional[int] = None  # how many jobs waited at the end of an outage
    due_at: Optional[datetime] = None  # when a schedule should have fired
    at: Optional[datetime] = None  # the last time

    @property
    def times(self) -> int:
        """The same as ``assets``."""
        return self.assets


class Alert(NamedTuple):
    """What a message to operators is about."""

    kind: str  # delivery, report, worker, schedule, plugin, document, broker, database or clock
    title: Text  # in the target's language
    #: how often it happened since the last message about it
    count: int  # type: ignore[assignment]  # as templates name it; nobody asks a record for tuple.count
    unnamed: int  # how many of these are in no line


class Summary(NamedTuple):
    """One run, ready to be told; or, if it has an ``alert``, what operators are told of trouble."""

    schedule_name: str  # a stranger's text; '' where nobody has named it, or where ``hidden``
    schedule_type: str  # recurrent_scan, future_scan, or alert
    run_id: str  # as in ``scan-notify runs``: the schedule's id, a colon, and the round
    run_number: int  # the round of the schedule
    status: str  # finished (every task done), error (anything else), or running
    fired_at: datetime  # aware
    end_time: Optional[datetime]  # aware; None while it runs
    counts: Dict[str, int]  # scan tasks by what became of them: done, failed, stopped, missing, total
    #: the report's tables and their rows; without a report the host's counter names and their sums
    assets: Tuple[Tuple[str, int], ...]
    tasks: Tuple[Union[TaskLine, EventLine], ...]  # that this page lists
    task_ids: Tuple[str, ...]  # of all scan tasks of the run
    #: what went wrong with the submission: kind, scan tasks created or found, detail (a stranger's text). A kind is
    #: failed, too_many, unreported, doubtful or unrecorded
    troubles: Tuple[Tuple[str, int, str], ...]
    reports: Tuple[ReportLine, ...] = ()  # of the run
    repeat: bool = False  # it is not known whether this message has arrived before
    test: bool = False  # a sample that an administrator asked for
    omitted: int = 0  # scan tasks that no page lists, for lack of room
    page: int = 1  # the number of this page, from 1
    pages: int = 1  # how many there are
    hidden: bool = False  # names and targets are withheld, since moderation refused the first version
    #: then there is no run: ``tasks`` are :class:`EventLine`, ``schedule_name`` is the title, and the counts are 0
    alert: Optional[Alert] = None
    #: what is new, gone and changed, in numbers, and what that is compared with; None: nobody has collected it
    results: Optional[Results] = None
    #: what is told by name, worst first; all that this page names
    records: Tuple[Change, ...] = ()
    #: by section (findings, first_look, found, assets, changed, gone), the records that no page names
    unlisted: Mapping[str, int] = {}
    #: by severity, the findings that are new, as far as they have a record: at least so many
    severities: Mapping[str, int] = {}
    #: what could not be compared or collected, and why, in the message's language
    remarks: Tuple[str, ...] = ()
    #: of the run on the administrators' page; '' where no address is configured
    url: str = ''

    @property
    def seconds(self) -> Optional[int]:
        """How long the run took; None while it goes on, and where a clock was set back meanwhile."""
        if self.end_time is None or self.end_time < self.fired_at:
            return None
        return int((self.end_time - self.fired_at).total_seconds())

    def withheld(self) -> 'Summary':
        """The same without a word that a stranger may have written, and without a link a service may call unsafe."""
        tasks = tuple(task._replace(name='', target='') for task in self.tasks)
        reports = tuple(report._replace(name='', link='', error='…' if report.error else '') for report in self.reports)
        troubles = tuple((kind, count, '') for kind, count, _ in self.troubles)
        records = tuple(
            record._replace(
                identity='', target='', name='', cells=tuple(cell._replace(old='', new='') for cell in record.cells)
            )
            for record in self.records
        )
        return self._replace(
            schedule_name='',
            troubles=troubles,
            tasks=tasks,
            reports=reports,
            records=records,
            url='',
            remarks=('…',) * bool(self.remarks),
            hidden=True,
        )

"""A run: one fire of a schedule, what its scan tasks came to, and what is wanted of it."""

from datetime import datetime
from enum import Enum
from typing import Any, Iterable, Mapping, NamedTuple, Optional, Tuple, Union

from bson import ObjectId

from scan_notify_plugin.changes import Results
from scan_notify_plugin.faults import Fault, Faults, join, with_faults

#: Of a fire; one that nobody recorded has none.
Mark = Optional[Union[ObjectId, str]]

#: The form of the documents that this release writes, and the newest it reads. In form 1, plan entries had a lane and a
#: route; in forms 1 and 2, what went wrong was English prose.
VERSION = 3


class Status(str, Enum):
    """How far a run is."""

    RUNNING = 'running'
    #: all scan tasks ended well
    FINISHED = 'finished'
    #: something of it went wrong
    ERROR = 'error'


class JobStatus(str, Enum):
    """What the jobs of a run came to; of its messages, or of its reports."""

    PENDING = 'pending'
    #: there are none
    SKIP = 'skip'
    SUCCESS = 'success'
    ERROR = 'error'
    UNCERTAIN = 'uncertain'


class Started(NamedTuple):
    """A fire of the run."""

    mark: Mark
    at: datetime
    #: the fires of its process that were still submitting then
    beside: Tuple[Mark, ...] = ()


class Submitted(NamedTuple):
    """How a fire's submission ended."""

    mark: Mark
    at: datetime
    #: what went wrong: failed, too_many, unreported, doubtful or unrecorded; '' if nothing did
    trouble: str
    #: scan tasks
    count: int  # type: ignore[assignment]  # as in the documents; nobody asks a record for tuple.count
    #: why, in somebody else's words; the number of a round that was not recorded
    detail: str

    @property
    def faults(self) -> Faults:
        """What went wrong."""
        if not self.trouble:
            return ()
        return (Fault('submission.' + self.trouble, count=self.count, detail=self.detail),)

    @property
    def error(self) -> str:
        """Its faults in English."""
        return join(self.faults)


class ScanTask(NamedTuple):
    """A scan task as it was last seen."""

    #: the host's word
    status: str
    #: since when
    since: datetime
    #: how it ended; None while it goes on
    outcome: Optional[str]
    #: whether the plugins have heard of its end
    told: bool = False
    #: how often no scan worker knew it
    misses: int = 0
    #: when they were last asked
    asked_at: Optional[datetime] = None

    def evolve(self, **fields: Any) -> 'ScanTask':
        return self._replace(**fields)


class Note(NamedTuple):
    """A line of a run's time line."""

    at: datetime
    fault: Fault

    @staticmethod
    def upgraded(document: Mapping[str, object]) -> Mapping[str, object]:
        """Forms 1 and 2 had prose."""
        return dict(document, fault=document['text']) if 'text' in document and 'fault' not in document else document


class Acknowledged(NamedTuple):
    """Somebody has taken note of a run."""

    by: str
    at: datetime
    note: str


class Want(NamedTuple):
    """A message or a report that somebody asked for. Its lane and route are found when it becomes a job."""

    id: str
    #: notify or export
    kind: str
    #: the plugin, or the person
    by: str
    #: the target, or the format
    subject: str
    #: until when it waits for the run's reports
    waits: Optional[datetime] = None
    #: why it cannot be done at all
    faults: Faults = ()
    #: whether it may be a repeat
    repeat: bool = False
    #: ids of earlier jobs whose outcome no longer counts
    replaces: Tuple[str, ...] = ()
    #: whether it is for its target alone, and not for a fallback
    alone: bool = False
    #: until when a plugin holds it
    not_before: Optional[datetime] = None

    @property
    def is_export(self) -> bool:
        return self.kind == 'export'

    def problem(self) -> str:
        if self.kind not in ('notify', 'export'):
            return 'document.no-kind'
        return '' if self.subject else 'document.for-nobody'

    @staticmethod
    def upgraded(document: Mapping[str, object]) -> Mapping[str, object]:
        """Form 1 had the target as the first of a route; forms 1 and 2 had prose."""
        document, route = with_faults(document, 'error'), document.get('route')
        if 'subject' in document or not isinstance(route, (list, tuple)):
            return document
        subject = document.get('format') if document.get('kind') == 'export' else next(iter(route), '')
        return dict(document, subject=subject)

    def evolve(self, **fields: Any) -> 'Want':
        return self._replace(**fields)


class Late(NamedTuple):
    """The end of another fire of the same process, which could not be written then."""

    run_id: str
    mark: Mark
    at: datetime
    task_ids: Tuple[str, ...]
    end: Submitted
    #: the document of the run as it was to be opened; None if that was written
    run: Optional[Mapping[str, object]] = None


class Sample(NamedTuple):
    """What a test message shows of a scan task that there is not."""

    target: str
    statistic: Mapping[str, int]


class Run(NamedTuple):
    """One fire of a schedule; see :func:`scan_notify_plugin.runs.rules.new_run`."""

    #: ``<schedule>:<run_number>``, with a suffix where the host reused a number
    id: str
    v: int
    rev: int
    schedule_id: str
    schedule_name: str
    schedule_type: str
    run_number: int
    fired_at: datetime
    end_time: Optional[datetime]
    task_ids: Tuple[str, ...]
    tasks: Mapping[str, ScanTask]
    status: Status
    #: its faults in English, as it was ordered
    error_msg: str
    #: whether the plugins have heard of the fire
    told: bool
    plan: Tuple[Want, ...]
    #: what was wrong with what plugins want of it
    plan_errors: Faults
    #: the time line
    notes: Tuple[Note, ...]
    export_status: JobStatus
    #: the tick's work list: pending until every job is through
    push_status: JobStatus
    start_time: Optional[datetime] = None
    #: what went wrong
    faults: Faults = ()
    #: one for each scheduler that took part
    fires: Tuple[Started, ...] = ()
    submitted: Tuple[Submitted, ...] = ()
    #: see :mod:`scan_notify_plugin.runs.journal`
    late: Tuple[Late, ...] = ()
    #: why reports could not be made
    export_faults: Faults = ()
    #: see :class:`scan_notify_plugin.runs.fire.Fire`
    host_push: str = ''
    #: until when its tasks are watched after its end
    watch_until: Optional[datetime] = None
    #: whether there may be plan entries of which no tick has made a job yet; None: an earlier release did not say
    unmade: Optional[bool] = None
    #: the targets that it should be told to and that cannot be used, until operators are told of it
    untold: Optional[Tuple[str, ...]] = None
    acknowledged: Optional[Acknowledged] = None
    #: whether it is that of a test message
    test: bool = False
    #: of a test message: its language, and the scan tasks that it shows
    language: str = ''
    samples: Optional[Mapping[str, Sample]] = None
    #: what it has found, and what changed; None: nobody reads it
    results: Optional[Results] = None
    #: until when the plan of its end waits for that; None: for nothing, or it is made
    collect_until: Optional[datetime] = None

    @staticmethod
    def upgraded(document: Mapping[str, object]) -> Mapping[str, object]:
        """Forms 1 and 2 had prose alone."""
        return with_faults(with_faults(document, 'error_msg'), 'export_error', 'export_faults')

    def blamed(self, faults: Faults) -> 'Run':
        """The same run with other faults."""
        return self._replace(faults=faults, error_msg=join(faults))

    def evolve(self, **fields: Any) -> 'Run':
        """The same run with other values."""
        return self._replace(**fields)

    def task(self, task_id: str) -> ScanTask:
        """A scan task; one that was not seen yet is waiting."""
        return self.tasks.get(task_id) or ScanTask('waiting', self.fired_at, None)


class Ended(NamedTuple):
    """An ended run whose jobs are not through, as the tick sorts it."""

    id: str
    v: int
    export_status: JobStatus
    unmade: Optional[bool] = None
    collect_until: Optional[datetime] = None


class Unusable(NamedTuple):
    """What is told to operators of a run with targets that cannot be used."""

    id: str
    v: int
    rev: int
    schedule_name: str
    end_time: Optional[datetime]
    untold: Optional[Tuple[str, ...]] = None


class Fired(NamedTuple):
    """A run as the overview counts it."""

    id: str
    fired_at: datetime
    status: Status
    test: bool = False


class Origin(NamedTuple):
    """What of a run is needed to tell its scan tasks from others'."""

    id: str
    schedule_id: str
    schedule_name: str
    run_number: int
    fired_at: datetime
    task_ids: Tuple[str, ...]
    fires: Tuple[Started, ...] = ()
    submitted: Tuple[Submitted, ...] = ()


def unmade(plan: Iterable[Want], job_ids: Iterable[str]) -> Tuple[Want, ...]:
    """The plan entries that no tick has made a job of yet."""
    known = set(job_ids)
    return tuple(want for want in plan if want.id not in known)

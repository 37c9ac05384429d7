"""What the page of a run shows, read from the database: no more than the message that brought the link may say."""

from datetime import datetime, timezone
from typing import Any, Iterable, List, Mapping, NamedTuple, Optional, Tuple

from scan_notify_plugin.changes import Change, Results
from scan_notify_plugin.clock import Clock
from scan_notify_plugin.host.scans import Scans
from scan_notify_plugin.reports import links
from scan_notify_plugin.reports.links import Claim, Refusal
from scan_notify_plugin.reports.report import Report, State
from scan_notify_plugin.reports.store import ReportStore
from scan_notify_plugin.results.store import ResultStore
from scan_notify_plugin.runs.run import Run
from scan_notify_plugin.runs.store import RunStore
from scan_notify_plugin.settings.store import SettingsStore

__all__ = ['File', 'Gathered', 'MAX_FILES', 'MAX_TASKS', 'Task', 'gathered']

#: Of one page.
MAX_TASKS, MAX_FILES = 50, 20
#: Links that nobody has ended: of a report whose links were revoked or renewed, only its own page has the file.
_FIRST_SERIAL = 1


class Task(NamedTuple):
    """A scan task that did not end well; it has no id here."""

    name: str
    target: str
    outcome: str


class File(NamedTuple):
    """A report of the run."""

    name: str
    #: in bytes
    size: int
    #: of a link to the file; '' where there is none
    token: str
    #: why there is none: ``used-up``, ``expired``, ``revoked`` or ``gone``
    refused: str = ''


class Gathered(NamedTuple):
    """Everything on the page. What strangers wrote is as it was found."""

    run: Run
    #: None: nobody reads what it has found
    results: Optional[Results]
    #: the worst first
    records: Tuple[Change, ...]
    #: rows of each table as the report has them, by its title; where results are not known
    rows: Tuple[Tuple[str, int], ...]
    failed: Tuple[Task, ...]
    #: scan tasks that did not end well beside these
    more_failed: int
    files: Tuple[File, ...]
    until: datetime


def gathered(db: Any, reports: ReportStore, report: Report, claim: Claim, clock: Clock) -> Optional[Gathered]:
    """What is to be shown of the run of a report; None if the run is gone."""
    name = SettingsStore(db, clock).read().run_collection
    run = RunStore(db[name]).get(report.run_id) if name else None
    if run is None:
        return None
    kept = ResultStore(db).get(run.id)
    failed = [task_id for task_id in run.task_ids if run.task(task_id).outcome not in (None, 'done')]
    now = clock.now()
    ready = [one for one in reports.of_runs([run.id]) if one.id == report.id or one.state is State.READY]
    return Gathered(
        run=run,
        results=run.results,
        records=() if kept is None or run.results is None or not run.results.known else kept.records,
        rows=report.rows,
        failed=_tasks(run, Scans(db), failed[:MAX_TASKS]),
        more_failed=len(failed[MAX_TASKS:]),
        files=_files(reports.signing_key(), ready, report, claim, now),
        until=datetime.fromtimestamp(claim.expires, timezone.utc),
    )


def _tasks(run: Run, scans: Scans, task_ids: List[str]) -> Tuple[Task, ...]:
    facts: Mapping[str, Any] = scans.facts(task_ids) if task_ids else {}
    lines = []
    for task_id in task_ids:
        known = facts.get(task_id)
        outcome = run.task(task_id).outcome or 'running'
        lines.append(Task(known.name if known else '', known.target if known else '', outcome))
    return tuple(lines)


def _files(key: str, ready: Iterable[Report], own: Report, claim: Claim, now: datetime) -> Tuple[File, ...]:
    """That of the link first, then the newest."""
    ordered = sorted(ready, key=lambda one: (one.id == own.id, one.created_at), reverse=True)
    return tuple(_file(key, one, own, claim, now) for one in ordered[:MAX_FILES])


def _file(key: str, report: Report, own: Report, claim: Claim, now: datetime) -> File:
    """With a link that ends when that of the page does, or earlier if the report's own does."""
    serial = claim.serial if report.id == own.id else _FIRST_SERIAL
    expires = min(claim.expires, int(report.link_until.timestamp()))
    refusal = links.check(Claim(report.id, serial, expires), report, now)
    if report.revoked_at is not None and report.id != own.id:
        refusal = Refusal.REVOKED
    if refusal is not None:
        return File(report.name, report.size, '', refusal.reason)
    until = datetime.fromtimestamp(expires, timezone.utc)
    return File(report.name, report.size, links.sign(key, report.id, serial, until))

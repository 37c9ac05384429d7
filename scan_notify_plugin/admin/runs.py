"""The history of runs, and what a person may do to a run or to one of its jobs."""

from datetime import datetime, timedelta
from typing import Callable, Dict, Iterable, List, Mapping, Optional, TypeVar

from scan_notify_plugin.admin import history, workers
from scan_notify_plugin.admin.desk import Desk
from scan_notify_plugin.admin.errors import Conflict, Invalid, NotFound, together
from scan_notify_plugin.admin.overview import overview
from scan_notify_plugin.faults import ENGLISH, Fault, say
from scan_notify_plugin.jobs import exports, steering
from scan_notify_plugin.jobs.job import OPEN, Job, Kind
from scan_notify_plugin.jobs.job import State as JobState
from scan_notify_plugin.jobs.views import standing
from scan_notify_plugin.records import Document
from scan_notify_plugin.reports.report import State
from scan_notify_plugin.runs import rules
from scan_notify_plugin.runs.run import Run, Status, Want, unmade
from scan_notify_plugin.runs.store import RunStore

STATUSES = ('running', 'finished', 'error')
OUTCOMES = ('pending', 'success', 'error', 'uncertain', 'skip')
MAX_SIZE = 200
MAX_DAYS = 366
MAX_NOTE = 500

_Changed = TypeVar('_Changed')


class Runs:
    """Reads runs and steers them; each change is one audit line."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._jobs = desk.jobs

    @property
    def _runs(self) -> RunStore:
        return self._desk.runs

    def listing(
        self,
        page: int = 1,
        size: int = 20,
        status: Optional[str] = None,
        push_status: Optional[str] = None,
        export_status: Optional[str] = None,
        schedule_id: Optional[str] = None,
        since: Optional[datetime] = None,
        until: Optional[datetime] = None,
        text: Optional[str] = None,
    ) -> Document:
        """``{items, total}``: a page of runs, the newest first; without test runs.

        :param since: and ``until``: fired at or after the one and before the other; aware
        :param text: to be found in the id, the schedule's name or the error, whatever the case
        :raises Invalid: for a value that no run can have
        """
        _check_number('page', page, 1, 10**6)
        _check_number('size', size, 1, MAX_SIZE)
        given = {
            'status': status, 'push_status': push_status, 'export_status': export_status, 'schedule_id': schedule_id,
        }  # fmt: skip
        filters = {name: value for name, value in given.items() if value}
        for name, value in dict(filters, text=text or '').items():
            if not isinstance(value, str):  # from JSON it may be a query of its own
                raise Invalid(name, Fault('input.form', form='any-text'))
        for name, known in (('status', STATUSES), ('push_status', OUTCOMES), ('export_status', OUTCOMES)):
            if name in filters and filters[name] not in known:
                raise Invalid(name, Fault('input.one-of', known=', '.join(known)))
        if self._desk.runs_name is None:
            return {'items': [], 'total': 0}
        runs, total = self._runs.page(filters, since, until, (text or '')[:100], (page - 1) * size, size)
        return {'items': [history.brief(run, self._desk) for run in runs], 'total': total}

    def detail(self, run_id: str) -> Document:
        """One run with its tasks, jobs, reports and time line (:mod:`scan_notify_plugin.admin.timeline`).

        :raises NotFound: if there is none
        """
        return history.detail(self._desk, self._run(run_id))

    def overview(self, days: int = 14) -> Document:
        """``{runs_per_day, deliveries, cooling, workers, now}`` of the last days; days are this machine's."""
        _check_number('days', days, 1, MAX_DAYS)
        return overview(self._desk, days)

    def resend(
        self,
        run_id: str,
        by: str,
        targets: Optional[Iterable[str]] = None,
        failed_only: bool = False,
        formats: Optional[Iterable[str]] = None,
    ) -> List[str]:
        """Tell a run again, or make reports of it again; the ids of the jobs that the next tick makes.

        :param targets: None: all that it was told to
        :param failed_only: of these, only where the last try ended in error or in doubt
        :param formats: reports to make anew; the messages wait for them
        :raises Conflict: if the run goes on, or one of these jobs is not through
        :raises Invalid: for a target that is not configured, or if nothing is left to do
        """
        given = None if targets is None else _names('targets', targets)
        reports = _names('formats', formats or ())
        self._check(given or (), reports)
        now = self._desk.clock.now()
        planned: List[Want] = []

        def decide(run: Run) -> Run:
            if run.status is Status.RUNNING:
                raise Conflict(Fault('refused.running', id=run_id))
            jobs = self._jobs.of_runs([run_id])
            names = _notified(run, jobs) if given is None else given
            if failed_only:
                names = [name for name in names if name in _failed(jobs)]
            if not names and not reports:
                raise Invalid('targets', Fault('refused.nothing-failed' if failed_only else 'refused.nobody'))
            waits = exports.wait_until(now, self._desk.settings.export_wait) if reports else None
            planned[:] = steering.resend_plan(run, jobs, names, reports, by, waits)
            return rules.planned_again(run, planned)

        self._run(run_id)
        if _refusing(lambda: self._runs.change_until_done(run_id, decide)) is None:
            raise NotFound(Fault('removed.run', id=run_id))
        ids = [want.id for want in planned]
        self._renew_links(run_id, now)
        self._desk.audit.note(by, 'resend', run_id, after={'jobs': ids})
        return ids

    def _check(self, targets: Iterable[str], formats: List[str]) -> None:
        configured = self._desk.settings.targets
        for name in targets:
            if name not in configured:
                known = ', '.join(sorted(configured)) or Fault('none')
                raise Invalid('targets', Fault('input.target', name=name, known=known))
        makeable = list(workers.formats(self._desk.stored.read())) if formats else []
        for name in formats:
            if name not in makeable:
                raise Invalid('formats', Fault('input.makes', name=name, known=', '.join(makeable)))

    def _renew_links(self, run_id: str, now: datetime) -> None:
        """A message that is sent late shall not carry a link that has ended while the report is still there."""
        until = now + timedelta(hours=self._desk.settings.link_hours)
        for report in self._desk.reports.of_runs([run_id]):
            if report.state is State.READY and report.link_until <= now:
                self._desk.reports.change(report, report.evolve(link_until=min(report.expires_at, until)))

    def cancel(self, identity: str, by: str) -> Document:
        """End a job, or all open jobs of a run; see :meth:`_steer`."""
        now = self._desk.clock.now()
        return self._steer(identity, by, 'cancel', OPEN, lambda job: steering.cancelled(job, by, now))

    def hold(self, identity: str, by: str) -> Document:
        """Let a job, or all pending jobs of a run, wait for :meth:`release`; see :meth:`_steer`."""
        now = self._desk.clock.now()
        return self._steer(identity, by, 'hold', (JobState.PENDING,), lambda job: steering.held(job, now))

    def release(self, identity: str, by: str) -> Document:
        """Let go a job, or all jobs of a run, that was held; see :meth:`_steer`."""
        now = self._desk.clock.now()
        return self._steer(identity, by, 'release', (JobState.HELD,), lambda job: steering.let_go(job, now))

    def _steer(
        self, identity: str, by: str, action: str, states: Iterable[JobState], decide: Callable[[Job], Job]
    ) -> Document:
        """Change a job, or all jobs of a run that are in one of these states.

        :returns: ``{changed: [job ids], refused: {job id: why, in English}, faults: [why]}``; of a run some may be
            changed and others not
        :raises Conflict: if none could be changed
        :raises NotFound: if there is neither such a job nor such a run
        """
        job = self._jobs.get(identity)
        if job is not None:
            waiting: List[str] = [identity]
            refused: Dict[str, Fault] = {}
        else:
            run = self._run(identity, 'missing.run-or-job')
            jobs = self._jobs.of_runs([identity])
            waiting = [job.id for job in jobs if job.state in states]
            refused = {want.id: Fault('refused.not-begun') for want in unmade(run.plan, [job.id for job in jobs])}
        changed = []
        for job_id in waiting:
            try:
                if self._jobs.change_until_done(job_id, decide) is None:
                    raise NotFound(Fault('removed.job', id=job_id))
                changed.append(job_id)
            except steering.Refused as why:
                refused[job_id] = why.fault
        if not changed:
            whole = together('together.faults', _each(refused)) if refused else None
            raise Conflict(whole or Fault('refused.no-job', id=identity, action=action))
        after = None if changed == [identity] else {'jobs': changed}
        self._desk.audit.note(by, action, identity, after=after)
        why_not = {job_id: say(fault, ENGLISH) for job_id, fault in refused.items()}
        return {'changed': changed, 'refused': why_not, 'faults': self._desk.described(_each(refused))}

    def settle(self, job_id: str, by: str, delivered: bool) -> None:
        """Say whether a message in doubt is there: if so its remaining parts go on, if not it may be sent again.

        :raises Conflict: unless the job is ``uncertain``
        """
        job = self._jobs.get(job_id)
        if job is None:
            raise NotFound(Fault('missing.job', id=job_id))
        now = self._desk.clock.now()
        changed = _refusing(
            lambda: self._jobs.change_until_done(job_id, lambda job: steering.settled_by(job, by, delivered, now))
        )
        if changed is None:
            raise NotFound(Fault('removed.job', id=job_id))
        for run_id in changed.run_ids:
            # On the tick's work list again, which alone folds jobs into runs.
            self._runs.change_until_done(run_id, rules.to_fold_again)
        self._desk.audit.note(by, 'settle', job_id, before='uncertain', after={'delivered': delivered})

    def acknowledge(self, run_id: str, by: str, note: str = '') -> Document:
        """Take note of a run: ``{by, at, note, already}``. The first one stays; then ``already`` is true."""
        self._run(run_id)
        if not isinstance(note, str) or len(note) > MAX_NOTE:
            raise Invalid('note', Fault('input.characters', most=MAX_NOTE))
        now = self._desk.clock.now()
        changed = self._runs.change_until_done(run_id, lambda run: rules.acknowledged(run, by, now, note))
        if changed is not None:
            self._desk.audit.note(by, 'acknowledge', run_id, after=note)
        known = (changed or self._run(run_id)).acknowledged
        return dict(known._asdict() if known else {}, already=changed is None)

    def _run(self, run_id: str, missing: str = 'missing.run') -> Run:
        run = self._runs.get(run_id)
        if run is None:
            raise NotFound(Fault(missing, id=run_id))
        return run


def _refusing(change: Callable[[], _Changed]) -> _Changed:
    try:
        return change()
    except steering.Refused as why:
        raise Conflict(why.fault)


def _each(refused: Mapping[str, Fault]) -> List[Fault]:
    """Why each of the jobs was not changed."""
    return [Fault('refused.job', id=job_id, cause=fault) for job_id, fault in sorted(refused.items())]


def _notified(run: Run, jobs: Iterable[Job]) -> List[str]:
    """All that a run was told to, or is about to be."""
    jobs = list(jobs)
    planned = [want.subject for want in unmade(run.plan, [job.id for job in jobs]) if not want.is_export]
    return list(dict.fromkeys([job.subject for job in jobs if job.kind is Kind.NOTIFY] + planned))


def _failed(jobs: Iterable[Job]) -> List[str]:
    """Targets whose last job ended in error or in doubt."""
    bad = (JobState.ERROR, JobState.UNCERTAIN)
    return [job.subject for job in standing(jobs) if job.kind is Kind.NOTIFY and job.state in bad]


def _names(field: str, values: Iterable[object]) -> List[str]:
    """Each once, in their order."""
    names: Dict[str, None] = {}
    for name in values:
        if not isinstance(name, str):
            raise Invalid(field, Fault('input.names'))
        names[name] = None
    return list(names)


def _check_number(name: str, value: object, least: int, most: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise Invalid(name, Fault('input.range', least=least, most=most))

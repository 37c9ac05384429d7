"""The history of runs, and what a person may do to a run or to one of its jobs."""

from datetime import datetime, timedelta
from typing import Any, Callable, Dict, Iterable, List, Optional

from scan_notify_plugin.admin import history, workers
from scan_notify_plugin.admin.desk import Desk
from scan_notify_plugin.admin.errors import Conflict, Invalid, NotFound
from scan_notify_plugin.admin.overview import overview
from scan_notify_plugin.jobs import exports, steering
from scan_notify_plugin.jobs.job import OPEN, Job, Kind
from scan_notify_plugin.jobs.job import State as JobState
from scan_notify_plugin.jobs.job import standing
from scan_notify_plugin.reports.report import State
from scan_notify_plugin.runs import rules
from scan_notify_plugin.runs.run import Run, Status, Want, unmade
from scan_notify_plugin.runs.store import RunStore

STATUSES = ('running', 'finished', 'error')
OUTCOMES = ('pending', 'success', 'error', 'uncertain', 'skip')
MAX_SIZE = 200
MAX_DAYS = 366
MAX_NOTE = 500

Document = Dict[str, Any]


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
        wanted = {name: value for name, value in given.items() if value}
        for name, value in dict(wanted, text=text or '').items():
            if not isinstance(value, str):  # from JSON it may be a query of its own
                raise Invalid(name, 'expected a text')
        for name, known in (('status', STATUSES), ('push_status', OUTCOMES), ('export_status', OUTCOMES)):
            if name in wanted and wanted[name] not in known:
                raise Invalid(name, 'expected one of {}'.format(', '.join(known)))
        if self._desk.runs_name is None:
            return {'items': [], 'total': 0}
        found, total = self._runs.page(wanted, since, until, (text or '')[:100], (page - 1) * size, size)
        return {'items': [history.brief(run) for run in found], 'total': total}

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
        made: List[Want] = []

        def decide(run: Run) -> Run:
            if run.status is Status.RUNNING:
                raise Conflict('run {} goes on; it is told when it ends'.format(run_id))
            jobs = self._jobs.of_runs([run_id])
            names = _told(run, jobs) if given is None else given
            if failed_only:
                names = [name for name in names if name in _failed(jobs)]
            if not names and not reports:
                words = 'nothing of this run failed' if failed_only else 'it was told to nobody: name a target'
                raise Invalid('targets', words)
            waits = exports.wait_until(now, self._desk.settings.export_wait) if reports else None
            made[:] = steering.again(run, jobs, names, reports, by, waits)
            return rules.planned_again(run, made)

        self._run(run_id)
        if _refusing(lambda: self._runs.change_until_done(run_id, decide)) is None:
            raise NotFound('run {} was removed'.format(run_id))
        ids = [want.id for want in made]
        self._renew_links(run_id, now)
        self._desk.audit.note(by, 'resend', run_id, after={'jobs': ids})
        return ids

    def _check(self, targets: Iterable[str], formats: List[str]) -> None:
        configured = self._desk.settings.targets
        for name in targets:
            if name not in configured:
                known = ', '.join(sorted(configured)) or 'none'
                raise Invalid('targets', 'no target is called {!r}; configured are {}'.format(name, known))
        makeable = list(workers.formats(self._desk.stored.read())) if formats else []
        for name in formats:
            if name not in makeable:
                raise Invalid('formats', 'nobody makes {!r}; there are {}'.format(name, ', '.join(makeable)))

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

        :returns: ``{changed: [job ids], refused: {job id: why}}``; of a run some may be changed and others not
        :raises Conflict: if none could be changed
        :raises NotFound: if there is neither such a job nor such a run
        """
        job = self._jobs.get(identity)
        if job is not None:
            waiting: List[str] = [identity]
            refused: Dict[str, str] = {}
        else:
            run = self._run(identity, 'run or job')
            jobs = self._jobs.of_runs([identity])
            waiting = [one.id for one in jobs if one.state in states]
            words = 'no worker has begun it yet; try again in a few seconds'
            refused = {want.id: words for want in unmade(run.plan, [job.id for job in jobs])}
        changed = []
        for job_id in waiting:
            try:
                if self._jobs.change_until_done(job_id, decide) is None:
                    raise NotFound('job {} was removed'.format(job_id))
                changed.append(job_id)
            except steering.Refused as why:
                refused[job_id] = str(why)
        if not changed:
            said = '; '.join('job {}: {}'.format(name, why) for name, why in sorted(refused.items()))
            raise Conflict(
                said
                or 'run {} has no job that is {}'.format(identity, ' or '.join(sorted(state.value for state in states)))
            )
        after = None if changed == [identity] else {'jobs': changed}
        self._desk.audit.note(by, action, identity, after=after)
        return {'changed': changed, 'refused': refused}

    def settle(self, job_id: str, by: str, delivered: bool) -> None:
        """Say whether a message in doubt is there: if so its remaining parts go on, if not it may be sent again.

        :raises Conflict: unless the job is ``uncertain``
        """
        job = self._jobs.get(job_id)
        if job is None:
            raise NotFound('job {} does not exist'.format(job_id))
        now = self._desk.clock.now()
        changed = _refusing(
            lambda: self._jobs.change_until_done(job_id, lambda one: steering.settled_by(one, by, delivered, now))
        )
        if changed is None:
            raise NotFound('job {} was removed'.format(job_id))
        for run_id in changed.run_ids:
            # On the tick's work list again, which alone folds jobs into runs.
            self._runs.change_until_done(run_id, rules.looked_at_again)
        self._desk.audit.note(by, 'settle', job_id, before='uncertain', after={'delivered': delivered})

    def acknowledge(self, run_id: str, by: str, note: str = '') -> Document:
        """Take note of a run: ``{by, at, note, already}``. The first one stays; then ``already`` is true."""
        self._run(run_id)
        if not isinstance(note, str) or len(note) > MAX_NOTE:
            raise Invalid('note', 'expected at most {} characters'.format(MAX_NOTE))
        now = self._desk.clock.now()
        changed = self._runs.change_until_done(run_id, lambda run: rules.acknowledged(run, by, now, note))
        if changed is not None:
            self._desk.audit.note(by, 'acknowledge', run_id, after=note)
        known = (changed or self._run(run_id)).acknowledged
        return dict(known._asdict() if known else {}, already=changed is None)

    def _run(self, run_id: str, what: str = 'run') -> Run:
        run = self._runs.get(run_id)
        if run is None:
            raise NotFound('{} {} does not exist'.format(what, run_id))
        return run


def _refusing(change: Callable[[], Any]) -> Any:
    try:
        return change()
    except steering.Refused as why:
        raise Conflict(str(why))


def _told(run: Run, jobs: Iterable[Job]) -> List[str]:
    """All that a run was told to, or is about to be."""
    jobs = list(jobs)
    planned = [want.subject for want in unmade(run.plan, [job.id for job in jobs]) if not want.is_export]
    return list(dict.fromkeys([job.subject for job in jobs if job.kind is Kind.NOTIFY] + planned))


def _failed(jobs: Iterable[Job]) -> List[str]:
    """Targets whose last job ended in error or in doubt."""
    bad = (JobState.ERROR, JobState.UNCERTAIN)
    return [job.subject for job in standing(jobs) if job.kind is Kind.NOTIFY and job.state in bad]


def _names(field: str, values: Iterable[Any]) -> List[str]:
    """Each once, in their order."""
    names = list(values)
    for name in names:
        if not isinstance(name, str):
            raise Invalid(field, 'expected names')
    return list(dict.fromkeys(names))


def _check_number(name: str, value: Any, least: int, most: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise Invalid(name, 'expected a number from {} to {}'.format(least, most))

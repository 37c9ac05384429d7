"""More checks of ``scan-notify doctor``, of what is in the database: clocks, history, workers, alerts."""

from datetime import timedelta
from typing import Iterator, List

from scan_notify_plugin.cli.finding import FAIL, OK, WARN, Finding, chained
from scan_notify_plugin.cli.session import Session
from scan_notify_plugin.clock import is_recent
from scan_notify_plugin.doors import marked
from scan_notify_plugin.faults import Fault, once, quoted, rewritten
from scan_notify_plugin.jobs.job import State
from scan_notify_plugin.jobs.lanes import LaneStore
from scan_notify_plugin.jobs.store import COLLECTION as JOBS
from scan_notify_plugin.jobs.store import JobStore
from scan_notify_plugin.reports.store import COLLECTION as REPORTS
from scan_notify_plugin.runs.store import RunStore
from scan_notify_plugin.secret import redact
from scan_notify_plugin.settings.store import SettingsStore
from scan_notify_plugin.settings.targets import route_from

#: Signs of life come every 30 s.
ALIVE = timedelta(seconds=120)
#: A service refuses a sign whose time is an hour off; long before that every shown time is wrong.
_MAX_SKEW = 30.0
_MAX_NAMED = 3
#: Newest documents that are read for their form.
_MOST_READ = 1000


def check_clock(session: Session) -> Finding:
    skew = session.clock.skew()
    check, found = Fault('doctor.check.clock'), Fault('doctor.clock', seconds='{:+.1f}'.format(skew))
    if abs(skew) <= _MAX_SKEW:
        return Finding(check, OK, found)
    return Finding(check, WARN, found, Fault('doctor.advice.clock.set'))


def check_history(session: Session) -> Finding:
    check = Fault('doctor.check.history')
    if session.runs:
        return Finding(check, OK, Fault('doctor.history', name=session.runs))
    return Finding(check, WARN, Fault('doctor.history.open'), Fault('doctor.advice.history.wait'))


def check_alerts(session: Session) -> Finding:
    """Who hears of trouble. What came of the last alert is told here and nowhere else."""
    settings, check = session.settings, Fault('doctor.check.alerts')
    if not settings.alerts:
        return Finding(check, OK, Fault('doctor.alerts.none'))
    route = chained('doctor.alerts.then', map(quoted, route_from(settings.alerts, settings.targets)))
    found = Fault('doctor.alerts', route=route)
    last = JobStore(session.db).last_alert()
    if last is None or last.state not in (State.ERROR, State.UNCERTAIN):
        return Finding(check, OK, found)
    causes = [rewritten(fault, lambda text: redact(text)[:200]) for fault in last.faults]
    cause = chained('doctor.both', causes) if causes else ''
    found = Fault('doctor.alerts.ended', route=route, state=last.state.value, detail=cause)
    return Finding(check, WARN, found, Fault('doctor.advice.alerts.mend'))


def check_documents(session: Session) -> Finding:
    """Whether documents of ours were set aside."""
    stores = {'run': session.runs, 'job': JOBS, 'report': REPORTS}
    found = [
        Fault('doctor.documents.one', kind=kind, id=identity, problem=problem)
        for kind, name in stores.items() if name
        for identity, problem in marked(session.db[name], _MAX_NAMED)
    ]  # fmt: skip
    check = Fault('doctor.check.documents')
    if not found:
        return Finding(check, OK, Fault('doctor.documents.none'))
    return Finding(
        check,
        WARN,
        Fault('doctor.documents', names=chained('doctor.and', found)),
        Fault('doctor.advice.documents.mend'),
    )


def check_newer(session: Session) -> Iterator[Finding]:
    """Whether a newer release has written runs or jobs, which this one leaves alone."""
    runs = RunStore(session.db[session.runs]).newer(_MOST_READ) if session.runs else 0
    jobs = JobStore(session.db).newer(_MOST_READ)
    if runs or jobs:
        found = Fault('doctor.documents.newer', runs=runs, jobs=jobs)
        yield Finding(Fault('doctor.check.documents'), WARN, found, Fault('doctor.advice.documents.newer'))


def check_hung(session: Session) -> Iterator[Finding]:
    """Calls into plugins that have not come back."""
    now = session.clock.now()
    for lane in LaneStore(session.db, session.clock).all():
        hangs = lane.hangs(now)
        if hangs:
            found = Fault('plugin.hangs', call=hangs.call, since=hangs.since.isoformat())
            advice = Fault('doctor.advice.lane.mend', worker=hangs.worker)
            yield Finding(Fault('doctor.check.lane', name=lane.id), WARN, found, advice)


def check_stopped(session: Session) -> Iterator[Finding]:
    """Targets that nothing is sent to until a person starts them."""
    for name, stop in sorted(SettingsStore(session.db, session.clock).read().stops.items()):
        if name in session.settings.targets:
            advice = Fault('doctor.advice.target.start', target=name)
            yield Finding(Fault('doctor.check.target', name=name), WARN, stop.fault, advice)


def check_worker(session: Session) -> Finding:
    check, alive = Fault('doctor.check.worker'), living(session)
    workers = SettingsStore(session.db, session.clock).read().workers()
    alone = once(Fault.from_stored(workers[name]['broker']) for name in alive if workers[name].get('broker'))
    if alone:
        detail = tuple(rewritten(fault, lambda text: redact(text)[:200]) for fault in alone)
        found = Fault('doctor.worker.alone', names=', '.join(alive), detail=detail)
        return Finding(check, WARN, found, Fault('doctor.advice.worker.broker'))
    if alive:
        return Finding(check, OK, quoted(', '.join(alive)))
    seen = max((facts['at'] for facts in workers.values()), default=None)
    last = quoted(seen.isoformat()) if seen else Fault('doctor.worker.never')
    return Finding(check, FAIL, Fault('doctor.worker.none', seen=last), Fault('doctor.advice.worker.start'))


def living(session: Session) -> List[str]:
    """The names of the workers that gave a sign of life lately."""
    now = session.clock.now()
    workers = SettingsStore(session.db, session.clock).read().workers()
    return sorted(name for name, facts in workers.items() if is_recent(facts['at'], now, ALIVE))

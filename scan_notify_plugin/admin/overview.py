"""The last days at a glance: runs, deliveries, robots that rest, workers."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Dict, Iterable, List, Mapping, Set

from scan_notify_plugin.admin.desk import Desk
from scan_notify_plugin.admin.workers import ALIVE
from scan_notify_plugin.clock import is_recent
from scan_notify_plugin.jobs.job import Kind, State
from scan_notify_plugin.jobs.views import Delivery
from scan_notify_plugin.records import Document
from scan_notify_plugin.runs.run import Fired

_DELIVERY = {
    State.SUCCESS: 'success', State.ERROR: 'error', State.UNCERTAIN: 'uncertain', State.PENDING: 'pending',
    State.HELD: 'pending',
}  # fmt: skip


def overview(desk: Desk, days: int) -> Document:
    """See :meth:`scan_notify_plugin.admin.runs.Runs.overview`."""
    now = desk.clock.now()
    today = now.astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
    since = today - timedelta(days=days - 1)
    runs = desk.runs.fired_since(since) if desk.runs_name else []
    tests = {run.id for run in runs if run.test}
    jobs = [job for job in desk.jobs.created_since(since) if not tests.intersection(job.run_ids)]
    return {
        'runs_per_day': _per_day([run for run in runs if not run.test], since, days),
        'deliveries': _deliveries(desk, jobs),
        'cooling': _cooling(desk, jobs, now),
        'workers': _workers(desk.stored.read().workers(), now),
        'now': now,
    }


def _per_day(runs: Iterable[Fired], since: datetime, days: int) -> List[Document]:
    """Days of this machine's calendar, also those without a run."""
    found = Counter((_day(run.fired_at.astimezone()), run.status.value) for run in runs)
    names = [_day(since + timedelta(days=number)) for number in range(days)]
    return [
        dict({'day': day}, **{status: found[day, status] for status in ('finished', 'error', 'running')})
        for day in names
    ]


def _day(at: datetime) -> str:
    return at.strftime('%Y-%m-%d')


def _deliveries(desk: Desk, jobs: Iterable[Delivery]) -> List[Document]:
    found: Dict[str, Counter] = {}
    for job in jobs:
        if job.kind is Kind.NOTIFY and job.state in _DELIVERY:
            found.setdefault(job.target, Counter())[_DELIVERY[job.state]] += 1
    rows = []
    for target, counts in sorted(found.items()):
        known = desk.settings.targets.get(target)
        row = {'target': target, 'channel': known.channel if known else ''}
        rows.append(dict(row, **{name: counts[name] for name in ('success', 'error', 'uncertain', 'pending')}))
    return rows


def _cooling(desk: Desk, jobs: Iterable[Delivery], now: datetime) -> List[Document]:
    """Lanes that a service's answer put to rest; a lane's targets are those whose messages went through it."""
    targets: Dict[str, Set[str]] = {}
    for job in jobs:
        if job.kind is Kind.NOTIFY:
            targets.setdefault(job.lane, set()).add(job.target)
    return [
        {'lane': lane.id, 'targets': sorted(targets.get(lane.id, ())), 'until': lane.cool_until}
        for lane in desk.lanes.all()
        if lane.cools(now)
    ]


def _workers(found: Mapping[str, Document], now: datetime) -> List[Document]:
    """The workers that gave a sign of life today."""
    return [
        {
            'name': name,
            'at': facts['at'],
            'version': facts.get('version', ''),
            'alive': is_recent(facts['at'], now, ALIVE),
        }
        for name, facts in sorted(found.items())
    ]

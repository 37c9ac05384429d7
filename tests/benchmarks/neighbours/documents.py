"""What the worker finds in its configuration and its database: all of it made by the product's rules."""

import itertools
import time
from datetime import timedelta
from typing import Any, Dict, Iterator, List

from bson import ObjectId

from scan_notify_plugin.cli.session import run_collection
from scan_notify_plugin.clock import Clock
from scan_notify_plugin.host import config
from scan_notify_plugin.jobs import steering
from scan_notify_plugin.jobs.job import OPEN
from scan_notify_plugin.jobs.making import new_job
from scan_notify_plugin.plugins.loading import load
from scan_notify_plugin.records import to_document
from scan_notify_plugin.runs import rules
from scan_notify_plugin.runs.run import Run, ScanTask, Started, Status, Want
from scan_notify_plugin.settings.section import parse_settings
from scan_notify_plugin.worker.context import Context
from scan_notify_plugin.worker.plan import routed
from tests.benchmarks.host_documents import TASKS, documents
from tests.benchmarks.neighbours.hanging import CALLS
from tests.benchmarks.neighbours.robots import KINDS
from tests.host_double import add_schedule

__all__ = ['Load', 'sections']

#: Messages that are due to each ill robot.
MESSAGES = 20
#: Targets of the healthy messages, in turn.
HEALTHY = {'healthy-0': 'dingding', 'healthy-1': 'wxwork', 'healthy-2': 'dingding', 'healthy-3': 'wxwork',
           'healthy-4': 'dingding'}  # fmt: skip
#: Exports that are always open in each of the export lanes, one of them at work.
WAITING = 3
BY = 'benchmark'

Document = Dict[str, Any]


def sections(ports: Dict[str, List[int]], folder: str, hanging: bool) -> Document:
    """Of the host's config.yaml.

    :param folder: for the reports
    :param hanging: with targets of the plugins that hang
    """
    targets = {
        '{}-{}'.format(kind, number): _dingding(port, '{}{:04d}'.format(kind, number))
        for kind in KINDS
        for number, port in enumerate(ports[kind])
    }
    (port,) = ports['healthy']
    webhook = 'http://127.0.0.1:{}/cgi-bin/webhook/send?key='.format(port)
    for name, channel in HEALTHY.items():
        wxwork = {'CHANNEL': 'wxwork', 'WEBHOOK_URL': webhook + name}
        targets[name] = wxwork if channel == 'wxwork' else _dingding(port, name)
    targets.update({'hangs_' + call: {'CHANNEL': 'hangs_' + call} for call in CALLS if hanging})
    defaults = {'NOTIFY_ENABLE': True, 'NOTIFY_CHANNEL': ['healthy-0']}
    reports = {'REPORT_STORAGE': 'directory', 'REPORT_FOLDER': folder}
    return {'SCAN_NOTIFY': dict(reports, ENABLE=True, DEFAULTS=defaults, TARGETS=targets)}


def _dingding(port: int, token: str) -> Document:
    return {'CHANNEL': 'dingding', 'ACCESS_TOKEN': token, 'API_BASE': 'http://127.0.0.1:{}'.format(port)}


class Load:
    """Gives the worker something to do.

    :param path: of the host's config.yaml
    """

    def __init__(self, database: Any, path: str) -> None:
        host = config.load(path)
        runs = run_collection(host, database, Clock(), decide=True)
        self._context = Context(parse_settings(host.sections), database, str(runs), Clock(), load())
        self._context.ensure_indexes()
        self._db = database
        self._numbers = itertools.count()
        self._exports: List[str] = []  # ids of jobs
        self._ill: List[str] = []  # ids of runs

    def add_results(self, sites: int) -> None:
        """What the reports show, of scan tasks that all runs of exports share."""
        for name in ('site', 'ip', 'domain'):
            self._db[name].create_index('task_id')
            unread = documents(name, sites)
            for batch in iter(lambda: list(itertools.islice(unread, 5000)), []):
                self._db[name].insert_many(batch)
        self._db['task'].insert_many([_task(ObjectId(task_id)) for task_id in TASKS])

    # Messages

    def end_a_run(self, name: str, target: str) -> 'Sent':
        """A run whose scan tasks have ended a minute ago, to be told to one target: the tick has to find it."""
        schedule = add_schedule(self._db, name=name, policy_id=BY, notify_channel=target, run_number=1, status='stop')
        run = self._run(str(schedule), name, [str(self._db['task'].insert_one(_task(ObjectId())).inserted_id)])
        at = time.time()
        self._context.runs.insert(run)
        return Sent(name, run.id, at)

    def made_at(self, sent: 'Sent') -> float:
        """When the tick made the message; Unix time, infinite if it has not."""
        job = self._db['scan_notify_job'].find_one({'run_ids': sent.run_id}, {'created_at': 1})
        return job['created_at'].timestamp() if job else float('inf')

    def burden(self) -> int:
        """The messages of all ill robots, due at once: runs that each of these was to be told. How many they are."""
        ill = [name for name in self._context.settings.targets if name.partition('-')[0] in KINDS]
        for number in range(MESSAGES if ill else 0):
            task_id = str(self._db['task'].insert_one(_task(ObjectId())).inserted_id)
            run = self._run(str(ObjectId()), 'ill{:04d}'.format(number), [task_id])
            self._plan(run, ill, [])
            self._ill.append(run.id)
        return MESSAGES * len(ill)

    def unburden(self) -> None:
        """Cancel what is due to ill robots and not on its way at this moment."""
        self._db['scan_notify_job'].update_many(
            {'run_ids': {'$in': self._ill}, 'state': 'pending', 'parts.state': {'$ne': 'posting'}},
            {'$set': {'state': 'cancelled', 'error': 'cancelled by ' + BY}, '$inc': {'rev': 1}},
        )

    def burden_plugins(self) -> None:
        """Something to do for each plugin that hangs: runs that the tick finds as after a `scan-notify resend`."""
        names = [name for name in self._context.settings.targets if name.startswith('hangs_')]
        for number in range(3 if names else 0):
            task_id = str(self._db['task'].insert_one(_task(ObjectId())).inserted_id)
            run = self._run(str(ObjectId()), 'hanging', [task_id])
            plan = steering.resend_plan(run, [], names, ['hangs'], BY, None)
            self._ill.append(run.id)
            self._context.runs.insert(_ended(run, self._context.clock.now(), plan))

    # Exports

    def keep_exporting(self) -> None:
        """See that reports are to be made in every export lane; to be called over and over."""
        for lane in {self._export_lane(str(number)) for number in range(100)}:
            for _ in range(WAITING - self._db['scan_notify_job'].count_documents({'lane': lane, 'state': 'pending'})):
                self._plan(self._run(self._schedule_in(lane), 'export', TASKS), [], ['excel'])

    def stop_exporting(self) -> None:
        """As a person would cancel what is not through; whoever is at it notices."""
        now = self._context.clock.now()
        for job_id in self._exports:
            self._context.jobs.change_until_done(
                job_id, lambda job: steering.cancelled(job, BY, now) if job.state in OPEN else None
            )

    @property
    def reports(self) -> int:
        """How many were made."""
        return self._db['scan_notify_report'].count_documents({'state': 'ready'})

    def _schedule_in(self, lane: str) -> str:
        """A schedule whose first run goes through this lane."""
        names = ('export{}'.format(number) for number in self._numbers)
        return next(name for name in names if self._export_lane(name + ':1') == lane)

    def _export_lane(self, run_id: str) -> str:
        return routed(self._context, run_id, Want('', 'export', BY, 'excel')).lane

    # Documents

    def _run(self, schedule_id: str, name: str, task_ids: List[str]) -> Run:
        """A run with all its scan tasks done, which nobody has looked at since."""
        before = self._context.clock.now() - timedelta(minutes=1)
        mark = ObjectId()
        done = ScanTask('done', before, None)
        run = rules.new_run(schedule_id, name, 'recurrent_scan', 1, before, schedule_id + ':1')
        return run.evolve(task_ids=tuple(task_ids), tasks=dict.fromkeys(task_ids, done),
                          fires=(Started(mark, before),), submitted=(rules.submission_end(mark, before),))  # fmt: skip

    def _plan(self, run: Run, targets: List[str], formats: List[str]) -> None:
        """The run as one that has ended, and what it was to be told and exported to, as jobs; the jobs come first."""
        context, now = self._context, self._context.clock.now()
        plan = steering.resend_plan(run, [], targets, formats, BY, None)
        patience = timedelta(hours=context.settings.give_up_after)
        jobs = [new_job(want, routed(context, run.id, want), run.id, now, patience) for want in plan]
        self._db['scan_notify_job'].insert_many([to_document(job) for job in jobs])
        self._exports += [want.id for want in plan if want.is_export]
        context.runs.insert(_ended(run, now, plan))


def _ended(run: Run, now: Any, plan: List[Want]) -> Run:
    tasks = {task_id: task.evolve(outcome='done', told=True) for task_id, task in run.tasks.items()}
    return run.evolve(status=Status.FINISHED, told=True, end_time=now, tasks=tasks, plan=tuple(plan))


class Sent:
    """A message on its way.

    :param at: when its run ended; Unix time
    """

    def __init__(self, name: str, run_id: str, at: float) -> None:
        self.name, self.run_id, self.at = name, run_id, at


def _task(identity: ObjectId) -> Document:
    return {'_id': identity, 'name': 'scan', 'target': 'a.example.com', 'status': 'done', 'celery_id': 'c',
            'type': 'domain', 'start_time': '-', 'end_time': '-', 'statistic': {'site_cnt': 2}}  # fmt: skip


def names() -> Iterator[str]:
    """Of healthy messages, each its own."""
    return ('healthy{:04d}'.format(number) for number in itertools.count())

"""Two days in the life of an installation, ended in the middle of everything: runs, messages and reports in every
state.

Told through the real recorder, tick, sender and administration. Deaths are exceptions that nothing catches.
"""

from contextlib import contextmanager
from unittest import mock

from bson import ObjectId

from scan_notify_plugin.admin.desk import Desk
from scan_notify_plugin.admin.options import Options
from scan_notify_plugin.admin.plugins import Plugins
from scan_notify_plugin.admin.reports import Reports
from scan_notify_plugin.admin.runs import Runs
from scan_notify_plugin.admin.schedules import Schedules
from scan_notify_plugin.admin.targets import Targets
from scan_notify_plugin.errors import Reason, SendError
from scan_notify_plugin.recorder import Recorder
from scan_notify_plugin.reports.storage import Directory
from scan_notify_plugin.reports.store import ReportStore
from scan_notify_plugin.settings.counters import CounterStore
from scan_notify_plugin.testing.loop import Loop
from scan_notify_plugin.worker.export import ExportLane
from scan_notify_plugin.worker.posting import Posting
from scan_notify_plugin.worker.send import Sender
from scan_notify_plugin.worker.sign_of_life import facts
from tests.loop import RUNS

ANN, BOB = 'web:ann', 'cli:bob'
TITLES = ('登录 - 管理后台', 'Welcome to nginx!', '<@all> [click](http://evil.example)')


class Killed(BaseException):
    """A worker that is gone at this very moment."""


class Story:
    """The installation while it is told.

    :param sections: ``sections(storage)`` is its configuration, with reports in a directory, in GridFS, or where both
        processes see them
    """

    def __init__(self, db, clock, services, sections, folder):
        self.db, self.clock, self.services, self.sections, self.folder = db, clock, services, sections, folder
        make = dict(db=db, clock=clock, folder=folder, probe=lambda celery_ids: set())
        self.loop = Loop(sections('directory'), **make)
        self.in_gridfs, self.in_auto = (Loop(sections(storage), **make) for storage in ('gridfs', 'auto'))
        self.context = self.loop.context
        self.desk = Desk(db, RUNS, self.loop.settings, clock, str(folder))
        self.runs, self.reports = Runs(self.desk), Reports(self.desk)
        self.recorder = Recorder(None, self.loop.settings, False, db, clock)
        self.of_host_that_tells = Recorder(None, self.loop.settings, True, db, clock)
        self._rounds = {}

    # What the host does.

    def fire(self, name, targets=('198.51.100.7', 'scan.example.com'), through=None, end='done', **fields):
        """A schedule that fires; its tasks have ended, or not (``end=''``): ``(run id, task ids)``."""
        fields.setdefault('notify_channel', [name])
        schedule = self.loop.schedule('巡检 ' + name, notify_enable=fields.pop('notify_enable', True), **fields)
        return self.fire_again(schedule, targets, through, end)

    def fire_again(self, schedule, targets=('198.51.100.7',), through=None, end='done', close=True):
        fire = self.open(schedule, through)
        tasks = [self.loop.submit(fire, target) for target in targets]
        for task in tasks[:3]:
            self._found(task)
        if close:
            fire.close()
        if end:
            self.loop.status(tasks, end, statistic={'site_cnt': 1, 'vuln_cnt': 1}, end_time='2026-11-20 09:00:00')
        return fire.run_id, tasks

    def open(self, schedule, through=None):
        number = self._rounds[schedule] = self._rounds.get(schedule, 0) + 1
        self.db['task_schedule'].update_one({'_id': ObjectId(schedule)}, {'$set': {'run_number': number}})
        return (through or self.recorder).begin(self.db['task_schedule'].find_one({'_id': ObjectId(schedule)}))

    def _found(self, task):
        title = TITLES[len(task) * int(task[-1], 16) % len(TITLES)]
        site = {
            'site': 'http://scan.example.com',
            'hostname': 'scan.example.com',
            'title': title,
            'status': 200,
            'finger': [],
        }
        self.db['site'].insert_one(dict(site, task_id=task))
        self.db['vuln'].insert_one({'vul_name': 'Redis 未授权访问', 'target': '198.51.100.7', 'task_id': task})

    # What the worker does.

    def tick(self, times=1, seconds=5):
        self.loop.tick(times, seconds)
        del self.loop.rung[:]

    def settle(self):
        """Until an end is believed, and its jobs are there."""
        self.tick(5)

    def work(self, *names, steps=100, loop=None):
        """So many steps in the lanes of these targets; the first is to render."""
        context = (loop or self.loop).context
        for name in names:
            left = iter([False] * steps)
            sender = Sender(context, lambda left=left: next(left, True))
            sender._posting = Posting(context, lambda: False)  # it asks, too, and is no step
            sender.work(context.channels.lane(name))

    def export(self, loop=None):
        context = (loop or self.loop).context
        for lane in context.jobs.lanes_due(self.clock.now()):
            if lane.startswith('export:'):
                ExportLane(context, lambda lane: None).work(lane)

    def through(self, *names, loop=None):
        """A delivery from its plan to its end."""
        self.settle()
        self.export(loop=loop)
        for _ in range(3):
            self.work(*names, loop=loop)
            self.tick()

    @contextmanager
    def death(self, holder, name, after=False):
        """The worker dies where this method is called, or when it has done its work; what it held, it still holds."""
        real = getattr(holder, name)

        def die(*args, **kwargs):
            if after:
                real(*args, **kwargs)
            raise Killed()

        with mock.patch.object(holder, name, die), mock.patch.object(
            self.context.lanes, 'give_back', lambda *args, **more: None
        ):
            try:
                yield
            except Killed:
                return
        raise AssertionError('nobody died')

    def dies_sending(self, target, arrives=False, steps=100):
        """The worker of this lane is killed while it sends."""
        with self.death(self.context.channels.notifier(target), 'send', arrives):
            self.work(target, steps=steps)

    def job(self, run_id, kind='notify'):
        return [job for job in self.loop.jobs(run_id) if job['kind'] == kind][-1]

    def alive(self):
        """The signs of life that every process gives, and what has been counted."""
        self.context.take_in()
        self.context.stored.worker_alive('scanner-4711', facts(self.context))
        self.context.stored.stream_alive('scanner-4712', {'targets': ['cards'], 'connected': ['cards']})
        for loop in (self.loop, self.in_gridfs, self.in_auto):
            loop.context.counts.flush(CounterStore(self.db))


# What has ended, over two days. Each leaves nothing that goes on.


def decide(story):
    """The host side and administrators decide what is decided once, or seldom."""
    story.open(story.loop.schedule('first')).close()
    story.context.stored.web_marker()
    story.alive()
    Options(story.desk).change({'REPORT_DAYS': 1, 'LANGUAGE': 'zh', 'GIVE_UP_AFTER': 2}, ANN)
    story.settle()


def expire_a_report(story):
    story.fire('ops', export_enable=True)
    story.through('ops')
    story.clock.move(hours=26)
    story.tick(70, 20)
    Options(story.desk).change({'REPORT_DAYS': 30}, BOB)


def deliver_to_all(story):
    names = ['ops', 'team', 'staff', 'groups', 'cards', 'english']
    run_id, _ = story.fire('all', notify_channel=names, export_enable=True, export_format=['excel', 'csv'])
    story.through(*names)
    story.runs.acknowledge(run_id, ANN, '已处理')
    for report in story.context.reports.of_runs([run_id]):
        ReportStore(story.db).downloaded(report, story.clock.now(), '198.51.100.20')
    story.tick(30)
    story.work('cards')  # the card shows by now who took note
    gridfs, _ = story.fire('second', export_enable=True)
    story.through('second', loop=story.in_gridfs)
    deleted, _ = story.fire('second', export_enable=True)
    revoked, _ = story.fire('second', export_enable=True)
    story.through('second')
    story.reports.delete(story.context.reports.of_runs([deleted])[0].id, BOB)
    story.reports.revoke(story.context.reports.of_runs([revoked])[0].id, BOB)


def fail_and_send_again(story):
    story.services.robots['lost'].misbehave(310000)
    run_id, _ = story.fire('lost', end='error')
    story.through('lost')
    story.runs.resend(run_id, ANN, failed_only=True)
    story.through('lost')
    story.fire('wrong')
    story.fire('gone')
    story.through('wrong', 'gone', 'ops')
    story.fire('guarded', targets=['evil.example.com'])
    story.services.robots['guarded'].forbid('evil')
    story.through('guarded')
    story.fire('unread', targets=['one.example.com'], notify_on='failed')
    story.fire('unread', targets=['one.example.com'], notify_enable=False)
    cancelled, _ = story.fire('unread')
    story.settle()
    story.runs.cancel(cancelled, ANN)
    story.tick()
    Targets(story.desk).test('ops', BOB, 'en')
    story.through('ops')
    story.fire('nobody', notify_channel=['nobody'])  # no target is called so
    story.through()


def doubt(story):
    doubtful = []
    for name in ('doubtful', 'doubtful', 'doubtful', 'doubt-fallback'):
        story.services.robots[name].misbehave('cut_after')
        doubtful.append(story.fire(name)[0])
        story.settle()
        story.work(name)
        story.clock.move(minutes=11)
        story.work(name)
        story.tick()
    story.runs.settle(story.job(doubtful[0])['_id'], ANN, True)
    story.runs.settle(story.job(doubtful[1])['_id'], ANN, False)
    story.tick()


def end_in_every_way(story):
    """Scan tasks with every outcome, and submissions that went wrong in every way."""
    story.loop.status(story.fire('second', end='')[1][:1], 'stop')
    stopped, tasks = story.fire('second', end='stop')
    story.through('second')
    story.loop.status(tasks, 'site_identify')  # its queue had forgotten that it was stopped
    story.tick(14)
    _, lost = story.fire('second', targets=['a.example.com', 'b.example.com', 'c.example.com'], end='')
    story.db['task'].update_one({'_id': ObjectId(lost[0])}, {'$set': {'celery_id': ''}})
    story.db['task'].delete_one({'_id': ObjectId(lost[1])})
    story.loop.status(lost[2:], 'port_scan')
    story.tick(40, 20)
    fire = story.open(story.loop.schedule('巡检 failed', notify_enable=True, notify_channel=['second']))
    story.loop.submit(fire)
    fire.close(RuntimeError('the broker is away'))
    quiet = story.loop.schedule('巡检 unreported', notify_enable=True, notify_channel=['second'])
    story.fire_again(quiet, close=False)
    nobody = story.loop.schedule('巡检 unrecorded', notify_enable=True, notify_channel=['second'])
    story.tick(14)
    story.db['task_schedule'].update_one({'_id': ObjectId(nobody)}, {'$set': {'run_number': 1}})
    story.alive()  # the host leaves to us what a worker is there for
    for schedule, told in (('left', 'nobody'), ('suppressed', 'second')):
        story.fire(schedule, through=story.of_host_that_tells, notify_channel=[told])
    story.tick(30, 20)
    story.work('second')
    story.tick()


def switch(story):
    Plugins(story.desk).switch('csv', False, ANN)
    Plugins(story.desk).switch('excel', False, ANN)
    story.fire('second', export_enable=True, export_format=['csv'])
    story.through('second')
    Plugins(story.desk).switch('excel', True, BOB)
    schedules = [schedule['id'] for schedule in Schedules(story.desk).listing()]
    Schedules(story.desk).change(schedules[:2], {'notify_enable': False, 'export_format': 'excel'}, BOB)
    with mock.patch.object(story.context, 'storage', side_effect=OSError(28, 'No space left on device')):
        story.fire('second', export_enable=True)
        story.settle()
        for _ in range(8):
            story.export()
            story.clock.move(minutes=16)
        story.tick()
        story.work('second')
        story.tick()


# What goes on: one target, and so one lane, for each. They are fired together and then left, each in its state.


def make_reports(story):
    """Exports that are held, under way, or wait; and messages that wait for them."""
    held, _ = story.fire('held-export', export_enable=True)
    making, _ = story.fire('making', export_enable=True)
    story.settle()
    story.runs.hold(story.job(held, 'export')['_id'], ANN)
    with story.death(Directory, 'keep'):
        story.export()
    story.clock.move(seconds=61)
    story.fire('waiting', export_enable=True)
    story.settle()


def leave_everything_in_the_middle(story):
    names = [
        'ready',
        'posting',
        'arrived',
        'in-doubt',
        'doubt-fallback',
        'retrying',
        'held',
        'dying',
        'half',
        'asked',
        'groups',
        'former',
    ]
    fired = {name: story.fire(name)[0] for name in names if name != 'half'}
    # What went wrong is named each with its target: more than one message holds.
    hosts = ['host-{}.example.com'.format(number) for number in range(300)]
    fired['half'], _ = story.fire('half', targets=hosts, end='error')
    for name in ('again', 'unrouted', 'card-update'):
        fired[name], _ = story.fire(name)
    story.settle()
    story.work('again', 'unrouted', 'card-update')
    story.tick()
    story.runs.acknowledge(fired['card-update'], BOB)
    story.runs.resend(fired['again'], BOB)
    story.tick(13)  # the job of the resend is made, and that of the card
    story.runs.resend(fired['unrouted'], BOB)  # and this one is in the plan only
    story.runs.hold(fired['held'], ANN)
    story.work('ready', steps=1)
    for name, how in (('in-doubt', 'cut_after'), ('doubt-fallback', 'cut_after'), ('retrying', -1)):
        story.services.robots[name].misbehave(how)
        story.work(name)
    story.services.robots['half'].misbehave(0)
    story.work('half', steps=2)
    story.work('asked', steps=2)
    with mock.patch.object(type(story.context.channels.notifier('groups')), 'send', _refuse_the_first()):
        story.work('groups', steps=3)
    for _ in range(2):
        story.dies_sending('dying', arrives=True)
        story.clock.move(seconds=61)  # the lane is given up
        story.work('dying', steps=1)
        story.clock.move(seconds=5)
    story.dies_sending('posting')
    story.dies_sending('arrived', arrives=True)


def _refuse_the_first():
    first = []

    def send(self, part, target):
        if not first:
            first.append(part)
            raise SendError(Reason.CONFIG, 'resource.not.found', 'the robot is not in this group')
        raise SendError(Reason.BUSY, -1, 'busy')

    return send


def leave_runs_in_the_middle(story):
    """Runs whose tasks, or whose submission, have not ended; and a plan of which no job is made."""
    story.fire('ops', end='')
    _, tasks = story.fire('ops', end='')
    story.loop.status(tasks[:1], 'done')
    story.settle()
    story.loop.status(story.fire('ops', end='')[1], 'domain_brute')
    story.fire('planned')
    story.tick(2)
    with story.death(story.context.jobs, 'insert'):  # in the tick that ends the run
        story.tick()
    story.services.robots['cooling'].misbehave(130101)
    story.clock.move(seconds=61)
    story.fire('cooling')
    with mock.patch.object(story.context.jobs, 'insert', _all_but('planned', story.context.jobs.insert)):
        story.settle()
    story.work('cooling')
    open_schedule = story.loop.schedule('巡检 open', notify_enable=True, notify_channel=['ops'])
    story.fire_again(open_schedule, close=False, end='')
    story.alive()


def _all_but(target, insert):
    return lambda job: None if job.route == (target,) else insert(job)


ENDED = (decide, expire_a_report, deliver_to_all, fail_and_send_again, doubt, end_in_every_way, switch)
LEFT = (make_reports, leave_everything_in_the_middle, leave_runs_in_the_middle)

"""Loops with several robots, a clock that somebody sets, and a worker that is killed."""

from datetime import timedelta

from scan_notify_plugin.testing.loop import Loop, ManualClock
from tests.prose import with_prose

__all__ = [
    'Loop', 'ManualClock', 'Point', 'SetClock', 'finished_runs', 'is_told_beside', 'killed_while_it_sends', 'only_job',
    'section', 'target',
]  # fmt: skip


class SetClock(ManualClock):
    """Time passes with `move`; `set` is somebody at the clock, or NTP."""

    def __init__(self):
        super().__init__()
        self.ahead = self.forward = 0.0

    def now(self):
        return super().now() + timedelta(seconds=self.ahead)

    def monotonic(self):
        return self.time.timestamp()

    def grace(self, patience=timedelta(days=1)):
        return timedelta(seconds=self.forward)

    def set(self, seconds):
        self.ahead += seconds
        self.forward += max(0.0, seconds)


class Point:
    """An entry point."""

    def __init__(self, name, plugin):
        self.name, self.load, self.dist = name, lambda: plugin, None


def target(robot, **options):
    """The options of a target for this robot of DingTalk or WeCom."""
    if hasattr(robot, 'webhook_url'):
        return dict({'CHANNEL': 'wxwork', 'WEBHOOK_URL': robot.webhook_url}, **options)
    return dict({'CHANNEL': 'dingding', 'ACCESS_TOKEN': robot.token, 'API_BASE': robot.server.base_url}, **options)


def section(targets, channel=('ops',), **more):
    """Sections that tell every run to these targets."""
    defaults = {'NOTIFY_ENABLE': True, 'NOTIFY_CHANNEL': list(channel)}
    return {'SCAN_NOTIFY': dict(more, DEFAULTS=defaults, TARGETS=targets)}


def only_job(loop, run_id):
    (job,) = [job for job in loop.jobs(run_id) if job['kind'] == 'notify']
    return with_prose(job)


def finished_runs(loop, count):
    """So many runs that end together; their messages are due."""
    task_ids = [task_id for _ in range(count) for task_id in loop.fire(loop.schedule())[1]]
    loop.tick()
    loop.status(task_ids, 'done')
    loop.settle()


def is_told_beside(loop, robot):
    """Whether a healthy run reaches the robot within four ticks of its end."""
    before = len(robot.messages)
    loop.finished_run(name='healthy')  # a message names no target that was scanned well
    loop.run_through(4)
    return any('healthy' in message.text for message in robot.messages[before:])


class Killed(BaseException):
    """SIGKILL: nothing after it happens."""


def killed_while_it_sends(loop, robot, monkeypatch):
    """As soon as something is due, the worker sends it, and dies before it could write down what came of it."""

    def die(*args, **kwargs):
        raise Killed

    asked = len(robot.calls)
    for _ in range(20):
        loop.tick(1, 61)
        with monkeypatch.context() as patch:
            patch.setattr(loop.context.jobs, 'change_until_done', die)
            try:
                loop.work()
            except Killed:
                assert len(robot.calls) == asked + 1
                return
    raise AssertionError('nothing was due')

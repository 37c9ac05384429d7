"""The loop of `scan_notify_plugin.testing`, and the configuration that has it tell a robot."""

from scan_notify_plugin.testing import loop
from scan_notify_plugin.testing.loop import RUNS, ManualClock
from tests.prose import with_prose

__all__ = ['RUNS', 'Loop', 'ManualClock', 'told']


class Loop(loop.Loop):
    """The documents of runs and jobs are given out with what went wrong in English."""

    def run(self, run_id):
        return with_prose(super().run(run_id))

    def jobs(self, run_id):
        return [with_prose(job) for job in super().jobs(run_id)]


def told(robot, base_url, **more):
    """Sections that send every run to this robot, as target ``ops``."""
    options = {'CHANNEL': 'dingding', 'ACCESS_TOKEN': robot.token, 'API_BASE': base_url}
    if robot.secret:
        options['SECRET'] = robot.secret
    options.update(more.pop('options', {}))
    defaults = dict({'NOTIFY_ENABLE': True, 'NOTIFY_CHANNEL': ['ops']}, **more.pop('defaults', {}))
    targets = dict({'ops': options}, **more.pop('targets', {}))
    return {'SCAN_NOTIFY': dict(more, DEFAULTS=defaults, TARGETS=targets)}

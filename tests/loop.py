"""The loop of `scan_notify_plugin.testing`, and the configuration that has it tell a robot."""

from scan_notify_plugin.testing.loop import RUNS, Loop, ManualClock

__all__ = ['RUNS', 'Loop', 'ManualClock', 'told']


def told(robot, base_url, **more):
    """Sections that send every run to this robot, as target ``ops``."""
    options = {'CHANNEL': 'dingding', 'ACCESS_TOKEN': robot.token, 'API_BASE': base_url}
    if robot.secret:
        options['SECRET'] = robot.secret
    options.update(more.pop('options', {}))
    defaults = dict({'NOTIFY_ENABLE': True, 'NOTIFY_CHANNEL': ['ops']}, **more.pop('defaults', {}))
    targets = dict({'ops': options}, **more.pop('targets', {}))
    return {'SCAN_NOTIFY': dict(more, DEFAULTS=defaults, TARGETS=targets)}

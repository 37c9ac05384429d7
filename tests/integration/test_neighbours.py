"""Ill robots beside healthy ones, in the short form of `python -m tests.benchmarks.neighbours`.

No absolute time is asserted: the same without the ill robots, on the same machine a moment before, is the measure.
"""

import json
import sys

import pytest

from scan_notify_plugin.plugins.dispatch import LIMIT
from tests.benchmarks.neighbours import __main__ as neighbours

#: The mechanisms are the same on every Python, and it takes two minutes.
once = pytest.mark.skipif(sys.version_info < (3, 13), reason='two minutes of measuring, on the newest Python only')
SHORT = ['--seconds', '30', '--control', '15', '--sites', '2000', '--json']


@pytest.fixture
def figures(mongo_uri, broker, capsys):
    """figures(*arguments): what the benchmark prints."""

    def run(*arguments):
        neighbours.main(list(arguments) + SHORT + ['--mongo', mongo_uri, '--broker', broker])
        printed = capsys.readouterr().out
        print(printed)  # for whoever reads a failure
        return json.loads(printed)

    return run


def assert_whole(found):
    """That nothing was lost, and that everything came back."""
    assert found['worker_exit'] is None and found['reports'] > 0
    assert found['healthy_lost'] == 0
    assert found['threads_after'] <= found['threads_before']
    assert found['descriptors_after'] <= found['descriptors_before']


def delays(found, hooks=0.0, middle=False):
    """What took longer than beside healthy robots, with the bound.

    :param hooks: seconds that a run's end may wait for hooks which do not come back
    :param middle: whether that of the messages is looked at too
    """
    measured = [
        (found['p99_gap_s'], 2 * found['control_p99_gap_s'] + 2),
        (max(found['healthy_s']), 2 * max(found['control_healthy_s']) + 2 + hooks),
    ]
    if middle:
        measured.append((found['healthy_p50_s'], 2 * found['control_healthy_p50_s'] + 2))
    return [(took, bound) for took, bound in measured if took > bound]


def assert_undisturbed(measure, **bounds):
    """What ill neighbours delay, they delay each time; what else is done on this machine is not there twice."""
    found = measure()
    assert_whole(found)
    if delays(found, **bounds):
        found = measure()
        assert_whole(found)
    assert delays(found, **bounds) == []
    return found


@once
@pytest.mark.timeout(400)
def test_ill_robots_delay_no_tick_and_no_message_to_others_and_leave_nothing_behind(figures):
    found = assert_undisturbed(lambda: figures('--silent', '20', '--dripping', '5', '--refusing', '5'))
    assert found['due_to_ill'] == 600


@once
@pytest.mark.timeout(400)
def test_plugins_that_never_come_back_delay_no_tick_and_no_message_to_others(figures):
    # Two hooks hang, each has its time at each of the first runs that end, and then it is asked no more.
    assert_undisturbed(
        lambda: figures('--silent', '0', '--dripping', '0', '--refusing', '0', '--hanging'),
        hooks=2 * LIMIT,
        middle=True,
    )

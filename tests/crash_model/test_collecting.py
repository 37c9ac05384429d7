"""What a run has found, through every death, stop, cut answer and set clock: it is told once, and as it was."""

import pytest

from scan_notify_plugin.runs import collecting
from scan_notify_plugin.worker import collect
from tests.crash_model.administrator import CANCEL, HOLD
from tests.crash_model.host import RUNS
from tests.crash_model.plays import Report, deaths, every_cut, every_death, every_nap, every_unknown_write, some
from tests.crash_model.world import HANG, KILL, STEPS, STOP, Scenario

FOUND = Scenario('found', idempotent=True, collect=True)
#: The first tries fail, and the run is told before it is known what it has found.
LATE = FOUND._replace(name='late', failures=6)
OTHERS = [
    LATE,
    FOUND._replace(name='found by two', workers=2),
    FOUND._replace(name='found and curious', curious=True),
    FOUND._replace(name='found and exported', export=True),
]
NAMES = {'ids': lambda value: getattr(value, 'name', value)}


def test_without_faults_the_plugins_are_asked_when_it_is_known():
    world = Report().play(FOUND, {})
    assert world.asked == ['success'] and len(world.shown) == 1
    assert world.documents(RUNS)[0]['results']['changes'] == {'new': 2}


def test_whoever_waited_long_enough_is_told_without_it():
    report = Report()
    world = report.play(LATE, {})
    report.check()
    assert world.asked == ['pending'] and len(world.shown) == 1
    assert world.documents(RUNS)[0]['results']['state'] == 'success'


def test_a_death_at_any_step():
    report = Report()
    for faults in every_death(report.play(FOUND, {})):
        report.play(FOUND, faults)
    report.check(least=40)


def test_two_deaths():
    report = Report()
    for count, faults in enumerate(some(every_death(report.play(FOUND, {})))):
        world = report.play(FOUND, faults)
        for number in some(deaths(world, after=max(faults)), count):
            report.play(FOUND, {**faults, number: KILL})
    report.check(least=200)


@pytest.mark.parametrize('kind', [every_cut, every_unknown_write, every_nap])
def test_other_faults(kind):
    report = Report()
    report.play_some(FOUND, kind)
    report.check(least=40)


@pytest.mark.parametrize('scenario', OTHERS, **NAMES)
def test_other_scenarios(scenario):
    report = Report()
    report.play_some(scenario, every_death)
    report.check(least=40)


@pytest.mark.parametrize('fault', [STOP, HANG, CANCEL, HOLD] + sorted(STEPS))
def test_stops_people_and_clocks(fault):
    report = Report()
    for number in some(range(report.play(FOUND, {}).length), len(fault)):
        report.play(FOUND, {number: fault})
    report.check(least=50)


def keeps_nothing(patch):
    patch(collect.CollectLane, '_keep', lambda self, run_id, results: None)


def asks_at_once(patch):
    patch(collecting, 'has_waited', lambda run, now, grace=None: True)


def reads_a_round_twice(patch):
    identity = collect.collects.identity
    numbers = iter(range(10**9))
    patch(collect.collects, 'identity', lambda run_id: '{}/{}'.format(identity(run_id), next(numbers)))


@pytest.mark.parametrize(
    'break_it, words',
    [
        (keeps_nothing, 'what it has found is in error'),
        (asks_at_once, 'the plugins were asked when it was'),
        (reads_a_round_twice, 'the jobs are'),
    ],
)
def test_a_broken_rule_is_seen(monkeypatch, break_it, words):
    break_it(monkeypatch.setattr)
    report = Report()
    report.play(FOUND, {})
    assert any(words in failure for failure in report.failures), report.failures

"""The shipped Fire, Tick and Sender through every kill, two kills, every lost lease and every cut answer."""

import pytest

from tests.crash_model.plays import (
    KEYED,
    KEYLESS,
    Report,
    deaths,
    every_cut,
    every_death,
    every_kill,
    every_nap,
    every_sleep,
    every_stale_write,
    every_unknown_write,
)
from tests.crash_model.world import COMA, Scenario

BOTH = pytest.mark.parametrize('scenario', [KEYED, KEYLESS], ids=lambda scenario: scenario.name)
OTHERS = [
    Scenario('curious', idempotent=True, curious=True),
    Scenario('failed scan', idempotent=False, ends=('done', 'error')),
    Scenario('fallback', idempotent=False, fallback=True, answers=('config',)),
    Scenario('resend', idempotent=False, resend=True, pages=2),
    Scenario('paced', idempotent=False, pages=2, pace=(1, 61.0)),
    Scenario('export', idempotent=True, export=True),
    Scenario('two workers', idempotent=False, workers=2),
]


@BOTH
def test_without_faults_each_page_is_shown_once(scenario):
    report = Report()
    world = report.play(scenario, {})
    report.check()
    assert [(shown.page, shown.status) for shown in world.shown] == [(1, 'finished'), (2, 'finished')]
    assert world.length > 2 * 50, 'the model has lost its points'


@BOTH
@pytest.mark.parametrize('kind', [every_kill, every_nap, every_sleep, every_cut])
def test_every_single_fault(scenario, kind):
    report = Report()
    (report.play_all if kind is every_kill else report.play_some)(scenario, kind)
    report.check(least=100)


@pytest.mark.parametrize('scenario', [KEYED._replace(pages=1), KEYLESS], ids=lambda scenario: scenario.name)
def test_every_two_kills(scenario):
    report = Report()
    report.play_pairs(scenario, every_death)
    report.check(least=500)


@pytest.mark.parametrize('kind', [every_stale_write, every_unknown_write])
def test_a_kill_after_another_fault(kind):
    report = Report()
    report.play_pairs(KEYLESS._replace(pages=1), kind)
    report.check(least=500)


@pytest.mark.parametrize('scenario', OTHERS, ids=lambda scenario: scenario.name)
def test_other_scenarios(scenario):
    report = Report()
    report.play_some(scenario, every_death, every_sleep)
    report.check(least=100)


def test_a_scheduler_that_freezes_for_minutes():
    """It is taken for dead, and whatever it does when it comes back, nothing is stuck, doubled or untrue."""
    report = Report()
    world = report.play(KEYED, {})
    for number, point in enumerate(world.points):
        if point.role.startswith('host'):
            report.play(KEYED, {number: COMA})
    report.check(least=10)


def test_kills_between_two_writes_leave_the_same():
    """Why :func:`every_death` may leave points out."""
    report = Report()
    undisturbed = report.play(KEYLESS, {})
    different = set(deaths(undisturbed))
    left = None
    for faults in every_kill(undisturbed):
        world, number = report.play(KEYLESS, faults), max(faults)
        follows = [(point.role, point.step) for point in world.points[number + 1 :]], world.shown
        if number in different:
            left = follows
        assert follows == left, 'a kill at point {} leaves something else than one before it'.format(number)

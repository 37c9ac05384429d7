"""Workers that are told to stop, calls that do not come back, clocks that somebody sets, and two schedules in one
second.
"""

import itertools
from datetime import timedelta

import pytest

from tests.crash_model.host import JOBS
from tests.crash_model.plays import KEYED, KEYLESS, Report, deaths, some
from tests.crash_model.world import COMA, HANG, KILL, LAPSE, NAP, STEPS, STOP, STOP_AT_ONCE, Scenario

KEYED_PAGE, KEYLESS_PAGE = KEYED._replace(pages=1), KEYLESS._replace(pages=1)
FALLBACK = KEYLESS._replace(name='fallback', fallback=True)
LATER = KEYED._replace(name='later', pages=1, verdicts=('going on', 'arrived'))
AGAIN = KEYLESS_PAGE._replace(name='again', again=True, answers=('accepted, then bad gateway', 'bad gateway'))
NAMES = {'ids': lambda value: getattr(value, 'name', value)}


@pytest.mark.parametrize('scenario', [KEYED, FALLBACK, LATER, AGAIN], **NAMES)
@pytest.mark.parametrize('fault', [STOP, STOP_AT_ONCE, HANG])
def test_at_every_step(scenario, fault):
    report = Report()
    for number in some(range(report.play(scenario, {}).length)):
        report.play(scenario, {number: fault})
    report.check(least=100)


def requests(world):
    return [number for number, point in enumerate(world.points) if point[2:] == ('request', 'after')]


@pytest.mark.parametrize('scenario, state', [(KEYED_PAGE, 'success'), (KEYLESS_PAGE, 'uncertain')], **NAMES)
def test_a_robot_that_keeps_its_answer_back_whatever_the_worker_is_told(scenario, state):
    """Stopped over and over while the message is there: never an error."""
    report, faults = Report(), {}
    for _ in range(6):
        world = report.play(scenario, faults)
        faults.update({number: STOP_AT_ONCE for number in requests(world)[len(faults) :][:1]})
    world = report.play(scenario, faults)
    report.check()
    assert [job['state'] for job in world.documents(JOBS)] == [state] and len(world.shown) == 1


@pytest.mark.parametrize('fault', [STOP_AT_ONCE, HANG])
def test_with_a_kill_after_it(fault):
    report = Report()
    world = report.play(KEYED_PAGE, {})
    for number in requests(world) + [one - 1 for one in requests(world)]:
        follows = report.play(KEYED_PAGE, {number: fault})
        for later in deaths(follows, after=number):
            report.play(KEYED_PAGE, {number: fault, later: KILL})
    report.check(least=30)


@pytest.mark.parametrize('scenario', [KEYED, FALLBACK, LATER, AGAIN], **NAMES)
@pytest.mark.parametrize('step', sorted(STEPS))
def test_a_clock_that_is_set_at_any_step_stops_nothing_and_doubles_nothing(scenario, step):
    report = Report()
    undisturbed = report.play(scenario, {})
    for number in some(range(undisturbed.length)):
        world = report.play(scenario, {number: step})
        assert world.took - undisturbed.took <= timedelta(seconds=90), (number, world.points[number])
    report.check(least=100)


@pytest.mark.parametrize('step', sorted(STEPS))
def test_a_clock_that_is_set_while_something_is_in_doubt(step):
    """At each step after an answer was lost, with a robot that is away for long then."""
    report = Report()
    scenario = KEYED_PAGE._replace(fallback=True, answers=('accepted, then cut',) + ('unreachable',) * 4)
    world = report.play(scenario, {})
    for number in some(range(requests(world)[0], world.length)):
        report.play(scenario, {number: step})
    report.check(least=30)


@pytest.mark.parametrize('fault', [KILL, NAP, LAPSE])
def test_a_clock_that_is_set_beside_another_fault(fault):
    report = Report()
    world = report.play(KEYED_PAGE, {})
    for number, after in some(itertools.product(deaths(world), range(1, 30, 7))):
        step = '8 h back' if (number + after) % 2 else '8 h ahead'
        report.play(KEYED_PAGE, {number: fault, number + after: step})
    report.check(least=40)


OUTAGE = ('refused', 'refused', 'busy')


@pytest.mark.parametrize('scenario, state, shown', [
    (KEYED_PAGE._replace(answers=('refused',) * 9), 'success', ['ops']),
    (KEYED_PAGE._replace(answers=('refused',) * 10), 'error', []),
    (KEYLESS_PAGE._replace(answers=('refused',) * 10, fallback=True), 'success', ['spare']),
    (KEYED_PAGE._replace(answers=('accepted, then cut',) + OUTAGE), 'success', ['ops']),
    (KEYLESS_PAGE._replace(answers=('accepted, then cut',), fallback=True), 'success', ['ops', 'spare']),
    (AGAIN, 'success', ['ops', 'ops']),
    (AGAIN._replace(answers=('bad gateway',) * 8), 'success', ['ops']),
    (AGAIN._replace(answers=('accepted, then bad gateway', 'cut')), 'uncertain', ['ops']),
    (AGAIN._replace(answers=('accepted, then bad gateway', 'config')), 'uncertain', ['ops']),
    (LATER._replace(verdicts=('not found', 'not found', 'arrived')), 'success', ['ops']),
    (LATER._replace(verdicts=('not found',)), 'uncertain', ['ops']),
])  # fmt: skip
def test_where_it_ends(scenario: Scenario, state, shown):
    report = Report()
    world = report.play(scenario, {})
    report.check()
    assert [job['state'] for job in world.documents(JOBS)] == [state]
    assert [message.target for message in world.shown] == shown


@pytest.mark.parametrize('fault', [KILL, STOP, NAP, COMA])
def test_two_schedules_of_one_second_with_a_fault_between(fault):
    """Whatever becomes of the scheduler, no run holds a scan task that the other schedule's fire made."""
    report, scenario = Report(), KEYED_PAGE._replace(name='two schedules', schedules=2)
    world = report.play(scenario, {})
    assert len(world.documents('task_schedule_run')) == 2
    for number, point in enumerate(world.points[: world.length]):
        if point.role.startswith('host'):
            report.play(scenario, {number: fault})
    report.check(least=20)

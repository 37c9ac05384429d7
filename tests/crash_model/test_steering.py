"""An administrator who holds, lets go, cancels, settles, sends again and switches off, at every step."""

import itertools

import pytest

from tests.crash_model.administrator import CANCEL, HOLD, OFF, ON, RELEASE, RESEND, SETTLE, START_TARGET, STOP_TARGET
from tests.crash_model.host import JOBS
from tests.crash_model.plays import KEYED, KEYLESS, Report, deaths, every_act, every_cut, every_death, is_write, some
from tests.crash_model.world import KILL, SLEEP, Scenario

KEYLESS_PAGE = KEYLESS._replace(pages=1)
DOUBTED = KEYLESS._replace(name='doubted', answers=('accepted, then cut',))
LATER = KEYED._replace(name='later', pages=1, verdicts=('going on', 'arrived'))
EXPORT = Scenario('export', idempotent=True, export=True)
OUTAGE = Scenario('outage', idempotent=False, answers=('unreachable', 'unreachable'))
SCENARIOS = [KEYLESS, DOUBTED, LATER, EXPORT, OUTAGE]
NAMES = {'ids': lambda scenario: scenario.name}


@pytest.mark.parametrize('scenario', SCENARIOS, **NAMES)
@pytest.mark.parametrize('act', [HOLD, CANCEL, OFF, STOP_TARGET])
def test_at_every_step(scenario, act):
    report = Report()
    report.play_some(scenario, every_act(act))
    report.check(least=50)


@pytest.mark.parametrize(
    'scenario', [KEYLESS._replace(afterwards=(RESEND,)), DOUBTED._replace(afterwards=(SETTLE, RESEND))], **NAMES
)
@pytest.mark.parametrize('act', [RESEND, SETTLE])
def test_at_every_step_of_a_resend(scenario, act):
    report = Report()
    report.play_some(scenario, every_act(act))
    report.check(least=50)


@pytest.mark.parametrize(
    'first, then', [(HOLD, RELEASE), (HOLD, CANCEL), (OFF, ON), (CANCEL, RESEND), (STOP_TARGET, START_TARGET)]
)
def test_one_after_the_other(first, then):
    """The second one at every step after the first, which is at some."""
    report = Report()
    world = report.play(DOUBTED, {})
    for number in deaths(world)[::7]:
        follows = report.play(DOUBTED, {number: first})
        for later in some(deaths(follows, after=number)[::2], number):
            report.play(DOUBTED, {number: first, later: then})
    report.check(least=40)


@pytest.mark.parametrize('act', [HOLD, CANCEL, OFF])
def test_a_worker_that_dies_while_it_sends(act):
    """Whatever is done then, and though it is sent again in the end, no repeat goes unsaid."""
    scenario = KEYLESS_PAGE._replace(afterwards=(RESEND,))
    report = Report()
    world = report.play(scenario, {})
    marked = [number for number, point in enumerate(world.points) if point.step == 'request']
    for number in marked[:2]:
        follows = report.play(scenario, {number: KILL})
        for later in some(range(number + 1, follows.length, 2), number):
            report.play(scenario, {number: KILL, later: act})
    report.check(least=100)


@pytest.mark.parametrize('act', [HOLD, CANCEL])
def test_a_worker_that_sleeps_meanwhile(act):
    report = Report()
    world = report.play(KEYLESS_PAGE, {})
    writes = [number for number, point in enumerate(world.points[: world.length]) if is_write(point)]
    theirs = [number for number in writes if world.points[number].role.startswith('worker')]
    for number, after in some(itertools.product(theirs, range(1, 100, 20))):
        report.play(KEYLESS_PAGE, {number: SLEEP, number + after: act})
    report.check(least=100)


GONE = Scenario('gone', idempotent=True, curious=True, answers=('accepted', 'gone', 'gone', 'gone'))


@pytest.mark.parametrize('scenario', [GONE, GONE._replace(fallback=True, curious=False, answers=('gone',))], **NAMES)
def test_a_service_that_turns_its_target_away_and_a_death_anywhere(scenario):
    report = Report()
    report.play_some(scenario, every_death, every_cut)
    report.check(least=100)


@pytest.mark.parametrize('scenario', [KEYLESS_PAGE, KEYED, LATER], **NAMES)
def test_what_is_stopped_with_a_fallback_arrives_there(scenario):
    report = Report()
    report.play_some(scenario._replace(fallback=True), every_act(STOP_TARGET))
    report.check(least=50)


@pytest.mark.parametrize('then', [START_TARGET, RESEND])
def test_one_that_was_turned_away_is_started_or_sent_again(then):
    report = Report()
    scenario = KEYED._replace(pages=1, answers=('gone',), fallback=True, afterwards=(then, RESEND))
    report.play_some(scenario, every_act(START_TARGET), every_death)
    report.check(least=50)


def test_two_people_who_switch_at_once():
    report = Report()
    for act in (OFF, ON):
        for number, point in enumerate(report.play(KEYED, {0: OFF}).points):
            if point.role.startswith('web'):
                report.play(KEYED, {0: OFF, number: act})
    report.check(least=10)


def test_a_web_process_that_is_killed():
    report = Report()
    for afterwards in ((RESEND,), (SETTLE,), (SETTLE, RESEND)):
        report.play_some(DOUBTED._replace(afterwards=afterwards), every_death)
    report.check(least=100)


@pytest.mark.parametrize('scenario, states, shown', [
    (KEYLESS_PAGE._replace(afterwards=(RESEND,)), ['success', 'success'], [False, True]),
    (DOUBTED._replace(afterwards=(RESEND,)), ['uncertain', 'success'], [False, True, True]),
    (DOUBTED._replace(afterwards=(SETTLE,)), ['success'], [False, False]),
    (DOUBTED._replace(afterwards=(SETTLE, RESEND)), ['success', 'success'], [False, False, True, True]),
    (KEYLESS_PAGE._replace(answers=('cut',), afterwards=(SETTLE, RESEND)), ['error', 'success'], [False]),
    (KEYLESS_PAGE._replace(answers=('config',), afterwards=(RESEND,)), ['error', 'success'], [False]),
    (KEYLESS_PAGE._replace(afterwards=(RESEND, RESEND)), ['success'] * 3, [False, True, True]),
    (LATER._replace(verdicts=('missed somebody',), afterwards=(RESEND,)), ['error', 'error'], [False, True]),
    (KEYLESS_PAGE._replace(answers=('gone',), afterwards=(RESEND,)), ['error', 'error'], []),
    (KEYLESS_PAGE._replace(answers=('gone',), afterwards=(START_TARGET, RESEND)), ['error', 'success'], [False]),
    (KEYLESS_PAGE._replace(afterwards=(STOP_TARGET, RESEND)), ['success', 'error'], [False]),
])  # fmt: skip
def test_where_it_ends(scenario: Scenario, states, shown):
    report = Report()
    world = report.play(scenario, {})
    report.check()
    assert [job['state'] for job in world.documents(JOBS)] == states
    assert [message.repeat for message in world.shown] == shown


@pytest.mark.parametrize('number', range(5))
def test_messages_stay_in_order_though_one_is_tried_again(number):
    """The judge sees to it where nothing else goes wrong."""
    report = Report()
    answers = ('accepted',) * number + ('unreachable', 'busy')
    report.play(Scenario('in order', idempotent=False, curious=True, answers=answers), {})
    report.check()


def test_what_is_held_for_hours_is_not_given_up():
    """Nor is it, if it could not be sent before."""
    report = Report()
    scenario = KEYLESS_PAGE._replace(answers=('unreachable', 'busy'))
    asked = [point.step for point in report.play(scenario, {}).points].index('request')
    world = report.play(scenario, {asked + 10: HOLD})
    report.check()
    assert [job['state'] for job in world.documents(JOBS)] == ['success'] and len(world.shown) == 1

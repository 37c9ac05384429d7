"""What the robot answers: every kind with a kill anywhere, every two kinds, and long outages."""

import itertools

import pytest

from tests.crash_model.host import JOBS
from tests.crash_model.judge import FINAL
from tests.crash_model.plays import KEYED, KEYLESS, Report, deaths, some
from tests.crash_model.robot import ANSWERS
from tests.crash_model.world import KILL, Scenario

KEYED_PAGE, KEYLESS_PAGE = KEYED._replace(pages=1), KEYLESS._replace(pages=1)
BOTH = pytest.mark.parametrize('scenario', [KEYED_PAGE, KEYLESS_PAGE], ids=lambda scenario: scenario.name)


@BOTH
@pytest.mark.parametrize('answer', sorted(ANSWERS))
def test_every_answer_and_every_kill_from_then_on(scenario, answer):
    report = Report()
    for fallback in (False, True) if answer in FINAL else (False,):
        answered = scenario._replace(answers=(answer,), fallback=fallback)
        world = report.play(answered, {})
        asked = [point.step for point in world.points].index('request')
        for number in deaths(world, after=asked):
            report.play(answered, {number: KILL})
    report.check(least=5)


@BOTH
@pytest.mark.parametrize('fallback', [False, True])
def test_every_two_answers(scenario, fallback):
    report = Report()
    for answers in some(itertools.product(ANSWERS, repeat=2)):
        report.play(scenario._replace(answers=answers, fallback=fallback), {})
    report.check(least=len(ANSWERS) ** 2)


LONG = ('unreachable',) * 60


@pytest.mark.parametrize('scenario, state, shown', [
    (KEYED_PAGE._replace(answers=('accepted, then cut', 'cut')), 'success', ['ops']),
    (KEYED_PAGE._replace(answers=('accepted, then cut',) + LONG), 'uncertain', ['ops']),
    (KEYED_PAGE._replace(answers=('cut',) + LONG, fallback=True), 'success', ['spare']),
    (KEYLESS_PAGE._replace(answers=('accepted, then cut',)), 'uncertain', ['ops']),
    (KEYLESS_PAGE._replace(answers=('cut',)), 'uncertain', []),
    (KEYLESS_PAGE._replace(answers=('accepted, then cut',), resend=True), 'success', ['ops', 'ops']),
    (KEYLESS_PAGE._replace(answers=('cut', 'cut'), resend=True), 'uncertain', []),
    (KEYLESS_PAGE._replace(answers=('unreachable', 'busy', 'throttled', 'content')), 'success', ['ops']),
    (KEYLESS_PAGE._replace(answers=LONG), 'error', []),
    (KEYLESS._replace(pages=0, answers=LONG), 'error', []),
    (KEYLESS_PAGE._replace(answers=LONG, fallback=True), 'success', ['spare']),
])  # fmt: skip
def test_where_a_delivery_ends(scenario: Scenario, state, shown):
    report = Report()
    world = report.play(scenario, {})
    report.check()
    assert [job['state'] for job in world.documents(JOBS)] == [state]
    assert [message.target for message in world.shown] == shown


@pytest.mark.parametrize('scenario, requests, words', [
    (KEYED_PAGE, 3, 'not known whether part 1 arrived'),
    (KEYLESS_PAGE, 1, 'not known whether part 1 arrived'),
])  # fmt: skip
def test_a_message_that_kills_its_worker_is_given_up(scenario, requests, words):
    report, faults = Report(), {}
    while True:
        world = report.play(scenario, faults)
        deadly = [number for number in deaths(world) if world.points[number][2:] == ('request', 'after')]
        if set(deadly) <= set(faults):
            break
        faults = {number: KILL for number in deadly[: len(faults) + 1]}
    report.check()
    assert len(faults) == requests and len(world.shown) == 1
    assert words in world.documents(JOBS)[0]['error']

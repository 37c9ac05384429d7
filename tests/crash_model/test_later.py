"""Robots that say later what came of a message, and messages with a mention of their own after the pages."""

import itertools

import pytest

from tests.crash_model.host import JOBS
from tests.crash_model.plays import (
    KEYED,
    KEYLESS,
    Report,
    deaths,
    every_cut,
    every_death,
    every_sleep,
    every_stale_write,
    some,
)
from tests.crash_model.robot import VERDICTS
from tests.crash_model.world import KILL, Scenario

LATER = KEYLESS._replace(name='later', verdicts=('going on', 'busy', 'arrived'))
MISSED = KEYED._replace(name='missed', verdicts=('going on', 'arrived', 'missed somebody'))
NEVER = KEYED._replace(name='never', verdicts=('going on',))
MENTIONS = [
    KEYED._replace(name='keyless mention', pages=1, mention=False),
    KEYLESS._replace(name='keyed mention', pages=1, mention=True),
    KEYED._replace(name='keyless mention, later', pages=1, mention=False, verdicts=('going on', 'arrived')),
]
NAMES = {'ids': lambda scenario: scenario.name}


@pytest.mark.parametrize('scenario, kind', [
    (LATER, every_cut), (LATER, every_sleep), (LATER, every_death), (MISSED, every_death), (MISSED, every_sleep),
    (MISSED._replace(name='and then another', fallback=True), every_death),
])  # fmt: skip
def test_every_fault_of_a_delivery_that_ends_later(scenario, kind):
    report = Report()
    report.play_some(scenario, kind)
    report.check(least=50)


def test_every_two_kills_from_the_first_request_on():
    report, scenario = Report(), LATER._replace(pages=1, verdicts=('going on', 'arrived'))
    world = report.play(scenario, {})
    asked = [point.step for point in world.points].index('request')
    for number in deaths(world, after=asked - 10):
        follows = report.play(scenario, {number: KILL})
        for later in some(deaths(follows, after=number)[::2], number):
            report.play(scenario, {number: KILL, later: KILL})
    report.check(least=150)


def test_every_three_verdicts():
    report = Report()
    for verdicts in some(itertools.product(VERDICTS, repeat=3)):
        report.play(KEYLESS._replace(fallback=verdicts[0] != 'cut', verdicts=verdicts + ('arrived',)), {})
    report.check(least=len(VERDICTS) ** 3)


def test_a_service_that_never_says_anything_is_a_doubt():
    report = Report()
    world = report.play(NEVER, {})
    for number in range(0, world.length, world.length // 10):
        report.play(NEVER, {number: KILL})
    report.check(least=10)
    (job,) = world.documents(JOBS)
    assert (job['state'], len(world.shown)) == ('uncertain', 2)
    assert job['error'] == 'the service never said what came of part 1'


@pytest.mark.parametrize('scenario, state, words, shown', [
    (LATER, 'success', '', ['ops', 'ops']),
    (MISSED, 'error', 'content not delivered to somebody: page 2', ['ops', 'ops']),
    (MISSED._replace(verdicts=('missed somebody',)), 'error',
     'content not delivered to somebody: page 1; content not delivered to somebody: page 2', ['ops', 'ops']),
    (MISSED._replace(fallback=True), 'success', '', ['ops', 'ops', 'spare', 'spare']),
    (LATER._replace(answers=('accepted', 'cut')), 'uncertain', 'it is not known whether part 2 arrived', ['ops']),
])  # fmt: skip
def test_where_it_ends(scenario: Scenario, state, words, shown):
    report = Report()
    world = report.play(scenario, {})
    report.check()
    (job,) = world.documents(JOBS)
    assert (job['state'], job['error']) == (state, words)
    assert [message.target for message in world.shown] == shown


@pytest.mark.parametrize('scenario', MENTIONS, **NAMES)
def test_every_fault_of_a_message_with_a_mention(scenario):
    report = Report()
    report.play_some(scenario, every_death, every_cut, every_stale_write)
    report.check(least=100)


@pytest.mark.parametrize(
    'scenario, answers, state',
    [
        (MENTIONS[0], ('accepted, then cut',), 'success'),
        (MENTIONS[0], ('accepted', 'accepted, then cut'), 'uncertain'),
        (MENTIONS[1], ('accepted, then cut',), 'uncertain'),
        (MENTIONS[1], ('accepted', 'accepted, then cut'), 'success'),
    ],
)
def test_a_doubt_is_that_of_its_part(scenario, answers, state):
    report = Report()
    world = report.play(scenario._replace(answers=answers), {})
    report.check()
    assert [job['state'] for job in world.documents(JOBS)] == [state]

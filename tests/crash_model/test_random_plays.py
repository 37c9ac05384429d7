"""Random plays: three to six faults, any answers, one worker after the other or two by turns.

``SCAN_NOTIFY_CRASH_PLAYS`` says how many, ``SCAN_NOTIFY_CRASH_SEED`` from which seed on; a failure names it.
"""

import os
import random
from typing import Dict

import pytest

from tests.crash_model.administrator import ACTIONS, RESEND, SETTLE
from tests.crash_model.plays import KEYED, KEYLESS, LONG, Report
from tests.crash_model.robot import ANSWERS
from tests.crash_model.turns import RandomOrder
from tests.crash_model.world import CUT, HANG, KILL, LAPSE, NAP, SLEEP, STEPS, STOP, STOP_AT_ONCE

PLAYS = int(os.environ.get('SCAN_NOTIFY_CRASH_PLAYS', 200 if LONG else 40))
SEED = int(os.environ.get('SCAN_NOTIFY_CRASH_SEED', 1))

#: A worker that sleeps longer than a key is trusted, after its mark and before its request, repeats a message.
#: No lease and no mark can prevent that, so in a play processes sleep for less.
FAULTS = [SLEEP, NAP, NAP, LAPSE, LAPSE] + [KILL] * 8 + [CUT] * 8


def play(report: Report, seed: int) -> None:
    draw = random.Random(seed)
    by_turns = draw.random() < 0.5
    scenario = draw.choice([KEYED, KEYLESS])._replace(
        pages=draw.choice([1, 2]),
        pace=draw.choice([(18, 61.0), (1, 61.0)]),
        answers=tuple(draw.choice(['accepted'] * len(ANSWERS) + sorted(ANSWERS)) for _ in range(3)),
        fallback=draw.random() < 0.3,
        resend=draw.random() < 0.2,
        export=draw.random() < 0.3,
        curious=draw.random() < 0.2,
        workers=2 if by_turns else 1,
        ends=('done', draw.choice(['done', 'done', 'error'])),
    )
    point: int = 0
    faults: Dict[int, str] = {}
    for fault in draw.sample(FAULTS, draw.randint(3, 6)):
        point += 1 + int(draw.expovariate(1 / 30))
        faults[point] = fault
    order = [RandomOrder(draw, restless=draw.choice([0.05, 0.3, 1]))] if by_turns else []
    report.play(scenario, faults, *order, label='seed {}'.format(seed))


def play_steered(report: Report, seed: int) -> None:
    """Faults, and an administrator who does one to three things at any time and perhaps something more in the end."""
    draw = random.Random(seed)
    scenario = draw.choice([KEYED, KEYLESS])._replace(
        pages=draw.choice([1, 2]),
        mention=draw.choice([None, None, True, False]),
        answers=tuple(draw.choice(['accepted'] * len(ANSWERS) + sorted(ANSWERS)) for _ in range(2)),
        verdicts=draw.choice([(), (), ('going on', 'arrived'), ('busy', 'missed somebody', 'arrived')]),
        fallback=draw.random() < 0.3,
        export=draw.random() < 0.3,
        afterwards=tuple(draw.sample([SETTLE, RESEND, RESEND], draw.randint(0, 2))),
    )
    acts = [draw.choice(ACTIONS) for _ in range(draw.randint(1, 3))]
    struck = draw.sample(FAULTS, draw.randint(0, 2)) + acts
    draw.shuffle(struck)
    point: int = 40
    faults: Dict[int, str] = {}
    for fault in struck:
        point += 1 + int(draw.expovariate(1 / 30))
        faults[point] = fault
    report.play(scenario, faults, label='seed {}'.format(seed))


def play_with_clocks(report: Report, seed: int) -> None:
    """A clock that is set once or twice, workers that are told to stop, and calls that do not come back."""
    draw = random.Random(seed)
    scenario = draw.choice([KEYED, KEYLESS])._replace(
        pages=draw.choice([1, 2]),
        answers=tuple(draw.choice(['accepted'] * len(ANSWERS) + sorted(ANSWERS)) for _ in range(3)),
        verdicts=draw.choice([(), (), ('going on', 'not found', 'arrived')]),
        again=draw.random() < 0.3,
        fallback=draw.random() < 0.5,
        export=draw.random() < 0.3,
    )
    struck = draw.sample([KILL, CUT, STOP, STOP_AT_ONCE, HANG], draw.randint(1, 3))
    struck += [draw.choice(sorted(STEPS)) for _ in range(draw.randint(1, 2))]
    draw.shuffle(struck)
    point: int = 0
    faults: Dict[int, str] = {}
    for fault in struck:
        point += 1 + int(draw.expovariate(1 / 30))
        faults[point] = fault
    report.play(scenario, faults, label='seed {}'.format(seed))


def play_slowly(report: Report, seed: int) -> None:
    """Two workers by turns, and once or twice so slow that whoever has a lane loses it."""
    draw = random.Random(seed)
    scenario = draw.choice([KEYED, KEYLESS, KEYED._replace(export=True)])._replace(pages=1, workers=2)
    faults = {draw.randrange(60, 160): LAPSE for _ in range(draw.randint(1, 2))}
    report.play(scenario, faults, RandomOrder(draw, restless=0.05), label='seed {}'.format(seed))


@pytest.mark.timeout(120 + PLAYS)
@pytest.mark.parametrize('kind', [play, play_steered, play_with_clocks, play_slowly])
def test_random_plays(kind):
    report = Report()
    for seed in range(SEED, SEED + PLAYS):
        kind(report, seed)
    report.check(least=PLAYS)

"""Two schedulers fire the same round at once, in every order of what they write into the run."""

from tests.crash_model.host import RUNS, TASKS
from tests.crash_model.plays import KEYED, Report, deaths, some
from tests.crash_model.turns import Order, every_order
from tests.crash_model.world import KILL, Point

SCENARIO = KEYED._replace(name='two hosts', hosts=2, pages=1)


def contested(point: Point) -> bool:
    return point.step.startswith(RUNS) and point.moment != 'after'


def test_they_make_one_run():
    report = Report()
    for order in every_order():
        (run,) = report.play(SCENARIO, {}, order, contested, label=order.choices).documents(RUNS)
        assert len(run['fires']) == len(run['submitted']) == 2
        assert len(set(run['task_ids'])) == 2 * TASKS
    report.check(least=50)


def test_one_of_them_is_killed():
    report, played = Report(), set()
    for order in every_order():
        world = report.play(SCENARIO, {}, order, contested)
        for number in some(deaths(world), sum(order.choices)):
            # What only one of them does after the kill has one order.
            before = tuple(world.points[: number + 1])
            if before[-1].role.startswith('host') and before not in played:
                played.add(before)
                report.play(SCENARIO, {number: KILL}, Order(order.choices), contested, label=order.choices)
    report.check(least=100)

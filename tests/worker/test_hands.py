"""A few of many threads compute at once, those of healthy lanes first."""

import threading

import pytest
from pymongo.errors import AutoReconnect

from scan_notify_plugin.deadline import wait_for
from scan_notify_plugin.worker.crew import HANDS, Crew
from scan_notify_plugin.worker.hands import Hands
from scan_notify_plugin.worker.send import Sender
from tests.worker.test_third_parties import Box, loop_of_many


class Waiting:
    """Threads that each want a hand, in this order; they hold it until `let_go`."""

    def __init__(self, hands):
        self.hands, self.got, self._may, self._threads = hands, [], {}, []

    def want(self, lane):
        asked = len(self.hands._waiting) + len(self.got)
        self._may[lane] = threading.Event()
        thread = threading.Thread(target=self._hold, args=(lane,), daemon=True)
        self._threads.append(thread)
        thread.start()
        self.until(lambda: len(self.hands._waiting) + len(self.got) > asked)

    def _hold(self, lane):
        def compute():
            self.got.append(lane)
            self._may[lane].wait(60)

        self.hands.use(lane, compute)

    def until(self, condition):
        for _ in range(6000):
            if condition():
                return
            threading.Event().wait(0.01)
        raise AssertionError('never: {}'.format(self.got))

    def let_go(self, lane, *after):
        """`after` are all who have got one by then."""
        self._may[lane].set()
        self.until(lambda: len(self.got) == len(after))
        assert self.got == list(after)

    def end(self):
        for one in self._may.values():
            one.set()
        for thread in self._threads:
            thread.join(60)
            assert not thread.is_alive()


@pytest.fixture
def waiting():
    waiting = Waiting(Hands(2, 1))
    yield waiting
    waiting.end()


def test_no_more_than_allowed_compute_at_once_and_who_came_first_goes_first(waiting):
    for lane in 'abcd':
        waiting.want(lane)
    assert waiting.got == ['a', 'b']
    waiting.let_go('b', 'a', 'b', 'c')
    waiting.let_go('a', 'a', 'b', 'c', 'd')


def test_a_lane_that_did_well_goes_before_unknown_ones_and_these_before_those_that_failed(waiting):
    waiting.hands.failed('ill', True)
    waiting.hands.failed('well', False)
    for lane in ('a', 'b', 'ill', 'new', 'well'):
        waiting.want(lane)
    waiting.let_go('a', 'a', 'b', 'well')
    waiting.let_go('b', 'a', 'b', 'well', 'new')
    waiting.let_go('well', 'a', 'b', 'well', 'new', 'ill')


def test_lanes_that_failed_never_have_all_hands(waiting):
    for lane in ('ill', 'worse'):
        waiting.hands.failed(lane, True)
        waiting.want(lane)
    assert waiting.got == ['ill']
    waiting.want('new')
    assert waiting.got == ['ill', 'new']
    waiting.let_go('new', 'ill', 'new')
    waiting.let_go('ill', 'ill', 'new', 'worse')


def test_a_hand_comes_back_whatever_is_raised():
    hands = Hands(1, 1)
    for end in (ValueError, StopIteration, SystemExit):

        def compute(end=end):
            raise end

        with pytest.raises(end):
            hands.use('a', compute)
    assert hands.use('a', lambda: 7) == 7


def test_answers_that_came_while_the_database_was_away_are_recorded_when_it_is_back(monkeypatch):
    """All hands are at records that wait; nobody behind them could do more, and none of the answers becomes a doubt."""
    box, count = Box(), 3 * HANDS
    loop = loop_of_many(box, count)
    run_id = loop.finished_run()
    change, away, failed = loop.context.jobs.change_until_done, threading.Event(), []

    def change_until_done(*args):
        if away.is_set():
            failed.append(args)
            raise AutoReconnect('no database')
        return change(*args)

    monkeypatch.setattr(loop.context.jobs, 'change_until_done', change_until_done)
    crew = Crew(Sender(loop.context).visit)
    box.hangs_in = 'send'
    box.gate.clear()
    for lane in set(loop.rung):
        crew.start(lane)
    assert wait_for(lambda: len(box.entered) == count, 60)
    away.set()
    box.gate.set()
    assert wait_for(lambda: len(failed) >= HANDS, 60)
    away.clear()
    assert wait_for(lambda: not crew.active(), 60)
    jobs = loop.jobs(run_id)
    assert [len(job['attempts']) for job in jobs] == [1] * count and len(box.sent) == count
    assert {job['state'] for job in jobs} == {'success'}

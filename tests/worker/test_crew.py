"""Threads of a worker: one for each lane, one for each call that hangs, and no lane that is lost for either."""

import threading
import time

import pytest

from scan_notify_plugin.deadline import Overstayed, Stay, current, wait_for
from scan_notify_plugin.worker import crew as crew_module
from scan_notify_plugin.worker.crew import Call, Crew, finish

#: Seconds for what happens at once; only a failure waits so long.
SOON = 30
LANE = 'channel:a'


def call(run, seconds=SOON, **more):
    return Call('mail', 'send', seconds, run, more.pop('stay', None) or Stay(), **more)


class Lanes:
    """A crew whose visits are what tests say, and what came of each."""

    def __init__(self, most=500):
        self.visits = {}
        self.overstayed = []
        self.ended = []
        self.crew = Crew(lambda lane: self.visits[lane](), lambda one: self.overstayed.append(one.what), most)
        self.crew.ended = lambda lane, again: self.ended.append((lane, again))

    def start(self, lane, visit):
        self.visits[lane] = visit
        self.crew.start(lane)

    def at_rest(self):
        return wait_for(lambda: not self.crew.active(), SOON)


@pytest.fixture
def lanes():
    return Lanes()


@pytest.fixture
def gate():
    """Closed until the end of the test at the latest."""
    gate = threading.Event()
    yield gate
    gate.set()


def test_a_visit_gets_what_its_calls_return_and_its_end_is_said(lanes):
    got = []

    def visit():
        got.append((yield call(lambda: 'one')))
        got.append((yield call(lambda: 'two')))
        return 4.5

    lanes.start(LANE, visit)
    assert lanes.at_rest() and wait_for(lambda: lanes.ended, SOON)
    assert (got, lanes.ended, lanes.overstayed) == (['one', 'two'], [(LANE, 4.5)], [])


def test_what_a_call_raises_is_raised_in_the_visit(lanes):
    got, error = [], ValueError('mine')

    def fail():
        raise error

    def visit():
        try:
            yield call(fail)
        except ValueError as raised:
            got.append(raised)

    lanes.start(LANE, visit)
    assert lanes.at_rest() and got == [error]


@pytest.mark.parametrize('kind', [SystemExit, KeyboardInterrupt, GeneratorExit])
def test_a_plugin_that_ends_the_thread_ends_its_call(lanes, kind):
    got = []

    def leave():
        raise kind(3)

    def visit():
        try:
            yield call(leave)
        except Exception as raised:
            got.append(str(raised))

    lanes.start(LANE, visit)
    assert lanes.at_rest() and got == ['{}: 3'.format(kind.__name__)]


def test_a_call_that_cannot_have_an_alarm_is_not_made_and_its_visit_hears_why(lanes, monkeypatch):
    made, got = [], []

    def visit():
        try:
            yield call(lambda: made.append(1))
        except OSError as raised:
            got.append(str(raised))

    def no_alarm(*args):
        raise OSError('too many open files')

    monkeypatch.setattr(crew_module, 'alarm', no_alarm)
    lanes.start(LANE, visit)
    assert lanes.at_rest() and (made, got) == ([], ['too many open files'])


@pytest.mark.parametrize('kind', [StopIteration, RuntimeError, OSError])
def test_whatever_kind_of_error_a_call_raises_its_visit_gets_it(lanes, kind):
    got = []

    def fail():
        raise kind('mine')

    def visit():
        try:
            yield call(fail)
        except Exception as raised:
            got.append((type(raised), str(raised)))

    lanes.start(LANE, visit)
    assert lanes.at_rest() and got == [(kind, 'mine')]


def test_a_call_knows_its_stay(lanes):
    stay, got = Stay(), []

    def visit():
        got.append((yield call(current, stay=stay)))

    lanes.start(LANE, visit)
    assert lanes.at_rest() and got == [stay]


def test_a_visit_that_fails_ends_and_the_lane_can_be_visited_again(lanes):
    def visit():
        raise ValueError('a fault of ours')
        yield

    lanes.start(LANE, visit)
    assert lanes.at_rest()
    lanes.start(LANE, visit)
    assert wait_for(lambda: lanes.ended == [(LANE, None)] * 2, SOON)


def test_a_lane_is_visited_by_one_thread(lanes, gate):
    begun = []

    def visit():
        begun.append(threading.current_thread())
        yield call(gate.wait)

    lanes.start(LANE, visit)
    assert wait_for(lambda: begun, SOON)
    for _ in range(20):
        lanes.crew.start(LANE)
    gate.set()
    assert lanes.at_rest() and len(begun) == 1


def hangs(lanes, gate, seconds=0.01, late=lambda value: None, value='late', **more):
    """A visit that a call of does not come back, and what the visit was told of it."""
    told = []

    def run():
        gate.wait()
        return value

    def visit():
        try:
            yield call(run, seconds, late=late, **more)
        except Overstayed as error:
            told.append(str(error))
        return 7.0

    lanes.start(LANE, visit)
    return told


def test_a_call_that_overstays_is_named_and_the_visit_goes_on_without_it(lanes, gate, caplog):
    told = hangs(lanes, gate)
    assert wait_for(lambda: lanes.ended, SOON)
    assert (told, lanes.ended, lanes.overstayed) == (['no answer within 0.01 s'], [(LANE, 7.0)], ['mail.send'])
    assert 'mail.send does not come back: no answer within 0.01 s (lane channel:a)' in caplog.text
    assert list(lanes.crew.hanging()) == [LANE]


def test_while_a_call_hangs_its_lane_is_not_visited_and_afterwards_it_is(lanes, gate):
    hangs(lanes, gate)
    assert wait_for(lambda: lanes.ended, SOON)
    again = []

    def visit():
        again.append(1)
        return
        yield

    lanes.start(LANE, visit)
    assert not lanes.crew.active() and again == []
    gate.set()
    assert wait_for(lambda: not lanes.crew.hanging(), SOON)
    lanes.crew.start(LANE)
    assert wait_for(lambda: again == [1], SOON)


def test_a_late_receipt_is_handed_over_before_the_lane_is_free(lanes, gate):
    got, there = [], []

    def late(value):
        there.append(list(lanes.crew.hanging()))
        got.append(value)

    hangs(lanes, gate, late=late)
    assert wait_for(lambda: lanes.ended, SOON)
    assert got == []
    gate.set()
    assert wait_for(lambda: not lanes.crew.hanging(), SOON)
    assert (got, there) == (['late'], [[LANE]])


def test_a_late_receipt_that_cannot_be_recorded_frees_the_lane_too(lanes, gate, caplog):
    def late(value):
        raise ValueError('no database')

    hangs(lanes, gate, late=late)
    assert wait_for(lambda: lanes.ended, SOON)
    gate.set()
    assert wait_for(lambda: not lanes.crew.hanging(), SOON)
    assert 'came back late and could not be recorded: ValueError: no database' in caplog.text


def test_an_abandoned_call_can_begin_nothing(lanes, gate):
    stay = Stay()
    hangs(lanes, gate, stay=stay)
    assert wait_for(lambda: lanes.ended, SOON)
    with pytest.raises(Overstayed):
        stay.begin()
    assert not stay.begun


def test_threads_come_back_but_for_what_hangs(lanes, gate):
    before = threading.active_count()
    hangs(lanes, gate)
    assert wait_for(lambda: lanes.ended, SOON)
    assert wait_for(lambda: threading.active_count() <= before + 2, SOON)  # the call, and the one for alarms
    gate.set()
    assert wait_for(lambda: threading.active_count() <= before + 1, SOON)


def test_a_call_that_shows_signs_of_life_does_not_overstay(lanes, gate):
    beats, asked = [time.monotonic()], []

    def beat():
        asked.append(1)
        return beats[0]

    def run():
        while len(asked) < 4:  # each time it is asked it would be over without a new sign
            beats[0] = time.monotonic()
            time.sleep(0.001)
        return 'made'

    got = []

    def visit():
        got.append((yield call(run, 0.05, beat=beat)))

    lanes.start(LANE, visit)
    assert lanes.at_rest() and got == ['made'] and lanes.overstayed == []


def test_a_call_that_shows_no_more_signs_of_life_overstays(lanes, gate):
    begun = time.monotonic()
    told = hangs(lanes, gate, 0.02, beat=lambda: begun)
    assert wait_for(lambda: lanes.ended, SOON) and told == ['no answer within 0.02 s']


def test_at_the_end_calls_are_let_go_without_a_word_about_plugins(lanes, gate):
    told = hangs(lanes, gate, SOON)
    assert wait_for(lambda: lanes.crew._calls, SOON)
    lanes.crew.close()
    lanes.crew.let_go()
    assert lanes.at_rest()
    assert (told, lanes.overstayed) == (['the worker was told to stop'], [])
    lanes.crew.start('channel:b')
    assert not lanes.crew.active()


def test_a_call_that_comes_back_while_it_is_let_go_counts_once(lanes, gate):
    told, got = [], []

    def visit():
        try:
            got.append((yield call(gate.wait, late=got.append)))
        except Overstayed:
            told.append('let go')

    for _ in range(50):
        gate.clear()
        lanes.start(LANE, visit)
        assert wait_for(lambda: lanes.crew._calls, SOON)
        threading.Thread(target=gate.set).start()
        lanes.crew.let_go()
        assert lanes.at_rest() and wait_for(lambda: not lanes.crew.hanging(), SOON)
    assert len(got) == 50


class Waits:
    """A visit that takes until it is told."""

    def __init__(self):
        self.begun = threading.Event()
        self.go_on = threading.Event()

    def __call__(self):
        self.begun.set()
        yield call(self.go_on.wait)


def test_more_lanes_than_places_wait_and_all_get_their_turn():
    lanes = Lanes(most=2)
    visits = {'channel:{}'.format(number): Waits() for number in range(6)}
    for lane, visit in visits.items():
        lanes.start(lane, visit)
    assert len(lanes.crew.active()) == 2
    for visit in visits.values():
        visit.go_on.set()
    assert all(visit.begun.wait(SOON) for visit in visits.values())


def test_places_are_kept_for_lanes_that_did_not_fail():
    lanes = Lanes(most=4)
    ill = {'channel:ill{}'.format(number): Waits() for number in range(4)}
    for lane, visit in ill.items():
        lanes.crew.failed(lane, True)
        lanes.start(lane, visit)
    assert len(lanes.crew.active()) == 2
    well = Waits()
    lanes.start('channel:well', well)
    assert well.begun.wait(SOON)
    for visit in list(ill.values()) + [well]:
        visit.go_on.set()
    assert all(visit.begun.wait(SOON) for visit in ill.values())


def test_a_lane_that_waits_without_reason_is_begun_by_the_next_ring():
    lanes = Lanes(most=2)
    visit = Waits()
    lanes.visits[LANE] = visit
    lanes.crew._waiting.append(LANE)
    lanes.crew.start(LANE)
    assert visit.begun.wait(SOON) and not lanes.crew._waiting
    visit.go_on.set()


def test_two_exports_at_once_and_messages_beside_them(lanes):
    exports = {'export:{}'.format(number): Waits() for number in range(3)}
    for lane, visit in exports.items():
        lanes.start(lane, visit)
    message = Waits()
    lanes.start(LANE, message)
    assert message.begun.wait(SOON)
    assert lanes.crew.active() == [LANE, 'export:0', 'export:1']
    exports['export:0'].go_on.set()
    assert exports['export:2'].begun.wait(SOON)
    for visit in list(exports.values()) + [message]:
        visit.go_on.set()
    assert lanes.at_rest()


class NoThreads:
    """As `threading` while the system has no thread to give."""

    class Thread:
        def __init__(self, *args, **kwargs):
            pass

        def start(self):
            raise RuntimeError("can't start new thread")


def test_without_a_thread_the_lane_is_begun_at_the_next_look(lanes, monkeypatch, caplog):
    visit = Waits()
    visit.go_on.set()
    with monkeypatch.context() as patch:
        patch.setattr(crew_module.threading, 'Thread', NoThreads.Thread)
        lanes.start(LANE, visit)
    assert not lanes.crew.active() and "can't start new thread" in caplog.text
    lanes.crew.start(LANE)
    assert visit.begun.wait(SOON) and lanes.at_rest()


def test_without_a_thread_an_overstayed_call_is_left_behind_a_moment_later(lanes, gate, monkeypatch):
    monkeypatch.setattr(crew_module, 'AGAIN', 0.01)
    none = []
    thread = lanes.crew._thread

    def scarce(run, *args):
        if lanes.crew.hanging() and len(none) < 3:
            none.append(run)
            raise RuntimeError("can't start new thread")
        thread(run, *args)

    lanes.crew._thread = scarce
    told = hangs(lanes, gate)
    assert wait_for(lambda: lanes.ended, SOON)
    assert len(none) == 3 and told == ['no answer within 0.01 s']


def test_without_a_descriptor_for_an_alarm_the_visit_ends_and_gives_its_lane_back(lanes, monkeypatch, caplog):
    closed = []

    def visit():
        try:
            yield call(lambda: None)
        finally:
            closed.append(True)

    def none(*args):
        raise OSError(24, 'Too many open files')

    with monkeypatch.context() as patch:
        patch.setattr(crew_module, 'alarm', none)
        lanes.start(LANE, visit)
        assert wait_for(lambda: lanes.ended, SOON)
    assert closed == [True] and lanes.ended == [(LANE, None)] and 'Too many open files' in caplog.text


def test_a_visit_can_be_driven_in_the_own_thread():
    def visit():
        first = yield call(lambda: 1)
        try:
            yield call(lambda: 1 / 0)
        except ZeroDivisionError:
            return first

    assert finish(visit()) == 1

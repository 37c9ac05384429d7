"""Stops waiting, and hands over what the call did if it came back in time."""

import os
import socket
import threading
import time

import pytest

from scan_notify_plugin.deadline import (
    Beside,
    Overstayed,
    Stay,
    _Alarms,
    alarm,
    contained,
    current,
    later,
    poll,
    staying,
    wait_for,
    within,
)

#: Seconds for what happens at once; only a failure waits so long.
SOON = 30


def test_the_result_of_a_call_in_time_comes_back():
    assert within(5, lambda: ['as', 'it', 'is']) == ['as', 'it', 'is']


def test_none_is_a_result():
    assert within(5, lambda: None) is None


class Odd(BaseException):
    """Not even an Exception."""


@pytest.mark.parametrize('kind', [ValueError, SystemExit, Odd])
def test_whatever_the_call_raises_is_raised_here(kind):
    error = kind('mine')

    def call():
        raise error

    with pytest.raises(kind) as caught:
        within(5, call)
    assert caught.value is error


@pytest.mark.parametrize('kind', [SystemExit, KeyboardInterrupt, GeneratorExit, Odd])
def test_what_would_end_a_thread_can_be_contained(kind):
    def leave():
        raise kind(3)

    with pytest.raises(RuntimeError, match='{}: 3'.format(kind.__name__)):
        contained(leave)


def test_what_is_contained_comes_as_it_is():
    error = ValueError('mine')

    def fail():
        raise error

    assert contained(lambda: 7) == 7
    with pytest.raises(ValueError) as caught:
        contained(fail)
    assert caught.value is error


def test_a_call_that_overstays_is_left_behind_and_its_result_dropped():
    go_on, done = threading.Event(), threading.Event()

    def call():
        go_on.wait()
        done.set()

    with pytest.raises(Overstayed, match='no answer within 0.05 s'):
        within(0.05, call)
    assert not done.is_set()
    go_on.set()
    assert done.wait(60)


def test_a_call_that_hangs_does_not_keep_the_process_alive():
    seen = []
    within(5, lambda: seen.append(threading.current_thread().daemon))
    assert seen == [True]


def test_a_condition_that_comes_true_ends_the_wait():
    looks = []
    assert wait_for(lambda: looks.append(1) or len(looks) > 3, SOON)
    assert len(looks) == 4


def test_a_condition_that_stays_false_is_looked_at_at_least_once():
    looks = []
    assert not wait_for(lambda: looks.append(1), 0)
    assert looks == [1]


@pytest.mark.parametrize('step', [-3600, 3600, float('nan')])
def test_no_wait_follows_the_wall_clock(step, monkeypatch):
    real = time.time
    monkeypatch.setattr(time, 'time', lambda: real() + step)
    assert not wait_for(lambda: False, 0.01)
    rung = threading.Event()
    with alarm(0.01, rung.set):
        assert wait_for(rung.is_set, SOON)
    with pytest.raises(Overstayed):
        within(0.01, lambda: wait_for(rung_never, 1))


def rung_never():
    return False


def test_an_abandoned_call_is_in_a_stay_that_is_over():
    go_on, seen = threading.Event(), []

    def call():
        stay = current()
        go_on.wait()
        try:
            stay.begin()
        except Overstayed:
            seen.append(stay.begun)

    with pytest.raises(Overstayed) as caught:
        within(0.01, call)
    go_on.set()
    assert wait_for(lambda: seen == [False], SOON)
    assert caught.value.thread is not None and wait_for(lambda: not caught.value.thread.is_alive(), SOON)


def test_a_stay_that_has_begun_says_so_at_its_end_and_begins_no_more():
    stay = Stay()
    stay.begin()
    assert stay.end() and stay.over
    with pytest.raises(Overstayed):
        stay.begin()


def test_of_beginning_and_end_one_is_first():
    """Whatever the order, either nothing began or the end knows that it did."""
    for _ in range(300):
        stay, began = Stay(), []

        def begin():
            try:
                stay.begin()
                began.append(True)
            except Overstayed:
                began.append(False)

        thread = threading.Thread(target=begin)
        thread.start()
        ended = stay.end()
        thread.join()
        assert began == [ended]


def test_stays_are_nested_and_belong_to_their_thread():
    outer, inner = Stay(), Stay()
    with staying(outer):
        with staying(inner):
            assert current() is inner
            assert within(SOON, current) is not inner
        assert current() is outer
    assert current() is None


@pytest.fixture
def alarms():
    return _Alarms()


def test_alarms_ring_in_the_order_of_their_times(alarms):
    rung = []
    alarms.set(0.06, lambda: rung.append('late'))
    alarms.set(0.02, lambda: rung.append('early'))
    assert wait_for(lambda: len(rung) == 2, SOON) and rung == ['early', 'late']


def test_an_alarm_that_was_taken_back_does_not_ring(alarms):
    rung = []
    alarms.cancel(alarms.set(0.02, lambda: rung.append('taken back')))
    alarms.set(0.05, lambda: rung.append('last'))
    assert wait_for(lambda: rung, SOON) and rung == ['last']


def test_an_alarm_that_fails_silences_no_other(alarms, caplog):
    rung = []
    alarms.set(0.01, lambda: 1 / 0)
    alarms.set(0.02, lambda: rung.append('next'))
    assert wait_for(lambda: rung == ['next'], SOON)
    assert 'an alarm failed: ZeroDivisionError' in caplog.text


def test_the_thread_of_alarms_goes_when_it_has_nothing_to_do_and_comes_back(alarms, monkeypatch):
    monkeypatch.setattr(_Alarms, 'IDLE', 0.01)
    descriptors = len(os.listdir('/proc/self/fd'))
    for _ in range(3):
        rung = threading.Event()
        alarms.set(0.01, rung.set)
        assert wait_for(rung.is_set, SOON)
        assert wait_for(lambda: alarms._wake is None, SOON)
    assert wait_for(lambda: len(os.listdir('/proc/self/fd')) <= descriptors, SOON)


@pytest.mark.parametrize('what, error', [('socket.socketpair', OSError(24, 'Too many open files')),
                                         ('threading.Thread.start',
                                          RuntimeError("can't start new thread"))])  # fmt: skip
def test_alarms_survive_a_moment_without_descriptors_or_threads(alarms, monkeypatch, what, error):
    def none(*args):
        raise error

    rung = []
    with monkeypatch.context() as patch:
        patch.setattr('scan_notify_plugin.deadline.' + what, none)
        with pytest.raises(type(error)):
            alarms.set(0.01, lambda: rung.append('never set'))
    alarms.set(0.03, lambda: rung.append('set'))
    assert wait_for(lambda: rung, SOON) and rung == ['set']


def test_very_many_alarms_wake_nobody_too_often(alarms):
    rung = []
    for number in range(5000, 0, -1):  # each is the next one to ring
        alarms.set(60 + number, lambda: rung.append('too soon'))
    alarms.set(0, lambda: rung.append('now'))
    assert wait_for(lambda: rung, SOON) and rung == ['now']


def test_an_alarm_can_set_another(alarms):
    rung = threading.Event()
    alarms.set(0, lambda: alarms.set(0, rung.set))
    assert wait_for(rung.is_set, SOON)


def test_the_end_of_a_block_takes_its_alarm_back():
    rung = []
    with alarm(0.01, lambda: rung.append('too late')):
        pass
    done = threading.Event()
    later(0.03, done.set)
    assert wait_for(done.is_set, SOON) and rung == []


def test_there_is_data_or_the_time_is_over():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        assert not poll(ours, 0.01)
        theirs.send(b'x')
        assert poll(ours, SOON)


def test_a_question_that_takes_long_is_answered_by_what_is_known():
    gate, answers = threading.Event(), iter(['first', 'second'])

    def ask():
        gate.wait()
        return next(answers)

    beside = Beside(ask, 'nothing yet')
    assert beside.answer(0.01) == 'nothing yet'
    assert beside.answer(0.01) == 'nothing yet'  # and is not asked a second time meanwhile
    gate.set()
    assert wait_for(lambda: beside.known == 'first', SOON)
    assert beside.answer(SOON) in ('first', 'second')


def test_a_question_that_fails_leaves_what_is_known(caplog):
    beside = Beside(lambda: 1 / 0, 'known')
    assert beside.answer(SOON) == 'known' and 'ZeroDivisionError' in caplog.text

"""Stops waiting, and hands over what the call did if it came back in time."""

import threading

import pytest

from scan_notify_plugin.deadline import Overstayed, within


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

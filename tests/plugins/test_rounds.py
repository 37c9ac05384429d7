"""Hooks beside the tick: it waits a moment, and finds the answers at a later turn; no answer is lost, none is asked for
twice.
"""

import threading

import pytest

from scan_notify_plugin.deadline import wait_for
from scan_notify_plugin.faults import join
from scan_notify_plugin.plugins import rounds as rounds_module
from scan_notify_plugin.plugins.dispatch import Answer
from scan_notify_plugin.plugins.rounds import KEPT, MOST, NotYet, Rounds

SOON = 30


class Dispatcher:
    """Answers with what it was asked, as soon as the gate is open."""

    def __init__(self):
        self.gate = threading.Event()
        self.asked = []
        self.error = None

    def call(self, hook, **arguments):
        self.asked.append((hook, arguments))
        self.gate.wait()
        if self.error:
            raise self.error
        return [Answer('mail', [hook])]


@pytest.fixture
def dispatcher():
    made = Dispatcher()
    yield made
    made.gate.set()


@pytest.fixture
def rounds(dispatcher):
    return Rounds(dispatcher, patience=0.01)


def test_without_patience_the_caller_asks_itself(dispatcher):
    dispatcher.gate.set()
    assert Rounds(dispatcher).call('on_run_complete', ('r',), run=1) == [Answer('mail', ['on_run_complete'])]
    assert dispatcher.asked == [('on_run_complete', {'run': 1})]


def test_an_answer_in_time_is_had_at_once(dispatcher):
    dispatcher.gate.set()
    rounds = Rounds(dispatcher, patience=SOON)
    rounds.refill()
    assert rounds.call('on_run_complete', ('r',)) == [Answer('mail', ['on_run_complete'])]


def test_a_late_answer_is_found_at_a_later_turn_and_asked_for_once(rounds, dispatcher):
    for _ in range(3):
        rounds.refill()
        with pytest.raises(NotYet):
            rounds.call('on_run_complete', ('r',))
    dispatcher.gate.set()
    assert wait_for(lambda: rounds._rounds[('on_run_complete', 'r')].done.is_set(), SOON)
    rounds.refill()
    assert rounds.call('on_run_complete', ('r',)) == rounds.call('on_run_complete', ('r',))
    assert len(dispatcher.asked) == 1


def test_questions_are_told_apart_by_hook_and_key(rounds, dispatcher):
    for hook, key in (('fired', ('r',)), ('fired', ('s',)), ('complete', ('r',))):
        with pytest.raises(NotYet):
            rounds.call(hook, key)
    assert wait_for(lambda: len(dispatcher.asked) == 3, SOON)


def test_one_tick_waits_for_all_plugins_together_no_longer_than_its_patience(rounds, dispatcher, monkeypatch):
    rounds.patience, waited = 1.0, []
    rounds.refill()

    def wait(condition, seconds):
        waited.append(seconds)
        rounds._left -= seconds  # as if it had passed
        return False

    monkeypatch.setattr(rounds_module, 'wait_for', wait)
    for number in range(5):
        with pytest.raises(NotYet):
            rounds.call('fired', (str(number),))
    assert sum(waited) <= 1.0 + 5 * 0.02


def test_no_more_rounds_are_under_way_at_once_than_allowed(rounds, dispatcher):
    for number in range(MOST + 5):
        with pytest.raises(NotYet):
            rounds.call('fired', (str(number),))
    assert wait_for(lambda: len(dispatcher.asked) == MOST, SOON)
    dispatcher.gate.set()
    assert wait_for(lambda: all(one.done.is_set() for one in rounds._rounds.values()), SOON)
    rounds.patience = SOON
    rounds.refill()
    assert rounds.call('fired', (str(MOST),)) == [Answer('mail', ['fired'])]


def test_old_answers_are_forgotten_and_rounds_under_way_are_not(rounds, dispatcher, monkeypatch):
    with pytest.raises(NotYet):
        rounds.call('fired', ('done',))
    dispatcher.gate.set()
    assert wait_for(lambda: rounds._rounds[('fired', 'done')].done.is_set(), SOON)
    dispatcher.gate.clear()
    with pytest.raises(NotYet):
        rounds.call('fired', ('under way',))
    for key, one in list(rounds._rounds.items()):
        rounds._rounds[key] = one._replace(since=one.since - KEPT - 1)
    rounds.refill()
    assert list(rounds._rounds) == [('fired', 'under way')]


@pytest.mark.parametrize('error', [ValueError('a fault of ours'), SystemExit(3), KeyboardInterrupt()])
def test_a_round_that_fails_is_a_row_and_not_silence(rounds, dispatcher, error):
    dispatcher.error = error
    dispatcher.gate.set()
    rounds.patience = SOON
    rounds.refill()
    (answer,) = rounds.call('fired', ('r',))
    assert answer.wants == [] and type(error).__name__ in join(answer.faults)


def test_without_a_thread_the_round_is_begun_at_a_later_turn(rounds, dispatcher, monkeypatch):
    def none(self):
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patch:
        patch.setattr(rounds_module.threading.Thread, 'start', none)
        with pytest.raises(RuntimeError):
            rounds.call('fired', ('r',))
    dispatcher.gate.set()
    rounds.patience = SOON
    rounds.refill()
    assert rounds.call('fired', ('r',)) == [Answer('mail', ['fired'])]

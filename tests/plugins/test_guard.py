"""Short calls into plugins: what hangs once is not asked again while it hangs, and not by many at once."""

import threading

import pytest

from scan_notify_plugin.deadline import Overstayed, wait_for
from scan_notify_plugin.faults import say
from scan_notify_plugin.plugins import guard as guard_module
from scan_notify_plugin.plugins.guard import MOST, Guard, Hangs

SOON = 30


@pytest.fixture
def told():
    return []


@pytest.fixture
def guard(told):
    return Guard(lambda plugin, method: told.append((plugin, method)))


@pytest.fixture
def gate():
    gate = threading.Event()
    yield gate
    gate.set()


def test_what_the_plugin_returns_or_raises_comes_through(guard, told):
    assert guard.call('mail', 'problems', SOON, lambda: ['one']) == ['one']
    with pytest.raises(ZeroDivisionError):
        guard.call('mail', 'problems', SOON, lambda: 1 / 0)
    assert told == [] and guard.hangs('mail') is None


def test_a_call_that_hangs_is_named_counted_and_shown(guard, gate, told, caplog):
    with pytest.raises(Overstayed):
        guard.call('mail', 'problems', 0.01, gate.wait)
    assert told == [('mail', 'problems')]
    assert 'mail.problems does not come back: no answer within 0.01 s' in caplog.text
    assert say(guard.hangs('mail'), 'en') == 'mail has not come back from problems for 0 s'


def test_while_it_hangs_the_plugin_is_not_asked_and_others_are(guard, gate):
    with pytest.raises(Overstayed):
        guard.call('mail', 'problems', 0.01, gate.wait)
    asked = []
    with pytest.raises(Hangs, match='mail has not come back from problems'):
        guard.call('mail', 'credential', SOON, lambda: asked.append(1))
    assert guard.call('post', 'credential', SOON, lambda: 'box') == 'box' and asked == []


def test_when_it_has_come_back_it_is_asked_again(guard, gate):
    with pytest.raises(Overstayed):
        guard.call('mail', 'problems', 0.01, gate.wait)
    gate.set()
    assert wait_for(lambda: guard.hangs('mail') is None, SOON)
    assert guard.call('mail', 'problems', SOON, lambda: 'well') == 'well'


def test_an_overstay_inside_the_plugin_is_its_own(guard, told):
    def inner():
        raise Overstayed('a request of its own')

    with pytest.raises(Overstayed):
        guard.call('mail', 'problems', SOON, inner)
    assert told == [] and guard.hangs('mail') is None


def hundred(guard, run, seconds):
    """A hundred calls at the same moment; what became of each."""
    came, together = [], threading.Barrier(100)

    def ask():
        together.wait(SOON)
        try:
            came.append(guard.call('mail', 'problems', seconds, run))
        except (Hangs, Overstayed) as error:
            came.append(type(error))

    threads = [threading.Thread(target=ask, daemon=True) for _ in range(100)]
    for thread in threads:
        thread.start()
    assert wait_for(lambda: len(came) == 100, SOON)
    return came


def test_of_many_calls_at_once_few_hang(guard, gate, monkeypatch):
    before = threading.active_count()
    came = hundred(guard, gate.wait, 0.5)
    assert came.count(Overstayed) + came.count(Hangs) == 100
    assert came.count(Overstayed) <= MOST
    assert wait_for(lambda: threading.active_count() <= before + MOST, SOON)
    gate.set()
    assert wait_for(lambda: threading.active_count() <= before, SOON)


def test_many_quick_calls_at_once_are_all_made(guard):
    assert hundred(guard, lambda: 'well', SOON) == ['well'] * 100
    assert guard._under_way['mail'] == {}


def test_behind_a_slow_call_others_wait_for_it(guard, gate, monkeypatch):
    monkeypatch.setattr(guard_module, 'AT_ONCE', 0.0)
    inside, second = threading.Event(), []
    slow = threading.Thread(
        target=guard.call, args=('mail', 'a', SOON, lambda: (inside.set(), gate.wait())), daemon=True
    )
    slow.start()
    assert inside.wait(SOON)
    with pytest.raises(Hangs, match='mail is busy for 0.01 s'):
        guard.call('mail', 'b', 0.01, lambda: second.append(1))
    gate.set()
    guard.call('mail', 'b', SOON, lambda: second.append(2))
    assert second == [2]

"""Which rounds of the host's schedules are accounted for."""

from datetime import datetime, timedelta, timezone

from scan_notify_plugin.runs import rounds
from scan_notify_plugin.runs.rounds import Lost, Rounds

NOW = datetime(2030, 5, 17, 12, tzinfo=timezone.utc)


def seen(numbers, missing=(), gone=()):
    return Rounds(dict(numbers), dict(missing), dict(gone), NOW - timedelta(days=9))


def test_a_round_without_a_run_is_told_after_a_grace_time_and_once():
    before = seen({'a': 3})
    after, lost = rounds.account(before, {'a': 5}, {}, NOW)
    assert lost == [] and after.missing == {'a': NOW} and after.numbers == {'a': 3}
    again, lost = rounds.account(after, {'a': 5}, {}, NOW + rounds.ROUND_GRACE)
    assert lost == [Lost('a', 3, 5)] and again.missing == {} and again.numbers == {'a': 5}
    assert rounds.account(again, {'a': 5}, {}, NOW + rounds.LONG_OFF) == (again, [])


def test_a_round_with_a_run_is_accounted_for():
    after, lost = rounds.account(seen({'a': 3}, {'a': NOW}), {'a': 4}, {'a': 4}, NOW)
    assert (after.numbers, after.missing, lost) == ({'a': 4}, {}, [])


def test_a_schedule_that_comes_with_many_rounds_is_taken_as_it_is():
    after, lost = rounds.account(seen({}), {'new': 0, 'first': 1, 'restored': 7}, {}, NOW)
    assert after.numbers == {'new': 0, 'first': 0, 'restored': 7} and set(after.missing) == {'first'}


def test_a_schedule_that_was_deleted_is_forgotten_after_a_while():
    after, _ = rounds.account(seen({'a': 3, 'b': 1}), {'b': 1}, {}, NOW)
    assert after.numbers == {'a': 3, 'b': 1} and after.gone == {'a': NOW}
    after, _ = rounds.account(after, {'b': 1}, {}, NOW + rounds.GONE + timedelta(seconds=1))
    assert after.numbers == {'b': 1} and after.gone == {}


def test_a_schedule_that_is_back_is_not_gone():
    after, _ = rounds.account(seen({'a': 3}, gone={'a': NOW}), {'a': 3}, {}, NOW)
    assert after.gone == {} and after.numbers == {'a': 3}


def test_what_is_too_old_or_not_there_is_a_first_look():
    document = {'numbers': {'a': 3}, 'missing': {}, 'at': NOW - rounds.LONG_OFF}
    assert rounds.stored(document, NOW).numbers == {'a': 3}
    assert rounds.stored(dict(document, at=NOW - rounds.LONG_OFF - timedelta(seconds=1)), NOW) is None
    assert rounds.stored(None, NOW) is None
    assert rounds.first_look({'a': 9}, NOW) == Rounds({'a': 9}, {}, {}, NOW)


def test_a_time_in_the_future_is_another_clocks_and_is_not_waited_for():
    document = {'numbers': {'a': 3}, 'missing': {'a': NOW + timedelta(hours=8)}, 'at': NOW + timedelta(hours=8)}
    before = rounds.stored(document, NOW)
    assert before.missing == {'a': NOW}
    _, lost = rounds.account(before, {'a': 4}, {}, NOW + rounds.ROUND_GRACE)
    assert lost == [Lost('a', 3, 4)]

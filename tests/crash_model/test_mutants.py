"""With one rule broken on purpose, some play of a small set goes wrong, and in the expected words."""

from datetime import timedelta
from typing import Any, Callable, Iterator, List, Tuple

import pytest

from scan_notify_plugin import mongo
from scan_notify_plugin.jobs import lanes
from scan_notify_plugin.jobs import rules as job_rules
from scan_notify_plugin.jobs import store as job_store
from scan_notify_plugin.runs import rules as run_rules
from scan_notify_plugin.runs import store as run_store
from scan_notify_plugin.worker import send, tick
from tests.crash_model.plays import (
    KEYED, KEYLESS, Faults, Report, every_cut, every_death, every_nap, every_sleep,
)
from tests.crash_model.world import Scenario, World

OUTAGE = ('accepted, then cut',) + ('unreachable',) * 8
SCENARIOS = [
    KEYLESS,
    KEYED,
    KEYED._replace(answers=OUTAGE),
    KEYLESS._replace(answers=('unreachable',) * 60, fallback=True),
]


def small_set() -> Iterator[Tuple[Scenario, Faults]]:
    """Plays that are in the other tests, too, where they pass."""
    for scenario in SCENARIOS:
        yield scenario, {}
    for scenario in SCENARIOS[:2]:
        world = World(scenario, {}).run()
        for kind in (every_death, every_nap, every_sleep, every_cut):
            for faults in kind(world):
                yield scenario, faults


def repeats_whatever_happened(patch: Any) -> None:
    patch(job_rules, '_may_repeat', lambda part, now, policy: True)


def trusts_a_key_for_ever(patch: Any) -> None:
    patch(job_rules, 'KEY_TRUST', timedelta(days=999))


def changes_what_others_changed(patch: Any) -> None:
    def change(collection: Any, document: Any, fields: Any) -> Any:
        update = {'$set': fields, '$inc': {'rev': 1}}
        return collection.find_one_and_update({'_id': document['_id']}, update, return_document=True)

    for module in (mongo, job_store, run_store):
        patch(module, 'change', change)


def posts_without_a_mark(patch: Any) -> None:
    patch(job_rules, 'posting', lambda job, index, attempt, now: {'starts': job['starts'] + 1})


def drops_the_receipt_of_a_lost_lease(patch: Any) -> None:
    settled = job_rules.settled

    def strict(job: Any, index: int, key: str, attempt: Any, outcome: Any, now: Any, policy: Any) -> Any:
        waiting = index < len(job['parts']) and job['parts'][index]['attempt'] == attempt
        if waiting and job['state'] == 'pending':
            return settled(job, index, key, attempt, outcome, now, policy)
        return {}

    patch(job_rules, 'settled', strict)


def folds_no_late_receipt(patch: Any) -> None:
    patch(run_store.RunStore, 'doubted', lambda self, since: [])


def forgets_the_plan(patch: Any) -> None:
    add = tick.Tick._add
    patch(tick.Tick, '_add', lambda self, run, plans, changes: add(self, run, [], changes))


def inserts_a_job_under_a_new_id(patch: Any) -> None:
    numbers = iter(range(10 ** 9))
    new_job = job_rules.new_job
    patch(job_rules, 'new_job', lambda *args: dict(new_job(*args), _id='job {}'.format(next(numbers))))


def sends_all_pages_under_one_key(patch: Any) -> None:
    patch(send, '_key', lambda job, index: job['_id'])


def never_ends_a_lease(patch: Any) -> None:
    patch(lanes, 'LEASE', timedelta(days=999))


def waits_for_a_dead_scheduler(patch: Any) -> None:
    patch(run_rules, 'lost_fires', lambda run, now: [])


def looks_for_no_tasks_of_a_dead_scheduler(patch: Any) -> None:
    patch(run_rules, 'made_by_fire', lambda mark, next_marks, task_ids: [])


def tells_no_round_that_was_not_recorded(patch: Any) -> None:
    patch(run_store.RunStore, 'insert_unrecorded', lambda self, run_id, run, end: None)


def gives_up_without_the_fallback(patch: Any) -> None:
    patch(job_rules, 'next_target', lambda job, now, policy, words: {})


MUTANTS = [
    (repeats_whatever_happened, 'was shown 2 times'),
    (trusts_a_key_for_ever, 'was shown 2 times'),
    (changes_what_others_changed, 'was shown 2 times'),
    (posts_without_a_mark, 'was shown 2 times'),
    (drops_the_receipt_of_a_lost_lease, 'uncertain without need'),
    (folds_no_late_receipt, 'push_status is uncertain'),
    (forgets_the_plan, 'the jobs are []'),
    (inserts_a_job_under_a_new_id, 'the jobs are '),
    (sends_all_pages_under_one_key, 'people saw [True, False]'),
    (never_ends_a_lease, 'stuck'),
    (waits_for_a_dead_scheduler, 'stuck'),
    (looks_for_no_tasks_of_a_dead_scheduler, 'scan tasks of the fire are not in its run'),
    (tells_no_round_that_was_not_recorded, '0 runs of one fire'),
    (gives_up_without_the_fallback, 'stuck'),
]  # type: List[Tuple[Callable[[Any], None], str]]


@pytest.mark.parametrize('break_it, words', MUTANTS, ids=lambda value: getattr(value, '__name__', ''))
def test_a_broken_rule_is_seen(monkeypatch, break_it, words):
    break_it(monkeypatch.setattr)
    report = Report()
    for scenario, faults in small_set():
        report.play(scenario, faults)
        if any(words in failure for failure in report.failures):
            return
    pytest.fail('nobody noticed in {} plays; they say {}'.format(report.plays, report.failures[:5]))


def test_a_lane_is_for_order_only(monkeypatch):
    """Two that work in one lane repeat nothing: that is ``rev``'s part."""
    hold = lanes.LaneStore.hold
    monkeypatch.setattr(lanes.LaneStore, 'hold', lambda store, lease, *args: hold(store, lease, *args) or lease)
    report = Report()
    report.play_all(KEYLESS, every_nap, every_sleep)
    report.check(least=200)

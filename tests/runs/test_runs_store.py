"""The run collection: what is opened, joined, closed, found and forgotten."""

from datetime import datetime, timedelta, timezone

import mongomock
import pytest
from bson import ObjectId

from scan_notify_plugin.runs import rules
from scan_notify_plugin.runs.run import VERSION, JobStatus, Started, Status
from scan_notify_plugin.runs.store import RunStore
from tests.runs import unsettled

START = datetime(2030, 5, 17, 12, tzinfo=timezone.utc)
RUN_ID = '64f0:7'


def at(seconds):
    return START + timedelta(seconds=seconds)


@pytest.fixture
def runs():
    return mongomock.MongoClient(tz_aware=True)['arl']['task_schedule_run']


@pytest.fixture
def store(runs):
    store = RunStore(runs)
    store.ensure_indexes()
    return store


def opened(store, seconds=0, schedule='64f0', number=7):
    """(the id it got, its mark)"""
    mark = ObjectId()
    run = rules.new_run(schedule, 'nightly', 'recurrent_scan', number, at(seconds))
    return store.open('{}:{}'.format(schedule, number), run, mark, at(seconds)), mark


def changed(store, run_id=RUN_ID, **fields):
    run = store.get(run_id)
    return store.change(run, run.evolve(**fields))


def test_an_opened_run_has_every_field_that_the_tick_will_read(store):
    run_id, mark = opened(store)
    assert run_id == RUN_ID
    run = store.get(RUN_ID)
    expected = rules.new_run('64f0', 'nightly', 'recurrent_scan', 7, START, RUN_ID)
    assert run == expected.evolve(fires=(Started(mark, START),))
    assert rules.verdict(run) is None


def test_a_run_that_does_not_exist_is_none(store):
    assert store.get('64f0:8') is None


def test_two_schedulers_that_fire_the_same_round_are_one_run(store):
    first, mark = opened(store)
    second, other = opened(store, 179)
    assert (first, second) == (RUN_ID, RUN_ID)
    run = store.get(RUN_ID)
    assert [fire.mark for fire in run.fires] == [mark, other]
    assert run.fired_at == START
    assert run.rev == 2


def test_three_minutes_later_the_same_number_is_another_fire(store):
    opened(store)
    run_id, mark = opened(store, 181)
    assert run_id == '{}:{}'.format(RUN_ID, mark)
    assert len(store.get(RUN_ID).fires) == 1
    assert store.get(run_id).fired_at == at(181)


def test_a_round_that_is_over_is_not_joined(store):
    opened(store)
    changed(store, status=Status.FINISHED)
    run_id, mark = opened(store, 60)
    assert run_id == '{}:{}'.format(RUN_ID, mark)
    assert store.get(RUN_ID).status is Status.FINISHED


def test_an_unrecorded_run_that_had_one_after_all_stays_as_it_is(store):
    _, mark = opened(store)
    end = rules.submission_end(None, at(60), 'unrecorded', detail='7')
    store.insert(rules.new_run('64f0', 'x', 'y', 7, at(60), RUN_ID).evolve(submitted=(end,)))
    assert store.get(RUN_ID).schedule_name == 'nightly'


def test_a_run_that_nobody_recorded_ends_at_the_next_look(store):
    end = rules.submission_end(None, START, 'unrecorded', detail='7')
    store.insert(rules.new_run('64f0', 'x', 'y', 7, START, RUN_ID).evolve(submitted=(end,)))
    run = store.get(RUN_ID)
    assert rules.verdict(run) == rules.Verdict(Status.ERROR, run.submitted[0].faults)
    assert [one.id for one in unsettled(store)] == [RUN_ID]


def test_closing_adds_each_task_once_and_the_end_of_the_submission(store):
    _, mark = opened(store)
    _, other = opened(store, 1)
    store.close(RUN_ID, ['a', 'b'], rules.submission_end(mark, at(5)))
    store.close(RUN_ID, ['b', 'c'], rules.submission_end(other, at(6), 'failed', 2, 'half way'))
    run = store.get(RUN_ID)
    assert run.task_ids == ('a', 'b', 'c')
    assert [(end.mark, end.error) for end in run.submitted] == [
        (mark, ''),
        (other, 'submission failed after 2 scan tasks: half way'),
    ]
    assert run.rev == 4
    assert rules.open_fires(run) == []


def test_a_change_of_a_run_that_was_changed_meanwhile_is_refused(store):
    _, mark = opened(store)
    stale = store.get(RUN_ID)
    store.close(RUN_ID, ['a'], rules.submission_end(mark, at(5)))
    assert store.change(stale, stale.evolve(status=Status.FINISHED)) is None
    fresh = changed(store, status=Status.FINISHED)
    assert (fresh.status, fresh.task_ids, fresh.rev) == (Status.FINISHED, ('a',), 3)


def test_a_change_is_decided_again_until_it_holds(store):
    _, mark = opened(store)
    decided = []

    def decide(run):
        if not decided:
            store.close(RUN_ID, ['a'], rules.submission_end(mark, at(5)))  # somebody else, just now
        decided.append(list(run.task_ids))
        return run.evolve(error_msg='{} tasks'.format(len(run.task_ids)))

    assert store.change_until_done(RUN_ID, decide).error_msg == '1 tasks'
    assert decided == [[], ['a']]


def test_a_change_of_nothing_and_of_a_run_that_is_gone_is_none(store):
    opened(store)
    assert store.change_until_done(RUN_ID, lambda run: run) is None
    assert store.change_until_done(RUN_ID, lambda run: None) is None
    assert store.get(RUN_ID).rev == 1
    assert store.change_until_done('64f0:8', lambda run: run.evolve(told=True)) is None


def test_unsettled_are_those_whose_messages_are_not_through(store):
    for number, push_status in (
        (1, JobStatus.PENDING),
        (2, JobStatus.SUCCESS),
        (3, JobStatus.SKIP),
        (4, JobStatus.PENDING),
        (5, JobStatus.UNCERTAIN),
    ):
        opened(store, number=number)
        changed(store, '64f0:{}'.format(number), push_status=push_status)
    assert [run.run_number for run in unsettled(store)] == [1, 4]


def test_a_run_written_by_a_newer_release_is_left_to_it(store):
    opened(store)
    store._runs.update_one({'_id': RUN_ID}, {'$set': {'v': VERSION + 1}})
    assert unsettled(store) == []


def test_doubted_are_runs_told_with_a_doubt_or_an_error_since_a_time(store):
    for number, fields in (
        (1, {'push_status': JobStatus.UNCERTAIN, 'end_time': at(60)}),
        (2, {'push_status': JobStatus.ERROR, 'end_time': at(60)}),
        (3, {'push_status': JobStatus.SUCCESS, 'end_time': at(60)}),
        (4, {'push_status': JobStatus.UNCERTAIN, 'end_time': at(10)}),
    ):
        opened(store, number=number)
        changed(store, '64f0:{}'.format(number), **fields)
    assert [run.run_number for run in store.doubted(at(30))] == [1, 2]


def test_watched_are_closed_runs_until_their_time(store):
    for number, fields in (
        (1, {'status': Status.ERROR, 'watch_until': at(60)}),
        (2, {'status': Status.ERROR, 'watch_until': at(10)}),
        (3, {'status': Status.RUNNING, 'watch_until': at(60)}),
        (4, {'status': Status.ERROR}),
    ):
        opened(store, number=number)
        changed(store, '64f0:{}'.format(number), **fields)
    assert [run.run_number for run in store.watched(at(30))] == [1]


def test_the_newest_number_is_told_for_each_schedule(store):
    for schedule, number in (('64f0', 3), ('64f0', 11), ('64f0', 7), ('64f1', 2)):
        opened(store, schedule=schedule, number=number)
    assert [store.newest_number(one) for one in ('64f0', '64f1', '64f2')] == [11, 2, 0]
    assert store.recorded(['64f0:7', '64f0:8']) == ['64f0:7']


def test_recent_runs_come_newest_first(store):
    for number in (1, 2, 3):
        opened(store, number * 1000, number=number)
    opened(store, 2500, schedule='64f1', number=9)
    assert [run.run_number for run in store.recent(2)] == [3, 9]
    assert [run.run_number for run in store.recent(9, '64f0')] == [3, 2, 1]


def test_old_settled_runs_are_forgotten_and_others_kept(store):
    for number, fields in (
        (1, {'end_time': at(0), 'push_status': JobStatus.SUCCESS}),
        (2, {'end_time': at(0), 'push_status': JobStatus.PENDING}),
        (3, {'end_time': at(80), 'push_status': JobStatus.SUCCESS}),
        (4, {'push_status': JobStatus.PENDING}),
    ):
        opened(store, number=number)
        changed(store, '64f0:{}'.format(number), **fields)
    assert store.forget(at(100), timedelta(seconds=50)) == ['64f0:1']
    assert sorted(run.run_number for run in store.recent(9)) == [2, 3, 4]
    assert store.forget(at(100), timedelta(seconds=50)) == []

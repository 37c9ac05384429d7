"""What is kept of runs and schedules goes with them; reports of a round say what was new then."""

from datetime import timedelta

from bson import ObjectId

from scan_notify_plugin.results.store import POINTERS, PREFIX, RESULTS
from scan_notify_plugin.worker.reporting import results_of
from tests.loop import Loop, told


def collected(loop, **schedule):
    """A run of which it is known what it has found."""
    run_id = loop.finished_run(**schedule)
    loop.run_through(2)
    assert loop.run(run_id)['results']['state'] == 'success'
    return run_id


def kept(loop):
    return [loop.db[name].count_documents({}) for name in (POINTERS, RESULTS)]


def test_what_is_kept_goes_with_its_run_and_with_its_schedule(robot, server):
    loop = Loop(told(robot, server.base_url, HISTORY_DAYS=10))
    run_id = collected(loop)
    assert kept(loop) == [1, 1] and loop.db[PREFIX + '.files'].count_documents({}) > 0
    loop.clock.move(days=11)
    loop.run_through(4, 700)
    assert loop.run(run_id) is None and kept(loop) == [1, 0], 'the schedule is still there'
    loop.db['task_schedule'].delete_many({})
    loop.run_through(4, 700)
    assert kept(loop) == [0, 0]


def test_a_deleted_schedule_is_remembered_for_a_while(robot, server):
    loop = Loop(told(robot, server.base_url, HISTORY_DAYS=10))
    collected(loop)
    loop.db['task_schedule'].delete_many({})
    loop.clock.move(days=9)
    loop.run_through(4, 700)
    assert kept(loop)[0] == 1


def test_a_report_shows_the_round_as_it_was(robot, server):
    loop = Loop(told(robot, server.base_url))
    run_id, task_ids = loop.fire(loop.schedule())
    loop.db['site'].insert_one(
        {'_id': ObjectId(), 'task_id': task_ids[0], 'site': 'http://a.example.com', 'title': 't'}
    )
    loop.tick()
    loop.status(task_ids, 'done')
    loop.settle()
    run = loop.context.runs.get(run_id)
    assert run.results.totals['site'] == 1
    for _ in range(2):
        with results_of(loop.context, run, lambda rows: None) as results:
            names = [table.name for table in results.tables()]
            states = [column.role for table in results.tables() if table.name == 'site' for column in table.columns]
        assert names[0] == 'changes' and 'state' in states
        loop.db[POINTERS].delete_many({})  # what the next round is compared with says nothing of this one
    with results_of(loop.context, run.evolve(results=None), lambda rows: None) as results:
        assert 'changes' not in [table.name for table in results.tables()]
    assert timedelta(0) <= run.results.at - run.end_time

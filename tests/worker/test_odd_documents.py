"""One odd document is one odd document: it is named, counted and left alone, and the others go on."""

import copy
import random
from datetime import datetime, timezone

import pytest
from bson import ObjectId

from scan_notify_plugin.admin.audit import Audit
from scan_notify_plugin.admin.desk import Desk
from scan_notify_plugin.admin.runs import Runs
from scan_notify_plugin.doors import MARK
from scan_notify_plugin.jobs.job import VERSION as JOB_VERSION
from scan_notify_plugin.reports.report import Download
from scan_notify_plugin.runs.run import VERSION
from scan_notify_plugin.testing.dingtalk_robot import DingTalkRobotServer
from tests.loop import RUNS, Loop, told
from tests.reports.shelf import report_of

NESTED = {'a': [{'b': [1, {'c': None}]}]}
#: What can be in any field of any document.
ODD = (None, 'x' * 100000, '', 0, -1, 1 << 62, 1.5, float('nan'), float('inf'), True, [], [None], [NESTED], {}, NESTED,
       datetime(1, 1, 1, tzinfo=timezone.utc), ObjectId(), b'\xff')  # fmt: skip
GONE = object()


@pytest.fixture(scope='module')
def server():
    with DingTalkRobotServer(hold_seconds=0.2) as running:
        yield running


@pytest.fixture
def robot(server):
    return server.add_robot(secret='SECodd0123456789')


@pytest.fixture
def loop(robot, server):
    return Loop(told(robot, server.base_url))


def spoilt(document, path, value):
    """A copy with another value, or none, at a path of names and numbers."""
    document = copy.deepcopy(document)
    holder = document
    for name in path[:-1]:
        holder = holder[name]
    if value is GONE:
        del holder[path[-1]]
    else:
        holder[path[-1]] = value
    return document


def paths(value, path=()):
    """Every place in a document but its id."""
    names = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for name in names:
        if path or name != '_id':
            yield path + (name,)
            yield from paths(value[name], path + (name,))


def put(loop, collection, document):
    loop.db[collection].delete_one({'_id': document['_id']})
    loop.db[collection].insert_one(document)


def everybody_looks(loop):
    """Pages and commands, too."""
    desk = Desk(loop.db, RUNS, loop.settings, loop.clock)
    runs = Runs(desk)
    for one in runs.listing()['items']:
        runs.detail(one['id'])
    runs.overview(7)
    desk.jobs.open(), desk.jobs.recent_attempts(100), desk.reports.page(None, 0, 50), desk.reports.with_file()
    Audit(loop.db, loop.clock).listing()


def goes_on(loop, robot, rounds=5, seconds=5):
    """A healthy run beside it is told."""
    before = len(robot.messages)
    run_id = loop.finished_run(name='healthy')
    loop.run_through(rounds, seconds)
    assert [message for message in robot.messages[before:] if 'healthy' in message.text]
    assert loop.run(run_id)['push_status'] == 'success'
    everybody_looks(loop)


FIELDS = [
    'plan_errors',
    'tasks',
    'fired_at',
    'told',
    'schedule_name',
    'v',
    'rev',
    'push_status',
    'status',
    'task_ids',
    'plan',
]


@pytest.mark.parametrize('field', FIELDS)
def test_a_run_that_lacks_a_field_is_set_aside_and_named(loop, robot, field, caplog):
    run_id, _ = loop.fire(loop.schedule())
    loop.tick()
    put(loop, RUNS, spoilt(loop.db[RUNS].find_one({'_id': run_id}), [field], GONE))
    loop.tick(3, 61)
    goes_on(loop, robot)
    loop.tick(20, 61)
    lines = [record.message for record in caplog.records if 'is set aside, the others go on' in record.message]
    assert len([line for line in lines if line.startswith('run {} '.format(run_id)) and field in line]) == 1
    document = loop.db[RUNS].find_one({'_id': run_id})
    assert field in document[MARK]['why'] and len(document) > 10  # nothing of it was removed
    assert loop.context.counts._numbers['set_aside|run'] == 1


@pytest.mark.parametrize(
    'field', ['parts', 'give_up_at', 'attempts', 'route', 'waits', 'lane', 'due_at', 'run_ids', 'v', 'state']
)
def test_a_job_that_lacks_a_field_keeps_nobody_waiting_and_its_run_says_so(loop, robot, field, caplog):
    run_id = loop.finished_run()
    loop.tick()
    (job,) = loop.db['scan_notify_job'].find({'kind': 'notify'})
    put(loop, 'scan_notify_job', spoilt(job, [field], GONE))
    goes_on(loop, robot)
    loop.run_through(20, 61)
    assert [record for record in caplog.records if record.message.startswith('job {} is set aside'.format(job['_id']))]
    assert loop.run(run_id)['push_status'] == 'error'
    assert [message.text for message in robot.messages if 'nightly' in message.text] == []


def test_what_was_mended_goes_on(loop, robot):
    run_id = loop.finished_run()
    loop.tick()
    (job,) = loop.db['scan_notify_job'].find({'kind': 'notify'})
    put(loop, 'scan_notify_job', spoilt(job, ['parts'], GONE))
    loop.run_through(3)
    loop.db['scan_notify_job'].update_one({'_id': job['_id']}, {'$set': {'parts': []}, '$unset': {MARK: 1}})
    loop.db[RUNS].update_one({'_id': run_id}, {'$set': {'push_status': 'pending'}})
    loop.run_through(3)
    assert loop.run(run_id)['push_status'] == 'success' and len(robot.messages) == 1


@pytest.mark.parametrize('fields', [{}, {'plan': 'in a new form'}], ids=['in our form', 'in a new form'])
def test_a_run_of_a_newer_release_is_left_to_it(loop, robot, fields):
    run_id = loop.finished_run()
    document = dict(loop.db[RUNS].find_one({'_id': run_id}), v=VERSION + 1, **fields)
    put(loop, RUNS, document)
    goes_on(loop, robot)
    assert loop.db[RUNS].find_one({'_id': run_id}) == document


@pytest.mark.parametrize('fields', [{}, {'parts': 'in a new form'}], ids=['in our form', 'in a new form'])
def test_a_job_of_a_newer_release_is_left_to_it(loop, robot, fields):
    run_id = loop.finished_run()
    loop.tick()
    jobs = loop.db['scan_notify_job']
    document = dict(jobs.find_one({'run_ids': run_id, 'kind': 'notify'}), v=JOB_VERSION + 1, **fields)
    put(loop, 'scan_notify_job', document)
    goes_on(loop, robot)
    assert list(jobs.find({'run_ids': run_id, 'kind': 'notify'})) == [document] and len(robot.messages) == 1


def places(loop, robot):
    """A document of each kind, with all places in it that can be spoilt: [(collection, document, path)]."""
    run_id = loop.finished_run()
    loop.run_through(2)
    open_id, _ = loop.fire(loop.schedule())
    loop.tick()
    loop.context.audit.note('cli:root', 'set', 'settings', {'a': 1})
    loop.context.counts.add('runs_closed', 'finished')
    loop.context.counts.flush(__import__('scan_notify_plugin.settings.counters', fromlist=['x']).CounterStore(loop.db))
    loop.context.stored.worker_alive('w', {'targets': ['ops'], 'plugins': [], 'version': '1'})
    loop.context.stored.set_schedule('s', {'notify_enable': True}, 'cli:root')
    for _ in range(2):
        loop.context.reports.insert(
            report_of(now=loop.clock.now(), run_id=run_id, download_log=(Download(loop.clock.now(), 'x'),))
        )
    found = []
    for collection in (
        RUNS,
        'scan_notify_job',
        'scan_notify_report',
        'scan_notify_lane',
        'scan_notify_setting',
        'scan_notify_audit',
        'scan_notify_metric',
        'task',
        'task_schedule',
    ):
        for document in loop.db[collection].find({}):
            if document['_id'] != 'layout':
                found += [(collection, document, path) for path in paths(document)]
    assert {run_id, open_id} <= {document['_id'] for _, document, _ in found}
    return found


@pytest.mark.parametrize('seed', range(40))
def test_any_odd_value_anywhere_is_one_odd_document(seed, robot, server, tmp_path):
    chance, loop = random.Random(seed), Loop(told(robot, server.base_url), folder=tmp_path)
    options = places(loop, robot)
    for collection, document, path in chance.sample(options, 6):
        put(loop, collection, spoilt(document, list(path), chance.choice(ODD + (GONE,))))
    for _ in range(3):
        loop.tick(1, 61)
        loop.work()
    goes_on(loop, robot, 8, 10)  # a lane that cannot be had is watched for as long as a lease


def test_a_document_that_would_be_too_large_is_set_aside(loop, robot, monkeypatch):
    from pymongo.errors import DocumentTooLarge, WriteError

    for error in (DocumentTooLarge('BSON document too large'), WriteError('larger than 16777216', 17419)):
        run_id, task_ids = loop.fire(loop.schedule())
        with monkeypatch.context() as patch:
            real = type(loop.context.runs._door._collection).__getattr__
            collection = loop.context.runs._door._collection

            class Full:
                def __getattr__(self, name):
                    def call(query, *args, **kwargs):
                        if name == 'find_one_and_update' and query['_id'] == run_id:
                            raise error
                        return real(collection, name)(query, *args, **kwargs)

                    return call

            patch.setattr(loop.context.runs._door, '_collection', Full())
            loop.tick(2)
        assert 'larger' in loop.db[RUNS].find_one({'_id': run_id})[MARK]['why'] or error.__class__ is DocumentTooLarge
    goes_on(loop, robot)

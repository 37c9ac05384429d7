"""What is recorded of a fire, on every flavour of the host's double, and that the host does not notice."""

import contextlib
import os
import socket
import subprocess
import sys
import threading
import time
from datetime import timedelta

import mongomock
import pytest
from bson import ObjectId
from mongomock.gridfs import enable_gridfs_integration
from pymongo.errors import AutoReconnect

from scan_notify_plugin import autoload, cli, mongo, recorder
from scan_notify_plugin.api import schedule_fire
from scan_notify_plugin.cli import site_file
from scan_notify_plugin.clock import Clock
from scan_notify_plugin.faults import join
from scan_notify_plugin.host import config, imports
from scan_notify_plugin.jobs.collects import PREFIX as COLLECTS
from scan_notify_plugin.plugins.loading import load as load_plugins
from scan_notify_plugin.records import read_record
from scan_notify_plugin.runs.run import Run
from scan_notify_plugin.runs.store import RunStore
from scan_notify_plugin.settings.section import parse_settings
from scan_notify_plugin.settings.store import SettingsStore
from scan_notify_plugin.worker.collect import CollectLane
from scan_notify_plugin.worker.context import Context
from scan_notify_plugin.worker.tick import Tick
from tests.host_double import FLAVOURS, add_schedule, load, make_host, work

RUNNABLE = [flavour for flavour in FLAVOURS if flavour != 'new']
TARGET = '10.0.0.2 10.0.0.1  b.example.com a.example.com'  # one scan task for the addresses, one for each domain
ROBOT = {'ACCESS_TOKEN': 'a' * 64}
ON = {'SCAN_NOTIFY': {'ENABLE': True, 'DEFAULTS': {'NOTIFY_ENABLE': True}}, 'DINGDING': ROBOT}


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    """A process that nothing of ours has entered yet."""
    monkeypatch.setattr(autoload, '_listening', [])
    monkeypatch.setattr(autoload, '_own', {})
    monkeypatch.setattr(imports, '_finder', imports._Finder())
    monkeypatch.setattr(sys, 'meta_path', list(sys.meta_path))
    monkeypatch.delenv(config.ENVIRONMENT, raising=False)


@pytest.fixture
def db():
    enable_gridfs_integration()  # what runs have found is kept in files
    return mongomock.MongoClient(tz_aware=True)['arl']


@pytest.fixture
def connects(db, monkeypatch):
    """The connections that recorders made; they get the host's database."""
    result = []
    monkeypatch.setattr(recorder, 'connect', lambda uri, *args: result.append(uri) or db.client)
    return result


@pytest.fixture
def host(tmp_path, db, connects):
    """host(flavour) is that host's `app`, entered by us as its processes are; its database is `db`."""
    with contextlib.ExitStack() as stack:

        def start(flavour='top', sections=ON):
            folder = make_host(tmp_path / flavour, 'mongodb://nowhere', 'arl', 'memory://', sections, flavour)
            autoload.listen()
            return stack.enter_context(load(folder, db.client))

        yield start


def runs(db, flavour='top'):
    return list(db['scan_notify_run' if flavour == 'wps' else 'task_schedule_run'].find())


def submission_error(run):
    """What its first submission says went wrong, in English."""
    return join(read_record(Run, run).submitted[0].faults)


def tasks(db):
    return [str(task['_id']) for task in db['task'].find()]


def warnings(caplog):
    return [record.getMessage() for record in caplog.records if record.name == 'scan_notify' and record.levelno > 20]


def refuse(monkeypatch, app, target):
    """The broker takes every scan task but that of `target`."""
    delay, error = app.celerytask.arl_task.delay, OSError('broker is down')

    def broker(**kwargs):
        if kwargs['options']['data']['target'] == target:
            raise error
        return delay(**kwargs)

    monkeypatch.setattr(app.celerytask.arl_task, 'delay', broker)
    return error


# the fire


@pytest.mark.parametrize('flavour', RUNNABLE)
@pytest.mark.parametrize('kind', ['recurrent_scan', 'future_scan'])
def test_a_fire_is_one_run_with_the_ids_of_its_scan_tasks(host, db, flavour, kind):
    app, _id = host(flavour), add_schedule(db, target=TARGET, schedule_type=kind, name='每晚')
    for _ in range(2):
        app.helpers.task_schedule.task_scheduler()
    (run,) = runs(db, flavour)
    assert run['_id'] == '{}:1'.format(_id) and run['task_ids'] == tasks(db) and len(tasks(db)) == 3
    assert (run['schedule_name'], run['schedule_type'], run['run_number']) == ('每晚', kind, 1)
    assert (run['status'], run['error_msg'], run['host_push']) == ('running', '', 'left' if flavour == 'wps' else '')
    (fire,), (end,) = run['fires'], run['submitted']
    assert fire['mark'] == end['mark'] and submission_error(run) == ''


@pytest.mark.parametrize('flavour', RUNNABLE)
def test_the_next_fire_is_the_next_run(host, db, flavour):
    app, _id = host(flavour), add_schedule(db, target=TARGET)
    for number in (1, 2):
        app.helpers.task_schedule.task_scheduler()
        db['task_schedule'].update_one({'_id': _id}, {'$set': {'last_run_time': 0}})
    assert [run['_id'] for run in runs(db, flavour)] == ['{}:1'.format(_id), '{}:2'.format(_id)]
    assert [task_id for run in runs(db, flavour) for task_id in run['task_ids']] == tasks(db)


def test_a_risk_cruising_is_a_run_of_one_scan_task(host, db):
    app = host()
    add_schedule(db, task_tag='risk_cruising', target=TARGET)
    app.helpers.task_schedule.task_scheduler()
    (run,) = runs(db)
    assert run['task_ids'] == tasks(db) and len(tasks(db)) == 1


@pytest.mark.parametrize('flavour', RUNNABLE)
def test_what_goes_in_and_comes_out_is_untouched(host, db, flavour, monkeypatch):
    app, item, seen = host(flavour), db['task_schedule'].find_one({'_id': add_schedule(db)}), []
    result = [{'task_id': str(ObjectId())}]
    monkeypatch.setattr(app.helpers.task, 'submit_task_task', lambda **kwargs: seen.append(kwargs) or result)
    before, submit = dict(item), app.helpers.task_schedule.submit_task_schedule
    for function in (submit.__wrapped__, submit):
        assert function(item) is (result if flavour == 'wps' else None)
    assert seen[0] == seen[1] and item == before
    data = app.helpers.task.build_task_data('n', 'a.example.com', 'domain', 'task', {})
    assert app.helpers.task.submit_task(data) is data
    with pytest.raises(TypeError):
        app.helpers.task_schedule.submit_task_schedule()


@pytest.mark.parametrize('flavour', RUNNABLE)
def test_the_wrapped_functions_look_like_the_hosts(host, flavour):
    app = host(flavour)
    for module, name in ((app.helpers.task_schedule, 'submit_task_schedule'), (app.helpers.task, 'submit_task')):
        function = getattr(module, name)
        assert (function.__name__, function.__module__) == (name, module.__name__)
        assert function.__wrapped__.__code__.co_filename == module.__file__
        assert type(module.__loader__).__name__ == 'SourceFileLoader' and module.__spec__.loader is module.__loader__


@pytest.mark.parametrize('flavour', RUNNABLE)
def test_a_submission_that_dies_half_way_keeps_the_tasks_it_made_and_says_why(host, db, flavour, monkeypatch):
    app, item = host(flavour), db['task_schedule'].find_one({'_id': add_schedule(db, target=TARGET)})
    error = refuse(monkeypatch, app, 'b.example.com')
    with pytest.raises(OSError) as raised:
        app.helpers.task_schedule.run_recurrent_scan(item)
    assert raised.value is error
    (run,) = runs(db, flavour)
    assert run['task_ids'] == tasks(db) and len(tasks(db)) == 2
    assert submission_error(run) == 'submission failed after 2 scan tasks: OSError: broker is down'


@pytest.mark.parametrize('flavour', RUNNABLE)
def test_a_fire_without_its_policy_is_a_run_that_says_so(host, db, flavour):
    app, _id = host(flavour), add_schedule(db, policy_id=str(ObjectId()))
    app.helpers.task_schedule.task_scheduler()
    (run,) = runs(db, flavour)
    assert run['task_ids'] == []
    assert 'after 0 scan tasks: Exception: not found policy_id' in submission_error(run)
    assert db['task_schedule'].find_one({'_id': _id})['status'] == 'error'


def test_what_ends_the_host_is_recorded_and_goes_on(host, db, monkeypatch):
    app, item = host(), db['task_schedule'].find_one({'_id': add_schedule(db)})

    def end(**kwargs):
        raise SystemExit(3)

    monkeypatch.setattr(app.helpers.task, 'submit_task_task', end)
    with pytest.raises(SystemExit):
        app.helpers.task_schedule.submit_task_schedule(item)
    assert submission_error(runs(db)[0]) == 'submission failed after 0 scan tasks: SystemExit: 3'


@pytest.mark.parametrize('flavour', RUNNABLE)
def test_scan_tasks_that_no_schedule_submits_are_not_ours(host, db, flavour, monkeypatch):
    app, item = host(flavour), db['task_schedule'].find_one({'_id': add_schedule(db, target='a.example.com')})

    def by_hand():
        app.helpers.task.submit_task_task(target='b.example.com', name='by hand', options={})

    by_hand()
    submit = app.helpers.task.submit_task_task

    def meanwhile(**kwargs):
        web = threading.Thread(target=by_hand)
        web.start()
        web.join()
        return submit(**kwargs)

    def at_the_same_time(**kwargs):
        return submit(**kwargs) if kwargs['name'] == 'by hand' else meanwhile(**kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(app.helpers.task, 'submit_task_task', at_the_same_time)
        app.helpers.task_schedule.submit_task_schedule(item)
    by_hand()
    ours = [str(task['_id']) for task in db['task'].find({'target': 'a.example.com'})]
    assert [run['task_ids'] for run in runs(db, flavour)] == [ours] and len(ours) == 1 and len(tasks(db)) == 4


def test_listening_twice_wraps_once(host, db):
    autoload.listen()
    app = host()
    assert not hasattr(app.helpers.task_schedule.submit_task_schedule.__wrapped__, '__wrapped__')
    assert not hasattr(app.helpers.task.submit_task.__wrapped__, '__wrapped__')


def test_modules_that_the_host_has_imported_before_are_wrapped_too(tmp_path, db, connects):
    folder = make_host(tmp_path, 'mongodb://nowhere', 'arl', 'memory://', ON)
    with load(folder, db.client) as app:
        autoload.listen()
        add_schedule(db, target='a.example.com')
        app.helpers.task_schedule.task_scheduler()
        assert runs(db)[0]['task_ids'] == tasks(db)


# off, wrong, broken


@pytest.mark.parametrize('flavour', RUNNABLE)
@pytest.mark.parametrize(
    'sections',
    [{}, {'SCAN_NOTIFY': None}, {'SCAN_NOTIFY': {'ENABLE': False, 'TYPO': 1}}, {'SCAN_NOTIFY': {'LANGUAGE': 'en'}}],
    ids=['absent', 'empty', 'off', 'unsaid'],
)
def test_while_it_is_off_nothing_is_wrapped_or_written(host, db, connects, caplog, flavour, sections):
    app = host(flavour, sections)
    add_schedule(db, target=TARGET)
    app.helpers.task_schedule.task_scheduler()
    for function in (
        app.helpers.task_schedule.submit_task_schedule,
        app.helpers.task.submit_task,
        getattr(app.helpers.task_schedule, 'create_task_schedule_run', len),
    ):
        assert not hasattr(function, '__wrapped__')
    assert len(tasks(db)) == 3 and connects == [] and warnings(caplog) == []
    own = {'task_schedule_run'} if flavour == 'wps' else set()
    assert set(db.list_collection_names()) == {'policy', 'task', 'task_schedule'} | own


@pytest.mark.parametrize('flavour', RUNNABLE)
@pytest.mark.parametrize('section, named', [
    ({'ENABLE': 'perhaps'}, 'SCAN_NOTIFY.ENABLE: expected true or false'),
    ({'ENABLE': True, 'TYPO': 1}, 'SCAN_NOTIFY.TYPO: unknown key'),
    ({'ENABLE': True, 'DEFAULTS': {'NOTIFY_ON': 'never'}}, 'SCAN_NOTIFY.DEFAULTS.NOTIFY_ON: expected one of'),
    ({'ENABLE': True, 'TARGETS': {'ops': {'TOKEN': {'env': 'NOT_SET'}}}}, 'SCAN_NOTIFY.TARGETS.ops'),
    (['ENABLE'], 'SCAN_NOTIFY: expected a section'),
])  # fmt: skip
def test_a_wrong_configuration_is_one_line_and_nothing_is_wrapped(host, db, connects, caplog, flavour, section, named):
    app = host(flavour, {'SCAN_NOTIFY': section})
    add_schedule(db, target=TARGET)
    app.helpers.task_schedule.task_scheduler()
    (line,) = warnings(caplog)
    assert line.startswith('scan-notify is off in this process: ConfigError: ' + named)
    assert 'docs/configuration.md' in line
    assert not hasattr(app.helpers.task_schedule.submit_task_schedule, '__wrapped__')
    assert not hasattr(app.helpers.task.submit_task, '__wrapped__')
    assert len(tasks(db)) == 3 and connects == []


@pytest.mark.parametrize('flavour', RUNNABLE)
@pytest.mark.parametrize('when, line, recorded', [
    ('decide_run_collection', 'run of schedule {} round 1 not opened: AutoReconnect: ', 0),
    ('open', 'run of schedule {} round 1 not opened: AutoReconnect: ', 0),
    ('close', 'tasks of run {}:1 not recorded, the worker will look for them: AutoReconnect: ', 1),
])  # fmt: skip
def test_when_our_mongodb_fails_the_host_goes_on(host, db, caplog, flavour, monkeypatch, when, line, recorded):
    def fail(*args):
        raise AutoReconnect('no connection to mongodb://user:password@db')

    app, _id = host(flavour), add_schedule(db, target=TARGET)
    for store in (RunStore, SettingsStore):
        if hasattr(store, when):
            monkeypatch.setattr(store, when, fail)
    app.helpers.task_schedule.task_scheduler()
    assert warnings(caplog) == [line.format(_id) + 'no connection to mongodb://***@db'] and len(tasks(db)) == 3
    assert db['task_schedule'].find_one({'_id': _id})['run_number'] == 1
    assert [run['task_ids'] for run in runs(db, flavour)] == [[]] * recorded


def test_after_a_failure_the_next_fire_is_recorded(host, db, connects, monkeypatch):
    app, _id = host(), add_schedule(db, target='a.example.com')
    with monkeypatch.context() as patch:
        patch.setattr(recorder, 'connect', lambda *args: 1 / 0)
        app.helpers.task_schedule.task_scheduler()
    db['task_schedule'].update_one({'_id': _id}, {'$set': {'last_run_time': 0}})
    app.helpers.task_schedule.task_scheduler()
    (run,) = runs(db)
    assert run['run_number'] == 2 and run['task_ids'] == tasks(db)[1:]
    # The first comes with it.
    (late,) = run['late']
    assert (late['run_id'], late['task_ids']) == ('{}:1'.format(_id), tasks(db)[:1])


@pytest.mark.parametrize('kind', ['refuses', 'never answers'])
def test_a_mongodb_out_of_reach_costs_the_client_timeout_and_one_line(tmp_path, db, caplog, monkeypatch, kind):
    clients = []
    monkeypatch.setattr(recorder, 'TIMEOUT', 0.4)
    monkeypatch.setattr(recorder, 'connect', lambda *args: clients.append(mongo.connect(*args)) or clients[-1])
    with socket.socket() as server, contextlib.ExitStack() as stack:
        server.bind(('127.0.0.1', 0))
        if kind == 'never answers':
            server.listen(5)
        uri = 'mongodb://127.0.0.1:{}'.format(server.getsockname()[1])
        folder = make_host(tmp_path, uri, 'arl', 'memory://', ON)
        autoload.listen()
        app = stack.enter_context(load(folder, db.client))
        _id = add_schedule(db, target=TARGET)
        begun = time.monotonic()
        app.helpers.task_schedule.task_scheduler()
        took = time.monotonic() - begun
        clients[0].close()
    assert took < 10 and len(tasks(db)) == 3
    (line,) = warnings(caplog)
    assert line.startswith('run of schedule {} round 1 not opened: '.format(_id)) and '127.0.0.1' in line


# the fork that tells its own runs


class Later(Clock):
    ahead = timedelta(0)

    def now(self):
        return super().now() + self.ahead


class Wps:
    """A host of that flavour, and the worker's tick on its database."""

    def __init__(self, app, db, sections):
        self.app, self.db, self.clock = app, db, Later()
        self.stored = SettingsStore(db, self.clock)
        self.settings = parse_settings(sections)

    def alive(self, ago=timedelta(0)):
        """A worker showed itself."""
        self.clock.ahead = -ago
        usable = [name for name, target in self.settings.targets.items() if target.options.get('access_token')]
        self.stored.worker_alive('w', {'targets': usable})
        self.clock.ahead = timedelta(0)

    def schedule(self, **fields):
        return add_schedule(self.db, target='a.example.com', schedule_type='future_scan', **fields)

    def finish(self):
        """The fire, its scans, the host's next pass, and ticks until our run has ended and its jobs are written."""
        self.app.helpers.task_schedule.task_scheduler()
        work(self.app)
        self.app.helpers.task_schedule.task_scheduler()
        context, rung = Context(self.settings, self.db, 'scan_notify_run', self.clock, load_plugins()), []
        tick, collects = Tick(context, rung.append), CollectLane(context)
        for _ in range(3):
            assert tick.run()
            for lane in {lane for lane in rung if lane.startswith(COLLECTS)}:  # what was found is read first
                collects.work(lane)
            self.clock.ahead += timedelta(seconds=20)

    @property
    def notified(self):
        """By the host, by us."""
        ours = self.db['scan_notify_job'].count_documents({'kind': 'notify'})
        return self.db['host_push'].count_documents({}), ours


@pytest.fixture
def wps(host, db):
    return lambda sections=ON: Wps(host('wps', sections), db, sections)


def test_a_run_that_we_take_over_is_recorded_by_the_host_and_told_by_us_alone(wps, db):
    host = wps()
    host.alive()
    _id = host.schedule(notify_enable=True, notify_channel='dingding', notify_on='always')
    before = db['task_schedule'].find_one({'_id': _id})
    host.finish()
    assert host.notified == (0, 1)
    own, (run,) = db['task_schedule_run'].find_one(), runs(db, 'wps')
    assert (own['status'], own['push_status'], own['notify_enable']) == ('finished', 'skip', False)
    assert own['task_ids'] == run['task_ids'] == tasks(db)
    assert (run['status'], run['host_push']) == ('finished', 'suppressed')
    assert db['task_schedule'].find_one({'_id': _id}) == dict(before, run_number=1, status='done')


@pytest.mark.parametrize('fields, reason', [
    (fields, reason)
    for fields in ({}, {'notify_enable': None}, {'notify_enable': True})
    for reason in ('no worker', 'silent worker', 'switched off here', 'no credential', 'off by default')
    if not (fields.get('notify_enable') and reason == 'off by default')
])  # fmt: skip
def test_a_run_that_we_cannot_be_relied_on_for_stays_the_hosts(wps, db, fields, reason):
    sections = dict(ON)
    if reason == 'no credential':
        sections['DINGDING'] = {}
    if reason == 'off by default':
        sections['SCAN_NOTIFY'] = {'ENABLE': True}
    host = wps(sections)
    if reason != 'no worker':
        host.alive(timedelta(minutes=6 if reason == 'silent worker' else 0))
    _id = host.schedule(**fields)
    if reason == 'switched off here':
        host.stored.set_schedule(str(_id), {'notify_enable': False}, 'admin')
    host.finish()
    (run,) = runs(db, 'wps')
    assert (host.notified, run['host_push'], run['push_status']) == ((1, 0), 'left', 'skip')
    if reason.endswith('worker'):
        assert run['error_msg'] == 'the host tells this run itself'


@pytest.mark.parametrize('here, notified', [(None, (0, 0)), (True, (0, 1))])
def test_where_the_schedule_says_no_only_an_administrator_here_makes_anybody_speak(wps, db, here, notified):
    host = wps()
    host.alive()
    _id = host.schedule(notify_enable=False)
    if here is not None:
        host.stored.set_schedule(str(_id), {'notify_enable': here}, 'admin')
    host.finish()
    assert (host.notified, runs(db, 'wps')[0]['host_push']) == (notified, '')


def test_a_run_that_could_not_be_recorded_is_left_to_the_host(wps, db, monkeypatch, caplog):
    host = wps()
    host.alive()
    host.schedule()
    monkeypatch.setattr(RunStore, 'open', lambda *args: 1 / 0)
    host.finish()
    assert host.notified == (1, 0) and runs(db, 'wps') == [] and len(warnings(caplog)) == 1


def test_a_run_is_left_to_the_host_when_only_the_one_before_it_could_be_taken_over(wps, db, monkeypatch):
    host = wps()
    host.alive()
    _id = host.schedule()
    host.finish()
    assert host.notified == (0, 1)
    db['task_schedule'].update_one({'_id': _id}, {'$set': {'status': 'scheduled'}})
    monkeypatch.setattr(recorder, 'SETTINGS_AGE', -1.0)
    with monkeypatch.context() as patch:
        patch.setattr(recorder.SettingsStore, 'read', lambda self: 1 / 0)
        host.app.helpers.task_schedule.task_scheduler()
    host.finish()
    assert host.notified == (1, 1) and len(runs(db, 'wps')) == 1


@pytest.mark.parametrize('alive', [True, False], ids=['taken over', 'left'])
def test_a_submission_that_failed_is_told_by_us_as_the_host_records_no_run(wps, db, monkeypatch, alive):
    host = wps()
    if alive:
        host.alive()
    _id = host.schedule()
    db['task_schedule'].update_one({'_id': _id}, {'$set': {'target': TARGET}})
    refuse(monkeypatch, host.app, 'b.example.com')
    host.finish()
    (run,) = runs(db, 'wps')
    assert host.notified == (0, 1) and db['task_schedule_run'].count_documents({}) == 0
    assert run['status'] == 'error' and len(run['task_ids']) == 2


# the rewrite, which is not supported


@pytest.fixture
def rewrite(tmp_path, monkeypatch):
    folder = make_host(tmp_path / 'new', 'mongodb://nowhere', 'arl', 'memory://', ON, 'new')
    monkeypatch.chdir(folder)
    monkeypatch.setattr(site_file, 'path', lambda: str(tmp_path / site_file.NAME))
    return folder


@pytest.mark.parametrize('command, code', [('enable', 2), ('status', 1), ('doctor', 1), ('worker', 2)])
def test_the_rewrite_is_refused_by_name(rewrite, capsys, command, code):
    assert cli.main([command]) == code
    assert 'FastAPI rewrite of ARL, which is not supported' in ''.join(capsys.readouterr())
    assert not os.path.exists(site_file.path())


def test_the_rewrite_is_not_entered(rewrite):
    before = list(sys.meta_path)
    autoload.start()
    assert autoload._listening == [] and sys.meta_path == before
    with pytest.raises(config.NotSupported):
        config.find_host('.')


# a host that calls us itself

SCHEDULE = {'_id': 'weekly', 'name': 'Weekly', 'schedule_type': 'own', 'run_number': 7}


@pytest.fixture
def own(tmp_path, monkeypatch, connects):
    """own(sections) is a host's folder, and this process is in it."""

    def enter(sections):
        monkeypatch.chdir(make_host(tmp_path, 'mongodb://nowhere', 'arl', 'memory://', sections))

    return enter


def test_a_host_of_its_own_kind_records_a_fire(own, db):
    own(ON)
    ids = [str(ObjectId()) for _ in range(2)]
    with schedule_fire(SCHEDULE) as fire:
        for task_id in ids:
            fire.add(task_id)
    (run,) = runs(db)
    assert (run['_id'], run['schedule_name'], run['task_ids']) == ('weekly:7', 'Weekly', ids)
    assert submission_error(run) == ''


def test_an_exception_of_its_submission_is_recorded_and_goes_on(own, db):
    own(ON)
    error = ValueError('no')
    with pytest.raises(ValueError) as raised:
        with schedule_fire(SCHEDULE) as fire:
            fire.add(str(ObjectId()))
            raise error
    assert raised.value is error
    assert submission_error(runs(db)[0]) == 'submission failed after 1 scan tasks: ValueError: no'


@pytest.mark.parametrize('sections, lines', [({}, 0), ({'SCAN_NOTIFY': {'ENABLE': True, 'TYPO': 1}}, 1)])
def test_while_it_is_off_the_same_code_writes_nothing(own, db, connects, caplog, sections, lines):
    own(sections)
    for _ in range(2):
        with schedule_fire(SCHEDULE) as fire:
            fire.add(str(ObjectId()))
        assert fire.recorded is False
    with pytest.raises(KeyError):
        with schedule_fire(SCHEDULE):
            raise KeyError
    assert connects == [] and db.list_collection_names() == [] and len(warnings(caplog)) == lines


def test_outside_any_host_it_is_off_too(tmp_path, monkeypatch, caplog):
    monkeypatch.chdir(tmp_path)
    with schedule_fire(SCHEDULE) as fire:
        fire.add('a' * 24)
    assert fire.recorded is False and len(warnings(caplog)) == 1


@pytest.mark.parametrize('task_id', ['', 'x', None, 7, ObjectId('65e22a04c1a5dab8cb620586')], ids=str)
def test_what_is_no_task_id_is_left_out_with_a_line(own, db, caplog, task_id):
    own(ON)
    with schedule_fire(SCHEDULE) as fire:
        fire.add(task_id)
    assert runs(db)[0]['task_ids'] == [] and len(warnings(caplog)) == 1


# the line in the .pth file


def python(folder, *args, **env):
    keep = {key: value for key, value in os.environ.items() if key not in ('PYTHONPATH', config.ENVIRONMENT)}
    env = dict(keep, LC_ALL='C.UTF-8', **env)
    done = subprocess.run([sys.executable] + list(args), cwd=str(folder), env=env, universal_newlines=True, timeout=60,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)  # fmt: skip
    return done.returncode, done.stdout


def in_host(statement):
    return 'import app.celerytask, app.helpers.task as tasks, app.helpers.task_schedule as schedules\n' + statement


@pytest.mark.parametrize('flavour', RUNNABLE)
@pytest.mark.parametrize('enable', [True, False])
def test_the_line_lets_a_process_of_the_host_load_us(tmp_path, flavour, enable):
    folder = make_host(tmp_path, 'mongodb://nowhere', 'arl', 'memory://', {'SCAN_NOTIFY': {'ENABLE': enable}}, flavour)
    show = in_host('print([hasattr(f, "__wrapped__") for f in (schedules.submit_task_schedule, tasks.submit_task)])')
    assert python(folder, '-c', 'exec({!r})\n'.format(site_file.LINE) + show) == (0, '{}\n'.format([enable, enable]))


def test_the_line_is_one_that_python_executes_at_its_start(tmp_path):
    """In its real place: site.py, before the folder is on sys.path."""
    folder = make_host(tmp_path / 'host', 'mongodb://nowhere', 'arl', 'memory://', ON)
    site = tmp_path / 'site'
    site.mkdir()
    (site / site_file.NAME).write_text(site_file.LINE)
    (site / 'sitecustomize.py').write_text('import site\nsite.addsitedir({!r})\n'.format(str(site)))
    show = in_host('print(schedules.submit_task_schedule.__wrapped__)')
    code, out = python(folder, '-c', show, PYTHONPATH=str(site))
    assert code == 0 and out.startswith('<function submit_task_schedule at ')
    show = 'import sys; print("yaml" in sys.modules)'
    assert python(tmp_path, '-c', show, PYTHONPATH=str(site)) == (0, 'False\n')


def test_outside_a_host_the_line_loads_next_to_nothing(tmp_path):
    code = (
        'import importlib.util, sys\n'
        'before, modules = list(sys.meta_path), set(sys.modules)\n'
        'exec({!r})\n'
        'new = set(sys.modules) - modules\n'
        'assert sys.meta_path == before\n'
        'print(sorted(name for name in new if name.startswith("scan_notify")))\n'
        'print(sorted(new & {{"yaml", "pymongo", "bson", "celery", "pluggy", "hookspecs"}}))\n'
    ).format(site_file.LINE)
    ours = ['scan_notify_plugin' + name for name in ('', '.autoload', '.host', '.host.imports')]
    assert python(tmp_path, '-c', code) == (0, '{}\n[]\n'.format(ours))


def test_after_an_uninstall_the_line_is_silent(tmp_path):
    folder = make_host(tmp_path, 'mongodb://nowhere', 'arl', 'memory://', ON)
    show = 'import sys; print([name for name in sys.modules if name.startswith("scan_notify")])'
    # without site-packages, and so without the package
    assert python(folder, '-S', '-c', 'exec({!r})\n'.format(site_file.LINE) + show) == (0, '[]\n')


def test_a_wrong_configuration_is_one_line_of_the_process(tmp_path):
    folder = make_host(tmp_path, 'mongodb://nowhere', 'arl', 'memory://', {'SCAN_NOTIFY': {'ENABLE': True, 'TYPO': 1}})
    code, out = python(folder, '-c', 'exec({!r})\n'.format(site_file.LINE) + in_host('print("goes on")'))
    first, last = out.splitlines()
    assert code == 0 and last == 'goes on' and first.startswith('scan-notify is off in this process: ')


def test_a_record_of_the_level_info_is_not_shown_by_default(tmp_path):
    folder = make_host(tmp_path, 'mongodb://nowhere', 'arl', 'memory://', ON)
    assert python(folder, '-c', 'exec({!r})\n'.format(site_file.LINE) + in_host('print("quiet")')) == (0, 'quiet\n')

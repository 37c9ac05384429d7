"""What the stand-in of the host (tests/host_double) has of the real one."""

import compileall
import contextlib
import importlib
import os
import signal
import subprocess
import sys
from types import SimpleNamespace

import mongomock
import pytest
from bson import ObjectId

from tests.host_double import FLAVOURS, add_policy, add_schedule, add_user, load, make_host, work

RUNNABLE = [flavour for flavour in FLAVOURS if flavour != 'new']
TARGET = '10.0.0.2 10.0.0.1  b.example.com a.example.com'


@pytest.fixture
def db():
    return mongomock.MongoClient()['arl']


@pytest.fixture
def host(tmp_path, db):
    """host(flavour) is that host's `app`, imported here; its database is `db`."""
    with contextlib.ExitStack() as stack:

        def start(flavour='top', broker_url='memory://', **sections):
            folder = make_host(tmp_path / flavour, 'mongodb://nowhere', 'arl', broker_url, sections, flavour)
            return stack.enter_context(load(folder, db.client))

        yield start


def python(folder, code, **env):
    # celery's click does not start on Python 3.6 under a POSIX locale
    env = dict({key: value for key, value in os.environ.items() if key != 'PYTHONPATH'}, LC_ALL='C.UTF-8', **env)
    return subprocess.Popen(
        [sys.executable] + code,
        cwd=folder,
        env=env,
        universal_newlines=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def finish(process):
    out = process.communicate(timeout=60)[0]
    return process.returncode, out


def tasks(db, **query):
    return list(db['task'].find(query))


# the checkout


@pytest.mark.parametrize('flavour', FLAVOURS)
def test_every_flavour_compiles_and_holds_no_line_of_another(tmp_path, flavour):
    folder = make_host(tmp_path, 'mongodb://nowhere', 'arl', 'memory://', flavour=flavour)
    assert compileall.compile_dir(folder, quiet=1)
    for path in tmp_path.glob('**/*.py'):
        assert '# only' not in path.read_text(encoding='utf-8')


@pytest.mark.parametrize('flavour', RUNNABLE)
def test_only_celerytask_can_be_imported_first(tmp_path, flavour):
    folder = make_host(tmp_path, 'mongodb://nowhere', 'arl', 'memory://', flavour=flavour)
    first = finish(python(folder, ['-c', 'import app.celerytask, app.scheduler, app.routes.task']))
    scheduler = finish(python(folder, ['-c', 'import app.scheduler']))
    helpers = finish(python(folder, ['-c', 'import app.helpers.task']))
    assert first == (0, '')
    assert scheduler[0] == 1 and 'ImportError' in scheduler[1] and 'update_job_run' in scheduler[1]
    assert helpers[0] == (1 if flavour == 'p4r' else 0)


def test_xin_has_other_module_names_and_a_config_file_in_the_root_that_is_not_its_own(tmp_path, host):
    app = host('xin', DINGDING={'SECRET': 'SEC1'})
    assert app.arlconfig.Config.DINGDING_SECRET == 'SEC1'
    assert not hasattr(app, 'config') and not hasattr(app, 'modules')
    assert (tmp_path / 'xin/app/arlconfig.yaml').exists() and not (tmp_path / 'xin/app/config.yaml').exists()
    assert 'MONGO' not in (tmp_path / 'xin/config.yaml').read_text()


def test_new_has_no_celery_app_and_its_config_file_in_the_root(tmp_path):
    make_host(tmp_path, 'mongodb://nowhere', 'arl', 'memory://', flavour='new')
    assert 'from fastapi import FastAPI' in (tmp_path / 'app/main.py').read_text()
    assert not (tmp_path / 'app/celerytask.py').exists() and (tmp_path / 'config.yaml').exists()


def test_a_section_the_host_does_not_know_is_ignored_but_kept_in_y(host):
    app = host(SCAN_NOTIFY={'ENABLE': True}, ARL={'AUTH': False})
    assert app.config.y['SCAN_NOTIFY'] == {'ENABLE': True}
    assert app.config.Config.AUTH is False and app.config.Config.MONGO_DB == 'arl'


@pytest.mark.parametrize('sections', [{'GEOIP': None}, {'FOFA': None}, {'ARL': {'FORBIDDEN_DOMAINS': 'x'}}, 'MONGO: ['])
def test_a_bad_config_file_ends_the_process(tmp_path, capsys, sections):
    text = isinstance(sections, str)
    folder = make_host(tmp_path, 'mongodb://nowhere', 'arl', 'memory://', None if text else sections)
    if text:
        (tmp_path / 'app/config.yaml').write_text(sections)
    with pytest.raises(SystemExit) as exit:
        with load(folder):
            pass
    assert exit.value.code == -1 and 'config.yaml' in capsys.readouterr().out
    assert 'app' not in sys.modules and folder not in sys.path


def test_without_a_client_of_the_test_the_host_makes_one_when_it_needs_it(tmp_path):
    with load(make_host(tmp_path, 'mongodb://127.0.0.1:9', 'arl', 'memory://')) as app:
        assert app.utils.conn._client is None
        assert app.utils.conn_db('task').full_name == 'arl.task'
        assert app.utils.conn_db('task').database.client is app.utils.conn_db('site').database.client


def test_load_leaves_nothing_behind(tmp_path, db):
    folder, before = make_host(tmp_path, 'mongodb://nowhere', 'arl', 'memory://'), signal.getsignal(signal.SIGTERM)
    for _ in range(2):
        with load(folder, db.client) as app:
            add_schedule(db)
            app.helpers.task_schedule.task_scheduler()
            assert work(app) == 3
            app.helpers.task_schedule.seen = True
            assert signal.getsignal(signal.SIGTERM) is not before
        assert signal.getsignal(signal.SIGTERM) is before and folder not in sys.path
        assert not [name for name in sys.modules if name.split('.')[0] == 'app']
    with load(folder, db.client) as app:
        assert not hasattr(app.helpers.task_schedule, 'seen') and work(app) == 0


# schedules


@pytest.mark.parametrize('flavour', RUNNABLE)
def test_a_recurrent_fire_counts_itself_once_in_the_document_and_twice_in_the_names(host, db, flavour):
    app, _id = host(flavour), add_schedule(db, name='every night at three', target=TARGET)
    app.helpers.task_schedule.task_scheduler()
    item = db['task_schedule'].find_one({'_id': _id})
    assert item['run_number'] == 1 and item['status'] == 'scheduled'
    assert item['last_run_time'] > 0 and item['next_run_date'] != '-'
    assert {task['name'] for task in tasks(db)} == {'周期任务-every night at -2'}
    assert sorted((task['type'], task['target']) for task in tasks(db)) == [
        ('domain', 'a.example.com'),
        ('domain', 'b.example.com'),
        ('ip', '10.0.0.1 10.0.0.2'),
    ]
    for task in tasks(db):
        assert task['status'] == 'waiting' and task['celery_id'] and 'task_id' not in task
        assert task['options']['policy_name'] == 'policy'
        assert ('from_task_schedule' in task['options']) == (flavour == 'wps')


def test_a_recurrent_schedule_fires_up_to_a_minute_early_but_not_twice_in_three_minutes(host, db, monkeypatch):
    app, _id = host(), add_schedule(db, cron='0 3 * * *', target='a.example.com')
    three = app.utils.next_time('0 3 * * *', 1700000000)
    fired = []
    for now in (three - 62, three - 58, three - 1, three + 86400 - 58):
        monkeypatch.setattr(app.helpers.task_schedule, 'time', SimpleNamespace(time=lambda: now))
        app.helpers.task_schedule.task_scheduler()
        fired.append(db['task_schedule'].find_one({'_id': _id})['run_number'])
    assert fired == [0, 1, 1, 2]


@pytest.mark.parametrize('flavour', RUNNABLE)
def test_a_future_fire_is_done_before_it_submits_and_is_not_tried_again(host, db, flavour, monkeypatch):
    app, _id, seen = host(flavour), add_schedule(db, schedule_type='future_scan', name='once'), []

    def fail(**kwargs):
        seen.append((kwargs['name'], db['task_schedule'].find_one({'_id': _id})))
        raise RuntimeError('no')

    monkeypatch.setattr(app.helpers.task, 'submit_task_task', fail)
    for _ in range(2):
        app.helpers.task_schedule.task_scheduler()
    ((name, item),) = seen
    assert name == '定时任务-once'
    assert (item['status'], item['run_number'], item['last_run_time']) == ('done', 1, 0)


def test_a_schedule_without_its_policy_becomes_an_error_and_the_others_still_fire(host, db, caplog):
    app = host()
    lost = [
        add_schedule(db, policy_id=str(ObjectId()), schedule_type=kind) for kind in ('recurrent_scan', 'future_scan')
    ]
    add_schedule(db, target='a.example.com')
    app.helpers.task_schedule.task_scheduler()
    for _id in lost:
        item = db['task_schedule'].find_one({'_id': _id})
        assert item['status'] == 'error' and item['run_number'] == 1
    assert len(tasks(db)) == 1
    assert caplog.text.count('Exception: not found policy_id') == 2


def test_a_risk_cruising_is_one_task_whose_targets_are_in_another_field(host, db):
    app = host()
    add_schedule(db, task_tag='risk_cruising', target='a.example.com b.example.com')
    app.helpers.task_schedule.task_scheduler()
    (task,) = tasks(db)
    assert task['target'] == '目标：2， PoC：0' and task['type'] == 'risk_cruising'
    assert task['cruising_target'] == ['a.example.com', 'b.example.com']


@pytest.mark.parametrize('flavour', RUNNABLE)
def test_the_two_wrapped_functions_see_the_fire_and_each_task_even_when_it_dies_half_way(
    host, db, flavour, monkeypatch
):
    app, _id, seen = host(flavour), add_schedule(db, target=TARGET), []
    schedules, helper = app.helpers.task_schedule, app.helpers.task
    submit, submit_task, delay = schedules.submit_task_schedule, helper.submit_task, app.celerytask.arl_task.delay

    def fire(item):
        seen.append((str(item['_id']), item['run_number']))
        try:
            seen.append(submit(item))
        except Exception as e:
            seen.append(str(e))
            raise

    def one(task_data):
        done = submit_task(task_data)
        assert done is task_data and '_id' not in done
        seen.append(done['task_id'])
        return done

    def broker(**kwargs):
        if kwargs['options']['data']['target'] == 'b.example.com':
            raise OSError('broker is down')
        return delay(**kwargs)

    monkeypatch.setattr(schedules, 'submit_task_schedule', fire)
    monkeypatch.setattr(helper, 'submit_task', one)
    monkeypatch.setattr(app.celerytask.arl_task, 'delay', broker)
    schedules.task_scheduler()
    left = [str(task['_id']) for task in tasks(db)]
    assert len(left) == 2 and seen == [(str(_id), 1)] + left + ['broker is down']
    assert not tasks(db, target='b.example.com') and db['task_schedule_run'].count_documents({}) == 0


@pytest.mark.parametrize('flavour', RUNNABLE)
def test_only_wps_tells_what_it_submitted(host, db, flavour):
    app, _id = host(flavour), add_schedule(db, target=TARGET)
    told = app.helpers.task_schedule.submit_task_schedule(db['task_schedule'].find_one({'_id': _id}))
    assert (len(told) if flavour == 'wps' else told) == (3 if flavour == 'wps' else None)


def test_what_is_written_to_a_schedule_during_a_pass_is_lost(host, db, monkeypatch):
    app, submit = host(), None
    add_schedule(db, name='a', target='a.example.com')
    _id = add_schedule(db, name='b', target='b.example.com')
    submit = app.helpers.task_schedule.submit_task_schedule

    def slow(item):
        if item['name'] == 'a':
            app.helpers.task_schedule.change_task_schedule_status(_id, 'stop')
            db['task_schedule'].update_one({'_id': _id}, {'$set': {'ours': 1}})
        return submit(item)

    monkeypatch.setattr(app.helpers.task_schedule, 'submit_task_schedule', slow)
    app.helpers.task_schedule.task_scheduler()
    item = db['task_schedule'].find_one({'_id': _id})
    assert item['status'] == 'scheduled' and item['run_number'] == 1 and 'ours' not in item


def test_a_broker_that_is_down_leaves_no_task(host, db, caplog):
    app = host(broker_url='amqp://127.0.0.1:9//')
    add_schedule(db, target='a.example.com')
    app.helpers.task_schedule.task_scheduler()
    assert tasks(db) == [] and 'OperationalError' in caplog.text


@pytest.mark.parametrize('flavour', RUNNABLE)
def test_celerytask_is_imported_late_on_the_aab_family_alone(host, flavour):
    assert hasattr(host(flavour).helpers.task, 'celerytask') == (flavour not in ('aab', 'xin'))


# scans


def scan(host_app, db, target, **policy):
    add_schedule(db, target=target, policy_id=add_policy(db, **policy))
    host_app.helpers.task_schedule.task_scheduler()
    assert work(host_app) == 1
    return tasks(db)[-1]


@pytest.mark.parametrize('flavour', RUNNABLE)
@pytest.mark.parametrize('target', ['rows3.example.com', '10.0.0.1 10.0.0.2'])
def test_a_scan_that_ends_well_is_done_with_its_statistic_and_rows(host, db, flavour, target):
    task = scan(host(flavour), db, target, fake='rows3')
    assert task['status'] == 'done' and task['end_time'] != '-' and task['start_time'] != '-'
    assert task['statistic']['site_cnt'] == task['statistic']['vuln_cnt'] == 3
    assert ('wih_cnt' in task['statistic']) == (flavour != 'p4r')
    assert {row['name'] for row in task['service']} >= {'port_scan', 'find_site'}
    for name, count in task['statistic'].items():
        expected = 0 if name == 'domain_cnt' and task['type'] == 'ip' else count or -1
        assert db[name[:-4]].count_documents({'task_id': str(task['_id'])}) == expected
    assert ('domain' in db['ip'].find_one()) == (task['type'] == 'domain')


@pytest.mark.parametrize('target', ['a.example.com', '10.0.0.1'])
def test_the_statistic_is_written_before_done_and_done_before_the_end_time(host, db, target, monkeypatch):
    app, written = host(), []
    update = app.tasks.scan.FakeScan.update_task_field

    def record(self, field, value):
        written.append(value if field == 'status' else field)
        update(self, field, value)

    monkeypatch.setattr(app.tasks.scan.FakeScan, 'update_task_field', record)
    scan(app, db, target)
    assert written[0] == 'start_time' and 'port_scan' in written
    assert written[-3:] == ['statistic', 'done', 'end_time']


@pytest.mark.parametrize('target, ends', [('error.example.com', True), ('10.0.0.1', False)])
def test_a_scan_that_fails_keeps_its_rows_and_has_no_statistic_and_an_ip_scan_no_end_time(host, db, target, ends):
    task = scan(host(), db, target, fake_ip='error')
    assert task['status'] == 'error' and 'statistic' not in task and (task['end_time'] != '-') == ends
    assert db['domain' if ends else 'ip'].count_documents({'task_id': str(task['_id'])}) == 2


@pytest.mark.parametrize('target', ['broken.example.com', '10.0.0.1'])
def test_a_scan_whose_constructor_fails_waits_for_ever(host, db, target, caplog):
    task = scan(host(), db, target, fake_ip='broken')
    assert task['status'] == 'waiting' and task['start_time'] == '-' and 'told to be broken' in caplog.text


@pytest.mark.parametrize(
    'flavour, after',
    [('top', 'domain_brute'), ('p4r', 'domain_brute'), ('aab', 'stop'), ('xin', 'stop'), ('wps', 'error')],
)
def test_sigterm_writes_what_its_flavour_writes_and_kills_the_process(host, db, flavour, after, monkeypatch):
    app, killed = host(flavour), []

    def work_and_be_told_to_end(self, seconds):
        if not killed:
            signal.getsignal(signal.SIGTERM)(signal.SIGTERM, None)

    def kill(pid, signum):
        killed.append((pid, signum, tasks(db)[0]))

    monkeypatch.setattr(app.tasks.scan.FakeScan, 'work', work_and_be_told_to_end)
    monkeypatch.setattr(app.utils, 'os', SimpleNamespace(kill=kill, getpid=os.getpid))
    scan(app, db, 'a.example.com')
    ((pid, signum, task),) = killed
    assert (pid, signum, task['status']) == (os.getpid(), signal.SIGKILL, after)
    assert ('interrupted' in task) == (flavour == 'wps') and (task['end_time'] == '-') == (after == 'domain_brute')


# what people do to tasks


def queued(host_app, db, **fields):
    add_schedule(db, **fields)
    host_app.helpers.task_schedule.task_scheduler()
    return tasks(db)[0]


@pytest.mark.parametrize('tag, after', [('task', 'done'), ('risk_cruising', 'stop')])
@pytest.mark.parametrize('flavour', ['top', 'aab'])
def test_a_scan_stopped_while_queued_runs_all_the_same_unless_it_is_a_risk_cruising(host, db, flavour, tag, after):
    app = host(flavour)
    task_id = str(queued(app, db, target='a.example.com', task_tag=tag)['_id'])
    assert app.routes.task.stop_task(task_id)['code'] == 200
    task = tasks(db)[0]
    assert task['status'] == 'stop' and task['end_time'] != '-'
    assert app.routes.task.stop_task(task_id)['code'] != 200
    work(app)
    assert tasks(db)[0]['status'] == after


def test_a_task_without_celery_id_cannot_be_stopped(host, db):
    app = host()
    _id = db['task'].insert_one({'status': 'waiting', 'celery_id': ''}).inserted_id
    assert app.routes.task.stop_task(str(_id))['code'] == 999
    assert tasks(db)[0]['status'] == 'waiting'


@pytest.mark.parametrize('wipe', [False, True])
def test_only_an_ended_task_can_be_deleted_and_its_results_on_request(host, db, wipe):
    app = host()
    task_id = str(queued(app, db, target='a.example.com')['_id'])
    assert app.routes.task.delete_task(task_id)['code'] == 999 and len(tasks(db)) == 1
    work(app)
    assert app.routes.task.delete_task(task_id, del_task_data=wipe)['code'] == 200 and tasks(db) == []
    assert db['site'].count_documents({}) == (0 if wipe else 2)


def test_a_restart_is_a_new_task_with_the_fields_of_the_old_one(host, db):
    app = host()
    old = scan(app, db, 'a.example.com')
    db['task'].update_one({'_id': old['_id']}, {'$set': {'ours': 1}})
    new = app.helpers.task.restart_task(str(old['_id']))
    again = db['task'].find_one({'_id': ObjectId(new['task_id'])})
    assert again['_id'] != old['_id'] and again['ours'] == 1 and again['name'] == '重新运行-' + old['name']
    assert again['status'] == 'waiting' and again['service'] == [] and 'statistic' not in again


# wps, which keeps its own runs


@pytest.mark.parametrize(
    'fields, target, status, push, count',
    [
        ({}, 'a.example.com', 'finished', 'success', 1),
        ({}, 'a.example.com error.example.com', 'error', 'skip', 0),
        ({'notify_on': 'failed'}, 'error.example.com', 'error', 'success', 1),
        ({'notify_on': 'always'}, 'error.example.com', 'error', 'success', 1),
        ({'notify_enable': False}, 'a.example.com', 'finished', 'skip', 0),
        ({'notify_channel': 'wxwork'}, 'a.example.com', 'finished', 'error', 0),
    ],
)
def test_wps_pushes_a_closed_run_once_and_takes_an_absent_notify_enable_for_yes(
    host, db, fields, target, status, push, count
):
    app = host('wps')
    add_schedule(db, schedule_type='future_scan', target=target, **fields)
    app.helpers.task_schedule.task_scheduler()
    run = db['task_schedule_run'].find_one()
    assert (run['status'], run['push_status'], run['run_number']) == ('running', 'pending', 1)
    assert run['task_ids'] == [str(task['_id']) for task in tasks(db)]
    work(app)
    for _ in range(2):
        app.helpers.task_schedule.task_scheduler()
    run = db['task_schedule_run'].find_one()
    assert (run['status'], run['push_status'], db['host_push'].count_documents({})) == (status, push, count)


def test_wps_closes_a_run_whose_tasks_were_deleted_as_an_error(host, db):
    app = host('wps')
    queued(app, db, schedule_type='future_scan')
    db['task'].delete_many({})
    app.helpers.task_schedule.task_scheduler()
    run = db['task_schedule_run'].find_one()
    assert (run['status'], run['summary']['missing']) == ('error', 3)


def test_wps_does_not_push_a_run_that_was_created_from_a_copy_with_notify_enable_off(host, db, monkeypatch):
    app = host('wps')
    create = app.helpers.task_schedule.create_task_schedule_run
    monkeypatch.setattr(
        app.helpers.task_schedule,
        'create_task_schedule_run',
        lambda item, told: create(dict(item, notify_enable=False), told),
    )
    queued(app, db, schedule_type='future_scan')
    work(app)
    app.helpers.task_schedule.task_scheduler()
    assert db['task_schedule_run'].find_one()['push_status'] == 'skip'
    assert db['host_push'].count_documents({}) == 0


def test_only_wps_has_runs_of_its_own(host):
    assert not hasattr(host('top').helpers.task_schedule, 'create_task_schedule_run')


# the web

NOT_LOGGED_IN = {'message': 'not login', 'code': 401, 'data': {}}


def browser(app):
    return importlib.import_module('app.main').arl_app.test_client()


@pytest.mark.parametrize('flavour', RUNNABLE)
def test_without_a_login_the_web_answers_200_with_a_code_inside(host, flavour):
    app = host(flavour)
    add_user(app, 'admin', 'arlpass', token='f00d')
    client = browser(app)
    for headers in ({}, {'Token': 'x'}, {'Token': ''}, {'Cookie': 'token=f00d'}):
        answer = client.get('/api/task_schedule/', headers=headers)
        assert (answer.status_code, answer.get_json()) == (200, NOT_LOGGED_IN)
    for asked in ({'headers': {'Token': 'f00d'}}, {'query_string': {'token': 'f00d'}}):
        assert client.get('/api/task_schedule/', **asked).get_json()['code'] == 200


def test_a_login_gives_a_token_and_the_logout_takes_it(host):
    app = host()
    add_user(app, 'admin', 'arlpass')
    client = browser(app)
    assert client.post('/api/user/login', json={'username': 'admin', 'password': 'x'}).get_json()['code'] == 401
    assert client.post('/api/user/login', json={'username': 'admin'}).status_code == 400
    told = client.post('/api/user/login', json={'username': 'admin', 'password': 'arlpass'}).get_json()
    headers = {'Token': told['data']['token']}
    assert client.get('/api/task_schedule/', headers=headers).get_json()['code'] == 200
    client.get('/api/user/logout', headers=headers)
    assert client.get('/api/task_schedule/', headers=headers).get_json() == NOT_LOGGED_IN


@pytest.mark.parametrize(
    'sections, headers',
    [
        ({'ARL': {'API_KEY': 'key'}}, {'Token': 'key'}),
        ({'ARL': {'AUTH': False}}, {}),
    ],
)
def test_the_api_key_is_a_login_and_so_is_everything_while_auth_is_off(host, sections, headers):
    assert browser(host(**sections)).get('/api/task_schedule/', headers=headers).get_json()['code'] == 200


def test_an_empty_api_key_is_no_login(host):
    assert browser(host()).get('/api/task_schedule/', headers={'Token': ''}).get_json() == NOT_LOGGED_IN


def test_a_list_is_a_page_the_newest_first(host, db):
    app = host(ARL={'AUTH': False})
    ids = [str(add_schedule(db, name=name)) for name in ('a', 'b', 'c')]
    page = browser(app).get('/api/task_schedule/?page=1&size=2').get_json()
    assert {name: page[name] for name in ('page', 'size', 'total', 'code')} == {
        'page': 1,
        'size': 2,
        'total': 3,
        'code': 200,
    }
    assert [item['_id'] for item in page['items']] == ids[:0:-1] and page['query'] == {}


@pytest.mark.parametrize('flavour', RUNNABLE)
def test_the_documentation_is_open_and_at_its_flavours_address(host, flavour):
    client = browser(host(flavour))
    assert '/task_schedule/' in client.get('/api/swagger.json').get_json()['paths']
    assert client.get('/api/hidden/doc' if flavour == 'xin' else '/api/doc').status_code == 200


# processes

SEEDED = """
import mongomock
from bson import ObjectId

def client(uri):
    db = mongomock.MongoClient()['arl']
    db['policy'].insert_one({'_id': ObjectId('a' * 24), 'name': 'p', 'policy': {
        'domain_config': {}, 'ip_config': {}, 'site_config': {}}})
    db['task_schedule'].insert_one({'name': 'once', 'target': 'a.example.com', 'status': 'scheduled', 'start_time': 1.0,
                                    'policy_id': 'a' * 24, 'task_tag': 'task', 'schedule_type': 'future_scan'})
    return db.client
"""


@pytest.mark.parametrize('flavour', RUNNABLE)
def test_the_scheduler_process_fires_what_is_due(tmp_path, flavour):
    folder = make_host(tmp_path, 'mongodb://nowhere', 'arl', 'memory://', flavour=flavour)
    (tmp_path / 'seeded.py').write_text(SEEDED)
    process = python(folder, ['-m', 'app.scheduler'], HOST_DOUBLE_MONGO='seeded:client', HOST_DOUBLE_SLEEP='0.01')
    try:
        lines = [process.stdout.readline() for _ in range(2)]
    finally:
        process.kill()
        process.communicate(timeout=60)
    assert 'start scheduler server' in lines[0]
    assert 'target:a.example.com task_id:' in lines[1]


@pytest.mark.parametrize('flavour', RUNNABLE)
def test_the_celery_command_finds_the_app(tmp_path, flavour):
    folder = make_host(tmp_path, 'mongodb://nowhere', 'arl', 'memory://', flavour=flavour)
    code, out = finish(python(folder, ['-m', 'celery', '-A', 'app.celerytask.celery', 'report']))
    assert code == 0 and 'transport:memory' in out

"""``scan-notify runs`` and ``scan-notify schedules``: what happened, and what is wanted."""

from datetime import datetime, timedelta, timezone

import pytest
from bson import ObjectId

from scan_notify_plugin.errors import Reason
from scan_notify_plugin.faults import Fault
from scan_notify_plugin.jobs import exports
from scan_notify_plugin.jobs.making import Way, new_job, new_part
from scan_notify_plugin.jobs.outcomes import Outcome, logged
from scan_notify_plugin.jobs.store import COLLECTION as JOBS
from scan_notify_plugin.records import to_document
from scan_notify_plugin.runs import rules
from scan_notify_plugin.runs.run import Note, Want
from tests.admin.history import quotes

START = datetime(2030, 5, 17, 12, tzinfo=timezone.utc)
NIGHTLY, WEEKLY = ObjectId('64f000000000000000000001'), ObjectId('64f000000000000000000002')


def put_run(db, number, schedule='64f0', **fields):
    now = START + timedelta(hours=number)
    run = rules.new_run(schedule, 'nightly', 'recurrent_scan', number, now, '{}:{}'.format(schedule, number))
    db['task_schedule_run'].insert_one(dict(to_document(run), **fields))
    return run.id


def put_job(db, run_id, **fields):
    want, way = Want(run_id + '/complete/ops', 'notify', 'dingding', 'ops'), Way('channel:1', ('ops', 'night'))
    part = new_part('k', {'text': 'the whole message'}, {'text': 'withheld'})
    job = new_job(want, way, run_id, START, timedelta(hours=24)).evolve(parts=(part,))
    outcome = Outcome(reason=Reason.CONFIG, code=310000, faults=(Fault('quote', text='keywords not in content'),))
    db[JOBS].insert_one(dict(to_document(logged(job, 0, 'a1', outcome, START)), **fields))


@pytest.fixture
def history(host, db):
    for number in (1, 2, 3):
        put_run(db, number)
    put_run(
        db,
        1,
        '64f1',
        status='error',
        faults=[Fault('tasks.error', count=1, total=2).to_stored()],
        push_status='error',
        end_time=START,
    )
    put_job(db, '64f1:1', state='error', faults=quotes('config 310000 keywords not in content'))
    return db


def test_recent_runs_are_a_table_with_their_jobs_and_attempts(run, history):
    said = run('runs')
    assert said.code == 0
    lines = said.out.splitlines()
    assert lines[0].split() == 'RUN SCHEDULE FIRED ENDED STATUS TASKS EXPORT PUSH ERROR'.split()
    assert [line.split()[0] for line in lines[1:5]][:2] == ['64f0:3', '64f0:2']
    assert '1 of 2 scan tasks failed' in said.out
    assert START.astimezone().strftime('%Y-%m-%d %H:%M:%S') in said.out
    assert 'job 64f1:1/complete/ops -> ops -> night: error config 310000 keywords not in content' in said.out
    assert 'ops part 1: config 310000 keywords not in content' in said.out
    assert 'the whole message' not in said.out


def test_as_json_runs_hold_their_jobs_without_the_messages(run, history):
    found = {one['id']: one for one in run('runs', '--json').json}
    assert set(found) == {'64f0:1', '64f0:2', '64f0:3', '64f1:1'}
    (job,) = found['64f1:1']['jobs']
    assert (job['id'], job['state'], 'parts' in job) == ('64f1:1/complete/ops', 'error', False)
    assert found['64f0:1']['jobs'] == []
    assert found['64f1:1']['end_time'] == '2030-05-17T12:00:00+00:00'


def test_runs_can_be_limited_and_asked_for_by_schedule(run, history):
    assert [one['id'] for one in run('runs', '--json', '--limit', '1').json] == ['64f0:3']
    assert [one['id'] for one in run('runs', '--json', '--schedule', '64f1').json] == ['64f1:1']


def test_one_run_is_shown_with_its_time_line(run, host, db):
    put_run(db, 1, notes=[to_document(Note(START, Fault('note.again', task='a', now='running', was='stop')))])
    said = run('runs', '--run', '64f0:1')
    assert said.code == 0
    assert 'task a is running again after stop' in said.out


@pytest.mark.parametrize('arguments', [('--run', '64f9:1'), ('64f9:1',), ('64f9:1', '--json')])
def test_a_run_that_does_not_exist_is_one_line_and_exit_2(run, history, arguments):
    said = run('runs', *arguments)
    assert (said.code, said.out) == (2, '') and said.err == 'scan-notify: run 64f9:1 does not exist\n'


def test_no_runs_are_no_error(run, host, db):
    assert run('runs').code == 0
    assert run('runs', '--json').json == []


def test_runs_are_shown_while_the_feature_is_off_too(run, history, host):
    assert len(run('runs', '--json').json) == 4  # while it is on, the name of the collection is decided
    host.configure(host.config.read_text().replace('ENABLE: true', 'ENABLE: false'))
    assert len(run('runs', '--json').json) == 4


def test_an_update_of_a_sent_message_is_no_message(run, host, db):
    put_run(db, 1)
    put_job(db, '64f0:1', kind='update', state='success', faults=[])
    assert ' (update of a sent message): success' in run('runs').out
    assert 'job (update) ' in run('runs', '64f0:1').out


def put_export(db, run_id, **fields):
    want = Want(run_id + '/complete/export-excel', 'export', 'excel', 'excel')
    job = new_job(want, Way('export:0', ()), run_id, START, timedelta(hours=24))
    job = job.evolve(attempts=exports.finished(job, 'r', 7, START).attempts)
    db[JOBS].insert_one(dict(to_document(job), **fields))
    return want.id


def test_an_export_is_shown_with_its_format_its_state_and_its_tries(run, host, db):
    put_run(db, 1, export_status='success')
    job_id = put_export(db, '64f0:1', state='success')
    said = run('runs')
    assert 'job {} -> excel: success\n'.format(job_id) in said.out
    assert '  excel: accepted\n' in said.out
    assert said.out.splitlines()[1].split()[-3:] == ['success', 'pending', '-']


def test_an_export_that_goes_on_says_how_far_it_is(run, host, db):
    put_run(db, 1)
    job_id = put_export(db, '64f0:1', attempt='a', progress=120000)
    assert 'job {} -> excel: pending after 120000 records\n'.format(job_id) in run('runs').out
    assert run('runs', '--json').json[0]['jobs'][0]['progress'] == 120000


def test_a_job_that_is_not_through_can_be_cancelled(run, host, db):
    put_run(db, 1)
    job_id = put_export(db, '64f0:1')
    put_job(db, '64f0:1', state='held')
    for one in (job_id, '64f0:1/complete/ops'):
        said = run('runs', '--cancel', one)
        assert (said.code, said.out) == (0, 'cancelled: {}\n'.format(one))
    assert {job['state'] for job in db[JOBS].find({})} == {'cancelled'}


@pytest.mark.parametrize('state', ['success', 'error', 'uncertain', 'cancelled'])
def test_a_job_that_is_through_stays_as_it_is(run, host, db, state):
    put_run(db, 1)
    job_id = put_export(db, '64f0:1', state=state)
    told = run('runs', '--cancel', job_id)
    assert (told.code, told.out) == (2, '') and 'job {}: it is {} already'.format(job_id, state) in told.err
    assert db[JOBS].find_one({})['state'] == state


def test_a_job_that_does_not_exist_cannot_be_cancelled(run, history):
    told = run('runs', '--cancel', 'x')
    assert told.code == 2 and 'run or job x does not exist' in told.err


# Schedules.


@pytest.fixture
def schedules(host, db):
    db['task_schedule'].insert_many(
        [
            {
                '_id': NIGHTLY,
                'name': 'nightly\n# odd',
                'schedule_type': 'recurrent_scan',
                'run_number': 7,
                'notify_on': 'failed',
            },
            {'_id': WEEKLY, 'name': 'weekly', 'schedule_type': 'future_scan'},
        ]
    )
    return db


def row(said, schedule):
    (found,) = [one for one in said.json if one['id'] == str(schedule)]
    return found


def test_schedules_are_shown_with_what_holds_for_them(run, schedules):
    said = run('schedules', '--json')
    nightly = row(said, NIGHTLY)
    assert (nightly['name'], nightly['type'], nightly['run_number']) == (
        'nightly\n# odd',
        'recurrent_scan',
        7,
    )
    assert (nightly['notify_enable'], nightly['notify_channel'], nightly['notify_on']) == (
        False,
        ['dingding'],
        'failed',
    )
    assert nightly['set_here'] == []
    assert row(said, WEEKLY)['run_number'] == 0
    table = run('schedules')
    assert table.code == 0
    assert len(table.out.splitlines()) == 3


def test_schedules_are_shown_while_the_feature_is_off_too(run, schedules, host):
    host.configure(host.config.read_text().replace('ENABLE: true', 'ENABLE: false'))
    assert len(run('schedules', '--json').json) == 2


def test_a_setting_of_ours_comes_before_the_hosts_and_the_host_is_not_written(run, schedules):
    before = list(schedules['task_schedule'].find({}))
    said = run('schedules', '--json', '--set', str(NIGHTLY), 'notify_enable=true', 'NOTIFY_CHANNEL=ops,dingding')
    assert said.code == 0
    nightly = row(said, NIGHTLY)
    assert (nightly['notify_enable'], nightly['notify_channel'], nightly['notify_on']) == (
        True, ['ops', 'dingding'], 'failed',
    )  # fmt: skip
    assert nightly['set_here'] == ['notify_channel', 'notify_enable']
    assert list(schedules['task_schedule'].find({})) == before
    assert row(said, WEEKLY)['notify_enable'] is False


def test_who_set_it_is_kept(run, schedules, monkeypatch):
    monkeypatch.setattr('getpass.getuser', lambda: 'ann')
    run('schedules', '--set', str(NIGHTLY), 'notify_enable=true')
    assert schedules['scan_notify_setting'].find_one({'_id': 'schedule:' + str(NIGHTLY)})['by'] == 'cli:ann'


def test_a_user_without_a_name_can_set_it_too(run, schedules, monkeypatch):
    def nobody():
        raise KeyError('uid not found')

    monkeypatch.setattr('getpass.getuser', nobody)
    assert run('schedules', '--set', str(NIGHTLY), 'notify_enable=true').code == 0


@pytest.mark.parametrize('arguments, said', [
    (['64f00000000000000000000f', 'notify_enable=true'], 'no schedule of the host has this id'),
    (['nonsense', 'notify_enable=true'], 'no schedule of the host has this id'),
    ([str(NIGHTLY)], '--set: expected at least one NAME=VALUE after the id'),
    ([str(NIGHTLY), 'notify_enable'], 'notify_enable: expected NAME=VALUE'),
    ([str(NIGHTLY), 'notify=true'], 'notify: unknown setting; known are'),
    ([str(NIGHTLY), 'notify_on=sometimes'], 'notify_on: expected one of'),
    ([str(NIGHTLY), 'notify_channel=nobody'], 'no target is called \'nobody\'; configured are dingding'),
])  # fmt: skip
def test_what_cannot_be_set_is_one_line_and_nothing_is_written(run, schedules, arguments, said):
    told = run('schedules', '--set', *arguments)
    assert (told.code, told.out) == (2, '')
    assert said in told.err
    assert schedules['scan_notify_setting'].count_documents({'_id': {'$regex': '^schedule:'}}) == 0

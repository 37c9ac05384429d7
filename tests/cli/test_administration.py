"""``toggle``, ``schedules``, ``settings``, ``targets``, ``test-send``, ``reports`` and ``audit``: the page's twins."""

import os

import pytest
from bson import ObjectId

from scan_notify_plugin.admin import targets as admin_targets
from scan_notify_plugin.clock import Clock
from scan_notify_plugin.records import to_document
from scan_notify_plugin.reports.store import ReportStore
from scan_notify_plugin.runs import rules
from scan_notify_plugin.runs.run import JobStatus, Status
from scan_notify_plugin.settings.store import SettingsStore
from tests.admin.desks import PLUGINS, START, TARGETS
from tests.admin.history import quotes
from tests.cli.conftest import CONFIG
from tests.reports.shelf import put_report

NIGHTLY = '64f000000000000000000001'


@pytest.fixture
def worker(host, db, monkeypatch):
    """A worker has told what it has loaded; somebody sits at the keyboard."""
    monkeypatch.setattr('getpass.getuser', lambda: 'ann')
    SettingsStore(db, Clock()).worker_alive('w', {'plugins': PLUGINS, 'target_facts': TARGETS, 'targets': ['ops']})
    db['task_schedule'].insert_one({'_id': ObjectId(NIGHTLY), 'name': 'nightly', 'schedule_type': 'recurrent_scan'})
    return db


def audited(run):
    return [(line['by'], line['action'], line['what']) for line in run('audit', '--json').json['items']]


def test_a_plugin_is_switched_off_and_on(run, worker):
    said = run('toggle', 'dingding', 'off')
    assert (said.code, said.out) == (0, 'plugin dingding is off, by cli:ann\n')
    assert run('toggle', 'dingding', 'off', '--json').json['off_by'] == 'cli:ann'
    said = run('toggle', 'dingding', 'on')
    assert (said.code, said.out) == (0, 'plugin dingding is active\n')
    told = run('toggle', 'dingdong', 'off')
    assert told.code == 2 and 'no plugin is called \'dingdong\'' in told.err
    assert audited(run) == [('cli:ann', 'toggle', 'plugin:dingding')] * 2


def test_the_list_of_plugins_shows_who_is_off(run, worker):
    run('toggle', 'dingding', 'off')
    (line,) = [line for line in run('toggle').out.splitlines() if line.startswith('dingding ')]
    assert ' off ' in line and 'cli:ann' in line
    assert [row['state'] for row in run('toggle', '--json').json] == ['active', 'off', 'active', 'broken']
    assert 'say on or off' in run('toggle', 'dingding').err


def test_the_table_of_schedules_has_the_settings_of_reports(run, worker):
    said = run('schedules', '--set', NIGHTLY, 'export_enable=true', 'export_format=csv,excel')
    assert said.code == 0
    head, line = said.out.splitlines()
    assert head.split() == [
        'ID',
        'NAME',
        'TYPE',
        'ROUND',
        'NOTIFY',
        'CHANNEL',
        'ON',
        'EXPORT',
        'FORMAT',
        'SET',
        'HERE',
        'REV',
    ]
    assert line.split()[-4:] == ['True', 'csv,excel', 'export_enable,export_format', '1']


def test_all_schedules_are_set_at_once(run, worker):
    worker['task_schedule'].insert_one({'name': 'weekly'})
    rows = run('schedules', '--json', '--set', 'all', 'notify_enable=true').json
    assert [row['notify_enable'] for row in rows] == [True, True]


@pytest.mark.parametrize('arguments, said', [
    ([NIGHTLY, 'export_format=pdf'], 'export_format: no plugin makes \'pdf\'; there are csv, excel'),
    ([NIGHTLY + ',nonsense', 'notify_enable=true'], 'nonsense: no schedule of the host has this id'),
])  # fmt: skip
def test_what_cannot_be_set_for_a_schedule_is_one_line(run, worker, arguments, said):
    told = run('schedules', '--set', *arguments)
    assert (told.code, told.out) == (2, '') and said in told.err and len(told.err.splitlines()) == 1
    assert audited(run) == []


def test_a_change_that_somebody_made_meanwhile_is_not_lost(run, worker, monkeypatch):
    run('schedules', '--set', NIGHTLY, 'notify_on=failed')
    monkeypatch.setattr('getpass.getuser', lambda: 'bob')
    told = run('schedules', '--rev', '0', '--set', NIGHTLY, 'notify_on=always')
    assert told.code == 2 and 'was changed meanwhile by cli:ann' in told.err and 'notify_on = failed' in told.err
    assert run('schedules', '--rev', '1', '--set', NIGHTLY, 'notify_on=always').code == 0


def test_settings_are_shown_and_changed(run, worker):
    said = run('settings', '--set', 'language=en', 'GIVE_UP_AFTER=12', 'DEFAULTS.NOTIFY_CHANNEL=ops,dingding')
    assert said.code == 0
    lines = {line.split()[0]: line.split()[1:] for line in said.out.splitlines()}
    assert lines['LANGUAGE'] == ['en', 'admin', 'yes']
    assert lines['GIVE_UP_AFTER'] == ['12', 'admin', 'yes']
    assert lines['DEFAULTS.NOTIFY_CHANNEL'] == ['ops,dingding', 'admin', 'yes']
    assert lines['ENABLE'] == ['true', 'config', 'no']
    run('settings', '--set', 'LANGUAGE=')
    (row,) = [row for row in run('settings', '--json').json if row['name'] == 'LANGUAGE']
    assert (row['value'], row['from'], row['rev']) == ('zh', 'default', 2)
    told = run('settings', '--set', 'BASE_URL=http://x')
    assert told.code == 2 and 'is read once' in told.err


def test_the_settings_that_were_changed_hold_in_a_report_by_hand(run, worker):
    worker['site'].insert_one({'task_id': NIGHTLY, 'site': 'http://198.51.100.1'})
    worker['task'].insert_one({'_id': ObjectId(NIGHTLY), 'name': 'scan', 'target': '198.51.100.1', 'status': 'done'})
    run('settings', '--set', 'LANGUAGE=en')
    from openpyxl import load_workbook

    assert run('export', '--task', NIGHTLY, '--out', 'report.xlsx').code == 0
    workbook = load_workbook('report.xlsx')
    assert workbook.sheetnames[0] == 'Overview'
    workbook.close()


def test_targets_are_shown_without_credentials(run, worker):
    said = run('targets')
    assert said.code == 0
    lines = {line.split()[0]: line for line in said.out.splitlines()}
    assert ' yes ' in lines['ops'] and 'ACCESS_TOKEN is missing' in lines['dingding']
    (ops,) = [row for row in run('targets', '--json').json if row['name'] == 'ops']
    assert ops['options'] == {'access_token': '***'}  # that it is nowhere, `run` itself looks


def test_no_credential_is_needed_here(run, worker, host):
    host.configure(CONFIG.replace('5f2c}}', '{env: NOT_THERE}}}'))
    for command in (['targets'], ['settings'], ['schedules'], ['audit'], ['reports'], ['toggle', 'csv', 'off']):
        assert run(*command).code == 0, command


def answering(db, monkeypatch, **fields):
    """A worker that has an answer at once."""

    def answer(seconds):
        db['task_schedule_run'].update_many({}, {'$set': fields, '$inc': {'rev': 1}})

    monkeypatch.setattr(admin_targets.time, 'sleep', answer)


@pytest.mark.parametrize('fields, code, said', [
    ({'push_status': 'success'}, 0, 'delivered: the service of ops has accepted it (run scan-notify-test:'),
    ({'push_status': 'error', 'faults': quotes('no')}, 1, 'not delivered: error: no (run scan-notify-test:'),
])  # fmt: skip
def test_a_test_message_tells_what_became_of_it(run, worker, monkeypatch, fields, code, said):
    answering(worker, monkeypatch, **fields)
    told = run('test-send', 'ops', '--language', 'en')
    assert told.code == code and told.out.startswith(said)
    assert worker['task_schedule_run'].find_one({})['language'] == 'en'
    assert audited(run) == [('cli:ann', 'test', 'target:ops')]
    assert run('test-send', 'ops', '--json').json['push_status'] == fields['push_status']


def test_a_test_message_that_nobody_takes_says_why(run, worker):
    assert 'waiting: no answer yet' in run('test-send', 'ops', '--wait', '0').out
    worker['scan_notify_setting'].delete_many({'_id': {'$regex': '^worker:'}})
    told = run('test-send', 'ops', '--wait', '0')
    assert told.code == 1 and 'no notify worker is alive; it is sent when one starts' in told.out


def test_a_target_that_is_not_configured_cannot_be_tested(run, worker):
    told = run('test-send', 'nobody')
    assert (told.code, told.out) == (2, '') and 'no target is called \'nobody\'' in told.err


def test_a_target_is_stopped_and_started(run, worker):
    assert run('start', 'ops').out == 'ops is not stopped\n'
    said = run('stop', 'ops', '--why', 'room is moved')
    assert (said.code, said.out) == (0, 'stopped: ops; what waits for it goes to its FALLBACK\n')
    assert 'ops is stopped already: stopped by cli:ann since ' in run('stop', 'ops').out
    (line,) = [line for line in run('targets').out.splitlines() if line.startswith('ops ')]
    assert ' stopped ' in line and 'UTC: room is moved' in line
    told = run('test-send', 'ops')
    assert (told.code, told.out) == (2, '') and 'nothing is sent to ops: stopped by cli:ann' in told.err
    assert run('start', 'ops', '--json').json == {'name': 'ops', 'changed': True, 'stopped': None}
    assert run('stop', 'ops', '--json').json['stopped']['by'] == 'cli:ann'
    assert run('start', 'ops').out == 'started: ops\n'
    assert run('stop', 'nobody').code == run('start', 'nobody').code == 2
    assert audited(run) == [('cli:ann', action, 'target:ops') for action in ('start', 'stop', 'start', 'stop')]


@pytest.fixture
def reports(host):
    return os.path.join(str(host), 'tmp', 'reports')


def test_a_new_link_is_printed_alone(run, worker, reports, host):
    host.configure(CONFIG + '  BASE_URL: https://arl.example.com\n')
    report = put_report(worker, reports, now=Clock().now())
    said = run('reports', '--link', report.id, '--hours', '2')
    assert said.code == 0 and said.out.startswith('https://arl.example.com/api/scan_notify/reports/')
    assert run('reports', '--link', report.id, '--json').json['url'].startswith('https://')
    assert ReportStore(worker).get(report.id).serial == 3


def test_a_report_is_deleted(run, worker, reports):
    report = put_report(worker, reports)
    said = run('reports', '--delete', report.id)
    assert (said.code, said.out) == (0, 'deleted: {}\n'.format(report.id))
    assert not os.path.exists(os.path.join(reports, report.place))
    assert run('reports', '--json').json == []
    assert audited(run) == [('cli:ann', 'delete', report.id)]


def test_a_report_is_made_again(run, worker):
    ended = rules.new_run(NIGHTLY, 'nightly', 'recurrent_scan', 7, START, NIGHTLY + ':7')
    ended = ended.evolve(status=Status.FINISHED, end_time=START, push_status=JobStatus.SUCCESS)
    worker['task_schedule_run'].insert_one(to_document(ended))
    said = run('reports', '--run', NIGHTLY + ':7', '--again', 'csv')
    assert said.code == 0 and said.out.startswith('to be made by the next tick: {}:7/'.format(NIGHTLY))
    told = run('reports', '--again', 'csv')
    assert told.code == 2 and '--again needs --run' in told.err


def test_the_audit_is_a_table_the_newest_first(run, worker):
    run('toggle', 'csv', 'off')
    run('schedules', '--set', NIGHTLY, 'notify_channel=ops')
    said = run('audit')
    head, first, second = said.out.splitlines()
    assert head.split() == ['AT', 'BY', 'ACTION', 'WHAT', 'BEFORE', 'AFTER']
    assert 'set' in first.split() and '{"notify_channel": ["ops"]}' in first
    assert second.split()[-4:] == ['toggle', 'plugin:csv', 'on', 'off']
    assert run('audit', '--limit', '1', '--page', '2', '--json').json['items'][0]['action'] == 'toggle'

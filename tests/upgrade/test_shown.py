"""What an earlier release left is shown, all of it: to administrators, over REST and on the command line."""

import json

import pytest
import yaml

from scan_notify_plugin.admin.desk import Desk
from scan_notify_plugin.admin.metrics import Metrics
from scan_notify_plugin.admin.options import Options
from scan_notify_plugin.admin.plugins import Plugins
from scan_notify_plugin.admin.reports import Reports
from scan_notify_plugin.admin.runs import Runs
from scan_notify_plugin.admin.schedules import Schedules
from scan_notify_plugin.admin.targets import Targets
from scan_notify_plugin.doors import marked
from tests.cli import conftest as cli_fixtures
from tests.loop import RUNS
from tests.upgrade import dumps
from tests.upgrade.services import Services
from tests.web import conftest as web_fixtures

elsewhere, host, packages, run, db = (
    getattr(cli_fixtures, name) for name in ('elsewhere', 'host', 'packages', 'run', 'db')
)
process, start = web_fixtures.process, web_fixtures.start


@pytest.fixture
def desk(restored, tmp_path):
    return Desk(restored.db, RUNS, restored.loop.settings, restored.clock, str(tmp_path))


def ids(dump, name, wanted=lambda one: True):
    """Of the documents that are as they must be."""
    return {one['_id'] for one in dump.collections[name] if wanted(one) and not one.get('set_aside')}


def runs_to_see(dump):
    return ids(dump, RUNS, lambda run: not run.get('test'))


def test_administrators_see_every_run_with_all_its_jobs_and_reports(dump, desk):
    runs = Runs(desk)
    assert {item['id'] for item in runs.listing(size=200)['items']} == runs_to_see(dump)
    jobs, reports = set(), set()
    for identity in ids(dump, RUNS):
        shown = runs.detail(identity)
        jobs |= {job['id'] for job in shown['jobs']}
        reports |= {report['id'] for report in shown['reports']}
        json.dumps(shown, default=str)
    of_runs = ids(dump, 'scan_notify_job', lambda job: job['kind'] in ('notify', 'export'))
    assert of_runs <= jobs <= ids(dump, 'scan_notify_job')
    assert reports == ids(dump, 'scan_notify_report')
    assert runs.overview()['runs_per_day']


def test_administrators_can_see_what_was_set_aside(dump, restored):
    for name in (RUNS, 'scan_notify_job'):
        aside = {one['_id'] for one in dump.collections[name] if one.get('set_aside')}
        assert {identity for identity, _ in marked(restored.db[name], 100)} == aside


def test_administrators_see_reports_targets_plugins_settings_schedules_and_the_audit_trail(dump, desk):
    shown = {report['id'] for report in Reports(desk).listing(size=100)['items']}
    assert shown == ids(dump, 'scan_notify_report', lambda report: report['state'] == 'ready')
    assert {target['name'] for target in Targets(desk).listing()} >= {'ops', 'team', 'cards'}
    assert [row['name'] for row in Plugins(desk).listing() if row['state'] == 'off' or row.get('off')] == ['csv']
    assert [one['value'] for one in Options(desk).listing() if one['name'].upper() == 'GIVE_UP_AFTER'] == [2]
    assert {one['id'] for one in Schedules(desk).listing()} == {str(one) for one in ids(dump, 'task_schedule')}
    assert desk.audit.listing(1, 1000)[1] == len(dump.collections['scan_notify_audit'])
    assert b'scan_notify_deliveries_total' in Metrics(lambda: desk).text()


@pytest.fixture
def web(dump, start):
    """The host's web server of today before the old database, with a token to log in."""
    with Services() as services:
        section = dict(dumps.sections(services)['SCAN_NOTIFY'], ENABLE=True)
        web = start('top', SCAN_NOTIFY=section)
        dumps.restore(dump, web.db)
        yield web


def test_rest_shows_all_of_it(dump, web):
    assert {run['id'] for run in web.get('/runs', size=200).get_json()['items']} == runs_to_see(dump)
    for identity in ids(dump, RUNS):
        assert web.data('/runs/' + identity)['id'] == identity
    for schedule in ids(dump, 'task_schedule'):
        assert web.data('/schedules/{}'.format(schedule))['id'] == str(schedule)
    for path in ('/reports', '/schedules', '/settings', '/targets', '/plugins', '/audit', '/overview', '/me'):
        answer = web.get(path)
        assert answer.status_code == 200 and answer.get_json()['code'] == 200, path
    assert len(web.get('/audit', size=200).get_json()['items']) == len(dump.collections['scan_notify_audit'])


def test_an_upgrade_adds_no_file_to_the_host(dump, start, tmp_path):
    """What the web process of 0.1.0 writes too: the marker in the folder of reports."""
    web = start('top')
    dumps.restore(dump, web.db)
    assert web.get('/runs').status_code == 200
    of_the_host = ('.py', '.pyc', 'config.yaml')
    assert [name for name in dumps.files(tmp_path / 'top') if not name.endswith(of_the_host)] == [
        'tmp/reports/.seen-by-web'
    ]


@pytest.fixture
def command_line(dump, host, db, restored):
    """The command line on that host."""
    section = dict(dumps.sections(restored.services)['SCAN_NOTIFY'], ENABLE=True)
    config = {
        'MONGO': {'URI': 'mongodb://nowhere', 'DB': 'arl'},
        'CELERY': {'BROKER_URL': 'memory://'},
        'SCAN_NOTIFY': section,
    }
    host.configure(yaml.safe_dump(config))
    dumps.restore(dump, db)


def test_the_command_line_lists_all_of_it(dump, command_line, run):
    assert {one['id'] for one in run('runs', '--limit', '200', '--json').json} == runs_to_see(dump)
    for identity in sorted(ids(dump, RUNS)):
        assert run('runs', identity).code == 0
    for command in ('reports', 'schedules', 'settings', 'targets', 'plugins', 'audit'):
        assert run(command).code == run(command, '--json').code == 0, command
    assert len(run('schedules', '--json').json) == len(ids(dump, 'task_schedule'))

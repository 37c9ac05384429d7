"""``scan-notify reports`` and ``scan-notify export``: what is kept, and a report by hand."""

import errno
import os
import re
import sys
from datetime import datetime, timedelta, timezone
from io import BytesIO
from zipfile import ZipFile

import pytest
from bson import ObjectId
from openpyxl import load_workbook

from scan_notify_plugin.changes import Progress, Results
from scan_notify_plugin.cli import export_command
from scan_notify_plugin.exporters.base import Exporter
from scan_notify_plugin.plugins.loading import load
from scan_notify_plugin.records import to_document
from scan_notify_plugin.reports.report import State
from scan_notify_plugin.reports.store import ReportStore
from scan_notify_plugin.runs import rules
from scan_notify_plugin.runs.run import ScanTask, Status
from scan_notify_plugin.runs.store import RunStore
from tests.cli.conftest import CONFIG
from tests.reports.shelf import CONTENT, put_report

START = datetime(2030, 5, 17, 12, tzinfo=timezone.utc)
TASKS = [ObjectId('65e22a04c1a5dab8cb620586'), ObjectId('65e22a04c1a5dab8cb620587')]
IDS = [str(task_id) for task_id in TASKS]


@pytest.fixture
def reports(host):
    """Where the host keeps them."""
    return os.path.join(str(host), 'tmp', 'reports')


@pytest.fixture
def scanned(host, db):
    """Two scan tasks that found the same site and a password, in one run."""
    for task_id in TASKS:
        db['task'].insert_one(
            {'_id': task_id, 'name': 'scan', 'target': '198.51.100.1', 'type': 'ip', 'status': 'done'}
        )
        db['site'].insert_one({'task_id': str(task_id), 'site': 'http://198.51.100.1', 'title': '=1+1', 'status': 200,
                               'finger': [], 'favicon': {}})  # fmt: skip
        found = {'username': 'root', 'password': 'hunter2'}
        db['vuln'].insert_one({'task_id': str(task_id), 'plg_name': 'ssh_brute', 'vul_name': 'SSH 弱口令',
                               'target': 'ssh://198.51.100.1', 'verify_data': found})  # fmt: skip
    run = rules.new_run('64f0', '每日', 'recurrent_scan', 7, START, '64f0:7')
    tasks = dict.fromkeys(IDS, ScanTask('done', START, 'done', told=True))
    run = run.evolve(task_ids=tuple(IDS), tasks=tasks, status=Status.FINISHED, end_time=START)
    db['task_schedule_run'].insert_one(to_document(run))
    return db


def here():
    return sorted(name for name in os.listdir('.') if name not in ('app', 'tmp'))


def members(path):
    """The tables of a CSV report."""
    with ZipFile(path) as zipped:
        return {name: zipped.read(name).decode('utf-8-sig').splitlines() for name in zipped.namelist()}


# reports


def test_kept_reports_are_a_table_the_newest_first(run, host, db, reports):
    old = put_report(db, reports, now=START - timedelta(days=1), run_id='64f0:6')
    new = put_report(db, reports, now=START, run_id='64f0:7')
    put_report(db, reports, state=State.EXPIRED)
    put_report(db, reports, state=State.MAKING)
    said = run('reports')
    assert said.code == 0
    head, *lines = said.out.splitlines()
    assert head.split() == ['REPORT', 'RUN', 'NAME', 'SIZE', 'MADE', 'STATE', 'LINK', 'UNTIL', 'DOWNLOADS']
    assert [line.split()[:4] for line in lines] == [
        [one.id, one.run_id, one.name, str(len(CONTENT))] for one in (new, old)
    ]


def test_the_reports_of_a_run_are_shown_with_those_that_have_no_file_any_more(run, host, db, reports):
    gone = put_report(db, reports, now=START, run_id='64f0:7', state=State.EXPIRED)
    kept = put_report(db, reports, now=START + timedelta(hours=1), run_id='64f0:7')
    put_report(db, reports, run_id='64f0:8')
    found = run('reports', '--run', '64f0:7', '--json').json
    assert [(one['id'], one['state']) for one in found] == [(kept.id, 'ready'), (gone.id, 'expired')]
    assert found[1]['rows'] == [['站点', 12], ['IP', 3]] and found[1]['created_at'] == START.isoformat()


def test_no_reports_are_no_error(run, host, db):
    assert run('reports').code == 0
    assert run('reports', '--json').json == []


def test_neither_a_link_nor_the_key_is_shown(run, host, db, reports):
    put_report(db, reports)
    key = ReportStore(db).signing_key()
    for arguments in ([], ['--json']):
        said = run('reports', *arguments)
        assert key not in said.out and '/api/' not in said.out


def test_a_report_is_saved_under_its_own_name(run, host, db, reports):
    report = put_report(db, reports)
    said = run('reports', '--save', report.id)
    assert (said.code, said.err) == (0, '')
    assert here() == [report.name]
    with open(report.name, 'rb') as file:
        assert file.read() == CONTENT
    assert ReportStore(db).get(report.id).downloads == 0  # those are of the link


def test_a_report_is_saved_where_one_likes(run, host, db, reports, tmp_path):
    report, path = put_report(db, reports), tmp_path / 'report.xlsx'
    assert run('reports', '--save', report.id, '--out', str(path)).code == 0
    assert path.read_bytes() == CONTENT


def test_a_report_in_the_folder_of_the_settings_is_found(run, host, db, tmp_path):
    folder = tmp_path / 'elsewhere'
    host.configure(CONFIG + '  REPORT_FOLDER: {}\n'.format(folder))
    report = put_report(db, folder)
    assert run('reports', '--save', report.id).code == 0


def test_a_stored_name_is_never_a_path(run, host, db, reports):
    report = put_report(db, reports, name='../../evil.xlsx')
    assert run('reports', '--save', report.id).code == 0
    assert here() == ['evil.xlsx']


@pytest.mark.parametrize('arguments, said', [
    (['--save', '0' * 24], 'report 000000000000000000000000 does not exist (see "scan-notify reports")'),
    (['--save', 'EXPIRED'], 'is expired (see "scan-notify reports")'),
    (['--save', 'READY', '--out', 'app'], 'app exists already; name another file with --out'),
    (['--save', 'READY', '--out', 'nowhere/x'], 'cannot write nowhere/x: No such file or directory'),
    (['--save', 'GONE'], 'the file is gone'),
    (['--save', 'EVIL'], 'no report can be at \'../../../etc/passwd\''),
])  # fmt: skip
def test_what_cannot_be_saved_is_one_line_and_leaves_nothing(run, host, db, reports, arguments, said):
    made = {
        'READY': put_report(db, reports), 'EXPIRED': put_report(db, reports, state=State.EXPIRED),
        'GONE': put_report(db, reports), 'EVIL': put_report(db, reports),
    }  # fmt: skip
    os.remove(os.path.join(reports, made['GONE'].place))
    db['scan_notify_report'].update_one({'_id': made['EVIL'].id}, {'$set': {'place': '../../../etc/passwd'}})
    told = run('reports', *[made[word].id if word in made else word for word in arguments])
    assert (told.code, told.out) == (2, '')
    assert said in told.err and len(told.err.splitlines()) == 1
    assert here() == []


def test_a_file_that_is_there_is_never_overwritten(run, host, db, reports):
    report = put_report(db, reports)
    assert run('reports', '--save', report.id, '--out', 'x').code == 0
    other = put_report(db, reports, b'other')
    assert run('reports', '--save', other.id, '--out', 'x').code == 2
    with open('x', 'rb') as file:
        assert file.read() == CONTENT


def test_half_a_file_is_not_left(run, host, db, reports, monkeypatch):
    report = put_report(db, reports)

    def pieces(self):
        yield b'half'
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr('scan_notify_plugin.reports.storage.Pieces.__iter__', pieces)
    told = run('reports', '--save', report.id, '--out', 'x')
    assert (told.code, told.err) == (2, 'scan-notify: cannot write x: No space left on device\n')
    assert here() == []


def test_away_from_the_host_its_folder_must_be_named(run, host, db, reports, tmp_path, monkeypatch):
    report = put_report(db, reports)
    path = tmp_path / 'config.yaml'
    path.write_text(CONFIG)
    monkeypatch.chdir(reports)
    told = run('reports', '--save', report.id, '--config', str(path))
    assert told.code == 2 and 'SCAN_NOTIFY.REPORT_FOLDER is needed' in told.err


def test_a_revoked_report_has_another_serial_and_keeps_its_file(run, host, db, reports):
    report, other = put_report(db, reports), put_report(db, reports)
    said = run('reports', '--revoke', report.id)
    assert (said.code, said.out) == (0, 'revoked: no link to {} works any more\n'.format(report.id))
    run('reports', '--revoke', report.id)
    store = ReportStore(db)
    assert [store.get(one.id).serial for one in (report, other)] == [3, 1]
    assert run('reports', '--save', report.id).code == 0


def test_what_does_not_exist_cannot_be_revoked(run, host, db):
    told = run('reports', '--revoke', '0' * 24)
    assert (told.code, told.out) == (2, '') and 'report {} does not exist'.format('0' * 24) in told.err


# export


def test_a_run_becomes_a_workbook(run, scanned):
    said = run('export', '--run', '64f0:7', '--out', 'report.xlsx')
    assert (said.code, said.err) == (0, '')
    rows = 2  # the site, and the password; both scan tasks found both
    size = os.path.getsize('report.xlsx')
    assert said.out == 'saved: report.xlsx ({} rows, {} bytes)\n'.format(rows, size)
    with open('report.xlsx', 'rb') as file:
        workbook = load_workbook(BytesIO(file.read()))
    assert workbook.sheetnames[0] == '概览' and '站点' in workbook.sheetnames
    assert [cell.value for cell in workbook['站点'][2]][:2] == ['http://198.51.100.1', '=1+1']
    assert [cell.data_type for cell in workbook['站点'][2]][:2] == ['s', 's']
    assert here() == ['report.xlsx']


def test_scan_tasks_become_a_report_without_a_run(run, scanned):
    said = run('export', '--task', *(IDS + ['--format', 'csv', '--out', 'report.zip']))
    assert said.code == 0
    tables = members('report.zip')
    assert [line.split(',')[0] for line in tables['site.csv']] == ['site', 'http://198.51.100.1']
    assert all(any(task_id in line for line in tables['task.csv']) for task_id in IDS)


def test_only_the_named_scan_tasks_are_in_it(run, scanned):
    scanned['site'].insert_one({'task_id': str(ObjectId()), 'site': 'http://198.51.100.2'})
    run('export', '--task', IDS[0], '--format', 'csv', '--out', 'report.zip')
    assert '198.51.100.2' not in '\n'.join(members('report.zip')['site.csv'])


def test_nothing_needs_to_be_switched_on_or_decided(run, scanned, host):
    host.configure(CONFIG.replace('ENABLE: true', 'ENABLE: false'))
    assert run('export', '--task', IDS[0], '--out', 'report.xlsx').code == 0
    assert run('export', '--run', '64f0:7', '--out', 'other.xlsx').code == 2  # whose collection would it be in?


def test_nothing_is_written_into_the_database(run, scanned):
    before = {name: list(scanned[name].find({})) for name in scanned.list_collection_names()}
    run('export', '--run', '64f0:7', '--out', 'report.xlsx')
    after = {name: list(scanned[name].find({})) for name in scanned.list_collection_names()}
    assert {name: after[name] for name in before} == before
    assert set(after) - set(before) <= {'scan_notify_setting'}


def test_nothing_is_written_for_a_run_whose_results_are_known_and_whose_keys_are_lost(run, scanned):
    kept = RunStore(scanned['task_schedule_run']).get('64f0:7')
    scanned['task_schedule_run'].replace_one({}, to_document(kept.evolve(results=Results(Progress.SUCCESS))))
    said = run('export', '--run', '64f0:7', '--out', 'report.xlsx')
    assert (said.code, here()) == (0, ['report.xlsx'])
    assert 'scan_notify_secret' not in scanned.list_collection_names()


@pytest.mark.parametrize(
    'line, shown', [('', False), ('  MASK_CREDENTIALS: true\n', False), ('  MASK_CREDENTIALS: false\n', True)]
)
def test_found_passwords_are_masked_unless_the_settings_say_otherwise(run, scanned, host, line, shown):
    host.configure(CONFIG + line)
    run('export', '--run', '64f0:7', '--format', 'csv', '--out', 'report.zip')
    text = str(members('report.zip'))
    assert ('hunter2' in text) is shown and 'root' in text


def test_odd_records_are_counted(run, scanned):
    scanned['site'].insert_one({'task_id': IDS[0], 'site': ['odd'], 'title': {'a': 1}})
    said = run('export', '--run', '64f0:7', '--out', 'report.xlsx')
    assert '站点: 1 records had missing or odd fields' in said.out


def test_the_language_of_the_settings_counts(run, scanned, host):
    host.configure(CONFIG + '  LANGUAGE: en\n')
    run('export', '--run', '64f0:7', '--out', 'report.xlsx')
    with open('report.xlsx', 'rb') as file:
        workbook = load_workbook(BytesIO(file.read()))
    assert workbook.sheetnames[0] == 'Overview'
    assert {'Schedule', 'Round', 'Fired'} <= {cell.value for cell in workbook['Overview']['A']}


@pytest.mark.parametrize('arguments, said', [
    (['--run', '64f0:9'], 'no run \'64f0:9\' (see "scan-notify runs")'),
    (['--task', 'nonsense'], 'not a scan task id: '),
    (['--task', IDS[0], '0' * 24], 'the host has no scan task 000000000000000000000000'),
    (['--run', '64f0:7', '--format', 'pdf'], 'no plugin makes \'pdf\'; there are csv, excel'),
    (['--run', '64f0:7', '--out', 'app'], 'app exists already; name another file with --out'),
    (['--run', '64f0:7', '--out', 'nowhere/x'], 'cannot write into '),
])  # fmt: skip
def test_what_cannot_be_exported_is_one_line_and_leaves_nothing(run, scanned, arguments, said):
    told = run('export', *(['--out', 'report.xlsx'] + arguments))
    assert (told.code, told.out) == (2, '')
    assert said in told.err and len(told.err.splitlines()) == 1
    assert here() == []


@pytest.mark.parametrize('arguments', [
    ['--out', 'x'], ['--run', '64f0:7'], ['--run', '64f0:7', '--task', IDS[0], '--out', 'x'], ['--task', '--out', 'x'],
])  # fmt: skip
def test_a_source_and_a_file_are_needed(host, run, arguments):
    with pytest.raises(SystemExit) as stopped:
        run('export', *arguments)
    assert stopped.value.code == 2


class Broken(Exporter):
    format = 'broken'
    extension = 'txt'
    error = RuntimeError('a fault')

    def export(self, run, rows, file):
        file.write(b'half a report')
        raise self.error


@pytest.fixture
def broken(monkeypatch):
    class Point:
        name = 'broken'

        @staticmethod
        def load():
            return Broken

    monkeypatch.setattr(export_command, 'load', lambda blocked: load(blocked, [Point]))


def test_a_full_disk_is_told_and_leaves_nothing(run, scanned, broken, monkeypatch):
    monkeypatch.setattr(Broken, 'error', OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))
    told = run('export', '--run', '64f0:7', '--format', 'broken', '--out', 'x')
    assert (told.code, told.err) == (2, 'scan-notify: cannot write x: No space left on device\n')
    assert here() == []


@pytest.mark.parametrize('error', [RuntimeError('a fault'), KeyboardInterrupt()])
def test_whatever_ends_an_export_early_leaves_nothing(run, scanned, broken, monkeypatch, error):
    monkeypatch.setattr(Broken, 'error', error)
    said = run('export', '--run', '64f0:7', '--format', 'broken', '--out', 'x')
    assert said.code == (130 if isinstance(error, KeyboardInterrupt) else 2)
    assert here() == []


def test_a_fault_of_an_exporter_is_one_line_that_says_where(run, scanned, broken, monkeypatch):
    monkeypatch.setattr(Broken, 'error', ValueError('two\nlines with token=s3cret'))
    said = run('export', '--run', '64f0:7', '--format', 'broken', '--out', 'x')
    assert said.code == 2 and said.err.count('\n') == 1
    assert re.match(
        r"scan-notify: the exporter of 'broken' failed at test_report_commands.py:\d+: ValueError: two lines", said.err
    )
    assert 's3cret' not in said.err


def test_a_terminal_is_told_how_far_it_is(run, scanned, monkeypatch):
    monkeypatch.setattr(type(sys.stderr), 'isatty', lambda self: True, raising=False)
    said = run('export', '--run', '64f0:7', '--out', 'report.xlsx')
    assert said.err.startswith('\r0 records read, 0 s ') and '\r4 records read, ' in said.err
    assert said.err.endswith('\n')

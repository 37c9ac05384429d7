"""From the end of a run to its report and to the message that says how to get it, in one process with a manual
clock.
"""

import errno
import json
import logging
import os
import re
from datetime import timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest
from flask import Flask
from openpyxl import load_workbook
from pymongo.errors import AutoReconnect

from scan_notify_plugin.exporters.base import Exporter
from scan_notify_plugin.exporters.csv_zip import CsvExporter
from scan_notify_plugin.exporters.excel import ExcelExporter
from scan_notify_plugin.jobs import exports
from scan_notify_plugin.jobs.job import Job
from scan_notify_plugin.notifiers.dingding import DingTalkRobot
from scan_notify_plugin.reports.mounted import KEPT, vouch
from scan_notify_plugin.reports.storage import Directory
from scan_notify_plugin.reports.store import COLLECTION, SECRETS
from scan_notify_plugin.testing.dingtalk_robot import DingTalkRobotServer
from scan_notify_plugin.web.download import Downloads, make_blueprint
from scan_notify_plugin.worker import reporting
from tests.loop import RUNS, Loop, told
from tests.worker.test_odd_answers import Speechless

BASE = 'https://arl.example.com'
LINK = re.compile(r'\]\((' + BASE + r'/api/scan_notify/reports/[\w.-]+)\)')


class Point:
    """An entry point."""

    def __init__(self, plugin):
        self.name = getattr(plugin, 'format', '') or plugin.channel
        self.load = lambda: plugin


class Scripted(Exporter):
    """A third party's format: calls ``first`` before it reads the rows, writes the number of sites."""

    format = 'scripted'
    extension = 'txt'

    def __init__(self, first=lambda file: None):
        self.first = first
        self.calls = 0

    def export(self, run, rows, file):
        self.calls += 1
        file.write(b'half a report')
        self.first(file)
        counts = {table.name: len(list(table.rows)) for table in rows.tables()}
        file.seek(0)
        file.truncate()
        file.write(b'%d sites' % counts['site'])


class Killed(BaseException):
    """The process is gone; no handler of errors sees this."""


@pytest.fixture
def robot():
    with DingTalkRobotServer(hold_seconds=0.2) as server:
        robot = server.add_robot()
        robot.base_url = server.base_url
        yield robot


@pytest.fixture
def folder(tmp_path):
    """Reports have been kept there since before the time of these tests."""
    folder = tmp_path / 'reports'
    folder.mkdir()
    vouch(str(folder))
    os.utime(str(folder / KEPT), (0, 0))
    return folder


@pytest.fixture
def make(robot, folder):
    """make(plugin, formats=..., **keys of the section) is a loop whose runs are exported and told."""

    def make(*plugins, formats='excel', db=None, clock=None, **more):
        section = dict({'BASE_URL': BASE, 'REPORT_STORAGE': 'directory'}, **more)
        defaults = dict({'EXPORT_ENABLE': True, 'EXPORT_FORMAT': formats}, **section.pop('defaults', {}))
        found = [Point(one) for one in (DingTalkRobot, ExcelExporter(), CsvExporter()) + plugins]
        sections = told(robot, robot.base_url, defaults=defaults, **section)
        return Loop(sections, found, db=db, clock=clock, folder=folder)

    return make


@pytest.fixture
def always_says(monkeypatch):
    """Progress is written at every look, as if each took long."""
    monkeypatch.setattr(reporting, 'SAY_EVERY', 0)


def fill(loop, task_ids, sites=5):
    """Results as the host writes them; two of the scan tasks found the same."""
    for task_id in task_ids:
        for number in range(sites):
            address = '198.51.100.{}'.format(number + 1)
            port = {'port_id': 80, 'service_name': 'http', 'version': '', 'product': ''}
            rows = {
                'site': {'site': 'http://{}'.format(address), 'hostname': address, 'ip': address, 'title': '=1+1',
                         'status': 200},
                'ip': {'ip': address, 'port_info': [port]},
            }  # fmt: skip
            for collection, row in rows.items():
                loop.db[collection].insert_one(dict(row, task_id=task_id))


def finished(loop, **schedule):
    """A run whose scan tasks have found something and ended; nothing of it is exported or sent yet."""
    run_id, task_ids = loop.fire(loop.schedule(**schedule))
    fill(loop, task_ids)
    loop.tick()
    loop.status(task_ids, 'done')
    loop.settle()
    return run_id


def job_of(loop, run_id, kind='export'):
    (job,) = [job for job in loop.jobs(run_id) if job['kind'] == kind]
    return job


def records(loop):
    return list(loop.db[COLLECTION].find({}))


def until_given_up(loop):
    """For as long as a failing export is tried, which is less than a message waits for it."""
    loop.run_through(110)


def files(folder):
    """Every file and empty folder in it, but for the one that tells the folder from an unmounted one."""
    return sorted(
        os.path.relpath(os.path.join(parent, name), str(folder))
        for parent, folders, names in os.walk(str(folder))
        for name in [name for name in names if name != KEPT]
        + [one for one in folders if not os.listdir(os.path.join(parent, one))]
    )


def fetch(loop, folder, message):
    """What the web process answers to the link in a message, and to its first button if that opens a page with one."""
    loop.context.stored.decide_run_collection(False)  # as a worker does at its start
    app = Flask('web')
    app.register_blueprint(make_blueprint(Downloads(lambda: loop.db, loop.clock, str(folder))))
    (link,) = LINK.findall(message.text)
    answer = app.test_client().get(link[len(BASE) :], buffered=True)
    button = re.search(r'<a href="\./([\w.-]+)"', answer.get_data(as_text=True)) if 'html' in answer.mimetype else None
    if button is not None:
        answer = app.test_client().get(link[len(BASE) :].rpartition('/')[0] + '/' + button.group(1), buffered=True)
    answer.app = app  # an answer of Flask 2.2 can be read while its app lives
    return answer


# The good way


def test_a_run_has_its_report_and_the_message_says_how_to_get_it(make, robot, folder):
    loop = make()
    run_id = finished(loop)
    assert loop.rung and robot.messages == []
    loop.run_through(3)
    (record,), (message,) = records(loop), robot.messages
    assert files(folder) == [record['place']]
    assert fetch(loop, folder, message).data == (folder / record['place']).read_bytes()
    assert record['name'] in message.text and '72' not in record['name']
    until = record['link_until'].astimezone().strftime('%Y-%m-%d %H:%M:%S')
    assert '{} 前有效'.format(until) in message.text
    run = loop.run(run_id)
    assert (run['status'], run['export_status'], run['export_error'], run['push_status']) == (
        'finished', 'success', '', 'success',
    )  # fmt: skip


def test_the_record_says_all_about_the_report(make, folder):
    loop = make(REPORT_DAYS=10, LINK_HOURS=5, LINK_DOWNLOADS=7)
    run_id = finished(loop)
    made = loop.clock.now()
    loop.work('export')
    (record,), job = records(loop), job_of(loop, run_id)
    content = (folder / record['place']).read_bytes()
    assert (record['run_id'], record['job_id'], record['format'], record['state']) == (
        run_id,
        job['_id'],
        'excel',
        'ready',
    )
    assert (record['size'], record['serial'], record['limit'], record['downloads']) == (len(content), 1, 7, 0)
    assert (record['created_at'], record['expires_at'] - made, record['link_until'] - made) == (
        made, timedelta(days=10), timedelta(hours=5),
    )  # fmt: skip
    assert record['name'].startswith('nightly-1-2026') and record['name'].endswith('.xlsx')
    assert (job['state'], job['report_id'], job['attempt'], job['starts']) == ('success', record['_id'], None, 1)
    assert job['progress'] == sum(number for _, number in record['rows'])
    assert [line['result'] for line in job['attempts']] == ['accepted']


def test_the_message_waits_for_the_report_and_goes_at_once_when_it_is_made(make, robot):
    loop = make()
    run_id = finished(loop)
    loop.work('channel')
    assert robot.messages == [] and job_of(loop, run_id, 'notify')['waits']
    now = loop.clock.now()
    loop.tick(0)
    loop.rung.append(job_of(loop, run_id)['lane'])
    loop.work('export')
    assert loop.rung == [job_of(loop, run_id, 'notify')['lane']]
    loop.work()
    assert len(robot.messages) == 1 and loop.clock.now() == now


def test_the_numbers_in_the_message_are_those_of_the_report(make, robot, folder):
    """Both scan tasks found the same five sites: ten by the host's count."""
    loop = make()
    finished(loop)
    loop.run_through(2)
    rows = dict(map(tuple, records(loop)[0]['rows']))
    assert (rows['站点'], rows['IP'], rows['系统服务']) == (5, 5, 5)
    assert '站点 5 · IP 5 · 服务 5' in robot.messages[0].text
    assert '，{} 行，'.format(sum(rows.values())) in robot.messages[0].text
    workbook = load_workbook(BytesIO(fetch(loop, folder, robot.messages[0]).data))
    assert [workbook[title].max_row - 1 for title in ('站点', 'IP', '系统服务')] == [5, 5, 5]


@pytest.mark.parametrize('language, overview, reason', [
    ('zh', '概览', ('错误信息', '2 个扫描任务中 1 个失败；2 个扫描任务中 1 个被停止')),
    ('en', 'Overview', ('Reason', '1 of 2 scan tasks failed; 1 of 2 scan tasks stopped')),
])  # fmt: skip
def test_a_report_says_in_its_language_what_went_wrong(make, robot, folder, language, overview, reason):
    loop = make(LANGUAGE=language)
    _, task_ids = loop.fire(loop.schedule())
    loop.tick()
    for task_id, status in zip(task_ids, ('error', 'stop')):
        loop.status([task_id], status)
    loop.settle()
    loop.run_through(2)
    (record,) = records(loop)
    sheet = load_workbook(str(folder / record['place']))[overview]
    assert reason in [row[:2] for row in sheet.iter_rows(values_only=True)]


def test_two_formats_are_two_reports_in_one_message(make, robot, folder):
    loop = make(formats=['excel', 'csv'])
    run_id = finished(loop)
    loop.run_through(3)
    one, other = sorted(records(loop), key=lambda record: record['format'])
    assert (one['format'], other['format']) == ('csv', 'excel')
    assert files(folder) == sorted([one['place'], other['place']])
    assert one['rows'] == other['rows']
    (message,) = robot.messages
    assert len(LINK.findall(message.text)) == 2 and one['name'] in message.text and other['name'] in message.text
    with ZipFile(str(folder / one['place'])) as zipped:
        assert {'site.csv', 'overview.csv'} <= set(zipped.namelist())
    assert loop.run(run_id)['export_status'] == 'success'


def test_a_format_of_a_third_party_is_made_too(make, robot, folder):
    loop = make(Scripted(), formats='scripted')
    finished(loop)
    loop.run_through(2)
    assert fetch(loop, folder, robot.messages[0]).data == b'5 sites'
    assert fetch(loop, folder, robot.messages[0]).headers['Content-Type'] == 'application/octet-stream'


def test_a_run_that_found_nothing_has_a_report_that_says_so(make, robot):
    loop = make()
    loop.finished_run()
    loop.run_through(2)
    assert sum(number for _, number in records(loop)[0]['rows']) == 0
    assert LINK.search(robot.messages[0].text)


def test_a_report_is_made_where_nobody_is_told(make, robot):
    loop = make(defaults={'NOTIFY_ENABLE': False})
    run_id = finished(loop)
    loop.run_through(2)
    assert len(records(loop)) == 1 and robot.messages == []
    assert (loop.run(run_id)['export_status'], loop.run(run_id)['push_status']) == ('success', 'skip')


def test_no_report_is_made_unless_it_is_wanted(make, robot, folder):
    loop = make(defaults={'EXPORT_ENABLE': False})
    run_id = finished(loop)
    loop.run_through(2)
    assert records(loop) == [] and [one for one in folder.iterdir() if not one.name.startswith('.')] == []
    assert '报表' not in robot.messages[0].text
    assert (loop.run(run_id)['export_status'], loop.run(run_id)['push_status']) == ('skip', 'success')


def test_one_schedule_can_have_reports_and_others_none(make):
    loop = make(defaults={'EXPORT_ENABLE': False})
    wanted = finished(loop, export_enable=True, export_format='csv')
    finished(loop)
    loop.run_through(2)
    assert [(record['run_id'], record['format']) for record in records(loop)] == [(wanted, 'csv')]


def test_without_an_address_the_message_says_how_to_find_the_report(make, robot):
    loop = make(BASE_URL='')
    finished(loop)
    loop.run_through(2)
    text = robot.messages[0].text
    assert 'scan-notify reports --save {}'.format(records(loop)[0]['_id']) in text and '](' not in text


def test_two_workers_make_one_report(make, robot, folder):
    loop = make()
    finished(loop)
    other = make(db=loop.db, clock=loop.clock)
    for _ in range(3):
        for one in (loop, other):
            one.tick(1, 2)
            one.work()
    assert len(records(loop)) == len(files(folder)) == len(robot.messages) == 1


# The link


def test_a_stored_message_has_a_placeholder_and_no_document_has_a_key_or_a_token(make, robot):
    loop = make()
    run_id = finished(loop)
    loop.run_through(3)
    (link,) = LINK.findall(robot.messages[0].text)
    token, key = link.rpartition('/')[2], loop.db[SECRETS].find_one({})['key']
    (part,) = job_of(loop, run_id, 'notify')['parts']
    assert 'scan-notify-link-' + records(loop)[0]['_id'] in part['content']['text']
    names = set(loop.db.list_collection_names()) - {SECRETS}
    assert {COLLECTION, RUNS, 'scan_notify_job', 'scan_notify_lane'} <= names
    stored = json.dumps([list(loop.db[name].find({})) for name in sorted(names)], default=str)
    for secret in (key, token, token.split('.')[1], robot.token):
        assert secret not in stored


def test_neither_is_in_a_log(make, robot, caplog):
    with caplog.at_level(logging.DEBUG):
        loop = make()
        finished(loop)
        loop.run_through(3)
    (link,) = LINK.findall(robot.messages[0].text)
    for secret in (loop.db[SECRETS].find_one({})['key'], link.rpartition('.')[2]):
        assert secret not in caplog.text


def test_a_message_is_not_longer_with_its_link(make, robot):
    loop = make()
    run_id = finished(loop)
    loop.run_through(3)
    (part,) = job_of(loop, run_id, 'notify')['parts']
    assert len(part['content']['text']) == len(robot.messages[0].text)


def test_a_repeated_send_has_the_same_link(make, robot):
    robot.misbehave('cut_after')
    loop = make()
    finished(loop)
    loop.run_through(4)
    first, second = robot.calls
    assert first.body == second.body and second.outcome == 'duplicate'


# Failing


def failing(words='no such font: password=hunter2'):
    def first(file):
        raise RuntimeError(words)

    return Scripted(first)


def test_a_failure_is_tried_again_then_final_and_told_with_its_reason(make, robot, folder, caplog):
    exporter = failing()
    loop = make(exporter, formats='scripted')
    run_id = finished(loop)
    loop.run_through(1)
    job = job_of(loop, run_id)
    assert (job['state'], job['tries'], job['attempt'], exporter.calls) == ('pending', 1, None, 1)
    assert loop.run(run_id)['export_status'] == 'pending' and robot.messages == []
    until_given_up(loop)
    job, run = job_of(loop, run_id), loop.run(run_id)
    assert exporter.calls == exports.MAX_TRIES == len(job['attempts'])
    reason = 'RuntimeError: no such font: password=***'
    assert (job['state'], job['error']) == ('error', reason)
    assert (run['status'], run['error_msg']) == ('finished', '')
    assert (run['export_status'], run['export_error'], run['push_status']) == ('error', reason, 'success')
    (message,) = robot.messages
    assert '报表未能生成' in message.text and 'no such font' in message.text
    assert files(folder) == [] and records(loop) == []
    assert 'hunter2' not in message.text + caplog.text + json.dumps(loop.jobs(run_id), default=str)


@pytest.mark.parametrize('error, words', [
    (RuntimeError('cut here: \ud83d'), 'RuntimeError: cut here: ?'),
    (Speechless(), 'Speechless'),
    (AutoReconnect('a database of its own'), 'AutoReconnect: a database of its own'),
])  # fmt: skip
def test_whatever_an_exporter_raises_is_on_record(make, robot, folder, error, words):
    def first(file):
        raise error

    loop = make(Scripted(first), formats='scripted')
    run_id = finished(loop)
    loop.run_through(1)
    job = job_of(loop, run_id)
    assert (job['state'], job['tries'], job['attempts'][0]['words']) == ('pending', 1, words)
    assert loop.context.aside.of('job') == [] and files(folder) == []


def test_an_exporter_that_closes_its_file_has_failed(make, robot, folder):
    loop = make(Scripted(lambda file: file.close()), formats='scripted')
    run_id = finished(loop)
    loop.run_through(1)
    job = job_of(loop, run_id)
    assert (job['state'], job['tries'], files(folder), records(loop)) == ('pending', 1, [], [])
    assert job['attempts'][0]['words'].startswith('ValueError: ')


def test_its_pauses_are_those_of_every_job(make):
    loop = make(failing(), formats='scripted')
    run_id = finished(loop)
    for pause in (1, 2, 5, 30):
        loop.tick(1, 0)
        now = loop.clock.now()
        loop.work('export')
        assert job_of(loop, run_id)['due_at'] - now == timedelta(seconds=pause)
        loop.clock.move(seconds=pause)


def test_an_export_that_comes_right_is_as_if_nothing_had_been(make, robot, folder):
    exporter = failing()
    loop = make(exporter, formats='scripted')
    run_id = finished(loop)
    loop.run_through(2)
    exporter.first = lambda file: None
    loop.run_through(3)
    assert fetch(loop, folder, robot.messages[0]).data == b'5 sites'
    run = loop.run(run_id)
    assert (run['export_status'], run['export_error'], run['push_status']) == ('success', '', 'success')
    assert len(files(folder)) == 1


@pytest.mark.parametrize('function', ['fsync', 'replace'])
def test_a_full_disk_is_told_and_leaves_nothing(make, robot, folder, monkeypatch, function):
    def full(*args):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    loop = make()
    run_id = finished(loop)
    with monkeypatch.context() as patch:
        patch.setattr(os, function, full)
        until_given_up(loop)
    assert job_of(loop, run_id)['error'] == 'no space left in {} (see docs/reports.md#when-a-report-fails)'.format(
        folder
    )
    assert loop.run(run_id)['export_status'] == 'error' and loop.run(run_id)['status'] == 'finished'
    assert files(folder) == [] and {record['state'] for record in records(loop)} == {'deleted'}
    assert '已无剩余空间' in robot.messages[0].text


def test_a_disk_that_fills_while_an_exporter_writes_leaves_nothing_either(make, robot, folder):
    def fill_up(file):
        with open('/dev/full', 'wb') as full:
            os.dup2(full.fileno(), file.fileno())

    loop = make(Scripted(fill_up), formats='scripted')
    run_id = finished(loop)
    until_given_up(loop)
    assert job_of(loop, run_id)['error'] == 'no space left for the report (see docs/reports.md#when-a-report-fails)'
    assert files(folder) == [] and len(robot.messages) == 1


def test_a_format_that_nobody_makes_is_an_error_not_silence(make, robot):
    loop = make(formats=['excel', 'pdf'])
    run_id = finished(loop)
    loop.run_through(2)
    states = {job['format']: (job['state'], job['error']) for job in loop.jobs(run_id) if job['kind'] == 'export'}
    assert states == {'excel': ('success', ''), 'pdf': ('error', 'no plugin makes "pdf"')}
    assert loop.run(run_id)['export_status'] == 'error'
    assert LINK.search(robot.messages[0].text) and '没有插件生成 pdf 格式' in robot.messages[0].text


def test_a_message_does_not_wait_for_a_format_that_nobody_makes(make, robot):
    loop = make(formats='pdf')
    run_id = finished(loop)
    assert not job_of(loop, run_id, 'notify')['waits']
    loop.work()
    assert len(robot.messages) == 1


def test_a_target_and_a_format_of_one_name_are_not_confused(make, robot):
    """Nobody makes the format, and the message to the target of this name hides that from nobody."""
    target = {'CHANNEL': 'dingding', 'ACCESS_TOKEN': robot.token, 'API_BASE': robot.base_url}
    loop = make(formats='pdf', targets={'pdf': target}, defaults={'NOTIFY_CHANNEL': ['pdf']})
    run_id = finished(loop)
    assert job_of(loop, run_id)['error'] == 'no plugin makes "pdf"'


def test_a_plugin_that_is_gone_before_its_turn_fails_the_export(make):
    loop = make(Scripted(), formats='scripted')
    run_id = finished(loop)
    other = make(db=loop.db, clock=loop.clock)
    until_given_up(other)
    assert job_of(loop, run_id)['error'] == 'no plugin makes \'scripted\' any more'


def test_one_failed_report_harms_no_other(make, robot):
    loop = make(failing(), formats=['scripted', 'csv'])
    run_id = finished(loop)
    until_given_up(loop)
    assert [record['format'] for record in records(loop)] == ['csv']
    assert loop.run(run_id)['export_status'] == 'error'
    assert LINK.search(robot.messages[0].text) and '报表未能生成' in robot.messages[0].text


# Waiting


def test_a_message_waits_no_longer_than_it_may(make, robot):
    loop = make(EXPORT_WAIT=3)
    run_id = finished(loop)
    loop.tick(34)  # less than three minutes after the end
    loop.work('channel')
    assert robot.messages == []
    loop.tick(3)
    loop.work('channel')
    assert '报表仍在生成' in robot.messages[0].text
    loop.run_through(2)
    assert len(records(loop)) == 1 and len(robot.messages) == 1
    assert loop.run(run_id)['export_status'] == loop.run(run_id)['push_status'] == 'success'


def test_a_message_is_tried_for_its_whole_time_after_it_waited(make, robot):
    """With a wait longer than GIVE_UP_AFTER it would be given up before its second try."""
    robot.misbehave(-1)
    loop = make(EXPORT_WAIT=60, GIVE_UP_AFTER=0.1)
    run_id = finished(loop)
    loop.tick(120)
    loop.rung.append(job_of(loop, run_id)['lane'])
    loop.run_through(5)
    assert [line['result'] for line in job_of(loop, run_id, 'notify')['attempts']] == ['busy', 'accepted']
    assert len(robot.messages) == 1 and loop.run(run_id)['push_status'] == 'success'


def test_a_message_written_before_its_export_is_not_let_go_without_it(make, robot):
    """The tick died between the two inserts."""
    loop = make()
    run_id = finished(loop)
    loop.db['scan_notify_job'].delete_one({'kind': 'export'})
    loop.tick()
    loop.work('channel')
    assert robot.messages == []
    loop.run_through(3)
    assert LINK.search(robot.messages[0].text) and loop.run(run_id)['export_status'] == 'success'


# Stopping


def export_now(loop, run_id):
    """Work through the lane of the run's exports."""
    return loop.exports.work(job_of(loop, run_id)['lane'])


def test_progress_is_in_the_job_while_it_is_made(make, always_says):
    seen = []
    loop = make(Scripted(), formats='scripted')
    run_id = finished(loop)
    change = loop.context.jobs.change

    def watched(before, after):
        if isinstance(after, Job):
            seen.append(after.progress)
        return change(before, after)

    loop.context.jobs.change = watched
    export_now(loop, run_id)
    assert seen[:-1] == sorted(seen[:-1]) and {0, 10, 20} <= set(seen)  # the records of both collections
    assert seen[-1] == job_of(loop, run_id)['progress'] == 15  # the rows, at the end


def test_the_lane_is_kept_and_a_wish_to_stop_is_seen_while_the_rows_are_written(make, always_says):
    """Reading may be over long before writing is."""
    holds = []

    class Counting(Scripted):
        def export(self, run, rows, file):
            for table in rows.tables():
                iterator = iter(table.rows)
                next(iterator, None)  # everything is read, for it must be in order
                before = len(holds)
                if list(iterator) and table.name == 'site':
                    assert len(holds) > before

    loop = make(Counting(), formats='scripted')
    run_id, task_ids = loop.fire(loop.schedule())
    fill(loop, task_ids[:1], 1500)  # more than are read at once
    loop.tick()
    loop.status(task_ids, 'done')
    loop.settle()
    hold = loop.context.lanes.hold
    loop.context.lanes.hold = lambda *args: holds.append(1) or hold(*args)
    export_now(loop, run_id)
    assert job_of(loop, run_id)['state'] == 'success'


def cancel(loop):
    loop.db['scan_notify_job'].update_one({'kind': 'export'}, {'$set': {'state': 'cancelled'}, '$inc': {'rev': 1}})


def test_a_cancelled_export_leaves_nothing_and_the_message_goes_without_it(make, robot, folder, always_says):
    exporter = Scripted(lambda file: cancel(loop))
    loop = make(exporter, formats='scripted')
    run_id = finished(loop)
    loop.run_through(3)
    assert exporter.calls == 1
    assert files(folder) == [] and records(loop) == []
    job, run = job_of(loop, run_id), loop.run(run_id)
    assert (job['state'], job['attempts'], job['report_id']) == ('cancelled', [], None)
    assert len(robot.messages) == 1 and '报表' not in robot.messages[0].text
    assert (run['export_status'], run['push_status']) == ('skip', 'success')


def test_an_export_that_is_cancelled_when_it_is_all_but_done_leaves_nothing(make, robot, folder, monkeypatch):
    loop = make()
    keep = Directory.keep
    monkeypatch.setattr(Directory, 'keep', lambda *args: keep(*args) or cancel(loop))
    finished(loop)
    loop.run_through(2)
    assert files(folder) == [] and [record['state'] for record in records(loop)] == ['deleted']
    assert len(robot.messages) == 1 and '报表' not in robot.messages[0].text


def test_a_worker_that_is_told_to_stop_begins_again_later_and_that_is_no_death(make, robot, folder, always_says):
    def stop(file):
        loop.stopping = True

    exporter = Scripted(stop)
    loop = make(exporter, formats='scripted')
    run_id = finished(loop)
    for _ in range(5):
        loop.run_through(1)
        job = job_of(loop, run_id)
        assert (job['state'], job['starts'], job['tries'], job['attempt']) == ('pending', 0, 0, None)
        assert files(folder) == [] and records(loop) == []
        loop.stopping = False
    exporter.first = lambda file: None
    loop.run_through(2)
    assert exporter.calls == 6 and fetch(loop, folder, robot.messages[0]).data == b'5 sites'


def test_a_worker_that_lost_its_lane_leaves_nothing_and_touches_nothing_more(make, robot, folder, always_says):
    def overtake(file):
        loop.clock.move(seconds=61)
        other.exports.work(job_of(loop, run_id)['lane'])

    slow, quick = Scripted(overtake), Scripted()
    loop = make(slow, formats='scripted')
    run_id = finished(loop)
    other = make(quick, formats='scripted', db=loop.db, clock=loop.clock)
    export_now(loop, run_id)
    assert (slow.calls, quick.calls) == (1, 1)
    (record,) = records(loop)
    assert files(folder) == [record['place']]
    assert job_of(loop, run_id)['report_id'] == record['_id'] and job_of(loop, run_id)['starts'] == 2


def test_a_worker_without_its_lane_does_not_take_the_next_job_either(make, folder, always_says):
    """The lane is somebody else's, whether or not its holder has come to the job."""

    def lose(file):
        loop.clock.move(seconds=61)
        loop.context.lanes.take(job_of(loop, run_id)['lane'], loop.clock.now())

    exporter = Scripted(lose)
    loop = make(exporter, formats='scripted')
    run_id = finished(loop)
    export_now(loop, run_id)
    assert exporter.calls == 1 and files(folder) == []
    assert job_of(loop, run_id)['state'] == 'pending'


# Dying


def kill_at(monkeypatch, owner, name, after=False):
    """The worker dies when it calls this for the first time, before or after it has happened."""
    real, calls = getattr(owner, name), []

    def killing(*args, **kwargs):
        calls.append(name)
        if len(calls) > 1:
            return real(*args, **kwargs)
        if after:
            real(*args, **kwargs)
        raise Killed

    monkeypatch.setattr(owner, name, killing)


def test_a_worker_killed_before_it_kept_the_report_leaves_a_record_that_retention_closes(
    make, robot, folder, monkeypatch
):
    kill_at(monkeypatch, Directory, 'keep')
    loop = make()
    run_id = finished(loop)
    with pytest.raises(Killed):
        loop.work()
    (left,) = records(loop)
    assert left['state'] == 'making' and job_of(loop, run_id)['starts'] == 1
    loop.run_through(2)
    assert sorted(record['state'] for record in records(loop)) == ['making', 'ready']
    assert fetch(loop, folder, robot.messages[0]).status_code == 200
    loop.clock.move(days=1)
    loop.tick(4)
    assert sorted(record['state'] for record in records(loop)) == ['expired', 'ready']
    assert len(files(folder)) == 1


def test_a_worker_killed_after_it_kept_the_file_leaves_a_file_that_retention_removes(make, robot, folder, monkeypatch):
    kill_at(monkeypatch, Directory, 'keep', after=True)
    loop = make()
    finished(loop)
    with pytest.raises(Killed):
        loop.work()
    loop.run_through(2)
    assert len(files(folder)) == 2 and len(robot.messages) == 1
    loop.clock.move(days=1)
    loop.tick(4)
    (ready,) = [record for record in records(loop) if record['state'] == 'ready']
    assert files(folder) == [ready['place']]


def test_a_report_that_was_ready_when_its_worker_was_killed_is_used(make, robot, folder, monkeypatch):
    exporter = Scripted()
    loop = make(exporter, formats='scripted')
    run_id = finished(loop)
    kill_at(monkeypatch, loop.context.jobs, 'change_until_done')
    with pytest.raises(Killed):
        loop.work()
    (record,) = records(loop)
    assert record['state'] == 'ready' and job_of(loop, run_id)['state'] == 'pending'
    loop.run_through(2)
    assert exporter.calls == 1 and len(records(loop)) == 1
    job = job_of(loop, run_id)
    assert (job['state'], job['report_id'], job['progress']) == ('success', record['_id'], 15)
    assert fetch(loop, folder, robot.messages[0]).data == b'5 sites'


def test_an_export_that_kills_its_worker_three_times_is_given_up(make, robot):
    def die(file):
        raise Killed

    exporter = Scripted(die)
    loop = make(exporter, formats='scripted')
    run_id = finished(loop)
    for _ in range(3):
        with pytest.raises(Killed):
            loop.work()
        loop.tick(4)
    loop.run_through(2)
    assert exporter.calls == 3 and job_of(loop, run_id)['error'] == 'worker died 3 times'
    assert loop.run(run_id)['export_error'] == 'worker died 3 times'
    assert '报表未能生成' in robot.messages[0].text


# Retention


def test_a_file_goes_by_its_age_and_its_record_stays(make, robot, folder):
    loop = make(REPORT_DAYS=2, LINK_HOURS=1000)
    finished(loop)
    loop.run_through(2)
    assert fetch(loop, folder, robot.messages[0]).status_code == 200
    loop.clock.move(days=1, hours=23)
    loop.tick(4)
    assert len(files(folder)) == 1
    loop.clock.move(hours=1)
    loop.tick(4)
    (record,) = records(loop)
    assert files(folder) == [] and record['state'] == 'expired' and record['downloads'] == 1
    answer = fetch(loop, folder, robot.messages[0])
    assert (answer.status_code, answer.get_json()['message']) == (410, '此链接已过期，请索取新的链接')


def test_the_oldest_files_go_when_all_together_are_too_large(make, robot, folder):
    def megabyte(file):
        file.truncate(600 * 1024)
        file.seek(0, 2)

    class Large(Scripted):
        def export(self, run, rows, file):
            super().export(run, rows, file)
            megabyte(file)

    loop = make(Large(), formats='scripted', REPORT_TOTAL_MB=1)
    for _ in range(3):
        finished(loop)
        loop.run_through(2)
    loop.clock.move(minutes=11)
    loop.tick(4)
    assert [record['state'] for record in records(loop)] == ['expired', 'expired', 'ready']
    assert files(folder) == [records(loop)[2]['place']]
    assert [fetch(loop, folder, message).status_code for message in robot.messages] == [410, 410, 200]


def test_a_worker_away_from_the_folder_does_not_take_its_files_for_gone(make, robot, folder, tmp_path, monkeypatch):
    loop = make(REPORT_DAYS=2)
    finished(loop)
    loop.run_through(2)
    (record,) = records(loop)
    monkeypatch.chdir(str(folder))
    loop.clock.move(days=3)
    for other in ('', tmp_path / 'of another machine'):
        away = Loop(told(robot, robot.base_url, REPORT_DAYS=2), db=loop.db, clock=loop.clock, folder=other)
        away.tick(4)
        assert records(loop)[0]['state'] == 'ready' and files(folder) == [record['place']]
    loop.tick(4)
    assert records(loop)[0]['state'] == 'expired' and files(folder) == []


def test_a_report_whose_disk_is_not_mounted_stays_until_it_was_looked_for(make, robot, folder, tmp_path):
    loop = make(REPORT_DAYS=2)
    finished(loop)
    loop.run_through(2)
    disk = tmp_path / 'disk'
    folder.rename(disk)
    folder.mkdir()
    loop.clock.move(days=3)
    loop.tick(4)
    assert records(loop)[0]['state'] == 'ready' and len(files(disk)) == 1
    folder.rmdir()
    disk.rename(folder)
    loop.clock.move(minutes=11)
    loop.tick(4)
    assert records(loop)[0]['state'] == 'expired' and files(folder) == []


def test_a_file_that_cannot_be_removed_is_tried_again_and_harms_nothing(make, folder, monkeypatch):
    loop = make(REPORT_DAYS=2)
    finished(loop)
    loop.run_through(2)
    loop.clock.move(days=3)
    with monkeypatch.context() as patch:

        def refused(path):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

        patch.setattr(os, 'remove', refused)
        loop.tick(4)
    assert records(loop)[0]['state'] == 'ready' and len(files(folder)) == 1
    loop.clock.move(minutes=11)
    loop.tick(4)
    assert records(loop)[0]['state'] == 'expired' and files(folder) == []


def test_a_record_is_forgotten_with_the_history(make):
    loop = make(REPORT_DAYS=2, HISTORY_DAYS=5)
    run_id = finished(loop)
    loop.run_through(2)
    loop.clock.move(days=3)
    loop.tick(4)
    assert [record['state'] for record in records(loop)] == ['expired']
    loop.clock.move(days=3)
    loop.tick(4)
    assert records(loop) == [] and loop.run(run_id) is None


# The lane


def test_a_run_goes_through_one_of_the_export_lanes_always_the_same():
    lanes = {exports.lane('s:{}'.format(number), 'csv') for number in range(50)}
    assert lanes == {'export:csv:{}'.format(number) for number in range(exports.LANES)}
    assert exports.lane('s:1', 'csv') == exports.lane('s:1', 'csv') != exports.lane('s:1', 'excel')


def test_the_name_of_a_report_is_no_path_and_no_markup(make):
    loop = make()
    for name in ('../../etc/passwd', '<@all> [x](http://evil.example)', '每日 巡检/外网', '\u202egpj', '', 'x' * 300):
        run = loop.context.runs.get(finished(loop, name=name))
        assert re.fullmatch(r'[\w-]{1,40}-1-20\d{6}-\d{4}\.xlsx', reporting.report_name(run, 'xlsx'))

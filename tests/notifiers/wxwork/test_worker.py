"""From the end of a run to a WeCom group, in one process with a manual clock."""

import json
import logging

import pytest

from scan_notify_plugin.exporters.excel import ExcelExporter
from scan_notify_plugin.notifiers.wxwork import WechatNotifier
from scan_notify_plugin.testing.robot_server import Mentions
from scan_notify_plugin.testing.wxwork_robot import WxWorkRobotServer
from tests.loop import RUNS, Loop, ManualClock

BASE = 'https://arl.example.com'


class Point:
    """An entry point."""

    def __init__(self, name, plugin):
        self.name = name
        self.load = lambda: plugin


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture
def server(clock):
    with WxWorkRobotServer(clock.now, hold_seconds=0.2) as server:
        yield server


@pytest.fixture
def make(robot, clock, tmp_path):
    """make(**options of the target) is a loop that tells the robot of every run."""

    def make(defaults=None, targets=None, **options):
        ops = dict({'CHANNEL': 'wxwork', 'WEBHOOK_URL': robot.webhook_url}, **options)
        section = {
            'BASE_URL': BASE, 'REPORT_STORAGE': 'directory', 'TARGETS': dict({'ops': ops}, **targets or {}),
            'DEFAULTS': dict({'NOTIFY_ENABLE': True, 'NOTIFY_CHANNEL': ['ops']}, **defaults or {}),
        }  # fmt: skip
        found = [Point('wxwork', WechatNotifier), Point('excel', ExcelExporter)]
        return Loop({'SCAN_NOTIFY': section}, found, clock=clock, folder=tmp_path / 'reports')

    return make


def job_of(loop, run_id, kind='notify'):
    (job,) = [job for job in loop.jobs(run_id) if job['kind'] == kind]
    return job


def test_a_run_is_told_with_its_mention_and_its_file_each_once_and_in_order(make, robot):
    loop = make({'EXPORT_ENABLE': True}, SEND_FILE=True, MENTIONED_LIST=['ann'], MENTIONED_MOBILE_LIST=[13800000000])
    run_id = loop.finished_run()
    loop.run_through(8)
    summary, mention, file = robot.messages
    assert [summary.msgtype, mention.msgtype, file.msgtype] == ['markdown_v2', 'text', 'file']
    assert '](' + BASE + '/api/scan_notify/reports/' in summary.text
    assert mention.at == Mentions(('13800000000',), ('ann',))
    (kept,) = robot.files.values()
    assert file.text == kept.name and kept.name.endswith('.xlsx') and kept.bytes.startswith(b'PK')
    job = job_of(loop, run_id)
    assert (job['state'], [part['state'] for part in job['parts']]) == ('success', ['done'] * 3)
    loop.run_through(8)
    assert len(robot.messages) == 3
    assert loop.run(run_id)['push_status'] == 'success'


def test_the_section_of_the_host_is_a_target(robot, clock, tmp_path):
    sections = {
        'WXWORK': {'WEBHOOK_URL': robot.webhook_url},
        'SCAN_NOTIFY': {'DEFAULTS': {'NOTIFY_ENABLE': True, 'NOTIFY_CHANNEL': 'wxwork'}},
    }
    loop = Loop(sections, [Point('wxwork', WechatNotifier)], clock=clock)
    loop.finished_run()
    loop.run_through()
    assert len(robot.messages) == 1


def test_the_alias_reaches_the_same_robot_in_the_same_lane(make, robot):
    loop = make(
        {'NOTIFY_CHANNEL': ['ops', 'again']}, {'again': {'CHANNEL': 'wechat', 'WEBHOOK_URL': robot.webhook_url}}
    )
    assert loop.context.channels.lane('ops') == loop.context.channels.lane('again') != ''
    loop.finished_run()
    loop.run_through()
    assert len(robot.messages) == 2


@pytest.mark.parametrize('how', ['timeout_after', 'cut_after', 'portal_after', 'timeout_before'])
def test_a_doubt_is_shown_and_nothing_is_sent_again(make, robot, how):
    loop = make(MENTIONED_LIST=['ann'])
    robot.misbehave(how)
    run_id = loop.finished_run()
    loop.run_through(12, 60)
    assert len(robot.calls) == 1
    assert job_of(loop, run_id)['state'] == 'uncertain'
    assert loop.run(run_id)['push_status'] == 'uncertain'


@pytest.mark.parametrize('how', ['http_502', -1, 45033])
def test_what_was_certainly_not_taken_is_sent_again(make, robot, how):
    loop = make()
    robot.misbehave(how, times=2)
    run_id = loop.finished_run()
    loop.run_through(8)
    assert len(robot.messages) == 1 and len(robot.calls) == 3
    assert job_of(loop, run_id)['state'] == 'success'


@pytest.mark.parametrize('code', [93000, 93004, 93008])
def test_a_robot_that_is_gone_is_final_and_the_fallback_is_told(make, robot, server, code):
    other = server.add_robot()
    loop = make(FALLBACK='spare', targets={'spare': {'CHANNEL': 'wxwork', 'WEBHOOK_URL': other.webhook_url}})
    robot.misbehave(code)
    loop.finished_run()
    loop.run_through()
    assert (len(robot.calls), len(robot.messages), len(other.messages)) == (1, 0, 1)


def test_being_too_fast_cools_the_lane_for_a_minute(make, robot, clock):
    loop = make()
    robot.misbehave(45009)
    run_id = loop.finished_run()
    loop.run_through(3, 5)
    begun = clock.now()
    assert len(robot.calls) == 1 and job_of(loop, run_id)['state'] == 'pending'
    while not robot.messages:
        loop.run_through(1, 5)
        assert (clock.now() - begun).total_seconds() < 120
    assert (clock.now() - begun).total_seconds() >= 45
    assert len(robot.calls) == 2


def test_runs_of_many_pages_never_meet_the_limit(make, robot):
    loop = make(MENTIONED_LIST=['ann'], TASK_IDS=True)
    for name in ('one', 'two', 'three'):
        targets = ['目标-{}.example.com'.format(number) for number in range(400)]
        loop.finished_run(targets=targets, status='error', name=name)
    loop.run_through(30, 10)
    assert len(robot.messages) > 20
    assert [call.answer for call in robot.calls] == [0] * len(robot.calls)


def test_a_file_that_cannot_be_uploaded_is_not_in_doubt(make, robot):
    loop = make({'EXPORT_ENABLE': True}, SEND_FILE=True)
    robot.misbehave('cut_after', only='upload')
    run_id = loop.finished_run()
    loop.run_through(8)
    assert [message.msgtype for message in robot.messages] == ['markdown_v2', 'file']
    assert job_of(loop, run_id)['state'] == 'success'


@pytest.mark.parametrize('refusal', [45001, 40006, None])
def test_a_file_that_is_refused_or_gone_is_replaced_by_its_link(make, robot, refusal):
    loop = make({'EXPORT_ENABLE': True}, SEND_FILE=True, LANGUAGE='en')
    if refusal:
        robot.misbehave(refusal, only='upload')
    else:
        robot.misbehave('http_502', times=2)
    run_id = loop.finished_run()
    if not refusal:
        while not job_of(loop, run_id)['parts']:
            loop.run_through(1)
        loop.db['scan_notify_report'].update_one({}, {'$set': {'state': 'expired'}})
    loop.run_through(8)
    assert [message.msgtype for message in robot.messages] == ['markdown_v2', 'text']
    assert 'download it: {}/api/scan_notify/reports/'.format(BASE) in robot.messages[1].text
    assert robot.messages[1].text.startswith('nightly · ')  # what a phone shows
    assert job_of(loop, run_id)['state'] == 'success'


def test_a_card_opens_the_link_that_the_message_would_show(make, robot):
    loop = make({'EXPORT_ENABLE': True}, FORM='card')
    loop.finished_run()
    loop.run_through(8)
    (message,) = robot.messages
    assert message.msgtype == 'template_card'
    assert message.body['template_card']['card_action']['url'].startswith(BASE + '/api/scan_notify/reports/')
    assert 'scan-notify-link' not in json.dumps(message.body)


def test_a_code_that_nobody_knows_is_never_taken_for_moderation(make, robot):
    loop = make()
    robot.misbehave(45999, times=2)
    run_id = loop.finished_run(name='secret-target')
    loop.run_through(8)
    job = job_of(loop, run_id)
    assert 'secret-target' in robot.messages[0].text and job['state'] == 'success'
    assert [(line['result'], line['code']) for line in job['attempts']] == [('refused', 45999)] * 2 + [
        ('accepted', None)
    ]


@pytest.mark.parametrize('options, where', [
    ({}, 'text'), ({'COLOURS': True}, 'text'), ({'FORM': 'card', 'CARD_URL': 'https://arl.example.com/'}, 'card'),
])  # fmt: skip
def test_what_a_gateway_may_have_let_through_is_sent_again_and_says_so(make, robot, options, where):
    loop = make(**options)
    robot.misbehave('http_502_after')
    run_id = loop.finished_run()
    loop.run_through(8)
    first, second = robot.messages
    for message, repeats in ((first, False), (second, True)):
        said = message.body['template_card']['sub_title_text'] if where == 'card' else message.text
        assert ('可能是重复消息' in said) is repeats
    job = job_of(loop, run_id)
    assert job['state'] == 'success'
    assert [line['result'] for line in job['attempts']] == ['unknown', 'accepted']
    assert job['attempts'][0]['words'].endswith('; sent again as a possible repeat')


def test_a_file_that_may_be_a_repeat_says_so_in_its_name(make, robot):
    loop = make({'EXPORT_ENABLE': True}, SEND_FILE=True)
    robot.misbehave(0, only='send')
    robot.misbehave('http_502_after', only='send')
    loop.finished_run()
    loop.run_through(8)
    names = [message.text for message in robot.messages if message.msgtype == 'file']
    assert len(names) == 2 and names[1] == '可能重复-' + names[0]


def test_half_an_hour_of_bad_gateways_is_one_message(make, robot, clock):
    loop = make()
    robot.misbehave('http_502_before', times=8)
    run_id = loop.finished_run()
    for _ in range(40):
        loop.run_through(1, 60)
    assert job_of(loop, run_id)['state'] == 'success' and len(robot.messages) == 1


@pytest.mark.parametrize('how', ['cut_after', 'timeout_after', 'empty_after', 'portal_after'])
def test_any_other_doubt_is_not_sent_again(make, robot, how, monkeypatch):
    monkeypatch.setattr('scan_notify_plugin.notifiers.http.READ', 1.0)
    loop = make()
    robot.misbehave(how)
    run_id = loop.finished_run()
    loop.run_through()
    assert job_of(loop, run_id)['state'] == 'uncertain' and len(robot.messages) == 1


@pytest.mark.parametrize(
    'how', ['timeout_after', 'cut_before', 'http_502', 'redirect', 'html', 45009, 93000, 'json_warning_after', 0]
)
def test_the_key_is_in_no_log_and_no_document(make, robot, how, caplog):
    with caplog.at_level(logging.DEBUG):
        loop = make({'EXPORT_ENABLE': True}, SEND_FILE=True)
        robot.misbehave(how, times=3)
        loop.finished_run()
        loop.run_through(8)
    collections = (RUNS, 'scan_notify_job', 'scan_notify_lane', 'scan_notify_setting', 'scan_notify_audit')
    stored = json.dumps([list(loop.db[name].find({})) for name in collections], default=str)
    assert robot.calls
    assert robot.key not in caplog.text and robot.key not in stored

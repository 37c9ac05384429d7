"""What a third party's folder and its setup.cfg bring: a section of the host, a credential, a button, a doctor's check.

Nothing of ours knows the channel ``example``; it is found by its entry point, as pip writes it down.
"""

import os
from types import SimpleNamespace

import pytest
from flask import Flask

from scan_notify_plugin.cli import channel_checks
from scan_notify_plugin.faults import Fault, say
from scan_notify_plugin.plugins import loading
from scan_notify_plugin.settings.section import parse_settings
from scan_notify_plugin.testing.robot_server import json_answer
from scan_notify_plugin.web.callbacks import CallbackDoor, make_blueprint
from scan_notify_plugin.web.desk import Desks
from tests.example.test_example_plugin import EXAMPLE
from tests.loop import Loop

ROUTE = '/api/scan_notify/callback/example'
POINTS = '[scan_notify]\nexample = scan_notify_example.notifier:ExampleNotifier\n'


@pytest.fixture
def service(monkeypatch, tmp_path):
    """The service on loopback, and the plugin as it is installed."""
    info = tmp_path / 'scan_notify_example-0.1.0.dist-info'
    info.mkdir()
    (info / 'METADATA').write_text(
        'Metadata-Version: 2.1\nName: scan-notify-example\nVersion: 0.1.0\n', encoding='utf-8'
    )
    (info / 'entry_points.txt').write_text(POINTS, encoding='utf-8')
    for folder in (str(tmp_path), EXAMPLE, os.path.join(EXAMPLE, 'tests')):
        monkeypatch.syspath_prepend(folder)
    import fake_example

    with fake_example.ExampleServer() as server:
        server.module = fake_example
        yield server


class World:
    """A worker, and the host's web process, which has read no credential and loaded no plugin."""

    def __init__(self, service, folder, language='zh', **section):
        self.service = service
        given = {'URL': service.robot.url, 'TOKEN': {'env': 'EXAMPLE_TOKEN'}, 'CALLBACK': 'http', 'OPERATORS': ['ann']}
        defaults = {'NOTIFY_ENABLE': True, 'NOTIFY_CHANNEL': 'example'}
        self.sections = {
            'SCAN_NOTIFY': {'ENABLE': True, 'LANGUAGE': language, 'DEFAULTS': defaults},
            'EXAMPLE': dict(given, **section),
        }
        self.loop = Loop(self.sections, folder=folder)
        self.loop.context.stored.decide_run_collection(False)
        settings = parse_settings(self.sections, read_secrets=False)
        desks = Desks(lambda: self.loop.db, self.loop.clock, settings, '')
        flask = Flask('host')
        flask.register_blueprint(make_blueprint(CallbackDoor(desks, self.sections)))
        self.client = flask.test_client()

    def message(self):
        """(run id, the message) of a run that was told."""
        run_id = self.loop.finished_run()
        self.loop.run_through(6)
        return run_id, self.service.robot.messages[-1]

    def click(self, message, button='acknowledge', user='ann', event='e1', late=0.0):
        click = {'id': event, 'key': message.msg_uuid, 'button': button, 'user': user}
        headers, data = self.service.module.signed_click(click, self.loop.clock.now().timestamp() - late)
        return self.client.post(ROUTE, data=data, headers=headers)


@pytest.fixture
def world(service, tmp_path, monkeypatch):
    monkeypatch.setenv('EXAMPLE_TOKEN', service.module.TOKEN)
    return World(service, tmp_path)


def test_the_hosts_section_is_a_target_whose_credential_is_none_to_be_seen(world):
    target = world.loop.context.settings.targets['example']
    assert target.section == 'EXAMPLE' and target.options['token'].reveal() == world.service.module.TOKEN
    assert world.service.module.TOKEN not in repr(world.loop.context.settings)


def test_a_button_acknowledges(world):
    run_id, message = world.message()
    assert message.body['buttons'] == ['acknowledge', 'resend']
    answer = world.click(message)
    assert (answer.status_code, answer.get_json()) == (200, {'shown': 'ann 已确认', 'private': ''})
    assert world.loop.run(run_id)['acknowledged']['by'] == 'example:ann'


def test_whoever_clicks_reads_the_language_of_the_installation(service, tmp_path, monkeypatch):
    monkeypatch.setenv('EXAMPLE_TOKEN', service.module.TOKEN)
    world = World(service, tmp_path, language='en')
    _, message = world.message()
    assert world.click(message, user='bob').get_json()['private'] == 'you may not do that'
    assert world.click(message, event='e2').get_json()['shown'] == 'acknowledged by ann'


def test_a_message_looks_as_the_channels_dialect_says(world):
    _, message = world.message()
    assert message.body['text'].startswith('**✅ 计划任务已完成：')


def test_what_the_plugin_says_went_wrong_is_kept_in_each_language(world):
    world.service.robot.misbehave(json_answer(200, {'odd': 1}), times=50)
    run_id = world.loop.finished_run()
    world.loop.run_through(1)
    attempt = world.loop.jobs(run_id)[0]['attempts'][0]
    (fault,) = map(Fault.from_stored, attempt['faults'])
    assert (say(fault, 'zh'), say(fault, 'en')) == ('应答中没有 code', 'the answer has no code')


def test_another_sends_again(world):
    _, message = world.message()
    world.click(message, 'resend')
    world.loop.run_through(6)
    assert len(world.service.robot.messages) == 2


def test_a_click_that_is_told_again_is_answered_the_same_and_its_event_is_good_for_nothing_else(world):
    run_id, message = world.message()
    first = world.click(message)
    assert world.click(message).get_json() == first.get_json()
    assert world.click(message, 'resend').status_code == 401
    assert len(world.loop.run(run_id)['plan']) == 1


def test_the_event_of_a_refused_click_is_good_for_no_other(world):
    run_id, message = world.message()
    assert world.click(message, user='bob').get_json()['private'] == '您没有操作权限'
    assert world.click(message).status_code == 401
    assert not world.loop.run(run_id).get('acknowledged')


@pytest.mark.parametrize('late', [301, -301, float('nan'), float('inf')])
def test_a_time_that_is_not_now_is_refused(world, late):
    run_id, message = world.message()
    assert world.click(message, late=late).status_code == 401
    assert not world.loop.run(run_id).get('acknowledged')


def test_what_nobody_has_signed_is_refused(world):
    run_id, message = world.message()
    click = {'id': 'e1', 'key': message.msg_uuid, 'button': 'acknowledge', 'user': 'ann'}
    headers, data = world.service.module.signed_click(click, world.loop.clock.now().timestamp())
    assert world.client.post(ROUTE, data=data + b' ', headers=headers).status_code == 401
    assert world.client.post(ROUTE, data=data).status_code == 401
    assert not world.loop.run(run_id).get('acknowledged')


@pytest.mark.parametrize(
    'odd', [{'key': {'$ne': ''}}, {'user': ['ann']}, {'user': {'$ne': 1}}, {'button': ['acknowledge']}, {'key': None}]
)
def test_what_is_signed_and_odd_does_nothing(world, odd):
    run_id, message = world.message()
    click = dict({'id': 'e1', 'key': message.msg_uuid, 'button': 'acknowledge', 'user': 'ann'}, **odd)
    headers, data = world.service.module.signed_click(click, world.loop.clock.now().timestamp())
    answer = world.client.post(ROUTE, data=data, headers=headers)
    assert answer.status_code == 200 and answer.get_json()['private']
    assert not world.loop.run(run_id).get('acknowledged')


def test_without_its_credential_no_click_is_proven(world, monkeypatch, caplog):
    _, message = world.message()
    monkeypatch.delenv('EXAMPLE_TOKEN')
    assert world.click(message).status_code == 401
    assert 'EXAMPLE_TOKEN is not set' in caplog.text


def test_a_plugin_that_fails_is_no_answer_and_no_trace(world, monkeypatch):
    _, message = world.message()
    from scan_notify_example.buttons import ExampleButtons

    def fails(self, request, options):
        raise RuntimeError('broken')

    monkeypatch.setattr(ExampleButtons, 'heard', fails)
    answer = world.click(message)
    assert answer.status_code == 503 and b'broken' not in answer.data


def test_a_plugin_that_is_not_installed_there_is_not_found(world, monkeypatch):
    _, message = world.message()
    monkeypatch.setattr(loading, '_installed', lambda: [])
    assert world.click(message).status_code == 404


def test_the_doctor_asks_it(world, service, tmp_path):
    world = World(service, tmp_path, OPERATORS=[])
    session = SimpleNamespace(settings=world.loop.settings, db=world.loop.db, clock=world.loop.clock)
    findings = channel_checks.check_channels(session, world.loop.context.plugins)
    lines = [finding.in_words('en') for finding in findings]
    expected = ('warn', 'nobody may press the buttons of example')
    assert [(line.state, line.found) for line in lines if line.check == 'buttons'] == [expected]


def test_a_diagnosis_that_fails_is_a_finding(world, monkeypatch):
    notifier = world.loop.context.plugins.notifiers['example']
    monkeypatch.setattr(type(notifier), 'diagnose', lambda self, targets, connected: 1 / 0)
    session = SimpleNamespace(settings=world.loop.settings, db=world.loop.db, clock=world.loop.clock)
    (finding,) = channel_checks.check_channels(session, world.loop.context.plugins)
    found = finding.in_words('en')
    assert (found.check, found.state) == ('channel example', 'fail') and 'ZeroDivisionError' in found.found

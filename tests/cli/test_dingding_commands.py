"""``scan-notify dingding register-callback``, ``scan-notify stream``, and what doctor says about both."""

import os
import signal
import threading

import pytest

from scan_notify_plugin.cli import channel_checks, listen_command, session
from scan_notify_plugin.clock import Clock
from scan_notify_plugin.errors import ScanNotifyError
from scan_notify_plugin.notifiers.dingding_openapi import stream
from scan_notify_plugin.settings.store import SettingsStore
from scan_notify_plugin.testing.dingtalk_openapi import DingTalkOpenApiServer

CONFIG = '''
MONGO: {{URI: 'mongodb://arl:5f2c@10.0.0.1/', DB: arl}}
CELERY: {{BROKER_URL: 'memory://'}}
SCAN_NOTIFY:
  ENABLE: true
  BASE_URL: https://arl.example.com/
  TARGETS:
    cards: {{CHANNEL: dingding_openapi, APP_KEY: {key}, APP_SECRET: {secret}, API_BASE: '{url}', DEFAULT_CHAT_ID: cidA,
             CARD_TEMPLATE_ID: t.schema, CALLBACK: {callback}, CALLBACK_ROUTE_KEY: arl, CALLBACK_SECRET: 5f2cCallback,
             OPERATORS: [u1]}}
'''
ADDRESS = 'https://arl.example.com/api/scan_notify/dingtalk/card'


@pytest.fixture
def app(host, db):
    with DingTalkOpenApiServer() as server:
        app = server.add_app(app_secret='5f2cSecret')

        def configure(callback):
            text = CONFIG.format(key=app.app_key, secret=app.app_secret, url=server.base_url, callback=callback)
            host.configure(text)

        app.configure, app.server = configure, server
        configure('http')
        yield app


@pytest.mark.parametrize('command', [('dingding', 'register-callback'), ('register-callback',)])
def test_the_address_of_the_web_server_is_registered(run, app, command):
    said = run(*command, 'cards')
    assert said.code == 0 and ADDRESS in said.out
    assert (app.routes['arl'].url, app.routes['arl'].secret) == (ADDRESS, '5f2cCallback')


def test_another_address_needs_force(run, app):
    run('dingding', 'register-callback', 'cards')
    said = run('dingding', 'register-callback', 'cards', '--url', 'https://other.example.com/x')
    assert said.code == 2 and '--force' in said.err and app.routes['arl'].url == ADDRESS
    app.keeps_routes = True  # the other way in which DingTalk says so: a success that names the earlier address
    said = run('dingding', 'register-callback', 'cards', '--url', 'https://other.example.com/x')
    assert said.code == 2 and 'DingTalk keeps ' + ADDRESS in said.err
    said = run('dingding', 'register-callback', 'cards', '--url', 'https://other.example.com/x', '--force')
    assert said.code == 0 and app.routes['arl'].url == 'https://other.example.com/x'


@pytest.mark.parametrize('name, callback', [('cards', 'stream'), ('nobody', 'http'), ('dingding', 'http')])
def test_a_target_that_wants_no_callback_over_http_is_refused(run, app, name, callback):
    app.configure(callback)
    said = run('dingding', 'register-callback', name)
    assert said.code == 2 and 'CALLBACK: http' in said.err and not app.routes


@pytest.mark.parametrize('command', [('stream',), ('listen',), ('listen', 'dingding_openapi')])
def test_without_the_sdk_stream_says_what_to_install(run, app, monkeypatch, command):
    monkeypatch.setattr(stream, 'sdk_is_installed', lambda: False)
    app.configure('stream')
    said = run(*command)
    assert said.code == 2 and 'scan-notify-plugin[stream]' in said.err


def test_without_a_target_for_it_stream_ends(run, app, monkeypatch):
    monkeypatch.setattr(stream, 'sdk_is_installed', lambda: True)
    said = run('stream')
    assert said.code == 2 and 'no target has CALLBACK: stream' in said.err


@pytest.mark.parametrize('channel', ['dingding', 'nobody'])
def test_a_channel_without_such_a_target_is_not_listened_for(run, app, monkeypatch, channel):
    monkeypatch.setattr(stream, 'sdk_is_installed', lambda: True)
    app.configure('stream')
    said = run('listen', channel)
    assert said.code == 2 and 'no target of the channel {} has CALLBACK: stream'.format(channel) in said.err


def test_stream_answers_until_it_is_told_to_end(run, app, db):
    pytest.importorskip('dingtalk_stream', reason='DingTalk\'s SDK needs Python 3.8')
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    app.configure('stream')

    def end_it():
        try:
            app.server.stream.wait_connected(app)
        finally:
            os.kill(os.getpid(), signal.SIGTERM)

    thread = threading.Thread(target=end_it)
    thread.start()
    try:
        said = run('stream')
    finally:
        thread.join()
        for number, handler in handlers.items():
            signal.signal(number, handler)
    assert said.code == 0
    app.server.stream.wait_connected(app, 0)


def test_targets_of_one_application_share_a_connection(app):
    app.configure('stream')
    streams = listen_command.make_listener(session.open_session())
    assert [connection.names for connection in streams.connections] == [['cards']]


def test_a_target_without_credentials_is_named(app, host):
    app.configure('stream')
    host.configure(host.config.read_text().replace('APP_SECRET: 5f2cSecret,', ''))
    with pytest.raises(ScanNotifyError, match='cards lacks APP_KEY or APP_SECRET'):
        listen_command.make_listener(session.open_session())


def found():
    opened = session.open_session()
    findings = channel_checks.check_channels(opened, channel_checks.load_plugins(opened.settings))
    return [finding.in_words('en') for finding in findings]


def test_doctor_misses_the_stream_process(app, db):
    assert found() == []  # nobody wants it
    app.configure('stream')
    (one,) = found()
    assert one.state == 'warn' and 'scan-notify stream' in one.advice and 'link only' in one.advice
    SettingsStore(db, Clock()).stream_alive('here', {'targets': ['cards'], 'connected': ['cards']})
    (one,) = found()
    assert one.state == 'ok'


def test_doctor_says_that_the_sdk_is_absent(app, monkeypatch):
    monkeypatch.setattr(stream, 'sdk_is_installed', lambda: False)
    app.configure('stream')
    (one,) = found()
    assert 'not installed here' in one.advice

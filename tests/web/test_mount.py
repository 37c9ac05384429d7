"""How the route gets into the host's web process: while `app.main` is imported, before its first request."""

import importlib
import logging
import os
import sys

import mongomock
import pytest
from pymongo.errors import OperationFailure

from scan_notify_plugin import autoload
from scan_notify_plugin.clock import Clock
from scan_notify_plugin.host import config, imports
from scan_notify_plugin.reports import links, storage
from scan_notify_plugin.reports.store import ReportStore
from scan_notify_plugin.settings.store import SettingsStore
from scan_notify_plugin.web import mount
from tests.reports.shelf import CONTENT, put_report

HOST = '''
ARL: {{AUTH: true}}
MONGO: {{URI: '{uri}', DB: arl}}
CELERY: {{BROKER_URL: 'memory://'}}
SCAN_NOTIFY: {section}
'''
MAIN = '''
from flask import Flask
from flask_restx import Api
from app import utils
arl_app = Flask(__name__)
api = Api(arl_app, prefix='/api', doc='/api/doc')

@arl_app.route('/api/ping')
def ping():
    return 'pong'
'''
UTILS = '''
def auth(function):
    return lambda *args, **kwargs: {'message': 'not login', 'code': 401, 'data': {}}
'''
AWAY = 'mongodb://arl:5f2c@127.0.0.1:9/'


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    """A process that nothing of ours has entered yet, and no app of another test."""
    monkeypatch.setattr(autoload, '_listening', [])
    monkeypatch.setattr(imports, '_finder', imports._Finder())
    monkeypatch.setattr(sys, 'meta_path', list(sys.meta_path))
    monkeypatch.delenv(config.ENVIRONMENT, raising=False)
    _forget()
    yield
    _forget()


def _forget():
    for name in [name for name in sys.modules if name.split('.')[0] == 'app']:
        del sys.modules[name]


@pytest.fixture
def client(monkeypatch):
    """The database of the host, for every connection that is made."""
    client = mongomock.MongoClient(tz_aware=True)
    monkeypatch.setattr(client, 'close', lambda: None)
    monkeypatch.setattr(mount, 'connect', lambda uri, clock, timeout: client)
    return client


@pytest.fixture
def start(tmp_path, monkeypatch):
    """start(section) is the host's web app, as gunicorn imports it."""

    def start(section='{ENABLE: true}', main=MAIN, uri='mongodb://nowhere'):
        folder = tmp_path / 'arl'
        (folder / 'app' / 'helpers').mkdir(parents=True)
        files = {
            '__init__.py': '', 'celerytask.py': '', 'helpers/__init__.py': '', 'helpers/task_schedule.py': '',
            'utils.py': UTILS, 'main.py': main, 'config.yaml': HOST.format(uri=uri, section=section),
        }  # fmt: skip
        for name, text in files.items():
            (folder / 'app' / name).write_text(text, encoding='utf-8')
        monkeypatch.chdir(str(folder))
        monkeypatch.syspath_prepend(str(folder))
        importlib.invalidate_caches()
        autoload.start()
        return importlib.import_module('app.main').arl_app

    return start


@pytest.fixture
def reports(tmp_path):
    """Where the host keeps them."""
    return tmp_path / 'arl' / 'tmp' / 'reports'


def routes(app):
    return [rule.rule for rule in app.url_map.iter_rules() if 'scan_notify' in rule.rule]


def lines(caplog):
    return [record.getMessage() for record in caplog.records if record.name == 'scan_notify']


def test_the_route_is_there_before_the_first_request_and_the_hosts_own_stay(start, client):
    app = start()
    assert {'/api/scan_notify/reports/<token>', '/api/scan_notify/runs', '/api/scan_notify/admin/'} <= set(routes(app))
    assert app.test_client().get('/api/ping').data == b'pong'
    assert app.test_client().get(links.ROUTE + 'x').status_code == 403


def test_without_the_administration_a_report_is_still_served(start, client, reports, caplog, monkeypatch):
    def fail(*args):
        raise RuntimeError('mongodb://arl:5f2c@10.0.0.1/')

    monkeypatch.setattr(mount.api, 'add_to', fail)
    app = start()
    assert '/api/scan_notify/runs' not in routes(app)
    assert app.test_client().get(links.ROUTE + 'x').status_code == 403
    assert lines(caplog) == ['the administration is off: RuntimeError: mongodb://***@10.0.0.1/']


def test_a_report_of_the_worker_is_served(start, client, reports):
    app = start()
    report = put_report(client['arl'], reports, now=Clock().now())
    token = links.sign(ReportStore(client['arl']).signing_key(), report.id, 1, report.link_until)
    assert app.test_client().get(links.ROUTE + token, buffered=True).data == CONTENT


@pytest.mark.parametrize('section', ['{}', '{ENABLE: false}', '{ENABLE: true, NO_SUCH_KEY: 1}'])
def test_while_the_feature_is_off_or_wrong_the_host_is_as_it_was(start, client, reports, section, caplog):
    app = start(section)
    assert routes(app) == []
    assert app.test_client().get('/api/ping').data == b'pong'
    assert not reports.exists()
    assert list(client['arl'].list_collection_names()) == []
    assert len(lines(caplog)) == ('NO_SUCH_KEY' in section)


def test_a_host_whose_app_has_another_name_is_left_alone(start, client, caplog):
    """As the rewrite with FastAPI has."""
    with pytest.raises(AttributeError, match='arl_app'):
        start(main=MAIN.replace('arl_app', 'other'))
    assert routes(sys.modules['app.main'].other) == [] and lines(caplog) == []


# The marker


@pytest.mark.parametrize('section, written', [
    ('{ENABLE: true}', True),
    ('{ENABLE: true, REPORT_STORAGE: auto}', True),
    ('{ENABLE: true, REPORT_STORAGE: directory}', False),
    ('{ENABLE: true, REPORT_STORAGE: gridfs}', False),
])  # fmt: skip
def test_the_marker_is_written_only_where_somebody_will_look_for_it(start, client, reports, section, written):
    start(section)
    assert (reports / storage.MARKER).exists() is written
    marker = SettingsStore(client['arl'], Clock()).read().web_marker
    assert storage.is_shared(str(reports), marker) if written else marker == ''


def test_the_marker_goes_into_the_folder_of_the_settings(start, client, reports, tmp_path):
    folder = tmp_path / 'elsewhere'
    start('{{ENABLE: true, REPORT_FOLDER: {}}}'.format(folder))
    assert (folder / storage.MARKER).exists() and not reports.exists()


def test_every_web_process_writes_the_same_marker(start, client, reports):
    start()
    words = (reports / storage.MARKER).read_text()
    assert len(words) == 32
    mount._show_folder(config.load(os.path.join('app', 'config.yaml')), str(reports))
    assert (reports / storage.MARKER).read_text() == words


def test_without_a_folder_of_the_host_there_is_no_marker(start, client, tmp_path, monkeypatch):
    """The configuration was named, so it may lie anywhere."""
    path = tmp_path / 'config.yaml'
    path.write_text(HOST.format(uri='mongodb://nowhere', section='{ENABLE: true}'))
    monkeypatch.setenv(config.ENVIRONMENT, str(path))
    assert routes(start())
    assert SettingsStore(client['arl'], Clock()).read().web_marker == ''


def test_a_folder_that_cannot_be_written_is_one_line_and_reports_go_to_gridfs(start, client, tmp_path, caplog):
    blocked = tmp_path / 'blocked'
    blocked.write_text('a file')
    app = start('{{ENABLE: true, REPORT_FOLDER: {}}}'.format(blocked))
    assert routes(app)
    assert lines(caplog) == ['reports will be kept in GridFS: {}: File exists'.format(blocked)]


def test_the_line_has_no_credential(start, client, caplog, monkeypatch):
    def fail(self):
        raise OperationFailure('not authorized: mongodb://arl:5f2c@10.0.0.1/')

    monkeypatch.setattr(SettingsStore, 'web_marker', fail)
    assert routes(start())
    assert lines(caplog) == ['reports will be kept in GridFS: not authorized: mongodb://***@10.0.0.1/']


# Without MongoDB


@pytest.fixture
def impatient(monkeypatch):
    """Real connections, which wait for 0.2 s and are closed after the test."""
    clients, connect = [], mount.connect

    def remembered(*args):
        clients.append(connect(*args))
        return clients[-1]

    monkeypatch.setattr(mount, 'TIMEOUT', 0.2)
    monkeypatch.setattr(mount, 'connect', remembered)
    yield
    for client in clients:
        client.close()


def test_without_mongodb_the_web_starts_with_one_line(start, impatient, reports, caplog):
    with caplog.at_level(logging.INFO):
        app = start(uri=AWAY)
    (line,) = lines(caplog)
    assert line.startswith('reports will be kept in GridFS: ') and '5f2c' not in line
    assert routes(app) and not reports.exists()
    assert app.test_client().get('/api/ping').data == b'pong'
    answer = app.test_client().get(links.ROUTE + 'x')
    assert answer.status_code == 503 and '5f2c' not in caplog.text


def test_a_fault_of_ours_is_one_line_and_the_web_starts(start, caplog, monkeypatch):
    def fail(*args):
        raise RuntimeError('a fault')

    monkeypatch.setattr(mount, 'mount', fail)
    app = start()
    assert routes(app) == []
    assert lines(caplog) == ['scan-notify is off in this process: RuntimeError: a fault']
    assert app.test_client().get('/api/ping').data == b'pong'

"""The checks of ``scan-notify doctor`` that open links and figures, over real HTTP."""

import os
import socket
import threading
from types import SimpleNamespace

import pytest
from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from scan_notify_plugin.cli import diagnosis, reachability
from scan_notify_plugin.cli.finding import Finding
from scan_notify_plugin.clock import Clock
from scan_notify_plugin.faults import quoted
from scan_notify_plugin.reports import storage
from scan_notify_plugin.secret import Secret
from scan_notify_plugin.settings.section import parse_settings
from scan_notify_plugin.settings.store import SettingsStore
from scan_notify_plugin.testing.embedded import embedded_database
from scan_notify_plugin.web.download import Downloads, make_blueprint
from scan_notify_plugin.worker.metrics_server import MetricsServer


class _Quiet(WSGIRequestHandler):
    def log(self, type, message, *args):
        pass


@pytest.fixture
def serve():
    """serve(app) is the address at which it is served."""
    servers = []

    def start(app):
        servers.append(make_server('127.0.0.1', 0, app, request_handler=_Quiet))
        threading.Thread(target=servers[-1].serve_forever, daemon=True).start()
        return 'http://127.0.0.1:{}'.format(servers[-1].port)

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def db():
    return embedded_database()


@pytest.fixture
def session(db, host):
    """session(BASE_URL=...) is what the doctor works with."""

    def make(**section):
        settings = parse_settings({'SCAN_NOTIFY': dict(section, ENABLE=True)})
        path = os.path.join(str(host), 'app', 'config.yaml')
        found_host = SimpleNamespace(path=path)
        return SimpleNamespace(db=db, clock=Clock(), settings=settings, host=found_host, runs='task_schedule_run')

    return make


def found(findings):
    lines = [finding.in_words('en') for finding in findings]
    return {line.check: (line.state, line.found) for line in lines}


def host_app(db, folder):
    app = Flask('host')
    app.register_blueprint(make_blueprint(Downloads(lambda: db, Clock(), str(folder))))
    return app


def dead_port():
    with socket.socket() as taken:
        taken.bind(('127.0.0.1', 0))
        return taken.getsockname()[1]


# links


def test_links_that_lead_to_our_route_are_well(session, serve, db, tmp_path):
    address = serve(host_app(db, tmp_path))
    findings = found(reachability.check_reports(session(BASE_URL=address)))
    assert findings['links'] == ('ok', address + '/api/scan_notify/reports/ is answered')


def test_links_that_lead_to_somebody_else_are_told(session, serve):
    app = Flask('another')

    @app.errorhandler(404)
    def missing(error):
        return 'login first', 403

    state, words = found(reachability.check_reports(session(BASE_URL=serve(app))))['links']
    assert state == 'warn' and words.endswith('is answered by somebody else: HTTP 403')


def test_links_that_lead_nowhere_are_told(session):
    address = 'http://127.0.0.1:{}'.format(dead_port())
    state, words = found(reachability.check_reports(session(BASE_URL=address)))['links']
    assert state == 'warn' and 'cannot be opened from here: ConnectionError: ' in words
    assert words.endswith(' Connection refused')  # and nothing of the objects around these words


def test_an_address_of_nobody_is_told(session):
    state, words = found(reachability.check_reports(session(BASE_URL='http://a..b')))['links']
    assert state == 'warn' and 'cannot be opened from here: ' in words and len(words) < 260


def test_a_server_that_says_nothing_is_not_waited_for(session, monkeypatch):
    monkeypatch.setattr(reachability, 'LIMIT', 0.3)
    with socket.socket() as silent:
        silent.bind(('127.0.0.1', 0))
        silent.listen(1)
        address = 'http://127.0.0.1:{}'.format(silent.getsockname()[1])
        assert found(reachability.check_reports(session(BASE_URL=address)))['links'][0] == 'warn'


def test_reports_without_an_address_for_links_are_told(session, db):
    assert 'links' not in found(reachability.check_reports(session()))
    assert found(reachability.check_reports(session(DEFAULTS={'EXPORT_ENABLE': True})))['links'][0] == 'warn'
    SettingsStore(db, Clock()).set_schedule('65e2', {'export_enable': True}, 'cli:root')
    assert found(reachability.check_reports(session()))['links'][0] == 'warn'


# where reports are


def test_where_reports_would_be_kept_is_told(session, db, host):
    folder = os.path.join(str(host), 'tmp', 'reports')
    assert found(reachability.check_reports(session()))['reports'] == ('ok', 'kept in MongoDB')
    store = SettingsStore(db, Clock())
    storage.write_marker(folder, store.web_marker())
    state, words = found(reachability.check_reports(session()))['reports']
    assert state == 'ok' and words.startswith('kept in MongoDB until the web server has read')
    store.set_probe('0-0', 'f', 'words')
    store.answer_probe('0-0', 'another', ())  # not this very file
    assert found(reachability.check_reports(session()))['reports'][1] == words
    store.answer_probe('0-0', 'f', ())
    assert found(reachability.check_reports(session()))['reports'] == ('ok', 'kept in ' + folder)
    store.answer_probe('0-0', 'f', (quoted(folder + ': Permission denied'),))
    told = 'kept in MongoDB: the web server cannot read {}: Permission denied'.format(folder)
    assert found(reachability.check_reports(session()))['reports'] == ('warn', told)


def test_a_folder_that_the_first_report_makes_is_well(session, tmp_path):
    folder = str(tmp_path / 'a' / 'b')
    settings = dict(REPORT_STORAGE='directory', REPORT_FOLDER=folder)
    assert found(reachability.check_reports(session(**settings)))['reports'] == ('ok', 'kept in ' + folder)


def test_a_folder_that_cannot_be_written_is_told(session, tmp_path, monkeypatch):
    monkeypatch.setattr(os, 'access', lambda path, mode: False)  # root may write anywhere
    settings = dict(REPORT_STORAGE='directory', REPORT_FOLDER=str(tmp_path))
    state, words = found(reachability.check_reports(session(**settings)))['reports']
    assert (state, words) == ('warn', 'this user may not write into {}'.format(tmp_path))


def test_a_wanted_folder_that_nobody_named_is_told(session, host):
    made = session(REPORT_STORAGE='directory')
    made.host.path = '/nowhere/config.yaml'
    state, words = found(reachability.check_reports(made))['reports']
    assert state == 'warn' and words.startswith('no folder is known')


# figures


def live(db, name):
    SettingsStore(db, Clock()).worker_alive(name, {})


@pytest.mark.parametrize('text, state', [(b'scan_notify_runs 1\n', 'ok'), (b'another\n', 'warn')])
def test_the_figures_of_a_worker_here_are_opened(session, db, text, state):
    live(db, socket.gethostname() + '-1')
    server = MetricsServer('127.0.0.1:0', lambda: text, Secret('s3cret'))
    try:
        made = session(METRICS_LISTEN='127.0.0.1:{}'.format(server.port), METRICS_TOKEN='s3cret')
        findings = found(reachability.check_metrics(made))
        assert findings['metrics'][0] == state and 's3cret' not in str(findings)
    finally:
        server.end()


def test_figures_that_nobody_serves_are_told(session, db):
    live(db, socket.gethostname() + '-1')
    made = session(METRICS_LISTEN='0.0.0.0:{}'.format(dead_port()), METRICS_TOKEN='s3cret')
    state, words = found(reachability.check_metrics(made))['metrics']
    assert state == 'warn' and words.startswith('http://127.0.0.1:')


def test_figures_are_not_looked_for_where_no_worker_is(session, db):
    made = session(METRICS_LISTEN='127.0.0.1:{}'.format(dead_port()))
    assert not list(reachability.check_metrics(made))
    live(db, 'another-machine-1')
    assert not list(reachability.check_metrics(made))


# the command


def test_doctor_makes_these_checks(run, session, monkeypatch):
    made = session(BASE_URL='http://127.0.0.1:{}'.format(dead_port()))
    fine = Finding(quoted(''), 'ok', quoted(''))
    monkeypatch.setattr(diagnosis, 'check_broker', lambda host: fine)
    monkeypatch.setattr(diagnosis, 'check_mongo', lambda host, settings: (fine, made))
    checks = {one['check']: one['state'] for one in run('doctor', '--json').json}
    assert (checks['reports'], checks['links']) == ('ok', 'warn')
    assert 'metrics' not in checks and 'stream' not in checks

"""Everything that ``scan-notify doctor`` can find is said in the reader's language."""

import os
from datetime import timedelta
from types import SimpleNamespace

import pytest
from pymongo.errors import ServerSelectionTimeoutError

from scan_notify_plugin import words
from scan_notify_plugin.cli import channel_checks, diagnosis, reachability, standing
from scan_notify_plugin.clock import Clock
from scan_notify_plugin.doors import MARK
from scan_notify_plugin.faults import ENGLISH, Fault, quoted, rewritten, say
from scan_notify_plugin.host.config import HostConfig
from scan_notify_plugin.jobs import alerts
from scan_notify_plugin.jobs.alert_events import Pending
from scan_notify_plugin.jobs.job import State
from scan_notify_plugin.jobs.store import JobStore
from scan_notify_plugin.plugins.loading import Plugins, Row, load
from scan_notify_plugin.settings.section import parse_settings
from scan_notify_plugin.settings.store import SettingsStore
from scan_notify_plugin.testing.embedded import embedded_database
from tests.cli import marks

NOWHERE = HostConfig('config.yaml', {}, 'mongodb://127.0.0.1:9/', 'arl', 'amqp://127.0.0.1:9/')
LANES = 'scan_notify_lane'


@pytest.fixture(autouse=True)
def marked(monkeypatch):
    monkeypatch.setitem(words.LANGUAGES, marks.NAME, marks.sentences())


@pytest.fixture
def session(host):
    """session(BASE_URL=...) is what the doctor works with, on a database of its own."""

    def make(**section):
        settings = parse_settings({'SCAN_NOTIFY': dict(section, ENABLE=True)})
        found_host = SimpleNamespace(path=os.path.join(str(host), 'app', 'config.yaml'))
        clock = Clock()
        return SimpleNamespace(db=embedded_database(), clock=clock, settings=settings, host=found_host, runs='run')

    return make


def settings(**section):
    return parse_settings({'SCAN_NOTIFY': dict(section, ENABLE=True)})


def of_the_host(host, session, monkeypatch):
    yield diagnosis.check_host()
    (host.config.parent / 'main.py').write_text('version = "2.6.2"')
    yield diagnosis.check_host()
    yield diagnosis.check_loading()
    yield diagnosis.check_config('')[0]
    host.configure(host.config.read_text().replace('ENABLE: true', 'ENABLE: false'))
    yield diagnosis.check_config('')[0]
    yield from diagnosis.check_templates(settings())
    yield from diagnosis.check_templates(settings(TEMPLATES=str(host)))
    with open(os.path.join(str(host), 'run.jinja'), 'w') as file:
        file.write('{{ nobody }}')
    yield from diagnosis.check_templates(settings(TEMPLATES=str(host)))
    monkeypatch.chdir('/')
    yield diagnosis.check_host()


def of_services(host, session, monkeypatch):
    monkeypatch.setattr(diagnosis, 'TIMEOUT', 0.05)
    yield diagnosis.check_broker(NOWHERE)
    yield diagnosis.check_broker(NOWHERE._replace(broker_url='memory://'))
    db = embedded_database()
    for version in ('', '7.0.1', '4.0.28', '3.6.0'):
        monkeypatch.setattr(diagnosis, 'connect', lambda *args: _Client(version, db))
        monkeypatch.setattr(diagnosis.pymongo, 'version_tuple', (4, 15, 0))
        yield diagnosis.check_mongo(NOWHERE, settings())[0]


class _Client:
    def __init__(self, version, db):
        self._version, self._db = version, db

    def server_info(self):
        if not self._version:
            raise ServerSelectionTimeoutError('127.0.0.1:9: refused')
        return {'version': self._version}

    def __getitem__(self, name):
        return self._db


def of_plugins(host, session, monkeypatch):
    rows = [
        Row('mine', '1.0', 'active'),
        Row('old', '', 'blocked'),
        Row('gone', '1', 'broken', error='ImportError: x', faults=(quoted('ImportError: x'),)),
    ]
    yield from channel_checks.check_plugins(Plugins(None, rows, {}, {}))
    ops = {'CHANNEL': 'dingding', 'ACCESS_TOKEN': 'a' * 64}
    targets = {'ops': ops, 'x': {'CHANNEL': 'nobody'}, 'inspected': dict(ops, CA_BUNDLE='/absent.pem')}
    yield from channel_checks.check_targets(settings(TARGETS=targets), load(()))


def of_the_database(host, session, monkeypatch):
    made = session(ALERTS='duty', TARGETS={
        'duty': {'CHANNEL': 'dingding', 'ACCESS_TOKEN': 'x', 'FALLBACK': 'spare'},
        'spare': {'CHANNEL': 'dingding', 'ACCESS_TOKEN': 'y'},
    })  # fmt: skip
    yield standing.check_clock(made)
    monkeypatch.setattr(made.clock, 'skew', lambda: 100.0)
    yield standing.check_clock(made)
    yield standing.check_history(made)
    yield standing.check_history(SimpleNamespace(runs=None))
    yield standing.check_documents(made)
    now = made.clock.now()
    for number in range(2):
        made.db['scan_notify_job'].insert_one({'_id': 'j{}'.format(number), MARK: {'at': now, 'why': 'odd'}})
    made.db['run'].insert_one({'_id': 'r', MARK: {'at': now, 'why': 'odd'}})
    yield standing.check_documents(made)
    made.db['run'].insert_one({'_id': 'n', 'v': 99, 'fired_at': now})
    yield from standing.check_newer(made)
    yield standing.check_worker(made)
    SettingsStore(made.db, made.clock).worker_alive('w', {'broker': ''})
    yield standing.check_worker(made)
    SettingsStore(made.db, made.clock).worker_alive('w', {'broker': 'refused'})
    yield standing.check_worker(made)
    yield standing.check_alerts(session())
    yield standing.check_alerts(made)
    for state in (State.ERROR, State.UNCERTAIN):
        yield standing.check_alerts(_alerted(made, state))
    SettingsStore(made.db, made.clock).stops.stop('duty', 'web:ann', (quoted('it'),))
    yield from standing.check_stopped(made)


def _alerted(made, state):
    now = made.clock.now()
    message = alerts.Message('alert/broker/{}/{}'.format(now.isoformat(), state.value), Pending(count=1, since=now))
    job = alerts.job('broker', message, ['duty'], 'channel:1', now, timedelta(hours=1))
    JobStore(made.db).insert(job.evolve(state=state))
    return made


def of_reports(host, session, monkeypatch):
    for section in (
        {}, {'REPORT_STORAGE': 'gridfs'}, {'REPORT_STORAGE': 'directory'},
        {'REPORT_STORAGE': 'directory', 'REPORT_FOLDER': '/proc/none'}, {'DEFAULTS': {'EXPORT_ENABLE': True}},
        {'BASE_URL': 'http://127.0.0.1:9'},
    ):  # fmt: skip
        yield from reachability.check_reports(session(**section))
    monkeypatch.setattr(os, 'access', lambda path, mode: False)  # root may write anywhere
    yield from reachability.check_reports(session(REPORT_STORAGE='directory'))
    with monkeypatch.context() as patch:
        patch.setattr(reachability, 'report_folder', lambda host, given: '')
        yield from reachability.check_reports(session(REPORT_STORAGE='directory'))
    monkeypatch.setattr(reachability.storage, 'is_shared', lambda folder, marker: True)
    made = session()
    yield from reachability.check_reports(made)
    for answer in ({'ok': False, 'why': 'it'}, {'ok': True}):
        monkeypatch.setattr(SettingsStore, 'read', lambda self: _Stored(answer))
        yield from reachability.check_reports(made)


class _Stored:
    web_marker = 'x'
    options = {}

    def __init__(self, answer):
        self._answer = answer

    def probes(self):
        return {'w': {'read': self._answer}}

    def schedules(self):
        return {}


def of_addresses(host, session, monkeypatch):
    for status, text in ((403, 'this link is damaged or was not made here'), (200, 'scan_notify_x')):
        monkeypatch.setattr(reachability, '_get', lambda address, *more, **named: (status, text))
        yield from reachability.check_reports(session(BASE_URL='http://arl.example.com'))
    monkeypatch.setattr(reachability, 'living', lambda made: [reachability.socket.gethostname() + '-1'])
    for text in ('scan_notify_x', 'nothing'):
        monkeypatch.setattr(reachability, '_get', lambda address, *more, **named: (200, text))
        yield from reachability.check_metrics(session(METRICS_LISTEN='127.0.0.1:9'))


PLAYS = (of_the_host, of_services, of_plugins, of_the_database, of_reports, of_addresses)
#: Whose finding is a quotation where all is well, or in other words than ours: a path, a name, an address, an error.
QUOTED = {'config', 'templates', 'broker', 'mongodb', 'plugin', 'worker'}


def every(host, session, monkeypatch, play):
    with monkeypatch.context() as patch:
        return list(play(host, session, patch))


@pytest.mark.parametrize('play', PLAYS, ids=lambda play: play.__name__)
def test_what_it_finds_is_translated(host, session, monkeypatch, play):
    for finding in every(host, session, monkeypatch, play):
        line = finding.in_words(marks.NAME)
        assert '⟦' in line.check and (not finding.advice or line.advice.startswith('⟦'))
        assert finding.state == 'ok' or finding.advice
        if finding.found.code == 'quote':
            assert finding.check.code.rpartition('.')[2] in QUOTED, line
        # Without what it quotes, all the rest is marked.
        assert not marks.quotations(say(rewritten(finding.found, lambda text: ''), marks.NAME)), line


def test_all_its_sentences_are_met_by_these_plays(host, session, monkeypatch):
    codes = set()
    for play in PLAYS:
        for finding in every(host, session, monkeypatch, play):
            for fault in (finding.check, finding.found, finding.advice):
                codes |= _codes(fault)
    missed = {code for code in words.family('doctor', ENGLISH) if 'doctor.' + code not in codes}
    # Words of values and of the table; and what needs a host that is not supported, a section of a plugin's channel, a
    # plugin that hangs or fails and a folder of templates that is not there, each of which has a test of its own.
    assert missed == {
        'line', 'both', 'plugin.refused', 'check.channel', 'check.sections', 'check.lane', 'document.run',
        'document.job', 'document.report', 'alert.error', 'alert.uncertain', 'advice.host.supported',
        'advice.sections.mend', 'advice.templates.folder', 'advice.lane.mend',
        'advice.config.mend',
    }  # fmt: skip


def _codes(fault):
    if not isinstance(fault, Fault):
        return set()
    return {fault.code}.union(*map(_codes, fault.facts.values()))

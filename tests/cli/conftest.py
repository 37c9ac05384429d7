"""A host's folder to stand in, an in-memory database for MongoDB, and a site-packages of the test's own."""

import json
from types import SimpleNamespace

import mongomock
import pytest

from scan_notify_plugin.cli import main, session, site_file

CONFIG = '''
MONGO: {URI: 'mongodb://arl:5f2c@10.0.0.1/', DB: arl}
CELERY: {BROKER_URL: 'amqp://arl:5f2c@10.0.0.1/'}
SCAN_NOTIFY:
  ENABLE: true
  TARGETS: {ops: {CHANNEL: dingding, ACCESS_TOKEN: 5f2c}}
'''


class Host:
    """The folder of an ARL; the current one."""

    def __init__(self, folder):
        self._folder = folder
        self.config = folder / 'app' / 'config.yaml'
        (folder / 'app' / 'helpers').mkdir(parents=True)
        (folder / 'app' / 'celerytask.py').write_text('')
        (folder / 'app' / 'helpers' / 'task_schedule.py').write_text('')
        self.configure(CONFIG)

    def __str__(self):
        return str(self._folder)

    def configure(self, text):
        self.config.write_text(text, encoding='utf-8')


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    """No test sees the host of this machine, or writes into its Python."""
    folder = tmp_path / 'elsewhere'
    folder.mkdir()
    monkeypatch.chdir(str(folder))
    monkeypatch.delenv('SCAN_NOTIFY_CONFIG', raising=False)
    monkeypatch.delenv('SCAN_NOTIFY_LANGUAGE', raising=False)
    monkeypatch.setenv('LC_ALL', 'C')
    packages = tmp_path / 'site-packages'
    packages.mkdir()
    monkeypatch.syspath_prepend(str(packages))
    monkeypatch.setattr(site_file, 'sysconfig', SimpleNamespace(get_paths=lambda: {'purelib': str(packages)}))
    return folder


@pytest.fixture
def packages(tmp_path):
    return tmp_path / 'site-packages'


@pytest.fixture
def host(tmp_path, monkeypatch):
    folder = tmp_path / 'arl'
    folder.mkdir()
    monkeypatch.chdir(str(folder))
    return Host(folder)


@pytest.fixture
def db(monkeypatch):
    client = mongomock.MongoClient(tz_aware=True)
    monkeypatch.setattr(session, 'connect', lambda uri, clock, timeout: client)
    return client['arl']


class Said(SimpleNamespace):
    """What a command came to: its exit code, and what it wrote."""

    @property
    def json(self):
        return json.loads(self.out)


@pytest.fixture
def run(capsys):
    """run('plugins', '--json') is what that command came to; no credential is in it."""

    def call(*arguments):
        capsys.readouterr()
        code = main(list(arguments))
        out, err = capsys.readouterr()
        assert '5f2c' not in out + err
        return Said(code=code, out=out, err=err)

    return call

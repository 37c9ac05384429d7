"""The host's web process: the double of the host, imported here with our part in it."""

import contextlib
import importlib
import sys

import mongomock
import pytest

from scan_notify_plugin import autoload
from scan_notify_plugin.host import config, imports
from scan_notify_plugin.web import api, mount
from scan_notify_plugin.web.routes import ROOT
from tests.host_double import add_user, load, make_host

FLAVOURS = ('top', 'aab', 'wps', 'xin', 'p4r')
TOKEN = '7f3a9b2c'
KEY = 'the-api-key'
#: What a path has in the place of an id.
SOME = '65e2:41'

#: (method, address) of everything that asks for a login.
EVERYTHING = tuple((route.method, ROOT + api.re.sub('<[^>]+>', SOME, route.path)) for route in api.ROUTES)


class Web:
    """The host's app, and a client who may or may not be logged in."""

    def __init__(self, app, main, db):
        self.host = app
        self.main = main
        self.app = main.arl_app
        self.db = db

    def ask(self, method, path, token=TOKEN, **more):
        headers = dict({'Accept-Language': 'en'}, **more.pop('headers', {}))
        headers.update({} if token is None else {'Token': token})
        if method == 'POST' and 'data' not in more and 'query_string' not in more:
            more.setdefault('json', {})
        path = path if path.startswith('/api/') else ROOT + path
        return self.app.test_client().open(path, method=method, headers=headers, buffered=True, **more)

    def get(self, path, **query):
        return self.ask('GET', path, query_string=query)

    def post(self, path, **body):
        return self.ask('POST', path, json=body)

    def data(self, path, **query):
        """The data of a good answer."""
        return good(self.get(path, **query))


def good(answer):
    body = answer.get_json()
    assert (answer.status_code, body['code'], body['message']) == (200, 200, 'success'), body
    return body if 'items' in body else body['data']


def refusal(answer, data=None):
    """(code, words) of a refusal, in the host's form."""
    body = answer.get_json()
    assert set(body) == {'code', 'message', 'data', 'faults'} and body['data'] == (data or {})
    assert [fault['words'] for fault in body['faults']] == [body['message']]
    assert body['code'] == answer.status_code
    return body['code'], body['message']


@pytest.fixture
def process(monkeypatch):
    """A process that nothing of ours has entered yet."""
    monkeypatch.setattr(autoload, '_listening', [])
    monkeypatch.setattr(imports, '_finder', imports._Finder())
    monkeypatch.setattr(sys, 'meta_path', list(sys.meta_path))
    monkeypatch.delenv(config.ENVIRONMENT, raising=False)


@pytest.fixture
def start(process, tmp_path, monkeypatch):
    """start(flavour, **sections) is the web of that host."""
    with contextlib.ExitStack() as stack:

        def start(flavour='top', change=None, **sections):
            client = mongomock.MongoClient(tz_aware=True)
            monkeypatch.setattr(client, 'close', lambda: None)
            monkeypatch.setattr(mount, 'connect', lambda uri, clock, timeout: client)
            sections = dict({'SCAN_NOTIFY': {'ENABLE': True}, 'ARL': {'API_KEY': KEY}}, **sections)
            folder = make_host(tmp_path / flavour, 'mongodb://nowhere', 'arl', 'memory://', sections, flavour)
            monkeypatch.chdir(folder)
            autoload.start()
            app = stack.enter_context(load(folder, client))
            if change:
                change(app)
            main = importlib.import_module('app.main')
            add_user(app, 'admin', 'arlpass', token=TOKEN)
            return Web(app, main, client['arl'])

        yield start


@pytest.fixture
def web(start):
    return start()

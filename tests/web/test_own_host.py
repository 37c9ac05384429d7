"""A host that calls us itself gets everything as one Flask blueprint, behind its own login."""

import functools

import mongomock
import pytest
import yaml
from flask import Flask, request

from scan_notify_plugin import api as authors
from scan_notify_plugin.errors import ConfigError
from scan_notify_plugin.faults import say
from scan_notify_plugin.host import config
from scan_notify_plugin.reports import links
from scan_notify_plugin.settings.store import SettingsStore
from scan_notify_plugin.web import views
from scan_notify_plugin.web.routes import ROOT
from tests.web.conftest import EVERYTHING, good, refusal

SECTIONS = {
    'MONGO': {'URI': 'mongodb://nowhere', 'DB': 'own'}, 'CELERY': {'BROKER_URL': 'memory://'},
    'SCAN_NOTIFY': {'ENABLE': True},
}  # fmt: skip


def login(function):
    @functools.wraps(function)
    def call(*args, **kwargs):
        if request.headers.get('X-Own') != 'yes':
            return {'error': 'who are you?'}, 403
        return function(*args, **kwargs)

    return call


@pytest.fixture
def configured(tmp_path, monkeypatch):
    """configured(section) is the host's folder, with this section."""
    monkeypatch.delenv(config.ENVIRONMENT, raising=False)

    def configured(section):
        (tmp_path / 'config.yaml').write_text(yaml.safe_dump(dict(SECTIONS, SCAN_NOTIFY=section)))
        monkeypatch.setenv(config.ENVIRONMENT, str(tmp_path / 'config.yaml'))

    return configured


@pytest.fixture
def client(configured):
    """client(auth, who) is a client of a host without flask-restx."""
    db = mongomock.MongoClient(tz_aware=True)['own']
    apps = []  # an answer of Flask 2.2 can be read while its app lives

    def client(auth=login, who=None):
        configured({'ENABLE': True})
        app = Flask('own')
        apps.append(app)
        app.register_blueprint(authors.admin_blueprint(lambda: db, auth, who))
        client = app.test_client()
        client.db = db
        return client

    yield client


def test_every_route_asks_for_the_login_of_that_host(client, caplog):
    ours = client()
    for method, path in EVERYTHING:
        body = {} if method == 'POST' else None
        answer = ours.open(path, method=method, json=body)
        assert (answer.status_code, answer.get_json()) == (403, {'error': 'who are you?'}), (method, path)
        assert ours.open(path, method=method, json=body, headers={'X-Own': 'yes'}).status_code != 403, (method, path)


def test_without_a_login_everything_is_refused_and_that_is_said_once(client, caplog):
    ours = client(auth=None)
    assert caplog.messages == [say(views.NO_LOGIN, 'en')]
    for method, path in EVERYTHING:
        assert refusal(ours.open(path, method=method, headers={'X-Own': 'yes'})) == (503, say(views.NO_LOGIN, 'zh'))


def test_it_answers_as_the_namespace_does(client):
    body = good(client().get(ROOT + '/plugins', headers={'X-Own': 'yes'}))
    assert body['items'] == [] and body['page'] == 1
    ours = client(who=lambda: 'zhang san')
    ours.post(ROOT + '/settings', json={'values': {'LANGUAGE': 'en'}}, headers={'X-Own': 'yes'})
    (line,) = good(ours.get(ROOT + '/audit', headers={'X-Own': 'yes'}))['items']
    assert line['by'] == 'web:zhang?san'
    assert SettingsStore(ours.db, None).read().options == {'language': 'en'}


@pytest.mark.parametrize('who, by', [(None, 'web:token'), (lambda: None, 'web:token'), (lambda: '', 'web:token')])
def test_without_a_name_the_audit_trail_says_so(client, who, by):
    assert good(client(who=who).get(ROOT + '/me', headers={'X-Own': 'yes'}))['by'] == by


def test_the_page_and_the_links_are_there_too(client):
    ours = client()
    assert ours.get(ROOT + '/admin').mimetype == 'text/html'
    assert ours.get(ROOT + '/admin/api.js').status_code == 200
    assert ours.get(links.ROUTE + 'x').status_code == 403


@pytest.mark.parametrize('section', [{'ENABLE': False}, {'ENABLE': True, 'NO_SUCH_KEY': 1}])
def test_a_configuration_that_is_off_or_wrong_is_told(configured, section):
    configured(section)
    with pytest.raises(ConfigError):
        authors.admin_blueprint(lambda: None, login)

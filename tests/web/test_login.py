"""Nobody gets in without the host's own login: no route, no method, on no flavour of the host."""

import logging
import sys

import pytest
from flask import Flask
from flask_restx import Api

from scan_notify_plugin.faults import say
from scan_notify_plugin.host import web as host_web
from scan_notify_plugin.reports import links
from scan_notify_plugin.web import api, callbacks, mount, views
from scan_notify_plugin.web.routes import ROOT
from tests.web.conftest import EVERYTHING, FLAVOURS, KEY, TOKEN, refusal

NOT_LOGGED_IN = {'message': 'not login', 'code': 401, 'data': {}}
#: These ask for no login: the frame of the page, which has no data in it, the links, which are their own proof, and the
#: clicks that DingTalk signs.
OPEN = {
    ROOT + '/',
    ROOT + '/admin/',
    ROOT + '/admin/<name>',
    links.ROUTE + '<token>',
    callbacks.ROUTE,
    ROOT + callbacks.OLD_ADDRESS,
}
#: Asks for the login or for the scrapers' token: see test_figures.
METRICS = ROOT + '/metrics'


NO_LOGIN = say(views.NO_LOGIN, 'en')


@pytest.fixture
def untouched(monkeypatch):
    """No desk is made: whoever is refused has reached nothing of ours."""

    def fail(self, language):
        raise AssertionError('somebody got in')

    monkeypatch.setattr('scan_notify_plugin.web.desk.Desks.desk', fail)


WRONG = {
    'nothing': {'token': None},
    'a wrong token': {'token': 'x'},
    'an empty token': {'token': ''},
    'a part of the token': {'token': TOKEN[:-1]},
    'the word None, as of a user who logged out': {'token': 'None'},
    'the token as a cookie': {'token': None, 'headers': {'Cookie': 'token={0}; Token={0}'.format(TOKEN)}},
    'the token in another header': {'token': None, 'headers': {'Authorization': 'Bearer ' + TOKEN}},
}


@pytest.mark.parametrize('flavour', FLAVOURS)
def test_every_route_and_method_refuses_in_the_hosts_own_words(start, untouched, flavour):
    web = start(flavour)
    own = web.ask('GET', '/api/task_schedule/', token=None)
    assert (own.status_code, own.get_json()) == (200, NOT_LOGGED_IN)
    for method, path in EVERYTHING:
        for name, given in WRONG.items():
            answer = web.ask(
                method, path, **{key: dict(value) if key == 'headers' else value for key, value in given.items()}
            )
            assert (answer.status_code, answer.get_json()) == (200, NOT_LOGGED_IN), (name, method, path)


def test_a_token_in_the_address_is_no_login(web, untouched):
    """The host takes it there; addresses are logged, kept and sent on."""
    for method, path in EVERYTHING:
        for token in (None, TOKEN):
            answer = web.ask(
                method, path, token=token, query_string={'token': TOKEN}, json={} if method == 'POST' else None
            )
            assert (answer.status_code, answer.get_json()) == (200, NOT_LOGGED_IN), (method, path)


@pytest.mark.parametrize('token', [TOKEN, KEY])
def test_whoever_is_logged_in_is_answered_by_every_route(web, token, caplog):
    """Otherwise the tests above could not fail."""
    caplog.set_level(logging.CRITICAL)
    for method, path in EVERYTHING:
        answer = web.ask(method, path, token=token)
        assert answer.get_json()['code'] != 401, (method, path)


def test_there_is_no_route_that_these_tests_do_not_know(web):
    ours = {rule.rule for rule in web.app.url_map.iter_rules() if 'scan_notify' in rule.rule}
    assert ours == OPEN | {METRICS} | {ROOT + route.path for route in api.ROUTES}


def test_the_other_methods_of_a_route_are_not_there(web):
    for path in {path for _, path in EVERYTHING}:
        taken = {method for method, other in EVERYTHING if other == path}
        for method in {'GET', 'POST', 'PUT', 'PATCH', 'DELETE'} - taken:
            assert web.ask(method, path).status_code == 405, (method, path)


def test_a_look_at_the_headers_needs_the_login_too(web, untouched):
    for method, path in EVERYTHING:
        if method == 'GET':
            answer = web.ask('HEAD', path, token=None)
            assert int(answer.headers['Content-Length']) == int(
                web.ask('GET', path, token=None).headers['Content-Length']
            )


def test_the_token_of_the_hosts_own_login_lets_in_until_the_logout(web):
    login = web.ask('POST', '/api/user/login', token=None, json={'username': 'admin', 'password': 'arlpass'})
    token = login.get_json()['data']['token']
    assert web.ask('GET', '/me', token=token).get_json()['data']['name'] == 'admin'
    assert web.ask('GET', '/me').get_json() == NOT_LOGGED_IN  # it took the place of the old one
    web.ask('GET', '/api/user/logout', token=token)
    assert web.ask('GET', '/me', token=token).get_json() == NOT_LOGGED_IN


# Who it is


def by(web, token):
    return web.ask('GET', '/me', token=token).get_json()['data']['by']


def test_the_audit_trail_names_the_user_or_says_that_it_was_the_key(web):
    assert by(web, TOKEN) == 'web:admin'
    assert by(web, KEY) == 'web:token'


@pytest.mark.parametrize('name, told', [
    ('张三', 'web:张三'), ('a b\nc', 'web:a?b?c'), ('<b>', 'web:?b?'), ('x' * 100, 'web:' + 'x' * 64), ('', 'web:token'),
    (None, 'web:token'), (['x'], 'web:token'),
])  # fmt: skip
def test_a_name_is_plain_in_the_audit_trail(web, name, told):
    web.db['user'].update_one({'token': TOKEN}, {'$set': {'username': name}})
    assert by(web, TOKEN) == told


def test_a_host_that_asks_nobody_for_a_login_is_followed_and_that_is_said(start, caplog):
    web = start(ARL={'AUTH': False})
    assert web.ask('GET', '/api/task_schedule/', token=None).get_json()['code'] == 200
    assert by(web, None) == 'web:anonymous'
    assert by(web, TOKEN) == 'web:admin'
    assert [line for line in caplog.messages if 'ARL.AUTH' in line] == [
        'ARL.AUTH is off: whoever reaches the host\'s web server administers scan-notify too'
    ]


def test_no_page_of_another_site_can_steer_such_a_host(start, untouched):
    """A form can send these types without asking first, and nothing else."""
    web = start(ARL={'AUTH': False})
    for path in [path for method, path in EVERYTHING if method == 'POST']:
        for kind in ('text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', None):
            answer = web.ask('POST', path, token=None, data='{}', content_type=kind)
            assert refusal(answer) == (400, 'Content-Type: expected application/json (see docs/rest.md)')


# A host with another login, or none


@pytest.fixture
def found(web):
    """The host's web as we see it, and an app to put our routes in again."""
    return host_web.find(web.main)._replace(app=Flask('other'))


@pytest.mark.parametrize('lacks', ['api', 'auth'])
def test_without_the_hosts_api_or_its_login_nobody_gets_in(found, untouched, caplog, lacks):
    found = found._replace(**{lacks: None})
    mount._mount_admin(found, None, True)
    assert caplog.messages == [NO_LOGIN]
    for method, path in EVERYTHING:
        headers, body = {'Token': TOKEN, 'Accept-Language': 'en'}, {} if method == 'POST' else None
        answer = found.app.test_client().open(path, method=method, headers=headers, json=body)
        assert refusal(answer) == (503, NO_LOGIN), (method, path)


def test_what_a_host_lacks_is_seen(web, monkeypatch):
    for place, name, other in ((web.main, 'api', object()), (web.host.utils, 'auth', 'no function')):
        assert getattr(host_web.find(web.main), name) is not None
        monkeypatch.setattr(place, name, other)
        assert getattr(host_web.find(web.main), name) is None


def test_a_host_without_flask_restx_is_seen(web, monkeypatch):
    monkeypatch.delitem(sys.modules, 'flask_restx')
    assert host_web.find(web.main).api is None


def test_an_api_at_another_address_is_not_used(found, untouched, caplog):
    """The page and the links are at fixed addresses."""
    mount._mount_admin(found._replace(api=Api(found.app, prefix='/v2')), None, True)
    assert caplog.messages == [NO_LOGIN]


@pytest.mark.parametrize('made', [None, 'text', True])
def test_a_decorator_that_gives_no_function_lets_nobody_in(found, untouched, made):
    mount._mount_admin(found._replace(api=Api(found.app, prefix='/api'), auth=lambda function: made), None, True)
    for method, path in EVERYTHING:
        answer = found.app.test_client().open(path, method=method, json={} if method == 'POST' else None)
        assert refusal(answer)[0] in (500, 503), (method, path)


def test_a_login_that_fails_lets_nobody_in(web, untouched, monkeypatch, caplog):
    def away(*args, **kwargs):
        raise RuntimeError('mongodb://arl:5f2c@10.0.0.1 is away')

    monkeypatch.setattr(web.host.utils.user, 'conn_db', away)
    for method, path in EVERYTHING:
        assert refusal(web.ask(method, path)) == (
            500,
            'a fault of scan-notify; its line is in the log of the web server',
        )
    assert '5f2c' not in caplog.text

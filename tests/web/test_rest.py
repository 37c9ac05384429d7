"""What the routes take and answer, in the host's form; what is behind them is tested in tests/admin."""

import subprocess
import sys
from collections import namedtuple
from datetime import datetime, timedelta, timezone
from enum import Enum

import pytest
from bson import ObjectId
from flask import Flask
from pymongo.errors import ServerSelectionTimeoutError

from scan_notify_plugin import words
from scan_notify_plugin.admin.errors import Conflict, Invalid, NotFound
from scan_notify_plugin.clock import Clock
from scan_notify_plugin.errors import ConfigError, ScanNotifyError
from scan_notify_plugin.faults import Fault
from scan_notify_plugin.secret import Secret
from scan_notify_plugin.settings.section import parse_settings
from scan_notify_plugin.web import answers, api, desk, fields, views
from scan_notify_plugin.web.fields import Field
from scan_notify_plugin.web.routes import Listing, Route
from tests.web.conftest import good, refusal

AT = datetime(2026, 3, 2, 3, 0, 4, 120000, tzinfo=timezone.utc)
HEADERS = {'X-Content-Type-Options': 'nosniff', 'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer'}


class Desks:
    """In the place of real ones."""

    def desk(self, language):
        return namedtuple('Desk', 'db')({})


@pytest.fixture
def route():
    """route(handler, *fields) is a client of a server with this one route."""
    apps = []  # an answer of Flask 2.2 can be read while its app lives

    def route(handler, *takes, **more):
        method = more.get('method', 'POST')
        made = Route(method, '/x/<name>', handler, '', takes)
        app = Flask('host')
        apps.append(app)
        door = views.Door(Desks(), lambda function: function, lambda db: 'admin')
        app.add_url_rule('/x/<name>', 'x', views.view(made, door), methods=[method])
        asked = {'Accept-Language': more.get('language', 'en')}
        return lambda **given: app.test_client().open('/x/a', method=method, headers=asked, **given)

    yield route


def saying(error):
    def handler(call):
        raise error

    return handler


# Answers


def test_an_answer_is_in_the_hosts_form_and_nobody_keeps_or_guesses_it(route):
    answer = route(lambda call: {'at': AT, 'by': call.by, 'name': call.path['name']})(json={})
    assert answer.get_json() == {
        'code': 200, 'message': 'success',
        'data': {'at': '2026-03-02T03:00:04.120000+00:00', 'by': 'web:admin', 'name': 'a'},
    }  # fmt: skip
    assert answer.mimetype == 'application/json'
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS


def test_nothing_to_say_is_an_empty_object(route):
    assert good(route(lambda call: None)(json={})) == {}


def test_a_list_is_in_the_hosts_form_of_a_page(web):
    own = web.get('/api/task_schedule/').get_json()
    ours = web.get('/audit').get_json()
    assert set(own) - {'query'} <= set(ours)
    assert {name: type(ours[name]) for name in ours} == {
        'code': int, 'message': str, 'page': int, 'size': int, 'total': int, 'items': list,
    }  # fmt: skip


Pair = namedtuple('Pair', 'one two')


class Colour(Enum):
    RED = 'red'


@pytest.mark.parametrize('value, said', [
    (AT, '2026-03-02T03:00:04.120000+00:00'),
    (AT.replace(tzinfo=None), '2026-03-02T03:00:04.120000+00:00'),
    (AT.astimezone(timezone(timedelta(hours=8))), '2026-03-02T11:00:04.120000+08:00'),
    (ObjectId('65e22a04c1a5dab8cb620586'), '65e22a04c1a5dab8cb620586'),
    (Secret('5f2c'), '***'),
    (float('nan'), None), (float('inf'), None), (1.5, 1.5), (True, True), (2**60, 2**60),
    (Pair(1, (AT.replace(microsecond=0), {'b', 'a'})), {'one': 1, 'two': ['2026-03-02T03:00:04+00:00', ['a', 'b']]}),
    (Colour.RED, 'red'), ({1: {'x': None}}, {'1': {'x': None}}), ('</script>', '</script>'),
])  # fmt: skip
def test_every_value_has_one_form(value, said):
    assert answers.plain(value) == said


def test_a_broken_character_of_the_hosts_data_is_answered(route):
    assert good(route(lambda call: {'name': 'a\ud800b'})(json={}))['name'] == 'a\ud800b'


def test_a_value_without_a_form_is_a_fault_and_not_half_an_answer(route, caplog):
    assert refusal(route(lambda call: {'x': b'5f2c'})(json={}))[0] == 500
    assert '5f2c' not in caplog.text and 'TypeError at answers.py:' in caplog.text


# Errors


@pytest.mark.parametrize('error, code, words', [
    (Invalid('hours', 'expected a number', 'docs/rest.md'), 400, 'hours: expected a number (see docs/rest.md)'),
    (ConfigError('LANGUAGE', 'expected zh or en'), 400, 'LANGUAGE: expected zh or en (see docs/configuration.md)'),
    (NotFound('run x does not exist'), 404, 'run x does not exist'),
    (Conflict('changed by web:zhang'), 409, 'changed by web:zhang'),
    (ScanNotifyError('no disk at https://a:5f2c@b/'), 500, 'no disk at https://***@b/'),
    (ServerSelectionTimeoutError('mongodb://a:5f2c@b/'), 503, 'the database of the scanner is away; try again later'),
    (KeyError('token=5f2c'), 500, 'a fault of scan-notify; its line is in the log of the web server'),
])  # fmt: skip
def test_an_error_is_a_code_and_words_for_a_person(route, error, code, words, caplog):
    answer = route(saying(error))(json={})
    assert refusal(answer) == (code, words)
    assert answer.headers['X-Content-Type-Options'] == 'nosniff'
    assert len(caplog.records) == (code >= 500)
    assert '5f2c' not in caplog.text and 'Traceback' not in caplog.text


def test_a_fault_is_one_line_that_says_where(route, caplog):
    route(saying(ZeroDivisionError('by zero')))(json={})
    (line,) = caplog.messages
    assert line.startswith('POST /x/<name>: ZeroDivisionError at test_rest.py:') and line.endswith(': by zero')


@pytest.mark.parametrize('asked, words', [
    ('', '运行 x 不存在'), ('zh', '运行 x 不存在'), ('en', 'run x does not exist'), ('EN-us', 'run x does not exist'),
    ('fr, de;q=0.9, en;q=0.5, zh;q=0.4', 'run x does not exist'), ('en;q=0.4, zh;q=0.8', '运行 x 不存在'),
    ('en;q=0', '运行 x 不存在'), ('*', '运行 x 不存在'), ('fr', '运行 x 不存在'), (';;q=x,,' * 99, '运行 x 不存在'),
])  # fmt: skip
def test_a_refusal_is_in_the_language_of_who_asks(route, asked, words):
    answer = route(saying(NotFound(Fault('missing.run', id='x'))), language=asked)(json={})
    assert refusal(answer) == (404, words)
    assert answer.get_json()['faults'] == [{'code': 'missing.run', 'facts': {'id': 'x'}, 'words': words}]


def test_a_refusal_quotes_no_credential(route):
    cause = Fault('quote', text='mongodb://a:5f2c@b/')
    answer = route(saying(NotFound(Fault('at', target='token=5f2c', cause=cause))))(json={})
    assert '5f2c' not in answer.get_data(as_text=True) and answer.get_json()['faults'][0]['code'] == 'at'


def test_every_field_that_is_required_has_words_for_who_left_it_out():
    required = {(field.about or field.name, field.help) for one in api.ROUTES for field in one.takes if field.required}
    assert required == set(words.family('field', 'en').items())
    assert set(words.family('form', 'en')) - {'any-text'} == set(fields._CHECKS)


# What is taken

KINDS = [
    Field('text', 'text', 't'), Field('integer', 'integer', 'i'), Field('number', 'number', 'n'),
    Field('boolean', 'boolean', 'b'), Field('texts', 'texts', 'l'), Field('ids', 'ids', 'l'),
    Field('time', 'time', 'at'),
    Field('object', 'object', 'o'), Field('word', 'text', 'w', choices=('zh', 'en')),
]  # fmt: skip


@pytest.mark.parametrize('name, good_ones, bad_ones', [
    ('text', ['', 'a', '每日', 'x' * 1000], [1, True, [], {}, 'x' * 1001, 'a\0', '\ud800']),
    ('integer', [0, -1, 2**40], ['1', 1.0, True, 2**53, [], {}]),
    ('number', [0, 1.5, -1], ['1', True, 1e300, []]),
    ('boolean', [True, False], ['true', 1, 0, 'false', []]),
    ('texts', [[], ['a', 'b']], ['a', [1], ['\0'], {}, ['a'] * 1001, [['a']]]),
    ('ids', ['all', ['a']], ['a', [], {}, [1], True]),
    ('object', [{}, {'a': 1}], [[], 'a', 1, {str(n): n for n in range(1001)}]),
    ('word', ['zh', 'en'], ['de', '', 1, ['zh'], {'zh': 1}]),
])  # fmt: skip
def test_a_value_of_another_form_is_refused_by_name(name, good_ones, bad_ones):
    for value in good_ones:
        assert fields.read(KINDS, {name: value}) == {name: value}
    for value in bad_ones:
        with pytest.raises(Invalid, match='^{}: expected '.format(name)):
            fields.read(KINDS, {name: value})


@pytest.mark.parametrize('words, moment', [
    ('2026-03-02T03:00:04.12Z', AT), ('2026-03-02T03:00:04.120000+00:00', AT), ('2026-03-02 11:00:04.12+08:00', AT),
    ('2026-03-01T22:00:04.12-0500', AT), ('2026-03-02', AT.replace(hour=0, second=0, microsecond=0)),
    ('2026-03-02T03:00', AT.replace(second=0, microsecond=0)),
])  # fmt: skip
def test_a_time_is_in_iso_8601(words, moment):
    assert fields.read(KINDS, {'time': words}) == {'time': moment}


@pytest.mark.parametrize('words', [
    'yesterday', '2026-13-01', '2026-02-30T00:00', '2026-03-02T25:00', '2026-3-2', '', 1772420404,
    '2026-03-02T03:00:04+8',
    '0001-01-01T00:00+08:00', '２０２６-03-02',
])  # fmt: skip
def test_what_is_no_time_is_refused(words):
    with pytest.raises(Invalid, match='^time: expected a time as in'):
        fields.read(KINDS, {'time': words})


def test_in_an_address_everything_is_a_word():
    given = {'integer': '12', 'number': '1.5', 'boolean': 'false', 'texts': 'a,b', 'text': '', 'word': 'en'}
    assert fields.read(KINDS, given, words=True) == {
        'integer': 12, 'number': 1.5, 'boolean': False, 'texts': ['a', 'b'], 'word': 'en',
    }  # fmt: skip
    for name, word in (('integer', 'x'), ('integer', '1.0'), ('number', 'nan'), ('number', 'x'), ('boolean', 'maybe')):
        with pytest.raises(Invalid, match='^{}: expected '.format(name)):
            fields.read(KINDS, {name: word}, words=True)


def test_an_unknown_field_is_named_and_those_that_are_known():
    with pytest.raises(Invalid, match=r'^targts: unknown; known here: text, integer'):
        fields.read(KINDS, {'targts': 1})
    with pytest.raises(Invalid, match=r'^\?script\?x{32}: unknown; known here: none'):
        fields.read([], {'<script>' + 'x' * 100: 1})


def test_a_required_field_is_asked_for():
    for given in ({}, {'on': None}):
        with pytest.raises(Invalid, match='^on: is missing: whether it shall work'):
            fields.read([Field('on', 'boolean', 'on or off', required=True)], given)


@pytest.mark.parametrize('given, page, size', [
    ({}, 1, 20), ({'page': 3, 'size': 50}, 3, 50), ({'page': 0, 'size': 0}, 1, 1),
    ({'page': -5, 'size': 10**9}, 1, 200),
    ({'page': 2**50}, 10**6, 20),
])  # fmt: skip
def test_a_page_that_cannot_be_is_the_nearest_one_as_in_the_host(given, page, size):
    assert fields.paging(given) == (page, size)
    assert given == {}


@pytest.mark.parametrize('body, problem', [
    (b'{', 'the body: is not JSON'), (b'\xff', 'the body: is not JSON'), (b'{"x": NaN}', 'the body: is not JSON'),
    (b'[' * 50000, 'the body: is not JSON'), (b'[]', 'the body: expected a JSON object'),
    (b'1', 'the body: expected a JSON object'),
    (b'{"x": "' + b'x' * 65536 + b'"}', 'the body: expected at most 65536 bytes'),
    (b'{"y": 1}', 'y: unknown; known here: x'),
])  # fmt: skip
def test_a_body_that_is_no_json_object_is_refused(route, body, problem):
    ask = route(lambda call: {}, Field('x', 'text', 'x'))
    code, words = refusal(ask(data=body, content_type='application/json'))
    assert code == 400 and words.startswith(problem)


def test_an_empty_body_is_an_empty_object(route):
    ask = route(lambda call: call.values)
    assert good(ask(data=b'', content_type='application/json')) == {}
    assert good(ask(data=b'{}', content_type='application/json; charset=utf-8')) == {}


def test_a_body_without_a_length_is_not_read_for_ever(route):
    class Endless:
        read_bytes = 0

        def read(self, size=-1):
            assert size >= 0
            self.read_bytes += size
            return b' ' * size

        def close(self):
            pass

    stream = Endless()
    ask = route(lambda call: {})
    answer = ask(
        environ_overrides={'wsgi.input': stream, 'wsgi.input_terminated': True}, content_type='application/json'
    )
    assert refusal(answer)[0] == 400 and stream.read_bytes <= 4 * views.MAX_BODY


def test_a_field_of_an_address_that_is_given_twice_is_refused(route):
    ask = route(lambda call: call.values, Field('x', 'text', 'x'), method='GET')
    assert good(ask(query_string='x=1')) == {'x': '1'}
    assert refusal(ask(query_string='x=1&x=2')) == (400, 'x: given twice (see docs/rest.md)')


def test_a_list_knows_its_page(route):
    body = good(route(lambda call: Listing(iter('ab'), 9, 2, 2))(json={}))
    assert (body['items'], body['total'], body['page'], body['size']) == (['a', 'b'], 9, 2, 2)


# The process


def test_the_connection_is_made_at_the_first_request_and_again_after_a_fork(monkeypatch):
    made = []
    desks = desk.Desks(lambda: made.append(1) or len(made), Clock(), parse_settings({}), '')
    assert made == []
    assert [desks.database() for _ in range(3)] == [1, 1, 1]
    monkeypatch.setattr(desk.os, 'getpid', lambda: -1)
    assert [desks.database() for _ in range(3)] == [2, 2, 2]


def test_nothing_of_the_administration_is_imported_before_the_first_request():
    """The host's start is not made longer by what nobody asked for yet."""
    code = (
        'import sys, scan_notify_plugin.web.mount as m; '
        'print([n for n in sys.modules if n.startswith("scan_notify_plugin.")])'
    )
    out = subprocess.check_output([sys.executable, '-c', code], universal_newlines=True)
    for name in ('admin.runs', 'admin.desk', 'notifiers', 'exporters', 'plugins', 'worker', 'jobs', 'runs'):
        assert "'scan_notify_plugin.{}'".format(name) not in out


def test_the_hosts_documentation_has_every_route_and_no_secret(web):
    said = web.app.test_client().get('/api/swagger.json').get_json()
    for route in api.ROUTES:
        path = '/scan_notify' + route.path.replace('<path:', '<').replace('<', '{').replace('>', '}')
        shown = said['paths'][path][route.method.lower()]
        assert shown['summary'] == route.summary
        taken = {one['name'] for one in shown.get('parameters', ()) if one['in'] == 'query'}
        for one in shown.get('parameters', ()):
            if one['in'] == 'body':
                model = said['definitions'][one['schema']['$ref'].rpartition('/')[2]]
                taken |= set(model['properties'])
        assert taken == {field.name for field in route.takes}, route.path

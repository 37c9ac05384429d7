"""Tokens, pace, quota and scripted faults of the fake OpenAPI."""

import json

import pytest
import requests

from scan_notify_plugin.testing.dingtalk_openapi import DingTalkOpenApiServer
from tests.testing.openapi_client import GROUP, PROGRESS, REGISTER, RESULT, SEND, TOKEN, UPLOAD, Client, Watch, make_app

DENIED = 'Forbidden.AccessDenied.'


@pytest.fixture
def watch():
    return Watch()


@pytest.fixture
def server(watch):
    with DingTalkOpenApiServer(now=watch, hold_seconds=0.3) as server:
        yield server


@pytest.fixture
def app(server):
    return make_app(server)


@pytest.fixture
def client(server, app):
    return Client(server, app)


def group(app, text='hello'):
    return {
        'robotCode': app.robot_code,
        'openConversationId': 'cid1',
        'msgKey': 'sampleMarkdown',
        'msgParam': json.dumps({'title': 't', 'text': text}),
    }


# --- tokens ---------------------------------------------------------------------------------


def test_a_token_stays_the_same_and_lives_on_with_every_asking(client, app, watch):
    first = client.token
    watch.go(seconds=7199)
    client.renew()
    watch.go(seconds=7199)
    assert client.new(GROUP, group(app))[0] == 200
    assert client.token == first
    assert app.token_calls == 2


def test_the_other_two_ways_give_the_same_token(client, server, app):
    old = requests.get(
        server.base_url + '/gettoken', params={'appkey': app.app_key, 'appsecret': app.app_secret}, timeout=5
    ).json()
    assert (old['errcode'], old['access_token'], old['expires_in']) == (0, client.token, 7200)
    path = '/v1.0/oauth2/{}/token'.format(app.corp_id)
    body = {'client_id': app.app_key, 'client_secret': app.app_secret, 'grant_type': 'client_credentials'}
    assert client.new(path, body) == (200, {'access_token': client.token, 'expires_in': 7200})
    assert app.token_calls == 3 and app.app_secret not in repr(app.calls)


def test_the_other_two_ways_refuse_a_wrong_pair_in_their_own_words(client, server, app):
    def old(secret):
        fields = {'appkey': app.app_key, 'appsecret': secret}  # in a body, as the vendor's curl sample has them
        return requests.get(server.base_url + '/gettoken', data=fields, timeout=5).json()['errcode']

    assert (old('wrong'), old(app.app_secret)) == (40089, 0)
    body = {'client_id': app.app_key, 'client_secret': app.app_secret, 'grant_type': 'client_credentials'}
    path = '/v1.0/oauth2/{}/token'
    assert client.new(path.format('other'), body) == (401, 'unauthorized.client')
    assert client.new(path.format(app.corp_id), dict(body, client_secret='x')) == (400, 'invalid.client')
    assert client.new(path.format(app.corp_id), dict(body, grant_type='x')) == (400, 'unsupported.grant.type')
    assert client.raw('POST', '/gettoken', {}).status_code == 405
    assert all(call.body == b'' for call in server.strays)


def test_a_token_ends_by_the_servers_clock(client, app, watch):
    first = client.token
    watch.go(seconds=7200)
    assert client.new(GROUP, group(app)) == (400, 'InvalidAuthentication')
    assert client.notify()['errcode'] == 42001
    assert client.upload().json()['errcode'] == 42001
    client.renew()
    assert client.token != first
    assert client.new(GROUP, group(app))[0] == 200
    assert [call.answer for call in app.calls if call.path == GROUP] == ['InvalidAuthentication', 0]


def test_a_token_can_end_in_the_middle_of_a_batch(client, server, app):
    server.expire_tokens(after_uses=2)
    assert [client.notify(content=text)['errcode'] for text in 'abc'] == [0, 0, 42001]
    client.renew()
    assert client.notify(content='c')['errcode'] == 0
    server.expire_tokens()
    assert client.notify(content='d')['errcode'] == 42001


@pytest.mark.parametrize('token', ['', 'unknown'])
def test_an_unknown_token_is_nobodys(client, server, app, token):
    client.token = token
    assert client.new(GROUP, group(app)) == (400, 'InvalidAuthentication')
    assert client.notify()['errcode'] == 40014
    assert [call.answer for call in server.strays] == ['InvalidAuthentication', 40014]
    assert app.group_messages == [] and app.work_notifications == {}


def test_a_token_where_the_other_kind_wants_it_counts_for_nothing(client, app):
    assert client.raw('POST', SEND, {}).json()['errcode'] == 40014
    token, client.token = client.token, ''
    assert client.raw('POST', GROUP, group(app), {'access_token': token}).status_code == 400


@pytest.mark.parametrize('wrong', [{'appSecret': 'x'}, {'appKey': 'x'}, {'appSecret': None}, {'appSecret': ['x']}])
def test_a_wrong_pair_gets_no_token(client, server, app, wrong):
    body = dict({'appKey': app.app_key, 'appSecret': app.app_secret}, **wrong)
    assert client.new(TOKEN, body) == (400, 'invalidClientIdOrSecret')
    assert client.new(TOKEN, b'no json') == (400, 'invalidClientIdOrSecret')
    assert [call.answer for call in server.strays] == ['invalidClientIdOrSecret'] * 2


def test_applications_do_not_see_each_other(client, server, app):
    other = make_app(server, conversations=['cid2'])
    mine = group(app)
    assert Client(server, other).new(GROUP, mine) == (400, 'invalidParameter.robotCode.notExsit')
    assert other.agent_id != app.agent_id
    with pytest.raises(ValueError, match='app_key'):
        server.add_app(app_key=app.app_key)


def test_nothing_readable_shows_a_credential(client, server, app):
    client.new(REGISTER, {'callbackRouteKey': 'k', 'callbackUrl': 'http://127.0.0.1:1/', 'apiSecret': 'hidden-one'})
    client.new(GROUP, group(app))
    client.new(TOKEN, {'appKey': 'x', 'appSecret': app.app_secret})
    client.upload()
    client.notify()
    shown = repr(
        [
            app,
            app.calls,
            app.routes,
            app.group_messages,
            list(app.work_notifications.values()),
            list(app.files.values()),
            server,
            server.strays,
        ]
    )
    assert 'sampleMarkdown' in shown and 'http://127.0.0.1:1/' in shown
    for secret in (client.token, app.app_secret, 'hidden-one'):
        assert secret not in shown


# --- limits ---------------------------------------------------------------------------------


def test_more_than_twenty_a_second_to_one_interface_are_refused(client, app, watch):
    assert {client.new(GROUP, group(app))[0] for _ in range(20)} == {200}
    assert client.new(GROUP, group(app)) == (403, DENIED + 'QpsLimitForAppkeyAndApi')
    for number in range(20):
        assert client.notify(content=str(number))['errcode'] == 0
    assert client.notify()['errcode'] == 90018
    watch.go(seconds=1)
    assert client.new(GROUP, group(app))[0] == 200
    assert len(app.group_messages) == 21


def test_a_months_quota_ends_and_tokens_are_free(client, app):
    app.quota = 2
    client.renew()
    assert client.new(GROUP, group(app))[0] == 200
    assert client.notify()['errcode'] == 0
    assert client.new(GROUP, group(app)) == (403, DENIED + 'ApiCountLimitForOrg')
    assert client.notify()['errcode'] == 90020
    client.renew()


# --- misbehaviour ---------------------------------------------------------------------------


def test_a_code_waits_for_an_interface_that_can_say_it(client, app):
    app.misbehave(-1)
    app.misbehave('system.busy')
    assert client.new(GROUP, group(app)) == (500, 'system.busy')
    assert client.notify()['errcode'] == -1
    assert client.new(GROUP, group(app))[0] == 200
    assert len(app.group_messages) == 1 and app.work_notifications == {}


def test_a_misbehaviour_can_be_for_one_interface(client, app):
    app.misbehave('http_502', times=2, only=RESULT)
    assert client.notify()['errcode'] == 0
    body = {'agent_id': app.agent_id, 'task_id': 1}
    answers = [client.raw('POST', RESULT, body, {'access_token': client.token}).status_code for _ in range(3)]
    assert answers == [502, 502, 200]
    app.misbehave('http_502', only=PROGRESS)
    app.behave()
    assert client.errcode(PROGRESS, body) == 40035


@pytest.mark.parametrize('how, only', [('nosuchcode', ''), ('cut', '/nowhere'), ('cut_never', '')])
def test_a_misbehaviour_that_is_none_is_told(app, how, only):
    with pytest.raises(ValueError, match='expected'):
        app.misbehave(how, only=only)


@pytest.mark.parametrize('how', ['cut', 'timeout'])
@pytest.mark.parametrize('when, taken', [('before', 0), ('after', 1)])
def test_a_connection_can_end_before_or_after_the_message_is_taken(client, app, how, when, taken):
    app.misbehave('{}_{}'.format(how, when), only=GROUP)
    with pytest.raises(requests.ConnectionError):
        client.new(GROUP, group(app))
    assert len(app.group_messages) == taken
    call = app.wait_until(lambda: [call for call in app.calls if call.path == GROUP])[0]
    assert (call.outcome, call.answer) == ('accepted' if taken else 'lost', '{}_{}'.format(how, when))


def test_waiting_in_vain_tells_the_calls(app, client):
    with pytest.raises(TimeoutError, match='accessToken accepted 0'):
        app.wait_until(lambda: app.group_messages, timeout=0.05)


def test_what_is_no_interface_is_noted(client, server, app):
    assert client.raw('POST', '/v1.0/elsewhere', {}).status_code == 404
    assert client.raw('GET', GROUP, {}).status_code == 405
    assert client.raw('GET', '/v1.0/card/instances', {}).status_code == 405
    assert client.raw('OPTIONS', GROUP, {}).status_code == 405
    assert [call.answer for call in server.strays] == [404, 405, 405, 405]


# --- files ----------------------------------------------------------------------------------


def test_an_uploaded_file_can_be_read(client, app, watch):
    content = bytes(range(256)) * 4096 + b'\r\n--x\r\n'
    told = client.upload('report.zip', content).json()
    assert (told['errcode'], told['type'], told['created_at']) == (0, 'file', 1700000000000)
    file = app.files[told['media_id']]
    assert (file.name, file.type, file.content_type) == ('report.zip', 'file', 'application/zip')
    assert file.content == content
    assert client.upload().json()['media_id'] != told['media_id']
    assert all(call.body == b'' for call in app.calls if call.path == UPLOAD)


def test_a_name_counts_only_where_it_is_plain(client, app):
    head = '--b\r\nContent-Disposition: form-data; name="media"; {}\r\nContent-Type: a/b\r\n\r\nPK\r\n--b--\r\n'
    headers = {'Content-Type': 'multipart/form-data; boundary=b'}
    query = {'access_token': client.token, 'type': 'file'}

    def errcode(name):
        body = head.format(name).encode('utf-8')
        return client.raw('POST', UPLOAD, body, query, headers=headers).json()['errcode']

    assert errcode('filename="日报.zip"') == 0
    assert [file.name for file in app.files.values()] == ['日报.zip']
    assert errcode("filename*=utf-8''%E6%97%A5.zip") == 40035


@pytest.mark.parametrize(
    'name, size, kind, code',
    [
        ('a.csv', 4, 'file', 40005),
        ('a', 4, 'file', 40005),
        ('a.zip', 4, 'other', 40004),
        ('a.zip', 4, '', 40004),
        ('a.zip', 0, 'file', 40006),
        ('a.zip', 20 * 1024 * 1024 + 1, 'file', 40006),
        ('a.amr', 2 * 1024 * 1024 + 1, 'voice', 40006),
        ('a.PDF', 4, 'file', 0),
        ('a.png', 4, 'image', 0),
        ('a.png', 4, 'file', 40005),
    ],
)
def test_what_a_file_may_be(client, app, name, size, kind, code):
    assert client.upload(name, b'x' * size, kind).json()['errcode'] == code
    assert len(app.files) == (not code)


def test_an_upload_without_a_file_is_refused(client):
    assert client.errcode(UPLOAD, {}) == 40035
    empty = client.raw(
        'POST',
        UPLOAD,
        b'--b--',
        {'access_token': client.token, 'type': 'file'},
        headers={'Content-Type': 'multipart/form-data; boundary=b'},
    )
    assert empty.json()['errcode'] == 40035


def test_an_upload_can_be_cut_half_way(client, app):
    app.cut_upload(after=1000)
    with pytest.raises(requests.ConnectionError):
        client.upload(content=b'x' * 5000000)
    assert app.files == {}
    assert [(call.outcome, call.answer) for call in app.calls if call.path == UPLOAD] == [('lost', 'cut_upload')]
    assert client.upload(content=b'x' * 5000000).json()['errcode'] == 0

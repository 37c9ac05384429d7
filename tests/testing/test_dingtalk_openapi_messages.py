"""Work notifications and robot messages of the fake OpenAPI."""

import json

import pytest
import requests

from scan_notify_plugin.testing.dingtalk_openapi import DingTalkOpenApiServer
from tests.testing.openapi_client import DIRECT, GROUP, PROGRESS, RESULT, SEND, UPLOAD, Client, Watch, make_app


@pytest.fixture
def watch():
    return Watch()


@pytest.fixture
def server(watch):
    with DingTalkOpenApiServer(now=watch) as server:
        yield server


@pytest.fixture
def app(server):
    app = make_app(server)
    app.asks_before_result = 0
    return app


@pytest.fixture
def client(server, app):
    return Client(server, app)


def lists(result):
    """The lists of a result that are not empty."""
    return {name: value for name, value in result.items() if value}


# --- work notifications ---------------------------------------------------------------------


def test_a_work_notification_reaches_users_and_departments_once(client, app):
    told = client.notify('u1,u4', dept_id_list='7,8')
    work = app.work_notifications[told['task_id']]
    assert work.reached == work.addressed == ['u1', 'u4', 'u5']
    assert (work.msgtype, work.msg['markdown']['text']) == ('markdown', 'hello')
    work.read_by.add('u4')
    assert lists(client.result(told['task_id'])) == {'read_user_id_list': ['u4'], 'unread_user_id_list': ['u1', 'u5']}


def test_the_result_comes_after_some_asks(client, app):
    app.asks_before_result = 2
    task_id = client.notify()['task_id']
    body = {'agent_id': app.agent_id, 'task_id': task_id}
    assert client.old(PROGRESS, body)['progress'] == {'progress_in_percent': 50, 'status': 1}
    assert lists(client.result(task_id)) == {}
    assert client.old(PROGRESS, body)['progress'] == {'progress_in_percent': 100, 'status': 2}
    assert lists(client.result(task_id)) == {'unread_user_id_list': ['u1', 'u2']}


def test_who_did_not_get_it_is_only_in_the_result(client, app):
    app.unreachable.update(u2='', u3='143105')
    told = client.notify('u1,u2,u3,nobody', dept_id_list='7,99')
    assert told['errcode'] == 0
    assert lists(client.result(told['task_id'])) == {
        'unread_user_id_list': ['u1', 'u4', 'u5'],
        'failed_user_id_list': ['u2'],
        'invalid_user_id_list': ['nobody'],
        'invalid_dept_id_list': [99],
        'forbidden_user_id_list': ['u3'],
        'forbidden_list': [{'code': '143105', 'count': 0, 'userid': 'u3'}],
    }


def test_the_same_content_reaches_a_person_once_a_day(client, watch):
    client.notify('u1')
    again = client.result(client.notify('u1,u2')['task_id'])
    assert lists(again) == {
        'unread_user_id_list': ['u2'],
        'forbidden_user_id_list': ['u1'],
        'forbidden_list': [{'code': '143106', 'count': 1, 'userid': 'u1'}],
    }
    assert lists(client.result(client.notify('u1', 'other')['task_id'])) == {'unread_user_id_list': ['u1']}
    watch.go(hours=17, minutes=46)  # one minute before midnight in China is no new day yet
    client.renew()
    assert client.result(client.notify('u1')['task_id'])['unread_user_id_list'] == []
    watch.go(minutes=1)
    assert client.result(client.notify('u1')['task_id'])['unread_user_id_list'] == ['u1']


def test_a_person_gets_five_hundred_a_day(client, app, watch):
    app.qps = 1000
    for number in range(500):
        client.notify('u1', str(number))
    assert client.result(client.notify('u1', 'more')['task_id'])['forbidden_list'] == [
        {'code': '143105', 'count': 500, 'userid': 'u1'}
    ]


def test_a_forbidden_word_is_not_delivered(client, app):
    app.forbidden_words.add('casino')
    told = client.result(client.notify('u1', 'a casino')['task_id'])
    assert [one['code'] for one in told['forbidden_list']] == ['1430002']


def test_a_result_can_be_asked_for_a_day_and_for_a_hundred_people(client, app, watch):
    app.users.update({'p{}'.format(n): 'P' for n in range(101)})
    app.departments[9] = ['p{}'.format(n) for n in range(101)]
    body = {'agent_id': app.agent_id}
    large = client.notify('', dept_id_list='9')['task_id']
    with pytest.raises(requests.Timeout):  # no code is documented for it
        client.raw('POST', RESULT, dict(body, task_id=large), {'access_token': client.token}, timeout=0.3)
    assert client.old(PROGRESS, dict(body, task_id=large))['progress']['status'] == 2
    small = client.notify()['task_id']
    watch.go(hours=24)
    client.renew()
    assert client.errcode(RESULT, dict(body, task_id=small)) == 0
    watch.go(seconds=1)
    assert client.errcode(RESULT, dict(body, task_id=small)) == 40035


@pytest.mark.parametrize(
    'change, code',
    [
        ({'agent_id': 1}, 40056),
        ({'agent_id': None}, 40056),
        ({'userid_list': ''}, 40035),
        ({'userid_list': ['u1']}, 40035),
        ({'userid_list': ','.join('u{}'.format(n) for n in range(101))}, 40035),
        ({'userid_list': ','.join('u{}'.format(n) for n in range(100))}, 0),
        ({'dept_id_list': ','.join(str(n) for n in range(21))}, 40035),
        ({'dept_id_list': ','.join(str(n) for n in range(20))}, 0),
        ({'dept_id_list': 'all'}, 40035),
        ({'userid_list': '', 'to_all_user': True}, 0),
        ({'msg': None}, 40035),
        ({'msg': {'msgtype': 'sampleText', 'sampleText': {'content': 'x'}}}, 40035),
        ({'msg': {'msgtype': 'markdown', 'markdown': {'text': 'x'}}}, 40035),
    ],
)
def test_what_a_work_notification_must_have(client, app, change, code):
    assert client.notify(**dict({'users': 'u1'}, **change))['errcode'] == code
    assert len(app.work_notifications) == (not code)


def test_the_bytes_of_a_message_are_limited(client, app):
    empty = len(json.dumps({'msgtype': 'markdown', 'markdown': {'title': 't', 'text': ''}}, separators=(',', ':')))
    room = 2048 - empty
    text = '字' * (room // 3) + 'x' * (room % 3)
    assert client.notify(content=text)['errcode'] == 0
    assert client.notify(content=text + 'x')['errcode'] == 34016


def button(**changes):
    return dict({'title': 'b', 'action_url': 'https://a'}, **changes)


@pytest.mark.parametrize(
    'msgtype, content, code',
    [
        ('text', {'content': 'x'}, 0),
        ('text', {'content': ''}, 40035),
        ('markdown', {'title': 'x' * 64, 'text': 'x'}, 0),
        ('markdown', {'title': 'x' * 65, 'text': 'x'}, 34016),
        ('link', {'messageUrl': 'https://a', 'picUrl': '@p', 'title': 't', 'text': 'x'}, 0),
        ('link', {'messageUrl': 'https://a', 'title': 't', 'text': 'x'}, 40035),
        ('oa', {'message_url': 'https://a', 'head': {'bgcolor': 'FFBBBBBB', 'text': 't'}, 'body': {}}, 0),
        ('oa', {'message_url': 'https://a', 'head': {'bgcolor': 'BBBBBB', 'text': 't'}, 'body': {}}, 40035),
        ('action_card', {'title': 't', 'markdown': 'x', 'single_title': 'y', 'single_url': 'https://a'}, 0),
        ('action_card', {'title': 't', 'text': 'x', 'single_title': 'y', 'single_url': 'https://a'}, 40035),
        ('action_card', {'title': 't', 'markdown': 'x'}, 40035),
        ('action_card', {'markdown': 'x', 'single_title': 'y' * 21, 'single_url': 'https://a'}, 34016),
        ('action_card', {'markdown': 'x', 'single_title': 'y', 'single_url': 'https://a' + 'x' * 500}, 34016),
        ('action_card', {'markdown': 'x', 'btn_orientation': '0', 'btn_json_list': [button()]}, 0),
        ('action_card', {'markdown': 'x', 'btn_json_list': [button()]}, 40035),
        ('action_card', {'markdown': 'x', 'btn_orientation': '0', 'btn_json_list': [button(title='b' * 21)]}, 34016),
        (
            'action_card',
            {'markdown': 'x', 'btn_orientation': '1', 'btn_json_list': [button(action_url='x' * 701)]},
            34016,
        ),
        (
            'action_card',
            {'markdown': 'x', 'btn_orientation': '1', 'btn_json_list': [button(action_url='x' * 500)] * 2},
            34016,
        ),
        ('file', {'media_id': '@none'}, 40007),
    ],
)
def test_what_a_type_must_have(client, msgtype, content, code):
    assert client.notify(msg={'msgtype': msgtype, msgtype: content})['errcode'] == code


def test_a_file_of_a_work_notification_is_an_uploaded_one_of_ten_megabytes(client, app):
    def errcode(size, kind='file', name='a.zip'):
        media_id = client.upload(name, b'x' * size, kind).json()['media_id']
        return client.notify(msg={'msgtype': 'file', 'file': {'media_id': media_id}})['errcode']

    assert errcode(10 * 1024 * 1024) == 0
    assert errcode(10 * 1024 * 1024 + 1) == 40006
    assert errcode(4, 'image', 'a.png') == 40007


def test_a_body_that_is_no_json_is_refused(client):
    assert client.errcode(SEND, b'{') == 40035
    assert client.errcode(SEND, b'[]') == 40035
    assert post_form(client, {'agent_id': client.app.agent_id, 'userid_list': 'u1', 'msg': '{'}) == 40035


def post_form(client, fields, path=SEND):
    fields = dict(fields, access_token=client.token)
    return requests.post(client.server.base_url + path, data=fields, timeout=5).json()['errcode']


@pytest.mark.parametrize('to_all', ['false', 'true', None])
def test_a_form_with_the_token_in_it_is_taken_as_in_the_vendors_samples(client, app, to_all):
    msg = json.dumps({'msgtype': 'markdown', 'markdown': {'title': 't', 'text': 'hello'}})
    fields = {'agent_id': app.agent_id, 'userid_list': 'u1,u2', 'msg': msg, 'to_all_user': to_all}
    assert post_form(client, fields) == 0
    (work,) = app.work_notifications.values()
    assert work.reached == (list(app.users) if to_all == 'true' else ['u1', 'u2'])
    assert post_form(client, {'agent_id': app.agent_id, 'task_id': work.task_id}, PROGRESS) == 0
    assert post_form(client, dict(fields, agent_id=1)) == 40056
    assert post_form(client, dict(fields, to_all_user='perhaps')) == 40035


def test_to_all_user_may_be_a_text_as_the_vendors_java_sdk_writes_it(client):
    assert client.notify(to_all_user='false')['errcode'] == 0
    assert client.notify('', to_all_user='false')['errcode'] == 40035


def test_an_upload_may_have_token_and_type_in_its_form(client, app):
    url, files = client.server.base_url + UPLOAD, {'media': ('a.zip', b'PK..', 'application/zip')}
    fields = {'access_token': client.token, 'type': 'file'}
    assert requests.post(url, data=fields, files=files, timeout=5).json()['errcode'] == 0
    assert requests.post(url, data=dict(fields, access_token='x'), files=files, timeout=5).json()['errcode'] == 40014
    (file,) = app.files.values()
    assert (file.name, file.content) == ('a.zip', b'PK..')


# --- robot messages -------------------------------------------------------------------------


def message(app, msg_key='sampleMarkdown', param=None, **more):
    param = {'title': 't', 'text': 'x'} if param is None else param
    return dict(
        {
            'robotCode': app.robot_code,
            'msgKey': msg_key,
            'msgParam': param if isinstance(param, str) else json.dumps(param, ensure_ascii=False),
        },
        **more,
    )


def to_group(app, *args, **more):
    return message(app, *args, **dict({'openConversationId': 'cid1'}, **more))


def test_a_group_message_can_be_read(client, app, watch):
    status, told = client.new(GROUP, to_group(app, param={'title': '扫描', 'text': '完成'}))
    assert status == 200
    (message,) = app.group_messages
    assert message == (
        'sampleMarkdown',
        {'title': '扫描', 'text': '完成'},
        'cid1',
        (),
        told['processQueryKey'],
        watch(),
    )


@pytest.mark.parametrize(
    'change, code',
    [
        ({'robotCode': None}, 'invalidParameter.robotCode.empty'),
        ({'robotCode': 'other'}, 'invalidParameter.robotCode.notExsit'),
        ({'openConversationId': ''}, 'miss.openConversationId'),
        ({'openConversationId': 'chat123'}, 'invalid.openConversationId'),
        ({'msgKey': ''}, 'invalidParameter.msgKey.empty'),
        ({'msgKey': 'markdown'}, 'invalidParameter.msgKey.invalid'),
        ({'msgParam': {'title': 't', 'text': 'x'}}, 'invalidParameter.msgParam.invalid'),
        ({'msgParam': 'text'}, 'invalidParameter.msgParam.invalid'),
        ({'msgParam': '{"title": "t"}'}, 'invalidParameter.param.invalid'),
    ],
)
def test_what_a_group_message_must_have(client, app, change, code):
    assert client.new(GROUP, dict(to_group(app), **change)) == (400, code)
    assert app.group_messages == []


def test_the_bytes_of_a_parameter_are_limited(client, app):
    param = json.dumps({'title': 't', 'text': ''})
    full = param[:-2] + '字' * ((15000 - len(param)) // 3) + 'x' * ((15000 - len(param)) % 3) + '"}'
    assert len(full.encode('utf-8')) == 15000
    assert client.new(GROUP, to_group(app, param=full))[0] == 200
    assert client.new(GROUP, to_group(app, param=full + ' ')) == (400, 'invalidParameter.msgParam.tooLong')


@pytest.mark.parametrize(
    'msg_key, param',
    [
        ('sampleText', {'content': 'x'}),
        ('sampleActionCard', {'title': 't', 'text': 'x', 'singleTitle': 'y', 'singleURL': 'https://a'}),
        (
            'sampleActionCard2',
            {'title': 't', 'text': 'x', 'actionTitle1': 'a', 'actionURL1': 'b', 'actionTitle2': 'c', 'actionURL2': 'd'},
        ),
        (
            'sampleActionCard6',
            {'title': 't', 'text': 'x', 'buttonTitle1': 'a', 'buttonUrl1': 'b', 'buttonTitle2': 'c', 'buttonUrl2': 'd'},
        ),
    ],
)
def test_every_parameter_of_a_key_must_be_there(client, app, msg_key, param):
    assert client.new(GROUP, to_group(app, msg_key, param))[0] == 200
    for name in param:
        less = {other: value for other, value in param.items() if other != name}
        assert client.new(GROUP, to_group(app, msg_key, less)) == (400, 'invalidParameter.param.invalid')


def test_a_file_message_needs_an_uploaded_file_of_a_shown_type(client, app):
    media_id = client.upload().json()['media_id']

    def send(**changes):
        return client.new(
            GROUP,
            to_group(
                app, 'sampleFile', dict({'mediaId': media_id, 'fileName': '日报.zip', 'fileType': 'zip'}, **changes)
            ),
        )[1]

    assert 'processQueryKey' in send()
    assert send(mediaId='@none') == send(fileType='csv') == send(fileType='xls') == 'miss.param.file'


def test_a_forbidden_word_is_refused(client, app):
    app.forbidden_words.add('casino')
    body = to_group(app, param={'title': 't', 'text': 'a casino'})
    assert client.new(GROUP, body) == (400, 'contain.notAllowed.content')


def test_messages_to_people_tell_whom_they_did_not_reach(client, app):
    app.flow_controlled.add('u2')
    status, told = client.new(DIRECT, message(app, userIds=['u1', 'u2', 'nobody']))
    assert (status, told['invalidStaffIdList'], told['flowControlledStaffIdList']) == (200, ['nobody'], ['u2'])
    assert [one.user_ids for one in app.direct_messages] == [('u1',)]


@pytest.mark.parametrize(
    'users, code',
    [
        ([], 'invalidParameter.userIds.empty'),
        ('u1', 'invalidParameter.userIds.empty'),
        (['u1'] * 21, 'invalidParameter.userIds.overMax'),
    ],
)
def test_messages_to_people_go_to_one_to_twenty(client, app, users, code):
    assert client.new(DIRECT, message(app, userIds=users)) == (400, code)
    assert client.new(DIRECT, message(app, userIds=['u1'] * 20))[0] == 200

"""Cards of the fake OpenAPI, and clicks on them over HTTP."""

import json

import pytest

from scan_notify_plugin.testing.dingtalk_openapi import DingTalkOpenApiServer, card_signature
from scan_notify_plugin.testing.robot_server import FAULTS, Answer, RobotServer
from tests.testing.openapi_client import CREATE, DELIVER, MS, REGISTER, UPDATE, Client, Watch, make_app

SECRET = 'SECtest'


class Receiver(RobotServer):
    """The application's own callback address."""

    def __init__(self):
        super().__init__(hold_seconds=5)
        self.requests = []
        self.answer = Answer(200, b'{}')

    def respond(self, request):
        self.requests.append(request)
        return self.answer

    def say(self, **answer):
        self.answer = Answer(200, json.dumps(answer).encode('utf-8'))


@pytest.fixture
def server():
    with DingTalkOpenApiServer(now=Watch()) as server:
        yield server


@pytest.fixture
def app(server):
    return make_app(server)


@pytest.fixture
def client(server, app):
    return Client(server, app)


@pytest.fixture
def receiver():
    with Receiver() as receiver:
        yield receiver


@pytest.fixture
def clickable(client, receiver):
    """A card whose clicks go to the receiver."""
    url = receiver.base_url + '/callback'
    body = {'callbackRouteKey': 'route', 'callbackUrl': url, 'apiSecret': SECRET}
    assert client.new(REGISTER, body)[0] == 200
    assert client.card(callbackType='HTTP', callbackRouteKey='route')[0] == 200
    return client.app.cards['job-1']


def where(card):
    return [one['spaceId'] for one in card.deliveries if one['success']]


def test_a_card_can_be_made_first_and_delivered_later(client, app):
    body = {
        'cardTemplateId': 't.schema', 'outTrackId': 'job-1', 'cardData': {'cardParamMap': {'title': 'x'}},
        'imGroupOpenSpaceModel': {'supportForward': True},
    }  # fmt: skip
    assert client.new(UPDATE, body) == (200, {'success': True, 'result': 'job-1'})
    assert client.new(UPDATE, body) == (400, 'param.cardAlreadyExist')
    card = app.cards['job-1']
    assert where(card) == []
    model = {'imGroupOpenDeliverModel': {'robotCode': app.robot_code}, 'openSpaceId': 'dtv1.card//IM_GROUP.cid1'}
    status, answer = client.new(DELIVER, dict(model, outTrackId='job-1'))
    assert (status, answer['result'][0]['success'], where(card)) == (200, True, ['cid1'])
    assert client.new(DELIVER, dict(model, outTrackId='other')) == (400, 'param.cardNotExist')
    assert client.new(DELIVER, dict(outTrackId='job-1', openSpaceId=model['openSpaceId'])) == (
        400, 'param.openDeliverModelEmpty',
    )  # fmt: skip


def test_a_card_goes_to_no_kind_of_space_that_it_was_not_made_for(client, app):
    assert client.card()[0] == 200
    model = {'imRobotOpenDeliverModel': {'robotCode': app.robot_code, 'spaceType': 'IM_ROBOT'}}
    body = dict(model, outTrackId='job-1', openSpaceId='dtv1.card//IM_ROBOT.u1')
    (told,) = client.new(DELIVER, body)[1]['result']
    assert (told['success'], told['errorMsg']) == (False, 'SPACE_NOT_SUPPORT')


def test_a_card_may_be_half_made(client, app):
    app.half_made = 1
    assert client.card() == (500, 'system.busy')
    assert client.card() == (400, 'param.cardAlreadyExist')
    assert where(app.cards['job-1']) == []


def test_a_phone_says_what_a_card_says_of_itself(client, app):
    assert client.card()[0] == 200
    assert app.cards['job-1'].alert == '你收到1条新消息' and app.cards['job-1'].last_message == {}
    model = {
        'supportForward': True, 'lastMessageI18n': {'ZH_CN': '完成', 'zh_CN': 'x'},
        'notification': {'alertContent': '扫描完成', 'notificationOff': False},
    }  # fmt: skip
    assert client.card(outTrackId='job-2', imGroupOpenSpaceModel=model)[0] == 200
    card = app.cards['job-2']
    assert (card.alert, card.last_message) == ('扫描完成', {'ZH_CN': '完成'})
    app.forbidden_words = {'扫描'}
    assert client.card(outTrackId='job-3', imGroupOpenSpaceModel=model) == (400, 'param.contentUnsafe')
    for wrong in ({'lastMessageI18n': 'x'}, {'lastMessageI18n': {'ZH_CN': 1}}, {'notification': [1]}):
        told = client.card(outTrackId='job-4', imGroupOpenSpaceModel=dict(model, **wrong))
        assert told == (400, 'param.openSpaceModelInvalid')


# --- making ---------------------------------------------------------------------------------


def test_a_card_can_be_read(client, app):
    status, told = client.card()
    card = app.cards['job-1']
    assert (status, told['success'], told['result']['outTrackId']) == (200, True, 'job-1')
    assert told['result']['deliverResults'] == card.deliveries
    assert [(one['spaceType'], one['spaceId'], one['success']) for one in card.deliveries] == [
        ('IM_GROUP', 'cid1', True)
    ]
    assert (card.template, card.callback_type) == ('t.schema', 'STREAM')
    assert card.data == {'title': '完成', 'count': '3'}
    assert card.history == [('created', card.data)]


def test_a_name_makes_one_card_only(client, app):
    client.card()
    changed = {'cardParamMap': {'title': 'again'}}
    assert client.card(cardData=changed) == (400, 'param.cardAlreadyExist')
    assert app.cards['job-1'].data['title'] == '完成'
    assert client.card(outTrackId='job-2')[0] == 200


@pytest.mark.parametrize(
    'change, code',
    [
        ({'cardTemplateId': None}, 'param.cardTemplateIdEmpty'),
        ({'cardTemplateId': 'other.schema'}, 'param.templateNotExist'),
        ({'outTrackId': ''}, 'param.outTrackIdEmpty'),
        ({'cardData': None}, 'param.cardPublicDataEmpty'),
        ({'cardData': {'cardParamMap': {'count': 3}}}, 'param.invalid'),
        ({'cardData': {'cardParamMap': ['title']}}, 'param.invalid'),
        ({'cardData': {'cardParamMap': {'k' * 101: ''}}}, 'param.invalid'),
        ({'cardData': {'cardParamMap': {'k': '字' * 342}}}, 'param.invalid'),
        ({'privateData': {'u1': {'cardParamMap': {'k': None}}}}, 'param.invalid'),
        ({'callbackType': 'stream'}, 'param.invalid'),
        ({'callbackType': 'HTTP'}, 'param.invalid'),
        ({'callbackType': 'HTTP', 'callbackRouteKey': 'unknown'}, 'param.invalid'),
        ({'openSpaceId': None}, 'param.openSpaceIdEmpty'),
        ({'openSpaceId': 'IM_GROUP.cid1'}, 'param.openSpaceIdInvalid'),
        ({'openSpaceId': 'dtv1.card//IM_GROUP'}, 'param.openSpaceIdInvalid'),
        ({'openSpaceId': 'dtv1.card//IM_OTHER.cid1'}, 'param.openSpaceIdInvalid'),
        ({'openSpaceId': 'dtv1.card//IM_ROBOT.u1'}, 'param.openSpaceModelInvalid'),
        ({'imGroupOpenSpaceModel': None}, 'param.openSpaceModelInvalid'),
        ({'imGroupOpenSpaceModel': {}}, 'param.openSpaceModelInvalid'),
        ({'imGroupOpenDeliverModel': None}, 'param.openDeliverModelEmpty'),
        ({'imGroupOpenDeliverModel': {'recipients': ['u1']}}, 'param.openDeliverModelError'),
        ({'imGroupOpenDeliverModel': {'robotCode': 'r', 'atUserIds': ['u1']}}, 'param.openDeliverModelError'),
        ({'imGroupOpenDeliverModel': {'robotCode': 'r', 'spaceType': 'IM_ROBOT'}}, 'param.openDeliverModelError'),
    ],
)
def test_what_a_card_must_have(client, app, change, code):
    assert client.card(**change) == (400, code)
    assert app.cards == {}


def test_a_value_may_be_a_kilobyte(client, app):
    assert client.card(cardData={'cardParamMap': {'k' * 100: '字' * 341 + 'x'}})[0] == 200


def test_a_card_for_people_and_groups_tells_where_it_failed(client, app):
    app.failing_spaces['u2'] = 'SYSTEM_ERROR'
    status, told = client.card(
        openSpaceId='dtv1.card//IM_GROUP.cid1;IM_GROUP.cid9;IM_ROBOT.u1;IM_ROBOT.u2;im_robot.nobody',
        imRobotOpenSpaceModel={'supportForward': False},
        imRobotOpenDeliverModel={'spaceType': 'IM_ROBOT'},
    )
    results = told['result']['deliverResults']
    assert (status, told['success']) == (200, True)
    assert [(one['spaceId'], one['success'], one['errorMsg']) for one in results] == [
        ('cid1', True, ''),
        ('cid9', False, 'SPACE_NOT_EXIST'),
        ('u1', True, ''),
        ('u2', False, 'SYSTEM_ERROR'),
        ('nobody', False, 'SPACE_NOT_EXIST'),
    ]
    assert ['carrierId' in one for one in results] == [one['success'] for one in results]


def test_a_robot_that_is_another_applications_delivers_nothing(client, app):
    told = client.card(imGroupOpenDeliverModel={'robotCode': 'other'})[1]
    assert told['result']['deliverResults'][0]['errorMsg'] == 'ROBOT_NOT_EXIST'


def test_a_forbidden_word_is_refused(client, app):
    app.forbidden_words.add('casino')
    casino = {'cardParamMap': {'title': 'a casino'}}
    assert client.card(cardData=casino) == (400, 'param.contentUnsafe')
    assert client.card(privateData={'u1': casino}) == (400, 'param.contentUnsafe')
    client.card()
    assert client.new(UPDATE, {'outTrackId': 'job-1', 'cardData': casino}, 'PUT') == (400, 'param.contentUnsafe')


# --- changing -------------------------------------------------------------------------------


def test_an_update_replaces_all_unless_by_key(client, app):
    client.card()
    card = app.cards['job-1']
    by_key = {
        'outTrackId': 'job-1',
        'cardData': {'cardParamMap': {'count': '4'}},
        'privateData': {'u1': {'cardParamMap': {'seen': 'yes'}}},
        'cardUpdateOptions': {'updateCardDataByKey': True, 'updatePrivateDataByKey': True},
    }
    assert client.new(UPDATE, by_key, 'PUT') == (200, {'success': True, 'result': True})
    assert card.data == {'title': '完成', 'count': '4'}
    assert client.new(UPDATE, {'outTrackId': 'job-1', 'cardData': {'cardParamMap': {'count': '5'}}}, 'PUT')[0] == 200
    assert card.data == {'count': '5'} and card.private == {'u1': {'seen': 'yes'}}
    assert [change.by for change in card.history] == ['created', 'updated', 'updated']
    assert card.updates[0] == by_key and len(card.updates) == 2


@pytest.mark.parametrize(
    'body, code',
    [
        ({'cardData': {'cardParamMap': {}}}, 'param.outTrackIdEmpty'),
        ({'outTrackId': 'job-9', 'cardData': {'cardParamMap': {}}}, 'param.cardNotExist'),
        ({'outTrackId': 'job-1'}, 'param.cardDataAndPrivateDataBothEmpty'),
        ({'outTrackId': 'job-1', 'cardData': {'cardParamMap': {'count': 5}}}, 'param.invalid'),
        ({'outTrackId': 'job-1', 'cardData': {'cardParamMap': {}}, 'cardUpdateOptions': 'byKey'}, 'param.invalid'),
        (b'{', 'param.empty'),
    ],
)
def test_what_an_update_must_have(client, app, body, code):
    client.card()
    assert client.new(UPDATE, body, 'PUT') == (400, code)
    assert app.cards['job-1'].data == {'title': '完成', 'count': '3'}


# --- callback addresses ---------------------------------------------------------------------


def test_an_address_is_replaced_only_by_force(client, app):
    body = {'callbackRouteKey': 'k', 'callbackUrl': 'https://one', 'apiSecret': 's'}
    assert client.new(REGISTER, body)[1]['result'] == {'callbackUrl': 'https://one', 'apiSecret': 's'}
    two = dict(body, callbackUrl='https://two')
    assert client.new(REGISTER, two) == (500, 'param.callbackRouteKeyExist')
    assert app.routes['k'].url == 'https://one'
    assert client.new(REGISTER, dict(two, forceUpdate=True))[0] == 200
    assert app.routes['k'] == ('https://two', 's')


@pytest.mark.parametrize(
    'change, code',
    [
        ({'callbackRouteKey': ''}, 'param.callbackRouteKeyEmpty'),
        ({'callbackUrl': None}, 'param.callbackUrlEmpty'),
        ({'callbackUrl': 'example.com'}, 'param.invalid'),
        ({'apiSecret': 1}, 'param.invalid'),
    ],
)
def test_what_an_address_must_have(client, change, code):
    body = dict({'callbackRouteKey': 'k', 'callbackUrl': 'https://one'}, **change)
    assert client.new(REGISTER, body) == (400, code)


# --- clicks ---------------------------------------------------------------------------------


def test_the_signature_is_the_documented_one():
    assert card_signature('SECtest', '1700000000000') == 'KA/rMd9zCfz8mKAvyKp4rDh0uCYy077C6oMMadSagbY='


def test_a_click_is_told_signed_and_its_answer_changes_the_card(server, app, receiver, clickable):
    receiver.say(
        cardData={'cardParamMap': {'title': 'seen'}},
        userPrivateData={'cardParamMap': {'mine': 'yes'}},
        cardUpdateOptions={'updateCardDataByKey': True},
    )
    clicked = server.click('job-1', 'u1', ['ack'], {'run': '7'})
    assert (clicked.status, clicked.applied) == (200, True)
    assert clicked.answer['cardData'] == {'cardParamMap': {'title': 'seen'}}
    (request,) = receiver.requests
    assert (request.method, request.path) == ('POST', '/callback')
    assert request.headers['x-ddpaas-signature-timestamp'] == str(MS)
    assert request.headers['x-ddpaas-signature'] == card_signature(SECRET, str(MS))
    body = json.loads(request.body.decode('utf-8'))
    assert json.loads(body.pop('content')) == {'cardPrivateData': {'actionIds': ['ack'], 'params': {'run': '7'}}}
    assert body == {'type': 'actionCallback', 'outTrackId': 'job-1', 'corpId': app.corp_id, 'userId': 'u1'}
    assert clickable.data == {'title': 'seen', 'count': '3'} and clickable.private == {'u1': {'mine': 'yes'}}
    assert [change.by for change in clickable.history] == ['created', 'clicked']
    assert clickable.updates == []


@pytest.mark.parametrize(
    'forged, timestamp, secret',
    [
        ({'secret': 'wrong'}, MS, 'wrong'),
        ({'timestamp': MS - 3600000}, MS - 3600000, SECRET),
    ],
)
def test_a_click_can_be_forged(server, receiver, clickable, forged, timestamp, secret):
    server.click('job-1', 'u1', ['ack'], **forged)
    headers = receiver.requests[0].headers
    assert headers['x-ddpaas-signature-timestamp'] == str(timestamp)
    assert headers['x-ddpaas-signature'] == card_signature(secret, str(timestamp))


def test_a_click_can_be_unsigned(server, receiver, clickable):
    server.click('job-1', 'u1', ['ack'], secret='')
    assert not [name for name in receiver.requests[0].headers if name.startswith('x-ddpaas')]


def test_a_click_can_be_replayed(server, receiver, clickable):
    first = server.click('job-1', 'u1', ['ack'])
    receiver.say(cardData={'cardParamMap': {'title': 'twice'}})
    assert server.send_click(first.post).applied
    one, two = receiver.requests
    assert (one.body, one.headers['x-ddpaas-signature']) == (two.body, two.headers['x-ddpaas-signature'])
    assert clickable.data == {'title': 'twice'}


def test_a_callback_made_by_hand_for_no_card_changes_nothing(server, receiver, clickable):
    post = server.click('job-1', 'u1', ['ack']).post
    receiver.say(cardData={'cardParamMap': {'title': 'x'}})
    assert not server.send_click(post._replace(body=b'{"outTrackId": "job-9", "userId": "u1"}')).applied
    assert not server.send_click(post._replace(body=b'{')).applied
    assert clickable.data['title'] == '完成'


@pytest.mark.parametrize(
    'answer, status',
    [
        (Answer(200, b'{}'), 200),
        (Answer(200, b'no json'), 200),
        (Answer(200, b'[]'), 200),
        (Answer(200, b'{"cardData": {"cardParamMap": {"count": 5}}}'), 200),
        (Answer(403, b'{"cardData": {"cardParamMap": {"count": "5"}}}'), 403),
        (FAULTS['redirect'], 302),
        (FAULTS['cut'], 0),
    ],
)
def test_an_answer_that_is_none_changes_nothing(server, receiver, clickable, answer, status):
    receiver.answer = answer
    clicked = server.click('job-1', 'u1', ['ack'])
    assert (clicked.status, clicked.applied) == (status, False)
    assert clickable.data == {'title': '完成', 'count': '3'}


def test_an_answer_later_than_two_seconds_is_none(server, receiver, clickable, monkeypatch):
    monkeypatch.setattr('scan_notify_plugin.testing.dingtalk_openapi.callbacks.SECONDS', 0.2)
    receiver.answer = Answer(200, b'{}', hold=True)
    assert server.click('job-1', 'u1', ['ack']).status == 0


def test_a_click_goes_the_way_the_card_was_made_for(server, client, clickable):
    with pytest.raises(LookupError, match='told by http'):
        server.click('job-1', 'u1', ['ack'], how='stream')
    with pytest.raises(LookupError, match='no card'):
        server.click('job-9', 'u1', ['ack'])
    client.card(outTrackId='job-2', callbackType=None)
    with pytest.raises(LookupError, match='told by nothing'):
        server.click('job-2', 'u1', ['ack'])
    client.card(outTrackId='job-3')
    with pytest.raises(LookupError, match='nobody is connected'):
        server.click('job-3', 'u1', ['ack'])


def test_a_click_shows_no_secret(server, clickable):
    assert SECRET not in repr([server.click('job-1', 'u1', ['ack']), clickable])


def test_the_names_of_paths_are_those_of_the_interfaces(app):
    for path in (CREATE, UPDATE, REGISTER):
        app.misbehave('system.busy', only=path)

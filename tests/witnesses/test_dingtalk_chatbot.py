"""DingtalkChatbot, a client of many, with the robot of the tests."""

import pytest

from scan_notify_plugin.testing.dingtalk_robot import DingTalkRobotServer

chatbot = pytest.importorskip('dingtalkchatbot.chatbot', reason='the extra `witness`')


@pytest.fixture
def server():
    with DingTalkRobotServer() as server:
        yield server


@pytest.fixture
def robot(server):
    return server.add_robot(secret='SEC' + '7' * 61)


def client_of(server, robot, secret=None):
    address = '{}/robot/send?access_token={}'.format(server.base_url, robot.token)
    return chatbot.DingtalkChatbot(address, secret=robot.secret if secret is None else secret)


def test_its_sign_and_its_mentions_are_understood(server, robot):
    client = client_of(server, robot)
    assert client.send_text('hello', at_mobiles=['13800000000'])['errcode'] == 0
    assert client.send_markdown('t', '# hello', at_dingtalk_ids=['u1'])['errcode'] == 0
    text, markdown = robot.messages
    assert text.at.mobiles == ('13800000000',)
    # It lists the user and does not write `@u1` into the text: then nobody is called, says
    # https://open.dingtalk.com/document/development/robot-message-type
    assert markdown.at.user_ids == () and markdown.body['at'] == {'atUserIds': ['u1']}


def test_links_and_cards_are_understood(server, robot):
    client = client_of(server, robot)
    button = chatbot.CardItem(title='open', url='https://arl.example.com')
    answers = [
        client.send_link('t', 'text', 'https://arl.example.com'),
        client.send_action_card(chatbot.ActionCard('t', '# text', [button])),
        client.send_feed_card([chatbot.FeedLink('t', 'https://arl.example.com', 'https://arl.example.com/p.png')]),
    ]
    assert [answer['errcode'] for answer in answers] == [0, 0, 0]
    assert [message.msgtype for message in robot.messages] == ['link', 'actionCard', 'feedCard']


def test_another_sign_is_refused(server, robot):
    assert client_of(server, robot, 'SEC' + '8' * 61).send_text('hello')['errcode'] == 310000
    assert client_of(server, robot, '').send_text('hello')['errcode'] == 310000
    assert robot.messages == []


def test_a_picture_is_refused(server, robot):
    # It sends the type `image`; a webhook has none, says
    # https://open.dingtalk.com/document/development/robot-message-type
    assert client_of(server, robot).send_image('https://arl.example.com/p.png')['errcode'] == 400105

"""lark-webhook-notify, a client of Feishu's custom bot, with the bot of the tests."""

import pytest

from scan_notify_plugin.testing.feishu_robot import FeishuRobotServer, signature

lark = pytest.importorskip('lark_webhook_notify', reason='the extra `witness`')

CARD = {
    'schema': '2.0',
    'header': {'title': {'tag': 'plain_text', 'content': 'title'}, 'template': 'green'},
    'body': {'elements': [{'tag': 'markdown', 'content': '**hello**'}]},
}


@pytest.fixture
def robot():
    with FeishuRobotServer() as server:
        robot = server.add_robot(secret='demo-secret')
        robot.per_second = 100
        yield robot


def sent(robot, card, secret='demo-secret'):
    with lark.LarkWebhookNotifier(webhook_url=robot.webhook_url, webhook_secret=secret) as client:
        return client.send_raw_content(card)


def test_its_sign_and_its_cards_are_understood(robot):
    answer = sent(robot, CARD)
    assert answer['code'] == 0
    (message,) = robot.messages
    assert message.title == 'title' and 'hello' in message.text


def test_another_secret_is_refused(robot):
    assert sent(robot, CARD, 'another')['code'] == 19021
    assert robot.messages == []


def test_ours_are_signed_alike():
    assert lark.client.gen_sign('1700000000', 'SECtest') == signature('1700000000', 'SECtest')


def test_its_own_cards_are_understood(robot):
    card = lark.SimpleMessageTemplate(title='t', content='hello').generate()
    assert sent(robot, card)['code'] == 0
    assert 'hello' in robot.messages[0].text

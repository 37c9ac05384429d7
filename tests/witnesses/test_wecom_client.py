"""wecom-bot-msg, a client of WeCom's group robot, with the robot of the tests."""

import pytest

from scan_notify_plugin.testing.wxwork_robot import WxWorkRobotServer

wecom_bot_msg = pytest.importorskip('wecom_bot_msg', reason='the extra `witness`')

PNG = b'\x89PNG\r\n\x1a\n' + b'\x00' * 20


@pytest.fixture
def robot():
    with WxWorkRobotServer() as server:
        yield server.add_robot()


def client_of(robot, key=''):
    client = wecom_bot_msg.WecomBot(key or robot.key)
    client.url = client.url.replace('https://qyapi.weixin.qq.com', robot.server.base_url)
    return client


def test_texts_and_mentions_are_understood(robot):
    assert client_of(robot).send_text('你好', mentioned_list=['ann', '@all'])[0] is True
    (message,) = robot.messages
    assert (message.text, message.at.user_ids, message.at.all) == ('你好', ('ann',), True)


def test_pictures_are_understood(robot, tmp_path):
    (tmp_path / 'p.png').write_bytes(PNG)
    assert client_of(robot).send_image(str(tmp_path / 'p.png'))[0] is True
    (tmp_path / 'p.gif').write_bytes(b'GIF89a' + b'\x00' * 20)
    # JPG and PNG: https://developer.work.weixin.qq.com/document/path/99110
    assert client_of(robot).send_image(str(tmp_path / 'p.gif'))[0] is False
    assert [message.msgtype for message in robot.messages] == ['image']


def test_refusals_reach_it_as_words(robot):
    assert client_of(robot, 'no-such-key').send_text('hello')[1].startswith('invalid webhook url')
    ok, words = client_of(robot).send_text('x' * 2049)
    # 2048 bytes: https://developer.work.weixin.qq.com/document/path/99110
    assert not ok and words.startswith('content size out of limit')

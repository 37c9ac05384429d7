"""Every fake can be told to answer anything, once, often or from now on."""

import socket
import time
from urllib.parse import urlsplit

import pytest
import requests

from scan_notify_plugin.testing.dingtalk_openapi import DingTalkOpenApiServer
from scan_notify_plugin.testing.dingtalk_robot import DingTalkRobotServer
from scan_notify_plugin.testing.robot_server import Answer, json_answer
from scan_notify_plugin.testing.wxwork_robot import WxWorkRobotServer

MESSAGE = {'msgtype': 'text', 'text': {'content': 'hello'}}


class Robot:
    """One fake, asked for one thing."""

    def __init__(self, server, robot, url, body):
        self.server, self.robot, self.url, self.body = server, robot, url, body

    def ask(self, timeout=5.0):
        return requests.post(self.url, json=self.body, timeout=timeout, allow_redirects=False)

    @property
    def taken(self):
        return sum(call.outcome == 'accepted' for call in self.robot.calls)


@pytest.fixture(params=['dingtalk', 'wxwork', 'openapi'])
def robot(request):
    if request.param == 'openapi':
        with DingTalkOpenApiServer() as server:
            app = server.add_app()
            body = {'appKey': app.app_key, 'appSecret': app.app_secret}
            yield Robot(server, app, server.base_url + '/v1.0/oauth2/accessToken', body)
        return
    with DingTalkRobotServer() if request.param == 'dingtalk' else WxWorkRobotServer() as server:
        one = server.add_robot()
        yield Robot(server, one, one.url if request.param == 'dingtalk' else one.webhook_url, MESSAGE)


ODD = [
    Answer(200, b'\xef\xbb\xbf{"errcode": 0}', (('Content-Type', 'application/json'),)),
    Answer(200, '{"errmsg": "\u4e2d"}'.encode('gbk'), (('Content-Type', 'application/json; charset=gbk'),)),
    Answer(200, b'{"errcode": 0, "err'),
    Answer(200, b''),
    Answer(418, b'<html>teapot</html>', (('X-Odd', 'yes'), ('Date', 'never'))),
    json_answer(200, [1, 2]),
    json_answer(504, {'code': 'unheard.of'}),
]


@pytest.mark.parametrize('after', [False, True])
@pytest.mark.parametrize('answer', ODD)
def test_any_answer(robot, answer, after):
    robot.robot.misbehave(answer, after=after)
    said = robot.ask()
    assert (said.status_code, said.content) == (answer.status, answer.body)
    assert all(said.headers[name].endswith(value) for name, value in answer.headers)
    assert robot.taken == after
    assert robot.ask().status_code == 200 and robot.taken == after + 1


def test_for_good(robot):
    robot.robot.misbehave(Answer(599), times=None)
    assert [robot.ask().status_code for _ in range(5)] == [599] * 5
    robot.robot.behave()
    assert robot.ask().status_code == 200


def test_a_length_that_is_not_true(robot):
    robot.robot.misbehave(Answer(200, b'{"err', (('Content-Length', '1000'),)))
    with pytest.raises(requests.RequestException):
        robot.ask(timeout=0.5)


def test_one_byte_after_the_other(robot):
    robot.robot.misbehave(Answer(200, b'{}', drip=0.01))
    begun = time.monotonic()
    assert robot.ask().content == b'{}'
    assert time.monotonic() - begun > 0.5


def test_no_connection_at_all_and_then_again_at_the_same_address(robot):
    robot.server.refuse()
    with pytest.raises(requests.ConnectionError):
        robot.ask()
    robot.server.start()
    assert robot.ask().status_code == 200


def test_what_drips_ends_with_the_server(robot):
    robot.robot.misbehave(Answer(200, b'x' * 100000, drip=0.5))
    parts = urlsplit(robot.url)
    with socket.create_connection((parts.hostname, parts.port)) as connection:
        connection.sendall(b'POST ' + robot.url[len(robot.server.base_url) :].encode() + b' HTTP/1.1\r\n\r\n')
        begun = time.monotonic()
        robot.server.close()
        assert time.monotonic() - begun < 60  # all of it would take half a day


@pytest.mark.parametrize('code', [-7, 45999, 410101])
def test_a_code_that_is_on_no_page(code):
    with WxWorkRobotServer() as wxwork, DingTalkRobotServer() as dingtalk:
        for one, url in [(wxwork.add_robot(), 'webhook_url'), (dingtalk.add_robot(), 'url')]:
            one.misbehave(code)
            assert requests.post(getattr(one, url), json=MESSAGE, timeout=5).json()['errcode'] == code


def test_a_word_that_is_on_no_page():
    with DingTalkOpenApiServer() as server:
        app = server.add_app()
        app.misbehave('some.new.code')
        body = {'appKey': app.app_key, 'appSecret': app.app_secret}
        said = requests.post(server.base_url + '/v1.0/oauth2/accessToken', json=body, timeout=5)
        assert (said.status_code, said.json()['code']) == (400, 'some.new.code')
        with pytest.raises(ValueError, match='no misbehaviour'):
            app.misbehave('tiemout')

"""What the bot's answers mean."""

import time

import pytest

from scan_notify_plugin.errors import Reason, SendError
from scan_notify_plugin.faults import ENGLISH, say
from scan_notify_plugin.notifiers.feishu import FeishuRobot
from scan_notify_plugin.notifiers.feishu import robot as robots
from scan_notify_plugin.notifiers.feishu.codes import CODES
from scan_notify_plugin.testing.feishu_robot import FeishuRobotServer, signature
from scan_notify_plugin.testing.script import Answer, json_answer
from tests.notifiers.feishu.samples import NOTIFIER, make_target, send


def refused(robot, how, target=None, notifier=NOTIFIER):
    robot.misbehave(how)
    with pytest.raises(SendError) as caught:
        send(target or make_target(robot), notifier=notifier)
    return caught.value


def test_the_sign_is_the_vendors():
    # Of the facts: a secret SECtest at 1700000000.
    assert robots.sign('1700000000', 'SECtest') == 'G7XpBpG8NgG02fJOAhX6FRAObIljmFoxVReo8I62pEk='
    assert signature('1700000000', 'SECtest') == robots.sign('1700000000', 'SECtest')


def test_a_message_is_signed_in_its_body_in_seconds(server):
    robot = server.add_robot(secret='Kx7-secret')
    send(make_target(robot))
    body = robot.messages[0].body
    assert abs(int(body['timestamp']) - time.time()) < 60 and '?' not in robot.webhook_url
    assert list(body) == ['timestamp', 'sign', 'msg_type', 'card']


@pytest.mark.parametrize('code', sorted(CODES))
def test_each_code_has_its_reason(robot, code):
    error = refused(robot, json_answer(200, {'code': code, 'msg': 'no', 'data': {}}))
    assert (error.reason, error.code) == (CODES[code].reason, code)
    assert (error.retry_after is not None) == (error.reason is Reason.THROTTLED)
    assert (code in NOTIFIER.repeats_after) == (error.reason is Reason.UNKNOWN)


@pytest.mark.parametrize('answer, reason, code', [
    (json_answer(200, {'code': 19999, 'msg': 'news'}), Reason.REFUSED, 19999),
    (json_answer(200, {'code': '19024', 'msg': 'as a text'}), Reason.CONFIG, 19024),
    (json_answer(400, {'code': 9499, 'msg': 'Bad Request', 'data': {}}), Reason.CONFIG, 9499),
    (json_answer(400, {'code': 9499, 'msg': 'too many request', 'data': {}}), Reason.THROTTLED, 9499),
    (json_answer(200, {'StatusCode': 19001, 'StatusMessage': 'x'}), Reason.CONFIG, 19001),
    (json_answer(400, {'error': 'a proxy'}), Reason.CONFIG, 400),
    (json_answer(429, {'code': 99991400, 'msg': 'slow'}), Reason.THROTTLED, 99991400),
    (json_answer(200, {'msg': 'success'}), Reason.UNKNOWN, 200),
    (json_answer(200, {'code': None, 'msg': 'success'}), Reason.UNKNOWN, 200),
    (json_answer(200, {'code': False}), Reason.UNKNOWN, 200),
    (json_answer(200, {'code': 0.5}), Reason.UNKNOWN, 200),
    (json_answer(200, {'code': '0_0'}), Reason.UNKNOWN, 200),
    (json_answer(200, {'code': '\u0660'}), Reason.UNKNOWN, 200),
    (json_answer(200, {'code': False, 'StatusCode': 0}), Reason.UNKNOWN, 200),
    (json_answer(200, {'code': 'no', 'StatusCode': 0}), Reason.UNKNOWN, 200),
    (json_answer(200, {'code': 19024, 'StatusCode': 0}), Reason.CONFIG, 19024),
    *[(json_answer(status, {'code': 0, 'msg': 'success'}), Reason.UNKNOWN, status) for status in (400, 403, 404, 429)],
    (json_answer(200, [0]), Reason.UNKNOWN, 200),
    (json_answer(200, 'success'), Reason.UNKNOWN, 200),
    (Answer(200, b'{"code":0,"msg":"success'), Reason.UNKNOWN, 200),
    (Answer(404, b'<html>'), Reason.CONFIG, 404),
    (Answer(500, b'{"code":0}'), Reason.UNKNOWN, 500),
    (Answer(503), Reason.BUSY, 503),
    (Answer(429), Reason.THROTTLED, 429),
    (Answer(302, b'{"code":0}', (('Location', '/x'),)), Reason.CONFIG, 302),
])  # fmt: skip
def test_nothing_but_its_own_code_is_a_success_or_a_refusal(robot, answer, reason, code):
    error = refused(robot, answer)
    assert (error.reason, error.code) == (reason, code)


@pytest.mark.parametrize('answer', [
    json_answer(200, {'StatusCode': 0, 'StatusMessage': 'success'}),
    json_answer(200, {'code': 0, 'msg': 'success', 'data': {}, 'StatusCode': 7, 'more': [1]}),
    json_answer(200, {'code': '0', 'msg': None}),
])  # fmt: skip
def test_a_success_is_believed_in_both_forms(robot, answer):
    robot.misbehave(answer, after=True)
    send(make_target(robot))
    assert len(robot.messages) == 1


def test_bots_that_were_refused_together_come_back_one_by_one(robot):
    waits = {refused(robot, 11232).retry_after for _ in range(5)}
    assert len(waits) == 5 and all(60 <= wait <= 90 for wait in waits)


def test_a_longer_pause_that_the_service_asks_for_is_kept(robot):
    answer = json_answer(200, {'code': 99991400, 'msg': 'slow'})
    error = refused(robot, answer._replace(headers=answer.headers + (('x-ogw-ratelimit-reset', '300'),)))
    assert 300 <= error.retry_after <= 330


@pytest.mark.parametrize('value', ['soon', '-5', '9' * 30, ''])
def test_an_odd_pause_is_none_or_a_day(robot, value):
    answer = json_answer(200, {'code': 11232, 'msg': 'slow'})
    error = refused(robot, answer._replace(headers=answer.headers + (('X-Ogw-Ratelimit-Reset', value),)))
    assert 60 <= error.retry_after <= 86430


def test_words_of_the_service_hold_no_credential(server):
    robot = server.add_robot(secret='Kx7-hidden-secret')
    target = make_target(robot)
    said = 'bot {} {} {}'.format(robot.token, robot.webhook_url, robot.secret)
    for answer in (
        json_answer(200, {'code': 19001, 'msg': said}),
        json_answer(400, {'msg': said}),
        Answer(404, said.encode()),
    ):
        error = refused(robot, answer, target)
        text = '{} {!r} {} {}'.format(error, error, say(error.fault, ENGLISH), error.body)
        assert robot.token not in text and robot.secret not in text


def hours(number):
    """The wall clock of this machine, so many hours off."""
    return time.time() + number * 3600


@pytest.mark.parametrize('off', [-5, 5])
def test_a_clock_that_is_wrong_is_corrected_by_the_services(monkeypatch, off):
    with FeishuRobotServer() as server:
        robot, notifier = server.add_robot(secret='Kx7-secret'), FeishuRobot()
        target = make_target(robot)
        # The answer's Date is the real time; the machine's clock is not.
        real = time.time
        monkeypatch.setattr(robots.time, 'time', lambda: real() + off * 3600)
        send(target, notifier=notifier)
        assert [call.outcome for call in robot.calls] == ['refused', 'accepted']
        send(target, notifier=notifier)
        assert [call.outcome for call in robot.calls] == ['refused', 'accepted', 'accepted']


def test_a_wrong_secret_is_asked_once_and_the_clock_is_not_blamed(server):
    robot = server.add_robot(secret='Kx7-secret')
    target = make_target(robot)
    target = target._replace(options=dict(target.options, secret=type(target.options['webhook_url'])('Kx7-other')))
    with pytest.raises(SendError) as caught:
        send(target)
    assert caught.value.code == 19021 and 'clock' not in str(caught.value) and len(robot.calls) == 1


def test_what_the_clock_is_off_is_said_where_it_does_not_help():
    for ahead, said in ((400.0, 'is 400 s behind Feishu'), (-400.0, 'is 400 s ahead of Feishu')):
        assert said in say(robots._with_clock('sign match fail', ahead), ENGLISH)
    assert say(robots._with_clock('sign match fail', 3.0), ENGLISH) == 'sign match fail'


def test_a_repeat_says_so_in_the_card(robot):
    send(make_target(robot), repeat=True)
    content = robot.messages[0].body['card']['body']['elements'][0]['content']
    assert content.startswith('> This may be a repeat')

"""The library over HTTP: results, retries, batches, mentions, the fallback and what is counted."""

import asyncio
import logging
import re
import threading

import pytest
import requests

from scan_notify_plugin.errors import ConfigError, Reason, SendError
from scan_notify_plugin.notifiers.wxwork import (
    WEBHOOK_ENDPOINT,
    MonitorReport,
    RetryConfig,
    WebhookClient,
    WechatMessage,
    WechatNotifier,
    send_batch,
    send_webhook_message,
)
from scan_notify_plugin.secret import Secret
from scan_notify_plugin.testing.robot_server import Mentions
from tests.notifiers.wxwork.samples import NOWHERE, at, make_file, outcome

REPORT = MonitorReport(at(), 20, 18, 2, ['/login: 502', '/pay: timeout'], {'p95': '812 ms'})


class Waits(list):
    """Notes what would have been slept."""

    def __call__(self, seconds):
        self.append(seconds)


def make_notifier(robot, sleep=None, **config):
    url = robot if isinstance(robot, str) else robot.webhook_url
    return WechatNotifier(dict({'webhook_url': url, 'timeout': 5.0}, **config), sleep if sleep is not None else Waits())


def markdown(content='hello', **fields):
    return WechatMessage('markdown', {'content': content}, **fields)


# What the specification names.


def test_a_report_arrives(robot):
    notifier = make_notifier(robot)
    assert outcome(notifier.send_report(REPORT)) is True
    (message,) = robot.messages
    assert message.msgtype == 'markdown_v2'
    assert message.text == notifier.format_message(REPORT).markdown['content']
    assert '接口监控告警' in message.text


def test_a_message_arrives(robot):
    assert outcome(make_notifier(robot).send_message(markdown('**hello**'))) is True
    assert robot.messages[0].body == {'msgtype': 'markdown', 'markdown': {'content': '**hello**'}}


def test_a_message_has_defaults():
    message = WechatMessage()
    assert (message.msgtype, message.markdown, message.mentioned_list, message.mentioned_mobile_list) == (
        'markdown',
        {},
        [],
        [],
    )
    assert message.markdown is not WechatMessage().markdown


def test_a_long_report_is_sent_whole_and_formatted_as_one(robot):
    report = REPORT.__class__(at(), 500, 0, 500, ['/接口/{}: 502'.format(number) for number in range(500)])
    notifier = make_notifier(robot, mentioned_list=['ann'])
    assert '条因长度限制未列出' in notifier.format_message(report).markdown['content']
    result = outcome(notifier.push_report(report))
    assert result.success and result.retry_count == 0 and result.error_message is None
    texts = [message.text for message in robot.messages]
    assert len(texts) > 3
    found = [int(number) for text in texts for number in re.findall('/接口/([0-9]+)', text)]
    assert found == list(range(500))
    assert [message.at.user_ids for message in robot.messages] == [()] * (len(texts) - 1) + [('ann',)]


def test_the_client_sends_and_uploads(robot):
    client = WebhookClient(robot.webhook_url)
    media_id = client.upload(make_file())
    client.send({'msgtype': 'file', 'file': {'media_id': media_id}})
    assert robot.messages[0].text == 'nightly-7.xlsx'


def test_one_request_as_the_specification_has_it(robot):
    assert WEBHOOK_ENDPOINT == 'https://qyapi.weixin.qq.com/cgi-bin/webhook/send'
    message = {'msgtype': 'text', 'text': {'content': 'hello'}}
    assert send_webhook_message(robot.webhook_url, message) == {'errcode': 0, 'errmsg': 'ok'}
    assert send_webhook_message(robot.webhook_url, {'msgtype': 'loud'})['errcode'] == 40008
    with pytest.raises(ValueError) as caught:
        send_webhook_message('https://example.com/?key=hidden123', message)
    assert 'hidden123' not in str(caught.value)
    with pytest.raises(SendError) as caught:
        send_webhook_message(NOWHERE, message)
    assert '0123456789abcdef' not in str(caught.value)


# Retries.


@pytest.mark.parametrize('how, waits', [
    ('http_502', [1]),
    (-1, [1]),
    (45033, [1]),
    (45009, [60]),
    ('http_429', [60]),
    ('cut', [1]),
])  # fmt: skip
def test_what_may_pass_is_tried_again(robot, how, waits):
    robot.misbehave(how)
    sleep = Waits()
    result = outcome(make_notifier(robot, sleep).push_message(markdown()))
    assert (result.success, result.retry_count, sleep) == (True, 1, waits)
    assert len(robot.messages) == 1


@pytest.mark.parametrize('code', [93000, 93004, 93008, 40058, 45002, 999999, 'redirect', 'html'])
def test_what_cannot_pass_is_not(robot, code):
    robot.misbehave(code)
    sleep = Waits()
    result = outcome(make_notifier(robot, sleep).push_message(markdown()))
    assert (result.success, result.retry_count, sleep) == (False, 0, [])
    assert len(robot.calls) == 1
    assert result.uncertain == (code == 'html')


def test_three_retries_follow_the_first_post(robot):
    robot.misbehave('http_502', times=9)
    sleep = Waits()
    result = outcome(make_notifier(robot, sleep).push_message(markdown()))
    assert (result.success, result.retry_count, sleep) == (False, 3, [1, 2, 5])
    assert len(robot.calls) == 4
    assert 'unknown 502' in result.error_message
    assert result.timestamp.tzinfo is not None


@pytest.mark.parametrize('retries', [0, 1, 5])
def test_the_number_of_retries_is_the_callers(robot, retries):
    robot.misbehave('http_502', times=9)
    sleep = Waits()
    result = outcome(make_notifier(robot, sleep, retry=RetryConfig(retries, [0.5, 4])).push_message(markdown()))
    assert (result.retry_count, len(robot.calls)) == (retries, retries + 1)
    assert sleep == [0.5, 4, 4, 4, 4][:retries]


def test_a_timeout_is_tried_again_though_it_may_make_a_second_message(robot):
    robot.misbehave('timeout_after')
    result = outcome(make_notifier(robot, timeout=3.0).push_message(markdown()))
    assert (result.success, result.retry_count) == (True, 1)
    assert len(robot.messages) == 2


def test_who_will_not_have_that_gets_a_doubt(robot):
    robot.misbehave('timeout_after')
    notifier = make_notifier(robot, timeout=1.0, retry=RetryConfig(retryable_errors=['http_502']))
    result = outcome(notifier.push_message(markdown()))
    assert (result.success, result.uncertain, len(robot.calls)) == (False, True, 1)
    assert notifier.statistics.numbers().uncertain == 1


def test_a_doubt_is_not_forgotten_when_the_retry_is_refused(robot):
    robot.misbehave('cut_after')
    robot.misbehave(93000)
    result = outcome(make_notifier(robot).push_message(markdown()))
    assert (result.success, result.uncertain, len(robot.messages)) == (False, True, 1)


def http_error(status):
    response = requests.Response()
    response.status_code = status
    return requests.HTTPError(response=response)


@pytest.mark.parametrize('error, retryable', [
    (requests.ReadTimeout(), True),
    (requests.ConnectTimeout(), True),
    (requests.ConnectionError(), True),
    (http_error(500), True),
    (http_error(502), True),
    (http_error(503), True),
    (http_error(504), False),
    (http_error(404), False),
    (requests.HTTPError(), False),
    (TimeoutError(), True),
    (asyncio.TimeoutError(), True),
    (ConnectionResetError(), True),
    (ValueError(), False),
    (SendError(Reason.UNREACHABLE), True),
    (SendError(Reason.UNKNOWN), True),
    (SendError(Reason.UNKNOWN, 200), False),
    (SendError(Reason.UNKNOWN, 504), False),
    (SendError(Reason.THROTTLED, 45009), True),
    (SendError(Reason.CONFIG, 93000), False),
    (SendError(Reason.CONTENT), False),
    (SendError(Reason.BUSY, 'odd'), False),
])  # fmt: skip
def test_which_errors_are_retryable(error, retryable):
    assert make_notifier(NOWHERE).is_retryable_error(error) is retryable


def test_the_defaults_of_retrying_are_the_specifications():
    assert RetryConfig.max_attempts == 3
    assert list(RetryConfig.backoff_strategy) == [1, 2, 5]
    assert set(RetryConfig.retryable_errors) >= {'timeout', 'connection_error', 'http_500', 'http_502', 'http_503'}
    assert RetryConfig(backoff_strategy=[]).wait(1, ValueError()) == 0
    assert RetryConfig(rate_limit_wait=5).wait(1, SendError(Reason.THROTTLED, 45009, retry_after=7)) == 7


def test_no_more_than_18_are_posted_in_a_minute(robot):
    sleep = Waits()
    notifier = make_notifier(robot, sleep)
    time = [0.0]
    notifier._pace._clock = lambda: time[0]

    def wait(seconds):
        sleep.append(seconds)
        time[0] += seconds

    notifier._pace._sleep = wait
    results = outcome(notifier.send_batch([markdown(str(number)) for number in range(20)]))
    assert all(result.success for result in results)
    assert sleep == [61.0]
    assert [message.text for message in robot.messages] == [str(number) for number in range(20)]


# Batches.


def test_a_batch_is_concurrent_between_robots_and_in_order_for_each(server):
    robots = [server.add_robot() for _ in range(4)]
    first = [make_notifier(robot) for robot in robots]
    again = [make_notifier(robot) for robot in robots]
    # Each robot waits in its first message until the others' have come: one after the other they never would.
    barrier = threading.Barrier(len(robots), timeout=5)
    for notifier in first:
        notifier._pace.wait = once(barrier.wait)
    items = [
        ((first, again)[turn % 2][number], markdown('{}-{}'.format(number, turn)))
        for turn in range(4)
        for number in range(4)
    ]
    robots[2].misbehave(93000, times=1)
    results = outcome(send_batch(items))
    assert [result.success for result in results] == [
        (turn, number) != (0, 2) for turn in range(4) for number in range(4)
    ]
    for number, robot in enumerate(robots):
        expected = ['{}-{}'.format(number, turn) for turn in range(4)]
        assert [message.text for message in robot.messages] == (expected[1:] if number == 2 else expected)
    for notifier in first + again:
        notifier.close()


def once(call):
    """``call`` at the first time, then nothing."""
    calls = []

    def wait():
        if not calls:
            calls.append(1)
            call()

    return wait


def test_two_coroutines_of_one_notifier_keep_their_order(robot):
    notifier = make_notifier(robot)

    async def all_at_once():
        # Tasks begin in the order in which they are made; gather() begins coroutines in any, on Python 3.6.
        tasks = [asyncio.ensure_future(notifier.send_message(markdown(str(number)))) for number in range(6)]
        return [await task for task in tasks]

    assert outcome(all_at_once()) == [True] * 6
    assert [message.text for message in robot.messages] == list('012345')


def test_an_empty_batch_is_nothing(robot):
    assert outcome(make_notifier(robot).send_batch([])) == []


def test_a_closed_notifier_can_be_used_again(robot):
    notifier = make_notifier(robot, fallback={'webhook_url': NOWHERE})
    assert outcome(notifier.send_message(markdown()))
    notifier.close()
    assert outcome(notifier.send_message(markdown()))
    notifier.close()
    notifier.close()


# Mentions.


@pytest.mark.parametrize('message, at_all', [
    (markdown(mentioned_list=['ann'], mentioned_mobile_list=['13800000000']),
     [Mentions(), Mentions(('13800000000',), ('ann',))]),
    (markdown(mentioned_list=['@all', 'ann']), [Mentions(), Mentions(all=True)]),
    (WechatMessage('text', {'content': 'hello'}, ['ann']), [Mentions(user_ids=('ann',))]),
    (markdown('hello <@bob>'), [Mentions(user_ids=('bob',))]),  # the caller's own words are sent as they are
])  # fmt: skip
def test_the_lists_of_a_message_mention_where_they_count(robot, message, at_all):
    result = outcome(make_notifier(robot, mentioned_list=['config']).push_message(message))
    assert result.success
    assert [one.at for one in robot.messages] == at_all


@pytest.mark.parametrize('config, kinds', [
    ({'mentioned_list': ['ann'], 'mentioned_mobile_list': ['13800000000']}, ['markdown_v2', 'text']),
    ({'mentioned_list': ['ann'], 'mention': 'inline'}, ['markdown']),
    ({'mentioned_list': ['ann'], 'mentioned_mobile_list': ['13800000000'], 'mention': 'inline'}, ['markdown', 'text']),
    ({'clients': 'old'}, ['markdown']),
])  # fmt: skip
def test_the_lists_of_the_configuration_mention_with_a_report(robot, config, kinds):
    assert outcome(make_notifier(robot, **config).send_report(REPORT))
    assert [message.msgtype for message in robot.messages] == kinds
    mentioned = [name for message in robot.messages for name in message.at.user_ids + message.at.mobiles]
    assert sorted(mentioned) == sorted(config.get('mentioned_mobile_list', []) + config.get('mentioned_list', []))


def test_a_message_whose_mention_fails_has_arrived(robot):
    robot.misbehave(0)
    robot.misbehave(93008)
    result = outcome(make_notifier(robot).push_message(markdown(mentioned_list=['ann'])))
    assert result.success
    assert 'nobody was mentioned: config 93008' in result.error_message


# What is refused before it leaves, and what never raises.


@pytest.mark.parametrize('message, words', [
    (WechatMessage('text', {'content': '汉' * 683}), 'content has 2049 bytes, at most 2048'),
    (WechatMessage('markdown', {'content': '汉' * 1366}), 'content has 4098 bytes, at most 4096'),
    (WechatMessage('markdown_v2', {'content': 'x' * 4097}), 'content has 4097 bytes'),
    (WechatMessage(), 'content is empty'),
    (WechatMessage('text', {'content': 5}), 'content is empty'),
    (markdown(mentioned_list=['@ann']), 'without an @'),
    (WechatMessage('text', {'content': 'x'}, ['@ann']), 'without an @'),
    (None, 'AttributeError'),
    (WechatMessage('markdown', {'content': '\ud800'}), 'UnicodeEncodeError'),
    (MonitorReport(at(), error_details=5), 'TypeError'),
])  # fmt: skip
def test_what_cannot_be_sent_is_a_failure_and_no_exception(robot, message, words):
    notifier = make_notifier(robot)
    result = outcome(notifier.push_message(message))
    assert not result.success and words in result.error_message
    assert robot.calls == []
    assert notifier.statistics.numbers().failed == 1


def test_the_largest_messages_are_taken(robot):
    notifier = make_notifier(robot)
    for kind, content in (('text', '汉' * 682), ('markdown', '汉' * 1365), ('markdown_v2', 'x' * 4096)):
        message = WechatMessage(kind, {'content': content})
        assert outcome(notifier.send_message(message))


def test_the_notifier_of_the_channel_sends_nothing_by_itself():
    notifier = WechatNotifier()
    for item in (markdown(), REPORT):
        result = outcome(notifier.send_batch([item]))[0]
        assert not result.success and 'webhook_url: is missing' in result.error_message
    notifier.close()


# The fallback.


def test_a_final_failure_goes_to_the_fallback(server, robot, caplog):
    other = server.add_robot()
    robot.removed = True
    notifier = make_notifier(robot, fallback={'webhook_url': other.webhook_url})
    with caplog.at_level(logging.WARNING):
        result = outcome(notifier.push_report(REPORT))
    assert result.success and len(other.messages) == 1
    assert 'now to its fallback' in caplog.text
    (failure,) = notifier.statistics.failures
    assert failure.target == 'wxwork' and '93000' in failure.words


def test_where_that_fails_too_it_is_recorded(robot):
    robot.misbehave('cut_after', times=4)
    notifier = make_notifier(robot, fallback={'webhook_url': NOWHERE})
    result = outcome(notifier.push_message(markdown()))
    assert (result.success, result.retry_count, result.uncertain) == (False, 6, True)
    assert 'fallback: unreachable' in result.error_message


# The configuration.


@pytest.mark.parametrize('config, key', [
    ({}, 'webhook_url'),
    ({'webhook_url': 'https://example.com/?key=hidden123'}, 'webhook_url'),
    ({'webhook_url': NOWHERE, 'Mentioned_List': ['@x']}, 'mentioned_list'),
    ({'webhook_url': NOWHERE, 'mention': 'loud'}, 'mention'),
    ({'webhook_url': NOWHERE, 'mention': 'inline', 'mentioned_list': ['v' * 60 + str(n) for n in range(20)]},
     'mention'),
    ({'webhook_url': NOWHERE, 'language': 'fr'}, 'language'),
    ({'webhook_url': NOWHERE, 'oversize': 'drop'}, 'oversize'),
    ({'webhook_url': NOWHERE, 'timeout': 0}, 'timeout'),
    ({'webhook_url': NOWHERE, 'timeout': True}, 'timeout'),
    ({'webhook_url': NOWHERE, 'retry': 3}, 'retry'),
    ({'webhook_url': NOWHERE, 'fallback': 'x'}, 'fallback'),
    ({'webhook_url': NOWHERE, 'fallback': {}}, 'webhook_url'),
    ({'webhook_url': NOWHERE, 'max_length': 1}, 'max_length'),
])  # fmt: skip
def test_a_wrong_configuration_is_told_at_once(config, key):
    with pytest.raises(ConfigError) as caught:
        WechatNotifier(config)
    assert caught.value.key == key
    assert 'hidden123' not in str(caught.value)


def test_the_webhook_may_be_a_secret(robot):
    assert outcome(WechatNotifier({'WEBHOOK_URL': Secret(robot.webhook_url), 'name': None}).send_message(markdown()))


# Statistics and logs.


def test_what_is_counted(robot):
    sleep = Waits()
    notifier = make_notifier(robot, sleep)
    empty = notifier.statistics.numbers()
    assert (empty.success_rate, empty.mean_latency, empty.p95_latency) == (1.0, 0.0, 0.0)
    robot.misbehave(45009)
    robot.misbehave('http_502')
    robot.misbehave(0, times=2)
    robot.misbehave(93000)
    for _ in range(4):
        outcome(notifier.send_message(markdown()))
    numbers = notifier.statistics.numbers()
    assert (numbers.sent, numbers.failed, numbers.uncertain, numbers.retried, numbers.rate_limited) == (3, 1, 0, 2, 1)
    assert numbers.success_rate == 0.75
    assert 0 < numbers.mean_latency and 0 < numbers.p95_latency


def test_the_95th_of_a_hundred_latencies_is_told():
    statistics = WechatNotifier().statistics
    for number in range(100, 0, -1):
        statistics.confirmed(number)
    numbers = statistics.numbers()
    assert (numbers.mean_latency, numbers.p95_latency) == (50.5, 95)


@pytest.mark.parametrize(
    'how', ['timeout_after', 'cut', 'http_502', 'redirect', 'html', 45009, 93000, 'json_warning_after', 0]
)
def test_the_key_is_in_no_log_result_or_repr(robot, how, caplog):
    robot.misbehave(how, times=4)
    with caplog.at_level(logging.DEBUG):
        notifier = make_notifier(robot, timeout=1.0)
        result = outcome(notifier.push_message(markdown(mentioned_list=['ann'])))
    told = (
        caplog.text
        + repr(result)
        + repr(vars(notifier))
        + repr(vars(notifier._client))
        + repr(notifier.statistics.failures)
    )
    assert robot.key not in told
    assert 'robot wxwork: ' in caplog.text

"""The robot as a library: a notifier that formats, sends, retries and counts by itself, for callers without a worker.

The same class serves the channel ``wxwork``: there it is made without a configuration, and none of this is used.
"""

import asyncio
import logging
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from typing import Any, Callable, Dict, Iterable, List, Mapping, Optional, Sequence, Tuple, Union

from scan_notify_plugin.errors import ConfigError, Reason, SendError
from scan_notify_plugin.notifiers.http import Http
from scan_notify_plugin.notifiers.wxwork import mentions as people
from scan_notify_plugin.notifiers.wxwork.client import MAX_CONTENT, WebhookClient, key_of
from scan_notify_plugin.notifiers.wxwork.formatter import MessageFormatter
from scan_notify_plugin.notifiers.wxwork.messages import MonitorReport, PushResult, WechatMessage
from scan_notify_plugin.notifiers.wxwork.retry import Pace, RetryConfig
from scan_notify_plugin.notifiers.wxwork.robot import WxWorkRobot
from scan_notify_plugin.notifiers.wxwork.statistics import Statistics
from scan_notify_plugin.secret import Secret, redact
from scan_notify_plugin.words import say

PAGE = 'docs/notifier_module.md#configuration'
#: Options of the channel that a library user has too, and what only he has.
_CHANNELS = ('webhook_url', 'mentioned_list', 'mentioned_mobile_list', 'mention', 'clients')
_OWN = ('name', 'language', 'oversize', 'proxy', 'timeout', 'retry', 'fallback')
_MAX_WORDS = 300

log = logging.getLogger('scan_notify')

Sendable = Union[WechatMessage, MonitorReport]


class WechatNotifier(WxWorkRobot):
    """Sends messages and monitor reports to one robot.

    The methods that send are coroutines; the requests are made one after the other in a thread of this notifier, so their
    order is kept. They raise nothing that comes of sending: what went wrong is in the result, the log and the statistics.

    :param config: see docs/notifier_module.md; names in any case
    :param sleep: waits, for tests
    :raises ConfigError: naming the key that is wrong; the text never holds the webhook
    """

    def __init__(self, config: Optional[Mapping[str, Any]] = None, sleep: Callable[[float], Any] = time.sleep) -> None:
        self.statistics = Statistics()
        self._executor = None  # type: Optional[ThreadPoolExecutor]
        self._fallback = None  # type: Optional[WechatNotifier]
        self._client = None  # type: Optional[WebhookClient]
        self._sleep = sleep
        values = {str(name).lower(): value for name, value in (config or {}).items() if value is not None}
        self._configure(values)
        self._pace = Pace(self.robot, self.pace[0], self.pace[1], sleep)
        if config is not None:
            self._connect(values.get('fallback'))

    def _configure(self, values: Mapping[str, Any]) -> None:
        for name in values:
            if name not in _CHANNELS + _OWN:
                raise ConfigError(name, 'unknown; known are {}'.format(', '.join(_CHANNELS + _OWN)), PAGE)
        options = {name: value for name, value in values.items() if name in _CHANNELS}
        url = options.get('webhook_url', '')
        options['webhook_url'] = self._url = url if isinstance(url, Secret) else Secret(str(url))
        self._secrets = [self._url, Secret(key_of(self._url.reveal()))]
        self._options = options
        self._name = str(values.get('name', 'wxwork'))
        self._language = _one_of(values, 'language', ('zh', 'en'))
        self._oversize = _one_of(values, 'oversize', ('split', 'cut'))
        self._timeout = values.get('timeout', 10.0)
        if isinstance(self._timeout, bool) or not isinstance(self._timeout, (int, float)) or not self._timeout > 0:
            raise ConfigError('timeout', 'expected seconds', PAGE)
        self._proxy = str(values.get('proxy', ''))
        self._retry = values.get('retry', RetryConfig())
        if not isinstance(self._retry, RetryConfig):
            raise ConfigError('retry', 'expected a RetryConfig', PAGE)

    def _connect(self, fallback: Any) -> None:
        for problem in self.problems(self._options):
            name, _, words = problem.partition(' ')
            raise ConfigError(name.rstrip(':').lower(), words, PAGE)
        self._client = WebhookClient(self._url.reveal(), Http(self._proxy, self._secrets, self._timeout))
        inline = people.mentions(self._options).tokens
        old = self._options.get('clients') == 'old' or inline
        self.formatter = MessageFormatter('markdown' if old else 'markdown_v2', self._language, inline)
        if fallback is not None:
            if not isinstance(fallback, Mapping):
                raise ConfigError('fallback', 'expected the configuration of another robot', PAGE)
            self._fallback = WechatNotifier(dict({'name': self._name + '/fallback'}, **fallback), self._sleep)

    # What the specification names.

    def format_message(self, report: MonitorReport) -> WechatMessage:
        """The report as one message: what does not fit is left out and counted. :meth:`send_report` sends all of it."""
        return self._messages(report, 'cut')[0]

    async def send_report(self, report: MonitorReport) -> bool:
        """Send a report, as several numbered messages if it is long; whether all were confirmed."""
        return (await self.push_report(report)).success

    async def send_message(self, message: WechatMessage) -> bool:
        """Send a message; whether it was confirmed."""
        return (await self.push_message(message)).success

    def is_retryable_error(self, error: Exception) -> bool:
        """Whether a message that failed with ``error`` would be posted again."""
        return self._retry.is_retryable(error)

    # The same with the whole result.

    async def push_report(self, report: MonitorReport) -> PushResult:
        """:meth:`send_report` with all that is known."""
        return (await self.send_batch([report]))[0]

    async def push_message(self, message: WechatMessage) -> PushResult:
        """:meth:`send_message` with all that is known."""
        return (await self.send_batch([message]))[0]

    async def send_batch(self, items: Iterable[Sendable]) -> List[PushResult]:
        """Send messages and reports in order; the results in the same order. For several robots: :func:`send_batch`."""
        return await send_batch([(self, item) for item in items])

    def close(self) -> None:
        """End the thread once it has sent what it was given. The notifier can be used again."""
        executor, self._executor = self._executor, None
        if executor is not None:
            executor.shutdown()
        if self._fallback is not None:
            self._fallback.close()

    @property
    def robot(self) -> str:
        """What identifies the robot; a credential."""
        return key_of(self._url.reveal())

    def _thread(self) -> ThreadPoolExecutor:
        """The one thread in which this notifier sends."""
        if self._executor is None:
            self._executor = ThreadPoolExecutor(1, 'scan-notify-wxwork')
        return self._executor

    def deliver(self, item: Sendable) -> PushResult:
        """Send in the calling thread, with retries and the fallback; never raises."""
        result = self._delivered(item)
        if result.success or self._fallback is None:
            return result
        log.warning('robot %s: %s; now to its fallback', self._name, result.error_message)
        second = self._fallback.deliver(item)
        second.retry_count += result.retry_count
        if not second.success:
            second.error_message = '{}; fallback: {}'.format(result.error_message, second.error_message)
            second.uncertain = result.uncertain or second.uncertain
        return second

    def _delivered(self, item: Sendable) -> PushResult:
        result = PushResult(True)
        try:
            messages = self._messages(item, self._oversize) if isinstance(item, MonitorReport) else [item]
            calls = _mentions_of(messages[-1]) if messages[-1].msgtype != 'text' else {}
            for message in messages:
                self._send(_body(message), result)
                if not result.success:
                    break
            if result.success and calls:
                self._mention(calls, result)
        except Exception as error:  # a message that cannot even be written down is a failure like any other
            self.statistics.given_up(False)
            self._failed(result, '{}: {}'.format(type(error).__name__, error))
        result.timestamp = datetime.now(timezone.utc)
        return result

    def _messages(self, report: MonitorReport, oversize: str) -> List[WechatMessage]:
        if self._client is None:
            raise ConfigError('webhook_url', 'is missing', PAGE)
        contents = self.formatter.pages(report, oversize)
        made = [WechatMessage(self.formatter.msgtype, {'content': content}) for content in contents]
        wanted = people.mentions(self._options)
        made[-1].mentioned_list = list(wanted.user_ids)
        made[-1].mentioned_mobile_list = list(wanted.mobiles)
        return made

    def _mention(self, calls: Mapping[str, List[str]], result: PushResult) -> None:
        """The text message that calls people; the others' success does not depend on it."""
        told = PushResult(True)
        self._send({'msgtype': 'text', 'text': dict(calls, content=say('wxwork.mention.above', self._language))}, told)
        result.retry_count += told.retry_count
        if not told.success:
            result.error_message = 'it arrived, but nobody was mentioned: {}'.format(told.error_message)

    def _send(self, body: Mapping[str, Any], result: PushResult) -> None:
        """One message with its retries; what comes of it goes into ``result``."""
        if self._client is None:
            raise ConfigError('webhook_url', 'is missing', PAGE)
        begun = time.monotonic()
        retries, in_doubt = 0, False
        while True:
            try:
                self._pace.wait()
                self._client.send(body)
                break
            except SendError as error:
                in_doubt = in_doubt or error.reason is Reason.UNKNOWN
                if error.reason is Reason.THROTTLED:
                    self.statistics.rate_limited()
                if retries >= self._retry.max_attempts or not self._retry.is_retryable(error):
                    result.retry_count += retries
                    result.uncertain = in_doubt
                    self.statistics.given_up(in_doubt)
                    return self._failed(result, str(error))
                retries += 1
                wait = self._retry.wait(retries, error)
                log.info('robot %s: %s; retry %d in %g s', self._name, self._clean(error), retries, wait)
                self.statistics.retried()
                self._sleep(wait)
        seconds = time.monotonic() - begun
        result.retry_count += retries
        self.statistics.confirmed(seconds)
        log.info('robot %s: %s accepted after %.3f s, %d retries', self._name, body['msgtype'], seconds, retries)

    def _failed(self, result: PushResult, words: str) -> None:
        result.success = False
        result.error_message = self._clean(words)
        self.statistics.record(self._name, result.error_message)
        log.error('robot %s: not confirmed: %s', self._name, result.error_message)

    def _clean(self, words: object) -> str:
        return redact(str(words), self._secrets)[:_MAX_WORDS]


async def send_batch(items: Iterable[Tuple[WechatNotifier, Sendable]]) -> List[PushResult]:
    """Send to several robots at the same time; the results in the order of ``items``.

    What is for the same robot is sent in order, also by several notifiers.
    """
    given = list(items)
    groups = {}  # type: Dict[str, List[int]]
    for index, (notifier, _) in enumerate(given):
        groups.setdefault(notifier.robot, []).append(index)

    def work(indexes: Sequence[int]) -> List[PushResult]:
        return [given[index][0].deliver(given[index][1]) for index in indexes]

    loop = asyncio.get_event_loop()
    orders = list(groups.values())
    done = await asyncio.gather(
        *[loop.run_in_executor(given[indexes[0]][0]._thread(), work, indexes) for indexes in orders]
    )
    results = {index: result for indexes, made in zip(orders, done) for index, result in zip(indexes, made)}
    return [results[index] for index in range(len(given))]


def _one_of(values: Mapping[str, Any], name: str, allowed: Sequence[str]) -> str:
    value = values.get(name, allowed[0])
    if value not in allowed:
        raise ConfigError(name, 'expected {}'.format(' or '.join(allowed)), PAGE)
    return str(value)


def _mentions_of(message: WechatMessage) -> Mapping[str, List[str]]:
    options = {'mentioned_list': message.mentioned_list, 'mentioned_mobile_list': message.mentioned_mobile_list}
    for problem in people.problems(options):
        raise ValueError(problem)
    return people.mentions(options).lists


def _body(message: WechatMessage) -> Dict[str, Any]:
    """The request, with its size checked: the robot's own answer would not tell which limit it was."""
    kind = message.msgtype
    inner = dict(message.markdown)
    if kind == 'text':
        inner.update(_mentions_of(message))
    if kind in MAX_CONTENT:
        content = inner.get('content')
        if not isinstance(content, str) or not content:
            raise ValueError('{}: content is empty'.format(kind))
        size = len(content.encode('utf-8'))
        if size > MAX_CONTENT[kind]:
            raise ValueError('{}: content has {} bytes, at most {} are taken'.format(kind, size, MAX_CONTENT[kind]))
    return {'msgtype': kind, kind: inner}

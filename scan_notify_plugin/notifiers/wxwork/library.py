"""The robot as a library: a notifier that formats, sends, retries and counts by itself, for callers without a worker.

The same class serves the channel ``wxwork``: there it is made without a configuration, and none of this is used.
"""

import asyncio
import logging
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from typing import Callable, Dict, Iterable, List, Mapping, Optional, Sequence, Tuple, Union

from scan_notify_plugin.errors import ConfigError
from scan_notify_plugin.faults import Fault, quoted
from scan_notify_plugin.notifiers.http import Http
from scan_notify_plugin.notifiers.wxwork import configuration
from scan_notify_plugin.notifiers.wxwork import mentions as people
from scan_notify_plugin.notifiers.wxwork.client import WebhookClient
from scan_notify_plugin.notifiers.wxwork.configuration import PAGE
from scan_notify_plugin.notifiers.wxwork.delivery import Delivery, body_of, mentions_of
from scan_notify_plugin.notifiers.wxwork.formatter import MessageFormatter
from scan_notify_plugin.notifiers.wxwork.messages import MonitorReport, PushResult, WechatMessage
from scan_notify_plugin.notifiers.wxwork.retry import Pace
from scan_notify_plugin.notifiers.wxwork.robot import WxWorkRobot
from scan_notify_plugin.notifiers.wxwork.statistics import Statistics
from scan_notify_plugin.words import say

log = logging.getLogger('scan_notify')

Sendable = Union[WechatMessage, MonitorReport]


class WechatNotifier(WxWorkRobot):
    """Sends messages and monitor reports to one robot.

    The methods that send are coroutines; the requests are made one after the other in a thread of this notifier, so
    their order is kept. They raise nothing that comes of sending: what went wrong is in the result, the log and the
    statistics.

    :param config: see docs/notifier_module.md; names in any case
    :param sleep: waits, for tests
    :raises ConfigError: naming the key that is wrong; the text never holds the webhook
    """

    def __init__(
        self, config: Optional[Mapping[str, object]] = None, sleep: Callable[[float], object] = time.sleep
    ) -> None:
        self.statistics = Statistics()
        self._executor: Optional[ThreadPoolExecutor] = None
        self._fallback: Optional[WechatNotifier] = None
        self._client: Optional[WebhookClient] = None
        self._config = configuration.read(config or {})
        self._pace = Pace(self.robot, self.pace[0], self.pace[1], sleep)
        self._delivery = Delivery(self._config, None, self._pace, self.statistics, sleep)
        if config is not None:
            self._connect(sleep)

    def _connect(self, sleep: Callable[[float], object]) -> None:
        config = self._config
        if not config.url:
            raise ConfigError('webhook_url', Fault('library.missing'), PAGE)
        for problem in map(quoted, self.problems(config.options)):
            option, cause = problem.facts.get('option', ''), problem.facts.get('cause')
            raise ConfigError(str(option).lower(), cause if isinstance(cause, Fault) else problem, PAGE)
        self._client = WebhookClient(config.url.reveal(), Http(config.proxy, config.secrets, config.timeout))
        self._delivery = Delivery(config, self._client, self._pace, self.statistics, sleep)
        inline = people.mentions(config.options).tokens
        old = config.options.get('clients') == 'old' or inline
        self.formatter = MessageFormatter('markdown' if old else 'markdown_v2', config.language, inline)
        if config.fallback is not None:
            if not isinstance(config.fallback, Mapping):
                raise ConfigError('fallback', Fault('library.fallback'), PAGE)
            self._fallback = WechatNotifier(dict({'name': config.name + '/fallback'}, **config.fallback), sleep)

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
        return self._config.retry.is_retryable(error)

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
        return self._config.robot

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
        log.warning('robot %s: %s; now to its fallback', self._config.name, result.error_message)
        second = self._fallback.deliver(item)
        second.retry_count += result.retry_count
        if not second.success:
            second.error_message = '{}; fallback: {}'.format(result.error_message, second.error_message)
            second.uncertain = result.uncertain or second.uncertain
        return second

    def _delivered(self, item: Sendable) -> PushResult:
        result = PushResult(True)
        try:
            messages = self._messages(item, self._config.oversize) if isinstance(item, MonitorReport) else [item]
            calls = mentions_of(messages[-1]) if messages[-1].msgtype != 'text' else {}
            for message in messages:
                self._delivery.send(body_of(message), result)
                if not result.success:
                    break
            if result.success and calls:
                self._mention(calls, result)
        except Exception as error:  # a message that cannot even be written down is a failure like any other
            self.statistics.given_up(False)
            self._delivery.failed(result, '{}: {}'.format(type(error).__name__, error))
        result.timestamp = datetime.now(timezone.utc)
        return result

    def _messages(self, report: MonitorReport, oversize: str) -> List[WechatMessage]:
        if self._client is None:
            raise ConfigError('webhook_url', Fault('library.missing'), PAGE)
        contents = self.formatter.pages(report, oversize)
        made = [WechatMessage(self.formatter.msgtype, {'content': content}) for content in contents]
        wanted = people.mentions(self._config.options)
        made[-1].mentioned_list = list(wanted.user_ids)
        made[-1].mentioned_mobile_list = list(wanted.mobiles)
        return made

    def _mention(self, calls: Mapping[str, List[str]], result: PushResult) -> None:
        """The text message that calls people; the others' success does not depend on it."""
        second = PushResult(True)
        words = say('wxwork.mention.above', self._config.language)
        self._delivery.send({'msgtype': 'text', 'text': dict(calls, content=words)}, second)
        result.retry_count += second.retry_count
        if not second.success:
            result.error_message = 'it arrived, but nobody was mentioned: {}'.format(second.error_message)


async def send_batch(items: Iterable[Tuple[WechatNotifier, Sendable]]) -> List[PushResult]:
    """Send to several robots at the same time; the results in the order of ``items``.

    What is for the same robot is sent in order, also by several notifiers.
    """
    given = list(items)
    groups: Dict[str, List[int]] = {}
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

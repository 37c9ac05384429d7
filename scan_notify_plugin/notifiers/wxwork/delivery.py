"""One message of the library to one robot: posted with retries and at the robot's pace, counted, and never raising."""

import logging
import time
from typing import Callable, Dict, List, Mapping, Optional

from scan_notify_plugin.errors import ConfigError, Reason, SendError
from scan_notify_plugin.faults import ENGLISH, Fault, say
from scan_notify_plugin.notifiers.wxwork import mentions as people
from scan_notify_plugin.notifiers.wxwork.client import MAX_CONTENT, WebhookClient
from scan_notify_plugin.notifiers.wxwork.configuration import PAGE, Configuration
from scan_notify_plugin.notifiers.wxwork.messages import PushResult, WechatMessage
from scan_notify_plugin.notifiers.wxwork.retry import Pace
from scan_notify_plugin.notifiers.wxwork.statistics import Statistics
from scan_notify_plugin.secret import redact

_MAX_WORDS = 300

log = logging.getLogger('scan_notify')


class Delivery:
    """Posts to one robot.

    :param client: None for a notifier that was made without a configuration, which can send nothing
    :param sleep: waits, for tests
    """

    def __init__(
        self,
        configuration: Configuration,
        client: Optional[WebhookClient],
        pace: Pace,
        statistics: Statistics,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._name = configuration.name
        self._retry = configuration.retry
        self._secrets = configuration.secrets
        self._client = client
        self._pace = pace
        self._statistics = statistics
        self._sleep = sleep

    def send(self, body: Mapping[str, object], result: PushResult) -> None:
        """One request with its retries; what comes of it goes into ``result``.

        :raises ConfigError: without a client
        """
        if self._client is None:
            raise ConfigError('webhook_url', Fault('library.missing'), PAGE)
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
                    self._statistics.rate_limited()
                if retries >= self._retry.max_attempts or not self._retry.is_retryable(error):
                    self._statistics.given_up(in_doubt)
                    result.retry_count, result.uncertain = result.retry_count + retries, in_doubt
                    return self.failed(result, str(error))
                retries += 1
                self._wait(retries, error)
        seconds = time.monotonic() - begun
        result.retry_count += retries
        self._statistics.confirmed(seconds)
        log.info('robot %s: %s accepted after %.3f s, %d retries', self._name, body['msgtype'], seconds, retries)

    def _wait(self, retries: int, error: SendError) -> None:
        wait = self._retry.wait(retries, error)
        log.info('robot %s: %s; retry %d in %g s', self._name, self._clean(error), retries, wait)
        self._statistics.retried()
        self._sleep(wait)

    def failed(self, result: PushResult, words: str) -> None:
        """Note why a message was not confirmed."""
        result.success = False
        result.error_message = self._clean(words)
        self._statistics.record(self._name, result.error_message)
        log.error('robot %s: not confirmed: %s', self._name, result.error_message)

    def _clean(self, words: object) -> str:
        return redact(str(words), self._secrets)[:_MAX_WORDS]


def mentions_of(message: WechatMessage) -> Mapping[str, List[str]]:
    """Whom a message calls, as the fields of a text message.

    :raises ValueError: for what is no id and no number
    """
    options = {'mentioned_list': message.mentioned_list, 'mentioned_mobile_list': message.mentioned_mobile_list}
    for problem in people.problems(options):
        raise ValueError(say(problem, ENGLISH))
    return people.mentions(options).lists


def body_of(message: WechatMessage) -> Dict[str, object]:
    """The request, with its size checked: the robot's own answer would not tell which limit it was.

    :raises ValueError: if it is empty or too long
    """
    kind = message.msgtype
    inner = dict(message.markdown)
    if kind == 'text':
        inner.update(mentions_of(message))
    if kind in MAX_CONTENT:
        content = inner.get('content')
        if not isinstance(content, str) or not content:
            raise ValueError('{}: content is empty'.format(kind))
        size = len(content.encode('utf-8'))
        if size > MAX_CONTENT[kind]:
            raise ValueError('{}: content has {} bytes, at most {} are taken'.format(kind, size, MAX_CONTENT[kind]))
    return {'msgtype': kind, kind: inner}

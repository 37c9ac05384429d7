"""Requests to WeCom's group robot: messages and uploads. One request, one attempt.

Protocol: https://developer.work.weixin.qq.com/document/path/99110. There is no idempotency key and no way to take a
message back; the key in the address is the only credential.
"""

import logging
from typing import Callable, Dict, Mapping, Optional
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from scan_notify_plugin.errors import Reason, SendError
from scan_notify_plugin.faults import ENGLISH, Fault, rewritten, say
from scan_notify_plugin.notifiers.base import Attachment, Receipt, check_base
from scan_notify_plugin.notifiers.envelope import errcode, lacks
from scan_notify_plugin.notifiers.http import Http
from scan_notify_plugin.notifiers.wxwork.codes import reason_of
from scan_notify_plugin.secret import Secret, redact

VENDOR = 'https://qyapi.weixin.qq.com'
SEND, UPLOAD = '/cgi-bin/webhook/send', '/cgi-bin/webhook/upload_media'
WEBHOOK_ENDPOINT = VENDOR + SEND

#: Bytes of a file that the robot takes.
MIN_FILE, MAX_FILE = 6, 20 * 1024 * 1024
#: Bytes of ``content`` by message type.
MAX_CONTENT = {'text': 2048, 'markdown': 4096, 'markdown_v2': 4096}
log = logging.getLogger('scan_notify')


class WebhookClient:
    """One robot.

    :param webhook_url: as WeCom shows it, with the key; see :func:`check_webhook`
    :param http: who makes the requests
    """

    def __init__(self, webhook_url: str, http: Optional[Http] = None) -> None:
        parts = urlsplit(webhook_url)
        self._base = urlunsplit((parts.scheme, parts.netloc, '', '', ''))
        self._key = Secret(key_of(webhook_url))
        self._secrets = [Secret(webhook_url), self._key]
        self._http = http or Http('', self._secrets)

    def send(self, message: Mapping[str, object]) -> Receipt:
        """Send one message, such as ``{'msgtype': 'text', 'text': {'content': 'hello'}}``.

        :raises SendError: with a :class:`~scan_notify_plugin.errors.Reason`; ``UNKNOWN`` is the only one after which
            the message may have arrived, also where a gateway answers 500 or 502
        """
        answer = self._checked(lambda: self.ask(message))
        note = redact(str(answer.get('errmsg') or ''), self._secrets)[:300]
        if note.lower() in ('', 'ok'):
            return Receipt()
        # "Warning: wrong json format." comes with an errcode of 0.
        log.warning('robot: accepted, with the words: %s', note)
        return Receipt(note=note)

    def upload(self, file: Attachment) -> str:
        """Upload a file; its id is good for three days and for this robot alone.

        :raises SendError: never with ``UNKNOWN``: nobody sees an upload
        """
        params = {'key': self._key.reveal(), 'type': 'file'}
        try:
            answer = self._checked(
                lambda: self._http.upload(self._base + UPLOAD, 'media', file, params, delivers=False)
            )
            media_id = answer.get('media_id')
            if not isinstance(media_id, str) or not media_id:
                raise SendError(Reason.UNKNOWN, 200, lacks('media_id'))
            return media_id
        except SendError as error:
            if error.reason is Reason.UNKNOWN:
                raise _as(Reason.UNREACHABLE, error) from None
            if error.reason is Reason.CONFIG and isinstance(error.code, int) and error.code < 600:
                # A proxy that will not have the file, say for its size; messages may pass all the same.
                raise _as(Reason.CONTENT, error) from None
            raise

    def ask(self, message: Mapping[str, object]) -> Dict[str, object]:
        """The robot's answer, whatever its ``errcode``."""
        return self._http.post(self._base + SEND, message, {'key': self._key.reveal()})

    def _checked(self, request: Callable[[], Dict[str, object]]) -> Mapping[str, object]:
        """The answer to a request, or what it says is wrong."""
        try:
            answer = request()
        except SendError as error:
            raise _as(error.reason, error, rewritten(error.fault, self._clean)) from None
        code, words = errcode(answer)
        words = self._clean(words)[:300]
        if code is None:
            raise SendError(Reason.UNKNOWN, 200, lacks('errcode', words))
        if code != 0:
            raise SendError(reason_of(code), code, words)
        return answer

    def _clean(self, text: str) -> str:
        return redact(text, self._secrets)


def send_webhook_message(webhook_url: str, message: Mapping[str, object], timeout: float = 10.0) -> Dict[str, object]:
    """Send one message without any retry, and return the robot's answer, whatever its ``errcode``.

    :raises ValueError: for an address that is no robot's
    :raises SendError: if there is no answer, or none in JSON; its words do not hold the key
    :param timeout: seconds for everything together
    """
    cause = check_webhook(webhook_url)
    if cause:
        raise ValueError(say(Fault('option.wrong', option='webhook_url', cause=cause), ENGLISH))
    return WebhookClient(webhook_url, Http('', [Secret(webhook_url)], timeout)).ask(message)


def check_webhook(url: object) -> Optional[Fault]:
    """What is wrong with an address, without its option and without repeating it: it must be WeCom's, or one on this
    machine.
    """
    fault = Fault('wxwork.address', address=WEBHOOK_ENDPOINT)
    try:
        parts = urlsplit(str(url))
        query = parse_qsl(parts.query, keep_blank_values=True)
        base = urlunsplit((parts.scheme, parts.netloc, '', '', ''))
        parts.port  # raises for one that is no number
    except ValueError:
        return fault
    right = parts.path == SEND and not parts.fragment and [name for name, _ in query] == ['key'] and query[0][1].strip()
    return None if right and check_base(base, [VENDOR]) is None else fault


def key_of(url: str) -> str:
    """The credential in an address."""
    return dict(parse_qsl(urlsplit(url).query)).get('key', '')


def _as(reason: Reason, error: SendError, fault: Optional[Fault] = None) -> SendError:
    return SendError(reason, error.code, error.fault if fault is None else fault, error.retry_after)

"""One bounded HTTP request to a channel, and what its failures mean."""

import io
import json
import logging
import re
from typing import Any, Dict, Iterable, Mapping, Optional

import requests
import urllib3.exceptions

from scan_notify_plugin.deadline import Overstayed, within
from scan_notify_plugin.errors import Reason, SendError
from scan_notify_plugin.secret import Secret, redact

#: Seconds for a connection, between two bytes, and for everything together.
CONNECT, READ, TOTAL = 5.0, 15.0, 20.0
#: No robot's answer is larger; a larger one is not read.
MAX_ANSWER = 65536

# Its debug lines hold the whole address of a request, and with it the credential.
logging.getLogger('urllib3.connectionpool').addFilter(lambda record: record.levelno > logging.DEBUG)

#: What requests, urllib3 and the standard library raise on the way: hosts that are no names are ValueErrors of either.
_FAILURES = (OSError, ValueError, urllib3.exceptions.HTTPError)
#: A service may ask for a pause; nobody's pause is longer than this.
MAX_PAUSE = 86400.0


class _Body:
    """The bytes to send, which know whether they were asked for: until then nothing can have arrived.

    The kind of an exception does not tell. With a proxy, an answer that was cut off looks like a proxy that is away.
    """

    def __init__(self, data: bytes) -> None:
        self._file = io.BytesIO(data)
        self._size = len(data)
        self.begun = False

    def __len__(self) -> int:
        return self._size

    def read(self, size: int = -1) -> bytes:
        self.begun = True
        return self._file.read(size)


class Http:
    """Posts to a channel.

    TLS is verified, redirects are not followed, the environment's proxies and ``.netrc`` are not used, and each
    request has a connection of its own: one that a server has silently closed would leave a doubt behind.

    :param secrets: cut out of every error
    """

    def __init__(self, proxy: str = '', secrets: Iterable[Secret] = (), total: float = TOTAL) -> None:
        self._proxies = {'http': proxy, 'https': proxy} if proxy else {}
        self._secrets = list(secrets)
        self._total = total

    def post(
        self,
        url: str,
        body: Mapping[str, Any],
        params: Optional[Mapping[str, str]] = None,
        headers: Optional[Mapping[str, str]] = None,
    ) -> Dict[str, Any]:
        """Post ``body`` as JSON and return the JSON object that comes back.

        :raises SendError: for anything but an HTTP 2xx with a JSON object. What the service's own error code in it
            means is the notifier's to say
        """
        data = _Body(encode(body))
        all_headers = {'Content-Type': 'application/json; charset=utf-8', **(headers or {})}
        try:
            status, answer, pause = within(self._total, lambda: self._exchange(url, data, params, all_headers))
        except Overstayed as error:
            raise SendError(Reason.UNKNOWN, words=str(error))
        except _FAILURES as error:
            reason = Reason.UNKNOWN if data.begun else Reason.UNREACHABLE
            raise SendError(reason, words=self._clean(_innermost(error))) from None
        return self._read(status, answer, pause)

    def _exchange(self, url: str, data: _Body, params: Any, headers: Mapping[str, str]) -> Any:
        with requests.Session() as session:
            session.trust_env = False
            with session.post(
                url,
                data=data,
                params=params,
                headers=headers,
                proxies=self._proxies,
                timeout=(CONNECT, READ),
                allow_redirects=False,
                stream=True,
            ) as response:
                answer = b''
                for chunk in response.iter_content(8192):
                    answer += chunk
                    if len(answer) > MAX_ANSWER:
                        break
                return response.status_code, answer, response.headers.get('Retry-After', '')

    def _read(self, status: int, answer: bytes, pause: str) -> Dict[str, Any]:
        words = self._clean(answer[:200].decode('utf-8', 'replace'))
        if status == 429:
            raise SendError(Reason.THROTTLED, status, words, _seconds(pause))
        if status >= 500:
            raise SendError(Reason.UNKNOWN, status, words)
        if status >= 300:
            raise SendError(Reason.CONFIG, status, words)
        try:
            parsed = json.loads(answer.decode('utf-8'))
        except (ValueError, RecursionError):
            raise SendError(Reason.UNKNOWN, status, 'the answer is not JSON: {}'.format(words)) from None
        if not isinstance(parsed, dict):
            raise SendError(Reason.UNKNOWN, status, 'the answer is not a JSON object: {}'.format(words))
        return parsed

    def _clean(self, words: str) -> str:
        return redact(words, self._secrets)[:300]


def encode(body: Mapping[str, Any]) -> bytes:
    """The bytes that are sent for ``body``; Chinese text takes 3 bytes a character this way, not 6."""
    return json.dumps(body, ensure_ascii=False, separators=(',', ':')).encode('utf-8')


def _cause(error: BaseException) -> Any:
    """What urllib3 said, under what requests made of it."""
    cause = error.args[0] if error.args else None
    return cause.reason if isinstance(cause, urllib3.exceptions.MaxRetryError) else cause


def _innermost(error: BaseException) -> str:
    """The error for a person: without the URL, which holds the credential, and without object addresses."""
    words = str(_cause(error) or error).rpartition('>: ')[2]
    return '{}: {}'.format(type(error).__name__, words)


def _seconds(pause: str) -> Optional[float]:
    """The header Retry-After, where it gives seconds; a date would need clocks that agree."""
    return min(float(pause), MAX_PAUSE) if re.fullmatch('[0-9]+', pause) else None

"""One bounded HTTP request to a channel, and what its failures mean."""

import itertools
import json
import logging
import re
import secrets
from typing import Any, Dict, Iterable, Mapping, Optional

import requests
import urllib3.exceptions

from scan_notify_plugin.deadline import Overstayed, within
from scan_notify_plugin.errors import Reason, SendError
from scan_notify_plugin.secret import Secret, redact

#: Seconds for a connection, between two bytes, and for everything together.
CONNECT, READ, TOTAL = 5.0, 15.0, 20.0
#: Seconds for a file: with the message that names it, still less than a lane's lease.
UPLOAD = 35.0
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

    def __init__(self, pieces: Iterable[bytes], size: int) -> None:
        self._pieces = iter(pieces)
        self._size = size
        self._rest = b''
        self.begun = False

    def __len__(self) -> int:
        return self._size

    def read(self, size: int = -1) -> bytes:
        self.begun = True
        while size < 0 or len(self._rest) < size:
            piece = next(self._pieces, None)
            if piece is None:
                break
            self._rest += piece
        taken, self._rest = (self._rest, b'') if size < 0 else (self._rest[:size], self._rest[size:])
        return taken


class Http:
    """Requests to a channel.

    TLS is verified, redirects are not followed, the environment's proxies and ``.netrc`` are not used, and each
    request has a connection of its own: one that a server has silently closed would leave a doubt behind.

    Every method raises :class:`~scan_notify_plugin.api.SendError` for anything but an HTTP 2xx with a JSON object. What
    the service's own error code in it means is the notifier's to say. ``also`` names further HTTP statuses whose JSON
    objects are answers, for services that put their codes there.

    :param secrets: cut out of every error
    :param total: seconds for one request, everything together
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
        also: Iterable[int] = (),
    ) -> Dict[str, Any]:
        """Post ``body`` as JSON and return the JSON object that comes back."""
        return self._send('POST', url, _json(body), 'application/json; charset=utf-8', params, headers, also, self._total)

    def put(
        self,
        url: str,
        body: Mapping[str, Any],
        params: Optional[Mapping[str, str]] = None,
        headers: Optional[Mapping[str, str]] = None,
        also: Iterable[int] = (),
    ) -> Dict[str, Any]:
        """The same with PUT."""
        return self._send('PUT', url, _json(body), 'application/json; charset=utf-8', params, headers, also, self._total)

    def upload(
        self,
        url: str,
        field: str,
        file: Any,
        params: Optional[Mapping[str, str]] = None,
        headers: Optional[Mapping[str, str]] = None,
        also: Iterable[int] = (),
    ) -> Dict[str, Any]:
        """Post a file as the multipart form field ``field``; it is never in memory as a whole.

        :param file: an :class:`~scan_notify_plugin.notifiers.base.Attachment`
        """
        boundary = secrets.token_hex(16)
        head = (
            '--{}\r\nContent-Disposition: form-data; name="{}"; filename="{}"; filelength={}\r\n'
            'Content-Type: {}\r\n\r\n'.format(boundary, field, file.name, file.size, file.media_type)
        ).encode('utf-8')
        tail = '\r\n--{}--\r\n'.format(boundary).encode('utf-8')
        body = _Body(itertools.chain([head], file.read(), [tail]), len(head) + file.size + len(tail))
        kind = 'multipart/form-data; boundary=' + boundary
        return self._send('POST', url, body, kind, params, headers, also, self._total + UPLOAD - TOTAL)

    def _send(
        self, method: str, url: str, body: _Body, kind: str, params: Any, headers: Any, also: Iterable[int], total: float
    ) -> Dict[str, Any]:
        all_headers = {'Content-Type': kind, **(headers or {})}
        try:
            status, answer, pause = within(total, lambda: self._exchange(method, url, body, params, all_headers))
        except Overstayed as error:
            raise SendError(Reason.UNKNOWN, words=str(error))
        except _FAILURES as error:
            reason = Reason.UNKNOWN if body.begun else Reason.UNREACHABLE
            raise SendError(reason, words=self._clean(innermost(error))) from None
        return self._read(status, answer, pause, also)

    def _exchange(self, method: str, url: str, body: _Body, params: Any, headers: Mapping[str, str]) -> Any:
        with requests.Session() as session:
            session.trust_env = False
            with session.request(
                method,
                url,
                data=body,
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

    def _read(self, status: int, answer: bytes, pause: str, also: Iterable[int]) -> Dict[str, Any]:
        words = self._clean(answer[:4096].decode('utf-8', 'replace'))[:200]  # half a secret would not be recognised
        parsed = _object(answer)
        if parsed is not None and status in also:
            return parsed
        if status == 429:
            raise SendError(Reason.THROTTLED, status, words, _seconds(pause))
        if status >= 500:
            raise SendError(Reason.UNKNOWN, status, words)
        if status >= 300:
            raise SendError(Reason.CONFIG, status, words)
        if parsed is None:
            raise SendError(Reason.UNKNOWN, status, 'the answer is not a JSON object: {}'.format(words))
        return parsed

    def _clean(self, words: str) -> str:
        return redact(words, self._secrets)[:300]


def _json(body: Mapping[str, Any]) -> _Body:
    data = encode(body)
    return _Body([data], len(data))


def _object(answer: bytes) -> Optional[Dict[str, Any]]:
    """The JSON object in an answer; None if it holds none."""
    try:
        parsed = json.loads(answer.decode('utf-8'))
    except (ValueError, RecursionError):
        return None
    return parsed if isinstance(parsed, dict) else None


def encode(body: Mapping[str, Any]) -> bytes:
    """The bytes that are sent for ``body``; Chinese text takes 3 bytes a character this way, not 6."""
    return json.dumps(body, ensure_ascii=False, separators=(',', ':')).encode('utf-8')


def _cause(error: BaseException) -> Any:
    """What urllib3 said, under what requests made of it."""
    cause = error.args[0] if error.args else None
    return cause.reason if isinstance(cause, urllib3.exceptions.MaxRetryError) else cause


def innermost(error: BaseException) -> str:
    """The error for a person: without the URL, which holds the credential, and without object addresses."""
    words = str(_cause(error) or error).rpartition('>: ')[2]
    return '{}: {}'.format(type(error).__name__, words)


def _seconds(pause: str) -> Optional[float]:
    """The header Retry-After, where it gives seconds; a date would need clocks that agree."""
    return min(float(pause), MAX_PAUSE) if re.fullmatch('[0-9]+', pause) else None

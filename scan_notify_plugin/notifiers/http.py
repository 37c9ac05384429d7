"""One bounded HTTP request to a channel, and what its failures mean."""

import itertools
import json
import logging
import re
import secrets
import time
from email.utils import parsedate_to_datetime
from typing import Dict, Iterable, Mapping, NamedTuple, Optional

import requests
import urllib3.exceptions

from scan_notify_plugin.deadline import Overstayed, alarm, current, no_answer_within
from scan_notify_plugin.errors import Reason, SendError
from scan_notify_plugin.faults import Fault, quoted
from scan_notify_plugin.notifiers.line import CONNECT, Line, LineAdapter
from scan_notify_plugin.notifiers.parts import Attachment
from scan_notify_plugin.secret import Secret, redact

#: Seconds between two bytes, and for everything together.
READ, TOTAL = 15.0, 20.0
#: Seconds for a file.
UPLOAD = 35.0
#: No robot's answer is larger; a larger one is not read.
MAX_ANSWER = 65536

# Its debug lines hold the whole address of a request, and with it the credential.
logging.getLogger('urllib3.connectionpool').addFilter(lambda record: record.levelno > logging.DEBUG)

#: What requests, urllib3 and the standard library raise on the way: hosts that are no names are ValueErrors of either.
_FAILURES = (OSError, ValueError, Overstayed, urllib3.exceptions.HTTPError)
#: A service may ask for a pause; nobody's pause is longer than this.
MAX_PAUSE = 86400.0


class _Body:
    """The bytes to send. Until they are asked for nothing can have arrived.

    The kind of an exception does not tell. With a proxy, an answer that was cut off looks like a proxy that is away.
    """

    def __init__(self, pieces: Iterable[bytes], size: int, kind: str) -> None:
        self._pieces = iter(pieces)
        self._size = size
        self._rest = b''
        self.kind = kind
        self.line: Optional[Line] = None

    def __len__(self) -> int:
        return self._size

    def read(self, size: int = -1) -> bytes:
        if self.line is not None:
            self.line.begin()
        while size < 0 or len(self._rest) < size:
            piece = next(self._pieces, None)
            if piece is None:
                break
            self._rest += piece
        taken, self._rest = (self._rest, b'') if size < 0 else (self._rest[:size], self._rest[size:])
        return taken


class _Answer(NamedTuple):
    status: int
    data: bytes
    pause: str
    date: str


class Http:
    """Requests to a channel.

    TLS is verified, redirects are not followed, the environment's proxies and ``.netrc`` are not used, and each
    request has a connection of its own: one that a server has silently closed would leave a doubt behind. Whatever the
    server does, the request and its connection end in time.

    Every method raises :class:`~scan_notify_plugin.api.SendError` for anything but an HTTP 2xx with a JSON object. What
    the service's own error code in it means is the notifier's to say. ``also`` names further HTTP statuses whose JSON
    objects are answers, for services that put their codes there. ``delivers`` says whether this is the request that
    people get something of: only its failures can be a doubt, from its first byte on. One for a token, an upload or a
    question says ``delivers=False``.

    :param secrets: cut out of every error
    :param total: seconds for one request, everything together
    """

    def __init__(self, proxy: str = '', secrets: Iterable[Secret] = (), total: float = TOTAL) -> None:
        self._proxies = {'http': proxy, 'https': proxy} if proxy else {}
        self._secrets = list(secrets)
        self._total = total
        #: seconds that the service's clock was ahead of this machine's at its last answer; None: it did not say
        self.skew: Optional[float] = None

    def post(
        self,
        url: str,
        body: Mapping[str, object],
        params: Optional[Mapping[str, str]] = None,
        headers: Optional[Mapping[str, str]] = None,
        also: Iterable[int] = (),
        delivers: bool = True,
    ) -> Dict[str, object]:
        """Post ``body`` as JSON and return the JSON object that comes back."""
        return self._send('POST', url, _json(body), params, headers, also, delivers)

    def put(
        self,
        url: str,
        body: Mapping[str, object],
        params: Optional[Mapping[str, str]] = None,
        headers: Optional[Mapping[str, str]] = None,
        also: Iterable[int] = (),
        delivers: bool = True,
    ) -> Dict[str, object]:
        """The same with PUT."""
        return self._send('PUT', url, _json(body), params, headers, also, delivers)

    def upload(
        self,
        url: str,
        field: str,
        file: Attachment,
        params: Optional[Mapping[str, str]] = None,
        headers: Optional[Mapping[str, str]] = None,
        also: Iterable[int] = (),
        delivers: bool = True,
    ) -> Dict[str, object]:
        """Post a file as the multipart form field ``field``; it is never in memory as a whole.

        :param file: its pieces are read once
        """
        boundary = secrets.token_hex(16)
        head = (
            '--{}\r\nContent-Disposition: form-data; name="{}"; filename="{}"; filelength={}\r\n'
            'Content-Type: {}\r\n\r\n'.format(boundary, field, file.name, file.size, file.media_type)
        ).encode('utf-8')
        tail = '\r\n--{}--\r\n'.format(boundary).encode('utf-8')
        pieces = itertools.chain([head], file.read(), [tail])
        body = _Body(pieces, len(head) + file.size + len(tail), 'multipart/form-data; boundary=' + boundary)
        return self._send('POST', url, body, params, headers, also, delivers, UPLOAD - TOTAL)

    def _send(
        self,
        method: str,
        url: str,
        body: _Body,
        params: Optional[Mapping[str, str]],
        headers: Optional[Mapping[str, str]],
        also: Iterable[int],
        delivers: bool,
        more: float = 0.0,
    ) -> Dict[str, object]:
        total = self._total + more
        line = body.line = Line(total, current(), delivers)
        all_headers = {'Content-Type': body.kind, 'Accept': 'application/json', **(headers or {})}
        try:
            with alarm(total, line.cut):
                answer = self._exchange(method, url, body, params, all_headers)
            if line.over:  # an answer that is cut off in its head looks like one without a body
                raise Overstayed
        except _FAILURES as error:
            reason = Reason.UNKNOWN if line.begun and delivers else Reason.UNREACHABLE
            raise SendError(reason, words=self._fault(error, line, total)) from None
        finally:
            line.close()
        self.skew = _ahead(answer.date)
        return self._read(answer, also, delivers)

    def _fault(self, error: BaseException, line: Line, total: float) -> Fault:
        """What is said of a request that came to nothing."""
        if line.over:
            return no_answer_within(total)
        if isinstance(error, Overstayed):
            return error.fault
        return quoted(self._clean(innermost(error)))

    def _exchange(
        self, method: str, url: str, body: _Body, params: Optional[Mapping[str, str]], headers: Mapping[str, str]
    ) -> _Answer:
        with requests.Session() as session:
            session.trust_env = False
            adapter = LineAdapter(body.line)  # type: ignore[arg-type]  # it was set before
            session.mount('http://', adapter)
            session.mount('https://', adapter)
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
                data = b''
                for chunk in response.iter_content(8192):
                    data += chunk
                    if len(data) > MAX_ANSWER:
                        break
                more = response.headers
                return _Answer(response.status_code, data, more.get('Retry-After', ''), more.get('Date', ''))

    def _read(self, answer: _Answer, also: Iterable[int], delivers: bool) -> Dict[str, object]:
        try:
            return self._understood(answer, also, delivers)
        except SendError as error:
            error.body = redact(answer.data.decode('utf-8-sig', 'replace')[:4096], self._secrets)
            raise

    def _understood(self, answer: _Answer, also: Iterable[int], delivers: bool) -> Dict[str, object]:
        status, data = answer.status, answer.data
        words = self._clean(data[:4096].decode('utf-8', 'replace'))[:200]  # half a secret would not be recognised
        parsed = _object(data)
        if parsed is not None and status in also:
            return parsed
        if status == 429:
            raise SendError(Reason.THROTTLED, status, words, _seconds(answer.pause))
        if status in (408, 425, 503):  # a server that says so has not begun
            raise SendError(Reason.BUSY, status, words, _seconds(answer.pause))
        if status >= 500:
            raise SendError(Reason.UNKNOWN if delivers else Reason.BUSY, status, words)
        if status >= 300:
            raise SendError(Reason.CONFIG, status, words)
        if parsed is None:
            fault = Fault('http.no-object', text=words)
            raise SendError(Reason.UNKNOWN if delivers else Reason.BUSY, status, fault)
        return parsed

    def _clean(self, words: str) -> str:
        return redact(words, self._secrets)[:300]


def _json(body: Mapping[str, object]) -> _Body:
    data = encode(body)
    return _Body([data], len(data), 'application/json; charset=utf-8')


def _object(answer: bytes) -> Optional[Dict[str, object]]:
    """The JSON object in an answer; None if it holds none."""
    try:
        parsed = json.loads(answer.decode('utf-8-sig'))
    except (ValueError, RecursionError):
        return None
    return parsed if isinstance(parsed, dict) else None


def encode(body: Mapping[str, object]) -> bytes:
    """The bytes that are sent for ``body``; Chinese text takes 3 bytes a character this way, not 6."""
    return json.dumps(body, ensure_ascii=False, separators=(',', ':')).encode('utf-8')


def _cause(error: BaseException) -> object:
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


def _ahead(date: str) -> Optional[float]:
    """How far the clock of the header Date is ahead of this machine's."""
    try:
        return parsedate_to_datetime(date).timestamp() - time.time()
    except (TypeError, ValueError, IndexError, OverflowError):
        return None

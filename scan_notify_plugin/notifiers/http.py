"""One bounded HTTP request to a channel, and what its failures mean."""

import logging
from typing import Dict, Iterable, Mapping, NamedTuple, Optional

import requests
import urllib3.exceptions

from scan_notify_plugin.deadline import Overstayed, alarm, current, no_answer_within
from scan_notify_plugin.errors import Reason, SendError
from scan_notify_plugin.faults import Fault, quoted, rewritten
from scan_notify_plugin.notifiers.addresses import Guard
from scan_notify_plugin.notifiers.bodies import JSON, Body, Data, body_of, encode, file_body, whole
from scan_notify_plugin.notifiers.line import CONNECT, Line, LineAdapter
from scan_notify_plugin.notifiers.packing import CODINGS, unpacked
from scan_notify_plugin.notifiers.parts import Attachment
from scan_notify_plugin.notifiers.replies import Reply, decoded
from scan_notify_plugin.notifiers.trust import bundle_problem, untrusted
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
_Texts = Optional[Mapping[str, str]]


class _Request(NamedTuple):
    method: str
    url: str
    body: Optional[Body]
    params: _Texts
    headers: _Texts
    delivers: bool
    guard: Optional[Guard] = None
    #: seconds that it may take more than others
    more: float = 0.0


class Http:
    """Requests to a channel.

    TLS is verified, redirects are not followed, the environment's proxies and ``.netrc`` are not used, and each
    request has a connection of its own: one that a server has silently closed would leave a doubt behind. Whatever the
    server does, the request and its connection end in time.

    :meth:`request` sends and reads anything; :meth:`post`, :meth:`put` and :meth:`upload` are for services that answer
    every request with a JSON object. All raise :class:`~scan_notify_plugin.api.SendError` for what is no answer. What
    the service's own words in an answer mean is the notifier's to say. ``also`` names further HTTP statuses that are
    answers, for services that put their codes there. ``delivers`` says whether this is the request that people get
    something of: only its failures can be a doubt, from its first byte on. One for a token, an upload or a question
    says ``delivers=False``.

    :param secrets: cut out of every error
    :param total: seconds for one request, everything together
    :param ca_bundle: a file with the certificates that servers are believed by; '': those of Python's certifi
    """

    def __init__(
        self, proxy: str = '', secrets: Iterable[Secret] = (), total: float = TOTAL, ca_bundle: str = ''
    ) -> None:
        #: the address of a proxy, for a transport of one's own; '' is none
        self.proxy = proxy
        self._proxies = {'http': proxy, 'https': proxy} if proxy else {}
        self._secrets = list(secrets)
        self._total = total
        self._ca_bundle = ca_bundle
        #: seconds that the service's clock was ahead of this machine's at its last answer; None: it did not say
        self.skew: Optional[float] = None

    def request(
        self,
        method: str,
        url: str,
        data: Data = b'',
        media_type: str = '',
        params: _Texts = None,
        headers: _Texts = None,
        also: Iterable[int] = (),
        delivers: bool = True,
        guard: Optional[Guard] = None,
    ) -> Reply:
        """Send ``data`` and return the answer: any HTTP 2xx, and the statuses in ``also``.

        :param data: bytes, a text, or a JSON value (a mapping or a list); nothing is no body
        :param media_type: '': that of the kind of data. With ``application/x-www-form-urlencoded`` a mapping is the
            fields of a form
        :param guard: says of an address whether it may be connected to, such as
            :func:`scan_notify_plugin.notifiers.addresses.public`. The name is resolved once, and what was judged is
            connected to. Behind a proxy, which resolves it again, it is judged where it is known here
        :raises SendError: for every other status; before an answer, ``UNREACHABLE`` if certainly nothing was sent, else
            ``UNKNOWN``; ``CONFIG`` if the guard allows no address
        """
        answers = tuple(also)
        body = body_of(data, media_type)
        reply = self._exchanged(_Request(method, url, body, params, headers, delivers, guard))
        if not (200 <= reply.status < 300 or reply.status in answers):
            raise self._refusal(reply, delivers)
        return reply

    def post(
        self,
        url: str,
        body: Mapping[str, object],
        params: _Texts = None,
        headers: _Texts = None,
        also: Iterable[int] = (),
        delivers: bool = True,
    ) -> Dict[str, object]:
        """Post ``body`` as JSON and return the JSON object that comes back."""
        return self._object(_Request('POST', url, whole(encode(body), JSON), params, headers, delivers), also)

    def put(
        self,
        url: str,
        body: Mapping[str, object],
        params: _Texts = None,
        headers: _Texts = None,
        also: Iterable[int] = (),
        delivers: bool = True,
    ) -> Dict[str, object]:
        """The same with PUT."""
        return self._object(_Request('PUT', url, whole(encode(body), JSON), params, headers, delivers), also)

    def upload(
        self,
        url: str,
        field: str,
        file: Attachment,
        params: _Texts = None,
        headers: _Texts = None,
        also: Iterable[int] = (),
        delivers: bool = True,
    ) -> Dict[str, object]:
        """Post a file as the multipart form field ``field``; it is never in memory as a whole.

        :param file: its pieces are read once
        """
        body, more = file_body(field, file), UPLOAD - TOTAL
        return self._object(_Request('POST', url, body, params, headers, delivers, more=more), also)

    def _object(self, request: _Request, also: Iterable[int]) -> Dict[str, object]:
        """The JSON object of an answer."""
        answers = tuple(also)
        headers = {'Accept': 'application/json', **(request.headers or {})}
        reply = self._exchanged(request._replace(headers=headers))
        if 200 <= reply.status < 300 or reply.status in answers:
            parsed = reply.json()
            if isinstance(parsed, dict):
                return parsed
        raise self._refusal(reply, request.delivers)

    def _exchanged(self, request: _Request) -> Reply:
        """The answer, whatever it says."""
        total = self._total + request.more
        line = Line(total, current(), request.delivers, request.guard)
        try:
            with alarm(total, line.cut):
                reply = self._exchange(request, line)
            if line.over:  # an answer that is cut off in its head looks like one without a body
                raise Overstayed
        except _FAILURES as error:
            raise self._failure(error, line, request, total) from None
        finally:
            line.close()
        self.skew = reply.ahead
        return reply

    def _failure(self, error: BaseException, line: Line, request: _Request, total: float) -> SendError:
        by_certificate = request.url.lower().startswith('https:')
        problem = bundle_problem(self._ca_bundle) if by_certificate and not line.begun else None
        if problem is not None:
            return SendError(Reason.CONFIG, words=problem)
        reason = Reason.UNKNOWN if line.begun and request.delivers else Reason.UNREACHABLE
        return SendError(reason, words=self._fault(error, line, total))

    def _fault(self, error: BaseException, line: Line, total: float) -> Fault:
        """What is said of a request that came to nothing."""
        if line.over:
            return no_answer_within(total)
        if isinstance(error, Overstayed):
            return error.fault
        refused = untrusted(error)
        return quoted(self._clean(innermost(error))) if refused is None else rewritten(refused, self._clean)

    def _exchange(self, request: _Request, line: Line) -> Reply:
        kind = {'Accept-Encoding': CODINGS}
        if request.body is not None:
            kind['Content-Type'] = request.body.kind
        with requests.Session() as session:
            session.trust_env = False
            adapter = LineAdapter(line)
            session.mount('http://', adapter)
            session.mount('https://', adapter)
            with session.request(
                request.method,
                request.url,
                data=request.body,
                params=request.params,
                headers={**kind, **(request.headers or {})},
                proxies=self._proxies,
                verify=self._ca_bundle or True,
                timeout=(CONNECT, READ),
                allow_redirects=False,
                stream=True,
            ) as response:
                return _read(response)

    def _refusal(self, reply: Reply, delivers: bool) -> SendError:
        """What an answer means that is none."""
        words = self._clean(reply.text[:4096])[:200]  # half a secret would not be recognised
        error = _meaning(reply, words, delivers)
        error.body = redact(reply.text[:4096], self._secrets)
        return error

    def _clean(self, words: str) -> str:
        return redact(words, self._secrets)[:300]


def _read(response: requests.Response) -> Reply:
    response.raw.enforce_content_length = True  # else urllib3 before 2.0 takes what was cut off for the whole
    data = b''
    for chunk in response.raw.stream(8192, decode_content=False):
        data += chunk
        if len(data) > MAX_ANSWER:
            break
    headers = {name.lower(): value for name, value in response.headers.items()}
    data = unpacked(data, headers.get('content-encoding', ''), MAX_ANSWER + 1)
    return Reply(response.status_code, headers, decoded(data, headers.get('content-type', '')), data)


def _meaning(reply: Reply, words: str, delivers: bool) -> SendError:
    """What an HTTP status means that is no answer, or an answer that is not what it should be."""
    status, doubt = reply.status, Reason.UNKNOWN if delivers else Reason.BUSY
    if status == 429:
        return SendError(Reason.THROTTLED, status, words, reply.retry_after)
    if status in (408, 425, 503):  # a server that says so has not begun
        return SendError(Reason.BUSY, status, words, reply.retry_after)
    if status >= 500:
        return SendError(doubt, status, words)
    if status >= 300:
        return SendError(Reason.CONFIG, status, words)
    return SendError(doubt, status, Fault('http.no-object', text=words))


def _cause(error: BaseException) -> object:
    """What urllib3 said, under what requests made of it."""
    cause = error.args[0] if error.args else None
    return cause.reason if isinstance(cause, urllib3.exceptions.MaxRetryError) else cause


def innermost(error: BaseException) -> str:
    """The error for a person: without the URL, which holds the credential, and without object addresses."""
    words = str(_cause(error) or error).rpartition('>: ')[2]
    return '{}: {}'.format(type(error).__name__, words)

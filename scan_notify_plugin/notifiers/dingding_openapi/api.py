"""The application's requests: its access token, and both of DingTalk's hosts.

The token: https://open.dingtalk.com/document/development/obtain-the-access-token-of-an-internal-app. It is good for
both hosts, and for two hours. It is kept in :class:`~scan_notify_plugin.notifiers.base.Tokens` and nowhere else.
"""

from typing import Callable, Dict, Iterable, List, Mapping, NamedTuple, Tuple, TypeVar

from scan_notify_plugin.errors import Reason, SendError
from scan_notify_plugin.faults import Fault, quoted, rewritten
from scan_notify_plugin.notifiers import dingtalk
from scan_notify_plugin.notifiers.base import Attachment, Target, check_base
from scan_notify_plugin.notifiers.dingding_openapi import codes
from scan_notify_plugin.notifiers.envelope import lacks
from scan_notify_plugin.secret import Secret, redact, revealed

#: The new and the old interfaces, in China and of DingTalk International
#: (https://help.dingtalk.io/open/development/custom-robots-send-group-messages).
APIS = ('https://api.dingtalk.com', 'https://api.dingtalk.io')
OAPIS = ('https://oapi.dingtalk.com', 'https://oapi.dingtalk.io')
T = TypeVar('T')
#: Seconds before its end at which a token is no longer used, as the vendor's guide advises:
#: https://open.dingtalk.com/document/development/server-api-calling-guide
EARLY = 600


class Bases(NamedTuple):
    """The addresses of the new and of the old interfaces."""

    api: str
    oapi: str


def bases(options: Mapping[str, object]) -> Bases:
    """Where requests go. One address is enough: one on this machine is good for both, and a vendor's has its other."""
    api, oapi = (str(options.get(name) or '').rstrip('/') for name in ('api_base', 'oapi_base'))
    pairs = list(zip(APIS, OAPIS))
    return Bases(
        api or next((one for one, other in pairs if other == oapi), oapi) or APIS[0],
        oapi or next((other for one, other in pairs if one == api), api) or OAPIS[0],
    )


def base_problems(options: Mapping[str, object]) -> List[Fault]:
    """What is wrong with API_BASE and OAPI_BASE."""
    pairs = (('api_base', APIS), ('oapi_base', OAPIS))
    problems = [check_base(options.get(name) or vendor[0], vendor, name) for name, vendor in pairs]
    found = [problem for problem in problems if problem]
    chosen = bases(options)
    if not found and chosen.api in APIS and chosen.oapi in OAPIS and (chosen.api, chosen.oapi) not in zip(APIS, OAPIS):
        # A token of the one is worth nothing at the other.
        found.append(Fault('openapi.bases', api=chosen.api, oapi=chosen.oapi))
    return found


class DingTalkApi:
    """Asks in the name of one target's application. Every method raises :class:`~scan_notify_plugin.api.SendError`."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._bases = bases(target.options)
        self._used: List[Secret] = []

    def old(self, path: str, body: Mapping[str, object], delivers: bool = True) -> Dict[str, object]:
        """Post to an interface of oapi.dingtalk.com.

        :param delivers: whether people get something of it
        """

        def ask(token: str) -> Dict[str, object]:
            return self._target.http.post(self._bases.oapi + path, body, {'access_token': token}, delivers=delivers)

        return self._asked(ask, codes.of_old)

    def new(
        self, path: str, body: Mapping[str, object], method: str = 'POST', delivers: bool = True
    ) -> Dict[str, object]:
        """Ask an interface of api.dingtalk.com.

        :param delivers: whether people get something of it
        """
        send = self._target.http.put if method == 'PUT' else self._target.http.post

        def ask(token: str) -> Dict[str, object]:
            headers = {'x-acs-dingtalk-access-token': token}
            return send(self._bases.api + path, body, headers=headers, delivers=delivers)

        return self._asked(ask, codes.of_new)

    def upload(self, file: Attachment) -> str:
        """Upload a file; its media id.

        People see nothing of it, so whatever its failure, nothing was sent.

        https://open.dingtalk.com/document/development/upload-media-files
        """

        def ask(token: str) -> Dict[str, object]:
            params = {'access_token': token, 'type': 'file'}
            return self._target.http.upload(self._bases.oapi + '/media/upload', 'media', file, params, delivers=False)

        media_id = unseen(lambda: self._asked(ask, codes.of_old)).get('media_id')
        if not isinstance(media_id, str) or not media_id:
            raise SendError(Reason.UNREACHABLE, words=Fault('openapi.upload'))
        return media_id

    def clean(self, words: str) -> str:
        """Words of the service without the tokens that it was asked with."""
        return redact(words, self._used)

    def _asked(
        self, ask: Callable[[str], Dict[str, object]], read: Callable[[Mapping[str, object]], Tuple[codes.Code, str]]
    ) -> Dict[str, object]:
        """One request; once more with a new token if this one was refused."""
        token = self._token()
        try:
            return answered(lambda: ask(token.reveal()), read, self._used)
        except SendError as error:
            if error.code not in codes.TOKEN:
                raise
        self._target.tokens.drop(self._name(), token)
        new = self._token()
        return answered(lambda: ask(new.reveal()), read, self._used)

    def _name(self) -> str:
        return 'dingtalk|{}|{}'.format(self._bases.api, self._target.options['app_key'])

    def _token(self) -> Secret:
        token = self._target.tokens.get(self._name()) or unseen(self._new_token)
        self._used.append(token)
        return token

    def _new_token(self) -> Secret:
        options = self._target.options
        body = {'appKey': str(options['app_key']), 'appSecret': revealed(options['app_secret'])}
        url = self._bases.api + '/v1.0/oauth2/accessToken'
        answer = answered(lambda: self._target.http.post(url, body, delivers=False))
        value, life = answer.get('accessToken'), answer.get('expireIn')
        if not isinstance(value, str) or not value or isinstance(life, bool) or not isinstance(life, (int, float)):
            raise SendError(Reason.BUSY, words=lacks('accessToken'))
        token = Secret(value)
        self._target.tokens.put(self._name(), token, max(life - EARLY, life / 2))
        return token


def answered(
    ask: Callable[[], Dict[str, object]],
    read: Callable[[Mapping[str, object]], Tuple[codes.Code, str]] = codes.of_new,
    tokens: Iterable[Secret] = (),
) -> Dict[str, object]:
    """The answer to a request, if it tells no error. The new interfaces put their codes into HTTP errors, too.

    :raises SendError: with what the service's code means
    :param tokens: cut out of its words
    """
    try:
        answer = dingtalk.asked(ask)
        code, words = read(answer)
    except SendError as error:
        told = codes.of_failure(error) if error.reason is not Reason.THROTTLED else {}
        code, words = codes.of_new(told)
        unknown = Reason.REFUSED if error.reason is Reason.CONFIG else error.reason
        reason = codes.reason(code, unknown) if code else error.reason
        wait = error.retry_after or dingtalk.wait_of(told)
        fault = quoted(redact(words, tokens)) if words else _fault(error, tokens)
        raise SendError(reason, code or error.code, fault, wait) from None
    if code:
        raise SendError(codes.reason(code), code, redact(words, tokens), dingtalk.wait_of(answer))
    return answer


def _fault(error: SendError, tokens: Iterable[Secret]) -> Fault:
    """What is said of a failed request; its texts are cut, and half a token would not be recognised in them."""
    if any(token.reveal() in error.body for token in tokens):
        return quoted(redact(error.body, tokens)[:200])
    return rewritten(error.fault, lambda text: redact(text, tokens))


def unseen(ask: Callable[[], T]) -> T:
    """A request that people see nothing of: where nobody knows what it came to, nothing was sent."""
    try:
        return ask()
    except SendError as error:
        if error.reason is not Reason.UNKNOWN:
            raise
        raise SendError(Reason.UNREACHABLE, error.code, error.fault, error.retry_after) from None


def required(answer: Mapping[str, object], name: str) -> object:
    """A field that tells a success.

    :raises SendError: with ``UNKNOWN`` where it is missing
    """
    value = answer.get(name)
    if value in (None, ''):
        raise SendError(Reason.UNKNOWN, words=lacks(name))
    return value


class Gateway(NamedTuple):
    """Where a connection in Stream mode is to be made."""

    endpoint: str
    ticket: Secret  # good for one connection


def open_gateway(target: Target, topic: str) -> Gateway:
    """Ask for a connection over which DingTalk tells what happens on ``topic``.

    On no page; as in https://github.com/open-dingtalk/dingtalk-stream-sdk-python

    :raises SendError: where it is refused
    """
    options = target.options
    body = {
        'clientId': str(options['app_key']),
        'clientSecret': revealed(options['app_secret']),
        'subscriptions': [{'type': 'CALLBACK', 'topic': topic}],
        'ua': 'scan-notify-plugin',
    }
    base = bases(options).api
    url = base + '/v1.0/gateway/connections/open'
    answer = answered(lambda: target.http.post(url, body, delivers=False))
    endpoint, ticket = required(answer, 'endpoint'), Secret(str(required(answer, 'ticket')))
    if not str(endpoint).startswith('wss://' if base in APIS else ('ws://', 'wss://')):
        raise SendError(Reason.CONFIG, words=Fault('openapi.gateway'))
    return Gateway(str(endpoint), ticket)

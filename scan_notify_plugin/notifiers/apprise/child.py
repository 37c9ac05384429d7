"""Run as a process of its own: loads Apprise, and sends what it is told to, one message after another.

Apprise says True or False of a message, and no more: a connection that was never made, an answer that never came and a
refusal are the same False (all of its services catch ``requests.RequestException``). So this process also notes what
its HTTP requests came to. It is a process and not a thread since Apprise takes proxies, ``.netrc`` and certificates
from the environment, follows redirects, logs addresses, and reads answers without an end; a process can be ended.

One line of JSON in each direction, over the socket that is its standard input. It ends when nobody asks for a while,
when the other end is gone, and when one message takes too long.
"""

import sys

if __name__ == '__main__':
    del sys.path[0]  # its own folder holds no modules for others

import http.client
import json
import logging
import os
import resource
import select
import signal
import socket
from typing import Any, Callable, Dict, Iterator, List, Mapping, Optional

#: Seconds without a question after which it ends: it holds 60 MB.
IDLE = 60.0
#: Bytes of memory that it may have: a service may answer without an end.
MEMORY = 1 << 30
#: Lines of what Apprise says of a failure, and characters of each: more than are told, since half a credential would
#: not be recognised.
LINES, CHARACTERS = 5, 800

Message = Mapping[str, Any]
#: Where nobody asks any more.
NOTHING: Message = {}


class Watched:
    """The HTTP requests of one message: whether a byte of each left, and what was answered."""

    def __init__(self) -> None:
        self.requests: List[Dict[str, object]] = []
        self.proxy = ''
        self.ca_bundle = ''

    def install(self) -> None:
        """See all that goes through requests and http.client from now on."""
        import requests

        asked: Callable[..., Any] = requests.Session.request
        sent: Callable[..., Any] = http.client.HTTPConnection.send
        tunnelled: Callable[..., Any] = http.client.HTTPConnection._tunnel  # type: ignore[attr-defined]

        def request(session: Any, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
            seen: Dict[str, object] = {'begun': False, 'status': 0, 'pause': ''}
            self.requests.append(seen)
            session.trust_env = False
            kwargs.update(allow_redirects=False, verify=self.ca_bundle or True, proxies=self._proxies())
            answer = asked(session, method, url, *args, **kwargs)
            seen.update(status=answer.status_code, pause=str(answer.headers.get('Retry-After', ''))[:40])
            return answer

        def send(connection: Any, data: Any) -> Any:
            if connection.sock is None and connection.auto_open:
                connection.connect()
            if self.requests and not tunnelling:
                self.requests[-1]['begun'] = True
            return sent(connection, data)

        def tunnel(connection: Any) -> Any:
            # A proxy is asked for a way, and the service gets nothing of that.
            tunnelling.append(connection)
            try:
                return tunnelled(connection)
            finally:
                tunnelling.pop()

        tunnelling: List[Any] = []
        requests.Session.request = request  # type: ignore[assignment]  # of this process alone
        http.client.HTTPConnection.send = send  # type: ignore[assignment]
        http.client.HTTPConnection._tunnel = tunnel  # type: ignore[attr-defined]

    def _proxies(self) -> Dict[str, str]:
        return {'http': self.proxy, 'https': self.proxy} if self.proxy else {}


class Said(logging.Handler):
    """What Apprise warns of."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: List[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if len(self.lines) < LINES:
            line = record.getMessage()
            self.lines.append(line if len(line) <= CHARACTERS else line[:CHARACTERS].rpartition(' ')[0])


def asset() -> Any:
    """Settings of Apprise: nothing of its own in a message, nothing kept, nothing at the same time."""
    import apprise

    wanted = {
        'app_id': 'scan-notify', 'app_desc': 'scan-notify', 'app_url': '', 'image_url_mask': '', 'image_url_logo': '',
        'async_mode': False, 'interpret_emojis': False, 'http_redirects': False,
    }  # fmt: skip
    return apprise.AppriseAsset(
        **{name: value for name, value in wanted.items() if hasattr(apprise.AppriseAsset, name)}
    )


def loaded(url: str) -> Any:
    """The service behind an address; None if Apprise cannot use it."""
    import apprise

    try:
        service = apprise.Apprise.instantiate(url, asset=asset())
    except Exception:  # an address that its service does not understand
        return None
    if service is not None:
        service.retry = 0  # each try of ours is one
        service.optional = False  # which calls a failure a success
    return service


def about(service: Any) -> Dict[str, object]:
    """What a service takes, in characters; and the schemas of its addresses."""
    schemas: List[str] = []
    for names in (service.protocol, service.secure_protocol):
        schemas += [names] if isinstance(names, str) else list(names or ())
    return {
        'name': str(service.service_name),
        'schemas': schemas,
        'body': int(service.body_maxlen),
        'title': int(service.title_maxlen),
    }


def speaks_http(service: Any) -> bool:
    """Whether all that a service does goes through requests, where it is seen."""
    return hasattr(sys.modules[type(service).__module__], 'requests')


def notified(service: Any, question: Message) -> bool:
    import apprise

    sender = apprise.Apprise(asset=service.asset)
    sender.add(service)
    kind = getattr(apprise.NotifyType, str(question['kind']))
    text, title = question['text'], question['title']
    return bool(sender.notify(body=text, title=title, notify_type=kind, body_format=apprise.NotifyFormat.TEXT))


def answers(questions: Iterator[Message]) -> Iterator[Dict[str, object]]:
    """What is answered to each question: ``about`` an address, or to ``load`` a message; this leaves with the next,
    which is ``go``.
    """
    watched = Watched()
    watched.install()
    said = Said()
    logging.getLogger('apprise').addHandler(said)
    for question in questions:
        said.lines = []
        service = loaded(str(question['address']))
        if service is None:
            yield {'known': False, 'said': said.lines}
            continue
        yield dict(about(service), known=True)
        if question['do'] == 'load' and next(questions, NOTHING).get('do') == 'go':
            watched.requests, watched.proxy, watched.ca_bundle = [], question['proxy'], question['ca_bundle']
            signal.alarm(int(question['seconds']) + 1)
            told = notified(service, question)
            signal.alarm(0)
            yield {'told': told, 'requests': watched.requests, 'http': speaks_http(service), 'said': said.lines}


def questions_from(end: socket.socket) -> Iterator[Message]:
    """The questions, until nobody asks any more."""
    data = b''
    while True:
        while b'\n' not in data:
            if not select.select([end], [], [], IDLE)[0]:
                return
            more = end.recv(65536)
            if not more:
                return
            data += more
        line, _, data = data.partition(b'\n')
        yield json.loads(line.decode('ascii'))


def main(end: Optional[socket.socket] = None) -> None:
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    if most == resource.RLIM_INFINITY or most > MEMORY:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    # Its worker is told to stop and ends it; a message under way shall not become a doubt.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end = end or socket.socket(socket.AF_UNIX, socket.SOCK_STREAM, fileno=os.dup(0))
    for answer in answers(questions_from(end)):
        end.sendall(json.dumps(answer).encode('ascii') + b'\n')


if __name__ == '__main__':
    main()

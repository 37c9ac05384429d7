"""Channel ``apprise``: which services a target has, what they take, and how a message is given to them."""

import importlib.util
from functools import partial
from typing import Callable, Container, Dict, Iterable, List, Mapping, NamedTuple, Optional, Union

from scan_notify_plugin.errors import Reason, SendError
from scan_notify_plugin.faults import Fault
from scan_notify_plugin.notifiers.apprise import services
from scan_notify_plugin.notifiers.apprise.dialect import APPRISE_TEXT
from scan_notify_plugin.notifiers.apprise.meaning import receipt_of, requests_of
from scan_notify_plugin.notifiers.apprise.process import Answer, Process, Processes, Silent
from scan_notify_plugin.notifiers.base import Limit, Notifier, Page, Part, Receipt, Target, wrong
from scan_notify_plugin.notifiers.diagnosis import FAIL, OK, Diagnosis
from scan_notify_plugin.notifiers.summary import Summary
from scan_notify_plugin.notifiers.templates import Templates
from scan_notify_plugin.notifiers.titles import cut, title_of
from scan_notify_plugin.records import Document
from scan_notify_plugin.secret import Secret, redact

#: Seconds until Apprise is loaded and knows an address; most of it is Python's start.
LOAD = 20.0
#: Seconds for one message. Apprise gives a connection 4 s and an answer 4 s between two bytes, for each request.
TOTAL = 45.0
#: Characters of a title, where a service takes as many.
MAX_TITLE = 120
#: Services that take less than so many characters get what is most important.
BRIEF = 2000
_MAX_SAID = 300


class Service(NamedTuple):
    """What one service takes."""

    name: str
    body: int  #: characters
    title: int  #: characters; 0: it has none


#: One that cannot be asked now.
UNKNOWN = Service('?', BRIEF, 0)


class _Letter(Notifier):
    """The rendering for one service. :class:`AppriseNotifier` is the notifier.

    :param service: of the target
    :param identity: of its address
    """

    channel = 'apprise'
    dialect = APPRISE_TEXT
    task_list = 'failed'

    def __init__(self, service: Service, identity: str) -> None:
        self.max_bytes = service.body
        self._service, self._identity = service, identity

    def template(self, target: Target) -> str:
        return 'brief' if self._service.body < BRIEF else 'run'

    def compose(self, message: str, summary: Summary, target: Target, page: int) -> Document:
        most = min(MAX_TITLE, self._service.title)
        title = title_of(message, summary, target.language, self.dialect, self.escape, most) if most > 1 else ''
        kind = 'WARNING' if summary.alert is not None else _KINDS.get(summary.status, 'INFO')
        return {
            'text': message,
            'title': title,
            'kind': 'INFO' if summary.test else kind,
            'by': self._service.name,
            'address': self._identity,
            'most': self._service.body,
        }

    def render(self, summary: Summary, target: Target, templates: Templates) -> List[Page]:
        try:
            return super().render(summary, target, templates)
        except SendError as error:
            if error.reason is not Reason.TOO_LONG:
                raise
        # A service for short messages, such as one for SMS: whole lines from the beginning.
        self.max_bytes = None
        return [Page(*map(self._shortened, page)) for page in super().render(summary, target, templates)[:1]]

    def _shortened(self, content: Document) -> Document:
        most = self._service.body - len(content['title'])
        kept = ''
        for line in content['text'].split('\n'):
            if len(kept) + len(line) >= most:
                break
            kept += line + '\n'
        return dict(content, text=kept.strip() or cut(content['text'].partition('\n')[0], max(1, most)))

    def size(self, content: Document, target: Target) -> int:
        return len(content['text']) + len(content['title'])  # which some of them count too


class AppriseNotifier(Notifier):
    """Each address of a target gets each message as a part of its own: what one service refuses keeps no other back,
    and what is tried again goes to the one that did not get it.

    :param processes: that Apprise runs in
    """

    channel = 'apprise'
    marks_delivery = True
    independent = True
    idempotent = False
    dialect = APPRISE_TEXT
    required = ('urls',)
    secrets = ('urls',)

    def __init__(self, processes: Optional[Processes] = None) -> None:
        self._processes = processes or Processes()
        #: by address: services do not change
        self._services: Dict[str, Service] = {}

    def problems(self, options: Mapping[str, object]) -> Iterable[Union[str, Fault]]:
        found: List[Union[str, Fault]] = [*super().problems(options)]
        given = options.get('urls')
        listed = given if isinstance(given, (list, tuple)) else [given] if given else []
        if not all(isinstance(one, (str, Secret)) for one in listed):
            found.append(wrong('urls', 'apprise.urls'))
        if len(listed) > services.MOST:
            found.append(wrong('urls', 'apprise.many', most=services.MOST))
        causes = [services.problem(url) for url in services.addresses(options)]
        found += [Fault('option.value', option='URLS', cause=cause) for cause in causes if cause is not None]
        return found + ([] if is_installed() else [Fault('apprise.missing')])

    def render(self, summary: Summary, target: Target, templates: Templates) -> List[Page]:
        pages: List[Page] = []
        for url in services.addresses(target.options):
            try:
                service = self.service(url)
            except SendError:  # which sending it will say again; the others get theirs
                service = UNKNOWN
            pages += _Letter(service, services.identity(url)).render(summary, target, templates)
        return pages

    def service(self, url: str) -> Service:
        """What the service at an address takes.

        :raises SendError: if Apprise cannot use it, or cannot be asked
        """
        identity = services.identity(url)
        if identity not in self._services:
            self._services[identity] = self._asked(url)
        return self._services[identity]

    def diagnose(self, targets: Mapping[str, Mapping[str, object]], connected: Container[str]) -> Iterable[Diagnosis]:
        if not is_installed():  # which is a problem of each target
            return
        for name, options in sorted(targets.items()):
            for url in services.addresses(options):
                check = 'apprise {}'.format(name)
                try:
                    said = Fault('apprise.service', service=self.service(url).name, most=self.service(url).body)
                    yield Diagnosis(check, OK, said, Fault('apprise.no-proof'))
                except SendError as error:
                    yield Diagnosis(check, FAIL, error.fault, Fault('apprise.look'))

    def limits(self, content: Document, target: Target) -> List[Limit]:
        return [Limit('characters', len(content['text']) + len(content['title']), int(content['most']))]

    def send(self, part: Part, target: Target) -> Receipt:
        named = {services.identity(url): url for url in services.addresses(target.options)}
        url = named.get(str(part.content.get('address')))
        if url is None:  # the configuration has another by now
            raise SendError(Reason.CONFIG, words=Fault('apprise.gone'))
        answer = self._through(partial(_answered, url=url, part=part, target=target))
        return receipt_of(answer['told'] is True, requests_of(answer), _said(answer, url), answer.get('http') is True)

    def _taken(self) -> Process:
        if not is_installed():
            raise SendError(Reason.CONFIG, words=Fault('apprise.missing'))
        try:
            return self._processes.take()
        except OSError as error:
            raise SendError(Reason.UNREACHABLE, words=Fault('apprise.no-process', detail=str(error))) from None

    def _through(self, ask: Callable[[Process], Answer]) -> Answer:
        """What a process answers. One that failed at it is ended, the others go on with the next question.

        :raises SendError: with ``UNREACHABLE`` if it says nothing
        """
        process = self._taken()
        try:
            answer = ask(process)
        except Silent as error:
            process.end()
            raise SendError(Reason.UNREACHABLE, words=error.fault) from None
        except BaseException:
            process.end()
            raise
        self._processes.give(process)
        return answer

    def _asked(self, url: str) -> Service:
        return _known(self._through(lambda process: process.ask({'do': 'about', 'address': url}, LOAD)), url)


_KINDS = {'finished': 'SUCCESS', 'error': 'FAILURE'}


def is_installed() -> bool:
    """Whether Apprise can be loaded; by the process that needs it, never by this one."""
    return importlib.util.find_spec('apprise') is not None


def _answered(process: Process, url: str, part: Part, target: Target) -> Answer:
    """What came of a message.

    :raises Silent: before it could leave
    :raises SendError: if it cannot be given to its service, or may have left all the same
    """
    question = {
        'do': 'load', 'address': url, 'text': part.text, 'title': part.content['title'], 'kind': part.content['kind'],
        'proxy': target.http.proxy, 'ca_bundle': target.ca_bundle, 'seconds': TOTAL,
    }  # fmt: skip
    _known(process.ask(question, LOAD), url)
    target.delivering()
    try:
        return process.ask({'do': 'go'}, TOTAL)
    except Silent as error:
        raise SendError(Reason.UNKNOWN, words=error.fault) from None


def _known(answer: Answer, url: str) -> Service:
    """
    :raises SendError: if Apprise cannot use the address, or we speak its service ourselves
    """
    if not answer.get('known'):
        said = _said(answer, url)
        fault = Fault('apprise.unusable.but', text=said) if said else Fault('apprise.unusable')
        raise SendError(Reason.CONFIG, words=fault)
    schemas = answer['schemas']
    ours = services.refusal(map(str, schemas if isinstance(schemas, list) else ()))
    if ours is not None:  # an address of the service itself, which Apprise knows too
        raise SendError(Reason.CONFIG, words=ours)
    return Service(str(answer['name']), int(str(answer['body'])), int(str(answer['title'])))


def _said(answer: Answer, url: str) -> str:
    lines = answer.get('said')
    text = ' '.join(map(str, lines)) if isinstance(lines, list) else ''
    return redact(text, services.pieces(url))[:_MAX_SAID]

"""What every channel is built on. A notifier answers, renders, escapes and sends; it never paces, retries or
records.
"""

import ipaddress
from typing import Container, Iterable, List, Mapping, Optional, Tuple, Union
from urllib.parse import urlsplit

from hookspecs import Notify, Run, hookimpl
from scan_notify_plugin.errors import Reason, SendError
from scan_notify_plugin.faults import Fault, FaultText
from scan_notify_plugin.notifiers.callbacks import Callbacks
from scan_notify_plugin.notifiers.diagnosis import Diagnosis
from scan_notify_plugin.notifiers.dialects import MARKDOWN, Dialect
from scan_notify_plugin.notifiers.pages import Span, paginate
from scan_notify_plugin.notifiers.parts import Attachment, Limit, Page, Part, Receipt
from scan_notify_plugin.notifiers.sections import placed, ranked
from scan_notify_plugin.notifiers.shortening import shortened
from scan_notify_plugin.notifiers.summary import Summary
from scan_notify_plugin.notifiers.target import Target
from scan_notify_plugin.notifiers.templates import Templates
from scan_notify_plugin.records import Document
from scan_notify_plugin.secret import Secret

__all__ = ['Attachment', 'Limit', 'Notifier', 'Page', 'Part', 'Receipt', 'Target', 'check_base', 'failure', 'wrong']


class Notifier:
    """Base class of all channels. Class attributes describe the channel; override what differs."""

    #: the name in ``channel:`` of a target
    channel = ''
    #: other names for it
    aliases: Tuple[str, ...] = ()
    #: the most that one message may have, as :meth:`size` counts; None: no limit
    max_bytes: Optional[int] = None
    #: 'cut' (say how many records were left out) or 'split' (numbered parts), where the target does not say
    oversize = 'cut'
    #: which scan tasks a message lists, where the target does not say: 'all', those that 'failed', or 'none'
    task_list = 'failed'
    #: whether the service drops a repeated :attr:`Part.key`
    idempotent = False
    #: codes (see :class:`~scan_notify_plugin.api.SendError`) of an ``UNKNOWN`` after which a part is sent again though
    #: the service would not drop it: the notifier sees :attr:`Part.repeat`, and says in the message that it may be a
    #: repeat
    repeats_after: Tuple[object, ...] = ()
    #: whether each part is for people of its own: one that the service refuses keeps no other back
    independent = False
    #: whether it says when it delivers: by ``target.http``, whose requests deliver unless they say ``delivers=False``,
    #: or by ``target.delivering()``. Then nothing is in doubt before that; otherwise a failed call may have sent
    marks_delivery = False
    #: at most so many requests in so many seconds for one credential
    pace: Tuple[int, float] = (18, 61.0)
    #: and, where the service counts twice, so many in these few seconds
    burst: Optional[Tuple[int, float]] = None
    #: seconds after each full and half hour over which messages are spread, where the service has more to do then than
    #: it can
    rush = 0.0
    #: seconds of rest after the service said that we send too fast and did not say for how long
    cool_down = 60.0
    #: option names a target must have, and those it may have
    required: Tuple[str, ...] = ()
    optional: Tuple[str, ...] = ()
    #: those of them that are credentials, whatever their names: a :class:`~scan_notify_plugin.api.Secret` everywhere
    secrets: Tuple[str, ...] = ()
    #: the section of the host's configuration in which it can be configured, as the target of its name; '' is none. It
    #: is called as the channel, or as what stands before its first underscore, in capitals
    section = ''
    #: which options it takes from there, where another channel uses the section too; () is all
    section_options: Tuple[str, ...] = ()
    #: what it says of its buttons; None if its messages have none
    callbacks: Optional[Callbacks] = None
    #: how blocks look in this channel, and how strangers' texts lose their effect
    dialect: Dialect = MARKDOWN
    #: the folder beside the class's module with templates of this channel (``run.jinja``, ``brief.jinja``,
    #: ``alert.jinja``); '' if there are none
    template_folder = ''

    @hookimpl
    def on_run_complete(self, run: Run) -> List[Notify]:
        """Answer for the targets of this channel."""
        names = (self.channel,) + tuple(self.aliases)
        return [Notify(target.name) for target in run.targets if target.channel in names]

    def problems(self, options: Mapping[str, object]) -> Iterable[Union[str, Fault]]:
        """What is wrong with a target's options, each a fault or a text that names the option; a list, empty if
        nothing.
        """
        known = set(self.required) | set(self.optional)
        missing = [Fault('option.missing', option=name.upper()) for name in self.required if not options.get(name)]
        unknown = [
            Fault('option.unknown', option=name.upper(), channel=self.channel) for name in options if name not in known
        ]
        return [FaultText(fault) for fault in missing + unknown]  # a plugin may add to them as texts, or look into them

    def diagnose(self, targets: Mapping[str, Mapping[str, object]], connected: Container[str]) -> Iterable[Diagnosis]:
        """What ``scan-notify doctor`` says of this channel beyond :meth:`problems`. Within ten seconds.

        :param targets: by name, the options of those that are configured
        :param connected: the names of those that a process listens for, if their clicks come so
        """
        return ()

    def credential(self, target: Target) -> str:
        """What identifies the robot behind a target: targets with the same one share its pace."""
        return '|'.join([self.channel] + [str(_plain(target.options.get(name))) for name in self.required])

    def escape(self, value: str) -> str:
        """``value``, which a stranger wrote, as plain text in this channel's markup; in the place of the dialect's
        own.
        """
        return self.dialect.escape(value)

    def dialect_for(self, target: Target) -> Dialect:
        """The dialect of a target's messages, where its options decide."""
        return self.dialect

    def template(self, target: Target) -> str:
        """Which template is rendered for a run: ``run``, or ``brief`` with the most important; any other name is
        ``run``.
        """
        return 'run'

    def compose(self, message: str, summary: Summary, target: Target, page: int) -> Document:
        """The content of one part: a dict for MongoDB with the rendered ``message`` as ``text`` and no secrets.

        :param page: from 1; what people should get once, such as a mention, belongs to page 1
        """
        return {'text': message}

    def size(self, content: Document, target: Target) -> int:
        """How much of :attr:`max_bytes` a content uses."""
        return len(content['text'].encode('utf-8'))

    def limits(self, content: Document, target: Target) -> List[Limit]:
        """How much of each limit of the service a content uses; for people who look at a message before it is sent."""
        return [] if self.max_bytes is None else [Limit('bytes', self.size(content, target), int(self.max_bytes))]

    def render(self, summary: Summary, target: Target, templates: Templates) -> List[Page]:
        """The pages of a summary, each inside :attr:`max_bytes`.

        :raises SendError: with ``TOO_LONG`` if the template does not fit even without records
        """
        measures = self.dialect_for(target).measures
        for measure in measures[:-1]:
            try:
                return self._fitted(shortened(summary, measure), target, templates)
            except SendError as error:
                if error.reason is not Reason.TOO_LONG:
                    raise
        return self._fitted(shortened(summary, measures[-1]) if measures else summary, target, templates)

    def _fitted(self, summary: Summary, target: Target, templates: Templates) -> List[Page]:
        """The pages of a summary, whose texts are short enough."""
        hidden = summary.withheld()
        items = ranked(summary, target.task_list or self.task_list)

        def make(of: Summary, span: Span, page: int, pages: int) -> Document:
            left = items[span.end : span.end + span.omitted]
            shown = placed(of, items[span.start : span.end], left, span.end + span.omitted >= len(items))
            shown = shown._replace(page=page, pages=pages)
            return self.content(shown, target, templates, page)

        def fits(start: int, end: int, omitted: int, page: int, pages: int) -> bool:
            span = Span(start, end, omitted)
            return all(self._holds(make(of, span, page, pages), target) for of in (summary, hidden))

        spans = paginate(len(items), fits, target.oversize or self.oversize)
        return [
            Page(make(summary, span, page, len(spans)), make(hidden, span, page, len(spans)))
            for page, span in enumerate(spans, 1)
        ]

    def content(self, summary: Summary, target: Target, templates: Templates, page: int) -> Document:
        """The content of one part: written and composed. Override it where a message has several forms at once."""
        return self.compose(self.written(summary, target, templates, self.template(target)), summary, target, page)

    def _holds(self, content: Document, target: Target) -> bool:
        return self.max_bytes is None or self.size(content, target) <= self.max_bytes

    def written(self, summary: Summary, target: Target, templates: Templates, kind: str) -> str:
        """One page of a message in the target's dialect, before :meth:`compose`."""
        dialect = self.dialect_for(target)
        # A channel that says itself how strangers' texts lose their effect says it for all its targets.
        escape = dialect.escape if type(self).escape is Notifier.escape else self.escape
        return templates.render(kind, target.language, summary, escape, dialect, target.name, self.channel)

    def extras(self, summary: Summary, target: Target) -> List[Page]:
        """What follows the pages, once for a run: a mention of its own, or a file.

        A content with the id of a report as ``report`` gets that file as :attr:`Part.file`. Its ``withheld`` is what
        people get instead where the file is gone by then, or refused.
        """
        return []

    def repeatable(self, content: Document) -> bool:
        """Whether the service drops this part when it comes again under the same key."""
        return self.idempotent

    def follow(self, content: Document, news: Document, target: Target) -> Optional[Document]:
        """The content of a further part that brings an earlier message of this channel up to date; None if it is.

        Asked for contents that have ``follow`` set, as long as their run is new enough.

        :param content: of the part that was sent
        :param news: ``key`` of that part; ``acknowledged`` (``{by, at, note}`` or None), ``again`` (who had the run
            sent again, or '') and ``gone`` (whether the link to its report has ended)
        """
        return None

    def send(self, part: Part, target: Target) -> Receipt:
        """One message, one attempt: no loop, no sleep, no try.

        What must be done before, such as an upload, happens here as well. As long as nothing of it is seen by people,
        its failure is no doubt: raise it as one that certainly did not send.

        :raises SendError: with a :class:`~scan_notify_plugin.api.Reason`
        """
        raise NotImplementedError

    def check(self, part: Part, receipt: Receipt, target: Target) -> Receipt:
        """What came of a part that :meth:`send` gave a receipt for with ``final=False``; asked until it is final.

        :raises SendError: with ``CONTENT`` or ``CONFIG`` if the service's answer says that it did not arrive, in words
            that say whom it did not reach. With any reason that is tried again, and with an HTTP status as ``code``, it
            is the question that failed, and it is asked again
        """
        return receipt._replace(final=True)


def _plain(value: object) -> object:
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items()}
    return value.reveal() if isinstance(value, Secret) else value


def wrong(option: str, code: str, **facts: object) -> Fault:
    """What is wrong with an option.

    :param code: of the words that follow its name
    """
    return Fault('option.wrong', option=option.upper(), cause=Fault(code, **facts))


def is_text(value: object) -> bool:
    """Whether the value of an option is a text, or a number that stands for one."""
    return isinstance(value, (str, int, float, Secret)) and not isinstance(value, bool)


def failure(error: SendError) -> Fault:
    """A failed request: why, the service's code where there is one, and what was said."""
    reason = error.reason.value
    if error.code is None:
        return Fault('channel.failure', reason=reason, cause=error.fault)
    return Fault('channel.failure.code', reason=reason, number=error.code, cause=error.fault)


def check_base(url: object, vendor: Iterable[str], option: str = 'api_base') -> Optional[Fault]:
    """What is wrong with an API base address: it may be one of the vendor's, or on this machine."""
    vendor = list(vendor)
    if str(url).rstrip('/') in vendor or _is_local(str(url)):
        return None
    return wrong(option, 'option.base', addresses=', '.join(vendor))


def _is_local(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ''
        loopback = host == 'localhost' or ipaddress.ip_address(host).is_loopback
    except ValueError:  # no address, or a name: 127.0.0.1.example.com is one
        return False
    return loopback and parts.scheme in ('http', 'https') and parts.username is None

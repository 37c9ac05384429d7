"""What a channel with buttons says of them: how clicks come, who may click, and what the service is answered.

A notifier has one of these as :attr:`Notifier.callbacks`. It reads and answers; what a click does to a run, that a
click counts once, and that only operators act is seen to by ``admin.buttons``. A callback is proven by what the channel
shares with its service, never by the host's login.
"""

import threading
from typing import Callable, Dict, Iterable, List, Mapping, NamedTuple, Optional, Sequence, Tuple, Union

from scan_notify_plugin.errors import ScanNotifyError
from scan_notify_plugin.faults import Fault
from scan_notify_plugin.notifiers.target import Target
from scan_notify_plugin.records import Document

#: What a button can do to the run of its message.
ACKNOWLEDGE, RESEND = 'acknowledge', 'resend'
ACTIONS = (ACKNOWLEDGE, RESEND)
#: How the clicks of a target come: as requests to the host's web server, or over a connection that we open.
HTTP, LISTEN = 'http', 'listen'
#: Why a click was not acted upon: nothing is known of its message; its user is no operator; the button is none of ours;
#: the run refused, and :attr:`Clicked.detail` says why.
NOT_KNOWN, NOT_ALLOWED, NOT_NOW, REFUSED = 'not_known', 'not_allowed', 'not_now', 'refused'


class Request(NamedTuple):
    """What came to ``/api/scan_notify/callback/<channel>``. Anybody can have sent it."""

    headers: Mapping[str, str]  #: by name in small letters
    body: bytes  #: at most 65536
    query: Mapping[str, str]  #: of each name the first value


class Click(NamedTuple):
    """A button that somebody has pressed, as its service tells it."""

    key: str  #: the :attr:`Part.key` of the message that the button was on
    action: str  #: :data:`ACKNOWLEDGE` or :data:`RESEND`
    user: str  #: who pressed it; compared with :meth:`Callbacks.operators`
    event: str  #: the same when the click is told again, and in no other click
    payload: object = None  #: all that was told: an event that comes again with another payload is refused
    at: Optional[float] = None  #: when the service has signed it, in seconds since 1970; over HTTP it must be there


class Clicked(NamedTuple):
    """What a click came to."""

    content: Document  #: of the part that the button was on; empty if nothing is known of it
    news: Document  #: as in :meth:`Notifier.follow`; empty if nothing is known of the part
    refusal: str  #: '' or one of NOT_KNOWN, NOT_ALLOWED, NOT_NOW and REFUSED
    detail: str  #: why the run refused
    language: str  #: 'zh' or 'en', of the whole configuration


class BadCallback(ScanNotifyError):
    """A request that is proven and cannot be read.

    :param message: a text, or a fault
    :param status: of the HTTP answer
    """

    def __init__(self, message: Union[str, Fault], status: int = 400) -> None:
        super().__init__(message)
        self.status = status


class Connection:
    """A connection over which clicks come, kept up in a thread of its own.

    :param names: of the targets that it is for
    """

    def __init__(self, names: Sequence[str]) -> None:
        self.names = list(names)
        #: whether clicks would come now
        self.connected = False

    def start(self) -> None:
        """Begin; returns at once.

        :raises ScanNotifyError: if something is missing here, such as a library, in words that say what
        """
        raise NotImplementedError

    def stop(self) -> None:
        """End it. The event that :meth:`Callbacks.connections` was given is set by then."""
        raise NotImplementedError

    def alive(self) -> None:
        """Called every half minute while :attr:`connected`."""


#: Gives a click and the names of the targets that it is proven for; what the service is to be answered, None if nothing
#: can be said now.
Answer = Callable[[Click, Sequence[str]], Optional[Dict[str, object]]]


class Callbacks:
    """Base class; override what the channel has."""

    #: options whose credentials prove a request. The host's web server reads these and no others
    proofs: Tuple[str, ...] = ()
    #: of a channel that 0.1.0 had, where its requests came to then, below ``/api/scan_notify``; no other has one
    addresses: Tuple[str, ...] = ()
    #: what stands before the id of a person in the audit trail; '' for the channel
    people = ''

    def way(self, options: Mapping[str, object]) -> str:
        """How the clicks of a target come: :data:`HTTP`, :data:`LISTEN`, or '' if it has no buttons."""
        return ''

    def heard(self, request: Request, options: Mapping[str, object]) -> Optional[Click]:
        """The click that a request tells of; None if nothing proves that it is this target's.

        Compare signatures with ``hmac.compare_digest``.

        :param options: of the target; of its credentials only :attr:`proofs` are there
        :raises BadCallback: for one that is proven and tells of no click
        """
        return None

    def has_button(self, content: Document) -> bool:
        """Whether a part with this content is one that can be clicked."""
        return True

    def operators(self, options: Mapping[str, object]) -> Iterable[str]:
        """Who may click."""
        given = options.get('operators') or ()
        return [str(one) for one in given] if isinstance(given, (list, tuple)) else [str(given)]

    def answered(self, clicked: Clicked) -> Dict[str, object]:
        """What the service is answered, as JSON has it. It is kept, and a click that is told again gets the same."""
        return {}

    def register(self, target: Target, url: str, force: bool) -> None:
        """Tell the service where requests go: ``scan-notify register-callback``.

        :param force: also where it was told another address before
        :raises SendError: where it refuses
        """
        raise ScanNotifyError(Fault('channel.no-registration', channel=target.channel))

    def connections(self, targets: List[Target], answer: Answer, stopping: threading.Event) -> List[Connection]:
        """What is to be kept open for targets whose :meth:`way` is :data:`LISTEN`: ``scan-notify listen``.

        :raises ScanNotifyError: for a target that lacks something, in words that name it
        """
        return []


def address_of(channel: str, callbacks: Callbacks) -> str:
    """Where services are told to send a channel's callbacks, below ``/api/scan_notify``. One that they were told by an
    earlier release stays."""
    return callbacks.addresses[0] if callbacks.addresses else '/callback/' + channel

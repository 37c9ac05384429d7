"""What a notifier makes, sends and hears: the parts of a message."""

from typing import Callable, Iterator, NamedTuple, Optional, Tuple, Union

from scan_notify_plugin.faults import Fault
from scan_notify_plugin.records import Document


class Attachment(NamedTuple):
    """A report's file, for a channel that takes files."""

    name: str  #: letters, digits, '-' and one dot
    size: int  #: bytes
    media_type: str
    read: Callable[[], Iterator[bytes]]  #: its bytes in pieces, from the beginning at each call


class Part(NamedTuple):
    """One message to a channel."""

    key: str  #: the idempotency key: the same for every try of this part, and for no other
    text: str
    content: Document  #: all that :meth:`Notifier.compose` made; ``text`` is in it
    file: Optional[Attachment] = None  #: the report that ``content['report']`` names
    repeat: bool = (
        False  #: an earlier try may have arrived, and the message must say so: :attr:`Notifier.repeats_after`
    )
    files: Tuple[Attachment, ...] = ()  #: the reports that ``content['attached']`` names, those that are there


class Receipt(NamedTuple):
    """The service's word that it has accepted a part."""

    id: str = ''
    note: Union[str, Fault] = ''  #: anything that is worth keeping: a text of the service, or words of ours
    final: bool = True  #: False: it will say later what came of it, see :meth:`Notifier.check`


class Page(NamedTuple):
    """What is to be sent as one part: the message, and what replaces it if the channel will not take its content."""

    content: Document
    withheld: Document


class Limit(NamedTuple):
    """A limit of a service and how much of it is used."""

    what: str
    used: int
    most: int

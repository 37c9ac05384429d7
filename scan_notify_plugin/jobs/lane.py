"""A lane as it stands in the database. Other clocks and other releases write there: what cannot be understood was not
said.
"""

from datetime import datetime
from typing import Mapping, NamedTuple, Optional, Tuple


class Hanging(NamedTuple):
    """A call into a plugin that has not come back."""

    since: datetime
    #: ``<plugin>.<method>``
    call: str
    #: the name of its worker
    worker: str


class Lane(NamedTuple):
    """A lease with a memory."""

    id: str
    #: whose it is; None: nobody's
    claim: object
    #: from when on it can be taken
    free_at: Optional[datetime]
    #: when was sent in it last
    sent: Tuple[datetime, ...]
    #: until when its service wants no message
    cool_until: Optional[datetime]
    #: since when it rests
    rested_at: Optional[datetime]
    hung: Optional[Hanging]

    def hangs(self, now: datetime) -> Optional[Hanging]:
        """The call that hangs in it; None if none does, or its worker is gone."""
        return self.hung if self.free_at is not None and self.free_at > now else None

    def cools(self, now: datetime) -> Optional[datetime]:
        """Until when its service wants no message; None if that is over."""
        return self.cool_until if self.cool_until is not None and self.cool_until > now else None


def lane_of(document: Mapping[str, object]) -> Lane:
    """The lane of a document."""
    sent = document.get('sent')
    return Lane(
        id=str(document['_id']),
        claim=document.get('claim'),
        free_at=_time(document.get('free_at')),
        sent=tuple(at for at in sent if isinstance(at, datetime)) if isinstance(sent, list) else (),
        cool_until=_time(document.get('cool_until')),
        rested_at=_time(document.get('rested_at')),
        hung=_hanging(document.get('hung')),
    )


def _time(value: object) -> Optional[datetime]:
    return value if isinstance(value, datetime) else None


def _hanging(value: object) -> Optional[Hanging]:
    if not isinstance(value, Mapping) or not isinstance(value.get('since'), datetime):
        return None
    return Hanging(value['since'], str(value.get('call', '')), str(value.get('worker', '')))

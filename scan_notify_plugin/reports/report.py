"""The record of a report; its file is elsewhere."""

from datetime import datetime
from enum import Enum
from typing import Any, NamedTuple, Optional, Tuple

#: Something, and how much there is of it.
Count = Tuple[str, int]


class State(str, Enum):
    """Whether a report has a file."""

    #: it may have one: a worker is at it, or died over it
    MAKING = 'making'
    READY = 'ready'
    #: it was too old, or there were too many
    EXPIRED = 'expired'
    DELETED = 'deleted'


class Download(NamedTuple):
    """One download by a link."""

    at: datetime
    #: the address of whoever fetched it
    by: str = ''
    #: bytes that may still be fetched in ranges as a part of this download; None: an earlier release counted it
    left: Optional[int] = None
    #: when they last were
    continued_at: Optional[datetime] = None


class Report(NamedTuple):
    """What is known of a report."""

    id: str
    v: int
    rev: int
    run_id: str
    job_id: str
    format: str
    #: of the file, as people see it
    name: str
    media_type: str
    #: in bytes
    size: int
    created_at: datetime
    #: how long the file is kept
    expires_at: datetime
    #: how long its newest link works
    link_until: datetime
    #: the kind of place, and where it is there
    storage: str
    place: str
    state: State
    #: of its links: one with another serial number is another link
    serial: int
    #: how often the newest link may be used; 0: as often as one likes
    limit: int
    downloads: int
    #: the newest 50
    download_log: Tuple[Download, ...]
    sha256: str = ''
    #: rows of each table
    rows: Tuple[Count, ...] = ()
    #: what was left out
    skipped: Tuple[Count, ...] = ()
    #: records read, by scan task
    records: Tuple[Count, ...] = ()
    #: until there is a new link
    revoked_at: Optional[datetime] = None
    gone_at: Optional[datetime] = None

    def evolve(self, **fields: Any) -> 'Report':
        """The same report with other values."""
        return self._replace(**fields)

    @property
    def total(self) -> int:
        """The rows of all tables."""
        return sum(number for _, number in self.rows)

    @property
    def is_used_up(self) -> bool:
        """Whether its link was used as often as it may be."""
        return bool(self.limit) and self.downloads >= self.limit

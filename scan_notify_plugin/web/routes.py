"""What a route is: its address, what it takes, and the function that answers. Knows neither Flask nor flask-restx."""

from typing import TYPE_CHECKING, Any, Callable, Dict, Iterable, NamedTuple, Tuple

from scan_notify_plugin.reports.report import Report
from scan_notify_plugin.reports.storage import Pieces
from scan_notify_plugin.web.fields import Field

if TYPE_CHECKING:  # it is imported at the first request
    from scan_notify_plugin.admin.desk import Desk

#: A function that Flask calls with the parts of a path, and what the host puts around its own.
View = Callable[..., object]
Auth = Callable[[View], View]

#: Below this every route is.
ROOT = '/api/scan_notify'


class Call(NamedTuple):
    """One request that has passed the login."""

    desk: 'Desk'
    by: str  # ``web:<name>``, for the audit trail
    path: Dict[str, str]
    values: Dict[str, Any]  # each checked, as its field says: the query of a GET, the body of the others
    head: bool = False  # only the headers of the answer are wanted


class Listing(NamedTuple):
    """The answer of a list, in the host's form of a page."""

    items: Iterable[object]
    total: int
    page: int = 1
    size: int = 0  # 0: all of it


class File(NamedTuple):
    """The answer of a download."""

    report: Report
    pieces: Pieces


class Route(NamedTuple):
    """One method of one address. The handler gives the data of the answer, a :class:`Listing` or a :class:`File`."""

    method: str
    path: str
    handler: Callable[[Call], object]
    summary: str
    takes: Tuple[Field, ...] = ()

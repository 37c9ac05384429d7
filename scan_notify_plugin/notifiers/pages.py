"""Which records go on which page, so that every page fits. Whole records only. Pure."""

from typing import Callable, List, NamedTuple

from scan_notify_plugin.errors import Reason, SendError
from scan_notify_plugin.faults import Fault

#: A robot takes 20 messages a minute; more pages than this are a report, not a message.
MAX_PAGES = 10
#: As wide as any page number that can come, so that a page that fits with it fits with its real number.
_WIDEST = 99

#: (start, end, omitted, page, pages) -> whether that page is small enough
Fits = Callable[[int, int, int, int, int], bool]


class Span(NamedTuple):
    """The records ``start`` to ``end`` (exclusive); ``omitted`` are left out after them."""

    start: int
    end: int
    omitted: int


def paginate(count: int, fits: Fits, oversize: str) -> List[Span]:
    """Spread ``count`` records over one page ('cut') or several ('split').

    :raises SendError: with ``TOO_LONG`` if a page without any record is too large
    """
    if fits(0, count, 0, 1, 1):
        return [Span(0, count, 0)]
    last_page = MAX_PAGES if oversize == 'split' else 1
    spans: List[Span] = []
    start = 0
    while not spans or (start < count and len(spans) < last_page):
        page = len(spans) + 1
        end = _most(start, count, lambda end: fits(start, end, count - end, page, _WIDEST))
        if end == start and page > 1:
            end = start + 1  # a single record that no page can hold is left out, and counted
            spans[-1] = spans[-1]._replace(omitted=spans[-1].omitted + 1)
        else:
            # The first page may hold no record beside its longer head; then the second one begins with it.
            spans.append(Span(start, end, 0))
        start = end
    return spans[:-1] + [spans[-1]._replace(omitted=spans[-1].omitted + count - start)]


def _most(start: int, count: int, fits: Callable[[int], bool]) -> int:
    """The largest ``end`` that fits, by doubling and bisection: more records are never smaller.

    Doubling first, so that a page costs what it holds and not what all the rest would.
    """
    if not fits(start):
        raise SendError(Reason.TOO_LONG, words=Fault('channel.too-long'))
    low, high, step = start, count, 1
    while low + step < count:
        if not fits(low + step):
            high = low + step - 1
            break
        low, step = low + step, step * 2
    while low < high:
        middle = (low + high + 1) // 2
        if fits(middle):
            low = middle
        else:
            high = middle - 1
    return low

"""Records with one identity become one: found by all their scan tasks, and as bad as the worst of them. Pure."""

from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Iterable, Iterator, List, NamedTuple, Sequence, Set, Tuple, cast

from scan_notify_plugin.changes import SEVERITIES, UNRATED
from scan_notify_plugin.host.results.kinds import SEPARATOR, Cell
from scan_notify_plugin.host.results.ranks import newest_rank, rank_cell, rank_numbers

__all__ = ['FIRST_CELL', 'Found', 'each_once']

#: A record on its way: its identity, severity, ranks, sources, whether it is marked CDN, and its watched cells.
Record = Tuple[Cell, ...]
FIRST_CELL = 5

_IDENTITY = itemgetter(0)
#: '' is of a table that has none.
_WORST_FIRST = SEVERITIES + (UNRATED, '')


class Found(NamedTuple):
    """A record of a round. All texts are masked."""

    identity: str
    #: those of ``WATCHED``; '' is unknown
    cells: Tuple[str, ...]
    #: a code of ``changes.SEVERITIES``, or ``UNRATED``; '' where the table has none
    severity: str
    #: the scan tasks that found it, ascending: see ``Findings.tasks``
    ranks: Tuple[int, ...]
    #: of a domain, where it is known from
    sources: Tuple[str, ...]
    #: whether it is of a content delivery network
    cdn: bool


def each_once(lists: Iterable[List[Record]]) -> Iterator[List[Found]]:
    """Records in the order of their identities, each identity once.

    :param lists: in this order
    """
    held: List[Record] = []
    for rows in lists:
        rows = held + rows
        if len(set(map(_IDENTITY, rows))) < len(rows):
            rows = [_one(list(group)) for _, group in groupby(rows, _IDENTITY)]
        held = rows[-1:]  # the next list may begin with the same
        if len(rows) > 1:
            yield _found(rows[:-1])
    if held:
        yield _found(held)


def _one(records: Sequence[Record]) -> Record:
    if len(records) == 1:
        return records[0]
    newest = max(records, key=lambda record: newest_rank(record[2]))  # of equals the first
    severity = min([cast(str, record[1]) for record in records], key=_WORST_FIRST.index)
    ranks: Set[int] = set()
    sources: Set[str] = set()
    for record in records:
        ranks.update(rank_numbers(record[2]))
        sources.update(_sources(cast(str, record[3])))
    cdn = max([cast(int, record[4]) for record in records])
    return (newest[0], severity, rank_cell(ranks), SEPARATOR.join(sorted(sources)), cdn) + newest[FIRST_CELL:]


def _found(records: Sequence[Record]) -> List[Found]:
    names, severities, ranks, sources, cdns = list(zip(*records))[:FIRST_CELL]
    cells = [record[FIRST_CELL:] for record in records]
    rows = zip(names, cells, severities, map(_ranks, ranks), map(_sources, sources), map(bool, cdns))
    return list(map(Found._make, rows))


@lru_cache(maxsize=4096)
def _ranks(cell: Cell) -> Tuple[int, ...]:
    return rank_numbers(cell)


@lru_cache(maxsize=4096)
def _sources(cell: str) -> Tuple[str, ...]:
    return tuple(cell.split(SEPARATOR)) if cell else ()

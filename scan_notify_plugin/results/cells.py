"""Watched cells: what is kept of them, and which of them changed. Pure."""

from hashlib import blake2b
from typing import List, NamedTuple, Sequence, Tuple

from scan_notify_plugin.changes import Changed
from scan_notify_plugin.host.results.identity import WATCHED, Watched
from scan_notify_plugin.results.entry import KEPT

__all__ = ['Judged', 'judged', 'keep', 'kept_cells', 'plain']

_MARK = '\x1e'
_ELLIPSIS = '…'


class Judged(NamedTuple):
    """What is known of the cells after a round, and what is told."""

    cells: Tuple[str, ...]
    on: int
    changed: Tuple[Changed, ...]


def kept_cells(table: str, cells: Tuple[str, ...]) -> Tuple[str, ...]:
    """The watched cells of a record as the ledger keeps them, as many as the table has."""
    watched = WATCHED.get(table, ())
    if not watched:
        return ()
    if len(cells) != len(watched):
        cells = (cells + ('',) * len(watched))[: len(watched)]
    return cells if max(map(len, cells)) <= KEPT else tuple(map(keep, cells))


def keep(cell: str) -> str:
    """The beginning of a cell, and by what it can be told from another with the same beginning."""
    if len(cell) <= KEPT:
        return cell
    content = cell.encode('utf-8', 'surrogatepass')
    return cell[:KEPT] + _MARK + blake2b(content, digest_size=6).hexdigest()


def plain(kept: str) -> str:
    """What people see of a cell that was kept."""
    text, mark, _ = kept.partition(_MARK)
    return text + _ELLIPSIS if mark else text


def judged(
    watched: Sequence[Watched], old: Sequence[str], on: int, new: Sequence[str], on_now: Sequence[bool]
) -> Judged:
    """Compare cells that are not all the same. A cell that is empty in one of the two rounds, or whose option was not
    on in both, is no change; then what is better known stays.

    :param old: as kept, and ``on``: whether their options were on, as bits
    :param new: as kept
    """
    cells: List[str] = []
    changed: List[Changed] = []
    bits = 0
    for place, (one, before, after, is_on) in enumerate(zip(watched, old, new, on_now)):
        was_on = bool(on >> place & 1)
        trusted = bool(after) and (is_on or not before or not was_on)
        if after and before and after != before and is_on and was_on:
            changed.append(Changed(one.column, plain(before), plain(after)))
        cells.append(after if trusted else before)
        bits |= (is_on if trusted else was_on) << place
    return Judged(tuple(cells), bits, tuple(changed))

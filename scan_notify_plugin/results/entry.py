"""A record of the ledger, and a block of them as it is stored: columns, identities without what the one before has."""

from functools import partial
from typing import Callable, Dict, Iterable, List, Mapping, NamedTuple, Sequence, Tuple, cast

__all__ = ['Entry', 'KEPT', 'PER_BLOCK', 'ROUNDS', 'SEEN_ONCE', 'flips', 'packed', 'shifted', 'unpacked']

#: Records of a block.
PER_BLOCK = 1000
#: Characters of an old value that are told.
KEPT = 60
#: So many rounds are looked back to tell whether a record is unstable.
ROUNDS = 6
#: Presence in rounds as bits below a leading one, the newest last: found once.
SEEN_ONCE = 0b11

_FULL = 1 << ROUNDS
#: Columns of numbers and severities.
_FIELDS = 7


class Entry(NamedTuple):
    """What is known of a record. Rounds are numbered by the ledger itself."""

    identity: str
    #: the watched cells as they are kept, see :func:`scan_notify_plugin.results.cells.kept`
    cells: Tuple[str, ...]
    #: which of them were filled by an option that was on, as bits
    on: int
    severity: str
    #: the rounds that found it first and last
    first: int
    last: int
    #: the round that told it as gone; 0: it is not
    gone: int
    #: covered rounds in a row that have not found it
    missed: int
    #: see :data:`SEEN_ONCE`
    sides: int
    #: the number of its scope, which has its elements
    scope: int
    #: the sources that ever found it, one after another
    sources: Tuple[str, ...]
    #: whether its address belongs to a CDN
    cdn: int


def shifted(sides: int, seen: int) -> int:
    """Another round that found it (1), or looked for it and did not (0)."""
    sides = sides << 1 | seen
    return sides if sides < _FULL * 2 else sides & (_FULL - 1) | _FULL


def _flips(sides: int) -> int:
    length = sides.bit_length() - 1
    return bin((sides ^ sides >> 1) & ((1 << max(length - 1, 0)) - 1)).count('1')


_FLIPS = tuple(map(_flips, range(_FULL * 2)))


def flips(sides: int) -> int:
    """How often it changed sides in these rounds."""
    return _FLIPS[sides]


def packed(entries: Sequence[Entry], scopes: Callable[[int], Sequence[int]]) -> Mapping[str, object]:
    """A block of what JSON can hold. A column with one value is that value.

    :param scopes: the elements of a scope
    """
    columns = list(zip(*entries))
    numbers: Dict[int, int] = {}
    for scope in dict.fromkeys(columns[9]):
        numbers[scope] = len(numbers)
    local = [numbers[scope] for scope in columns[9]]
    prefixes, rests = _front_coded(columns[0])
    return {
        'n': len(entries),
        'p': prefixes,
        'r': rests,
        'c': [_column(cells) for cells in zip(*columns[1])],
        'f': [_column(columns[place]) for place in (2, 3, 4, 5, 6, 7, 8)],
        's': _column(local),
        'e': [list(scopes(scope)) for scope in numbers],
        'x': _column(columns[10]),
        'd': _column(columns[11]),
    }


def unpacked(block: Mapping[str, object], scope_of: Callable[[Tuple[int, ...]], int], width: int) -> List[Entry]:
    """The records of a block.

    :param scope_of: the number of a scope with these elements
    :param width: how many watched cells a record of the table has now
    :raises KeyError, TypeError, ValueError: if it is no block
    """
    count = cast(int, block['n'])
    numbers = [scope_of(tuple(elements)) for elements in cast(List[List[int]], block['e'])]
    cells = [_values(column, count) for column in cast(List[object], block['c'])][:width]
    cells += [[''] * count for _ in range(width - len(cells))]
    fields = [_values(column, count) for column in cast(List[object], block['f'])]
    if len(fields) != _FIELDS:
        raise ValueError('no columns')
    scopes = [numbers[local] for local in cast(List[int], _values(block['s'], count))]
    sources = [tuple(names) for names in cast(List[List[str]], _values(block['x'], count))]
    identities = _decoded(cast(List[int], block['p']), cast(List[str], block['r']))
    of_cells: Iterable[object] = zip(*cells) if width else [()] * count
    rows = zip(identities, of_cells, *fields, scopes, sources, _values(block['d'], count))
    entries = list(map(_entry, rows))
    if len(entries) != count:
        raise ValueError('a block of {} has {}'.format(count, len(entries)))
    return entries


_entry = cast(Callable[[Iterable[object]], Entry], partial(tuple.__new__, Entry))


def _column(values: Sequence[object]) -> object:
    return {'=': values[0]} if values.count(values[0]) == len(values) else list(values)


def _values(column: object, count: int) -> List[object]:
    if isinstance(column, dict):
        return [column['=']] * count
    if not isinstance(column, list) or len(column) != count:
        raise ValueError('no column')
    return column


def _front_coded(identities: Sequence[str]) -> Tuple[List[int], List[str]]:
    prefixes, rests, before = [], [], ''
    for identity in identities:
        shared = _shared(before, identity)
        prefixes.append(shared)
        rests.append(identity[shared:])
        before = identity
    return prefixes, rests


def _shared(before: str, identity: str) -> int:
    """How many characters at their beginning are the same."""
    low, high = 0, min(len(before), len(identity)) + 1
    while high - low > 1:
        middle = (low + high) >> 1
        if before[low:middle] == identity[low:middle]:
            low = middle
        else:
            high = middle
    return low


def _decoded(prefixes: Sequence[int], rests: Sequence[str]) -> List[str]:
    identities, before = [], ''
    for shared, rest in zip(prefixes, rests):
        before = before[:shared] + rest
        identities.append(before)
    return identities

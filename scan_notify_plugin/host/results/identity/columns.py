"""The identities and the watched cells of merged rows, a column at a time. Pure; always masked.

Rows are ``(key, cell, ..., ranks)`` in the columns of the report; :data:`_SHAPES` names the columns by their places.
"""

import hmac
from functools import lru_cache
from typing import Callable, Dict, List, NamedTuple, Sequence, Tuple

from scan_notify_plugin.host.results.credentials import user_of
from scan_notify_plugin.host.results.identity.relations import UNIT
from scan_notify_plugin.host.results.identity.texts import PART, SHORT, bounded, plain, texts
from scan_notify_plugin.host.results.identity.urls import address, normal_targets, without_query
from scan_notify_plugin.host.results.kinds import SEPARATOR, Cell
from scan_notify_plugin.masking import masked_cell
from scan_notify_plugin.masking.texts import telling

__all__ = ['identified', 'identities']

Texts = Sequence[str]
#: The columns of some rows.
Columns = Sequence[Sequence[Cell]]

_DIGEST = 32
#: Between the values of a cell that is a set.
_BETWEEN = ', '


def _no_cells(columns: Columns) -> Tuple[Texts, ...]:
    return ()


class _Shape(NamedTuple):
    """How one table's rows become identities."""

    #: The parts of the identity.
    parts: Callable[[Columns, bytes], Tuple[Texts, ...]]
    #: Without these parts a row has no identity.
    needed: Tuple[int, ...] = (0,)
    #: Whether the last part is left out where it is empty.
    optional: bool = False
    #: The cells of ``watched.WATCHED``.
    cells: Callable[[Columns], Tuple[Texts, ...]] = _no_cells


def identities(table: str, rows: Sequence[Sequence[object]], key: bytes) -> List[str]:
    """The identity of each row; '' of one that has none.

    :param key: for digests of what nobody is to read
    """
    columns = list(zip(*rows))
    return [row[0] for row in _rows(_SHAPES[table], _SHAPES[table].parts(columns, key), ())] if rows else []


def identified(table: str, rows: Sequence[Sequence[object]], key: bytes) -> List[Tuple[str, ...]]:
    """``(identity, watched cell, ...)`` of each row; the identity is '' where it has none."""
    columns = list(zip(*rows))
    shape = _SHAPES[table]
    return _rows(shape, shape.parts(columns, key), shape.cells(columns)) if rows else []


def _rows(shape: _Shape, parts: Tuple[Texts, ...], cells: Tuple[Texts, ...]) -> List[Tuple[str, ...]]:
    # All rows at once, each text once: for nearly all that is the end of it.
    needles = telling(' '.join(set().union(*parts, *cells)).lower())
    if needles:
        parts = tuple([_masked(part, needles) for part in parts])
        cells = tuple([_masked(cell, needles) for cell in cells])
    parts = tuple([bounded(part, PART) for part in parts])
    names = list(parts[0]) if len(parts) == 1 else list(map(UNIT.join, zip(*parts)))
    if shape.optional:
        names = [name[:-1] if name.endswith(UNIT) else name for name in names]
    for place in shape.needed:
        if '' in parts[place]:
            names = [name if text else '' for name, text in zip(names, parts[place])]
    return list(zip(names, *[bounded(cell, SHORT) for cell in cells]))


def _masked(column: Texts, needles: List[str]) -> Texts:
    """
    :param needles: one of these is in each text that may show a credential
    """
    hidden: Dict[str, str] = {}
    for text in set(column):
        small = text.lower()
        if any([needle in small for needle in needles]):
            hidden[text] = masked_cell(text)
    return [hidden.get(text, text) for text in column] if hidden else column


def _plain(column: Sequence[Cell]) -> Texts:
    return plain(texts(column))


def _targets(columns: Columns, key: bytes) -> Tuple[Texts, ...]:
    return (normal_targets(_plain(columns[1])),)


def _addresses(column: Sequence[Cell]) -> Texts:
    return [address(text.lower()) if ':' in text else text for text in _plain(column)]


def _ports(column: Sequence[Cell]) -> Texts:
    """What is no number is no port, and has no identity."""
    ports = _plain(column)
    return ports if ''.join(ports).isdigit() else [text if text.isdigit() else '' for text in ports]


def _names(column: Sequence[Cell]) -> Texts:
    """Domain names, which may be written with a dot at their end."""
    return [text.lower().rstrip('.') for text in _plain(column)]


def _sets(column: Sequence[Cell]) -> Texts:
    return plain([_as_set(text) if SEPARATOR in text else text for text in texts(column)])


@lru_cache(maxsize=4096)
def _as_set(text: str) -> str:
    return _BETWEEN.join(sorted(filter(None, set(text.split(SEPARATOR)))))


def _site_cells(columns: Columns) -> Tuple[Texts, ...]:
    return _plain(columns[2]), _plain(columns[4]), _sets(columns[3])


def _domain_cells(columns: Columns) -> Tuple[Texts, ...]:
    kinds, records, ips = texts(columns[2]), _sets(columns[3]), _sets(columns[4])
    names = [record.lower() if kind == 'CNAME' else '' for kind, record in zip(kinds, records)]
    found = zip(kinds, records, ips)
    return names, [some or (record if kind == 'A' else '') for kind, record, some in found]


def _at_port(columns: Columns, key: bytes) -> Tuple[Texts, ...]:
    return _addresses(columns[1]), _ports(columns[2])


def _named_at_port(columns: Columns, key: bytes) -> Tuple[Texts, ...]:
    return _addresses(columns[1]), _ports(columns[2]), _plain(columns[3])


def _hunted(columns: Columns, key: bytes) -> Tuple[Texts, ...]:
    digests = [_keyed(key, str(name)) if content else '' for name, content in zip(columns[0], columns[3])]
    return normal_targets(_plain(columns[1])), _plain(columns[2]), digests


def _keyed(key: bytes, name: str) -> str:
    """Of what was found, whose digest ends the key of its row."""
    content = name.rstrip(UNIT).rpartition(UNIT)[2].encode('utf-8', 'surrogatepass')
    return hmac.new(key, content, 'sha256').hexdigest()[:_DIGEST]


def _templates(columns: Columns, key: bytes) -> Tuple[Texts, ...]:
    return _plain(columns[4]), without_query(_plain(columns[3]))


def _by_plugin(columns: Columns, key: bytes) -> Tuple[Texts, ...]:
    places = [address or target for address, target in zip(columns[4], columns[3])]
    return _plain(columns[2]), without_query(_plain(places))


def _vulnerabilities(columns: Columns, key: bytes) -> Tuple[Texts, ...]:
    users = plain(list(map(user_of, columns[6], zip(columns[4], columns[5], columns[2]))))
    return normal_targets(_plain(columns[1])), _plain(columns[5]), _plain(columns[2]), users


_SHAPES: Dict[str, _Shape] = {
    'ip': _Shape(lambda columns, key: (_addresses(columns[1]),)),
    'service': _Shape(_at_port, (0, 1), cells=lambda columns: (_plain(columns[4]), _plain(columns[5]))),
    'domain': _Shape(lambda columns, key: (_names(columns[1]),), cells=_domain_cells),
    'site': _Shape(_targets, cells=_site_cells),
    'cert': _Shape(_named_at_port, (0, 1), cells=lambda columns: (_plain(columns[8]), _plain(columns[6]))),
    'npoc_service': _Shape(_named_at_port, (0, 1)),
    'url': _Shape(_targets),
    'fileleak': _Shape(_targets),
    'wih': _Shape(_hunted, (2,)),
    'nuclei_result': _Shape(_templates, (1,), cells=lambda columns: (_plain(columns[2]),)),
    'xray_result': _Shape(_by_plugin, (0, 1)),
    'unauth': _Shape(_targets),
    'vuln': _Shape(_vulnerabilities, optional=True),
}

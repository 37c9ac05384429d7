"""The tables of findings that a fork has and no other: of xinghe0's, what xray found, and what answers without a login.

What is read of them is what the fork writes (services/commonTask.py, xray_scan and unauth_scan): xray's own documents
as they come from ``--json-output``, and ``{url, status_code, len, content, jslink}``. xray's requests and answers
(``detail.snapshot``) are not read: they can be large, and path, payload and parameter say how to repeat them.
"""

from typing import Tuple

from scan_notify_plugin.changes import SEVERITIES, UNRATED
from scan_notify_plugin.host.results.definition import Definition, Field, joined, named
from scan_notify_plugin.host.results.kinds import NUMBER, OPTIONAL, TEXT, Cell, Kind, compact, derived, shown
from scan_notify_plugin.host.results.merging import Cells, filled

__all__ = ['OF_FORKS', 'place_of']


def place_of(severity: Cell) -> str:
    """For the order of severities: the worst first, what is none last."""
    name = str(severity).lower()
    return str(SEVERITIES.index(name) if name in SEVERITIES else len(SEVERITIES))


def _rated(row: Cells) -> str:
    """xray rates some of what it finds."""
    name = str(row[1]).lower()
    return name if name in SEVERITIES else UNRATED


def _entry(*path: str) -> Kind:
    """A text of nested dicts, None where it is absent."""
    return derived(lambda value: OPTIONAL.convert(_at(value, path)), lambda value: shown(_at(value, path)))


def _at(value: object, path: Tuple[str, ...]) -> object:
    """What is there; None where there is no such place."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _parameter(detail: object) -> Cell:
    value = _at(detail, ('extra', 'param'))
    return compact(value) if value else None


_XRAY = Definition(
    'xray_result',
    'table.xray',
    (
        Field('column.severity', 12, _entry('extra', 'level'), ('detail',)),
        Field('column.vulnerability', 40, TEXT, ('plugin',)),
        Field('column.target', 40, _entry('url'), ('target',)),
        Field('column.address', 60, _entry('addr'), ('detail',)),
        Field('column.payload', 40, _entry('payload'), ('detail',)),
        Field('column.parameter', 30, derived(_parameter), ('detail',)),
        Field('column.found_at', 20, OPTIONAL, ('save_date',)),
    ),
    lambda columns, _: named(joined(list(map(place_of, columns[0])), *columns[1:6]), *columns[1:4]),
    paths=(
        'plugin',
        'target.url',
        'detail.addr',
        'detail.payload',
        'detail.extra.level',
        'detail.extra.param',
        'save_date',
    ),
    severity=_rated,
    times=(6,),
    everywhere=False,
)

_UNAUTHORIZED = Definition(
    'unauth',
    'table.unauth',
    (
        Field('column.url', 60, TEXT, ('url',)),
        Field('column.status_code', 10, NUMBER, ('status_code',)),
        Field('column.length', 12, NUMBER, ('len',)),
        Field('column.content', 60, OPTIONAL, ('content',)),
        Field('column.script', 60, OPTIONAL, ('jslink',)),
        Field('column.found_at', 20, OPTIONAL, ('save_date',)),
    ),
    lambda columns, _: joined(columns[0]),
    answered=filled(1, 3),
    severity=lambda row: UNRATED,
    times=(5,),
    everywhere=False,
)


#: In the order of the report. They have a place in it where the database has their collections.
OF_FORKS = (_XRAY, _UNAUTHORIZED)

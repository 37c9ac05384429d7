"""Tables as HTML, row by row, as far as they fit: the rows are the workbook's, and whoever wants all opens that."""

import string
from datetime import datetime
from typing import IO, Sequence, Tuple

from scan_notify_plugin.changes import SEVERITIES
from scan_notify_plugin.exporters.cells import cell
from scan_notify_plugin.markup import Html, shown, tag
from scan_notify_plugin.markup.style import AS_LIST, NARROW
from scan_notify_plugin.tables import Column, Table
from scan_notify_plugin.words import say

__all__ = ['MAX_BYTES', 'MAX_CELL', 'MAX_ROWS', 'Room', 'row_of', 'write_table']

#: Rows of one table.
MAX_ROWS = 2000
#: Characters of one cell, and of a column's title.
MAX_CELL = 2000
_MAX_TITLE = 60
#: A table with more columns than any host has.
_MAX_COLUMNS = 100
#: Bytes of all tables together; the rest of 5 MB is for what stands around them.
MAX_BYTES = 4 * 1000 * 1000
#: What one table may take of the room that is left: so the last ones have some, too, however large the first ones are.
_SHARE = 3
#: Below this a table is not even named.
_LEAST = 2000
#: Bytes of the style sheet that says the columns' titles on narrow screens.
_MAX_STYLE = 200 * 1000
#: Tables with more columns are shown as lists on every screen that is no wall, and on paper; with
#: too many everywhere.
_MANY, _TOO_MANY = 8, 20
_WIDE = '80rem'
_PLAIN = frozenset(string.ascii_letters + string.digits)


class Room:
    """How many bytes are left for tables, and for their style."""

    def __init__(self, tables: int = MAX_BYTES, style: int = _MAX_STYLE) -> None:
        self.tables = tables
        self.style = style


def write_table(file: IO[bytes], table: Table, name: str, room: Room, language: str, heading: str = 'h2') -> str:
    """Write a table as far as there is room, and read all of its rows.

    :param name: of the element: small letters and digits
    :param heading: the element of its title; '' where it has one already
    :returns: its style for narrow screens
    """
    columns = [
        Column(shown(column.title, _MAX_TITLE), role=getattr(column, 'role', ''))
        for column in table.columns[:_MAX_COLUMNS]
    ]
    allowed = room.tables // _SHARE
    style = _labels(name, columns)
    title = tag(heading, shown(table.title, 100)) if heading else ''
    beginning = (title + _beginning(name, columns)).encode('utf-8')
    if len(beginning) > allowed or len(style) > room.style:
        left = sum(1 for _ in table.rows)
        if room.tables < _LEAST:
            return ''
        beginning, style, taken = title.encode('utf-8'), '', 0
        file.write(beginning)
    else:
        file.write(beginning)
        left, taken = _write_rows(file, table, columns, allowed - len(beginning), language)
        file.write(b'</tbody></table>')
    ending = tag('p', say('html.workbook', language, count=left), class_='quiet').encode('utf-8') if left else b''
    file.write(ending)
    room.tables -= len(beginning) + taken + len(ending)
    room.style -= len(style)
    return style


def _write_rows(
    file: IO[bytes], table: Table, columns: Sequence[Column], allowed: int, language: str
) -> Tuple[int, int]:
    """:returns: how many rows are not shown, and the bytes of the others"""
    written = taken = left = 0
    for row in table.rows:
        if left or written == MAX_ROWS:
            left += 1
            continue
        line = row_of(row, columns, language).encode('utf-8')
        if taken + len(line) > allowed:
            left += 1
            continue
        taken += file.write(line)
        written += 1
    return left, taken


def row_of(row: Sequence[object], columns: Sequence[Column], language: str) -> Html:
    """A row of a table. The worst severities are to be seen from afar."""
    cells = [_text(value, language) for value in row[: len(columns)]]
    return tag('tr', *[
        tag('td', tag('span', text, class_='mark ' + text.lower())) if _is_rating(column, text) else tag('td', text)
        for column, text in zip(columns, cells)
    ])  # fmt: skip


def _is_rating(column: Column, text: str) -> bool:
    return column.role == 'severity' and text.lower() in SEVERITIES


def _text(value: object, language: str) -> str:
    value = cell(value, language)
    if isinstance(value, bool):
        return say('cell.yes' if value else 'cell.no', language)
    if isinstance(value, datetime):
        return value.isoformat(' ')
    text = '' if value is None else str(value)
    return text if len(text) <= MAX_CELL else text[:MAX_CELL] + say('workbook.cut', language)


def _beginning(name: str, columns: Sequence[Column]) -> Html:
    titles = tag('tr', *[tag('th', column.title) for column in columns])
    kind = 'rows wide' if len(columns) > _MANY else 'rows'
    return Html('<table class="{}" id="{}"><thead>{}</thead><tbody>'.format(kind, name, titles))


def _labels(name: str, columns: Sequence[Column]) -> str:
    """Where a row is shown as a list, each cell says its column's title. Of many columns that is on paper, too."""
    labels = ''.join(
        '#{} td:nth-child({})::before{{content:"{}:"}}'.format(name, number, _in_css(column.title))
        for number, column in enumerate(columns, 1)
    )
    if len(columns) <= _MANY:
        return '@media (max-width:{}){{{}}}'.format(NARROW, labels)
    where = '(max-width:{}),print'.format(_WIDE) if len(columns) <= _TOO_MANY else 'all'
    return '@media {}{{{}{}}}'.format(where, AS_LIST.replace('.rows', '#' + name), labels)


def _in_css(title: str) -> str:
    """In a string of CSS nothing but letters and digits stands for itself."""
    return ''.join(char if char in _PLAIN else '\\{:x} '.format(ord(char)) for char in title)

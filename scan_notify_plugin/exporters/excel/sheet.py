"""One worksheet as XML, row by row: ECMA-376 part 1, 18.3 (the elements) and 18.18.11 (the types of cells).

Texts are inline strings, so nothing has to be remembered from row to row.
"""

from datetime import datetime, timedelta
from typing import IO, Iterable, NamedTuple, Sequence, Tuple, Union

from openpyxl.utils import get_column_letter

from scan_notify_plugin.exporters.cells import LARGE, text
from scan_notify_plugin.exporters.excel.colours import Colour, rules
from scan_notify_plugin.exporters.excel.values import RISKY, encoded, excel_cell
from scan_notify_plugin.tables import Column
from scan_notify_plugin.words import DEFAULT

__all__ = ['MAX_BYTES', 'MAX_ROWS', 'SheetStyles', 'Written', 'write_sheet']

#: Microsoft, "Excel specifications and limits": rows of a worksheet, characters of a column's width.
MAX_ROWS = 1048576
MAX_WIDTH = 255
#: Of one worksheet, before compression. A zip entry of 2 GiB needs the ZIP64 extension, for which Excel
#: refuses or "repairs" a workbook: https://github.com/zlib-ng/minizip-ng/issues/894,
#: https://github.com/jmcnamara/XlsxWriter/issues/656.
MAX_BYTES = 1 << 30
#: Rows that are collected before they are compressed, in characters.
CHUNK = 1 << 16

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetViews>'
    '<sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
    '</sheetView></sheetViews><cols>{}</cols><sheetData>'
)
_WIDTH = '<col min="{0}" max="{0}" width="{1}" customWidth="1"/>'
_TAIL = '</sheetData><autoFilter ref="{}"/>{}</worksheet>'
# What follows the address of a cell, and what closes it.
_STYLE = '" s="{}'
_TEXT, _TEXT_END = '" t="inlineStr"><is><t xml:space="preserve">', '</t></is></c>'
_NUMBER, _NUMBER_END = '"><v>', '</v></c>'
_BOOLEAN = '" t="b"><v>'
#: Serial dates count from here, see values.FIRST.
_DAY_0 = datetime(1899, 12, 30)
_DAY = timedelta(days=1)


class SheetStyles(NamedTuple):
    """Numbers of cell formats in the styles of the workbook."""

    header: int
    date: int
    quoted: int  # for texts that begin with values.RISKY
    colours: Tuple[Colour, ...] = ()


class Written(NamedTuple):
    """What has become of the rows."""

    area: str  # 'A1:E20001', the header among it
    left: Tuple[Sequence[object], ...]  # the row that was read and did not fit any more, or nothing


def write_sheet(
    file: IO[bytes],
    columns: Sequence[Column],
    rows: Iterable[Sequence[object]],
    styles: SheetStyles,
    max_rows: int = MAX_ROWS,
    max_bytes: int = MAX_BYTES,
    language: str = DEFAULT,
) -> Written:
    """Write the header and as many rows as fit; texts that are cut say so in a language."""
    widths = (_WIDTH.format(number, min(column.width, MAX_WIDTH)) for number, column in enumerate(columns, 1))
    cells = _Cells(len(columns), styles, language)
    chunk = [_HEAD.format(''.join(widths)), cells.header([column.title for column in columns])]
    number, waiting, written = 1, 0, 0
    left: Tuple[Sequence[object], ...] = ()
    for row in rows:
        if number == max_rows or written > max_bytes:
            left = (row,)
            break
        number += 1
        xml = cells.row(number, row)
        chunk.append(xml)
        waiting += len(xml)
        if waiting > CHUNK:
            written += file.write(''.join(chunk).encode('utf-8'))
            chunk, waiting = [], 0
    area = 'A1:{}{}'.format(get_column_letter(len(columns)), number)
    chunk.append(_TAIL.format(area, rules(columns, number, styles.colours)))
    file.write(''.join(chunk).encode('utf-8'))
    return Written(area, left)


class _Cells:
    """The cells of one worksheet. Every cell of a report passes here, so this is spelled out for speed."""

    def __init__(self, columns: int, styles: SheetStyles, language: str) -> None:
        self._language = language
        self._openings = ['<c r="' + get_column_letter(number) for number in range(1, columns + 1)]
        self._header = _STYLE.format(styles.header) + _TEXT
        self._quoted = _STYLE.format(styles.quoted) + _TEXT
        self._date = _STYLE.format(styles.date) + _NUMBER

    def header(self, titles: Iterable[str]) -> str:
        pieces = ['<row r="1">']
        for opening, title in zip(self._openings, titles):
            pieces += (opening, '1', self._header, _escaped(text(title, self._language)), _TEXT_END)
        pieces.append('</row>')
        return ''.join(pieces)

    def row(self, number: int, row: Sequence[object]) -> str:
        at = str(number)
        pieces = ['<row r="', at, '">']
        for opening, value in zip(self._openings, row):
            if value is None:
                continue
            if type(value) is str:
                value = text(value, self._language)
            elif type(value) is int and -LARGE < value < LARGE:
                pieces += (opening, at, _NUMBER, str(value), _NUMBER_END)
                continue
            else:
                value = excel_cell(value, self._language)
            if not isinstance(value, str):
                pieces += (opening, at, self._number(value), _NUMBER_END)
            elif value:
                form = self._quoted if value[0] in RISKY else _TEXT
                pieces += (opening, at, form, _escaped(value), _TEXT_END)
        pieces.append('</row>')
        return ''.join(pieces)

    def _number(self, value: Union[float, datetime, None]) -> str:
        if isinstance(value, bool):
            return _BOOLEAN + ('1' if value else '0')
        if isinstance(value, datetime):
            return self._date + repr((value - _DAY_0) / _DAY)
        return _NUMBER + repr(value)


def _escaped(value: str) -> str:
    """A text of legal characters as the content of an XML element."""
    if '&' in value:
        value = value.replace('&', '&amp;')
    if '<' in value:
        value = value.replace('<', '&lt;')
    if '>' in value:
        value = value.replace('>', '&gt;')
    return encoded(value) if '_x' in value else value

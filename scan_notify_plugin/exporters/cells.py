"""Any value as one that every format can hold. Pure."""

import math
import re
from datetime import date, datetime
from itertools import chain
from typing import Union

from scan_notify_plugin.words import DEFAULT, say

Cell = Union[str, int, float, bool, datetime, None]

#: "Total number of characters that a cell can contain", in UTF-16 units: Microsoft, "Excel specifications and
#: limits". Of a longer field in a CSV file Excel makes more rows, whose beginnings strangers could choose.
MAX_UNITS = 32767
#: What a spreadsheet may take for the beginning of a formula, in any width.
OPENERS = '=+-@＝＋－＠﹦﹢﹣﹫−'
#: What does not show, and before which a formula may hide.
UNSEEN = '\u00ad\u180e\ufeff' + ''.join(
    map(chr, chain(range(0x200B, 0x2010), range(0x202A, 0x202F), range(0x2060, 0x2070)))
)
#: From here on an integer loses digits: "Number precision: 15 digits", same page.
LARGE = 10**15
#: "Largest allowed positive number", same page.
_LARGEST = 9.99999999999999e307

#: No character can take more than two units.
_SURELY_SHORT = MAX_UNITS // 2
#: What XML 1.0 (2.2, Char) has no room for, and the other control characters; tab and line feed stay.
_BAD = re.compile('[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff]')
_REMOVED = re.compile('[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]')


def text(value: str, language: str = DEFAULT) -> str:
    """``value`` without control characters and lone surrogates; cut if too long for a cell.

    :param language: of the mark at the end of what was cut
    """
    if not value.isprintable() and _BAD.search(value):  # nearly all are, and that is the quickest to ask
        value = _REMOVED.sub('', value.replace('\r\n', '\n').replace('\r', '\n'))
        value = value.encode('utf-16-le', 'surrogatepass').decode('utf-16-le', 'replace')
    return value if len(value) <= _SURELY_SHORT else _cut(value, say('workbook.cut', language))


def _cut(value: str, mark: str) -> str:
    units = value.encode('utf-16-le')
    if len(units) <= 2 * MAX_UNITS:
        return value
    return units[: 2 * (MAX_UNITS - len(mark))].decode('utf-16-le', 'ignore') + mark


def cell(value: object, language: str = DEFAULT) -> Cell:
    """``value`` as a cell. Numbers that a spreadsheet cannot hold, and all odd types, become text.

    A date with a time zone becomes one without, in the zone of this process: spreadsheets know no zones.
    """
    if isinstance(value, str):
        return text(value, language)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return int(value) if -LARGE < value < LARGE else str(int(value))
    if isinstance(value, float):
        return float(value) if math.isfinite(value) and abs(value) <= _LARGEST else str(float(value))
    if isinstance(value, date):
        return _moment(value)
    return text(_printed(value), language)


def _moment(value: date) -> Cell:
    if not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day)
    try:
        return value.astimezone().replace(tzinfo=None) if value.tzinfo else value
    except (OverflowError, ValueError, OSError):  # at either end of time
        return value.isoformat(' ')


def _printed(value: object) -> str:
    try:
        return value.decode('utf-8', 'replace') if isinstance(value, bytes) else str(value)
    except Exception:  # a foreign __str__; the row is worth more than this cell
        return '<{}>'.format(type(value).__name__)

"""What Excel needs beyond :mod:`scan_notify_plugin.exporters.cells`. Pure."""

import re
from datetime import datetime

from scan_notify_plugin.exporters.cells import OPENERS, UNSEEN, Cell, cell

__all__ = ['RISKY', 'encoded', 'excel_cell']

#: Before, the serial dates are one off, for they count a 29 February 1900 (18.17.4.1); after, rounding may
#: lead to the year 10000, which they do not have.
FIRST, LAST = datetime(1900, 3, 1), datetime(9999, 12, 31, 23, 59, 59)
#: A text that begins with one of these may become a formula when a person edits its cell, unless the format
#: of the cell has ``quotePrefix`` (ECMA-376 part 1, 18.8.45).
RISKY = frozenset(' \t\n\xa0\u3000' + UNSEEN + OPENERS)
#: What Excel would read as one character (22.9.2.19, ST_Xstring); an escaped underscore stays an underscore.
_CODE = re.compile('_(?=x[0-9A-Fa-f]{4}_)')


def excel_cell(value: object, language: str) -> Cell:
    """:func:`~scan_notify_plugin.exporters.cells.cell`, with dates that Excel has no number for as text."""
    value = cell(value, language)
    return value.isoformat(' ') if isinstance(value, datetime) and not FIRST <= value <= LAST else value


def encoded(value: str) -> str:
    """A text such that Excel shows just this text."""
    return _CODE.sub('_x005F_', value)

"""How cells look, and the numbers under which the workbook knows it."""

from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from scan_notify_plugin.exporters.excel.colours import register_colours
from scan_notify_plugin.exporters.excel.sheet import SheetStyles

__all__ = ['DATE', 'as_fact', 'as_header', 'as_heading', 'register']

DATE = 'yyyy-mm-dd hh:mm:ss'


def as_header(cell: Cell) -> None:
    """The titles of columns, which a fork's data may have named."""
    cell.quotePrefix = True
    cell.font = Font('Calibri', 11, bold=True)
    cell.fill = PatternFill('solid', fgColor='FFDDEBF7')
    cell.alignment = Alignment(vertical='center')


def as_heading(cell: Cell) -> None:
    """The title of a page."""
    cell.font = Font('Calibri', 14, bold=True)


def as_fact(cell: Cell) -> None:
    """A value beside its label."""
    cell.alignment = Alignment(horizontal='left', vertical='top', wrap_text=True)


def register(sheet: Worksheet, language: str) -> SheetStyles:
    """Make the formats known to the workbook of ``sheet``, for rows that are not written by openpyxl."""
    header, date, quoted = (WriteOnlyCell(sheet) for _ in range(3))
    as_header(header)
    date.number_format = DATE
    quoted.quotePrefix = True
    colours = register_colours(sheet.parent, language)
    return SheetStyles(header.style_id, date.style_id, quoted.style_id, colours)

"""The first worksheet: the run in brief."""

from datetime import datetime
from typing import Iterable, List, Optional, Sequence, Tuple

from openpyxl.cell import Cell
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from scan_notify_plugin.changes import Results
from scan_notify_plugin.exporters.brief import change_facts, change_numbers
from scan_notify_plugin.exporters.cells import text
from scan_notify_plugin.exporters.excel.charts import ACROSS, DOWN, add_chart
from scan_notify_plugin.exporters.excel.sheet import MAX_WIDTH
from scan_notify_plugin.exporters.excel.styles import DATE, as_fact, as_header, as_heading
from scan_notify_plugin.exporters.excel.values import RISKY, encoded, excel_cell
from scan_notify_plugin.tables import Overview, counts, is_empty
from scan_notify_plugin.words import say

__all__ = ['fill']

#: At least, of the first columns, in characters.
WIDTHS = (24.0, 24.0, 24.0)


def fill(sheet: Worksheet, overview: Overview, results: Optional[Results], language: str) -> None:
    """Facts, changes, totals, the numbers of the charts and the scan tasks in one column; charts at the right."""
    page, tasks = _Page(sheet, language), overview.tasks
    page.heading(say('workbook.overview', language))
    page.facts(tuple(overview.facts) + change_facts(results, language))
    if is_empty(overview):
        page.lines([(say('workbook.empty', language),)])
    changes = change_numbers(results, language)
    if changes:
        page.table((say('table.changes', language), say('workbook.number', language)), changes)
    titles = [say(code, language) for code in ('workbook.table', 'workbook.rows', 'workbook.skipped')]
    page.table(titles, counts(overview))
    right = max(len(WIDTHS), len(tasks.columns)) + 2
    for place, chart in enumerate(chart for chart in overview.charts if chart.pairs):
        first, last = page.table((chart.title, say('workbook.number', language)), chart.pairs)
        anchor = '{}{}'.format(get_column_letter(right + place % 2 * ACROSS), 3 + place // 2 * DOWN)
        add_chart(sheet, text(chart.title, language), chart.kind, (first, last), anchor)
    page.table([column.title for column in tasks.columns], tasks.rows)
    page.widths([column.width for column in tasks.columns])


class _Page:
    """Fills a worksheet from the top to the bottom."""

    def __init__(self, sheet: Worksheet, language: str) -> None:
        self._sheet = sheet
        self._language = language
        self._next = 1

    def heading(self, title: str) -> None:
        as_heading(self._put(1, title))
        self._next += 2

    def facts(self, facts: Iterable[Sequence[object]]) -> None:
        for fact in facts:
            for cell in self._line(fact):
                as_fact(cell)
        self._next += 1

    def lines(self, lines: Iterable[Sequence[object]]) -> None:
        for line in lines:
            self._line(line)
        self._next += 1

    def table(self, titles: Sequence[str], lines: Iterable[Sequence[object]]) -> Tuple[int, int]:
        """:returns: the numbers of the first and the last row below the header"""
        for cell in self._line(titles):
            as_header(cell)
        first = self._next
        self.lines(lines)
        return first, self._next - 2

    def widths(self, widths: Sequence[float]) -> None:
        for number in range(max(len(widths), len(WIDTHS))):
            widest = max(list(widths[number : number + 1]) + list(WIDTHS[number : number + 1]))
            self._sheet.column_dimensions[get_column_letter(number + 1)].width = min(widest, MAX_WIDTH)

    def _line(self, line: Sequence[object]) -> List[Cell]:
        cells = [self._put(column, value) for column, value in enumerate(line, 1)]
        self._next += 1
        return cells

    def _put(self, column: int, value: object) -> Cell:
        cell, value = self._sheet.cell(self._next, column), excel_cell(value, self._language)
        if value == '':
            return cell
        cell.value = encoded(value) if isinstance(value, str) else value
        if isinstance(value, str):
            cell.data_type = 's'  # openpyxl has its own mind about '=1' and '#N/A'
            cell.quotePrefix = value[:1] in RISKY
        elif isinstance(value, datetime):
            cell.number_format = DATE
        return cell

"""What stands before the tables of a report: the run in brief."""

from datetime import datetime
from typing import List, Optional

from scan_notify_plugin.changes import Results
from scan_notify_plugin.exporters.html import sections
from scan_notify_plugin.exporters.html.tables import MAX_ROWS, row_of
from scan_notify_plugin.markup import Html, joined, shown, tag
from scan_notify_plugin.tables import Column, Overview, Table, counts, is_empty
from scan_notify_plugin.words import say

__all__ = ['beginning', 'summary']

#: Facts, totals and charts; no report has so many.
_MAX_FACTS, _MAX_TOTALS, _MAX_CHARTS = 100, 200, 20
#: Bytes of the scan tasks.
_MAX_TASKS = 300 * 1000


def beginning(title: str, found: Overview, results: Optional[Results], language: str) -> Html:
    """The heading, and what changed where that is known or at least asked for."""
    parts = [tag('h1', title)]
    if is_empty(found):
        parts.append(tag('p', say('workbook.empty', language), class_='notice'))
    if results is not None:
        parts.append(sections.changes(results, language))
    return joined(parts)


def summary(found: Overview, results: Optional[Results], language: str) -> List[Html]:
    """Findings by severity, totals, the run, charts and scan tasks."""
    titles = [say(code, language) for code in ('workbook.table', 'workbook.rows', 'workbook.skipped')]
    totals = counts(found)
    more = len(totals) - _MAX_TOTALS
    charts = [chart for chart in found.charts[:_MAX_CHARTS] if chart.pairs]
    return [
        sections.severities(results.severities if results is not None else {}, language),
        sections.numbers(say('html.totals', language), titles, totals[:_MAX_TOTALS]),
        tag('p', say('html.more', language, count=more), class_='quiet') if more > 0 else Html(''),
        _facts(found, language),
        joined(sections.bars(chart.title, chart.pairs, say('workbook.number', language)) for chart in charts),
        _tasks(found.tasks, language),
    ]


def _facts(found: Overview, language: str) -> Html:
    lines = [
        tag('tr', tag('th', shown(label, 60), scope='row'), tag('td', _fact(value, language)))
        for label, value in found.facts[:_MAX_FACTS]
    ]
    return joined([tag('h2', say('workbook.overview', language)), tag('table', tag('tbody', *lines))])


def _fact(value: object, language: str) -> str:
    return sections.moment(value) if isinstance(value, datetime) else shown(value, 500)


def _tasks(table: Table, language: str) -> Html:
    rows: List[Html] = []
    taken = left = 0
    columns = [Column(shown(column.title, 60)) for column in table.columns]
    for row in table.rows:
        line = row_of(row, columns, language)
        if left or len(rows) == MAX_ROWS or taken + len(line) > _MAX_TASKS:
            left += 1
            continue
        rows.append(line)
        taken += len(line)
    head = tag('tr', *[tag('th', column.title) for column in columns])
    more = tag('p', say('html.workbook', language, count=left), class_='quiet') if left else Html('')
    whole = tag('table', tag('thead', head), tag('tbody', *rows))
    return joined([tag('h2', shown(table.title, 100)), whole, more])

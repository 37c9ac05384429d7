"""A monitor's report as messages: the template of the specification, adapted to what markdown_v2 renders.

In ``markdown``, which has neither tables nor code blocks, the same becomes lists.
"""

from datetime import datetime
from typing import Any, Iterable, List, Mapping, NamedTuple, Sequence, Tuple

from scan_notify_plugin.notifiers import text
from scan_notify_plugin.notifiers.pages import paginate
from scan_notify_plugin.notifiers.wxwork.client import MAX_CONTENT
from scan_notify_plugin.notifiers.wxwork.messages import Detail, MonitorReport

#: Characters of a cell and of a line of text; a code block's lines and their characters; a table's columns. With these
#: every record fits a page, and what is on the first page beside the records fits too.
_CELL, _LINE = 80, 200
_LINES, _CODE = 10, 80
_COLUMNS = 6
_STATISTICS, _STATISTIC = 10, 28


class _Words(NamedTuple):
    title: str
    time: str
    total: str
    success: str
    failure: str
    rate: str
    details: str
    statistics: str
    name: str
    value: str
    omitted: str
    footer: str


_WORDS = {
    'zh': _Words(
        '🔔 接口监控告警', '监控时间', '总接口数', '成功数', '失败数', '成功率', '⚠️ 异常详情', '📊 统计信息', '项目', '数值',
        '另有 {} 条因长度限制未列出', '由接口监控系统自动发送',
    ),
    'en': _Words(
        '🔔 Interface monitor alert', 'Time', 'Interfaces', 'Succeeded', 'Failed', 'Success rate', '⚠️ What went wrong',
        '📊 Statistics', 'Name', 'Value', '{} more are not listed for lack of room', 'Sent by the interface monitor',
    ),
}  # fmt: skip


class MessageFormatter:
    """Makes messages of a :class:`~scan_notify_plugin.notifiers.wxwork.MonitorReport`, each inside 4096 bytes.

    Everything in a report is printed as plain text: markup, links and mentions in it lose their effect.

    :param msgtype: ``markdown_v2`` with tables and code blocks, or ``markdown`` with lists
    :param language: ``zh`` or ``en``
    :param tail: a line of the caller's own, such as ``<@userid>``, at the end of the first message
    """

    def __init__(self, msgtype: str = 'markdown_v2', language: str = 'zh', tail: str = '') -> None:
        self.msgtype = msgtype
        self._words = _WORDS[language]
        self._tail = tail

    def pages(self, report: MonitorReport, oversize: str = 'split') -> List[str]:
        """The contents in order. Records are never cut in two.

        :param oversize: ``split`` into at most ten numbered messages, or ``cut`` to one; what is left out is counted
        """
        records = self._records(report.error_details)

        def page(start: int, end: int, omitted: int, number: int, of: int) -> str:
            return self._page(report, records[start:end], omitted, number, of)

        def fits(*span: int) -> bool:
            return len(page(*span).encode('utf-8')) <= MAX_CONTENT['markdown_v2']

        spans = paginate(len(records), fits, oversize)
        return [page(*span, number, len(spans)) for number, span in enumerate(spans, 1)]

    def _page(
        self, report: MonitorReport, records: Sequence['_Record'], omitted: int, number: int, of: int
    ) -> str:
        words = self._words
        blocks = ['## {}{}'.format(words.title, ' ({}/{})'.format(number, of) if of > 1 else '')]
        if number == 1:
            blocks.append(self._head(report))
        if records:
            blocks += ['## ' + words.details] + self._details(records)
        if omitted:
            blocks.append('> ' + words.omitted.format(omitted))
        if number == 1 and report.stats_details:
            rows = list(report.stats_details.items())
            more = len(rows) - _STATISTICS
            shown = [(_cell(name, _STATISTIC), _cell(value, _STATISTIC)) for name, value in rows[:_STATISTICS]]
            blocks += ['## ' + words.statistics, self._table((words.name, words.value), shown)]
            blocks += ['> ' + words.omitted.format(more)] if more > 0 else []
        blocks += ['---', '*{}*'.format(words.footer)] if self.msgtype == 'markdown_v2' else [words.footer]
        if number == 1 and self._tail:
            blocks.append(self._tail)
        return '\n\n'.join(blocks)

    def _head(self, report: MonitorReport) -> str:
        words = self._words
        time = report.timestamp
        rows = [
            (words.time, time.strftime('%Y-%m-%d %H:%M:%S') if isinstance(time, datetime) else text.defanged(time, 30)),
            (words.total, _number(report.total_count)),
            (words.success, _number(report.success_count)),
            (words.failure, _number(report.failure_count)),
            (words.rate, '{:.2f}'.format(report.percent).rstrip('0').rstrip('.') + '%'),
        ]
        # Each in a paragraph's line of its own: a list is what both dialects keep apart.
        return '\n'.join('- **{}**: {}'.format(name, value) for name, value in rows)

    def _records(self, details: Iterable[Detail]) -> List['_Record']:
        found = []
        columns = ()  # type: Tuple[str, ...]
        for detail in [details] if isinstance(details, str) else details:
            if isinstance(detail, Mapping):
                columns = columns or tuple(str(name) for name in detail)[:_COLUMNS]
                values = {str(name): value for name, value in detail.items()}
                found.append(_Record(columns, tuple(_cell(values.get(name, '')) for name in columns), ''))
            else:
                found.append(_Record((), (), self._written(str(detail))))
        return found

    def _written(self, detail: str) -> str:
        lines = [line for line in detail.splitlines() if line.strip()]
        if len(lines) < 2 or self.msgtype != 'markdown_v2':
            return '- ' + text.defanged(' '.join(lines), _LINE)
        shown = [_code(line) for line in lines[:_LINES]]
        return '```\n{}{}\n```'.format('\n'.join(shown), '\n…' if len(lines) > _LINES else '')

    def _details(self, records: Sequence['_Record']) -> List[str]:
        """Blocks: rows that follow each other share a table, lines a list."""
        blocks = []  # type: List[str]
        index = 0
        while index < len(records):
            kind = _kind(records[index])
            run = [record for record in _while(records[index:], kind)]
            if kind == 'row':
                blocks.append(self._table([text.defanged(name, 30) for name in run[0].columns], [record.cells for record in run]))
            elif kind == 'line':
                blocks.append('\n'.join(record.written for record in run))
            else:
                blocks += [record.written for record in run]
            index += len(run)
        return blocks

    def _table(self, titles: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
        if self.msgtype != 'markdown_v2':
            return '\n'.join('- ' + self._joined(titles, row) for row in rows)
        lines = [titles, [':---'] * len(titles)] + list(rows)
        return '\n'.join('| {} |'.format(' | '.join(line)) for line in lines)

    @staticmethod
    def _joined(titles: Sequence[str], row: Sequence[str]) -> str:
        if len(row) == 2:
            return '{}: {}'.format(*row)
        return ' · '.join('{}: {}'.format(name, value) for name, value in zip(titles, row) if value != '-')


class _Record(NamedTuple):
    """One detail: a row, or text that is ready."""

    columns: Tuple[str, ...]
    cells: Tuple[str, ...]
    written: str


def _kind(record: _Record) -> str:
    if record.columns:
        return 'row'
    return 'block' if record.written.startswith('```') else 'line'


def _while(records: Sequence[_Record], kind: str) -> Iterable[_Record]:
    for record in records:
        if _kind(record) != kind:
            return
        yield record


def _cell(value: Any, limit: int = _CELL) -> str:
    return text.addresses(value, limit) or '-'


def _number(value: Any) -> str:
    return text.defanged(value, 20)


def _code(line: str) -> str:
    """A line for a code block: its spaces in front stay, and it cannot end the block."""
    body = text.plain(line, _CODE).replace('`', '｀').replace('\\', '＼').replace('<', '＜')
    return ' ' * min(len(line) - len(line.lstrip(' ')), 20) + body

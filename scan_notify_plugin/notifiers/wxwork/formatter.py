"""A monitor's report as messages: the template of the specification, adapted to what markdown_v2 renders.

In ``markdown``, which has neither tables nor code blocks, the same becomes lists.
"""

from datetime import datetime
from typing import Iterable, List, Mapping, NamedTuple, Sequence, Tuple

from scan_notify_plugin.notifiers import blocks, text
from scan_notify_plugin.notifiers.blocks import Said
from scan_notify_plugin.notifiers.dialects import WECOM_MARKDOWN, WECOM_MARKDOWN_V2
from scan_notify_plugin.notifiers.pages import paginate
from scan_notify_plugin.notifiers.summary import Text
from scan_notify_plugin.notifiers.wxwork.messages import Detail, MonitorReport

#: Characters of a cell and of a line of text; a code block's lines and their characters; a table's columns. With these
#: every record fits a page, and what is on the first page beside the records fits too.
_CELL, _LINE = 80, 200
_LINES, _CODE = 10, 80
_COLUMNS = 6
_STATISTICS, _STATISTIC = 10, 28
#: How a name and its value are said in one line.
_PAIR = 'monitor.pair'


class _Record(NamedTuple):
    """One detail: a row of a table, or a block of its own."""

    columns: Tuple[str, ...]
    cells: Tuple[Text, ...]
    block: blocks.Block


class MessageFormatter:
    """Makes messages of a :class:`~scan_notify_plugin.notifiers.wxwork.MonitorReport`, each inside 4096 bytes.

    Everything in a report is printed as plain text: markup, links and mentions in it lose their effect.

    :param msgtype: ``markdown_v2`` with tables and code blocks, or ``markdown`` with lists
    :param language: ``zh`` or ``en``
    :param tail: a line of the caller's own, such as ``<@userid>``, at the end of the first message
    """

    def __init__(self, msgtype: str = 'markdown_v2', language: str = 'zh', tail: str = '') -> None:
        self.msgtype = msgtype
        self._dialect = WECOM_MARKDOWN_V2 if msgtype == 'markdown_v2' else WECOM_MARKDOWN
        self._language = language
        self._tail = tail

    def pages(self, report: MonitorReport, oversize: str = 'split') -> List[str]:
        """The contents in order. Records are never cut in two.

        :param oversize: ``split`` into at most ten numbered messages, or ``cut`` to one; what is left out is counted
        """
        records = self._records(report.error_details)

        def page(start: int, end: int, omitted: int, number: int, of: int) -> str:
            made = self._page(report, records[start:end], omitted, number, of)
            return self._dialect.text(blocks.apart(*made), self._language)

        def fits(*span: int) -> bool:
            return len(page(*span).encode('utf-8')) <= self._dialect.max_bytes

        spans = paginate(len(records), fits, oversize)
        return [page(*span, number, len(spans)) for number, span in enumerate(spans, 1)]

    def _page(
        self, report: MonitorReport, records: Sequence[_Record], omitted: int, number: int, of: int
    ) -> List[blocks.Block]:
        title = Said('monitor.title')
        if of > 1:
            title = Said('heading.page', {'heading': title, 'page': number, 'pages': of})
        made: List[blocks.Block] = [blocks.Heading(title)]
        if number == 1:
            made.append(_head(report))
        if records:
            made += [blocks.Heading(Said('monitor.details')), *_details(records)]
        if omitted:
            made.append(_omitted(omitted))
        if number == 1 and report.stats_details:
            made += _statistics(report.stats_details)
        made += [blocks.Rule(), blocks.Footer(Said('monitor.footer'))]
        if number == 1 and self._tail:
            made.append(blocks.Sentence(Text(self._tail)))
        return made

    def _records(self, details: Iterable[Detail]) -> List[_Record]:
        found = []
        columns: Tuple[str, ...] = ()
        for detail in [details] if isinstance(details, str) else details:
            if isinstance(detail, Mapping):
                columns = columns or tuple(str(name) for name in detail)[:_COLUMNS]
                values = {str(name): value for name, value in detail.items()}
                found.append(_Record(columns, tuple(_cell(values.get(name, '')) for name in columns), blocks.Items(())))
            else:
                found.append(_Record((), (), self._block_of(str(detail))))
        return found

    def _block_of(self, detail: str) -> blocks.Block:
        lines = [line for line in detail.splitlines() if line.strip()]
        # Where there are no code blocks, a line among others is easier to read than ten of them.
        if len(lines) < 2 or self._dialect is not WECOM_MARKDOWN_V2:
            return blocks.Items((Text(text.defanged(' '.join(lines), _LINE)),))
        shown = tuple(text.code_line(line, _CODE) for line in lines[:_LINES])
        return blocks.Code(shown + ('…',) * (len(lines) > _LINES))


def _head(report: MonitorReport) -> blocks.Items:
    time = report.timestamp
    values = (
        ('time', time.strftime('%Y-%m-%d %H:%M:%S') if isinstance(time, datetime) else text.defanged(time, 30)),
        ('total', _number(report.total_count)),
        ('success', _number(report.success_count)),
        ('failure', _number(report.failure_count)),
        ('rate', '{:.2f}'.format(report.percent).rstrip('0').rstrip('.') + '%'),
    )
    # Each in a paragraph's line of its own: a list is what both dialects keep apart.
    return blocks.Items(tuple(_named('monitor.' + name, value) for name, value in values))


def _named(code: str, value: str) -> Said:
    return Said(_PAIR, {'name': blocks.Strong(Said(code)), 'value': Text(value)})


def _statistics(details: Mapping[str, object]) -> List[blocks.Block]:
    rows = list(details.items())
    more = len(rows) - _STATISTICS
    shown = tuple((_cell(name, _STATISTIC), _cell(value, _STATISTIC)) for name, value in rows[:_STATISTICS])
    columns = (blocks.Column(Said('monitor.name')), blocks.Column(Said('monitor.value')))
    table = blocks.Table(None, columns, shown, _PAIR)
    made: List[blocks.Block] = [blocks.Heading(Said('monitor.statistics')), table]
    return made + [_omitted(more)] * (more > 0)


def _details(records: Sequence[_Record]) -> List[blocks.Block]:
    """Blocks: rows that follow each other share a table, lines a list."""
    made: List[blocks.Block] = []
    for record in records:
        last = made[-1] if made else None
        if record.columns and isinstance(last, blocks.Table):
            made[-1] = last._replace(rows=last.rows + (record.cells,))
        elif record.columns:
            columns = tuple(blocks.Column(Text(text.defanged(name, 30))) for name in record.columns)
            made.append(blocks.Table(None, columns, (record.cells,), _PAIR))
        elif isinstance(last, blocks.Items) and isinstance(record.block, blocks.Items):
            made[-1] = blocks.Items(last.items + record.block.items)
        else:
            made.append(record.block)
    return made


def _omitted(count: int) -> blocks.Note:
    return blocks.Note(Said('monitor.omitted', {'count': count}))


def _cell(value: object, limit: int = _CELL) -> Text:
    return Text(text.addresses(value, limit) or '-')


def _number(value: object) -> str:
    return text.defanged(value, 20)

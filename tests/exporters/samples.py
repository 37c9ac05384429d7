"""Results, runs and a way to export them, for the tests of this folder."""

from datetime import datetime, timezone
from io import BytesIO

from hookspecs import Run, Schedule
from scan_notify_plugin.tables import Chart, Column, Overview, Rows, Table

FIRED_AT = datetime(2030, 5, 17, 12, tzinfo=timezone.utc)
NO_TASKS = Table('tasks', '任务', (Column('任务'), Column('状态')), ())
#: Each of these is one character or more that some reader could take for something else than text.
HOSTILE = (
    '=1+1', '=HYPERLINK("http://evil.example","x")', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', ' =1', '＝1+1',
    '#N/A', '<b>&amp;</b>', ']]>', '"quoted", and; more', '\'=1', '_x003D_1', '_x000D_', '__x0041__',
    'a\x00b\x08\x1f\x7f\x9fc', 'first\r\nsecond\rthird\nfourth', '\u202egpj.exe', '\u200f\u200e', '\ufeff=1',
    '\ufffe\uffff', '\ud800', '\udc00\ud83d', '\ud83d\ude00', '😀', '  spaces  ', 'TRUE', '1e5', '2024-01-01',
    '', ' ', '\x00', 'x' * 100000, '😀' * 20000,
)  # fmt: skip
ODD = (
    None, True, False, 0, -1, 10**15 - 1, 10**15, -10**30, 1.5, 1e308, 5e-324,
    float('nan'), float('inf'), float('-inf'),
    datetime(2024, 2, 29, 23, 59, 59), datetime(1899, 12, 31), datetime.max, datetime.min, FIRED_AT,
    datetime.max.replace(tzinfo=timezone.utc), FIRED_AT.date(),
    b'=\xff', bytearray(b'x'), {'a': '=1'}, ['=1'], {1}, 1j, object, Ellipsis,
)  # fmt: skip


class Rude:
    """A value that cannot even be printed."""

    def __str__(self):
        raise ValueError('no')


def make_run(formats=('excel',)):
    schedule = Schedule('64f0', 'nightly', 'recurrent_scan')
    return Run('64f0:7', schedule, 7, FIRED_AT, 'finished', (), formats=formats)


def make_table(rows=(('http://a.example', 200),), name='site', title='站点', columns=('site', '状态码')):
    return Table(name, title, tuple(Column(column) for column in columns), rows)


class FakeRows(Rows):
    """Tables that count what is read of them."""

    def __init__(self, *tables, **fields):
        self._tables = tables
        self._fields = fields
        self.counts = []

    def tables(self):
        for table in self._tables:
            yield table._replace(rows=self._counted(table))

    def _counted(self, table):
        count = 0
        for row in table.rows:
            count += 1
            yield row
        self.counts.append((table.title, count))

    def overview(self):
        assert len(self.counts) == len(self._tables), 'the overview comes after the last row'
        result = Overview((('计划', '=nightly'), ('轮次', 7)), NO_TASKS, tuple(self.counts), (), ())
        return result._replace(**self._fields)


def make_chart(kind='bar', title='端口', pairs=(('80', 40), ('443', 3))):
    return Chart(title, kind, pairs)


def export(exporter, rows):
    """The bytes of a report."""
    file = BytesIO()
    exporter.export(make_run(), rows, file)
    return file.getvalue()

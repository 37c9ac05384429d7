"""The format ``html``: one file, whatever is in the tables and however much."""

import re
import tempfile
from datetime import datetime, timedelta, timezone

import pytest

from scan_notify_plugin.changes import Compared, Progress, Results
from scan_notify_plugin.exporters import html
from scan_notify_plugin.exporters.html import HtmlExporter, tables
from scan_notify_plugin.faults import Fault
from scan_notify_plugin.markup import policy
from scan_notify_plugin.tables import Chart, Column, Table
from scan_notify_plugin.words import say
from tests.exporters.reading import HARMLESS, parsed
from tests.exporters.samples import HOSTILE, FakeRows, export, make_chart, make_table

FIRED = datetime(2026, 3, 2, 4, tzinfo=timezone.utc)
RESULTS = Results(
    Progress.SUCCESS, {'site': 2}, {'critical': 1, 'unrated': 2}, {'new': 2, 'gone': 1}, {},
    Compared('65e2:40', 40, FIRED - timedelta(days=3)), (Fault('quote', text='<i>198.51.100.9</i>'),),
)  # fmt: skip
CHANGES = make_table([('新增', 'http://a.example', 'critical')], 'changes', '变化', ('state', 'target', 'severity'))


def made(*given, results=None, language='zh', **fields):
    rows = FakeRows(*given, **fields)
    rows.results, rows.language = results, language
    return export(HtmlExporter(), rows)


def text(data):
    return re.sub('<[^>]+>', ' ', data.decode('utf-8').split('</style>')[1])


def test_what_changed_comes_first_then_severities_totals_tasks_and_tables():
    tasks = make_table([('10.0.0.0/24', 'failed')], 'tasks', '扫描任务', ('目标', '状态'))
    site = make_table([('http://site.example', 200)])
    data = text(made(CHANGES, site, results=RESULTS, tasks=tasks, charts=(make_chart(title='端口图'),)))
    order = ['nightly · 第 7 轮', '新增 2', '已消失 1', '第 40 轮', '198.51.100.9', 'http://a.example', '各等级的风险', '总数', '端口图',
             '扫描任务', '10.0.0.0/24', 'http://site.example']  # fmt: skip
    places = [data.find(words) for words in order]
    assert -1 not in places, order[places.index(-1)]
    assert places == sorted(places)


def test_more_tables_than_any_host_has_leave_room_for_the_rest():
    given = [make_table([], 't{}'.format(number), '{:03}'.format(number) + '"' * 300, ('a',)) for number in range(210)]
    data = made(*given)
    totals = data.decode('utf-8').split(say('html.totals', 'zh'))[1].split('</table>')[0]
    assert totals.count('<tr>') == 201 and say('html.more', 'zh', count=10) in text(data)
    assert len(totals) < 300 * 1000


def test_without_results_nothing_is_said_of_changes():
    assert '变化' not in text(made(make_table())) and say('html.unknown', 'zh') not in text(made(make_table()))
    unknown = text(made(make_table(), results=Results(Progress.ERROR, faults=(Fault('storage.gone'),))))
    assert say('storage.gone', 'zh') in unknown and say('html.same', 'zh') not in unknown


@pytest.mark.parametrize('language, tag, word', [('zh', 'zh-CN', '总数'), ('en', 'en', 'Totals')])
def test_it_speaks_the_language_of_the_settings_and_says_which(language, tag, word):
    data = made(make_table(), language=language).decode('utf-8')
    assert '<html lang="{}">'.format(tag) in data and word in data


def test_it_needs_nothing_from_anywhere_and_may_do_nothing():
    wide = make_table([tuple(range(12))], 'wide', '宽', tuple('列{}'.format(n) for n in range(12)))
    data = made(make_table(), wide, results=RESULTS, charts=(make_chart(),)).decode('utf-8')
    (style,) = re.findall('<style>(.*?)</style>', data, re.S)
    (told,) = re.findall('http-equiv="Content-Security-Policy" content="([^"]+)"', data)
    assert told.replace('&#39;', '\'') == policy(style)
    assert not re.search(r'url\(|@import|src=|href=|<script|<link|style="', data) and '@media print' in style
    assert parsed(data.encode('utf-8')).active == []


def test_charts_are_drawings_of_their_numbers():
    data = made(charts=(Chart('端口', 'bar', (('80', 40), ('443', 10))), Chart('空', 'pie', ())), results=None).decode(
        'utf-8'
    )
    assert re.findall('<rect width="([0-9.]+)%"', data) == ['100.0', '25.0'] and '空' not in data
    assert '<td class="number">40</td>' in data


def test_hostile_titles_names_and_labels_are_text():
    hostile = [value for value in HOSTILE if len(value) < 100]
    columns = tuple(Column(value) for value in hostile) + (Column('</style><script>alert(1)</script>'),)
    given = [Table(value, value, columns, [tuple(hostile)]) for value in hostile]
    data = made(*given, charts=tuple(Chart(value, value, ((value, 1),)) for value in hostile),
                facts=tuple((value, value) for value in hostile), tasks=given[0],
                results=RESULTS._replace(severities={value: 1 for value in hostile}))  # fmt: skip
    assert parsed(data).active == [] and len(re.findall(b'<style>', data)) == 1
    assert b'<script' not in data.replace(b'</style>', b'', 0) and '\u202e'.encode('utf-8') not in data
    assert set(re.findall(rb'<(\w+)', data)) <= {name.encode() for name in HARMLESS}


def test_of_a_long_table_the_rest_is_in_the_workbook_and_every_row_is_read():
    rows = FakeRows(make_table([('http://{}.example'.format(number), number) for number in range(2500)]))
    data = export(HtmlExporter(), rows).decode('utf-8')
    assert 'http://1999.example' in data and 'http://2000.example' not in data
    assert '其余 500 行见工作簿' in data and rows.counts == [('站点', 2500)]


def test_all_of_it_stays_below_five_megabytes_and_the_last_table_has_its_place():
    def rows():
        return (('x' * 40000, '<' * 40000) for _ in range(400))

    given = [make_table(rows(), 'table{}'.format(number), '表 {}'.format(number)) for number in range(6)]
    last = make_table([('http://last.example/' + 'z' * 1000, number) for number in range(30)], 'last', '最后')
    columns = tuple(Column('&' * 100) for _ in range(300))
    many = [Table('t', 'T' * 1000, columns, [('&' * 1000,) * 300] * 50) for _ in range(300)]
    tasks = make_table((('t' * 5000, '<' * 5000) for _ in range(500)), 'tasks', '任务')
    charts = tuple(Chart('c' * 999, 'bar', tuple(('<' * 999, n) for n in range(99))) for _ in range(99))
    facts = tuple(('f' * 999, '<' * 9999) for _ in range(999))
    data = made(*(given + [last] + many), tasks=tasks, charts=charts, facts=facts, results=RESULTS)
    assert 3000000 < len(data) < 5000000 and data.count(b'http://last.example') == 30
    assert parsed(data).active == []


def test_a_cell_is_as_long_as_a_reader_reads():
    data = made(make_table([('x' * 5000, 1)])).decode('utf-8')
    assert 'x' * tables.MAX_CELL + say('workbook.cut', 'zh') in data and 'x' * (tables.MAX_CELL + 1) not in data


def test_a_severity_is_seen_from_afar_and_no_other_word_is_a_class():
    columns = (Column('severity', role='severity'), Column('state', role='state'))
    data = made(Table('vuln', '漏洞', columns, [('Critical', 'high'), ('x" onclick="', 'x')])).decode('utf-8')
    assert data.count('class="mark critical"') == 1 and 'class="mark high"' not in data and 'mark x' not in data


def test_a_narrow_screen_says_the_title_beside_each_cell():
    data = made(make_table(columns=('站点', 'a"}b\\'))).decode('utf-8')
    style = re.findall('<style>(.*?)</style>', data)[0]
    assert '#t1 td:nth-child(1)::before{content:"\\7ad9 \\70b9 :"}' in style
    assert '#t1 td:nth-child(2)::before{content:"a\\22 \\7d b\\5c :"}' in style


def test_a_disk_that_is_full_while_tables_wait_is_told(monkeypatch):
    class Full:
        def __enter__(self):
            return self

        def __exit__(self, *error):
            pass

        def write(self, data):
            raise OSError(28, 'No space left on device')

    monkeypatch.setattr(html, 'TemporaryFile', Full)
    with pytest.raises(OSError, match='No space left'):
        made(make_table())
    assert tempfile.gettempdir()

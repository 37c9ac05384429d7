"""LibreOffice opens the workbook and sees every row."""

import csv
import shutil
import subprocess

import pytest

from scan_notify_plugin.exporters.excel import ExcelExporter
from scan_notify_plugin.words import say
from tests.exporters.samples import HOSTILE, NO_TASKS, ODD, FakeRows, make_chart, make_run, make_table

SOFFICE = shutil.which('soffice')
#: Comma, quotes, UTF-8, from line 1, formulas as such, and every worksheet as a file of its own (-1):
#: https://help.libreoffice.org/latest/en-US/text/shared/guide/csv_params.html
CSV = 'csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,true,false,false,-1'

pytestmark = pytest.mark.skipif(not SOFFICE, reason='no soffice here: apt install libreoffice-calc')


@pytest.fixture(scope='module')
def sheets(tmp_path_factory):
    """{title: rows of texts} as LibreOffice reads a workbook with everything in it."""
    folder = tmp_path_factory.mktemp('libreoffice')
    tables = (
        make_table([(value, number) for number, value in enumerate(HOSTILE + ODD)]),
        make_table([], title='IP'),
        make_table([('http://h{}.example'.format(number), number) for number in range(7000)], title='域名'),
    )

    class Small(ExcelExporter):
        max_rows = 5000

    with (folder / 'report.xlsx').open('wb') as file:
        tasks = NO_TASKS._replace(rows=[('=1', 'done')])
        rows = FakeRows(*tables, tasks=tasks, charts=(make_chart(), make_chart('pie')))
        Small().export(make_run(), rows, file)
    subprocess.run(
        [SOFFICE, '--headless', '-env:UserInstallation=file://{}'.format(folder / 'profile'),
         '--convert-to', CSV, '--outdir', str(folder), str(folder / 'report.xlsx')],
        check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=110,
    )  # fmt: skip
    return {path.stem[len('report-') :]: read(path) for path in folder.glob('report-*.csv')}


def read(path):
    csv.field_size_limit(1 << 20)
    with path.open(encoding='utf-8', newline='') as file:
        return list(csv.reader(file))


def test_every_worksheet_has_all_its_rows(sheets):
    assert {title: len(rows) for title, rows in sheets.items() if title != say('workbook.overview', 'zh')} == {
        '站点': len(HOSTILE + ODD) + 1, 'IP': 1, '域名': 5000, '域名 (2)': 2002,
    }  # fmt: skip
    assert sheets['域名 (2)'][-1] == ['http://h6999.example', '6999']


def test_texts_are_shown_as_they_are(sheets):
    shown = [row[0] for row in sheets['站点']]
    for value in (
        '=1+1', '+1', '@SUM(A1)', '#N/A', '<b>&amp;</b>', '_x003D_1', '_x000D_', '  spaces  ',
        '\u202egpj.exe', '😀',
    ):  # fmt: skip
        assert value in shown


def test_the_overview_is_there(sheets):
    assert [say('workbook.overview', 'zh')] == [cell for cell in sheets[say('workbook.overview', 'zh')][0] if cell]
    assert ['站点', str(len(HOSTILE + ODD)), '0'] in [row[:3] for row in sheets[say('workbook.overview', 'zh')]]

"""Every format of ours passes the battery that ships for third parties."""

import csv
import re
from io import BytesIO, StringIO
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook

from scan_notify_plugin.exporters.csv_zip import CsvExporter
from scan_notify_plugin.exporters.excel import ExcelExporter
from scan_notify_plugin.exporters.html import HtmlExporter
from scan_notify_plugin.testing.exporter_conformance import ExporterConformance, Subject
from scan_notify_plugin.words import say
from tests.exporters.reading import parsed


def workbook_cells(data):
    for sheet in load_workbook(BytesIO(data)).worksheets:
        yield sheet.title, [list(row) for row in sheet.iter_rows()]


def read_workbook(data):
    return {title: [[cell.value for cell in row] for row in rows] for title, rows in workbook_cells(data)}


def workbook_formulas(data):
    return [cell.value for _, rows in workbook_cells(data) for row in rows for cell in row if cell.data_type == 'f']


def read_csv(data):
    csv.field_size_limit(1 << 20)
    with ZipFile(BytesIO(data)) as zipped:
        assert zipped.testzip() is None
        files = {name: zipped.read(name).decode('utf-8-sig') for name in zipped.namelist()}
    return {name: list(csv.reader(StringIO(text, newline=''))) for name, text in files.items()}


def csv_formulas(data):
    """As a spreadsheet sees them, which looks past what does not show."""
    found = [cell for rows in read_csv(data).values() for row in rows for cell in row]
    return [cell for cell in found if re.match('[\\s\u200b]*[=+@\\-＝]', cell) and not re.match(r'-?[\d.e+-]+$', cell)]


def read_html(data):
    return parsed(data).sheets


EMPTY = say('workbook.empty', 'zh')
EXCEL = Subject(ExcelExporter(), read_workbook, EMPTY, workbook_formulas)
CSV = Subject(CsvExporter(), read_csv, EMPTY, csv_formulas)


class TestExcel(ExporterConformance):
    @pytest.fixture
    def subject(self):
        return EXCEL


HTML = Subject(HtmlExporter(), read_html, EMPTY, lambda data: parsed(data).active)


class TestHtml(ExporterConformance):
    @pytest.fixture
    def subject(self):
        return HTML


class TestCsv(ExporterConformance):
    @pytest.fixture
    def subject(self):
        return CSV

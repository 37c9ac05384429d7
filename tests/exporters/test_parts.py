"""The parts around the rows are written as most programs write them, for those that read no other way."""

import re
from io import BytesIO
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest

from scan_notify_plugin.exporters.excel import ExcelExporter
from scan_notify_plugin.exporters.excel.parts import conventional
from tests.exporters.samples import FakeRows, export, make_chart, make_table

CHARTS = (make_chart(title='"a" & <b>'), make_chart('pie', pairs=(('=1', 5), ('_x0041_', 2))))
DRAWING = 'http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing'


@pytest.fixture(scope='module')
def parts():
    data = export(ExcelExporter(), FakeRows(make_table(), charts=CHARTS))
    with ZipFile(BytesIO(data)) as zipped:
        return {name: zipped.read(name).decode('utf-8') for name in zipped.namelist()}


def test_drawings_and_charts_have_the_prefixes_that_readers_look_for(parts):
    """ExcelJS knows `xdr:wsDr` by its prefix alone, and does not open the workbook without."""
    drawing = parts['xl/drawings/drawing1.xml']
    assert re.search(r'<xdr:wsDr [^>]*xmlns:xdr="{}"'.format(re.escape(DRAWING)), drawing)
    assert re.findall(r'<(\w+)[ >/]', drawing) == [] and drawing.count('<xdr:oneCellAnchor>') == 2
    assert drawing.count('<c:chart r:id="rId') == 2
    for name in ('xl/charts/chart1.xml', 'xl/charts/chart2.xml'):
        assert '<c:chartSpace ' in parts[name] and not re.search(r'<(\w+)[ >/]', parts[name])


def test_targets_are_seen_from_their_part(parts):
    targets = {name: re.findall('Target="([^"]*)"', text) for name, text in parts.items() if name.endswith('.rels')}
    assert targets['xl/worksheets/_rels/sheet1.xml.rels'] == ['../drawings/drawing1.xml']
    assert targets['xl/drawings/_rels/drawing1.xml.rels'] == ['../charts/chart1.xml', '../charts/chart2.xml']
    assert targets['xl/_rels/workbook.xml.rels'][0] == 'worksheets/sheet1.xml'
    assert 'xl/workbook.xml' in targets['_rels/.rels']
    assert not [target for found in targets.values() for target in found if target.startswith('/')]


def test_charts_have_the_values_that_they_draw(parts):
    def cached(name, kind):
        found = re.search('<c:{0}>(.*)</c:{0}>'.format(kind), parts[name]).group(1)
        return re.search('<c:ptCount val="(.)"/>', found).group(1), re.findall('<c:v>(.*?)</c:v>', found)

    assert cached('xl/charts/chart1.xml', 'strCache') == ('2', ['80', '443'])
    assert cached('xl/charts/chart1.xml', 'numCache') == ('2', ['40', '3'])
    assert cached('xl/charts/chart2.xml', 'strCache') == ('2', ['=1', '_x005F_x0041_'])  # as in its cell
    assert cached('xl/charts/chart2.xml', 'numCache') == ('2', ['5', '2'])


def test_nothing_is_lost_on_the_way():
    before = (
        '<d:wsDr xmlns:d="{}" xmlns="urn:x"><d:a b="&lt;&quot;&#10;"> t &amp; u<c/>tail</d:a><e f="1"/></d:wsDr>'
    ).format(DRAWING).encode()  # fmt: skip
    after = conventional('xl/drawings/drawing9.xml', before)
    assert b'<xdr:wsDr ' in after and b'<ns1:c/>' in after

    def shape(element):
        return element.tag, element.attrib, element.text, element.tail, [shape(child) for child in element]

    assert shape(ElementTree.fromstring(after)) == shape(ElementTree.fromstring(before))


@pytest.mark.parametrize('name', ['xl/workbook.xml', 'xl/styles.xml', 'xl/drawings/deep/x.xml', 'docProps/core.xml'])
def test_other_parts_stay_as_they_are(name):
    assert conventional(name, b'<x/>') == b'<x/>'


def test_what_lies_outside_of_the_file_stays_there():
    space = 'http://schemas.openxmlformats.org/package/2006/relationships'
    relations = '<Relationships xmlns="{}"><Relationship Target="/x" TargetMode="External"/></Relationships>'
    assert b'Target="/x"' in conventional('xl/_rels/workbook.xml.rels', relations.format(space).encode())

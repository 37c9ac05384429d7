"""The format passes the battery that every format has to pass."""

import json

import pytest
from scan_notify_example.exporter import ExampleExporter

from scan_notify_plugin.testing.exporter_conformance import ExporterConformance, Subject


def read(data):
    """A report as the battery wants to see it: the rows of each table, the column titles first."""
    lines = [json.loads(line) for line in data.decode('ascii').splitlines()]
    shown = {'overview': list(lines[-1]['rows'].items()) + [['found nothing']] * lines[-1]['empty']}
    for line in lines[:-1]:
        shown.setdefault(line['table'], []).append(line.get('columns') or line['row'])
    return shown


class TestExampleExporter(ExporterConformance):
    @pytest.fixture
    def subject(self):
        return Subject(ExampleExporter(), read, empty='found nothing')

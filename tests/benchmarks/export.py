"""What a report costs: CPU beside a bare write-only loop of openpyxl over the same cells, and memory.

Each figure is made in a fresh process. The rows come from ``SOURCE``: documents in the shape of a host's, read, merged
and sorted by the shipped code. Ours are the CPU seconds of reading and writing together, less those of making the
documents up, which a driver would hand over; openpyxl is timed on ready rows, on the same cells.
"""

import argparse
import json
import platform
import subprocess
import sys
import tempfile
import time
from itertools import islice
from typing import Any, BinaryIO, Callable, Dict

from scan_notify_plugin.tables import Rows
from tests.benchmarks.harness import show
from tests.benchmarks.host_documents import documents_only, host_rows

__all__ = ['measure']

#: Makes the rows of a run with so many sites.
SOURCE: Callable[[int], Rows] = host_rows
BATCH = 1000
#: How many sites this process is measuring.
SITES = [0]
MEGABYTE = 1 << 20


def _rows_only(rows: Rows, file: BinaryIO) -> float:
    started = time.process_time()
    for table in rows.tables():
        for _ in table.rows:
            pass
    rows.overview()
    return time.process_time() - started


def _documents_only(rows: Rows, file: BinaryIO) -> float:
    started = time.process_time()
    documents_only(SITES[0])
    return time.process_time() - started


def _bare_openpyxl(rows: Rows, file: BinaryIO) -> float:
    from openpyxl import Workbook

    spent, started = 0.0, time.process_time()
    workbook = Workbook(write_only=True)
    for table in rows.tables():
        sheet = workbook.create_sheet(table.title)
        sheet.append([column.title for column in table.columns])
        unread = iter(table.rows)
        while True:
            spent += time.process_time() - started
            batch = list(islice(unread, BATCH))
            started = time.process_time()
            if not batch:
                break
            for row in batch:
                sheet.append(row)
    workbook.save(file)
    return spent + time.process_time() - started


def _excel(rows: Rows, file: BinaryIO) -> float:
    from scan_notify_plugin.exporters.excel import ExcelExporter

    return _export(ExcelExporter(), rows, file)


def _csv(rows: Rows, file: BinaryIO) -> float:
    from scan_notify_plugin.exporters.csv_zip import CsvExporter

    return _export(CsvExporter(), rows, file)


def _export(exporter: Any, rows: Rows, file: BinaryIO) -> float:
    started = time.process_time()
    exporter.export(None, rows, file)
    return time.process_time() - started


WAYS = {
    'documents_only': _documents_only,
    'rows_only': _rows_only,
    'bare_openpyxl': _bare_openpyxl,
    'excel': _excel,
    'csv': _csv,
}


def _resident(name: str) -> int:
    """Bytes of this process, by the kernel's name. Unlike ``ru_maxrss`` it knows nothing of the parent's."""
    with open('/proc/self/status', encoding='ascii') as file:
        return next(int(line.split()[1]) << 10 for line in file if line.startswith(name + ':'))


def _measure_here(way: str, sites: int) -> Dict[str, Any]:
    with tempfile.TemporaryFile() as file:
        SITES[0] = sites
        start = _resident('VmRSS')
        seconds = WAYS[way](SOURCE(sites), file)
        peak = _resident('VmHWM') - start
        return {
            'cpu_seconds': round(seconds, 3),
            'peak_megabytes_above_start': round(peak / MEGABYTE, 1),
            'file_megabytes': round(file.seek(0, 2) / MEGABYTE, 2),
        }


def _measure_apart(way: str, sites: int) -> Dict[str, Any]:
    command = [sys.executable, '-m', 'tests.benchmarks.export', str(sites), '--only', way]
    return json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout.decode())


def measure(sites: int) -> Dict[str, Any]:
    """The figures for a run with so many sites."""
    import openpyxl

    sizes = [(len(table.columns), sum(1 for _ in table.rows)) for table in SOURCE(sites).tables()]
    figures: Dict[str, Any] = {
        'benchmark': 'export',
        'sites': sites,
        'rows': sum(rows for _, rows in sizes),
        'cells': sum(columns * rows for columns, rows in sizes),
        'source': SOURCE.__name__,
        'python': platform.python_version(),
        'openpyxl': openpyxl.__version__,
    }
    figures.update((way, _measure_apart(way, sites)) for way in WAYS)
    bare, making = figures['bare_openpyxl']['cpu_seconds'], figures['documents_only']['cpu_seconds']
    reading = figures['rows_only']['cpu_seconds']
    for way in ('excel', 'csv'):
        spent = figures[way]['cpu_seconds']
        figures[way]['cpu_ratio_to_openpyxl'] = round((spent - making) / bare, 3)
        figures[way]['cpu_ratio_of_writing_alone'] = round((spent - reading) / bare, 3)
    return figures


if __name__ == '__main__':
    parser = argparse.ArgumentParser(description='what a report costs')
    parser.add_argument('sites', type=int, help='sites of the run; the other tables grow with them')
    parser.add_argument('--only', choices=sorted(WAYS), help='one figure, in this process')
    parser.add_argument('--json', action='store_true', help='print JSON')
    given = parser.parse_args()
    if given.only:
        print(json.dumps(_measure_here(given.only, given.sites)))
    else:
        show(measure(given.sites), given.json)

"""What collecting a run costs: CPU beside a bare write-only loop of openpyxl over the same cells, memory, the ledger.

Each figure is made in a fresh process. The documents are those of ``tests.benchmarks.export``, read, merged, compared
with a ledger of the round before - the same, but for some that changed - and written; what making the documents up
costs, which a driver would hand over, is taken off. ``--storm`` collects many small runs of as many schedules one after
another, as one worker does, on the database that ``--mongo`` names.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timedelta, timezone
from typing import Any, Dict

from bson import ObjectId

from scan_notify_plugin.changes import Mark, State
from scan_notify_plugin.host.coverage import looks
from scan_notify_plugin.host.coverage.scan import scan_of
from scan_notify_plugin.host.results import Results
from scan_notify_plugin.results import stage
from scan_notify_plugin.results.changesfile import ChangesFile
from scan_notify_plugin.results.harvest import harvested
from scan_notify_plugin.results.ledger import Ledger
from scan_notify_plugin.results.matching import Material, compared
from scan_notify_plugin.results.store import scratch
from scan_notify_plugin.runs.rules import new_run
from tests.benchmarks.export import MEGABYTE, _resident
from tests.benchmarks.harness import show
from tests.benchmarks.host_documents import TASKS, database, documents_only

__all__ = ['measure', 'storm']

START = datetime(2026, 3, 1, tzinfo=timezone.utc)
KEY = b'benchmark'
OPTIONS = {
    'domain_brute': True, 'port_scan': True, 'service_detection': True, 'site_identify': True, 'file_leak': True,
    'nuclei_scan': True, 'site_spider': True,
}  # fmt: skip
STAGES = list(OPTIONS) + ['find_site', 'fetch_site']
#: What a small run of a storm has, and how long a run may wait in the promise.
SMALL = 40
PATIENCE = 30.0


def round_of(number: int) -> Any:
    run = new_run('65e2', 'daily', 'domain', number, START + timedelta(days=number))
    return run.evolve(id='65e2:{}'.format(number), task_ids=tuple(TASKS))


def scan(task_id: str) -> Any:
    stages = [{'name': name, 'elapsed': 9.0} for name in STAGES]
    options = dict(OPTIONS, port_scan_type='all')
    return scan_of(
        {'_id': task_id, 'type': 'domain', 'target': 'example.com', 'status': 'done', 'task_tag': 'task',
         'options': options, 'service': stages}
    )  # fmt: skip


def collected(sites: int, number: int, ledger: Any) -> Any:
    """(what came of a round, where it is compared with a ledger)."""
    run = round_of(number)
    with harvested(database(sites), TASKS, KEY, lambda read: None, lambda: False) as harvest:
        looked = looks({one: scan(one) for one in TASKS}, {one: 'done' for one in TASKS}, harvest.read)
        material = Material(run, harvest, looked, True, START - timedelta(days=90), lambda: False, scratch)
        return compared(material, Ledger(ledger) if ledger is not None else None, None)


def _ledger(sites: int, path: str) -> Dict[str, Any]:
    made = collected(sites, 1, None)
    made.ledger.seek(0)
    with open(path, 'wb') as file:
        file.write(made.ledger.read())
    _close(made)
    return {}


def _close(made: Any) -> None:
    made.ledger.close()
    made.changes.close()


def _collect(sites: int, path: str) -> Dict[str, Any]:
    start, began = _resident('VmRSS'), time.process_time()
    with open(path, 'rb') as ledger:
        made = collected(sites, 2, ledger)
    seconds = time.process_time() - began
    size = made.ledger.seek(0, 2)
    figures = {
        'cpu_seconds': round(seconds, 3),
        'peak_megabytes_above_start': round((_resident('VmHWM') - start) / MEGABYTE, 1),
        'ledger_bytes': size,
        'changes_bytes': made.changes.seek(0, 2),
        'states': made.tally.states(),
    }
    with open(path, 'rb') as ledger:
        known = Ledger(ledger)
        from scan_notify_plugin.results.scopes import Scopes

        scopes = Scopes(known.memory.element, ())
        figures['records'] = sum(1 for table in known.tables for _ in known.entries(table, scopes))
    _close(made)
    return figures


def _documents(sites: int, path: str) -> Dict[str, Any]:
    began = time.process_time()
    documents_only(sites)
    return {'cpu_seconds': round(time.process_time() - began, 3)}


def _harvest(sites: int, path: str) -> Dict[str, Any]:
    began = time.process_time()
    with harvested(database(sites), TASKS, KEY, lambda read: None, lambda: False):
        return {'cpu_seconds': round(time.process_time() - began, 3)}


def _bare(sites: int, path: str) -> Dict[str, Any]:
    from tests.benchmarks.export import SOURCE, _bare_openpyxl

    with tempfile.TemporaryFile() as file:
        return {'cpu_seconds': round(_bare_openpyxl(SOURCE(sites), file), 3)}


def _export(sites: int, path: str) -> Dict[str, Any]:
    from scan_notify_plugin.exporters.excel import ExcelExporter

    with open(path, 'rb') as ledger:
        made = collected(sites, 2, ledger)
    start, began = _resident('VmRSS'), time.process_time()
    marks = ChangesFile(made.changes).marks()

    def mark(table: str, identity: str) -> Mark:
        found = marks.find(table, identity)
        return Mark(*found) if found else Mark(State.KNOWN, None)

    with tempfile.TemporaryFile() as file:
        with Results(database(sites), TASKS, marks=mark, key=KEY) as rows:
            ExcelExporter().export(None, rows, file)  # type: ignore[arg-type]
    seconds = time.process_time() - began
    return {
        'cpu_seconds': round(seconds, 3),
        'peak_megabytes_above_start': round((_resident('VmHWM') - start) / MEGABYTE, 1),
    }


WAYS = {'collect': _collect, 'harvest': _harvest, 'documents': _documents, 'bare': _bare, 'export': _export}


def measure(sites: int) -> Dict[str, Any]:
    """The figures for a run with so many sites."""
    figures: Dict[str, Any] = {'benchmark': 'collect', 'sites': sites, 'python': platform.python_version()}
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'ledger')
        _apart('ledger', sites, path)
        for way in WAYS:
            figures[way] = _apart(way, sites, path)
    bare, making = figures['bare']['cpu_seconds'], figures['documents']['cpu_seconds']
    figures['records'] = figures['collect']['records']
    figures['collect_ratio'] = round((figures['collect']['cpu_seconds'] - making) / bare, 3)
    figures['harvest_ratio'] = round((figures['harvest']['cpu_seconds'] - making) / bare, 3)
    figures['export_ratio'] = round((figures['export']['cpu_seconds'] - making) / bare, 3)
    figures['peak_mb'] = figures['collect']['peak_megabytes_above_start']
    figures['ledger_bytes_per_record'] = round(figures['collect']['ledger_bytes'] / figures['records'], 1)
    return figures


def _apart(way: str, sites: int, path: str) -> Dict[str, Any]:
    command = [sys.executable, '-m', 'tests.benchmarks.collect', str(sites), '--only', way, '--path', path]
    return json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout.decode())


def storm(runs: int, db: Any) -> Dict[str, Any]:
    """The seconds that runs of under 2,000 records take, one after another; the last one has waited for all."""
    task_ids = [str(ObjectId()) for _ in range(runs)]
    for task_id in task_ids:
        db['task'].insert_one(dict(_task(task_id), _id=ObjectId(task_id)))
        db['ip'].insert_many([_address(task_id, number) for number in range(SMALL)])
    began, cpu, slowest = time.monotonic(), time.process_time(), 0.0
    for number, task_id in enumerate(task_ids):
        at = time.monotonic()
        run = new_run('s{}'.format(number), 'daily', 'ip', 1, START).evolve(
            id='s{}:1'.format(number), task_ids=(task_id,)
        )
        results = stage.collect(db, run, {task_id: 'done'}, KEY, now=START)
        assert results.totals['ip'] == SMALL
        slowest = max(slowest, time.monotonic() - at)
    wall = time.monotonic() - began
    return {
        'benchmark': 'collect storm', 'runs': runs, 'records_each': SMALL * 4, 'wall_seconds': round(wall, 2),
        'cpu_milliseconds_each': round((time.process_time() - cpu) / runs * 1000, 2), 'slowest_s': round(slowest, 3),
        'last_within_s': round(wall, 2), 'promised_s': PATIENCE,
    }  # fmt: skip


def _task(task_id: str) -> Dict[str, Any]:
    stages = [{'name': name, 'elapsed': 9.0} for name in STAGES]
    return {
        'type': 'ip', 'target': '10.0.0.0/24', 'status': 'done', 'task_tag': 'task', 'name': 'scan',
        'options': dict(OPTIONS, port_scan_type='all'), 'service': stages,
    }  # fmt: skip


def _address(task_id: str, number: int) -> Dict[str, Any]:
    ports = [{'port_id': port, 'product': 'nginx', 'version': '1', 'service_name': 'http'} for port in (22, 80, 443)]
    return {'ip': '10.0.0.{}'.format(number), 'port_info': ports, 'task_id': task_id, 'domain': []}


def main() -> None:
    parser = argparse.ArgumentParser(description='what collecting a run costs')
    parser.add_argument('sites', type=int, help='sites of the run; of a storm, its runs')
    parser.add_argument('--only', choices=sorted(WAYS) + ['ledger'], help='one figure, in this process')
    parser.add_argument('--path', default='', help='of the ledger')
    parser.add_argument('--storm', action='store_true', help='many small runs')
    parser.add_argument('--mongo', default='', help='of a storm; else the in-memory database')
    parser.add_argument('--json', action='store_true', help='print JSON')
    given = parser.parse_args()
    if given.only:
        way = _ledger if given.only == 'ledger' else WAYS[given.only]
        print(json.dumps(way(given.sites, given.path)))
    elif given.storm:
        show(_storm(given.sites, given.mongo), given.json)
    else:
        show(measure(given.sites), given.json)


def _storm(runs: int, uri: str) -> Dict[str, Any]:
    if not uri:
        from scan_notify_plugin.testing.embedded import embedded_database

        return storm(runs, embedded_database())
    from tests.benchmarks.harness import own_database

    with own_database(uri) as db:
        return storm(runs, db)


if __name__ == '__main__':
    main()

"""A format, what it is made of, and the shelf on which the shipped export lane puts it."""

import contextlib
import io
from datetime import datetime
from typing import Any, Callable, Dict, Iterator

from scan_notify_plugin.exporters.base import Exporter, Overview
from tests.crash_model.process import Process


class Sheet(Exporter):
    """A report of a few bytes."""

    name = format = 'sheet'
    extension = 'txt'
    media_type = 'text/plain'

    def export(self, run: Any, rows: Any, file: Any) -> None:
        file.write(run.id.encode('ascii'))


class Results:
    """What the scan tasks found; reading it is no part of this model."""

    records: Dict[str, int] = {}

    def overview(self) -> Any:
        return Overview(*[() for _ in Overview._fields])._replace(totals=(('site', 2),))


@contextlib.contextmanager
def results_of(context: Any, run: Any, progress: Callable[[int], None]) -> Iterator[Results]:
    progress(2)
    yield Results()


class Scratch(io.BytesIO):
    name = '/nonexistent/scratch'


class Shelf:
    """The storage, as one process has it."""

    kind = 'directory'

    def __init__(self, process: Process, files: Dict[str, bytes]) -> None:
        self._process = process
        self._files = files

    def scratch(self) -> Scratch:
        return Scratch()

    def place(self, report_id: str, extension: str, now: datetime) -> str:
        return '{}.{}'.format(report_id, extension)

    def keep(self, scratch: Scratch, place: str) -> None:
        self._process.step('file.keep', lambda: self._files.update({place: scratch.getvalue()}))

    def remove(self, place: str) -> None:
        self._process.step('file.remove', lambda: self._files.pop(place, None))

"""What every format is built on. An exporter answers and writes; it never stores, retries or sends."""

from typing import BinaryIO, Optional

from hookspecs import Export, Run, hookimpl
from scan_notify_plugin.tables import Chart, Column, Overview, Rows, Table
from scan_notify_plugin.words import DEFAULT

__all__ = ['Chart', 'Column', 'Exporter', 'Overview', 'Rows', 'Table', 'language_of']


class Exporter:
    """Base class of all formats. Class attributes describe the format; override :meth:`export`."""

    #: the name in ``export_format``
    format = ''
    #: of the file name, without the dot: one to eight small letters or digits
    extension = ''
    #: what a download says it is
    media_type = 'application/octet-stream'

    @hookimpl
    def on_run_complete(self, run: Run) -> Optional[Export]:
        """Answer where the settings want this format for the run."""
        return Export(self.format) if self.format in run.formats else None

    def export(self, run: Run, rows: Rows, file: BinaryIO) -> None:
        """Write one report into ``file``, which is empty, writable and seekable, and stays open.

        Strangers have written what is in the cells: it is data, never a formula, a path or markup. Memory
        must not grow with the number of rows. After an exception the caller throws ``file`` away.
        """
        raise NotImplementedError


def language_of(rows: Rows) -> str:
    """Of the words around the tables; whoever gives the rows need not know any."""
    return getattr(rows, 'language', DEFAULT)

"""The workbook around the rows, made by openpyxl: styles, overview, charts, and the list of worksheets."""

from io import BytesIO
from typing import Optional, Set
from zipfile import ZipFile

from openpyxl import Workbook

from scan_notify_plugin.changes import Results
from scan_notify_plugin.errors import ScanNotifyError
from scan_notify_plugin.exporters.archive import Archive
from scan_notify_plugin.exporters.excel.overview import fill
from scan_notify_plugin.exporters.excel.parts import conventional
from scan_notify_plugin.exporters.excel.styles import register
from scan_notify_plugin.exporters.excel.titles import Titles
from scan_notify_plugin.faults import Fault
from scan_notify_plugin.tables import Overview
from scan_notify_plugin.words import say

__all__ = ['Book']


class Book:
    """A workbook whose worksheets, but for the overview, are written into the file by somebody else.

    :param language: of the words that are ours
    """

    def __init__(self, language: str) -> None:
        self.language = language
        self._workbook = Workbook()
        self._titles = Titles(say('workbook.sheet', language))
        self._members: Set[str] = set()
        self._workbook.active.title = self._titles.take(say('workbook.overview', language))
        #: the formats that the rows may use
        self.styles = register(self._workbook.active, language)

    def add_sheet(self, title: str) -> str:
        """Announce a worksheet.

        :returns: the member of the file that has to hold its XML
        """
        self._workbook.create_sheet(self._titles.take(title))
        # As openpyxl names it when it saves; finish() makes sure.
        member = 'xl/worksheets/sheet{}.xml'.format(len(self._workbook.worksheets))
        self._members.add(member)
        return member

    def set_filter(self, area: str) -> None:
        """Say where the filter of the last added worksheet is."""
        self._workbook.worksheets[-1].auto_filter.ref = area

    def finish(self, zipped: Archive, overview: Overview, results: Optional[Results]) -> None:
        """Write everything but the worksheets that were added."""
        fill(self._workbook.active, overview, results, self.language)
        file = BytesIO()
        self._workbook.save(file)
        with ZipFile(file) as around:
            names = set(around.namelist())
            if not self._members <= names:
                raise ScanNotifyError(Fault('export.openpyxl', names=', '.join(sorted(names))))
            for name in sorted(names - self._members):
                zipped.add(name, conventional(name, around.read(name)))

"""The report itself, as a file: in the form that DingTalk takes, uploaded, and sent the way that messages go.

https://open.dingtalk.com/document/development/upload-media-files
"""

import tempfile
import time
import zipfile
from contextlib import contextmanager
from typing import Iterator, List, Mapping, Sequence

from scan_notify_plugin.errors import Reason, SendError
from scan_notify_plugin.faults import Fault
from scan_notify_plugin.notifiers.base import Attachment, Page, Part, Receipt, Target
from scan_notify_plugin.notifiers.blocks import Heading, Link, Said, Sentence, apart
from scan_notify_plugin.notifiers.dingding_openapi.api import DingTalkApi
from scan_notify_plugin.notifiers.dingding_openapi.way import Way
from scan_notify_plugin.notifiers.http import UPLOAD
from scan_notify_plugin.notifiers.summary import ReportLine, Summary, Text
from scan_notify_plugin.notifiers.titles import name_of
from scan_notify_plugin.records import Document

#: What both the upload and the robot take; anything else is put into a zip file.
AS_IS = frozenset(['doc', 'docx', 'pdf', 'rar', 'xlsx', 'zip'])
MAX_FILE = 20 * 1024 * 1024
#: A work notification takes less: https://open.dingtalk.com/document/development/message-types-and-data-format
MAX_WORK_FILE = 10 * 1024 * 1024

_PIECE = 65536


class Files:
    """Way ``file``: the reports of a run, each to all who get its messages."""

    name = 'file'

    def __init__(self, ways: Mapping[str, Way]) -> None:
        self._ways = ways

    def pages(self, summary: Summary, target: Target, carriers: Sequence[str]) -> List[Page]:
        """One part for each report and receiver.

        :param carriers: the ways in which files go
        """
        pages = []
        for carrier in carriers:
            way = self._ways[carrier]
            for receiver in way.receivers(target.options):
                for report in summary.reports:
                    if report.ready:
                        fallback = _fallback(report, summary, way, target)
                        page = way.addressed(Page(fallback, fallback), receiver)
                        content = dict(receiver, way=self.name, by=carrier, report=report.id, name=report.name)
                        pages.append(Page(dict(content, text=report.name), page.withheld))
        return pages

    def post(self, part: Part, target: Target, api: DingTalkApi) -> Receipt:
        """Upload and send. Where there is no file, or none that DingTalk takes, people get the link instead."""
        way = self._ways[part.content['by']]
        if part.file is None:
            raise SendError(Reason.CONTENT, words=Fault('openapi.no-file'))
        begun = time.monotonic()
        with _sendable(part.file, MAX_WORK_FILE if way.name == 'work' else MAX_FILE) as file:
            media_id = api.upload(file)
            content = dict(part.content, media_id=media_id, name=file.name)
        if time.monotonic() - begun > UPLOAD:
            # The message that names it must not outlast the lane.
            raise SendError(Reason.UNREACHABLE, words=Fault('openapi.upload.late'))
        return way.post(part._replace(content=content), target, api)

    def outcome(self, part: Part, receipt: Receipt, target: Target, api: DingTalkApi) -> Receipt:
        return self._ways[part.content['by']].outcome(part, receipt, target, api)


def _fallback(report: ReportLine, summary: Summary, way: Way, target: Target) -> Document:
    where = Link(Said('report.download'), report.link) if report.link else Said('report.fetch', {'id': report.id})
    blocks = apart(
        Heading(Said('openapi.message.no-file', {'name': name_of(summary)})),
        Sentence(Text(report.name)),
        Sentence(where),
    )
    return way.compose(way.dialect.text(blocks, target.language), summary._replace(reports=()), target, 1)


@contextmanager
def _sendable(file: Attachment, most: int) -> Iterator[Attachment]:
    """The file, or a zip file with it.

    :raises SendError: with ``CONTENT`` if it is larger than ``most``
    """
    if file.name.rpartition('.')[2].lower() in AS_IS:
        _check_size(file.size, most)
        yield file
        return
    with tempfile.TemporaryFile(prefix='scan-notify-') as zipped:
        with zipfile.ZipFile(zipped, 'w', zipfile.ZIP_DEFLATED) as archive:
            with archive.open(file.name, 'w', force_zip64=True) as member:
                for piece in file.read():
                    member.write(piece)
                    _check_size(zipped.tell(), most)
        size = zipped.tell()
        _check_size(size, most)

        def read() -> Iterator[bytes]:
            zipped.seek(0)
            return iter(lambda: zipped.read(_PIECE), b'')

        yield Attachment(file.name.rpartition('.')[0] + '.zip', size, 'application/zip', read)


def _check_size(size: int, most: int) -> None:
    if size > most:
        raise SendError(Reason.CONTENT, words=Fault('openapi.too-large', most=most // 1024 // 1024))

"""A file as an answer: whole, a part of it, or why not."""

from typing import Optional
from urllib.parse import quote

from flask import Response, request

from scan_notify_plugin.faults import Fault
from scan_notify_plugin.reports.report import Report
from scan_notify_plugin.reports.storage import Pieces
from scan_notify_plugin.web import conditions
from scan_notify_plugin.web.answers import refused
from scan_notify_plugin.web.conditions import Answer, File

__all__ = ['file_of', 'sent', 'wanted', 'without_bytes']

#: What is said of an answer without the file.
_FAULTS = {412: Fault('http.condition'), 416: Fault('http.range')}


def file_of(report: Report) -> File:
    """What requests for a report's file are compared with."""
    return File(report.size, '"{}"'.format(report.sha256) if report.sha256 else '', report.created_at)


def wanted(report: Report) -> Answer:
    """What the request asks of the file."""
    return conditions.answer(request.method, request.headers, file_of(report))


def without_bytes(report: Report, answer: Answer) -> Optional[Response]:
    """The answer that needs no file: 304, 412 or 416; None if it needs it."""
    if answer.status in (200, 206):
        return None
    response = Response('', 304) if answer.status == 304 else refused(answer.status, _FAULTS[answer.status])
    _say_which(response, report)
    if answer.status == 416:
        response.headers['Content-Range'] = 'bytes */{}'.format(report.size)
    return response


def sent(report: Report, pieces: Pieces, answer: Answer) -> Response:
    """The file, or the part of it that was asked for; its headers alone for a HEAD. Closes what it does not give."""
    length = report.size if answer.part is None else answer.part.length
    if request.method == 'HEAD':
        pieces.close()
        response = Response()
    else:
        if answer.part is not None:
            pieces.only(answer.part.first, length)
        response = Response(pieces, answer.status)
    _say_which(response, report)
    response.headers['Content-Type'] = report.media_type
    response.headers['Content-Length'] = str(length)
    # A browser inside a chat may show a page although it is an attachment: then it is nobody's page, and has no script.
    response.headers['Content-Security-Policy'] = "sandbox; frame-ancestors 'none'"
    if answer.part is not None:
        first = answer.part.first
        response.headers['Content-Range'] = 'bytes {}-{}/{}'.format(first, first + length - 1, report.size)
    # The plain name is for clients that do not know RFC 6266's encoded one.
    response.headers['Content-Disposition'] = "attachment; filename=\"report-{}.{}\"; filename*=UTF-8''{}".format(
        report.id, report.name.rpartition('.')[2], quote(report.name, safe='')
    )
    return response


def _say_which(response: Response, report: Report) -> None:
    file = file_of(report)
    if file.tag:
        response.headers['ETag'] = file.tag
    response.headers['Last-Modified'] = file.modified
    response.headers['Accept-Ranges'] = 'bytes'
    response.headers['X-Content-Type-Options'] = 'nosniff'
    response.headers['Cache-Control'] = 'no-store'
    response.headers['Referrer-Policy'] = 'no-referrer'
    response.headers['X-Robots-Tag'] = 'noindex, nofollow, noarchive'

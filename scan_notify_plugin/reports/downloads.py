"""What counts as a download by a link, and what only goes on with one. Pure.

A count means that somebody fetched the file. Who fetched it may fetch parts of it again, for a broken line is resumed
so, and programs load several parts at once: every counted download comes with as many bytes as the file has once more.
So one count never gives more than twice the file, whatever a request says of itself.
"""

from datetime import datetime, timedelta
from typing import Optional

from scan_notify_plugin.reports.report import Download, Report

__all__ = ['ANYWHERE', 'FACTOR', 'KEEP', 'NEARBY', 'PROBE', 'begun', 'continued', 'is_probe']

#: Downloads in a record; the newest.
KEEP = 50
#: How often the bytes of a file are given for one count.
FACTOR = 2
#: After the last bytes of a download, for how long its address goes on with it.
NEARBY = timedelta(hours=1)
#: The same for whoever shows the file's own validator (``If-Range``): a phone changes its address on the way.
ANYWHERE = timedelta(hours=24)
#: Bytes from the beginning that tell a program what kind of file it is, and nobody what is in it.
PROBE = 16


def is_probe(first: int, length: int, size: int) -> bool:
    """Whether so few bytes are asked for that it is no download: players ask ``bytes=0-1`` first."""
    return first == 0 and length <= PROBE and length < size


def begun(report: Report, now: datetime, by: str, length: Optional[int]) -> Report:
    """The report after a counted download.

    :param length: bytes of its first answer; None: nobody can go on with it
    """
    one = Download(now, by) if length is None else Download(now, by, FACTOR * report.size - length)
    log = report.download_log + (one,)
    return report.evolve(downloads=report.downloads + 1, download_log=log[-KEEP:])


def continued(report: Report, now: datetime, by: str, length: int, is_proven: bool) -> Optional[Report]:
    """The report after some more bytes of a counted download; None if these belong to none.

    :param length: bytes, fewer than the whole file
    :param is_proven: whether the request shows the validator of this file
    """
    log = report.download_log
    for place in range(len(log) - 1, -1, -1):
        one = log[place]
        if one.left is None or one.left < length or length >= report.size:
            continue
        age = now - (one.continued_at or one.at)
        if (one.by == by and age <= NEARBY) or (is_proven and age <= ANYWHERE):
            after = one._replace(left=one.left - length, continued_at=now)
            return report.evolve(download_log=log[:place] + (after,) + log[place + 1 :])
    return None

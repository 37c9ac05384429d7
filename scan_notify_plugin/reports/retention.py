"""Which report files must go: by age, and the oldest first when all together are too large. Pure."""

from datetime import datetime, timedelta
from typing import Iterable, List

from scan_notify_plugin.reports.report import Report, State

#: A report that was begun so long ago was left behind by a worker that died.
ABANDONED = timedelta(days=1)


def abandoned(reports: Iterable[Report], now: datetime) -> List[Report]:
    """Those that were begun long ago and never finished; they may have a file."""
    return [report for report in reports if report.state is State.MAKING and report.created_at < now - ABANDONED]


def outdated(reports: Iterable[Report], now: datetime, most_bytes: float) -> List[Report]:
    """The reports whose files are to be removed.

    :param reports: those with a file, the newest first
    :param most_bytes: what all kept files may have together; the newest is kept even if it is larger
    """
    gone: List[Report] = []
    total: int = 0
    for number, report in enumerate(reports):
        total += report.size
        if report.expires_at <= now or (number and total > most_bytes):
            gone.append(report)
            total -= report.size
    return gone

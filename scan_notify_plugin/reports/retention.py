"""Which report files must go: by age, and the oldest first when all together are too large. Pure."""

from datetime import datetime, timedelta
from typing import Any, Iterable, List, Mapping

#: A report that was begun so long ago was left behind by a worker that died.
ABANDONED = timedelta(days=1)


def abandoned(reports: Iterable[Mapping[str, Any]], now: datetime) -> List[Mapping[str, Any]]:
    """Those that were begun long ago and never finished; they may have a file."""
    return [one for one in reports if one['state'] == 'making' and one['created_at'] < now - ABANDONED]


def outdated(reports: Iterable[Mapping[str, Any]], now: datetime, most_bytes: float) -> List[Mapping[str, Any]]:
    """The reports whose files are to be removed.

    :param reports: those with a file, the newest first
    :param most_bytes: what all kept files may have together; the newest is kept even if it is larger
    """
    gone, total = [], 0
    for number, report in enumerate(reports):
        total += report['size']
        if report['expires_at'] <= now or (number and total > most_bytes):
            gone.append(report)
            total -= report['size']
    return gone

"""What the notify workers say of themselves; the only knowledge of plugins in a process that loads none."""

from datetime import datetime, timedelta
from typing import Any, Dict, Iterable

from scan_notify_plugin.settings.store import StoredSettings

#: A worker that was silent for longer is taken for dead.
ALIVE = timedelta(minutes=2)
#: What we bring ourselves, for as long as no worker has told more.
BUILT_IN_FORMATS = ('csv', 'excel')


def newest(stored: StoredSettings) -> Dict[str, Any]:
    """The last sign of life; empty if there is none."""
    return max(stored.workers().values(), key=lambda one: one['at'], default={})


def any_alive(stored: StoredSettings, now: datetime) -> bool:
    last = newest(stored)
    return bool(last) and now - last['at'] <= ALIVE


def formats(stored: StoredSettings) -> Iterable[str]:
    """The formats that a report can have."""
    rows = [row for row in newest(stored).get('plugins') or () if isinstance(row, dict)]
    return [str(row['format']) for row in rows if row.get('format') and row.get('state') == 'active'] if rows else BUILT_IN_FORMATS

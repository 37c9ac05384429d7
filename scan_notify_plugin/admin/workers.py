"""What the notify workers say of themselves; the only knowledge of plugins in a process that loads none."""

from datetime import datetime, timedelta
from typing import Any, Dict, Iterable, Optional

from scan_notify_plugin.clock import AHEAD, is_recent
from scan_notify_plugin.settings.store import StoredSettings

#: A worker that was silent for longer is taken for dead.
ALIVE = timedelta(minutes=2)
#: What we bring ourselves, for as long as no worker has told more.
BUILT_IN_FORMATS = ('csv', 'excel')


def newest(stored: StoredSettings, now: Optional[datetime] = None) -> Dict[str, Any]:
    """The last sign of life; empty if there is none.

    :param now: then none from the future counts
    """
    known = (one for one in stored.workers().values() if now is None or one['at'] <= now + AHEAD)
    return max(known, key=lambda one: one['at'], default={})


def any_alive(stored: StoredSettings, now: datetime) -> bool:
    return any(is_recent(one['at'], now, ALIVE) for one in stored.workers().values())


def formats(stored: StoredSettings) -> Iterable[str]:
    """The formats that a report can have."""
    rows = [row for row in newest(stored).get('plugins') or () if isinstance(row, dict)]
    return [str(row['format']) for row in rows if row.get('format') and row.get('state') == 'active'] if rows else BUILT_IN_FORMATS

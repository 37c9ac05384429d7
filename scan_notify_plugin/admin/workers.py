"""What the notify workers say of themselves; the only knowledge of plugins in a process that loads none."""

import logging
from datetime import datetime, timedelta
from typing import Dict, Iterable, List, Mapping, Optional

from scan_notify_plugin.channels import SHIPPED, Channel, from_document
from scan_notify_plugin.clock import AHEAD, is_recent
from scan_notify_plugin.errors import ConfigError
from scan_notify_plugin.faults import Fault, quoted
from scan_notify_plugin.readers import Misshapen
from scan_notify_plugin.records import Document
from scan_notify_plugin.secret import redact
from scan_notify_plugin.settings.section import Settings, with_channels
from scan_notify_plugin.settings.store import StoredSettings

#: A worker that was silent for longer is taken for dead.
ALIVE = timedelta(minutes=2)
#: What we bring ourselves, for as long as no worker has told more.
BUILT_IN_FORMATS = ('csv', 'excel')

log = logging.getLogger('scan_notify')


def newest(stored: StoredSettings, now: Optional[datetime] = None) -> Document:
    """The last sign of life; empty if there is none.

    :param now: then none from the future counts
    """
    known = (worker for worker in stored.workers().values() if now is None or worker['at'] <= now + AHEAD)
    return max(known, key=lambda worker: worker['at'], default={})


def problems_of(facts: Document) -> List[Fault]:
    """What a worker has found wrong with a target or a plugin; earlier releases say it in prose."""
    found = facts.get('faults') or facts.get('problems') or [facts.get('error')]
    return [_fault(problem) for problem in found if problem]


def _fault(problem: object) -> Fault:
    try:
        return Fault.from_stored(problem) if isinstance(problem, Mapping) else quoted(str(problem))
    except Misshapen:  # another release has written it
        return quoted(str(problem))


def any_alive(stored: StoredSettings, now: datetime) -> bool:
    return any(is_recent(worker['at'], now, ALIVE) for worker in stored.workers().values())


def channels(stored: StoredSettings) -> Dict[str, Channel]:
    """What is known of channels here: our own, and what the workers have loaded beside them."""
    found = dict(SHIPPED)
    for document in newest(stored).get('channels') or ():
        try:
            channel = from_document(document)
        except (KeyError, TypeError, ValueError):  # another release has written it
            continue
        found.setdefault(channel.name, channel)
    return found


def with_told(settings: Settings, sections: Mapping[str, object], stored: StoredSettings) -> Settings:
    """The settings with the targets of channels that only the workers know to have a section of the host's.

    :param sections: the whole parsed YAML of the host
    """
    known = channels(stored)
    if not settings.enable or set(known) == set(SHIPPED):
        return settings
    try:
        return with_channels(settings, sections, known)
    except ConfigError as error:  # the worker does not start with it, and says so
        log.warning('%s', redact(str(error)))
        return settings


def formats(stored: StoredSettings) -> Iterable[str]:
    """The formats that a report can have."""
    rows = [row for row in newest(stored).get('plugins') or () if isinstance(row, dict)]
    return (
        [str(row['format']) for row in rows if row.get('format') and row.get('state') == 'active']
        if rows
        else BUILT_IN_FORMATS
    )

"""What a scan task's document says of how it looked, as far as it can be understood. Pure but for :func:`read`."""

import math
from typing import Any, Dict, Iterable, Mapping, NamedTuple, Optional, Tuple

from bson import ObjectId

from scan_notify_plugin.doors import read_documents
from scan_notify_plugin.host.coverage.elements import elements
from scan_notify_plugin.host.scans import BULK
from scan_notify_plugin.records import Document

__all__ = ['Scan', 'read', 'scan_of']

_FIELDS = dict.fromkeys(
    ('name', 'type', 'task_tag', 'target', 'cruising_target', 'status', 'options', 'service', 'statistic'), 1
)
_MOST_CHARACTERS = 1000
#: Stages of one task; more are nobody's.
_MOST_STAGES = 1000


class Scan(NamedTuple):
    """A scan task, as its document is after its results were read."""

    id: str
    name: str = ''
    #: the host's word: domain, ip, risk_cruising
    type: str = ''
    target: str = ''
    status: str = ''
    options: Mapping[str, object] = {}
    #: seconds by stage; None where the document has no such list
    services: Optional[Mapping[str, float]] = None
    #: the host's own counters; None where it did not count
    statistic: Optional[Mapping[str, object]] = None
    #: what it looks at; see :mod:`elements`
    elements: Tuple[str, ...] = ()
    #: task, monitor, risk_cruising
    tag: str = ''


def read(db: Any, task_ids: Iterable[str]) -> Dict[str, Scan]:
    """The scan tasks that exist, by id. To be called after their results were read: people delete while we read."""
    ids = [ObjectId(one) for one in task_ids if ObjectId.is_valid(one)]
    scans = {}
    for start in range(0, len(ids), BULK):
        for document in read_documents(db['task'], {'_id': {'$in': ids[start : start + BULK]}}, _FIELDS):
            scans[str(document['_id'])] = scan_of(document)
    return scans


def scan_of(document: Document) -> Scan:
    """A task's document; what is odd in it is as good as absent."""
    options, statistic = document.get('options'), document.get('statistic')
    kind = _text(document.get('type'))
    return Scan(
        id=str(document.get('_id')),
        name=_text(document.get('name')),
        type=kind,
        target=_text(document.get('target')),
        status=_text(document.get('status')),
        options=options if isinstance(options, Mapping) else {},
        services=_services(document['service']) if document.get('service') is not None else None,
        statistic=statistic if isinstance(statistic, Mapping) else None,
        elements=elements(kind, document.get('target'), document.get('cruising_target')),
        tag=_text(document.get('task_tag')),
    )


def _services(stages: object) -> Mapping[str, float]:
    """Seconds by stage; of one that is there twice, both."""
    seconds: Dict[str, float] = {}
    for stage in stages[:_MOST_STAGES] if isinstance(stages, list) else ():
        name = stage.get('name') if isinstance(stage, Mapping) else None
        if isinstance(name, str):
            seconds[name] = seconds.get(name, 0.0) + _seconds(stage.get('elapsed'))
    return seconds


def _seconds(value: object) -> float:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        try:
            return float(value) if math.isfinite(value) and value > 0 else 0.0
        except OverflowError:
            return 0.0
    return 0.0


def _text(value: object) -> str:
    return value[:_MOST_CHARACTERS] if isinstance(value, str) else ''

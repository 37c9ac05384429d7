"""What the scan tasks of a round looked at, and what they did not, and why. Pure."""

from typing import Dict, Iterator, Mapping, NamedTuple, Optional, Set, Tuple

from scan_notify_plugin.faults import Fault, Faults
from scan_notify_plugin.host.coverage.extents import Extent
from scan_notify_plugin.host.coverage.lists import SHIPPED, Lists
from scan_notify_plugin.host.coverage.options import TABLES, coverage
from scan_notify_plugin.host.coverage.scan import Scan
from scan_notify_plugin.host.coverage.task import Result, Why

__all__ = ['Looked', 'Looks', 'looks']

Extents = Dict[Tuple[str, str], Extent]

#: How the host and we name the end of a task that went well.
_DONE = 'done'
#: The host's counters of the collections that the tables are made of (host: app.utils.arl, task_statistic).
_COUNTED = {'service': 'ip', 'service_detection': 'ip', 'os_detection': 'ip', 'site_identify': 'site'}


class Looked(NamedTuple):
    """A table was looked at for an element."""

    element: str
    #: a table of results, or ``service_detection``, ``os_detection``, ``site_identify`` for watched cells
    table: str
    extent: Extent


class Looks(NamedTuple):
    """What a round looked at."""

    #: one for each element and table, in this order
    looked: Tuple[Looked, ...]
    #: why not: one for each reason and table, with a number and an example
    remarks: Faults
    #: of the tasks that still exist; also of those that failed
    elements_by_task: Mapping[str, Tuple[str, ...]]
    #: what they were to look at beside that; where they failed something may be found all the same
    wanted: Tuple[Looked, ...] = ()


def looks(
    scans: Mapping[str, Scan],
    outcomes: Mapping[str, str],
    read: Mapping[str, Mapping[str, int]],
    lists: Lists = SHIPPED,
) -> Looks:
    """What the tasks of a round looked at.

    :param scans: as read after the results
    :param outcomes: of all tasks of the round, as the run has them
    :param read: records that were read, by task and table
    :param lists: of the host beside us
    """
    extents: Extents = {}
    wanted: Extents = {}
    reasons = _Reasons()
    for task_id in sorted(outcomes):
        scan = scans.get(task_id)
        if scan is None:
            reasons.add(Why('coverage.task-gone'), '', (task_id,))
            continue
        done: Set[str] = set()
        for table, result in _of_task(scan, outcomes[task_id], read.get(task_id) or {}, lists):
            if isinstance(result, Why):
                reasons.add(result, table, scan.elements)
                continue
            _add(extents, scan, table, result)
            done.add(table)
        for table, result in coverage(scan, lists, wanted=True):
            if not isinstance(result, Why) and table not in done:
                _add(wanted, scan, table, result)
    elements = {task_id: scans[task_id].elements for task_id in outcomes if task_id in scans}
    return Looks(_looked(extents), reasons.faults(), elements, _looked(wanted))


def _add(extents: Extents, scan: Scan, table: str, extent: Extent) -> None:
    for element in scan.elements:
        known = extents.get((element, table))
        extents[element, table] = known.union(extent) if known else extent


def _looked(extents: Extents) -> Tuple[Looked, ...]:
    return tuple(Looked(element, table, extent) for (element, table), extent in sorted(extents.items(), key=_place))


def _place(item: Tuple[Tuple[str, str], Extent]) -> Tuple[str, str]:
    return item[0]


def _of_task(scan: Scan, outcome: str, read: Mapping[str, int], lists: Lists) -> Iterator[Tuple[str, Result]]:
    """By table, its extent, or why there is none; the table '' stands for all."""
    if outcome != _DONE or scan.status != _DONE:
        yield '', Why('coverage.failed', str(outcome if outcome != _DONE else scan.status))
    elif scan.type not in TABLES or scan.tag == 'monitor' or not scan.elements:
        yield '', Why('coverage.unknown-type', scan.type)
    else:
        for table, result in coverage(scan, lists):
            yield table, result if isinstance(result, Why) else _deleted(scan, table, read) or result


def _deleted(scan: Scan, table: str, read: Mapping[str, int]) -> Optional[Why]:
    """Why what was read is not what the task had found, by the host's own count."""
    collection = _COUNTED.get(table, table)
    if scan.statistic is None or collection + '_cnt' not in scan.statistic:
        return None
    count = scan.statistic[collection + '_cnt']
    if not isinstance(count, (int, float)) or isinstance(count, bool):
        return Why('coverage.deleted')
    return Why('coverage.deleted') if not 0 <= count <= read.get(collection, 0) else None


class _Reasons:
    """Reasons, added up."""

    def __init__(self) -> None:
        self._counts: Dict[Tuple[Why, str], int] = {}
        self._examples: Dict[Tuple[Why, str], str] = {}

    def add(self, why: Why, table: str, elements: Tuple[str, ...]) -> None:
        """Count a reason for some elements, or for a task of which none is known."""
        key = (why, table)
        self._counts[key] = self._counts.get(key, 0) + max(len(elements), 1)
        self._examples.setdefault(key, elements[0] if elements else '')

    def faults(self) -> Faults:
        """One for each reason and table, in a fixed order."""
        return tuple(
            Fault.of(why.code, dict(table=table, detail=why.detail, count=count, element=self._examples[why, table]))
            for (why, table), count in sorted(self._counts.items())
        )

"""What a run has found, as its message says it: numbers, records, and what could not be compared, in a language."""

from typing import List, Sequence, Tuple

from scan_notify_plugin.changes import Change, Results
from scan_notify_plugin.faults import Fault, say
from scan_notify_plugin.host.scans import COUNTED
from scan_notify_plugin.notifiers import text
from scan_notify_plugin.notifiers.sections import severities
from scan_notify_plugin.notifiers.summary import Summary

_MAX_TARGET, _MAX_NAME, _MAX_CELL, _MAX_REMARK = 200, 100, 60, 300
#: A message has room for a few hundred records at the most, however many somebody has stored.
MOST = 200


def with_results(summary: Summary, results: Results, records: Sequence[Change], language: str) -> Summary:
    """A summary that tells what has changed; its numbers are those of the results where they are known.

    :param records: the top ones, worst first, masked
    """
    told = tuple(map(_plain, records[:MOST])) if results.known else ()
    return summary._replace(
        results=results,
        records=told,
        severities=severities(results, told) if results.known else {},
        remarks=tuple(_said(fault, language) for fault in results.remarks + results.faults),
        assets=_totals(results) if results.known else summary.assets,
    )


def _said(fault: Fault, language: str) -> str:
    return text.plain(say(fault, language), _MAX_REMARK)


def _totals(results: Results) -> Tuple[Tuple[str, int], ...]:
    """Tables in the order of the host's counters, then others."""
    order: List[str] = [counter[: -len('_cnt')] for _, counter in COUNTED]
    names = sorted(results.totals, key=lambda name: order.index(name) if name in order else len(order))
    return tuple((name, results.totals[name]) for name in names if results.totals[name])


def _plain(one: Change) -> Change:
    """On one line and short; what remains of it is still a stranger's."""
    cells = tuple(
        cell._replace(old=text.plain(cell.old, _MAX_CELL), new=text.plain(cell.new, _MAX_CELL)) for cell in one.cells
    )
    return one._replace(target=text.plain(one.target, _MAX_TARGET), name=text.plain(one.name, _MAX_NAME), cells=cells)

"""Which records a message names, below which title, and which of them come first where there is no room for all. Pure.

A summary has its records worst first. They are told in sections, each with a share of the room, so that a long one
leaves the others theirs.
"""

from typing import Dict, List, Mapping, NamedTuple, Sequence, Tuple

from scan_notify_plugin.changes import Change, Results, State
from scan_notify_plugin.notifiers.summary import Summary

#: The tables whose records are findings; those of all others are assets.
FINDINGS = ('vuln', 'nuclei_result', 'nuclei', 'xray_result', 'unauth', 'fileleak', 'wih')
#: In the order in which they are told: the section, and how large its share is.
SHARES = (
    ('findings', 4),
    ('first_look', 2),
    ('found', 2),
    ('assets', 2),
    ('changed', 1),
    ('gone', 2),
    ('unstable', 0),
)
#: Of scan tasks that did not end well.
_TASKS = 3
_OTHERS = {State.CHANGED: 'changed', State.GONE: 'gone', State.UNSTABLE: 'unstable'}
_FINDINGS = {
    State.NEW: 'findings', State.BACK: 'findings', State.FIRST_LOOK: 'first_look', State.FOUND: 'found',
}  # fmt: skip
_ASSETS = {State.NEW: 'assets', State.BACK: 'assets'}
#: What a target says of its scan tasks: all, those that failed, or none.
ALL, FAILED = 'all', 'failed'


class Section(NamedTuple):
    """Records that are told below one title."""

    name: str
    #: all that there are, named or not
    total: int
    records: Tuple[Change, ...]
    #: that no page names, where this is the last page
    more: int


class Item(NamedTuple):
    """A record or a scan task of a summary, by its place."""

    section: str  #: '' for a scan task
    place: int


def section_of(table: str, state: State) -> str:
    """Where a record is told; '' where only its number is."""
    return {**_OTHERS, **(_FINDINGS if table in FINDINGS else _ASSETS)}.get(state, '')


def totals(results: Results) -> Dict[str, int]:
    """By section, how many records there are."""
    found: Dict[str, int] = {}
    for table, numbers in results.tables.items():
        for state in State:
            name = section_of(table, state)
            if name:
                found[name] = found.get(name, 0) + numbers.get(state.value, 0)
    return found


def sections(summary: Summary) -> List[Section]:
    """The sections of one page; none where changes are not known."""
    if summary.results is None or not summary.results.known:
        return []
    of, by_section = totals(summary.results), _by_section(summary.records)
    made = []
    for name, _ in SHARES:
        records, more = by_section.get(name, ()), summary.unlisted.get(name, 0)
        if records or more:
            made.append(Section(name, max(of.get(name, 0), len(records)), tuple(records), more))
    return made


def ranked(summary: Summary, task_list: str) -> List[Item]:
    """Everything that may be named, what must not be missing first.

    :param task_list: ``all``, ``failed`` or ``none``
    """
    if summary.alert is not None:
        return [Item('', place) for place in range(len(summary.tasks))]
    failed = [Item('', place) for place, task in enumerate(summary.tasks) if task.outcome != 'done']
    well = [Item('', place) for place, task in enumerate(summary.tasks) if task.outcome == 'done']
    shared = [((number + 1) / _TASKS, -1, item) for number, item in enumerate(failed)] * (task_list in (ALL, FAILED))
    last = []
    for order, (name, share) in enumerate(SHARES):
        items = [Item(name, place) for place, one in enumerate(summary.records) if section_of(*_about(one)) == name]
        if share:
            shared += [((number + 1) / share, order, item) for number, item in enumerate(items)]
        else:
            last += items
    return [item for _, _, item in sorted(shared)] + last + well * (task_list == ALL)


def placed(summary: Summary, shown: Sequence[Item], left: Sequence[Item], last: bool) -> Summary:
    """A page's summary: with the items that it shows.

    :param left: those that no page shows
    :param last: whether no page follows
    """
    records = [summary.records[item.place] for item in sorted(shown, key=lambda item: item.place) if item.section]
    # Of what stands together in the first place, the order is the summary's.
    places = sorted(item.place for item in shown if not item.section)
    unlisted: Dict[str, int] = {}
    if last and summary.results is not None and summary.results.known:
        unlisted = _never_named(summary.results, summary.records)
        for item in left:
            if item.section:
                unlisted[item.section] = unlisted.get(item.section, 0) + 1
    return summary._replace(
        tasks=tuple(summary.tasks[place] for place in places),
        records=tuple(records),
        omitted=sum(not item.section for item in left),
        unlisted={name: number for name, number in unlisted.items() if number},
    )


def severities(results: Results, records: Sequence[Change]) -> Mapping[str, int]:
    """By severity, the new findings that have a record: there may be more, see :func:`is_exact`."""
    counts: Dict[str, int] = {}
    for one in records:
        if one.state is State.NEW and one.table in FINDINGS:
            severity = one.severity.lower()
            counts[severity] = counts.get(severity, 0) + 1
    return counts


def is_exact(results: Results, counts: Mapping[str, int], severity: str) -> bool:
    """Whether no finding of this severity is new beside those that were counted by their records.

    Records are kept as far as there is room; one with long texts may have none although others, less bad, have some.
    """
    new = sum(numbers.get(State.NEW.value, 0) for table, numbers in results.tables.items() if table in FINDINGS)
    return sum(counts.values()) >= new or counts.get(severity, 0) >= results.severities.get(severity, 0)


def _never_named(results: Results, records: Sequence[Change]) -> Dict[str, int]:
    """By section, those of which only the number is known."""
    by_section = _by_section(records)
    return {name: max(0, number - len(by_section.get(name, ()))) for name, number in totals(results).items()}


def _by_section(records: Sequence[Change]) -> Dict[str, List[Change]]:
    found: Dict[str, List[Change]] = {}
    for one in records:
        found.setdefault(section_of(*_about(one)), []).append(one)
    return found


def _about(record: Change) -> Tuple[str, State]:
    return record.table, record.state

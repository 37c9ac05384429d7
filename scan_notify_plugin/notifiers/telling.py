"""What has changed, in a sentence; and each record on a line. Our words, around texts of strangers. Pure."""

from datetime import datetime
from typing import Callable, List, Mapping, Optional

from scan_notify_plugin import words
from scan_notify_plugin.changes import SEVERITIES, UNRATED, Change, Changed, Progress, Results, State
from scan_notify_plugin.notifiers import text
from scan_notify_plugin.notifiers.blocks import Said
from scan_notify_plugin.notifiers.sections import FINDINGS, is_exact
from scan_notify_plugin.notifiers.summary import Summary, Text

#: The order in which the tables of assets are named; the records of others are told together.
_ASSETS = ('service', 'site', 'domain', 'ip', 'cert')
#: These severities are said in a sentence.
_SEVERE = SEVERITIES[:2]
_MINUTE, _HOUR, _DAY = 60, 3600, 86400
#: Characters of an old or a new cell.
_CELL = 60


def changes(summary: Summary) -> Optional[Said]:
    """What is new, gone and changed, and what that is compared with; None where a run is not over, and for a test."""
    results = summary.results
    what = _what(summary)
    if what is None or results is None or not results.known:
        return what
    if results.compared is not None:
        number, ago = results.compared.run_number, _ago(results.compared.fired_at, summary.fired_at)
        code = 'changes.compared' if ago is None else 'changes.compared.ago'
        what = _said('changes.with', what=what, compared=_said(code, number=number, ago=ago))
    apart = _listed(_apart(results))
    return what if apart is None else _said('changes.apart', sentence=what, apart=apart)


def changes_in_short(summary: Summary) -> Optional[Said]:
    """The same for a title: without what it is compared with; None where nobody has asked what has changed."""
    return None if summary.results is None else _what(summary)


def _what(summary: Summary) -> Optional[Said]:
    results = summary.results
    if results is None:
        return None if summary.test or summary.status == 'running' else _said('changes.uncollected')
    if not results.known:
        return _said('changes.pending' if results.state is Progress.PENDING else 'changes.failed')
    if results.compared is None:
        return _alone(results)
    told = _listed(_news(summary, results))
    if told is not None:
        return told
    # What nobody has looked at is not said to be as it was.
    if results.changes.get(State.NOT_LOOKED_AT.value, 0) and not any(results.totals.values()):
        return _said('changes.nothing.seen')
    doubtful = any(number for state, number in results.changes.items() if state != State.KNOWN.value)
    return _said('changes.nothing.partly' if doubtful or results.remarks else 'changes.nothing')


def _alone(results: Results) -> Said:
    """Of a run that is compared with nothing: all that it has found."""
    manual = results.changes.get(State.FOUND.value, 0)
    state = State.FOUND if manual else State.FIRST_LOOK
    told = _listed(_numbers(results, state, results.severities, 'changes.count'))
    if told is None:
        return _said('changes.first.nothing')
    return _said('changes.found' if manual else 'changes.first', what=told)


def _news(summary: Summary, results: Results) -> List[Said]:
    """What has changed, in the order in which it is said."""
    told = _numbers(results, State.NEW, summary.severities, 'changes.new')
    for state in (State.BACK, State.CHANGED, State.GONE, State.OUT_OF_SCOPE):
        number = results.changes.get(state.value, 0)
        if number:
            told.append(_said('changes.state.' + state.value, count=number))
    return told


def _apart(results: Results) -> List[Said]:
    """What is counted apart: it is neither new nor gone."""
    states = (State.FIRST_LOOK, State.EARLIER, State.NOT_LOOKED_AT, State.UNSTABLE)
    # Of a run that is compared with nothing, the first looks are all that there is to say.
    told = [state for state in states if results.changes.get(state.value, 0)]
    told = [state for state in told if results.compared is not None or state is not State.FIRST_LOOK]
    return [_said('changes.state.' + state.value, count=results.changes[state.value]) for state in told]


def _numbers(results: Results, state: State, severities: Mapping[str, int], code: str) -> List[Said]:
    """Findings together and with the worst of them, then assets by their tables."""
    by_table = {table: numbers.get(state.value, 0) for table, numbers in results.tables.items()}
    findings = sum(number for table, number in by_table.items() if table in FINDINGS)
    told = [_severe(_counted(code, 'finding', findings), severities, results)] if findings else []
    assets = [table for table in by_table if table not in FINDINGS]
    for table in _ASSETS:
        if by_table.get(table):
            told.append(_counted(code, table, by_table[table]))
    others = sum(by_table[table] for table in assets if table not in _ASSETS)
    return told + [_counted(code, 'other', others)] * bool(others)


def _severe(counted: Said, severities: Mapping[str, int], results: Results) -> Said:
    worst = next((name for name in _SEVERE if severities.get(name, 0) > 0), '')
    if not worst:
        return counted
    code = 'changes.severe' if is_exact(results, severities, worst) else 'changes.severe.least'
    return _said(code, what=counted, number=severities[worst], severity=_said('severity.' + worst))


def _counted(code: str, table: str, number: int) -> Said:
    return _said(code, count=number, what=noun(table) if number == 1 else _noun('nouns.', table))


def noun(table: str) -> Said:
    """What one record of a table is called."""
    return _noun('noun.', table)


def _noun(family: str, table: str) -> Said:
    return _said(family + (table if words.known(family + table) else 'other'))


def _listed(told: List[Said]) -> Optional[Said]:
    if not told:
        return None
    joined = told[0]
    for one in told[1:]:
        joined = _said('changes.and', before=joined, after=one)
    return joined


def _ago(then: datetime, now: datetime) -> Optional[Said]:
    """How long before a round another one was; None where a clock was set back, or is not known."""
    seconds = -1 if then.tzinfo is None or now.tzinfo is None else int((now - then).total_seconds())
    if seconds < 0:
        return None
    for unit, length in (('days', _DAY), ('hours', _HOUR), ('minutes', _MINUTE)):
        number = seconds // length
        if number >= (2 if unit == 'hours' else 1) or unit == 'minutes':
            return _said('ago.' + unit + ('.one' if number == 1 else ''), count=number)
    return None


def record(one: Change) -> Said:
    """A record on one line: what it is and where, and how it has changed."""
    told = _about(one)
    if one.state is State.BACK:
        told = _said('record.back', record=told)
    if one.state is State.CHANGED and one.cells:
        told = _said('record.changed', record=told, cells=_joined(one.cells, _cell))
    return told


def _about(one: Change) -> Said:
    where = Text(text.addresses(one.target)) if one.target else Text('-')
    if one.table not in FINDINGS:
        code = 'record.asset.named' if one.name else 'record.asset'
        return _said(code, what=noun(one.table), target=where, name=one.name)
    severity = one.severity.lower() or UNRATED
    known = 'severity.' + severity
    return _said(
        'record.finding',
        severity=_said(known) if words.known(known) else one.severity,
        name=one.name or noun(one.table),
        target=where,
    )


def _joined(cells: object, make: Callable[[Changed], Said]) -> Said:
    assert isinstance(cells, tuple)
    return _listed([make(cell) for cell in cells]) or Said('changes.nothing')


def _cell(cell: Changed) -> Said:
    column: object = _said(cell.column) if words.known(cell.column) else cell.column
    old, new = (text.plain(value, _CELL) or Text('-') for value in (cell.old, cell.new))
    return _said('record.cell', column=column, old=old, new=new)


def _said(code: str, **facts: object) -> Said:
    return Said(code, facts)

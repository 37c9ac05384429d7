"""What an overview says of changes: with what the run was compared, how many there are, or why nobody knows. Pure."""

from datetime import datetime
from typing import List, Optional, Tuple

from scan_notify_plugin.changes import Progress, Results, State
from scan_notify_plugin.faults import join
from scan_notify_plugin.faults import say as say_fault
from scan_notify_plugin.tables import Rows
from scan_notify_plugin.words import family, say

__all__ = ['change_facts', 'change_numbers', 'results_of']

#: Said also where there are none: that nothing is new is an answer, but only where something was compared.
_ASKED_FOR = (State.NEW, State.BACK, State.CHANGED, State.GONE)


def results_of(rows: Rows) -> Optional[Results]:
    """What is known of changes; whoever gives the rows need not know of any."""
    return getattr(rows, 'results', None)


def change_facts(results: Optional[Results], language: str) -> Tuple[Tuple[str, object], ...]:
    """(label, value) pairs: with which round the run was compared and what could not be, or why no change is known."""
    if results is None:
        return ()
    label = say('table.changes', language)
    if results.state is Progress.PENDING:
        return ((label, say('workbook.changes-pending', language)),)
    if not results.known:
        reason = join(results.faults, language)
        unknown = say('workbook.changes-unknown', language, reason=reason) if reason else ''
        return ((label, unknown or say('workbook.changes-lost', language)),)
    facts: List[Tuple[str, object]] = [(say('workbook.compared', language), _compared(results, language))]
    facts += [(say('workbook.remark', language), say_fault(remark, language)) for remark in results.remarks]
    return tuple(facts)


def change_numbers(results: Optional[Results], language: str) -> Tuple[Tuple[str, int], ...]:
    """(word of a state, its records), in the order of the states; nothing where no change is known."""
    if results is None or not results.known:
        return ()
    numbers = {str(getattr(state, 'value', state)): number for state, number in results.changes.items()}
    if results.compared is not None:
        numbers = dict({state.value: 0 for state in _ASKED_FOR}, **numbers)
    words, order = family('state', language), [state.value for state in State]
    # What only a newer release knows stands at the end, as it is called there.
    names = [name for name in order if name in numbers] + sorted(set(numbers) - set(order))
    asked_for = {state.value for state in _ASKED_FOR}
    return tuple((words.get(name, name), numbers[name]) for name in names if numbers[name] or name in asked_for)


def _compared(results: Results, language: str) -> str:
    before = results.compared
    if before is None:
        return say('workbook.compared-nothing', language)
    return say('workbook.compared-round', language, number=before.run_number, at=_local(before.fired_at))


def _local(time: datetime) -> str:
    """In the zone of this process, as the other times of an overview."""
    try:
        return str(time.astimezone().replace(microsecond=0, tzinfo=None))
    except (OverflowError, ValueError, OSError):  # at either end of time
        return str(time)

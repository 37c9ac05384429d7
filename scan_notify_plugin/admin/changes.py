"""Words and forms that changes of schedules and of options share."""

from typing import Dict, Mapping

from scan_notify_plugin.admin.errors import Conflict, together
from scan_notify_plugin.faults import Fault, quoted
from scan_notify_plugin.records import Document


def changed_meanwhile(what: Fault, document: Document) -> Conflict:
    """Who was faster, and what holds since; for a person whose change was not made.

    :param what: that was changed
    """
    if not document:
        return Conflict(Fault('changed.back', what=what))
    values = document.get('values', {})
    changed = {name: _value(values, name) for name in document.get('changed', ())}
    rows = [Fault('changed.value', name=name, value=_described(value)) for name, value in changed.items()]
    fault = Fault(
        'changed.meanwhile',
        what=what,
        by=document['by'],
        at='{:%Y-%m-%d %H:%M:%S}'.format(document['at']),
        values=together('together.values', rows) if rows else '',
    )
    return Conflict(fault, {'by': document['by'], 'at': document['at'], 'values': changed})


def _value(values: Document, name: str) -> object:
    """A value by its name; one with a dot is in a section."""
    section, _, inner = name.partition('.')
    return values.get(section, {}).get(inner) if inner else values.get(name)


def _described(value: object) -> Fault:
    if value is None:
        return Fault('changed.value.back')
    if isinstance(value, bool):
        return Fault('changed.value.on' if value else 'changed.value.off')
    return quoted(', '.join(value) if isinstance(value, list) else str(value))


def shown(value: object) -> object:
    """A setting as JSON has it."""
    return list(value) if isinstance(value, tuple) else value


def plain(values: Mapping[str, object]) -> Dict[str, object]:
    return {name: shown(value) for name, value in values.items()}

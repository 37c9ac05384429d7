"""Words and forms that changes of schedules and of options share."""

from typing import Any, Dict, Mapping

from scan_notify_plugin.admin.errors import Conflict


def changed_meanwhile(what: str, document: Mapping[str, Any]) -> Conflict:
    """Who was faster, and what holds since; for a person whose change was not made.

    :param what: with its verb: 'schedule nightly was'
    """
    if not document:
        return Conflict('{} set back meanwhile; look again and decide anew'.format(what))
    values = document.get('values', {})
    changed = {name: _value(values, name) for name in document.get('changed', ())}
    said = ', '.join('{} = {}'.format(name, _words(value)) for name, value in changed.items())
    words = '{} changed meanwhile by {} at {:%Y-%m-%d %H:%M:%S} UTC ({}); look again and decide anew'.format(
        what, document['by'], document['at'], said
    )
    return Conflict(words, {'by': document['by'], 'at': document['at'], 'values': changed})


def _value(values: Mapping[str, Any], name: str) -> Any:
    """A value by its name; one with a dot is in a section."""
    section, _, inner = name.partition('.')
    return values.get(section, {}).get(inner) if inner else values.get(name)


def _words(value: Any) -> str:
    if value is None:
        return 'taken back'
    if isinstance(value, bool):
        return 'on' if value else 'off'
    return ', '.join(value) if isinstance(value, list) else str(value)


def shown(value: Any) -> Any:
    """A setting as JSON has it."""
    return list(value) if isinstance(value, tuple) else value


def plain(values: Mapping[str, Any]) -> Dict[str, Any]:
    return {name: shown(value) for name, value in values.items()}

"""Words and forms that changes of schedules and of options share."""

from typing import Any, Dict, Mapping


def changed_meanwhile(what: str, document: Mapping[str, Any]) -> str:
    """Who was faster, and what holds since; for a person whose change was not made."""
    if not document:
        return '{} was set back meanwhile; look again and decide anew'.format(what)
    values = document.get('values', {})
    said = ', '.join('{} = {}'.format(name, _words(_value(values, name))) for name in document.get('changed', ()))
    return '{} was changed meanwhile by {} at {:%Y-%m-%d %H:%M:%S} UTC ({}); look again and decide anew'.format(
        what, document['by'], document['at'], said
    )


def _value(values: Mapping[str, Any], name: str) -> Any:
    """A value by its name; one with a dot is in a section."""
    section, _, inner = name.partition('.')
    return values.get(section, {}).get(inner) if inner else values.get(name)


def _words(value: Any) -> str:
    if value is None:
        return 'taken back'
    return ', '.join(value) if isinstance(value, list) else str(value)


def shown(value: Any) -> Any:
    """A setting as JSON has it."""
    return list(value) if isinstance(value, tuple) else value


def plain(values: Mapping[str, Any]) -> Dict[str, Any]:
    return {name: shown(value) for name, value in values.items()}

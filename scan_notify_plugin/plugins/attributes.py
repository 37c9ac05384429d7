"""What the attributes of a plugin must be, and what is wrong with those that are not."""

import re
from collections.abc import Collection
from numbers import Integral, Real
from typing import Callable, Iterable, Iterator, NamedTuple, Optional, cast

from scan_notify_plugin.channels import sections_for
from scan_notify_plugin.exporters.base import Exporter
from scan_notify_plugin.faults import Fault
from scan_notify_plugin.notifiers.base import Notifier
from scan_notify_plugin.notifiers.callbacks import Callbacks
from scan_notify_plugin.notifiers.dialects import Dialect
from scan_notify_plugin.plugins.errors import excerpt, name_of

#: Seconds that can be added to a time.
_MOST_SECONDS = 10**9
#: Seconds by which a message may come later for nothing but the hour; it would be no spreading if it were half an hour.
_MOST_RUSH = 600


class Attribute(NamedTuple):
    """One attribute of a base class."""

    name: str
    is_right: Callable[[object], bool]
    expected: Fault


def _number(kind: type, value: object) -> Optional[float]:
    """A value of an abstract kind of numbers, of which mypy knows no comparison."""
    return cast(float, value) if isinstance(value, kind) else None


def _is_above_zero(value: object) -> bool:
    number = _number(Real, value)
    return number is not None and number > 0


def _is_in_seconds(value: object) -> bool:
    number = _number(Real, value)
    return number is not None and number <= _MOST_SECONDS


def _are_texts(value: object) -> bool:
    return isinstance(value, Collection) and not isinstance(value, str) and all(isinstance(item, str) for item in value)


def are_options(value: object) -> bool:
    """Whether a value is a collection of names of options."""
    return _are_texts(value) and all(name == name.lower() for name in cast(Iterable[str], value))


def _is_pace(value: object) -> bool:
    if not isinstance(value, (tuple, list)) or len(value) != 2:
        return False
    count, seconds = _number(Integral, value[0]), _number(Real, value[1])
    return count is not None and count >= 1 and seconds is not None and 0 <= seconds <= _MOST_SECONDS


def _is_rush(value: object) -> bool:
    seconds = _number(Real, value)
    return seconds is not None and 0 <= seconds < _MOST_RUSH


def _are_codes(value: object) -> bool:
    return (
        isinstance(value, Collection)
        and not isinstance(value, str)
        and all(isinstance(item, (int, str)) for item in value)
    )


def _is_printable(value: object) -> bool:
    return isinstance(value, str) and bool(value) and value.isprintable()


def _is_flag(value: object) -> bool:
    return not callable(value)


_OPTIONS = Fault('contract.expected.options', example='(\'url\',)')
_FLAG = Fault('contract.expected.flag')
OF_NOTIFIER = (
    Attribute('channel', lambda value: isinstance(value, str) and bool(re.fullmatch(r'[\w-]+', value)),
              Fault('contract.expected.channel')),
    Attribute('aliases', _are_texts, Fault('contract.expected.texts', example='(\'pager\',)')),
    Attribute('required', are_options, _OPTIONS),
    Attribute('optional', are_options, _OPTIONS),
    Attribute('secrets', are_options, _OPTIONS),
    Attribute('max_bytes', lambda value: value is None or _is_above_zero(value), Fault('contract.expected.size')),
    Attribute('dialect', lambda value: isinstance(value, Dialect), Fault('contract.expected.dialect')),
    Attribute('oversize', lambda value: value in ('cut', 'split'),
              Fault('contract.either', first='\'cut\'', second='\'split\'')),
    Attribute('task_list', lambda value: value in ('all', 'failed', 'none'), Fault('contract.expected.task-list')),
    Attribute('pace', _is_pace, Fault('contract.expected.pace', example='(18, 61.0)')),
    Attribute('burst', lambda value: value is None or _is_pace(value),
              Fault('contract.expected.burst', example='(4, 1.0)')),
    Attribute('rush', _is_rush, Fault('contract.expected.rush')),
    Attribute('cool_down', _is_in_seconds, Fault('contract.expected.seconds', example='60.0')),
    Attribute('repeats_after', _are_codes, Fault('contract.expected.codes', example='(500, 502)')),
    Attribute('idempotent', _is_flag, _FLAG),
    Attribute('independent', _is_flag, _FLAG),
    Attribute('marks_delivery', _is_flag, _FLAG),
    Attribute('section', lambda value: isinstance(value, str), Fault('contract.expected.text', example='\'PAGER\'')),
    Attribute('section_options', are_options, _OPTIONS),
    Attribute('callbacks', lambda value: value is None or isinstance(value, Callbacks),
              Fault('contract.expected.callbacks')),
)  # fmt: skip
OF_CALLBACKS = (
    Attribute('proofs', are_options, _OPTIONS),
    Attribute('addresses', _are_texts, Fault('contract.expected.texts', example='(\'/pager\',)')),
    Attribute('people', lambda value: isinstance(value, str) and ':' not in value, Fault('contract.expected.people')),
)
OF_EXPORTER = (
    Attribute('format', lambda value: isinstance(value, str) and _is_printable(value) and value == value.strip()
              and ',' not in value, Fault('contract.expected.format')),
    Attribute('media_type', _is_printable, Fault('contract.expected.text', example='\'application/zip\'')),
)  # fmt: skip


def check_attributes(plugin: object, attributes: Iterable[Attribute]) -> Iterator[Fault]:
    """What is wrong with those of a plugin, or of a part of it."""
    for attribute in attributes:
        value = getattr(plugin, attribute.name)
        if not attribute.is_right(value):
            facts = {'plugin': name_of(plugin), 'attribute': attribute.name, 'value': excerpt(value)}
            yield Fault('contract.attribute', expected=attribute.expected, **facts)


def check_section(plugin: Notifier) -> Iterator[Fault]:
    """Processes that load no plugin know a section from its name alone."""
    if isinstance(plugin.section, str) and isinstance(plugin.channel, str) and plugin.channel:
        allowed = sections_for(plugin.channel)
        if plugin.section and plugin.section not in allowed:
            first, second = repr(allowed[0]), repr(allowed[-1])
            expected = first if len(allowed) == 1 else Fault('contract.either', first=first, second=second)
            facts = {'plugin': name_of(plugin), 'attribute': 'section', 'value': repr(plugin.section)}
            yield Fault('contract.attribute', expected=expected, **facts)


def check_secrets(plugin: Notifier) -> Iterator[Fault]:
    """What is declared and can never be an option is a slip of the pen that would leave a credential open."""
    if all(map(are_options, (plugin.required, plugin.optional, plugin.secrets))):
        for name in sorted(set(plugin.secrets) - set(plugin.required) - set(plugin.optional)):
            yield Fault('contract.secrets', plugin=name_of(plugin), option=repr(name))


def check_extension(plugin: Exporter) -> Iterator[Fault]:
    if not isinstance(plugin.extension, str) or not re.fullmatch('[a-z0-9]{1,8}', plugin.extension):
        yield Fault('contract.extension', plugin=name_of(plugin), value=excerpt(plugin.extension))

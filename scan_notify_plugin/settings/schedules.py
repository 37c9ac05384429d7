"""What holds for one of the host's schedules, who decides it, and what may be set for it. Pure."""

from typing import Dict, Iterable, Mapping, NamedTuple, Optional, Tuple

from scan_notify_plugin.errors import ConfigError
from scan_notify_plugin.faults import Fault
from scan_notify_plugin.settings import schema
from scan_notify_plugin.settings.targets import unknown_target
from scan_notify_plugin.settings.values import quotable


class ScheduleSettings(NamedTuple):
    """What holds for one schedule."""

    notify_enable: bool
    notify_channel: Tuple[str, ...]
    notify_on: str
    export_enable: bool = False
    export_format: Tuple[str, ...] = ('excel',)


class Resolved(NamedTuple):
    """A value that holds, and who says so: ``admin``, ``host`` or ``default``."""

    value: object
    source: str


#: A value in a document may be of any type.
_NOT_UNDERSTOOD = (ConfigError, TypeError, ValueError, AttributeError, LookupError, ArithmeticError)


def schedule_settings(
    by_admin: Mapping[str, object], on_schedule: Mapping[str, object], defaults: ScheduleSettings
) -> ScheduleSettings:
    """What holds for a schedule: what an administrator set here, else the host's own field, else the defaults."""
    values: schema.Values = {name: item.value for name, item in resolve(by_admin, on_schedule, defaults).items()}
    return ScheduleSettings(**values)


def resolve(
    by_admin: Mapping[str, object], on_schedule: Mapping[str, object], defaults: ScheduleSettings
) -> Dict[str, Resolved]:
    """By name, what holds for a schedule and who says so.

    A value of the host that cannot be understood counts as absent: its documents are not ours to refuse.
    """
    from_host, from_admin = (understood(schema.SCHEDULE_KEYS, values) for values in (on_schedule, by_admin))
    resolved = {}
    for name, default in zip(defaults._fields, defaults):
        resolved[name] = Resolved(default, 'default')
        for values, source in ((from_host, 'host'), (from_admin, 'admin')):
            if name in values:
                resolved[name] = Resolved(values[name], source)
    return resolved


def understood(keys: Iterable[schema.Key], values: Mapping[str, object]) -> schema.Values:
    """The values of documents that are as their keys expect; the others count as absent.

    :param values: by lower-case name; None and '' are absent
    """
    found = {}
    for key in keys:
        name = key.name.lower()
        if values.get(name) not in (None, ''):
            try:
                found[name] = key.checked(name, values[name])
            except _NOT_UNDERSTOOD:
                continue
    return found


def check_schedule(
    given: Mapping[str, object], targets: Iterable[str], formats: Optional[Iterable[str]] = None
) -> schema.Values:
    """What an administrator wants to set for a schedule, checked.

    :param targets: the names of those that are configured
    :param formats: those that reports can have; None: not known here
    :raises ConfigError: for an unknown key, a bad value, a target that is not configured or a format that nobody makes
    """
    keys = {key.name.lower(): key for key in schema.SCHEDULE_KEYS}
    checked: schema.Values = {}
    for name, value in given.items():
        if name not in keys:
            raise ConfigError(name, Fault('setting.unknown', known=', '.join(sorted(keys))))
        # Nothing after the = takes the setting back.
        checked[name] = None if value in (None, '') else keys[name].checked(name, value)
    for target in checked.get('notify_channel') or ():
        if target not in targets:
            raise ConfigError('notify_channel', unknown_target(target, targets))
    for name in checked.get('export_format') or ():
        if formats is not None and name not in formats:
            known = ', '.join(sorted(formats))
            raise ConfigError('export_format', Fault('setting.no-format', format=quotable(name), known=known))
    return checked


def is_due(notify_on: str, status: str) -> bool:
    """Whether a run that ended with ``status`` is told under ``notify_on``."""
    return notify_on == 'always' or (notify_on == 'finished') == (status == 'finished')

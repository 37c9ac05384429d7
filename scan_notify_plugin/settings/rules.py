"""From the sections of the host's config to checked settings, and which of them hold for one schedule. Pure."""

import ipaddress
from typing import Any, Callable, Dict, Iterable, Mapping, NamedTuple, Optional, Tuple

from scan_notify_plugin.channels import SHIPPED, Channel
from scan_notify_plugin.credentials import seal
from scan_notify_plugin.errors import ConfigError
from scan_notify_plugin.secret import Secret
from scan_notify_plugin.settings import schema
from scan_notify_plugin.settings.targets import HostSections, TargetSettings, configured_targets, option_value


class ScheduleSettings(NamedTuple):
    """What holds for one schedule."""

    notify_enable: bool
    notify_channel: Tuple[str, ...]
    notify_on: str
    export_enable: bool = False
    export_format: Tuple[str, ...] = ('excel',)


class Settings(NamedTuple):
    """The checked SCAN_NOTIFY section. Times in hours and days as configured."""

    enable: bool
    language: str
    defaults: ScheduleSettings
    targets: Dict[str, TargetSettings]
    block_plugins: Tuple[str, ...]
    templates: str
    on_uncertain: str
    give_up_after: float
    run_deadline: float
    history_days: float
    export_wait: float  # minutes
    base_url: str
    link_hours: float
    link_downloads: float
    report_days: float
    report_total_mb: float
    report_storage: str
    report_folder: str
    mask_credentials: bool
    metrics_listen: str
    metrics_token: Optional[Secret]
    alerts: str = ''  # the target that hears of trouble; '': none


def parse(
    sections: Mapping[str, Any], read_secrets: bool = True, channels: Mapping[str, Channel] = SHIPPED
) -> Settings:
    """The settings in the host's config.

    :param sections: the whole parsed YAML of the host
    :param read_secrets: follow ``{env: NAME}`` and ``{file: path}``; the host's own processes need no credential, and
        may not even have them
    :param channels: what is known of channels here; of others a section is known by its name, where somebody asks for
        it
    :raises ConfigError: in the first wrong key; never for an absent or a disabled section
    """
    section = sections.get('SCAN_NOTIFY')
    if not _wants_on(section):
        # A switched-off section, and the host's own that it would use, are not read any further: they cannot be wrong.
        section, sections = None, {}
    values = schema.apply(schema.SECTION_KEYS, 'SCAN_NOTIFY', section)
    values['defaults'] = ScheduleSettings(
        **schema.apply(schema.SCHEDULE_KEYS, 'SCAN_NOTIFY.DEFAULTS', values['defaults'])
    )
    wanted = values['defaults'].notify_channel + (values['alerts'],)
    values['targets'] = configured_targets(
        values['targets'], wanted, HostSections(sections, channels, values['language'], read_secrets)
    )
    values['metrics_token'] = _metrics_token(values['metrics_token'], read_secrets)
    settings = Settings(**values)
    _check_listen(settings)
    for name in settings.defaults.notify_channel:
        if name not in settings.targets:
            raise ConfigError('SCAN_NOTIFY.DEFAULTS.NOTIFY_CHANNEL', unknown_target(name, settings))
    if settings.alerts and settings.alerts not in settings.targets:
        raise ConfigError('SCAN_NOTIFY.ALERTS', unknown_target(settings.alerts, settings))
    return settings


def with_channels(settings: Settings, sections: Mapping[str, Any], channels: Mapping[str, Channel]) -> Settings:
    """The settings with the targets of channels of which only now is known that they have a section. No credential is
    read.

    :param sections: the whole parsed YAML of the host
    :raises ConfigError: for a wrong key in such a section
    """
    host = HostSections(sections, channels, settings.language, False)
    found = {
        target.name: target
        for target in host.known()
        if target.name not in settings.targets or settings.targets[target.name].section
    }
    return settings._replace(targets=dict(settings.targets, **found))


def sealed(settings: Settings, declared: Callable[[str], Iterable[str]]) -> Settings:
    """The settings with what notifiers declare as credentials sealed.

    :param declared: the names of these options for a channel; plugins are not known where settings are read
    """
    targets = {
        name: target._replace(options=seal(target.options, frozenset(declared(target.channel))))
        for name, target in settings.targets.items()
    }
    return settings._replace(targets=targets)


def _metrics_token(value: Any, read_secrets: bool) -> Optional[Secret]:
    token = option_value('SCAN_NOTIFY.METRICS_TOKEN', 'token', value, read_secrets)
    if token is not None and not token.reveal():
        raise ConfigError('SCAN_NOTIFY.METRICS_TOKEN', 'is empty')
    return token


def metrics_token(sections: Mapping[str, Any]) -> Optional[Secret]:
    """The token of the scrapers, for a process that has read no secrets.

    :raises ConfigError: if it cannot be read
    """
    given = schema.apply(schema.SECTION_KEYS, 'SCAN_NOTIFY', sections.get('SCAN_NOTIFY'))
    return _metrics_token(given['metrics_token'], True)


def _check_listen(settings: Settings) -> None:
    host = settings.metrics_listen.rpartition(':')[0].strip('[]')
    if host and settings.metrics_token is None and not _is_loopback(host):
        raise ConfigError('SCAN_NOTIFY.METRICS_LISTEN', 'beyond this machine it needs METRICS_TOKEN')


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == 'localhost'


def unknown_target(name: str, settings: Settings) -> str:
    return 'no target is called {}; configured are {}'.format(schema.told(name), ', '.join(sorted(settings.targets)))


def _wants_on(section: Any) -> bool:
    if section is None:
        return False
    for name, value in schema.section('SCAN_NOTIFY', section).items():
        if str(name).upper() == 'ENABLE':
            return schema.boolean('SCAN_NOTIFY.ENABLE', value)
    return False


#: A value in a document may be of any type.
_NOT_UNDERSTOOD = (ConfigError, TypeError, ValueError, AttributeError, LookupError, ArithmeticError)


def effective(
    by_admin: Mapping[str, Any], on_schedule: Mapping[str, Any], defaults: ScheduleSettings
) -> ScheduleSettings:
    """What holds for a schedule: what an administrator set here, else the host's own field, else the defaults."""
    return ScheduleSettings(**{name: value for name, (value, _) in chosen(by_admin, on_schedule, defaults).items()})


def chosen(
    by_admin: Mapping[str, Any], on_schedule: Mapping[str, Any], defaults: ScheduleSettings
) -> Dict[str, Tuple[Any, str]]:
    """By name, what holds for a schedule and who says so: ``admin``, ``host`` or ``default``.

    A value of the host that cannot be understood counts as absent: its documents are not ours to refuse.
    """
    values = {}
    for key in schema.SCHEDULE_KEYS:
        name = key.name.lower()
        values[name] = (getattr(defaults, name), 'default')
        for word, source in (('host', on_schedule), ('admin', by_admin)):
            if source.get(name) not in (None, ''):
                try:
                    values[name] = (key.checked(name, source[name]), word)
                except _NOT_UNDERSTOOD:
                    continue
    return values


def overridden(settings: Settings, values: Mapping[str, Any]) -> Settings:
    """The settings of the configuration with what an administrator set since.

    :param values: by lower-case name; those of ``DEFAULTS`` are a section of their own. What cannot be understood,
        or must not change while processes run, counts as absent: another release may have written it
    """
    changed = _understood(schema.CHANGEABLE, values)
    defaults = values.get('defaults')
    if isinstance(defaults, dict):
        set_here = _understood(schema.SCHEDULE_KEYS, defaults)
        if not set(set_here.get('notify_channel', ())) <= set(settings.targets):
            del set_here['notify_channel']  # the configuration has lost a target since
        changed['defaults'] = settings.defaults._replace(**set_here)
    if 'language' in changed:
        changed['targets'] = {
            name: target if target.own_language else target._replace(language=changed['language'])
            for name, target in settings.targets.items()
        }
    return settings._replace(**changed)


def _understood(keys: Iterable[schema.Key], values: Mapping[str, Any]) -> Dict[str, Any]:
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
    given: Mapping[str, Any], settings: Settings, formats: Optional[Iterable[str]] = None
) -> Dict[str, Any]:
    """What an administrator wants to set for a schedule, checked.

    :param formats: those that reports can have; None: not known here
    :raises ConfigError: for an unknown key, a bad value, a target that is not configured or a format that nobody makes
    """
    keys = {key.name.lower(): key for key in schema.SCHEDULE_KEYS}
    checked = {}
    for name, value in given.items():
        if name not in keys:
            raise ConfigError(name, 'unknown setting; known are {}'.format(', '.join(sorted(keys))))
        # Nothing after the = takes the setting back.
        checked[name] = None if value in (None, '') else keys[name].checked(name, value)
    for target in checked.get('notify_channel') or ():
        if target not in settings.targets:
            raise ConfigError('notify_channel', unknown_target(target, settings))
    for name in checked.get('export_format') or ():
        if formats is not None and name not in formats:
            known = ', '.join(sorted(formats))
            raise ConfigError('export_format', 'no plugin makes {}; there are {}'.format(schema.told(name), known))
    return checked


def is_due(notify_on: str, status: str) -> bool:
    """Whether a run that ended with ``status`` is told under ``notify_on``."""
    return notify_on == 'always' or (notify_on == 'finished') == (status == 'finished')


def route(name: str, targets: Mapping[str, TargetSettings]) -> Tuple[str, ...]:
    """``name`` and its fallbacks in order, each once."""
    names: list = []
    while name and name in targets and name not in names:
        names.append(name)
        name = targets[name].fallback
    return tuple(names)

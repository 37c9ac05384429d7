"""From the sections of the host's config to checked settings, and which of them hold for one schedule. Pure."""

import ipaddress
import os
from typing import Any, Callable, Dict, Iterable, Mapping, NamedTuple, Optional, Tuple

from scan_notify_plugin.credentials import OF_OPENAPI, OF_ROBOT, SECRET_OPTIONS, seal
from scan_notify_plugin.errors import ConfigError
from scan_notify_plugin.secret import Secret
from scan_notify_plugin.settings import schema

#: A channel configured in the host's own section is the target of the same name.
HOST_SECTIONS = {'dingding': 'DINGDING', 'dingding_openapi': 'DINGDING', 'wxwork': 'WXWORK'}

_NOT_FOR = {'dingding': OF_OPENAPI, 'dingding_openapi': OF_ROBOT}


class TargetSettings(NamedTuple):
    """One configured destination."""

    name: str
    channel: str
    options: Mapping[str, Any]  # the channel's own, lower-case names; credentials are Secret
    language: str
    oversize: Optional[str] = None  # None: the channel's default
    fallback: str = ''
    proxy: str = ''
    own_language: bool = True  # False: the section's language, whatever that is


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


def parse(sections: Mapping[str, Any], read_secrets: bool = True) -> Settings:
    """The settings in the host's config.

    :param sections: the whole parsed YAML of the host
    :param read_secrets: follow ``{env: NAME}`` and ``{file: path}``; the host's own processes need no credential, and
        may not even have them
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
    values['targets'] = _targets(values['targets'], sections, values['language'], read_secrets)
    values['metrics_token'] = _metrics_token(values['metrics_token'], read_secrets)
    settings = Settings(**values)
    _check_listen(settings)
    for name in settings.defaults.notify_channel:
        if name not in settings.targets:
            raise ConfigError('SCAN_NOTIFY.DEFAULTS.NOTIFY_CHANNEL', unknown_target(name, settings))
    if settings.alerts and settings.alerts not in settings.targets:
        raise ConfigError('SCAN_NOTIFY.ALERTS', unknown_target(settings.alerts, settings))
    return settings


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
    token = _option('SCAN_NOTIFY.METRICS_TOKEN', 'token', value, read_secrets)
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


def _targets(
    given: Any, sections: Mapping[str, Any], language: str, read_secrets: bool
) -> Dict[str, TargetSettings]:
    targets = {}
    for channel, host_section in HOST_SECTIONS.items():
        options = schema.section(host_section, sections.get(host_section) or {})
        # The host's own key may be empty: such a target exists, and says that it lacks a credential.
        others = _NOT_FOR.get(channel, frozenset())
        filled = {
            name: value
            for name, value in options.items()
            if value not in (None, '') and str(name).lower() not in others
        }
        targets[channel] = _target(channel, host_section, dict(filled, CHANNEL=channel), language, read_secrets)
    for name, options in schema.section('SCAN_NOTIFY.TARGETS', given or {}).items():
        name = str(name)
        where = 'SCAN_NOTIFY.TARGETS.{}'.format(name)
        if ',' in name or not name.strip():
            raise ConfigError(where, 'a target name is a text without commas')
        targets[name] = _target(name, where, options, language, read_secrets)
    for target in targets.values():
        if target.fallback and target.fallback not in targets:
            raise ConfigError(
                'SCAN_NOTIFY.TARGETS.{}.FALLBACK'.format(target.name),
                'no target is called {}'.format(schema.told(target.fallback)),
            )
    return targets


def _target(name: str, where: str, given: Any, language: str, read_secrets: bool) -> TargetSettings:
    values = schema.apply(schema.TARGET_KEYS, where, given, extra=True)
    if not values['channel']:
        raise ConfigError(where + '.CHANNEL', 'is missing; it names the channel, such as dingding')
    core = {key.name.lower(): values.pop(key.name.lower()) for key in schema.TARGET_KEYS}
    core['own_language'] = bool(core['language'])
    core['language'] = core['language'] or language
    options = {key: _option(where + '.' + key.upper(), key, value, read_secrets) for key, value in values.items()}
    return TargetSettings(name=name, options=options, **core)


def _option(full: str, key: str, value: Any, read_secrets: bool) -> Any:
    """A value, or the secret that ``{env: NAME}`` or ``{file: path}`` points to."""
    if isinstance(value, dict) and len(value) == 1:
        (kind, place), = value.items()
        if kind in ('env', 'file') and not read_secrets:
            return Secret('not read in this process')
        if kind == 'env':
            found = os.environ.get(str(place))
            if found is None:
                raise ConfigError(full, 'the environment variable {} is not set'.format(place))
            return Secret(found.strip())
        if kind == 'file':
            try:
                with open(str(place), encoding='utf-8') as file:
                    return Secret(file.read().strip())
            except (OSError, UnicodeDecodeError) as error:
                raise ConfigError(full, 'cannot read the file: {}'.format(error))
    if key not in SECRET_OPTIONS or value is None:
        return value
    if not isinstance(value, (str, int)):
        # Not repeated: it may hold the credential.
        raise ConfigError(full, 'expected a text, {env: NAME} or {file: path}')
    return Secret(str(value).strip())


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
    names = []  # type: list
    while name and name in targets and name not in names:
        names.append(name)
        name = targets[name].fallback
    return tuple(names)


def read_option(sections: Mapping[str, Any], target: str, option: str) -> Any:
    """One option of one target, for a process that was given the settings without their credentials.

    :param sections: the whole parsed YAML of the host
    :returns: None if the target has no such option
    :raises ConfigError: if a credential is not where the configuration says
    """
    ours = {str(name).upper(): value for name, value in (sections.get('SCAN_NOTIFY') or {}).items()}
    named = {str(name): options for name, options in (ours.get('TARGETS') or {}).items()}
    given = named.get(target) or sections.get(HOST_SECTIONS.get(target, '')) or {}
    for name, value in given.items():
        if str(name).lower() == option:
            return _option('{}.{}'.format(target, option.upper()), option, value, True)
    return None

"""From the section SCAN_NOTIFY of the host's config, and the sections of channels beside it, to checked settings. Pure,
but for secrets.
"""

import ipaddress
from typing import Callable, Dict, Iterable, Mapping, NamedTuple, Optional, Tuple

from scan_notify_plugin.channels import SHIPPED, Channel
from scan_notify_plugin.credentials import seal
from scan_notify_plugin.errors import ConfigError
from scan_notify_plugin.faults import Fault
from scan_notify_plugin.secret import Secret
from scan_notify_plugin.settings import schema
from scan_notify_plugin.settings.schedules import ScheduleSettings
from scan_notify_plugin.settings.targets import (
    HostSections,
    TargetSettings,
    configured_targets,
    option_value,
    unknown_target,
)
from scan_notify_plugin.settings.values import parse_boolean, parse_section


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
    collect_wait: float  # seconds
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
    ca_bundle: str = ''  # a file of certificates; '': those of Python's certifi


def parse_settings(
    sections: Mapping[str, object], read_secrets: bool = True, channels: Mapping[str, Channel] = SHIPPED
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
    if not _is_on(section):
        # A switched-off section, and the host's own that it would use, are not read any further: they cannot be wrong.
        section, sections = None, {}
    values = schema.apply(schema.SECTION_KEYS, 'SCAN_NOTIFY', section)
    values['defaults'] = ScheduleSettings(
        **schema.apply(schema.SCHEDULE_KEYS, 'SCAN_NOTIFY.DEFAULTS', values['defaults'])
    )
    named = values['defaults'].notify_channel + (values['alerts'],)
    host = HostSections(sections, channels, values['language'], read_secrets, values['ca_bundle'])
    values['targets'] = configured_targets(values['targets'], named, host)
    values['metrics_token'] = _metrics_token(values['metrics_token'], read_secrets)
    settings = Settings(**values)
    _check_listen(settings)
    for name in settings.defaults.notify_channel:
        if name not in settings.targets:
            raise ConfigError('SCAN_NOTIFY.DEFAULTS.NOTIFY_CHANNEL', unknown_target(name, settings.targets))
    if settings.alerts and settings.alerts not in settings.targets:
        raise ConfigError('SCAN_NOTIFY.ALERTS', unknown_target(settings.alerts, settings.targets))
    return settings


def _is_on(section: object) -> bool:
    if section is None:
        return False
    for name, value in parse_section('SCAN_NOTIFY', section).items():
        if str(name).upper() == 'ENABLE':
            return parse_boolean('SCAN_NOTIFY.ENABLE', value)
    return False


def with_channels(settings: Settings, sections: Mapping[str, object], channels: Mapping[str, Channel]) -> Settings:
    """The settings with the targets of channels of which only now is known that they have a section. No credential is
    read.

    :param sections: the whole parsed YAML of the host
    :raises ConfigError: for a wrong key in such a section
    """
    host = HostSections(sections, channels, settings.language, False, settings.ca_bundle)
    found = {
        target.name: target
        for target in host.known()
        if target.name not in settings.targets or settings.targets[target.name].section
    }
    return settings._replace(targets=dict(settings.targets, **found))


def seal_targets(settings: Settings, declared: Callable[[str], Iterable[str]]) -> Settings:
    """The settings with what notifiers declare as credentials sealed.

    :param declared: the names of these options for a channel; plugins are not known where settings are read
    """
    targets = {
        name: target._replace(options=seal(target.options, frozenset(declared(target.channel))))
        for name, target in settings.targets.items()
    }
    return settings._replace(targets=targets)


def _metrics_token(given: object, read_secrets: bool) -> Optional[Secret]:
    token = option_value('SCAN_NOTIFY.METRICS_TOKEN', 'token', given, read_secrets)
    if not isinstance(token, Secret):
        return None
    if not token.reveal():
        raise ConfigError('SCAN_NOTIFY.METRICS_TOKEN', Fault('setting.empty'))
    return token


def read_metrics_token(sections: Mapping[str, object]) -> Optional[Secret]:
    """The token of the scrapers, for a process that has read no secrets.

    :raises ConfigError: if it cannot be read
    """
    given = schema.apply(schema.SECTION_KEYS, 'SCAN_NOTIFY', sections.get('SCAN_NOTIFY'))
    return _metrics_token(given['metrics_token'], True)


def _check_listen(settings: Settings) -> None:
    host = settings.metrics_listen.rpartition(':')[0].strip('[]')
    if host and settings.metrics_token is None and not _is_loopback(host):
        raise ConfigError('SCAN_NOTIFY.METRICS_LISTEN', Fault('setting.needs-token'))


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == 'localhost'

"""The destinations in the host's configuration: ``SCAN_NOTIFY.TARGETS``, and its own sections. Pure, but for
secrets.
"""

import os
from typing import Dict, Iterable, Iterator, List, Mapping, NamedTuple, Optional, Tuple

from scan_notify_plugin.channels import Channel, in_sections, not_for, sections_for
from scan_notify_plugin.credentials import SECRET_OPTIONS
from scan_notify_plugin.errors import ConfigError
from scan_notify_plugin.faults import Fault
from scan_notify_plugin.secret import Secret
from scan_notify_plugin.settings import schema
from scan_notify_plugin.settings.values import parse_section, quotable


class TargetSettings(NamedTuple):
    """One configured destination."""

    name: str
    channel: str
    options: Mapping[str, object]  # the channel's own, lower-case names; credentials are Secret
    language: str
    oversize: Optional[str] = None  # None: the channel's default
    fallback: str = ''
    proxy: str = ''
    own_language: bool = True  # False: the section's language, whatever that is
    section: str = ''  # of the host's configuration, if it is configured there
    task_list: Optional[str] = None  # None: the channel's default
    ca_bundle: str = ''  # a file of certificates; '': those of Python's certifi


class HostSections(NamedTuple):
    """The host's configuration, as far as channels are configured in it."""

    sections: Mapping[str, object]
    channels: Mapping[str, Channel]
    language: str
    read_secrets: bool
    ca_bundle: str = ''

    def known(self) -> Iterator[TargetSettings]:
        """The targets of channels that declare a section: each has the name of its channel."""
        for channel in in_sections(self.channels.values()).values():
            yield self._target(channel.name, channel.section, not_for(channel, self.channels))

    def asked_for(self, name: str) -> Optional[TargetSettings]:
        """The target of a channel that nobody here knows, if the host has a section for it."""
        for section in sections_for(name):
            if section != 'SCAN_NOTIFY' and isinstance(self.sections.get(section), dict):
                return self._target(name, section, frozenset())
        return None

    def named(self, name: str, where: str, options: object) -> TargetSettings:
        """One of ``SCAN_NOTIFY.TARGETS``."""
        return _target(name, where, options, self)

    def _target(self, channel: str, section: str, others: Iterable[str]) -> TargetSettings:
        options = parse_section(section, self.sections.get(section) or {})
        # The host's own key may be empty: such a target exists, and says that it lacks a credential.
        filled = {
            str(name): value
            for name, value in options.items()
            if value not in (None, '') and str(name).lower() not in others
        }
        target = _target(channel, section, dict(filled, CHANNEL=channel), self)
        return target._replace(section=section)


def configured_targets(given: object, named: Iterable[str], host: HostSections) -> Dict[str, TargetSettings]:
    """All targets by name.

    :param given: what stands in ``SCAN_NOTIFY.TARGETS``
    :param named: the targets that other settings name; '' is none
    :raises ConfigError: in the first wrong key
    """
    targets = {target.name: target for target in host.known()}
    for key, options in parse_section('SCAN_NOTIFY.TARGETS', given or {}).items():
        name = str(key)
        where = 'SCAN_NOTIFY.TARGETS.{}'.format(name)
        if ',' in name or not name.strip():
            raise ConfigError(where, Fault('target.name'))
        targets[name] = host.named(name, where, options)
    names = list(named) + [target.fallback for target in targets.values()]
    for name in (name for name in names if name and name not in targets):
        found = host.asked_for(name)
        if found is not None:
            targets[name] = found
    for target in targets.values():
        if target.fallback and target.fallback not in targets:
            where = 'SCAN_NOTIFY.TARGETS.{}.FALLBACK'.format(target.name)
            raise ConfigError(where, Fault('target.unknown', target=quotable(target.fallback)))
    return targets


def unknown_target(name: str, targets: Iterable[str]) -> Fault:
    """That no target has this name.

    :param targets: the names of those that are configured
    """
    return Fault('target.unknown-of', target=quotable(name), known=', '.join(sorted(targets)))


def route_from(name: str, targets: Mapping[str, TargetSettings]) -> Tuple[str, ...]:
    """``name`` and its fallbacks in order, each once."""
    names: List[str] = []
    while name and name in targets and name not in names:
        names.append(name)
        name = targets[name].fallback
    return tuple(names)


def _target(name: str, where: str, given: object, host: HostSections) -> TargetSettings:
    values = schema.apply(schema.TARGET_KEYS, where, given, extra=True)
    if not values['channel']:
        raise ConfigError(where + '.CHANNEL', Fault('target.no-channel', example=schema.DEFAULT_CHANNEL))
    core = {key.name.lower(): values.pop(key.name.lower()) for key in schema.TARGET_KEYS}
    core['own_language'] = bool(core['language'])
    core['language'] = core['language'] or host.language
    if core['ca_bundle'] is None:  # '' is a target's own word: none but the usual certificates
        core['ca_bundle'] = host.ca_bundle
    options = {
        key: option_value(where + '.' + key.upper(), key, value, host.read_secrets) for key, value in values.items()
    }
    return TargetSettings(name=name, options=options, **core)


def option_value(full: str, key: str, value: object, read_secrets: bool) -> object:
    """A value, or the secret that ``{env: NAME}`` or ``{file: path}`` points to."""
    if isinstance(value, dict) and len(value) == 1:
        ((kind, place),) = value.items()
        if kind in ('env', 'file'):
            return _secret_at(full, kind, str(place)) if read_secrets else Secret('not read in this process')
    if key not in SECRET_OPTIONS and isinstance(value, (dict, list)):
        return _inner(full, value, read_secrets)
    if key not in SECRET_OPTIONS or value is None:
        return value
    if not isinstance(value, (str, int)):
        # Not repeated: it may hold the credential.
        raise ConfigError(full, Fault('value.secret'))
    return Secret(str(value).strip())


def _inner(full: str, value: object, read_secrets: bool) -> object:
    """The same for what is in a section or a list, such as the headers of a webhook."""
    if isinstance(value, dict):
        return {name: _place(full, name, one, read_secrets) for name, one in value.items()}
    if isinstance(value, list):
        return [_place(full, number, one, read_secrets) for number, one in enumerate(value, 1)]
    return value


def _place(full: str, name: object, value: object, read_secrets: bool) -> object:
    if isinstance(value, dict) and len(value) == 1 and set(value) <= {'env', 'file'}:
        return option_value('{}.{}'.format(full, name), '', value, read_secrets)
    return value


def _secret_at(full: str, kind: str, place: str) -> Secret:
    if kind == 'env':
        found = os.environ.get(place)
        if found is None:
            raise ConfigError(full, Fault('setting.no-environment', variable=place))
        return Secret(found.strip())
    try:
        with open(place, encoding='utf-8') as file:
            return Secret(file.read().strip())
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(full, Fault('setting.no-file', detail=str(error)))


def read_option(sections: Mapping[str, object], target: TargetSettings, option: str) -> object:
    """One option of one target, for a process that was given the settings without their credentials.

    :param sections: the whole parsed YAML of the host
    :returns: None if the target has no such option
    :raises ConfigError: if a credential is not where the configuration says
    """
    ours = {str(name).upper(): value for name, value in _mapping(sections.get('SCAN_NOTIFY')).items()}
    named = {str(name): options for name, options in _mapping(ours.get('TARGETS')).items()}
    given = named.get(target.name) or sections.get(target.section)
    for name, value in _mapping(given).items():
        if str(name).lower() == option:
            return option_value('{}.{}'.format(target.name, option.upper()), option, value, True)
    return None


def _mapping(value: object) -> Mapping[object, object]:
    return value if isinstance(value, dict) else {}

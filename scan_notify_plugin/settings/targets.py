"""The destinations in the host's configuration: ``SCAN_NOTIFY.TARGETS``, and its own sections. Pure, but for
secrets.
"""

import os
from typing import Any, Dict, Iterable, Iterator, Mapping, NamedTuple, Optional

from scan_notify_plugin.channels import Channel, in_sections, not_for, sections_for
from scan_notify_plugin.credentials import SECRET_OPTIONS
from scan_notify_plugin.errors import ConfigError
from scan_notify_plugin.secret import Secret
from scan_notify_plugin.settings import schema


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
    section: str = ''  # of the host's configuration, if it is configured there


class HostSections(NamedTuple):
    """The host's configuration, as far as channels are configured in it."""

    sections: Mapping[str, Any]
    channels: Mapping[str, Channel]
    language: str
    read_secrets: bool

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

    def named(self, name: str, where: str, options: Any) -> TargetSettings:
        """One of ``SCAN_NOTIFY.TARGETS``."""
        return _target(name, where, options, self.language, self.read_secrets)

    def _target(self, channel: str, section: str, others: Iterable[str]) -> TargetSettings:
        options = schema.section(section, self.sections.get(section) or {})
        # The host's own key may be empty: such a target exists, and says that it lacks a credential.
        filled = {
            name: value
            for name, value in options.items()
            if value not in (None, '') and str(name).lower() not in others
        }
        target = _target(channel, section, dict(filled, CHANNEL=channel), self.language, self.read_secrets)
        return target._replace(section=section)


def configured_targets(given: Any, wanted: Iterable[str], host: HostSections) -> Dict[str, TargetSettings]:
    targets = {target.name: target for target in host.known()}
    for name, options in schema.section('SCAN_NOTIFY.TARGETS', given or {}).items():
        name = str(name)
        where = 'SCAN_NOTIFY.TARGETS.{}'.format(name)
        if ',' in name or not name.strip():
            raise ConfigError(where, 'a target name is a text without commas')
        targets[name] = host.named(name, where, options)
    names = list(wanted) + [target.fallback for target in targets.values()]
    for name in (name for name in names if name and name not in targets):
        found = host.asked_for(name)
        if found is not None:
            targets[name] = found
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
    options = {key: option_value(where + '.' + key.upper(), key, value, read_secrets) for key, value in values.items()}
    return TargetSettings(name=name, options=options, **core)


def option_value(full: str, key: str, value: Any, read_secrets: bool) -> Any:
    """A value, or the secret that ``{env: NAME}`` or ``{file: path}`` points to."""
    if isinstance(value, dict) and len(value) == 1:
        ((kind, place),) = value.items()
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


def read_option(sections: Mapping[str, Any], target: TargetSettings, option: str) -> Any:
    """One option of one target, for a process that was given the settings without their credentials.

    :param sections: the whole parsed YAML of the host
    :returns: None if the target has no such option
    :raises ConfigError: if a credential is not where the configuration says
    """
    ours = {str(name).upper(): value for name, value in (sections.get('SCAN_NOTIFY') or {}).items()}
    named = {str(name): options for name, options in (ours.get('TARGETS') or {}).items()}
    given = named.get(target.name) or sections.get(target.section) or {}
    for name, value in given.items():
        if str(name).lower() == option:
            return option_value('{}.{}'.format(target.name, option.upper()), option, value, True)
    return None

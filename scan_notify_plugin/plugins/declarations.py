"""What the loaded notifiers declare of their configuration, and the settings as they are with that."""

from typing import Dict, Mapping

from scan_notify_plugin.channels import SHIPPED, Channel
from scan_notify_plugin.notifiers.base import Notifier
from scan_notify_plugin.plugins.loading import Plugins
from scan_notify_plugin.settings.section import Settings, parse_settings, seal_targets


def declared(plugins: Plugins) -> Dict[str, Channel]:
    """What is known of channels where these plugins are loaded."""
    return dict(SHIPPED, **{notifier.channel: declared_by(notifier) for notifier in plugins.notifiers.values()})


def declared_by(notifier: Notifier) -> Channel:
    """What a notifier's class says of its configuration."""
    options = frozenset(notifier.required) | frozenset(notifier.optional)
    taken = frozenset(notifier.section_options) or options
    return Channel(
        notifier.channel, tuple(notifier.aliases), options, notifier.section, taken, frozenset(notifier.secrets)
    )


def configured(sections: Mapping[str, object], plugins: Plugins) -> Settings:
    """The settings in the host's config as the loaded notifiers have it: their sections, and their credentials sealed.

    :raises ConfigError: as ``settings.section.parse_settings``
    """
    return seal_declared(parse_settings(sections, channels=declared(plugins)), plugins)


def seal_declared(settings: Settings, plugins: Plugins) -> Settings:
    """The settings with what the loaded notifiers declare as credentials sealed."""
    return seal_targets(settings, lambda channel: getattr(plugins.notifiers.get(channel), 'secrets', ()))

"""The settings of the configuration with what administrators set since, and may set while all runs. Pure."""

from typing import Mapping

from scan_notify_plugin.settings import schema
from scan_notify_plugin.settings.schedules import understood
from scan_notify_plugin.settings.section import Settings


def overridden(settings: Settings, values: Mapping[str, object]) -> Settings:
    """The settings of the configuration with what an administrator set since.

    :param values: by lower-case name; those of ``DEFAULTS`` are a section of their own. What cannot be understood,
        or must not change while processes run, counts as absent: another release may have written it
    """
    changed = understood(schema.CHANGEABLE, values)
    defaults = values.get('defaults')
    if isinstance(defaults, dict):
        set_here = understood(schema.SCHEDULE_KEYS, defaults)
        if not set(set_here.get('notify_channel', ())) <= set(settings.targets):
            del set_here['notify_channel']  # the configuration has lost a target since
        changed['defaults'] = settings.defaults._replace(**set_here)
    if 'language' in changed:
        changed['targets'] = {
            name: target if target.own_language else target._replace(language=changed['language'])
            for name, target in settings.targets.items()
        }
    return settings._replace(**changed)

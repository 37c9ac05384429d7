"""What a worker's sign of life says: processes without plugins, as the host's web server, know plugins from here."""

from typing import Dict

from scan_notify_plugin.channels import SHIPPED
from scan_notify_plugin.plugins.declarations import declared
from scan_notify_plugin.worker.channels import Channels
from scan_notify_plugin.worker.context import Context


def facts(context: Context) -> Dict[str, object]:
    """All of it, after the plugins were asked again, which may take long."""
    context.channels.renew()
    channels = context.channels
    names = [name for name in context.settings.targets if _is_usable(channels, name) and not channels.target_off(name)]
    return {
        'version': _version(),
        'plugins': [row.document() for row in context.plugins.rows],
        'targets': names,
        'target_facts': [_target_facts(context, name) for name in context.settings.targets],
        'channels': [
            channel.document() for name, channel in sorted(declared(context.plugins).items()) if name not in SHIPPED
        ],
    }


def _target_facts(context: Context, name: str) -> Dict[str, object]:
    settings, notifier = context.settings.targets[name], context.channels.notifier(name)
    return {
        'name': name,
        'plugin': context.channels.plugin_of(name),
        'problems': [problem.to_stored() for problem in context.channels.complaints(name)],
        # Switches are not in it: whoever reads this knows them, and they change sooner than it is written again.
        'usable': _is_usable(context.channels, name),
        'lane': context.channels.lane(name),
        'secrets': sorted(notifier.secrets) if notifier else [],
        'oversize': settings.oversize or (notifier.oversize if notifier else ''),
    }


def _is_usable(channels: Channels, name: str) -> bool:
    return bool(channels.plugin_of(name)) and not channels.problems(name)


def _version() -> str:
    import scan_notify_plugin

    return scan_notify_plugin.__version__

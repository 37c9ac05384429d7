"""Channel ``apprise``: a hundred more services, each by an address, through the library of that name."""

from scan_notify_plugin.notifiers.apprise.channel import AppriseNotifier, is_installed

__all__ = ['AppriseNotifier', 'is_installed']

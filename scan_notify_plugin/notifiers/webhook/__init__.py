"""Channel ``webhook``: an address of the operator's own."""

from scan_notify_plugin.notifiers.webhook.channel import WebhookNotifier

__all__ = ['WebhookNotifier']

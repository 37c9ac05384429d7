"""Channel ``email``: mail over SMTP, to the server of the host's section ``EMAIL`` or to a target's own."""

from scan_notify_plugin.notifiers.email.channel import MailNotifier

__all__ = ['MailNotifier']

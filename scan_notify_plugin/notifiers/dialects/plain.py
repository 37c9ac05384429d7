"""Plain text: for lock screens, terminals, and services without any markup."""

from scan_notify_plugin.notifiers.dialects.base import Dialect


class PlainText(Dialect):
    """Blocks without a sign of markup; a text loses its control characters and nothing else."""


PLAIN_TEXT = PlainText()

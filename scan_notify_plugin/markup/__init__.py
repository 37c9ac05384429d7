"""Small safe HTML: what strangers wrote is text in it and nothing else. Pure."""

from scan_notify_plugin.markup.elements import Html, joined, shown, tag
from scan_notify_plugin.markup.page import document, policy
from scan_notify_plugin.markup.style import STYLE

__all__ = ['Html', 'STYLE', 'document', 'joined', 'policy', 'shown', 'tag']

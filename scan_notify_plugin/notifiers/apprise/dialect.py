"""How messages for Apprise look: text without markup, since it is put into the markup of whatever service it is for.

What strangers wrote has no effect in any of them: Apprise hands text to services with Markdown as it is (its
``conversion.py``), where ``[a](b)``, ``@everyone`` or ``<!channel>`` would work.
"""

from scan_notify_plugin.notifiers import text
from scan_notify_plugin.notifiers.dialects import PlainText, Room
from scan_notify_plugin.notifiers.shortening import Measure


class AppriseText(PlainText):
    """Blocks below each other, and strangers' texts in look-alikes."""

    room = Room(assets=16, reports=4, troubles=3, remarks=3)
    measures = (Measure(100, 4), Measure(60, 2), Measure(30, 1), Measure(16, 1), Measure(8, 0))

    def escape(self, value: str) -> str:
        return text.defanged(value)


APPRISE_TEXT = AppriseText()

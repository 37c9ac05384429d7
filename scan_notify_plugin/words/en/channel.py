"""What goes wrong between a channel and its service, in English. See :mod:`scan_notify_plugin.words`."""

from typing import Dict

WORDS: Dict[str, str] = {}

"""What the command line says, in Chinese. See :mod:`scan_notify_plugin.words`."""

from typing import Dict

WORDS: Dict[str, str] = {}

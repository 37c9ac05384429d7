"""What is wrong with the configuration or with a plugin, in Chinese. See :mod:`scan_notify_plugin.words`."""

from typing import Dict

WORDS: Dict[str, str] = {}

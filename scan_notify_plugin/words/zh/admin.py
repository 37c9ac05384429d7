"""Why something that a person asked for was not done, in Chinese. See :mod:`scan_notify_plugin.words`."""

from typing import Dict

WORDS: Dict[str, str] = {}

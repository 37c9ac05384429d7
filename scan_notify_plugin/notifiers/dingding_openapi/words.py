"""Our own words beside the templates, in the language of a message."""

from typing import Dict

from scan_notify_plugin.words import family


def of(language: str) -> Dict[str, str]:
    """The words of a language, by the last word of their codes."""
    return family('dingtalk', language)

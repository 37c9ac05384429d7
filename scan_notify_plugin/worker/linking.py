"""Report links in messages: a stored part holds a placeholder, the link is filled in when it is sent."""

import re
from typing import Any, Callable, Set

_PLACEHOLDER = re.compile(r'scan-notify-link-([0-9a-f]{24})-*')


def placeholder(report_id: str, url: str) -> str:
    """As long as the link that will stand there, so that a message that fits with it fits with the link."""
    return 'scan-notify-link-{}'.format(report_id).ljust(len(url), '-')


def fill(value: Any, link: Callable[[str], str]) -> Any:
    """``value`` (a text, or lists and dicts of texts) with the link of each report in it."""
    if isinstance(value, str):
        return _PLACEHOLDER.sub(lambda found: link(found.group(1)), value)
    if isinstance(value, dict):
        return {name: fill(item, link) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [fill(item, link) for item in value]
    return value


def linked(value: Any) -> Set[str]:
    """The ids of the reports whose placeholders are in ``value``."""
    found: Set[str] = set()

    def note(report_id: str) -> str:
        found.add(report_id)
        return ''

    fill(value, note)
    return found

"""Report links in messages: a stored part holds a placeholder, the link is filled in when it is sent."""

import re
from typing import Callable, Mapping, Set
from urllib.parse import quote

from scan_notify_plugin.records import Document

#: Of the administrators' page.
PAGE = '/api/scan_notify/admin'
_PLACEHOLDER = re.compile(r'scan-notify-link-([0-9a-f]{24})-*')


def placeholder(report_id: str, url: str) -> str:
    """As long as the link that will stand there, so that a message that fits with it fits with the link."""
    return 'scan-notify-link-{}'.format(report_id).ljust(len(url), '-')


def run_url(base_url: str, run_id: str) -> str:
    """Where the administrators' page shows a run; '' where no address is configured.

    It asks for a login, and the run's id proves nothing, so it may stand in a message as it is.
    """
    return '{}{}#/run/{}'.format(base_url.rstrip('/'), PAGE, quote(run_id, safe='')) if base_url else ''


def fill(content: Mapping[str, object], link: Callable[[str], str]) -> Document:
    """What a part holds (texts, or lists and dicts of texts) with the link of each report in it."""
    return {name: _filled(item, link) for name, item in content.items()}


def _filled(value: object, link: Callable[[str], str]) -> object:
    if isinstance(value, str):
        return _PLACEHOLDER.sub(lambda match: link(match.group(1)), value)
    if isinstance(value, dict):
        return {name: _filled(item, link) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_filled(item, link) for item in value]
    return value


def linked(content: Mapping[str, object]) -> Set[str]:
    """The ids of the reports whose placeholders are in what a part holds."""
    report_ids: Set[str] = set()

    def note(report_id: str) -> str:
        report_ids.add(report_id)
        return ''

    fill(content, note)
    return report_ids

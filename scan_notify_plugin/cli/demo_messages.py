"""What the demo looks for among the messages that its services got."""

import re
from html import unescape
from typing import TYPE_CHECKING, Dict, List, Optional, Tuple
from urllib.parse import urljoin

import requests

from scan_notify_plugin.records import Document
from scan_notify_plugin.reports.links import ROUTE

if TYPE_CHECKING:  # the extra `demo` is needed to run it
    from scan_notify_plugin.testing.toy_channels import Shown


def report_link(messages: 'List[Shown]') -> str:
    """The link to the report in the robot's message; '' if there is none."""
    texts = [message.text for message in messages if message.target == 'ops']
    links = re.findall(r'\]\((http[^)]+)\)', texts[0]) if texts else []
    return next((link for link in links if ROUTE in link), '')


def opened(link: str) -> requests.Response:
    """The file that is behind a link: pressed is the first button of the page that it opens."""
    answer = requests.get(link, headers={'Accept': 'text/html'}, timeout=10)
    is_page = answer.headers['Content-Type'].startswith('text/html')
    buttons = re.findall('href="([^"]+)"', answer.text) if is_page else []
    return requests.get(urljoin(link, unescape(buttons[0])), timeout=10) if buttons else answer


def arrived(messages: 'List[Shown]') -> Dict[Tuple[str, str], int]:
    """How many, by target and kind; a work notification may be of several types, and a run that fails is one too."""
    found: Dict[Tuple[str, str], int] = {}
    for message in messages:
        staff = message.target == 'staff' and message.msgtype != 'file'
        kind = (message.target, 'message' if staff else message.msgtype.replace('run.failed', 'run.finished'))
        found[kind] = found.get(kind, 0) + 1
    return found


def fit(messages: 'List[Shown]') -> bool:
    """Whether each is inside its service's limit."""
    return all(0 < message.bytes <= (message.limit or message.bytes) for message in messages)


def delay(run: Document, messages: 'List[Shown]') -> Optional[float]:
    received = [message.received_at for message in messages if message.target == 'ops']
    if not received or run['end_time'] is None:
        return None
    return round((received[0] - run['end_time']).total_seconds(), 3)

"""The webhook address of a bot. Its last part is the credential.

https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot; of Lark, the same at open.larksuite.com. The older
``/open-apis/bot/hook/`` takes plain text alone (https://open.feishu.cn/document/server-docs/im-v1/faq), so it is no
address of this channel.
"""

import re
from typing import List, Mapping, Optional
from urllib.parse import urlsplit, urlunsplit

from scan_notify_plugin.faults import Fault
from scan_notify_plugin.notifiers.base import check_base, wrong
from scan_notify_plugin.secret import revealed

VENDOR = ('https://open.feishu.cn', 'https://open.larksuite.com')
HOOK = '/open-apis/bot/v2/hook/'

_TOKEN = re.compile(r'[0-9A-Za-z_-]{8,128}\Z')


def address_of(options: Mapping[str, object]) -> str:
    """Where a target's messages are posted to; '' if it says nothing of it. A credential."""
    url = _text(options, 'webhook_url')
    if url:
        try:
            parts = urlsplit(url)
        except ValueError:  # which problems() says
            return ''
        return urlunsplit((parts.scheme, parts.netloc, parts.path.rstrip('/'), '', ''))
    token = _text(options, 'token')
    return str(options.get('api_base', VENDOR[0])).rstrip('/') + HOOK + token if token else ''


def token_of(options: Mapping[str, object]) -> str:
    """What identifies the bot."""
    return address_of(options).rpartition('/')[2]


def problems(options: Mapping[str, object]) -> List[Fault]:
    """What is wrong with the address of a target, without repeating it."""
    url, token = _text(options, 'webhook_url'), _text(options, 'token')
    if not url and not token:
        return [Fault('feishu.no-address')]
    found = []
    if url and not _is_webhook(url):
        found.append(wrong('webhook_url', 'feishu.address', addresses=', '.join(base + HOOK for base in VENDOR)))
    if token and not _TOKEN.match(token):
        found.append(wrong('token', 'feishu.token'))
    if url and token and not found and token_of({'webhook_url': url}) != token:
        found.append(Fault('feishu.two-addresses'))
    base = check_base(options.get('api_base', VENDOR[0]), VENDOR)
    return found + ([base] if base else [])


def _is_webhook(url: str) -> bool:
    try:
        parts = urlsplit(url)
        parts.port  # raises for one that is no number
    except ValueError:
        return False
    path = parts.path.rstrip('/')
    right = path.startswith(HOOK) and _TOKEN.match(path[len(HOOK) :]) and not parts.query and not parts.fragment
    base: Optional[Fault] = check_base(urlunsplit((parts.scheme, parts.netloc, '', '', '')), VENDOR)
    return bool(right) and base is None


def _text(options: Mapping[str, object], name: str) -> str:
    value = options.get(name)
    return revealed(value).strip() if value else ''

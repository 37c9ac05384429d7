"""Where the links of a DingTalk message open on a computer: in DingTalk's own view, or in the browser. Pure.

https://open.dingtalk.com/document/development/message-link-description and
https://open.dingtalk.com/document/development/faq-robot. A link opens in a side bar, where some files show as
rubbish; one that is wrapped with ``pc_slide=false`` opens in the browser. On a phone every link opens inside DingTalk,
and no page tells a way out (https://open.dingtalk.com/document/development/robot-message-type). A link of a card needs
none of this: it opens in the browser (https://open.dingtalk.com/document/development/link-jump-specification).
"""

import re
from typing import Mapping, Optional
from urllib.parse import quote

from scan_notify_plugin.faults import Fault
from scan_notify_plugin.notifiers.base import wrong
from scan_notify_plugin.records import Document

APP, BROWSER = 'app', 'browser'
#: Bytes by which a link that is filled in later may grow when it is quoted.
ROOM = 60

_WRAPPED = 'dingtalk://dingtalkclient/page/link?url={}&pc_slide=false'
#: The address of a Markdown link. Strangers cannot write one: their brackets are look-alikes.
_ADDRESS = re.compile(r'(?<=\]\()[^\s()]+(?=\))')


def problem(options: Mapping[str, object]) -> Optional[Fault]:
    """What is wrong with LINKS."""
    return (
        None
        if options.get('links', APP) in (APP, BROWSER)
        else wrong('links', 'option.either', first=APP, second=BROWSER)
    )


def opened(content: Document, options: Mapping[str, object]) -> Document:
    """A content whose links open where LINKS says: those of its text, and its button's."""
    if options.get('links', APP) != BROWSER:
        return content
    changed = dict(content, text=_ADDRESS.sub(lambda match: _outside(match.group(0)), content['text']))
    button = content.get('button')
    if button and button.get('link'):
        changed['button'] = dict(button, link=_outside(button['link']))
    return changed


def _outside(url: str) -> str:
    if url.startswith(('http://', 'https://')):
        return _WRAPPED.format(quote(url, safe=''))
    # Before it is sent a report's link is a placeholder, which is measured with room for what becomes of it.
    return url if ':' in url else _WRAPPED.format(url + '-' * ROOM)

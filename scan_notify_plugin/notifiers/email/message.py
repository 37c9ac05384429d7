"""A part as the bytes of a mail.

https://www.rfc-editor.org/rfc/rfc5322 (Message-ID, References), https://www.rfc-editor.org/rfc/rfc2046 (alternatives),
rfc2231 (names of files), https://www.rfc-editor.org/rfc/rfc3834 (that no machine shall answer).
"""

import hashlib
import re
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate
from typing import List, NamedTuple, Optional, Sequence

from scan_notify_plugin.notifiers import text
from scan_notify_plugin.notifiers.email.configuration import Mail
from scan_notify_plugin.notifiers.email.headers import header, people
from scan_notify_plugin.notifiers.email.html import page
from scan_notify_plugin.records import Document

#: Seven bits whatever the server offers: a body in base64 arrives everywhere as it left.
_POLICY = SMTP.clone(cte_type='7bit')
_MOST_SUBJECT = 200
_LINE_END = re.compile(rb'\r*\n')


class File(NamedTuple):
    """An attachment."""

    name: str
    media_type: str
    data: bytes


def message(
    content: Document, key: str, mail: Mail, language: str, files: Sequence[File] = (), wide: bool = False
) -> bytes:
    """The whole mail, with line ends as SMTP has them and without its final dot.

    :param key: of the part; the mail's id is the same for each try of it
    :param wide: whether the server takes addresses beyond ASCII; those are left out otherwise
    """
    subject = text.plain(content.get('subject', ''), _MOST_SUBJECT)
    made = EmailMessage(policy=_POLICY)
    made.set_content(content['text'] + '\n', cte='base64')
    made.add_alternative(page(content.get('html', ''), subject, language), subtype='html', cte='base64')
    for file in files:
        kind, _, subtype = file.media_type.partition('/')
        made.add_attachment(file.data, kind, subtype or 'octet-stream', filename=text.plain(file.name))
    head = _head(subject, content, key, mail, wide)
    return '\r\n'.join(head).encode('utf-8') + b'\r\n' + _LINE_END.sub(b'\r\n', made.as_bytes())


def _head(subject: str, content: Document, key: str, mail: Mail, wide: bool) -> List[str]:
    lines = [people('From', [mail.sender])]
    for name, addresses in (('To', mail.to), ('Cc', mail.cc), ('Reply-To', mail.reply_to)):
        shown = [one for one in addresses if wide or one.plain]
        if shown:
            lines.append(people(name, shown))
    lines.append(header('Subject', subject))
    lines.append('Date: ' + formatdate(localtime=True))
    lines.append('Message-ID: ' + id_of(key, mail))
    if content.get('thread'):
        lines.append('References: ' + id_of(_thread(str(content['thread'])), mail))
    lines.append('Auto-Submitted: auto-generated')
    lines.append('X-Auto-Response-Suppress: All')  # Exchange's word for the same: [MS-OXCMAIL] 2.1.3.2.14
    return lines


def id_of(name: str, mail: Mail) -> str:
    """A Message-ID. What stands before the @ is ours alone."""
    return '<{}.scan-notify@{}>'.format(name, mail.sender.domain)


def _thread(name: str) -> str:
    """In letters and digits: it begins with what a host calls a schedule."""
    return 'thread.' + hashlib.sha256(name.encode('utf-8', 'replace')).hexdigest()[:32]


def thread_of(run_id: str) -> Optional[str]:
    """What the runs of one schedule have in common: ``<schedule>:<number>`` is the id of a run."""
    return run_id.partition(':')[0] or None

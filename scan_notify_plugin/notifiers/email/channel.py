"""A notifier for mail. See :mod:`~scan_notify_plugin.notifiers.email.delivery` for what is known when."""

from typing import Iterable, List, Mapping, Optional, Sequence, Tuple, Union

from scan_notify_plugin.errors import Reason, SendError
from scan_notify_plugin.faults import Fault, FaultText
from scan_notify_plugin.notifiers import trust
from scan_notify_plugin.notifiers.base import Limit, Notifier, Part, Receipt, Target
from scan_notify_plugin.notifiers.email.addresses import Address
from scan_notify_plugin.notifiers.email.configuration import Mail, read
from scan_notify_plugin.notifiers.email.delivery import Delivery, Make, Refused, Taken, is_later
from scan_notify_plugin.notifiers.email.html import FRAME, MAIL_HTML, MAIL_TEXT
from scan_notify_plugin.notifiers.email.message import File, id_of, message, thread_of
from scan_notify_plugin.notifiers.email.replies import Reply, reason_of
from scan_notify_plugin.notifiers.summary import Summary
from scan_notify_plugin.notifiers.templates import Templates
from scan_notify_plugin.notifiers.titles import title_of
from scan_notify_plugin.records import Document

#: Characters of a subject; a phone shows fewer, and no line of a head may have more than 998.
MAX_SUBJECT = 150
#: Bytes of the HTML of one mail. Gmail hides what is beyond 102 KB (its own pages do not say so; those who send much
#: have measured it: https://www.spamresource.com/2022/01/what-is-gmail-clipping-and-what-to-do.html).
MAX_HTML = 100000


class MailNotifier(Notifier):
    """One mail to all people of a target; those whom the server refuses for now get it another time, alone."""

    channel = 'email'
    dialect = MAIL_HTML
    max_bytes = MAX_HTML
    oversize = 'cut'
    task_list = 'failed'
    marks_delivery = True
    #: A Message-ID is for people's programs; no server has to drop what comes again with the same.
    idempotent = False
    # No standard says how many a server takes. Those that count say so, and forget within minutes to a day.
    pace = (20, 60.0)
    cool_down = 300.0
    required = ('host', 'to')
    optional = ('port', 'security', 'username', 'password', 'from', 'cc', 'reply_to', 'attach_mb')
    secrets = ('password',)
    section = 'EMAIL'

    def problems(self, options: Mapping[str, object]) -> Iterable[Union[str, Fault]]:
        missing = any(not options.get(name) for name in self.required)
        found = [FaultText(fault) for fault in read(options)[1]] if not missing else []
        return [*super().problems(options), *found]

    def credential(self, target: Target) -> str:
        """The account: servers count by that."""
        mail = _read(target)
        return (
            '|'.join([self.channel, mail.host, str(mail.port), mail.username]) if mail else super().credential(target)
        )

    def content(self, summary: Summary, target: Target, templates: Templates, page: int) -> Document:
        kind = self.template(target)
        html, plain = (
            templates.render(kind, target.language, summary, dialect.escape, dialect, target.name, self.channel)
            for dialect in (MAIL_HTML, MAIL_TEXT)
        )
        subject = title_of(plain, summary, target.language, MAIL_TEXT, MAIL_TEXT.escape, MAX_SUBJECT)
        content: Document = {'text': plain, 'html': html, 'subject': subject}
        thread = 'alert/' + summary.alert.kind if summary.alert else thread_of(summary.run_id)
        if thread:
            content['thread'] = thread
        mail = _read(target)
        if page == 1 and mail and not summary.hidden:
            content['attached'] = _attached([(one.id, one.size) for one in summary.reports if one.ready], mail.attach)
        return content

    def size(self, content: Document, target: Target) -> int:
        return max(len(content[form].encode('utf-8')) for form in ('html', 'text')) + FRAME

    def limits(self, content: Document, target: Target) -> List[Limit]:
        return [Limit('bytes', self.size(content, target), MAX_HTML)]

    def send(self, part: Part, target: Target) -> Receipt:
        mail, faults = read(target.options)
        if mail is None:
            raise SendError(Reason.CONFIG, words=faults[0] if faults else Fault('mail.incomplete'))
        people, before = _left(part.content, mail)
        delivery = Delivery(mail, lambda: trust.context(target.ca_bundle))
        taken = delivery.deliver(people, _maker(part, mail, target))
        return _outcome(id_of(part.key, mail), taken, before, delivery)


def _read(target: Target) -> Optional[Mail]:
    return read(target.options)[0]


def _attached(reports: Sequence[Tuple[str, int]], most: int) -> List[str]:
    """The ids of the reports that go with a mail, as long as there is room."""
    chosen = []
    for report_id, size in reports:
        if size <= most:
            chosen.append(report_id)
            most -= size
    return chosen


def _left(content: Document, mail: Mail) -> Tuple[List[Address], List[Refused]]:
    """Who is still to get a part, and who was refused for good before."""
    left = content.get('left')
    people = [one for one in mail.people if left is None or one.text in left]
    given = content.get('refused') or ()
    known = [Refused(str(one['address']), Reply(int(one['number']), (str(one['text']),))) for one in given]
    return people, known


def _outcome(message_id: str, taken: Taken, before: Sequence[Refused], delivery: Delivery) -> Receipt:
    """A receipt if everybody has it.

    :raises SendError: that names each who has not; those whom the server will take another time are its ``rest``
    """
    later = [one for one in taken.refused if is_later(one)]
    final = [*before, *(one for one in taken.refused if not is_later(one))]
    if not later and not final:
        return Receipt(message_id, taken.said)
    reply = (later or final)[0].reply
    reason = reason_of(reply) if later or not taken.accepted else Reason.CONFIG
    error = SendError(reason, reply.name, delivery.people_refused([*later, *final]))
    if later:
        noted = [
            {'address': one.person, 'number': one.reply.code, 'text': delivery.words(one.reply.text)} for one in final
        ]
        error.rest = {'left': [one.person for one in later], 'refused': noted}
    elif taken.accepted and not before:
        error.rest = {}
    raise error


def _maker(part: Part, mail: Mail, target: Target) -> Make:
    """Makes the bytes of a part; without its attachments where the server does not take so many."""

    def make(wide: bool, most: int) -> bytes:
        made = message(part.content, part.key, mail, target.language, _files(part), wide)
        if most and len(made) > most and part.files:
            made = message(part.content, part.key, mail, target.language, (), wide)
        if not most or len(made) <= most:
            return made
        raise SendError(Reason.TOO_LONG, words=Fault('mail.too-long', most=most))

    return make


def _files(part: Part) -> List[File]:
    """The reports that are still there. A mail without one has its link, or says how it is fetched."""
    found = []
    for file in part.files:
        try:
            found.append(File(file.name, file.media_type, b''.join(file.read())))
        except SendError:
            continue
    return found

"""One transaction: to whom a server has taken a message, whom it refuses, and what is not known.

A message is taken with the reply to its final dot, for all whom the server accepted before. So nothing is in doubt
before that dot; after it everything is, until the reply is there.
"""

import base64
import ssl
from typing import Callable, Dict, List, NamedTuple, Sequence, Tuple, Union

from scan_notify_plugin.deadline import Overstayed, alarm, current, no_answer_within
from scan_notify_plugin.errors import Reason, SendError
from scan_notify_plugin.faults import Fault, quoted
from scan_notify_plugin.notifiers import trust
from scan_notify_plugin.notifiers.base import wrong
from scan_notify_plugin.notifiers.email.addresses import Address
from scan_notify_plugin.notifiers.email.configuration import STARTTLS, TLS, Mail
from scan_notify_plugin.notifiers.email.conversation import Conversation, NotSmtp
from scan_notify_plugin.notifiers.email.replies import Reply, reason_of
from scan_notify_plugin.notifiers.http import innermost
from scan_notify_plugin.notifiers.line import Line
from scan_notify_plugin.notifiers.text import plain
from scan_notify_plugin.secret import Secret, redact

#: Seconds for everything together, which is less than the worker waits for a call; and between two octets before the
#: end of a message. RFC 5321 4.5.3.2 wants minutes for each reply; the one that matters has all the time there is.
TOTAL, PATIENCE = 75.0, 30.0
#: Faults in one fact of a fault.
_MOST_FAULTS = 20

#: Makes the message for a server that takes other than ASCII addresses, or not, and at most so many bytes; 0: any.
Make = Callable[[bool, int], bytes]


class Refused(NamedTuple):
    """Somebody whom the server does not deliver to."""

    person: str
    reply: Reply


class Taken(NamedTuple):
    """What came of it."""

    accepted: bool  #: whether anybody has it
    refused: Tuple[Refused, ...]
    said: str = ''  #: the server's words, with the id that it gave


class Delivery:
    """To one server.

    :param context: by which its certificate is checked
    """

    def __init__(self, mail: Mail, context: Callable[[], ssl.SSLContext]) -> None:
        self._mail = mail
        self._context = context

    def deliver(self, people: Sequence[Address], make: Make) -> Taken:
        """
        :raises SendError: with ``UNKNOWN`` if people may have it, with any other reason if nobody has
        """
        line = Line(TOTAL, current(), True)
        try:
            with alarm(TOTAL, line.cut):
                return self._delivered(line, people, make)
        except (OSError, ValueError, Overstayed, NotSmtp) as error:
            reason = Reason.UNKNOWN if line.begun else Reason.UNREACHABLE
            raise SendError(reason, words=self._fault(error, line)) from None
        finally:
            line.close()

    def _delivered(self, line: Line, people: Sequence[Address], make: Make) -> Taken:
        conversation = Conversation(line, self._mail.host, self._mail.port, PATIENCE)
        try:
            self._introduced(conversation)
            return self._transaction(conversation, people, make)
        finally:
            conversation.close()

    def _introduced(self, conversation: Conversation) -> None:
        """From the greeting to the login."""
        security = self._mail.security
        if security == TLS:
            conversation.encrypt(self._context())
        self._must(conversation.reply(), 'mail.greeting')
        self._must(conversation.hello(), 'mail.greeting')
        if security == STARTTLS:
            if 'STARTTLS' not in conversation.offers:
                raise SendError(Reason.UNREACHABLE, words=Fault('mail.no-starttls'))
            reply = conversation.ask('STARTTLS')
            if reply.code != 220:
                raise SendError(Reason.UNREACHABLE, reply.name, self._said('mail.starttls', reply))
            conversation.encrypt(self._context())
            self._must(conversation.hello(), 'mail.greeting')
        if self._mail.password:
            self._log_in(conversation, self._mail.password)

    def _log_in(self, conversation: Conversation, password: Secret) -> None:
        if not conversation.encrypted and not conversation.local:
            raise SendError(Reason.CONFIG, words=wrong('password', 'mail.plain'))
        reply = conversation.login(self._mail.username, password.reveal())
        if reply is None:
            raise SendError(Reason.CONFIG, words=Fault('mail.no-login'))
        self._must(reply, 'mail.login')

    def _transaction(self, conversation: Conversation, people: Sequence[Address], make: Make) -> Taken:
        wide = 'SMTPUTF8' in conversation.offers
        if not self._mail.sender.plain and not wide:
            raise SendError(Reason.CONFIG, words=Fault('mail.no-utf8', people=self._mail.sender.text))
        limit = conversation.offers.get('SIZE', '')
        message = make(wide, int(limit) if limit.isdecimal() and len(limit) < 16 else 0)
        accepted, refused = self._envelope(conversation, people, wide, len(message))
        if not accepted:
            return Taken(False, tuple(refused))
        reply = conversation.ask('DATA')
        if reply.code != 354:
            raise SendError(_before(reply), reply.name, self._said('mail.data', reply))
        hung_up = conversation.put(message)
        if hung_up is not None:
            raise SendError(_before(hung_up, True), hung_up.name, self._said('mail.data', hung_up))
        reply = conversation.end(TOTAL)
        if not reply.of_mail:
            raise SendError(reason_of(reply, of_message=True), reply.name, self._said('mail.message', reply))
        conversation.leave()
        return Taken(True, tuple(refused), self.words(reply.text))

    def _envelope(
        self, conversation: Conversation, people: Sequence[Address], wide: bool, size: int
    ) -> Tuple[List[Address], List[Refused]]:
        """Whom the server delivers to, and whom not."""
        needed = wide and not all(one.plain for one in (self._mail.sender,) + self._mail.people)
        more = ' SIZE={}'.format(size) * ('SIZE' in conversation.offers) + ' SMTPUTF8' * needed
        reply = conversation.ask('MAIL FROM:<{}>{}'.format(self._mail.sender.text, more))
        self._must(reply, 'mail.sender')
        accepted: List[Address] = []
        refused: List[Refused] = []
        for index, person in enumerate(people):
            if not person.plain and not wide:
                refused.append(Refused(person.text, Reply(553, ('5.6.7 SMTPUTF8 is not offered',))))  # RFC 6531 3.5
                continue
            reply = conversation.ask('RCPT TO:<{}>'.format(person.text))
            if reply.of_mail:
                accepted.append(person)
                continue
            refused.append(Refused(person.text, reply))
            if reply.code == 421:  # it hangs up, also on those whom it has just accepted
                return [], refused + [Refused(one.text, reply) for one in [*accepted, *people[index + 1 :]]]
        return accepted, refused

    def people_refused(self, refused: Sequence[Refused]) -> Fault:
        """Each of them, and what the server says of them."""
        by_reply: Dict[Tuple[Union[int, str], ...], List[Refused]] = {}
        for one in refused:
            by_reply.setdefault((one.reply.name,), []).append(one)
        if len(by_reply) > _MOST_FAULTS:  # so many a fault holds; the people are what must not be missing
            by_reply = {(): list(refused)}
        groups = [
            some[at : at + _MOST_FAULTS] for some in by_reply.values() for at in range(0, len(some), _MOST_FAULTS)
        ]
        return Fault('mail.refused', people=[self._group(some) for some in groups])

    def _group(self, some: Sequence[Refused]) -> Fault:
        reply = some[0].reply
        names = [quoted(one.person) for one in some]
        return Fault('mail.person', people=names, number=reply.code, text=self.words(reply.text))

    def _must(self, reply: Reply, code: str) -> None:
        if not reply.good:
            raise SendError(_before(reply), reply.name, self._said(code, reply))

    def _said(self, code: str, reply: Reply) -> Fault:
        return Fault.of(code, {'number': reply.code, 'text': self.words(reply.text)})

    def words(self, said: str) -> str:
        """What is kept of a server's words. It may repeat what it was told, also in the form in which it was told."""
        return plain(redact(said, self._hidden()), 300)

    def _hidden(self) -> List[Secret]:
        if not self._mail.password:
            return []
        password, username = self._mail.password.reveal(), self._mail.username
        coded = (base64.b64encode(one.encode('utf-8')) for one in (password, '\0{}\0{}'.format(username, password)))
        return [self._mail.password] + [Secret(one.decode('ascii')) for one in coded]

    def _fault(self, error: BaseException, line: Line) -> Fault:
        """What is said of a connection that came to nothing."""
        if line.over:
            return no_answer_within(TOTAL)
        if isinstance(error, Overstayed):
            return error.fault
        if isinstance(error, NotSmtp):
            return Fault('mail.not-smtp', text=self.words(error.said))
        distrust = trust.untrusted(error)
        if distrust is not None:
            return distrust
        if isinstance(error, ssl.SSLError):
            return Fault('mail.tls', text=self.words(innermost(error)))
        return quoted(self.words(innermost(error)))


def is_later(one: Refused) -> bool:
    """Whether the server may take it for this person another time."""
    return one.reply.code // 100 == 4


def _before(reply: Reply, of_message: bool = False) -> Reason:
    """Why a server refuses before the end of a message, when nobody can have it."""
    reason = reason_of(reply, of_message)
    return Reason.REFUSED if reason is Reason.UNKNOWN else reason

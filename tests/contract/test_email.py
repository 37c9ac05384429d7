"""Mail passes the battery that ships for third parties."""

import pytest

from scan_notify_plugin.errors import Reason, SendError
from scan_notify_plugin.notifiers.email import MailNotifier
from scan_notify_plugin.testing.conformance import NotifierConformance, Subject
from scan_notify_plugin.testing.mail_server import MailServer
from scan_notify_plugin.testing.subject import make_loop

BATTERY = NotifierConformance()
PASSWORD = 'not-for-plain-air-5f2c'
#: What HTTP says in a status, a mail server says in its reply to a message: try later, you send too much, and (551,
#: RFC 5321 3.4) try another address.
INSTEAD = {'http_502_before': 451, 'http_429_before': '450 4.2.1', 'redirect_before': 551}


def subject_of(notifier, server):
    options = {
        'host': '127.0.0.1', 'port': server.port, 'security': 'none', 'username': 'arl@example.com',
        'password': PASSWORD, 'to': ['Ops <ops@example.com>', 'duty@example.com'], 'cc': 'boss@example.com',
    }  # fmt: skip
    refusals = {
        Reason.BUSY: 451,
        Reason.THROTTLED: '450 4.2.1',
        Reason.CONFIG: '550 5.1.8',
        Reason.CONTENT: '554 5.7.1',
        Reason.TOO_LONG: '552 5.3.4',
        Reason.QUOTA: '550 5.4.5',
    }
    return Subject(
        notifier, options, server, [PASSWORD], refusals, nobody=dict(options, port=9), retries_5xx=True, instead=INSTEAD
    )


@pytest.fixture
def server():
    with MailServer({'arl@example.com': PASSWORD}, hold_seconds=0.5) as server:
        yield server


class TestMail(NotifierConformance):
    @pytest.fixture
    def subject(self, server):
        yield subject_of(MailNotifier(), server)
        assert server.strays == []


class BelievesThatNothingArrived(MailNotifier):
    """As one would who takes the connection for the message."""

    def send(self, part, target):
        try:
            return super().send(part, target)
        except SendError as error:
            raise SendError(Reason.UNREACHABLE if error.reason is Reason.UNKNOWN else error.reason, error.code)


class FollowsTheServer(MailNotifier):
    """Sends to whom a 551 names."""

    def send(self, part, target):
        try:
            return super().send(part, target)
        except SendError as error:
            if error.code != 551:
                raise
            return super().send(part, target)


class EscapesNothing(MailNotifier):
    def content(self, summary, target, templates, page):
        content = super().content(summary, target, templates, page)
        return dict(content, html='<p>' + summary.schedule_name)


class CopiesWhoeverIsNamed(MailNotifier):
    def send(self, part, target):
        named = ['z@example.com'] * ('@zhangsan' in part.content['subject'].replace('＠', '@'))
        return super().send(part, target._replace(options=dict(target.options, cc=['boss@example.com'] + named)))


MUTANTS = (
    (BelievesThatNothingArrived, 'test_a_doubt_is_never_a_second_message', ('cut_after',)),
    (FollowsTheServer, 'test_a_redirect_is_not_followed', ()),
    (EscapesNothing, 'test_what_strangers_wrote_has_no_effect', ()),
    (CopiesWhoeverIsNamed, 'test_what_strangers_wrote_has_no_effect', ()),
)


@pytest.mark.parametrize('broken, test, more', MUTANTS, ids=[one[0].__name__ for one in MUTANTS])
def test_a_broken_channel_fails(server, broken, test, more):
    subject = subject_of(broken(), server)
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        getattr(BATTERY, test)(subject, make_loop(subject), *more)

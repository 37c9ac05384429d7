"""The fake mail server takes what the standard library sends, and refuses what no RFC allows."""

import smtplib
import socket
import ssl
from email.message import EmailMessage

import pytest

from scan_notify_plugin.testing.mail_server import MailServer
from tests.certificates import CA, SERVER

HEAD = b'From: a@b.c\r\nDate: today\r\n'


@pytest.fixture
def server():
    with MailServer(hold_seconds=0.2) as server:
        yield server


def message(subject='hello', text='a\n.b\n字'):
    made = EmailMessage()
    made['From'], made['To'], made['Subject'], made['Date'] = (
        'a@b.c',
        'd@e.f',
        subject,
        'Mon, 2 Mar 2026 03:00:04 +0000',
    )
    made.set_content(text, cte='base64')
    return made


@pytest.mark.parametrize('at_once', (False, True), ids=('starttls', 'tls'))
def test_the_standard_librarys_client_is_served(at_once):
    context = ssl.create_default_context(cafile=CA)
    with MailServer({'ann': 'secret'}, SERVER, at_once) as server:
        if at_once:
            client = smtplib.SMTP_SSL('localhost', server.port, '[127.0.0.1]', context=context, timeout=10)
        else:
            client = smtplib.SMTP('localhost', server.port, '[127.0.0.1]', timeout=10)
            client.starttls(context=context)
        with client:
            with pytest.raises(smtplib.SMTPAuthenticationError):
                client.login('ann', 'wrong')
            client.login('ann', 'secret')
            assert client.send_message(message('主题')) == {}
    (one,) = server.messages
    assert (one.title, one.plain.strip(), one.at.people) == ('主题', 'a\n.b\n字', ('d@e.f',))
    assert server.strays == [] and server.calls[-1].encrypted


def test_a_mailbox_that_is_none_and_a_script_are_told_to_the_client(server):
    server.mailboxes = ['d@e.f']
    with smtplib.SMTP('127.0.0.1', server.port, '[127.0.0.1]', timeout=10) as client:
        refused = client.sendmail('a@b.c', ['d@e.f', 'x@y.z'], HEAD + b'\r\nx\r\n')
        assert refused['x@y.z'][0] == 550
        server.misbehave('451 4.3.0')
        with pytest.raises(smtplib.SMTPDataError) as caught:
            client.sendmail('a@b.c', ['d@e.f'], HEAD + b'\r\nx\r\n')
    assert caught.value.smtp_code == 451 and len(server.messages) == 1


def talk(server, *lines):
    """The first digits of what is answered to each line; what is bytes is sent as it is."""
    replies = []
    with socket.create_connection(('127.0.0.1', server.port), 10) as line, line.makefile('rb') as file:

        def reply():
            while True:
                read = file.readline()
                if len(read) < 4 or read[3:4] != b'-':
                    return int(read[:3] or 0)

        replies.append(reply())
        for one in lines:
            line.sendall(one if isinstance(one, bytes) else one.encode('utf-8') + b'\r\n')
            replies.append(reply())
    return replies[1:]


EHLO, MAIL, RCPT = 'EHLO [127.0.0.1]', 'MAIL FROM:<a@b.c>', 'RCPT TO:<d@e.f>'
#: (sentence, lines, replies)
RULES = [
    ('who does not greet sends nothing', (MAIL,), [503]),
    ('a greeting says who', ('EHLO', 'EHLO a_b', 'EHLO [1.2.3.4]'), [501, 501, 250]),
    ('first the sender, then people, then the message', (EHLO, RCPT, 'DATA', MAIL, 'DATA', RCPT, 'DATA'),
     [250, 503, 503, 250, 503, 250, 354]),
    ('one message at a time', (EHLO, MAIL, MAIL), [250, 250, 503]),
    ('a path has brackets', (EHLO, 'MAIL FROM:a@b.c', 'MAIL FROM: <a@b.c>', 'MAIL FROM:<a b@c>'), [250, 501, 501, 553]),
    ('only what was offered', (EHLO, 'MAIL FROM:<a@b.c> BODY=8BITMIME', 'MAIL FROM:<a@b.c> SMTPUTF8'), [250, 555, 555]),
    ('no more than it takes', (EHLO, 'MAIL FROM:<a@b.c> SIZE=99999999', 'MAIL FROM:<a@b.c> SIZE=x'), [250, 552, 501]),
    ('no address beyond ASCII', (EHLO, MAIL, 'RCPT TO:<用户@b.c>'), [250, 250, 553]),
    ('no pipelining', (EHLO, b'MAIL FROM:<a@b.c>\r\nRCPT TO:<d@e.f>\r\n'), [250, 503]),
    ('no line feed alone', (b'EHLO [127.0.0.1]\n',), [500]),
    ('no endless command', ('NOOP ' + 'x' * 600,), [500]),
    ('no command that is none', ('XYZ', 'AUTH PLAIN eA==', 'STARTTLS'), [500, 503, 503]),
    ('no line feed alone in a message', (EHLO, MAIL, RCPT, 'DATA', HEAD + b'\r\nx\ny\r\n.\r\n'),
     [250, 250, 250, 354, 554]),
    ('no eighth bit', (EHLO, MAIL, RCPT, 'DATA', HEAD + b'\r\n\xff\r\n.\r\n'), [250, 250, 250, 354, 554]),
    ('no line of 1000', (EHLO, MAIL, RCPT, 'DATA', HEAD + b'\r\n' + b'x' * 999 + b'\r\n.\r\n'),
     [250, 250, 250, 354, 554]),
    ('no message from nobody', (EHLO, MAIL, RCPT, 'DATA', b'Date: x\r\n\r\nx\r\n.\r\n'), [250, 250, 250, 354, 554]),
    ('no second subject', (EHLO, MAIL, RCPT, 'DATA', HEAD + b'Subject: a\r\nSubject: b\r\n\r\n.\r\n'),
     [250, 250, 250, 354, 554]),
    ('a right one is taken', (EHLO, MAIL, RCPT, 'DATA', HEAD + b'\r\n..x\r\n.\r\n', 'NOOP', 'RSET', 'QUIT'),
     [250, 250, 250, 354, 250, 250, 250, 221]),
]  # fmt: skip


@pytest.mark.parametrize('sentence, lines, replies', RULES, ids=[row[0] for row in RULES])
def test_the_rules_are_kept(server, sentence, lines, replies):
    assert talk(server, *lines) == replies
    assert bool(server.messages) == (sentence == 'a right one is taken')


def test_a_login_needs_tls_where_there_is_tls():
    with MailServer({'ann': 'secret'}, SERVER) as server:
        assert talk(server, EHLO, 'AUTH PLAIN AGFubgBzZWNyZXQ=', MAIL) == [250, 538, 530]


def test_a_login_is_checked():
    with MailServer({'ann': 'secret'}) as server:
        assert talk(server, EHLO, 'AUTH PLAIN !', 'AUTH XYZ', 'AUTH PLAIN AGFubgB4', 'AUTH PLAIN AGFubgBzZWNyZXQ=') == [
            250, 501, 504, 535, 235,
        ]  # fmt: skip


@pytest.mark.parametrize('how, only', [('nonsense', 'end'), (451, 'nowhere'), (99, 'end')])
def test_a_misbehaviour_that_is_none_is_an_error(server, how, only):
    with pytest.raises(ValueError):
        server.misbehave(how, only=only)


def test_it_behaves_again(server):
    server.misbehave(451, times=None, only='mail')
    assert talk(server, EHLO, MAIL, MAIL) == [250, 451, 451]
    server.behave()
    assert talk(server, EHLO, MAIL) == [250, 250]

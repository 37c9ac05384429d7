"""aiosmtpd, a mail server of others, gets what the channel ``email`` sends."""

import email
import email.policy
import ssl

import pytest

from scan_notify_plugin.errors import Reason, SendError
from scan_notify_plugin.notifiers.parts import Attachment
from tests.certificates import SERVER
from tests.notifiers.email.samples import PASSWORD, send, target

controller = pytest.importorskip('aiosmtpd.controller', reason='the extra `witness`')
smtp = pytest.importorskip('aiosmtpd.smtp', reason='the extra `witness`')

USER = 'arl@example.com'
REPORT = bytes(range(256)) * 40


class Mailbox:
    """Keeps what it gets; nobody is called `nobody` here."""

    def __init__(self):
        self.envelopes = []

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith('nobody@'):
            return '550 5.1.1 no such user'
        envelope.rcpt_tos.append(address)
        return '250 OK'

    async def handle_DATA(self, server, session, envelope):
        self.envelopes.append((envelope, session.ssl is not None, session.authenticated))
        return '250 OK'


def authenticate(server, session, envelope, mechanism, data):
    good = data.login == USER.encode() and data.password == PASSWORD.encode('utf-8')
    return smtp.AuthResult(success=good, handled=False)


class Server(controller.Controller):
    """On a port that the system chooses."""

    async def _create_server(self):
        server = await super()._create_server()
        self.port = server.sockets[0].getsockname()[1]  # which it tries itself then
        return server


def started(**options):
    mailbox = Mailbox()
    server = Server(mailbox, hostname='127.0.0.1', port=0, **options)
    server.start()
    return mailbox, server, server.port


@pytest.fixture
def plain():
    mailbox, server, port = started()
    yield mailbox, port
    server.stop()


@pytest.fixture
def encrypted():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(SERVER)
    mailbox, server, port = started(
        tls_context=context, require_starttls=True, authenticator=authenticate, auth_required=True
    )
    yield mailbox, port
    server.stop()


def test_a_mail_with_a_report_arrives_whole(plain):
    mailbox, port = plain
    report = Attachment(
        '报表-1.xlsx', len(REPORT), 'application/octet-stream', lambda: iter([REPORT[:1000], REPORT[1000:]])
    )
    text = '第一行\n.\n..two dots\n' + '长' * 3000
    send(
        target(port, to=['Ops <ops@example.com>', 'duty@例子.example'], cc='boss@example.com'),
        content={'text': text, 'html': '<p>第一行</p>', 'subject': '✅ 每日巡检'},
        files=[report],
    )
    ((envelope, _, _),) = mailbox.envelopes
    assert envelope.mail_from == USER
    assert envelope.rcpt_tos == ['ops@example.com', 'duty@xn--fsqu00a.example', 'boss@example.com']
    assert max(map(len, envelope.content.split(b'\r\n'))) <= 998
    got = email.message_from_bytes(envelope.content, policy=email.policy.default)
    assert got['Subject'] == '✅ 每日巡检' and not got.defects
    assert got.get_body(('plain',)).get_content().rstrip('\n').split() == text.split()
    assert '第一行' in got.get_body(('html',)).get_content()
    (attached,) = got.iter_attachments()
    assert attached.get_filename() == '报表-1.xlsx' and attached.get_content() == REPORT


def test_it_logs_in_after_starttls(encrypted):
    mailbox, port = encrypted
    send(target(port, host='localhost', security='starttls', username=USER, password=PASSWORD))
    ((_, is_encrypted, is_known),) = mailbox.envelopes
    assert is_encrypted and is_known


def test_a_wrong_password_is_the_configurations_fault(encrypted):
    mailbox, port = encrypted
    with pytest.raises(SendError) as caught:
        send(target(port, host='localhost', security='starttls', username=USER, password='wrong-5f2c'))
    assert caught.value.reason is Reason.CONFIG and not mailbox.envelopes


def test_starttls_that_is_not_offered_sends_nothing(plain):
    mailbox, port = plain
    with pytest.raises(SendError) as caught:
        send(target(port, security='starttls', username=USER, password=PASSWORD))
    assert caught.value.reason is Reason.UNREACHABLE and not mailbox.envelopes


def test_who_is_refused_keeps_no_other_back(plain):
    mailbox, port = plain
    with pytest.raises(SendError) as caught:
        send(target(port, to=['nobody@example.com', 'ops@example.com']))
    ((envelope, _, _),) = mailbox.envelopes
    assert envelope.rcpt_tos == ['ops@example.com']
    assert 'nobody@example.com' in str(caught.value) and 'ops@' not in str(caught.value)

"""What is known after a conversation with a mail server, however it ends."""

import base64
import socket
import threading
import time

import pytest

from scan_notify_plugin.deadline import Overstayed, Stay, staying
from scan_notify_plugin.errors import Reason, SendError
from scan_notify_plugin.notifiers.email import delivery
from scan_notify_plugin.notifiers.email.conversation import NotSmtp
from scan_notify_plugin.notifiers.line import Line
from scan_notify_plugin.testing.mail_server import MailServer
from tests.certificates import CA, ELSEWHERE, EXPIRED, OTHER_CA, SERVER
from tests.notifiers.email.samples import KEY, PASSWORD, mail, send, target


@pytest.fixture
def server():
    with MailServer(hold_seconds=0.2) as server:
        yield server


def refused(where, **fields):
    with pytest.raises(SendError) as caught:
        send(where, **fields)
    return caught.value


#: (how, at which stage, the reason, the code, whether people have it)
ENDS = [
    ('timeout', 'connect', Reason.UNREACHABLE, None, False),
    ('cut', 'connect', Reason.UNREACHABLE, None, False),
    ('portal', 'connect', Reason.UNREACHABLE, None, False),
    ('flood', 'connect', Reason.UNREACHABLE, None, False),
    (554, 'connect', Reason.CONFIG, 554, False),
    ('421 4.7.0', 'connect', Reason.BUSY, '421 4.7.0', False),
    ('cut', 'ehlo', Reason.UNREACHABLE, None, False),
    ('550 5.7.1', 'ehlo', Reason.CONFIG, '550 5.7.1', False),
    ('empty', 'ehlo', Reason.UNREACHABLE, None, False),
    ('cut', 'mail', Reason.UNREACHABLE, None, False),
    (451, 'mail', Reason.BUSY, 451, False),
    ('452 4.3.1', 'mail', Reason.BUSY, '452 4.3.1', False),
    ('552 5.3.4', 'mail', Reason.TOO_LONG, '552 5.3.4', False),
    ('550 5.4.5', 'mail', Reason.QUOTA, '550 5.4.5', False),
    (334, 'mail', Reason.REFUSED, 334, False),
    (999, 'mail', Reason.REFUSED, 999, False),
    ('cut', 'rcpt', Reason.UNREACHABLE, None, False),
    ('450 4.7.1', 'rcpt', Reason.BUSY, '450 4.7.1', False),
    ('450 4.2.1', 'rcpt', Reason.THROTTLED, '450 4.2.1', False),
    ('550 5.1.1', 'rcpt', Reason.CONFIG, '550 5.1.1', False),
    ('554 5.7.1', 'rcpt', Reason.CONFIG, '554 5.7.1', False),
    ('552 5.2.2', 'rcpt', Reason.CONFIG, '552 5.2.2', False),
    (421, 'rcpt', Reason.BUSY, 421, False),
    ('cut', 'data', Reason.UNREACHABLE, None, False),
    (451, 'data', Reason.BUSY, 451, False),
    (554, 'data', Reason.CONFIG, 554, False),
    ('552 5.3.4', 'data', Reason.TOO_LONG, '552 5.3.4', False),
    (250, 'data', Reason.REFUSED, 250, False),
    ('timeout', 'body', Reason.UNKNOWN, None, False),
    (451, 'end', Reason.BUSY, 451, False),
    ('450 4.2.1', 'end', Reason.THROTTLED, '450 4.2.1', False),
    (554, 'end', Reason.CONTENT, 554, False),
    ('550 5.7.1', 'end', Reason.CONTENT, '550 5.7.1', False),
    ('571 5.6.1', 'end', Reason.CONTENT, '571 5.6.1', False),
    ('550 5.1.8', 'end', Reason.CONFIG, '550 5.1.8', False),
    (552, 'end', Reason.TOO_LONG, 552, False),
    ('554 5.2.3', 'end', Reason.TOO_LONG, '554 5.2.3', False),
    (354, 'end', Reason.UNKNOWN, 354, False),
    (999, 'end', Reason.UNKNOWN, 999, False),
    (221, 'end', Reason.UNKNOWN, 221, False),
    ('235 2.7.0', 'end', Reason.UNKNOWN, '235 2.7.0', False),
    (220, 'rcpt', Reason.REFUSED, 220, False),
    ('timeout_before', 'end', Reason.UNKNOWN, None, False),
    ('timeout_after', 'end', Reason.UNKNOWN, None, True),
    ('cut_before', 'end', Reason.UNKNOWN, None, False),
    ('cut_after', 'end', Reason.UNKNOWN, None, True),
    ('portal_after', 'end', Reason.UNKNOWN, None, True),
    ('empty_after', 'end', Reason.UNKNOWN, None, True),
    ('not_json_after', 'end', Reason.UNKNOWN, None, True),
    ('flood_after', 'end', Reason.UNKNOWN, None, True),
]


@pytest.mark.parametrize('how, stage, reason, code, there', ENDS)
def test_what_a_server_does_is_what_is_known(server, how, stage, reason, code, there):
    server.misbehave(how, only=stage)
    error = refused(target(server.port))
    assert (error.reason, error.code) == (reason, code)
    assert len(server.messages) == there
    assert error.rest is None or reason in (Reason.BUSY, Reason.THROTTLED)
    assert server.strays == []


def test_a_server_that_is_away_certainly_got_nothing():
    error = refused(target(9))
    assert error.reason is Reason.UNREACHABLE and 'ConnectionRefusedError' in error.words


def test_the_good_bye_is_nobodys_business(server):
    for how in ('timeout', 'cut', 'portal', 500):
        server.misbehave(how, only='quit')
        assert 'queued as' in send(target(server.port)).note
    assert len(server.messages) == 4


def test_a_server_without_ehlo_is_spoken_to_as_of_old(server):
    server.misbehave(502, only='ehlo')
    send(target(server.port))
    assert len(server.messages) == 1


def test_a_dripping_server_has_an_end(server, monkeypatch):
    monkeypatch.setattr(delivery, 'TOTAL', 0.5)
    server.misbehave('drip_after')
    begun = time.monotonic()
    error = refused(target(server.port))
    assert (error.reason, error.fault.code) == (Reason.UNKNOWN, 'call.no-answer')
    assert time.monotonic() - begun < 20


def test_a_silent_server_has_an_end_for_each_reply(monkeypatch):
    monkeypatch.setattr(delivery, 'PATIENCE', 0.3)
    with MailServer(hold_seconds=20) as server:
        server.misbehave('timeout', only='connect')
        assert refused(target(server.port)).reason is Reason.UNREACHABLE
        monkeypatch.setattr(delivery, 'PATIENCE', 5)
        monkeypatch.setattr(delivery, 'TOTAL', 1)
        server.misbehave('timeout_after')
        assert refused(target(server.port)).reason is Reason.UNKNOWN


def test_a_server_that_looks_long_at_a_message_is_waited_for(server, monkeypatch):
    monkeypatch.setattr(delivery, 'PATIENCE', 0.5)
    server.slow = 1.0
    assert 'queued' in send(target(server.port)).note


def test_a_call_that_nobody_waits_for_any_more_sends_nothing(server):
    stay = Stay()
    with staying(stay):
        stay.end()
        error = refused(target(server.port))
    assert error.reason is Reason.UNREACHABLE and server.messages == []


def test_the_doubt_begins_with_the_dot(server):
    stay = Stay()
    with staying(stay):
        server.misbehave('cut', only='data')
        refused(target(server.port))
        assert not stay.begun
        server.misbehave('cut')
        refused(target(server.port))
        assert stay.begun


def test_no_thread_and_no_descriptor_is_left(server):
    before = threading.active_count()
    for how in ('cut', 'portal', 451):
        server.misbehave(how)
        refused(target(server.port))
    names = [one.name for one in threading.enumerate()]
    assert [
        name for name in names if 'scan-notify' not in name and 'Thread-' not in name and name != 'MainThread'
    ] == []
    assert threading.active_count() <= before + 4  # the server's own, and the alarm's


def test_a_server_that_hangs_up_on_a_long_message_certainly_has_not_taken_it(server):
    server.misbehave('552 5.3.4', only='body')
    error = refused(target(server.port), content={'text': '字' * 1000000})
    # Its reply can be lost where it closes upon what it has not read.
    assert (error.reason, error.code) in ((Reason.TOO_LONG, '552 5.3.4'), (Reason.UNREACHABLE, None))
    assert server.messages == []


#: (what a server says where, the reason, whether the message was ended)
ODD = [
    ({'RCPT': b'250 ok\r\n354 go\r\n250 taken\r\n'}, Reason.UNREACHABLE, False),
    ({'DATA': b'354 go\r\n250 taken\r\n', '.': b'554 no\r\n'}, Reason.REFUSED, False),
    ({'DATA': b'354 go\r\n552 5.3.4 too long\r\n', '.': b'250 ok\r\n'}, Reason.TOO_LONG, False),
    ({'': b'220 hi\r\n250 a\r\n250 b\r\n'}, Reason.UNREACHABLE, False),
    ({'.': b'550-5.7.1 no\r\n250 2.0.0 ok\r\n'}, Reason.UNKNOWN, True),
    ({'.': b'250-ok\r\n550 no\r\n'}, Reason.UNKNOWN, True),
    ({'RCPT': b'550-no\r\n250 ok\r\n'}, Reason.UNREACHABLE, False),
]


@pytest.mark.parametrize('replies, reason, ended', ODD)
def test_no_reply_counts_before_its_question_nor_one_that_says_two_things(replies, reason, ended):
    with Telling(replies) as telling:
        assert refused(target(telling.port)).reason is reason
    assert ('.' in telling.commands) == ended


def test_a_good_bye_that_drips_keeps_nobody():
    with Telling({'QUIT': [b'2'] * 120}) as telling:
        begun = time.monotonic()
        send(target(telling.port))
        assert time.monotonic() - begun < 8


class Telling:
    """A server that says what it is told to, without listening.

    :param replies: by command, as bytes, or in pieces that drip; of '' the greeting
    """

    USUAL = {'': b'220 hi\r\n', 'DATA': b'354 go\r\n', '.': b'250 ok\r\n'}

    def __init__(self, replies):
        self.replies, self.commands = dict(self.USUAL, **replies), []
        self.listener = socket.socket()
        self.listener.bind(('127.0.0.1', 0))
        self.listener.listen(1)
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self.serve)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *exc_info):
        self.thread.join(10)
        self.listener.close()

    def serve(self):
        connection, _ = self.listener.accept()
        with connection, connection.makefile('rb') as lines:
            try:
                self.say(connection, '')
                for line in lines:
                    command = line[:4].strip().decode('ascii', 'replace')
                    if command == '.' or 'DATA' not in self.commands or command == 'QUIT':
                        self.commands.append(command)
                        self.say(connection, command)
            except OSError:
                pass

    def say(self, connection, command):
        said = self.replies.get(command, b'250 ok\r\n')
        for piece in [said] if isinstance(said, bytes) else said:
            connection.sendall(piece)
            if not isinstance(said, bytes):
                time.sleep(0.1)


# What is encrypted.


def account(port, **more):
    options = dict({'username': 'arl', 'password': PASSWORD, 'security': 'starttls'}, **more)
    return target(port, **options)


@pytest.mark.parametrize('at_once', (False, True), ids=('starttls', 'tls'))
@pytest.mark.parametrize('way', ('PLAIN', 'LOGIN'))
def test_a_login_goes_through_tls(at_once, way):
    with MailServer({'arl': PASSWORD}, SERVER, at_once, ways=(way,)) as server:
        send(account(server.port, security='tls' if at_once else 'starttls'))
        assert len(server.messages) == 1 and server.strays == []


def test_starttls_that_is_not_offered_sends_nothing(server):
    error = refused(account(server.port))
    assert (error.reason, error.fault.code) == (Reason.UNREACHABLE, 'mail.no-starttls')
    server.close()
    assert [call.commands for call in server.calls] == [('EHLO',)]


@pytest.mark.parametrize('how', (454, 'cut', 'portal'))
def test_starttls_that_fails_sends_nothing(how):
    with MailServer({'arl': PASSWORD}, SERVER) as server:
        server.misbehave(how, only='starttls')
        assert refused(account(server.port)).reason is Reason.UNREACHABLE
        server.close()
        assert all('AUTH' not in call.commands and 'MAIL' not in call.commands for call in server.calls)


#: (sentence, the server's certificate, what is believed)
DISTRUST = [
    ('nobody gave its CA', SERVER, ''),
    ('another CA was given', SERVER, OTHER_CA),
    ('it is another name\'s', ELSEWHERE, CA),
    ('it has expired', EXPIRED, CA),
]


@pytest.mark.parametrize('at_once', (False, True), ids=('starttls', 'tls'))
@pytest.mark.parametrize('sentence, certificate, bundle', DISTRUST, ids=[row[0] for row in DISTRUST])
def test_a_server_that_is_not_believed_gets_nothing(sentence, certificate, bundle, at_once):
    with MailServer({'arl': PASSWORD}, certificate, at_once) as server:
        error = refused(account(server.port, security='tls' if at_once else 'starttls', ca_bundle=bundle))
        assert error.reason is Reason.UNREACHABLE and error.fault.code.startswith('tls.')
        server.close()
        assert all('AUTH' not in call.commands for call in server.calls)


def test_tls_to_a_server_that_speaks_plainly_is_unreachable(server):
    error = refused(account(server.port, security='tls'))
    assert error.reason is Reason.UNREACHABLE


def test_what_was_said_before_tls_is_not_believed_after_it():
    def play(connection):
        connection.sendall(b'220 hello\r\n')
        connection.recv(1000)
        connection.sendall(b'250-x\r\n250 STARTTLS\r\n')
        connection.recv(1000)
        connection.sendall(b'220 go\r\n250-x\r\n250 AUTH PLAIN\r\n')
        connection.recv(1000)

    with socket.socket() as listener:
        listener.bind(('127.0.0.1', 0))
        listener.listen(1)

        def serve():
            connection, _ = listener.accept()
            with connection:
                play(connection)

        thread = threading.Thread(target=serve)
        thread.start()
        error = refused(account(listener.getsockname()[1]))
        thread.join(5)
    assert (error.reason, error.fault.code) == (Reason.UNREACHABLE, 'mail.not-smtp')


def test_a_password_never_leaves_this_machine_in_plain(server, monkeypatch):
    monkeypatch.setattr('scan_notify_plugin.notifiers.email.conversation.Conversation.local', False)
    server.accounts['arl'] = PASSWORD
    error = refused(account(server.port, security='none'))
    assert error.reason is Reason.CONFIG and 'PASSWORD would be sent' in error.words
    server.close()
    assert all('AUTH' not in call.commands for call in server.calls)


def test_a_password_is_sent_plainly_to_this_machine_alone_and_only_if_that_is_asked_for():
    with MailServer({'arl': PASSWORD}) as server:
        send(account(server.port, security='none'))
        assert len(server.messages) == 1


def test_a_wrong_password_is_named_and_not_repeated():
    with MailServer({'arl': 'another'}, SERVER) as server:
        server.misbehave(535, only='auth')
        error = refused(account(server.port))
        assert (error.reason, error.code) == (Reason.CONFIG, 535)
        assert error.fault.code == 'mail.login'
        assert refused(account(server.port)).code == '535 5.7.8'
        server.misbehave('454 4.7.0', only='auth')
        assert refused(account(server.port)).reason is Reason.BUSY


def test_a_server_without_a_way_in_is_named():
    with MailServer({'arl': PASSWORD}, SERVER, ways=('GSSAPI',)) as server:
        assert refused(account(server.port)).fault.code == 'mail.no-login'


def test_what_a_server_says_back_holds_no_password(server):
    coded = base64.b64encode('\0arl\0{}'.format(PASSWORD).encode('utf-8')).decode('ascii')
    server.accounts['arl'] = PASSWORD
    for said in (PASSWORD, coded, base64.b64encode(PASSWORD.encode('utf-8')).decode('ascii')):
        server.misbehave('550 ' + said, only='auth')
        error = refused(target(server.port, username='arl', password=PASSWORD))
        assert said not in error.words + str(error) + repr(error.fault) and '***' in error.words


# To whom it goes.


def test_everybody_gets_it_and_the_head_says_whom_it_is_for(server):
    receipt = send(
        target(server.port, to=['Ops <a@example.com>', 'b@example.com'], cc='c@example.com', reply_to='r@x.y')
    )
    (message,) = server.messages
    assert message.at.people == ('a@example.com', 'b@example.com', 'c@example.com')
    assert message.at.headers == ('arl@example.com', 'Ops <a@example.com>, b@example.com', 'c@example.com', 'r@x.y')
    assert receipt.id == message.message['Message-ID'] == '<{}.scan-notify@example.com>'.format(KEY)


def test_a_repeat_goes_to_those_alone_who_were_refused(server):
    where = target(server.port, to=['a@x.y', 'b@x.y', 'c@x.y', 'd@x.y'])
    server.misbehave('450 4.7.1', only='rcpt', to='b@x.y')
    server.misbehave('550 5.1.1', only='rcpt', to='c@x.y')
    error = refused(where)
    assert error.reason is Reason.BUSY
    assert 'b@x.y (450 4.7.1' in error.words and 'c@x.y (550 5.1.1' in error.words and 'a@x.y' not in error.words
    assert server.messages[0].at.people == ('a@x.y', 'd@x.y')
    assert error.rest is not None and error.rest['left'] == ['b@x.y']
    again = refused(where, content=error.rest)
    assert (again.reason, again.rest) == (Reason.CONFIG, None)
    assert 'c@x.y (550' in again.words and 'b@x.y' not in again.words
    assert [message.at.people for message in server.messages] == [('a@x.y', 'd@x.y'), ('b@x.y',)]
    first, second = (message.message['Message-ID'] for message in server.messages)
    assert first == second


def test_no_half_of_a_password_is_told_of_what_is_no_reply():
    server = delivery.Delivery(mail(username='arl', password='onlyLettersNobodyThoughtOf'), lambda: None)
    for before in range(170, 200):
        error = NotSmtp(b'.' * before + b'onlyLettersNobodyThoughtOf')
        assert 'onlyL' not in repr(server._fault(error, Line(1.0, None, True))) + str(error)


def test_what_is_kept_of_a_refusal_is_short_and_holds_no_password(server):
    where = target(server.port, to=['a@x.y', 'b@x.y', 'c@x.y'], username='arl', password=PASSWORD)
    server.accounts['arl'] = PASSWORD
    server.misbehave('450 4.7.1', only='rcpt', to='b@x.y')
    server.misbehave('550 5.1.1 no {} {}'.format(PASSWORD, 'x' * 400), only='rcpt', to='c@x.y')
    kept = repr(refused(where).rest)
    assert 'c@x.y' in kept and PASSWORD not in kept and len(kept) < 500


def test_a_server_that_takes_few_people_at_once_gets_the_others_later(server):
    people = ['u{}@x.y'.format(number) for number in range(5)]
    for person in people[2:]:
        server.misbehave('452 4.5.3', only='rcpt', to=person)
    error = refused(target(server.port, to=people))
    send(target(server.port, to=people), content=error.rest)
    assert [message.at.people for message in server.messages] == [tuple(people[:2]), tuple(people[2:])]


def test_those_who_are_refused_for_good_are_named_and_nobody_is_asked_again(server):
    server.mailboxes = ['a@x.y']
    error = refused(target(server.port, to=['a@x.y', 'b@x.y']))
    # Nothing changes for another try, which there is none of; but some have it.
    assert (error.reason, error.rest) == (Reason.CONFIG, {}) and 'b@x.y (550 5.1.1' in error.words
    assert [message.at.people for message in server.messages] == [('a@x.y',)]


def test_each_of_fifty_is_named(server):
    server.mailboxes = []
    people = ['user{:02d}@department{}.example.com'.format(number, number % 7) for number in range(50)]
    error = refused(target(server.port, to=people))
    assert all(person in error.words for person in people) and server.messages == []


def test_people_whose_replies_are_all_different_are_named_too(server):
    people = ['u{}@x.y'.format(number) for number in range(30)]
    for number, person in enumerate(people):
        server.misbehave('550 5.1.{}'.format(number + 10), only='rcpt', to=person)
    error = refused(target(server.port, to=people))
    assert all(person + ' ' in error.words.replace(';', ' ').replace(')', ' ') for person in people)


def test_a_server_that_hangs_up_in_between_has_nothing(server):
    server.misbehave(421, only='rcpt', to='b@x.y')
    error = refused(target(server.port, to=['a@x.y', 'b@x.y', 'c@x.y']))
    assert error.reason is Reason.BUSY and server.messages == []
    send(target(server.port, to=['a@x.y', 'b@x.y', 'c@x.y']), content=error.rest)
    assert server.messages[0].at.people == ('a@x.y', 'b@x.y', 'c@x.y')


def test_addresses_beyond_ascii_need_a_server_that_takes_them(server):
    where = target(server.port, to=['用户@例子.cn', 'a@例子.cn'])
    error = refused(where)
    assert '用户@xn--fsqu00a.cn' in error.words and server.messages[0].at.people == ('a@xn--fsqu00a.cn',)
    assert server.messages[0].at.headers[1] == 'a@xn--fsqu00a.cn'
    with MailServer(wide=True) as wide:
        send(target(wide.port, to=['用户@例子.cn', 'a@例子.cn']))
        assert wide.messages[0].at.people == ('用户@xn--fsqu00a.cn', 'a@xn--fsqu00a.cn')
        assert '用户@xn--fsqu00a.cn' in wide.messages[0].data.decode('utf-8') and wide.strays == []


def test_a_sender_beyond_ascii_needs_it_too(server):
    error = refused(target(server.port, **{'from': '灯塔@example.com'}))
    assert (error.reason, error.fault.code) == (Reason.CONFIG, 'mail.no-utf8') and server.messages == []


def test_lines_that_are_a_dot_do_not_end_a_message(server):
    raw = b'From: a@b.c\r\nDate: today\r\n\r\n.\r\n..x\r\n.\r\n'
    made = delivery.Delivery(mail(port=server.port), None)
    made.deliver(mail().people, lambda wide, most: raw)
    made.deliver(mail().people, lambda wide, most: raw[:-2])
    assert [message.data for message in server.messages] == [raw, raw]


def test_a_reply_without_end_is_none(server):
    server.misbehave('flood', only='connect')
    assert refused(target(server.port)).fault.code == 'mail.not-smtp'


def test_dots_and_long_bodies_arrive_as_they_left(server):
    text = '.\n..\n.a\n' + '字' * 5000 + '\n.'
    send(target(server.port), content={'text': text})
    assert server.messages[0].plain == text + '\n' and text in server.messages[0].text


def test_the_end_of_a_call_is_told_as_one(server, monkeypatch):
    def over(self):
        raise Overstayed('nobody waits')

    monkeypatch.setattr('scan_notify_plugin.notifiers.line.Line.begin', over)
    assert refused(target(server.port)).reason is Reason.UNREACHABLE and server.messages == []

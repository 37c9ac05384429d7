"""The bytes of a mail: what every server and every program takes, on every Python."""

import email
import re
from email import policy

import pytest

from scan_notify_plugin.errors import Reason, SendError
from scan_notify_plugin.notifiers.base import Attachment
from scan_notify_plugin.notifiers.email.message import File, message, thread_of
from scan_notify_plugin.testing import mail_rules
from scan_notify_plugin.testing.mail_server import MailServer
from tests.notifiers.email.samples import KEY, mail, send, target

HOSTILE = 'all clear\r\nBcc: evil@example.com\r\n\r\n<script>\x00\u202e\ud800'
XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'


def made(content=None, files=(), language='zh', wide=False, **options):
    content = dict({'text': 'a text', 'html': '<p>html</p>', 'subject': '主题'}, **content or {})
    return message(content, KEY, mail(**options), language, files, wide)


def read(data):
    assert mail_rules.problem(data, False) is None
    return email.message_from_bytes(data, policy=policy.SMTP)


def test_a_mail_has_a_text_and_a_page_and_nothing_from_elsewhere():
    read_back = read(made())
    assert read_back.get_content_type() == 'multipart/alternative'
    assert [part.get_content_type() for part in read_back.iter_parts()] == ['text/plain', 'text/html']
    page = read_back.get_body(('html',)).get_content()
    assert '<p>html</p>' in page and 'lang="zh-CN"' in page
    assert not re.search(r'<(img|link|script|iframe|object|form)|url\(|@import|src=', page)


@pytest.mark.parametrize(
    'subject',
    [
        'x' * 150, '主' * 150, 'Überprüfung \U0001f6a8 ' * 9, 'a b ' * 30,
        '=?utf-8?b?eA==?=', 'done: =?utf-8?b?4oCuZXZpbA0KQmNjOiB4?= (1)', 'a =?utf-8?q?=0A?=b',
    ],
)  # fmt: skip
def test_a_subject_arrives_as_it_was(subject):
    data = made({'subject': subject})
    assert str(read(data)['Subject']).strip() == subject.strip()
    assert max(len(line) for line in data.split(b'\r\n')) <= 200


def test_nobody_writes_a_header_with_a_name():
    plain = read(made())
    for value in (HOSTILE, 'x\nBcc: y', 'x\r\n\r\ny', '\x85Bcc: y', '\u2028Bcc: y', 'a' * 5000):
        found = read(made({'subject': value, 'thread': value}, [File(value, 'text/plain', b'')]))
        assert set(found.keys()) == {'From', 'To', 'Subject', 'Date', 'Message-ID', 'References', 'Auto-Submitted',
                                'X-Auto-Response-Suppress', 'Content-Type', 'MIME-Version'}, value[:20]  # fmt: skip
        assert len(found.keys()) == 10
        assert found['To'] == plain['To'] and '\u202e' not in str(found['Subject'])
        assert re.fullmatch(r'<thread\.[0-9a-f]{32}\.scan-notify@example\.com>', str(found['References']).strip())


def test_a_name_that_looks_like_an_encoded_word_is_what_it_looks_like():
    found = read(made(to='"=?utf-8?b?4oCuZXZpbA==?=" <a@example.com>'))
    assert [one.display_name for one in found['To'].addresses] == ['=?utf-8?b?4oCuZXZpbA==?=']


def test_many_people_with_long_names_are_whole():
    people = ['运维值班{} <u{}@example.com>'.format('甲乙丙'[n % 3], n) for n in range(48)] + ['"A, \'B" <x@y.z>']
    found = read(made(to=people, cc='c@例子.cn', **{'from': '灯塔 <arl@例子.cn>'}))
    assert [one.addr_spec for one in found['To'].addresses] == ['u{}@example.com'.format(n) for n in range(48)] + [
        'x@y.z'
    ]
    assert found['To'].addresses[0].display_name == '运维值班甲' and found['To'].addresses[48].display_name == 'A, \'B'
    assert (str(found['From']), str(found['Cc'])) == ('灯塔 <arl@xn--fsqu00a.cn>', 'c@xn--fsqu00a.cn')


def test_the_id_is_that_of_the_part_and_runs_of_a_schedule_are_one_thread():
    first, second = made({'thread': '65e2'}), made({'thread': '65e2'})
    assert read(first)['Message-ID'] == read(second)['Message-ID'] == '<{}.scan-notify@example.com>'.format(KEY)
    assert read(first)['References'] == read(second)['References'] != read(made({'thread': '65e3'}))['References']
    assert thread_of('65e2:7') == thread_of('65e2:8') == thread_of('65e2:8:2') == '65e2' and thread_of('') is None


def test_no_machine_answers():
    assert (read(made())['Auto-Submitted'], read(made())['X-Auto-Response-Suppress']) == ('auto-generated', 'All')


@pytest.mark.parametrize('name', ['nightly-41.xlsx', '每日资产巡检-41-20260302-0300.xlsx', '字' * 100 + '.xlsx'])
def test_a_file_arrives_whole_under_its_name(name):
    data = bytes(range(256)) * 500 + b'\r\n.\r\n'
    found = read(made(files=[File(name, XLSX, data), File('b.html', 'text/html', b'<p>x')]))
    first, second = found.iter_attachments()
    assert (first.get_filename(), first.get_content_type(), first.get_content()) == (name, XLSX, data)
    assert second.get_content_disposition() == 'attachment'
    assert found.get_body(('plain',)).get_content().strip() == 'a text'


def attached(data, name='r.xlsx'):
    def read():
        if data is None:
            raise SendError(Reason.CONTENT, words='gone')
        yield data

    return Attachment(name, len(data or b''), XLSX, read)


def test_attachments_that_a_server_has_no_room_for_stay_away():
    with MailServer(most=200000) as server:
        send(target(server.port), files=[attached(b'x' * 200000)])
        send(target(server.port), files=[attached(b'x' * 100000)])
        without, with_file = server.messages
        assert list(without.message.iter_attachments()) == [] and len(list(with_file.message.iter_attachments())) == 1


def test_a_file_that_cannot_be_read_any_more_keeps_no_message_back():
    with MailServer() as server:
        send(target(server.port), files=[attached(None), attached(b'y', 'other.xlsx')])
        (one,) = server.messages[0].message.iter_attachments()
        assert one.get_filename() == 'other.xlsx'

"""What stands in a target, and in the host's section, and what is wrong with it."""

import pytest

from scan_notify_plugin.faults import ENGLISH, say
from scan_notify_plugin.notifiers.email.addresses import address, in_ascii, several
from scan_notify_plugin.notifiers.email.configuration import ATTACH_MB, MOST_PEOPLE, read
from scan_notify_plugin.secret import Secret
from scan_notify_plugin.settings.section import parse_settings
from tests.notifiers.email.samples import NOTIFIER, mail, target

ADDRESSES = [
    ('ops@example.com', ('', 'ops@example.com')),
    (' <ops@example.com> ', ('', 'ops@example.com')),
    ('Ops <ops@example.com>', ('Ops', 'ops@example.com')),
    ('"Ops, all of them" <o.p-s+x@example.com>', ('Ops, all of them', 'o.p-s+x@example.com')),
    ('运维 <ops@例子.公司>', ('运维', 'ops@xn--fsqu00a.xn--55qx5d')),
    ('用户@例子.cn', ('', '用户@xn--fsqu00a.cn')),
    ('root@localhost', ('', 'root@localhost')),
    ('a@b\r\nBcc: evil@example.com', None),
    ('a@b\nc', None),
    ('a\x00@b', None),
    ('\u202egro.elpmaxe@spo <a@b>', None),
    ('Ops\r\n <ops@example.com>', None),
    ('ops', None),
    ('@example.com', None),
    ('ops@', None),
    ('ops@-example.com', None),
    ('ops@example..com', None),
    ('o ps@example.com', None),
    ('.ops@example.com', None),
    ('ops@example.com> SIZE=1', None),
    ('a@b, c@d', None),
    ('x' * 65 + '@example.com', None),
    ('ops@' + '.'.join(['x' * 60] * 5), None),
]


@pytest.mark.parametrize('written, expected', ADDRESSES)
def test_an_address_is_one_or_it_is_refused(written, expected):
    found = address(written)
    assert (found and (found.name, found.text)) == expected


def test_commas_separate_addresses_but_not_inside_quotation_marks():
    assert several('a@b, "X, Y" <c@d>,, e@f ') == ['a@b', '"X, Y" <c@d>', 'e@f']


def test_names_of_servers_are_ascii():
    assert in_ascii('mail_1.example') is None and in_ascii('') is None
    assert in_ascii('邮件.例子.cn').startswith('xn--') and in_ascii('a' * 64 + '.example') is None


#: (options, port, how the connection is protected)
WAYS = [
    ({'port': None, 'security': None}, 587, 'starttls'),
    ({'port': 587, 'security': None}, 587, 'starttls'),
    ({'port': '465', 'security': None}, 465, 'tls'),
    ({'port': 25, 'security': None}, 25, 'none'),
    ({'port': 25, 'security': None, 'username': 'u', 'password': 'p'}, 25, 'starttls'),
    ({'port': 2525, 'security': None}, 2525, 'starttls'),
    ({'port': None, 'security': 'tls'}, 465, 'tls'),
    ({'port': None, 'security': 'NONE'}, 25, 'none'),
    ({'port': 465, 'security': 'starttls'}, 465, 'starttls'),
]


@pytest.mark.parametrize('options, port, security', WAYS)
def test_port_and_setting_say_how_a_connection_is_protected(options, port, security):
    made = mail(**options)
    assert (made.port, made.security) == (port, security)


#: (what is wrong, options, what is said)
WRONG = [
    ('a port that is none', {'port': 70000}, 'PORT must be a port number'),
    ('a port in words', {'port': 'smtp'}, 'PORT must be a port number'),
    ('a switch for a port', {'port': True}, 'PORT must be a port number'),
    ('an unknown protection', {'security': 'ssl'}, 'SECURITY must be one of tls, starttls, none'),
    ('a host that is none', {'host': 'mail server'}, 'HOST must be the name'),
    ('a recipient that is none', {'to': ['ops']}, 'TO holds \'ops\''),
    ('a recipient with a line break', {'cc': 'a@b\nBcc: c@d'}, 'CC holds'),
    ('a list in a list', {'to': [['a@b']]}, 'TO holds'),
    ('nobody to be the sender', {'from': None, 'username': 'arl', 'password': 'p'}, 'FROM is missing'),
    ('two senders', {'from': 'a@b, c@d'}, 'FROM must be one address'),
    ('a sender that is none', {'from': 'arl'}, 'FROM holds \'arl\''),
    ('a password for nobody', {'password': 'p'}, 'USERNAME is missing'),
    ('a password in plain', {'host': 'mail.example.com', 'username': 'u', 'password': 'p'}, 'PASSWORD would be sent'),
    ('a name of two lines', {'username': 'a\nb', 'password': 'p'}, 'PASSWORD and USERNAME must be one line'),
    ('too large attachments', {'attach_mb': 21}, 'ATTACH_MB must be a number from 0 to 20'),
    ('attachments in words', {'attach_mb': 'all'}, 'ATTACH_MB must be a number'),
    ('too many people', {'to': ['u{}@example.com'.format(n) for n in range(40)],
                         'cc': ['v{}@example.com'.format(n) for n in range(11)]}, 'TO names more than 50 people'),
    ('no server', {'host': None}, 'HOST is missing'),
    ('nobody', {'to': []}, 'TO is missing'),
    ('an odd option', {'bcc': 'a@b'}, 'BCC is not an option'),
    ('a host that is a list', {'host': ['mail.example.com']}, 'HOST must be a text'),
]  # fmt: skip


@pytest.mark.parametrize('sentence, options, said', WRONG, ids=[row[0] for row in WRONG])
def test_what_is_wrong_is_said(sentence, options, said):
    assert any(str(problem).startswith(said) for problem in NOTIFIER.problems(target(**options).options))


def test_nothing_is_wrong_with_what_is_right():
    full = {'username': 'arl@example.com', 'password': 'p', 'from': None, 'to': ['a@b', 'Ops <c@d>'], 'cc': 'e@f, g@h',
            'reply_to': 'i@j', 'attach_mb': 0.5, 'security': 'starttls', 'host': '192.0.2.1'}  # fmt: skip
    assert list(NOTIFIER.problems(target(**full).options)) == []
    made = mail(**full)
    assert (made.sender.text, [one.text for one in made.people]) == ('arl@example.com', ['a@b', 'c@d', 'e@f', 'g@h'])
    assert made.attach == 524288 and mail().attach == ATTACH_MB * 1024 * 1024


def test_everybody_is_named_once():
    assert [one.text for one in mail(to=['a@b', 'c@d', 'a@b'], cc=['c@d', 'e@f']).people] == ['a@b', 'c@d', 'e@f']
    assert len(mail(to=['u{}@b'.format(n) for n in range(MOST_PEOPLE)]).people) == MOST_PEOPLE


def test_a_password_may_stay_on_this_machine():
    for host in ('localhost', '127.0.0.1', '::1'):
        assert mail(host=host, username='u', password='p').security == 'none'


def test_the_section_of_the_host_is_a_target():
    section = {'HOST': 'smtp.example.com', 'PORT': '465', 'USERNAME': 'arl@example.com', 'PASSWORD': 123456,
               'TO': 'ops@example.com'}  # fmt: skip
    settings = parse_settings({'EMAIL': section, 'SCAN_NOTIFY': {'ENABLE': True}})
    made, faults = read(settings.targets['email'].options)
    assert faults == [] and made is not None
    assert (made.host, made.port, made.security, made.sender.text) == (
        'smtp.example.com',
        465,
        'tls',
        'arl@example.com',
    )
    assert made.password == Secret('123456')


def test_the_empty_section_of_a_host_lacks_what_is_needed_and_breaks_nothing():
    empty = dict.fromkeys(('HOST', 'PORT', 'USERNAME', 'PASSWORD', 'TO'), '')
    settings = parse_settings({'EMAIL': empty, 'SCAN_NOTIFY': {'ENABLE': True}})
    said = [str(problem) for problem in NOTIFIER.problems(settings.targets['email'].options)]
    assert said == ['HOST is missing', 'TO is missing']


def test_a_secret_is_in_no_fault():
    for options in ({'username': 'a\nb', 'password': 'p-5f2c'}, {'host': 'x y', 'username': 'u', 'password': 'p-5f2c'}):
        assert all('p-5f2c' not in say(fault, ENGLISH) for fault in read(target(**options).options)[1])


def test_targets_of_one_account_share_its_pace_whoever_gets_their_mails():
    first, second = target(username='u', password='a'), target(username='u', password='b', to='x@y')
    assert NOTIFIER.credential(first) == NOTIFIER.credential(second) != NOTIFIER.credential(target(username='v'))

"""What a secret shows of itself, and what the redactor leaves of a text."""

import json
import logging
import pickle

import pytest

from scan_notify_plugin.secret import MASK, Secret, redact

VALUE = 'SEC+5f/2=c1 9'
SECRET = Secret(VALUE)


@pytest.mark.parametrize('shown', [
    repr(SECRET),
    str(SECRET),
    '{}'.format(SECRET),
    '%s' % SECRET,
    '%r' % SECRET,
    repr([SECRET]),
    str({'token': SECRET}),
    json.dumps({'token': SECRET}, default=str),
])  # fmt: skip
def test_a_secret_shows_as_three_stars(shown):
    assert VALUE not in shown
    assert MASK in shown


def test_a_secret_in_a_log_line_shows_as_three_stars(caplog):
    with caplog.at_level(logging.INFO):
        logging.getLogger('scan_notify').info('token %s, all %r', SECRET, {'a': SECRET})
    assert VALUE not in caplog.text


def test_a_secret_gives_its_value_only_when_asked():
    assert SECRET.reveal() == VALUE
    with pytest.raises(AttributeError):
        SECRET.value
    with pytest.raises(AttributeError):
        SECRET.__dict__


def test_secrets_are_equal_by_value_and_never_equal_to_a_text():
    assert SECRET == Secret(VALUE)
    assert hash(SECRET) == hash(Secret(VALUE))
    assert SECRET != Secret('other')
    assert SECRET != VALUE


def test_an_empty_secret_is_false():
    assert SECRET
    assert not Secret('')


def test_a_secret_survives_a_copy_between_processes():
    assert pickle.loads(pickle.dumps(SECRET, 2)) == SECRET


@pytest.mark.parametrize('text', [
    'refused: ' + VALUE,
    'http://x/robot/SEC%2B5f%2F2%3Dc1%209',
    'http://x/robot/SEC%2B5f%2F2%3Dc1+9',
    'http://x/robot?q=SEC%2B5f%2F2%3Dc1+9&page=2',
])  # fmt: skip
def test_a_known_secret_is_cut_out_plain_and_url_quoted(text):
    cut = redact(text, [SECRET])
    for piece in ('SEC', '5f', 'c1'):
        assert piece not in cut
    assert MASK in cut


def test_a_secret_that_contains_another_leaves_nothing_of_itself():
    assert redact('abcdef', [Secret('abc'), Secret('abcdef')]) == MASK


@pytest.mark.parametrize('url, key', [
    ('https://open.feishu.cn/open-apis/bot/v2/hook/1f3b0a52-77c1-4e0e-9a1d-0c9e5b7d2a64',
     '1f3b0a52-77c1-4e0e-9a1d-0c9e5b7d2a64'),
    ('https://hooks.example.com/services/T0/B0/XXXX4321abcdWXYZ9876', 'XXXX4321abcdWXYZ9876'),
])  # fmt: skip
def test_of_an_address_that_is_a_secret_its_key_is_one_too(url, key):
    assert redact('no hook {} here'.format(key), [Secret(url)]) == 'no hook *** here'
    assert redact('services of bot', [Secret(url)]) == 'services of bot'


def test_an_empty_secret_cuts_nothing():
    assert redact('as it is', [Secret('')]) == 'as it is'


@pytest.mark.parametrize('text, left', [
    ('https://oapi.dingtalk.com/robot/send?access_token=HIDDEN&timestamp=1&sign=HIDDEN', 'timestamp=1'),
    ('https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=HIDDEN', 'qyapi.weixin.qq.com'),
    ('https://qyapi.weixin.qq.com/cgi-bin/gettoken?corpid=ww1&corpsecret=HIDDEN', 'corpid=ww1'),
    ('{"appsecret": "HIDDEN", "page": 1}', '"page": 1'),
    ("{'token': 'HIDDEN', 'page': 1}", "'page': 1"),
    ('password: HIDDEN at line 3', 'at line 3'),
    ('APP_SECRET=HIDDEN in the way', 'in the way'),
    ('app_secret: HIDDEN in the way', 'in the way'),
    ('client-secret = HIDDEN in the way', 'in the way'),
    ('Api_Key=HIDDEN in the way', 'in the way'),
    ('TICKET=HIDDEN; page=1', 'TICKET='),
    ('amqp://user:HIDDEN@10.0.0.1:5672// is away', '@10.0.0.1:5672// is away'),
    ('amqp://user:HID@HIDDEN@10.0.0.1:5672// is away', '@10.0.0.1:5672// is away'),
    ('mongodb://u:HIDDEN@a:1,b:2/arl?x=1 and mail to me@x.com', 'b:2/arl?x=1 and mail to me@x.com'),
    ('http://HIDDEN@proxy:3128/', '@proxy:3128/'),
])  # fmt: skip
def test_named_credentials_and_those_in_addresses_are_cut_out_though_nobody_knows_them(text, left):
    cut = redact(text)
    assert 'HID' not in cut
    assert MASK in cut
    assert left in cut


@pytest.mark.parametrize('text', [
    'monkeys like keys and tokens',
    'the keyword is missing: keywords not in content',
    'connection to http://10.0.0.1:5672/path@home refused',
    'the signature of the design: fine',
    '3 of 4 scan tasks failed',
])  # fmt: skip
def test_a_text_without_credentials_stays_as_it_is(text):
    assert redact(text) == text


def test_a_text_that_was_cut_in_a_character_can_be_stored():
    cut = redact('\ud83d half, \U0001f600 whole, {}'.format(VALUE), [SECRET])
    assert cut == '? half, \U0001f600 whole, ***' and cut.encode('utf-8')


def test_a_huge_text_is_redacted_quickly():
    assert redact('a_' * 200000 + ' token=x').endswith('token=' + MASK)


def test_the_key_of_a_secret_address_is_a_secret_by_itself():
    webhook = Secret('https://qyapi.example.com/send?key=693a91f6-7xxx&v=2')
    assert redact('no robot 693a91f6-7xxx in version 2', [webhook]) == 'no robot *** in version 2'


#: (a credential, what a service may say of it, what must not be left of that)
QUOTED = [
    ('https://api.telegram.org/bot123456789:AAEhBOweik6ad_abcdefghij/sendMessage',
     'Cannot POST /bot123456789:AAEhBOweik6ad_abcdefghij/sendMessage', 'AAEhBOweik6ad'),
    ('https://api.telegram.org/bot123456789:AAEhBOweik6ad_abcdefghij/sendMessage',
     'no bot AAEhBOweik6ad_abcdefghij', 'AAEhBOweik6ad'),
    ('https://api.telegram.org/bot123456789:AAEhHiddenPath_abcdef/sendMessage',
     'bot123456789:AAEhHiddenPath_abcdef, that is AAEhHiddenPath_abcdef', 'HiddenPath'),
    ('https://sctapi.ftqq.com/SCT12345TabcdefGHIJKLmnop1234.send',
     'no key SCT12345TabcdefGHIJKLmnop1234', 'SCT12345T'),
    ('https://example.com/hook/onlyletterslong', 'not found: /hook/onlyletterslong', 'onlyletters'),
    ('Bearer onlyletterslong', 'bad: onlyletterslong', 'onlyletters'),
    ('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLwSw whsec_abcQ9r8GKYqrTwjUPD8ILPZIo2LaLwSw',
     'whsec_abcQ9r8GKYqrTwjUPD8ILPZIo2LaLwSw does not verify', 'abcQ9r8'),
    ('{"key": "sk-live-0123456789abcdef", "text": {{ message|json }}}',
     'no such key sk-live-0123456789abcdef', '0123456789'),
]  # fmt: skip


@pytest.mark.parametrize('value, said, key', QUOTED, ids=[str(number) for number in range(len(QUOTED))])
def test_a_part_of_a_secret_is_one_too_when_it_is_quoted_alone(value, said, key):
    assert key in said
    assert key not in redact(said, [Secret(value)])


def test_the_words_of_a_long_credential_are_no_credentials():
    template = '{"application": "the notifications of everybody", "text": {{ message|json }}}'
    assert redact('the notifications failed', [Secret(template)]) == 'the notifications failed'

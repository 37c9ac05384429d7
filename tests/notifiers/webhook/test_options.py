"""What is wrong with a target is said by its option, and nothing of a credential is repeated."""

import pytest

from scan_notify_plugin.notifiers.webhook import WebhookNotifier
from scan_notify_plugin.settings import schema
from scan_notify_plugin.settings.section import parse_settings
from scan_notify_plugin.testing.webhook_receiver import make_secret
from tests.notifiers.webhook.samples import make_target, problems

GOOD = [
    {},
    {'url': 'http://203.0.114.7:8080/hook?a=b'},
    {'url': 'http://10.0.0.1/', 'allow_private': True},
    {'secret': make_secret(24)},
    {'secret': make_secret(64) + ' ' + make_secret()},
    {'token': 't0', 'headers': {'Authorization': 'Bearer x', 'X-Team': 7}},
    {'method': 'put', 'expect': {'ok': True, 'code': 0, 'text': 'ok'}},
    {'body': 'title={{ title }}', 'headers': {'Content-Type': 'application/x-www-form-urlencoded'}, 'markup': 'plain'},
]
BAD = [
    ({'url': ''}, 'URL is missing'),
    ({'url': 'ftp://x.example.com/'}, 'URL must be an http(s) address'),
    ({'url': 'https://'}, 'URL must be an http(s) address'),
    ({'url': 'https://x.example.com:99999/'}, 'URL must be an http(s) address'),
    ({'url': 'https://[::1'}, 'URL must be an http(s) address'),
    ({'url': 'https://x.example.com/#part'}, 'URL must be an http(s) address'),
    ({'url': 'https://ann:pwd@x.example.com/'}, 'URL must hold no user'),
    ({'url': 'http://127.0.0.1/'}, 'URL is an address of a private network'),
    ({'url': 'http://[::ffff:169.254.169.254]/'}, 'URL is an address of a private network'),
    ({'url': 'http://2130706433/'}, 'URL is an address of a private network'),
    ({'url': 'http://0177.0.0.1/'}, 'URL is an address of a private network'),
    ({'token': 'a\r\nX-B: b'}, 'TOKEN must be'),
    ({'secret': 'abc'}, 'SECRET must be one or two'),
    ({'secret': 'whsec_YWJj'}, 'SECRET must be one or two'),
    ({'secret': 'whsec_' + '!' * 40}, 'SECRET must be one or two'),
    ({'secret': ' '.join(make_secret() for _ in range(3))}, 'SECRET must be one or two'),
    ({'method': 'GET'}, 'METHOD must be one of POST, PUT, PATCH'),
    ({'markup': 'rtf', 'body': '{}'}, 'MARKUP must be one of markdown'),
    ({'markup': 'slack'}, 'MARKUP is the markup of a BODY'),
    ({'expect': {}}, 'EXPECT must name'),
    ({'expect': 'ok'}, 'EXPECT must name'),
    ({'expect': {'ok': {}}}, 'EXPECT must name'),
    ({'allow_private': 'yes'}, 'ALLOW_PRIVATE must be true or false'),
    ({'headers': 'x'}, 'HEADERS must be at most 20 headers'),
    ({'headers': {str(number): 'x' for number in range(21)}}, 'HEADERS must be at most 20 headers'),
    ({'headers': {'Content-Length': '3'}}, 'HEADERS Content-Length is no name'),
    ({'headers': {'webhook-signature': 'x'}}, 'HEADERS webhook-signature is no name'),
    ({'headers': {'X Y': 'x'}}, 'HEADERS X Y is no name'),
    ({'headers': {'X-A': 'a\r\nX-B: b'}}, 'HEADERS X-A has a value'),
    ({'headers': {'X-A': '名'}}, 'HEADERS X-A has a value'),
    ({'headers': {'X-A': ['b']}}, 'HEADERS X-A has a value'),
    ({'headers': {'Token': 'a'}, 'token': 'b'}, 'HEADERS has the same header twice'),
    ({'headers': {'Content-Type': 'text/plain'}}, 'HEADERS has a Content-Type'),
    ({'body': ['x']}, 'BODY'),
    ({'body': '{{ no_such }}'}, 'BODY cannot be used'),
    ({'body': '{"a": {{ title }}}'}, 'BODY cannot be used: what it makes is not JSON'),
    ({'sekret': 'x'}, 'SEKRET is not an option'),
]


@pytest.mark.parametrize('options', GOOD)
def test_what_is_right_is_no_problem(options):
    assert problems(**options) == []


@pytest.mark.parametrize('options, said', BAD, ids=[str(number) for number in range(len(BAD))])
def test_what_is_wrong_is_named(options, said):
    found = problems(**options)
    assert any(problem.startswith(said) for problem in found), found


@pytest.mark.parametrize('option', ['url', 'secret', 'token', 'body'])
def test_no_problem_repeats_a_credential(option):
    found = problems(**{option: 'ann:hidden-5f2c@{{ {% [', 'headers': {'X-A': 'hidden-5f2c\x00'}})
    assert found and not any('hidden-5f2c' in problem for problem in found)


def test_credentials_come_from_the_environment_inside_headers_too(monkeypatch, tmp_path):
    monkeypatch.setenv('HOOK_AUTH', 'Bearer 5f2c')
    (tmp_path / 'body').write_text('{"a": 1}')
    section = {
        'ENABLE': True,
        'TARGETS': {'hook': {
            'CHANNEL': 'webhook', 'URL': 'https://x.example.com/', 'BODY': {'file': str(tmp_path / 'body')},
            'HEADERS': {'Authorization': {'env': 'HOOK_AUTH'}, 'X-A': 'b'},
        }},
    }  # fmt: skip
    options = parse_settings({'SCAN_NOTIFY': section}).targets['hook'].options
    assert options['headers']['Authorization'].reveal() == 'Bearer 5f2c' and options['body'].reveal() == '{"a": 1}'
    assert options['headers']['X-A'] == 'b'
    assert '5f2c' not in repr(parse_settings({'SCAN_NOTIFY': section}, read_secrets=False).targets['hook'])
    section['TARGETS']['hook']['HEADERS']['Authorization'] = {'env': 'SURELY_NOT_SET'}
    with pytest.raises(Exception, match='HEADERS.Authorization: the environment variable SURELY_NOT_SET'):
        parse_settings({'SCAN_NOTIFY': section})


def test_the_hosts_own_section_is_a_target():
    sections = {'WEBHOOK': {'URL': 'https://x.example.com/', 'TOKEN': 't'}, 'SCAN_NOTIFY': {'ENABLE': True}}
    target = parse_settings(sections).targets['webhook']
    assert target.channel == 'webhook' and set(target.options) == {'url', 'token'}
    assert list(WebhookNotifier().problems(target.options)) == []


def test_neither_page_nor_rest_changes_a_target():
    assert not [name for name in schema.CHANGEABLE if 'TARGETS' in str(name).upper()]


def test_targets_of_one_address_share_its_pace():
    first, second = make_target(token='a'), make_target(token='b')
    assert WebhookNotifier().credential(first) == WebhookNotifier().credential(second)
    assert WebhookNotifier().credential(first) != WebhookNotifier().credential(make_target(url='https://y.example.com'))

"""Which options are credentials, what is cut out of texts, and what people are shown of the rest."""

import pytest

from scan_notify_plugin.credentials import OURS, SECRET_OPTIONS, seal, sealed_value, shown, to_hide
from scan_notify_plugin.notifiers.dingding import DingTalkRobot
from scan_notify_plugin.notifiers.dingding_openapi import DingTalkOpenApi
from scan_notify_plugin.notifiers.wxwork import WechatNotifier
from scan_notify_plugin.secret import MASK, Secret


def hidden(channel='pager', **options):
    return {secret.reveal() for secret in to_hide(channel, options)}


@pytest.mark.parametrize('value, expected', [
    ('5f2c', Secret('5f2c')),
    (' 5f2c\n', Secret('5f2c')),
    (123456, Secret('123456')),
    (['5f2c', {'inner': 7}], [Secret('5f2c'), {'inner': Secret('7')}]),
    (None, None),
    (True, True),
    (Secret('5f2c'), Secret('5f2c')),
])  # fmt: skip
def test_what_is_declared_is_sealed_whatever_it_is(value, expected):
    assert sealed_value(value) == expected
    assert seal({'passcode': value, 'url': 'x'}, ('passcode',)) == {'passcode': expected, 'url': 'x'}


def test_without_anything_declared_nothing_changes():
    options = {'url': 'x'}
    assert seal(options, ('passcode',)) is options


@pytest.mark.parametrize('name', [
    'passcode', 'apikey', 'api_key', 'x_auth', 'pin', 'pwd', 'signature', 'service_token', 'Cookie',
])  # fmt: skip
def test_what_a_name_tells_is_cut_out_declared_or_not(name):
    assert hidden(**{name: 'open sesame'}) == {'open sesame'}


def test_what_looks_like_one_is_cut_out_whatever_its_name():
    assert hidden(door='https://pager.example.com/services/T0123/a8f3c2b19d4e5f60') == {'a8f3c2b19d4e5f60'}
    assert hidden(inner={'deep': ['a8f3c2b19d4e5f60', Secret('x')]}) == {'a8f3c2b19d4e5f60', 'x'}


@pytest.mark.parametrize('options', [
    {'title': 'Nightly scans of the whole network'},
    {'url': 'https://pager.example.com/send'},
    {'pin': '123', 'auth': True, 'passcode': None},
    {'room': 'operations-and-security'},
    {'keyword': 'scan', 'design': 'large', 'author': 'Zhang'},
])  # fmt: skip
def test_ordinary_words_stay(options):
    assert hidden(**options) == set()


def test_of_our_own_channels_only_credentials_are_cut_out():
    assert hidden('dingding', robot_code='dingabcdef0123456789', secret=Secret('SEC1'), app_key='dingabcdef0123') == {
        'SEC1'
    }


@pytest.mark.parametrize('channel, name, value, expected', [
    ('dingding', 'keyword', 'scan', 'scan'),
    ('dingding', 'at', {'ALL': True, 'TOKEN': 'x'}, {'ALL': True, 'TOKEN': MASK}),
    ('dingding', 'secret', Secret('SEC'), MASK),
    ('dingding', 'keyword', Secret('scan'), MASK),
    ('dingding', 'keywords', 'scan', MASK),
    ('dingding', 'api_base', 'http://127.0.0.1:9/?access_token=5f2c', 'http://127.0.0.1:9/?access_token=***'),
    ('dingding_openapi', 'app_key', 'dingabc', MASK),
    ('pager', 'passcode', 1234, MASK),
    ('pager', 'url', 'https://pager.example.com', MASK),
    ('pager', 'deep', {'a': 1}, MASK),
    ('pager', 'title', '', ''),
    ('pager', 'title', None, None),
    ('pager', 'passcode', Secret(''), MASK),
])  # fmt: skip
def test_what_people_are_shown(channel, name, value, expected):
    assert shown(channel, name, value) == expected


def test_what_a_notifier_declares_is_not_shown_where_it_speaks_our_channel():
    assert shown('dingding', 'keyword', 'scan', ('keyword',)) == MASK


@pytest.mark.parametrize('notifier', [DingTalkRobot, DingTalkOpenApi, WechatNotifier])
def test_the_options_of_our_channels_are_known_and_their_credentials_are_too(notifier):
    options = set(notifier.required) | set(notifier.optional)
    for channel in (notifier.channel,) + notifier.aliases:
        assert options <= OURS[channel]
    assert {name for name in options if 'secret' in name or 'token' in name or 'webhook' in name} <= SECRET_OPTIONS

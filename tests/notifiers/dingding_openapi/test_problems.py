"""What is wrong with a target's options, in words that name the option; and what the host's section gives to whom."""

import pytest

from scan_notify_plugin.channels import SHIPPED, not_for
from scan_notify_plugin.errors import Reason
from scan_notify_plugin.notifiers.dingding import DingTalkRobot
from scan_notify_plugin.notifiers.dingding_openapi import DingTalkOpenApi, codes
from scan_notify_plugin.notifiers.dingding_openapi.api import bases
from scan_notify_plugin.notifiers.dingding_openapi.channel import carriers, ways_of
from scan_notify_plugin.settings.section import parse_settings
from scan_notify_plugin.testing import subject
from scan_notify_plugin.testing.dingtalk_openapi import refusals

BASE = {'APP_KEY': 'k', 'APP_SECRET': 's'}


def problems(**options):
    target = parse_settings(
        {'SCAN_NOTIFY': {'ENABLE': True, 'TARGETS': {'x': dict(BASE, CHANNEL='dingding_openapi', **options)}}}
    )
    return subject.problems(DingTalkOpenApi(), target.targets['x'].options)


@pytest.mark.parametrize('options', [
    {'DEFAULT_CHAT_ID': 'cidA'},
    {'USERS': ['u1']},
    {'USERS': ['u1'], 'AGENT_ID': 5, 'CONVERSATIONS': ['cidA', 'cidB']},
    {'DEPARTMENTS': [1], 'AGENT_ID': '5'},
    {'WAYS': ['card', 'group'], 'DEFAULT_CHAT_ID': 'cidA', 'CARD_TEMPLATE_ID': 't', 'CALLBACK': 'stream',
     'OPERATORS': ['u1']},
    {'DEFAULT_CHAT_ID': 'cidA', 'API_BASE': 'https://api.dingtalk.com/', 'OAPI_BASE': 'http://127.0.0.1:9'},
    {'DEFAULT_CHAT_ID': 'cidA', 'API_BASE': 'https://api.dingtalk.io', 'OAPI_BASE': 'https://oapi.dingtalk.io'},
    {'DEFAULT_CHAT_ID': 'cidA', 'OAPI_BASE': 'https://oapi.dingtalk.io/', 'LINKS': 'browser'},
])  # fmt: skip
def test_what_is_right_has_no_problem(options):
    assert problems(**options) == []


@pytest.mark.parametrize('options, words', [
    ({}, 'nobody is to be told'),
    ({'DEFAULT_CHAT_ID': 'chat123'}, 'chat123 is not an openConversationId (cid...)'),
    ({'CONVERSATIONS': 'cidA'}, 'CONVERSATIONS must be a list'),
    ({'USERS': {'u1': 1}}, 'USERS must be a list'),
    ({'USERS': ['u1'], 'WAYS': ['work']}, 'AGENT_ID must be the number'),
    ({'WAYS': ['work'], 'AGENT_ID': 5}, 'work needs USERS or DEPARTMENTS'),
    ({'WAYS': ['group']}, 'group needs DEFAULT_CHAT_ID'),
    ({'WAYS': ['direct']}, 'direct needs USERS'),
    ({'WAYS': ['card'], 'DEFAULT_CHAT_ID': 'cidA'}, 'card needs CARD_TEMPLATE_ID'),
    ({'WAYS': ['card'], 'CARD_TEMPLATE_ID': 't'}, 'card needs CONVERSATIONS or USERS'),
    ({'WAYS': ['pigeon'], 'USERS': ['u1']}, 'WAYS must be some of work, group, direct, card'),
    ({'DEPARTMENTS': [1]}, 'DEPARTMENTS are reached by work notifications only'),
    ({'DEPARTMENTS': ['x'], 'AGENT_ID': 5}, 'DEPARTMENTS must be numbers'),
    ({'USERS': ['u1'], 'CALLBACK': 'smoke'}, 'CALLBACK must be none, stream or http'),
    ({'USERS': ['u1'], 'CALLBACK': 'stream'}, 'OPERATORS is missing'),
    ({'USERS': ['u1'], 'CALLBACK': 'http', 'OPERATORS': ['u1']}, 'CALLBACK_SECRET is missing'),
    ({'USERS': ['u1'], 'SEND_FILE': 'perhaps'}, 'SEND_FILE must be true or false'),
    ({'USERS': ['u1'], 'API_BASE': 'https://evil.example'}, 'API_BASE must be one of https://api.dingtalk.com'),
    ({'USERS': ['u1'], 'OAPI_BASE': 'http://127.0.0.1@evil.example'},
     'OAPI_BASE must be one of https://oapi.dingtalk.com'),
    ({'USERS': ['u1'], 'API_BASE': 'https://api.dingtalk.io', 'OAPI_BASE': 'https://oapi.dingtalk.com'},
     'https://api.dingtalk.io and https://oapi.dingtalk.com belong to different DingTalks'),
    ({'USERS': ['u1'], 'API_BASE': 'https://oapi.dingtalk.io'}, 'API_BASE must be one of'),
    ({'USERS': ['u1'], 'LINKS': 'phone'}, 'LINKS must be app or browser'),
    ({'USERS': ['u1'], 'AT': {}}, 'AT is not an option of dingding_openapi'),
])  # fmt: skip
def test_what_is_wrong_is_named(options, words):
    found = problems(**options)
    assert any(words in problem for problem in found), found


@pytest.mark.parametrize('given, api, oapi', [
    ({}, 'https://api.dingtalk.com', 'https://oapi.dingtalk.com'),
    ({'api_base': 'https://api.dingtalk.io'}, 'https://api.dingtalk.io', 'https://oapi.dingtalk.io'),
    ({'oapi_base': 'https://oapi.dingtalk.io/'}, 'https://api.dingtalk.io', 'https://oapi.dingtalk.io'),
    ({'oapi_base': 'http://127.0.0.1:9'}, 'http://127.0.0.1:9', 'http://127.0.0.1:9'),
    ({'api_base': 'http://127.0.0.1:9', 'oapi_base': 'https://oapi.dingtalk.com'},
     'http://127.0.0.1:9', 'https://oapi.dingtalk.com'),
])  # fmt: skip
def test_one_address_is_enough_for_both_kinds_of_interfaces(given, api, oapi):
    assert bases(given) == (api, oapi)


def test_the_section_of_the_host_serves_both_channels():
    section = {
        'ACCESS_TOKEN': 't', 'SECRET': 'SEC', 'APP_KEY': 'k', 'APP_SECRET': 's', 'AGENT_ID': 5, 'USERS': ['u1'],
        'PROXY': '',
    }  # fmt: skip
    targets = parse_settings({'SCAN_NOTIFY': {'ENABLE': True}, 'DINGDING': section}).targets
    assert set(targets['dingding'].options) == {'access_token', 'secret'}
    assert set(targets['dingding_openapi'].options) == {'app_key', 'app_secret', 'agent_id', 'users'}
    assert DingTalkOpenApi().problems(targets['dingding_openapi'].options) == []


@pytest.mark.parametrize('section, empty', [
    ({'ACCESS_TOKEN': 't', 'API_BASE': 'https://oapi.dingtalk.io'}, 'dingding_openapi'), ({'APP_KEY': 'k'}, 'dingding'),
])  # fmt: skip
def test_a_channel_that_nobody_configured_there_is_not_missed(section, empty):
    targets = parse_settings({'SCAN_NOTIFY': {'ENABLE': True}, 'DINGDING': section}).targets
    assert targets[empty].options == {}


def test_whose_an_option_of_the_shared_section_is():
    ours = set(DingTalkOpenApi.required) | set(DingTalkOpenApi.optional)
    robot, application = SHIPPED['dingding'], SHIPPED['dingding_openapi']
    assert not_for(robot, SHIPPED) == ours - {'api_base', 'links'}
    assert not_for(application, SHIPPED) == {'access_token', 'secret', 'keyword', 'at', 'api_base'}
    assert not_for(application, SHIPPED) | {'api_base'} <= set(DingTalkRobot.required) | set(DingTalkRobot.optional)


def test_ways_follow_the_receivers_unless_they_are_named():
    assert ways_of({'users': ['u'], 'agent_id': 5, 'conversations': ['cid']}) == ('work', 'group')
    assert ways_of({'users': ['u'], 'conversations': ['cid'], 'card_template_id': 't'}) == ('direct', 'card')
    assert ways_of({'users': ['u'], 'agent_id': 5, 'ways': ['card', 'direct']}) == ('direct', 'card')


def test_files_go_once_to_everybody():
    everything = {'users': ['u'], 'agent_id': 5, 'conversations': ['cid']}
    assert carriers(('work', 'direct', 'card'), everything) == ('work', 'group')
    assert carriers(('group', 'card'), everything) == ('group',)
    assert carriers(('card',), {'users': ['u']}) == ('direct',)


def test_every_code_that_the_service_is_known_to_give_means_something():
    # 88 alone means this or that: its page says authentication, its sample is of any error.
    assert set(refusals.OLD) - set(codes.OLD) <= {40033, 88}
    assert [code for code in refusals.NEW if codes.reason(code) is Reason.REFUSED] == []


@pytest.mark.parametrize(
    'code', [41050, 123456, 'some.new.code', 'param.somethingNew', 'Forbidden.AccessDenied.New', 'systembusy']
)
def test_any_other_code_is_refused_for_a_reason_that_nobody_knows(code):
    assert codes.reason(code) is Reason.REFUSED


@pytest.mark.parametrize('code, reason', [
    (41047, Reason.THROTTLED), (15, Reason.BUSY), (90005, Reason.THROTTLED), (41049, Reason.CONTENT),
    (60020, Reason.CONFIG),
    (33001, Reason.CONFIG), (41044, Reason.CONFIG), ('ip.not.match', Reason.CONFIG),
    ('template.stopped', Reason.CONFIG),
    ('contain.anything', Reason.CONTENT), ('param.contentUnsafe', Reason.CONTENT), ('system.busy', Reason.BUSY),
    ('unauthorized', Reason.CONFIG), ('staffId.notExisted', Reason.CONFIG), ('miss.param.anything', Reason.CONFIG),
])  # fmt: skip
def test_the_three_closed_sets(code, reason):
    assert codes.reason(code) is reason

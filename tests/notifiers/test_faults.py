"""What channels say went wrong, in the language of whoever reads it."""

import re

import pytest

from scan_notify_plugin import words
from scan_notify_plugin.errors import Reason, SendError
from scan_notify_plugin.faults import Fault, quoted, say
from scan_notify_plugin.notifiers.base import failure
from scan_notify_plugin.notifiers.dingding import DingTalkRobot
from scan_notify_plugin.notifiers.dingding_openapi import DingTalkOpenApi, codes
from scan_notify_plugin.notifiers.http import Http
from scan_notify_plugin.notifiers.wxwork import WxWorkRobot
from scan_notify_plugin.secret import Secret
from scan_notify_plugin.words.zh import channel
from tests.notifiers.test_http import Peer, silence

APPLICATION = {'app_key': 'k', 'app_secret': Secret('s')}
WEBHOOK = {'webhook_url': Secret('http://127.0.0.1:1/cgi-bin/webhook/send?key=1')}


@pytest.mark.parametrize('notifier, options, expected', [
    (DingTalkRobot(), {'access_token': ''}, '缺少 ACCESS_TOKEN'),
    (DingTalkRobot(), {'access_token': 't', 'colour': 1}, 'COLOUR 不是 dingding 的选项'),
    (DingTalkRobot(), {'access_token': 't', 'at': {'all': 'yes'}}, 'AT.ALL 应为 true 或 false'),
    (DingTalkRobot(), {'access_token': 't', 'api_base': 'x'},
     'API_BASE 应为 https://oapi.dingtalk.com, https://oapi.dingtalk.io 之一，或本机地址'),
    (DingTalkOpenApi(), dict(APPLICATION, ways=['group']), 'WAYS：group 需要 DEFAULT_CHAT_ID 或 CONVERSATIONS'),
    (DingTalkOpenApi(), dict(APPLICATION, users=['u'], callback='stream'), 'OPERATORS 缺失；CALLBACK: stream 需要它'),
    (WxWorkRobot(), {'webhook_url': Secret('x')},
     'WEBHOOK_URL 应为 https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=...，或本机上的同样地址'),
    (WxWorkRobot(), dict(WEBHOOK, form='poster'), 'FORM 应为 summary 或 card'),
])  # fmt: skip
def test_options_are_criticised_in_chinese(notifier, options, expected):
    assert [say(quoted(problem), 'zh') for problem in notifier.problems(options)] == [expected]


def test_a_request_without_an_answer_is_told_in_chinese():
    with Peer(silence) as peer, pytest.raises(SendError) as caught:
        Http(total=0.2).post(peer.url, {})
    assert caught.value.words == 'no answer within 0.2 s'
    assert re.search('[\u4e00-\u9fff]', caught.value.describe('zh')) and 'answer' not in caught.value.describe('zh')


def test_what_the_service_says_is_a_quotation_in_every_language():
    error = SendError(Reason.CONFIG, 'param.invalid', 'their words')
    assert say(failure(error), 'en') == 'config param.invalid: their words'
    assert say(failure(error), 'zh') == '配置有误 param.invalid：their words'
    assert say(failure(SendError(Reason.BUSY)), 'en') == 'busy: '


def test_whom_a_message_did_not_reach_is_told_in_both_languages():
    groups = [
        Fault('openapi.people.code', people='u1, u2', number='143105', why='143105'),
        Fault('openapi.people', people='u3', why='no-user'),
    ]
    fault = Fault('openapi.unreached', people=groups)
    assert say(fault, 'en') == 'did not reach u1, u2 (143105 daily limit); u3 (no such user)'
    assert say(fault, 'zh') == '未送达 u1, u2（143105 超过每日限额）；u3（没有此用户）'
    assert Fault.from_stored(fault.to_stored()) == fault


def test_each_reason_and_each_code_that_is_named_has_words():
    assert set(words.family('channel.reason', 'en')) == {reason.value for reason in Reason}
    assert set(words.family('openapi.forbidden', 'en')) == codes.FORBIDDEN | {'other'}


@pytest.mark.parametrize('code', list(channel.WORDS))
def test_a_chinese_sentence_is_chinese_where_it_says_anything_itself(code):
    own = re.sub(r'{[^}]*}', '', channel.WORDS[code])
    assert re.search('[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]', own) or not re.search('[a-z]', own)

"""Where the bot is, and what is wrong with options; never with the credential in the words."""

import pytest

from scan_notify_plugin.faults import ENGLISH, quoted, say
from scan_notify_plugin.notifiers.feishu import address
from scan_notify_plugin.secret import Secret
from tests.notifiers.feishu.samples import NOTIFIER, TOKEN, make_target

URL = 'https://open.feishu.cn/open-apis/bot/v2/hook/' + TOKEN


def problems(**options):
    return [say(quoted(problem), ENGLISH) for problem in NOTIFIER.problems(options)]


@pytest.mark.parametrize('options, where', [
    ({'webhook_url': Secret(URL)}, URL),
    ({'webhook_url': ' {}/ '.format(URL)}, URL),
    ({'webhook_url': URL.replace('feishu.cn', 'larksuite.com')}, URL.replace('feishu.cn', 'larksuite.com')),
    ({'webhook_url': 'http://127.0.0.1:8080' + address.HOOK + TOKEN}, 'http://127.0.0.1:8080' + address.HOOK + TOKEN),
    ({'token': Secret(TOKEN)}, URL),
    ({'token': TOKEN, 'api_base': 'https://open.larksuite.com/'}, URL.replace('feishu.cn', 'larksuite.com')),
    ({'token': TOKEN, 'webhook_url': URL}, URL),
])  # fmt: skip
def test_an_address_is_the_webhook_or_its_last_part(options, where):
    assert problems(**options) == []
    assert address.address_of(options) == where
    assert address.token_of(options) == TOKEN


@pytest.mark.parametrize('options, said', [
    ({}, 'WEBHOOK_URL is missing, or TOKEN'),
    ({'webhook_url': 'x'}, 'WEBHOOK_URL must be one of https://open.feishu.cn/open-apis/bot/v2/hook/'),
    ({'webhook_url': URL.replace('https', 'http')}, 'WEBHOOK_URL must be'),
    ({'webhook_url': URL.replace('feishu.cn', 'feishu.cn.evil.example')}, 'WEBHOOK_URL must be'),
    ({'webhook_url': URL.replace('https://', 'https://me@')}, 'WEBHOOK_URL must be'),
    ({'webhook_url': URL.replace('bot/v2', 'bot')}, 'WEBHOOK_URL must be'),
    ({'webhook_url': URL.replace('.cn', '.cn:x')}, 'WEBHOOK_URL must be'),
    ({'webhook_url': URL + '?a=b'}, 'WEBHOOK_URL must be'),
    ({'webhook_url': URL + '/../x'}, 'WEBHOOK_URL must be'),
    ({'webhook_url': 'http://[::1'}, 'WEBHOOK_URL must be'),
    ({'token': '../../x'}, 'TOKEN must be the last part'),
    ({'token': URL}, 'TOKEN must be the last part'),
    ({'token': TOKEN[:-1] + '0', 'webhook_url': URL}, 'WEBHOOK_URL and TOKEN name two bots'),
    ({'token': TOKEN, 'api_base': 'https://evil.example.com'}, 'API_BASE must be one of https://open.feishu.cn'),
    ({'webhook_url': URL, 'app_key': 'x'}, 'APP_KEY'),
    ({'webhook_url': URL, 'task_ids': 'yes'}, 'TASK_IDS must be true or false'),
    ({'webhook_url': URL, 'keyword': Secret('scan')}, 'KEYWORD is shown in every message'),
])  # fmt: skip
def test_what_is_wrong_is_named_without_the_credential(options, said):
    (found,) = problems(**options)
    assert said in found
    assert TOKEN not in found and 'evil' not in found.replace('https://evil.example.com', '', 0).split('must')[0]


@pytest.mark.parametrize('at, said', [
    ('ann', 'AT must be a section with OPEN_IDS, USER_IDS, ALL'),
    ({'MOBILES': ['13800000000']}, 'AT must be a section'),
    ({'OPEN_IDS': 'ou_1'}, 'AT.OPEN_IDS must be a list of open ids'),
    ({'OPEN_IDS': ['ann']}, 'AT.OPEN_IDS must be'),
    ({'OPEN_IDS': ['ou_1></at><at id=all']}, 'AT.OPEN_IDS must be'),
    ({'USER_IDS': ['all']}, 'AT.USER_IDS must be a list of user ids'),
    ({'USER_IDS': ['a,b']}, 'AT.USER_IDS must be'),
    ({'USER_IDS': [True]}, 'AT.USER_IDS must be'),
    ({'USER_IDS': {'a': 1}}, 'AT.USER_IDS must be'),
    ({'ALL': 'yes'}, 'AT.ALL must be true or false'),
    ({'USER_IDS': [str(number) for number in range(51)]}, 'AT names more than 50 people'),
])  # fmt: skip
def test_what_is_wrong_with_mentions_is_named(at, said):
    (found,) = problems(webhook_url=URL, at=at)
    assert said in found


def test_targets_of_one_bot_share_its_lane_however_they_name_it():
    one, other = make_target(), make_target(webhook_url=None, token=Secret(TOKEN), api_base='http://127.0.0.1:9')
    assert NOTIFIER.credential(one) == NOTIFIER.credential(other)
    assert NOTIFIER.credential(one) != NOTIFIER.credential(make_target(webhook_url=None, token=Secret('another-token')))

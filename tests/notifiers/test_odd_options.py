"""An option with a value of another kind than it has gets one sentence that names it, and nothing fails."""

import pytest

from scan_notify_plugin.credentials import seal
from scan_notify_plugin.faults import ENGLISH, Fault, say
from scan_notify_plugin.notifiers.base import Target
from scan_notify_plugin.notifiers.email import MailNotifier
from scan_notify_plugin.notifiers.feishu import FeishuRobot
from scan_notify_plugin.notifiers.http import Http
from scan_notify_plugin.notifiers.webhook import WebhookNotifier
from scan_notify_plugin.secret import Secret

HOOK = 'https://open.feishu.cn/open-apis/bot/v2/hook/1f3b0a52-77c1-4e0e-9a1d-0c9e5b7d2a64'
#: (notifier, options in which nothing is wrong)
GOOD = [
    (MailNotifier(), {'host': 'mx.example.com', 'to': 'a@example.com', 'from': 'b@example.com', 'username': 'c'}),
    (FeishuRobot(), {'webhook_url': HOOK}),
    (WebhookNotifier(), {'url': 'https://hooks.example.com/x'}),
]
#: Of no option.
ODD = [['x', ['y']], {'no such': ['x']}, [None], {1: 2}, True]
#: What a truth is right for, and what is a section of the operator's own names.
SWITCHES, SECTIONS = {'task_ids', 'allow_private'}, {'expect', 'headers'}

CASES = [
    (notifier, good, option, odd)
    for notifier, good in GOOD
    for option in (*notifier.required, *notifier.optional)
    for odd in ODD
    if not (odd is True and option in SWITCHES) and not (isinstance(odd, dict) and option in SECTIONS)
]


@pytest.mark.parametrize('notifier, good, option, odd', CASES, ids=[
    '{}-{}-{}'.format(case[0].channel, case[2], type(case[3]).__name__) for case in CASES
])  # fmt: skip
def test_an_option_of_another_kind_gets_a_sentence(notifier, good, option, odd):
    options = seal(dict(good, **{option: odd}), notifier.secrets)
    said = [say(one, ENGLISH) if isinstance(one, Fault) else str(one) for one in notifier.problems(options)]
    assert said and all(option.upper() in one for one in said), said
    assert len(said) == 1 or isinstance(odd, (list, tuple)), said  # each of several addresses is named
    notifier.credential(Target('t', notifier.channel, options, Http(), 'en'))


@pytest.mark.parametrize('notifier, good', GOOD, ids=[notifier.channel for notifier, _ in GOOD])
@pytest.mark.parametrize('odd', ('http://[::1', '\x00', '\ud800', 'a\nb', 10**40, float('nan'), Secret('x')), ids=repr)
def test_nothing_fails_over_a_value_that_is_odd(notifier, good, odd):
    for option in (*notifier.required, *notifier.optional):
        options = seal(dict(good, **{option: odd}), notifier.secrets)
        list(notifier.problems(options))
        notifier.credential(Target('t', notifier.channel, options, Http(), 'en'))

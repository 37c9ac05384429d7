"""What the doctor says of webhooks."""

from scan_notify_plugin.faults import say
from scan_notify_plugin.notifiers.webhook.checking import diagnose
from tests.notifiers.webhook.samples import make_target


def said(**targets):
    options = {name: make_target(**given).options for name, given in targets.items()}
    return [(one.state, say(one.detail, 'en'), say(one.advice, 'en')) for one in diagnose(options)]


def test_nothing_is_said_of_what_is_right_and_of_what_is_wrong_already():
    assert said(a={'url': 'https://203.0.114.7/'}, b={'url': ''}, c={'url': 'ftp://x'}) == []


def test_a_name_of_a_private_address_is_a_finding_unless_that_is_meant():
    ((state, detail, advice),) = said(hook={'url': 'https://localhost:9/x'})
    assert (
        state == 'fail' and detail.startswith('hook: ') and '127.0.0.1' in detail + '::1' and 'ALLOW_PRIVATE' in advice
    )
    assert said(hook={'url': 'https://localhost:9/x', 'allow_private': True}) == []


def test_what_travels_unencrypted_is_a_warning():
    ((state, detail, _),) = said(hook={'url': 'http://203.0.114.7/x'})
    assert state == 'warn' and 'http://' in detail and '203.0.114.7' not in detail

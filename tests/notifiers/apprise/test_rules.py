"""What may be sent through Apprise, and what its word is worth: rules that need no Apprise."""

import pytest

from scan_notify_plugin.errors import Reason, SendError
from scan_notify_plugin.faults import Fault
from scan_notify_plugin.notifiers.apprise import AppriseNotifier, channel, services
from scan_notify_plugin.notifiers.apprise.meaning import Asked, receipt_of, requests_of
from scan_notify_plugin.secret import Secret, redact

TOKEN = 'AbCdEf0123456789'
OK, LOGIN = Asked(True, 200), Asked(True, 200)
NEVER, NO_ANSWER = Asked(False, 0), Asked(True, 0)


@pytest.fixture(autouse=True)
def installed(monkeypatch):
    monkeypatch.setattr(channel, 'is_installed', lambda: True)


def codes(urls):
    found = AppriseNotifier().problems({'urls': urls})
    return [fault.facts['cause'].code if 'cause' in fault.facts else fault.code for fault in map(as_fault, found)]


def as_fault(problem):
    return getattr(problem, 'fault', problem)


@pytest.mark.parametrize('urls, expected', [
    ([Secret('ntfy://ntfy.example.com/topic')], []),
    (Secret('gotify://gotify.example.com/' + TOKEN), []),
    ([Secret('https://hooks.slack.com/services/T0/B0/x')], []),
    ([Secret('NTFY://ntfy.example.com/topic?verify=yes')], []),
    ([Secret('just words')], ['apprise.no-address']),
    ([Secret('://x')], ['apprise.no-address']),
    ([{'ntfy': 'x'}], ['apprise.urls']),
    (7, ['apprise.urls']),
    ([Secret('ntfy://a/{}'.format(n)) for n in range(21)], ['apprise.many']),
    ([Secret('ntfys://a/b?verify=no')], ['apprise.verify']),
    ([Secret('ntfys://a/b?VERIFY=Never')], ['apprise.verify']),
    ([Secret('dingtalk://x'), Secret('Lark://x'), Secret('feishu://x'), Secret('wecombot://x')], 4 * ['apprise.ours']),
    ([Secret('mailtos://x'), Secret('jsons://x'), Secret('xml://x'), Secret('form://x')], 4 * ['apprise.ours']),
])  # fmt: skip
def test_what_is_wrong_with_a_target_is_named(urls, expected):
    assert codes(urls) == expected


def test_who_is_refused_hears_which_channel_to_use():
    said = [
        services.problem(url + '://x').facts['channel'] for url in ('dingtalk', 'wecombot', 'lark', 'mailto', 'json')
    ]
    assert said == ['dingding', 'wxwork', 'feishu', 'email', 'webhook']


def test_without_apprise_a_target_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr(channel, 'is_installed', lambda: False)
    assert codes([Secret('ntfy://a/b')]) == ['apprise.missing']


@pytest.mark.parametrize('asked, reason', [
    ([NEVER], Reason.UNREACHABLE),
    ([NEVER, NEVER], Reason.UNREACHABLE),
    ([NO_ANSWER], Reason.UNKNOWN),
    ([Asked(True, 401)], Reason.CONFIG),
    ([Asked(True, 302)], Reason.CONFIG),
    ([Asked(True, 413)], Reason.TOO_LONG),
    ([Asked(True, 429)], Reason.THROTTLED),
    ([Asked(True, 503)], Reason.BUSY),
    # A server that failed may have done it; what only looks like a refusal is none.
    ([Asked(True, 500)], Reason.UNKNOWN),
    ([Asked(True, 502)], Reason.UNKNOWN),
    # The first of two receivers has it, or it was a login: nobody knows.
    ([OK, Asked(True, 403)], Reason.UNKNOWN),
    ([LOGIN, NEVER], Reason.UNKNOWN),
    # It has read something in the answer that displeased it.
    ([OK], Reason.UNKNOWN),
    ([Asked(True, 404), NEVER], Reason.CONFIG),
])  # fmt: skip
def test_a_false_is_a_refusal_only_where_every_request_was_refused(asked, reason):
    with pytest.raises(SendError) as caught:
        receipt_of(False, asked, '')
    assert caught.value.reason is reason


@pytest.mark.parametrize('seen, reason', [(True, Reason.CONFIG), (False, Reason.UNKNOWN)])
def test_without_any_request_it_is_refused_only_where_requests_are_all_there_is(seen, reason):
    with pytest.raises(SendError) as caught:
        receipt_of(False, [], '', seen)
    assert caught.value.reason is reason


def test_a_true_is_what_apprise_says():
    assert receipt_of(True, [OK], '').note == Fault('apprise.accepted')


@pytest.mark.parametrize(
    'pause, seconds', [('7', 7.0), ('', None), ('soon', None), ('9' * 9, 86400.0), ('9' * 20, None)]
)
def test_a_pause_is_a_number_of_seconds(pause, seconds):
    with pytest.raises(SendError) as caught:
        receipt_of(False, [Asked(True, 429, pause)], '')
    assert (caught.value.code, caught.value.retry_after) == (429, seconds)


def test_odd_answers_of_its_process_say_nothing():
    assert requests_of({}) == requests_of({'requests': 7}) == []


def test_no_piece_of_an_address_is_said():
    url = 'tgram://123456789:{}/chat?token=a%2Fb%2Fcdef&x=open sesame'.format(TOKEN)
    said = redact('no {}, {} a/b/cdef cdef 123456789 sesame ok'.format(url, TOKEN), services.pieces(url))
    assert not any(secret in said for secret in (TOKEN, 'cdef', '123456789', 'sesame')) and said.endswith(' ok')

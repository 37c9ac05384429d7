"""One request: what proves it, and what its answer means."""

import json
import re
from datetime import datetime, timedelta, timezone

import pytest

from scan_notify_plugin.errors import Reason, SendError
from scan_notify_plugin.notifiers.webhook import signing
from scan_notify_plugin.testing.robot_server import Answer, json_answer
from scan_notify_plugin.testing.webhook_receiver import WebhookServer, make_secret
from tests.notifiers.samples import make_summary
from tests.notifiers.webhook.samples import KEY, NOTIFIER, make_target, render, send


@pytest.fixture(scope='module')
def server():
    with WebhookServer(hold_seconds=0.5) as server:
        yield server


@pytest.fixture
def receiver(server):
    return server.add_receiver(secret=make_secret())


def target_of(receiver, **options):
    options = dict({'url': receiver.url, 'secret': receiver.secret, 'allow_private': True}, **options)
    return make_target(**{name: value for name, value in options.items() if value is not None})


def content_of(target):
    (page,) = render(make_summary(), target)
    return page.content


def refusal(receiver, **options):
    target = target_of(receiver, **options)
    with pytest.raises(SendError) as caught:
        send(content_of(target), target)
    return caught.value


def test_the_specifications_own_example():
    # As in the tests of its reference libraries (libraries/python of github.com/standard-webhooks/standard-webhooks).
    (key,) = signing.keys_of('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw')
    made = signing.headers([key], 'msg_p5jXN8AQM9LWM0D4loKWxJek', 1614265330, b'{"test": 2432232314}')
    assert made['webhook-signature'] == 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='


def test_a_receiver_that_verifies_takes_it_and_drops_what_it_has_had(receiver):
    target = target_of(receiver)
    content = content_of(target)
    assert send(content, target).id == KEY
    send(content, target)
    assert [call.outcome for call in receiver.calls] == ['accepted', 'duplicate']
    assert receiver.messages[0].msg_uuid == KEY and NOTIFIER.repeatable(content) is True


@pytest.mark.parametrize('first', [True, False])
def test_while_a_secret_is_rotated_either_is_right(receiver, first):
    both = [receiver.secret, make_secret()]
    target = target_of(receiver, secret=' '.join(both if first else reversed(both)))
    send(content_of(target), target)
    assert len(receiver.messages) == 1


def test_a_wrong_secret_is_refused(receiver):
    error = refusal(receiver, secret=make_secret())
    assert (error.reason, error.code) == (Reason.CONFIG, 401)


def test_the_hosts_token_and_further_headers_go_with_it(server):
    receiver = server.add_receiver(token='5f2c')
    receiver.method = 'PUT'
    target = target_of(receiver, secret=None, token='5f2c', method='put', headers={'X-Team': 'ops'})
    send(content_of(target), target)
    assert len(receiver.messages) == 1
    assert refusal(receiver, secret=None, token='wrong', method='PUT').code == 401


def test_without_a_secret_a_repeat_says_that_it_may_be_one(server):
    receiver = server.add_receiver()
    target = target_of(receiver, secret=None)
    content = content_of(target)
    assert NOTIFIER.repeatable(content) is False and set(NOTIFIER.repeats_after) == {500, 502, 504}
    send(content, target)
    send(content, target, repeat=True)
    assert [message.body['data']['repeat'] for message in receiver.messages] == [False, True]


#: (status, reason, seconds to wait)
STATUSES = [
    (302, Reason.CONFIG, None), (400, Reason.CONFIG, None), (404, Reason.CONFIG, None), (410, Reason.GONE, None),
    (413, Reason.TOO_LONG, None), (429, Reason.THROTTLED, 7.0), (408, Reason.BUSY, 7.0), (503, Reason.BUSY, 7.0),
    (500, Reason.UNKNOWN, None), (502, Reason.UNKNOWN, 20.0), (504, Reason.UNKNOWN, 20.0),
]  # fmt: skip


@pytest.mark.parametrize('status, reason, pause', STATUSES)
def test_each_status_has_its_reason(receiver, status, reason, pause):
    headers = (('Retry-After', '7'),) if status in (408, 429, 503) else ()
    receiver.misbehave(Answer(status, b'no', headers))
    error = refusal(receiver)
    assert (error.reason, error.code, error.retry_after) == (reason, status, pause)
    assert str(error).startswith(reason.value)


@pytest.mark.parametrize('answer', [Answer(204), Answer(202), Answer(200, b'ok'), Answer(201, b'\xff\xfe')])
def test_any_2xx_is_enough_where_nothing_else_is_expected(receiver, answer):
    receiver.misbehave(answer)
    target = target_of(receiver)
    assert send(content_of(target), target).note.code == 'webhook.accepted'


#: (answer, reason, code)
UNEXPECTED = [
    (Answer(200, b'ok'), Reason.UNKNOWN, 200), (Answer(204), Reason.UNKNOWN, 204),
    (json_answer(200, [0]), Reason.UNKNOWN, 200), (json_answer(200, {'code': 7}), Reason.REFUSED, 7),
    (json_answer(200, {'code': '0'}), Reason.REFUSED, '0'), (json_answer(200, {'code': False}), Reason.REFUSED, 200),
    (json_answer(200, {}), Reason.REFUSED, 200), (json_answer(200, {'code': {'x': 1}}), Reason.REFUSED, 200),
]  # fmt: skip


@pytest.mark.parametrize('answer, reason, code', UNEXPECTED, ids=[str(number) for number in range(len(UNEXPECTED))])
def test_what_is_expected_must_be_said(receiver, answer, reason, code):
    receiver.misbehave(answer)
    error = refusal(receiver, expect={'code': 0})
    assert (error.reason, error.code) == (reason, code)


def test_a_private_address_is_refused_before_it_is_asked(receiver):
    url = receiver.url.replace('127.0.0.1', 'localhost')
    error = refusal(receiver, url=url, allow_private=None)
    assert error.reason is Reason.CONFIG and receiver.calls == []


def test_an_error_holds_no_credential(receiver):
    receiver.misbehave(json_answer(403, {'error': 'no {} {}'.format(receiver.secret, receiver.url)}))
    error = refusal(receiver)
    assert receiver.secret not in str(error) + error.body and receiver.path not in str(error) + error.body


def test_the_fake_takes_nothing_else(receiver):
    """It would not be a witness otherwise."""
    import requests

    def post(body, **headers):
        return requests.post(receiver.url, body, headers=headers, timeout=5).status_code

    body = json.dumps({'type': 'run.test', 'timestamp': '2026-03-01T00:00:00Z', 'data': {}}).encode()
    keys = signing.keys_of(receiver.secret)
    now = int(receiver.server.now().timestamp())
    good = dict(signing.headers(keys, 'a' * 32, now, body), **{'Content-Type': 'application/json'})
    assert post(body, **good) == 200
    assert post(body + b' ', **good) == 401
    assert post(body, **dict(good, **signing.headers(keys, 'b', now - 301, body))) == 401
    assert post(body, **{'Content-Type': 'application/json'}) == 400
    large = json.dumps({'type': 'x', 'timestamp': '2026-03-01T00:00:00Z', 'data': {'x': 'y' * 20000}}).encode()
    assert post(large, **dict(good, **signing.headers(keys, 'c', now, large))) == 413
    for odd in (b'[]', b'{}', b'{"type":1}', b'{"type":"a b","timestamp":"2026-03-01T00:00:00Z","data":{}}'):
        assert post(odd, **dict(good, **signing.headers(keys, 'd', now, odd))) == 400
    assert requests.put(receiver.url, body, timeout=5).status_code == 405


def test_a_wrong_clock_is_said_where_a_signature_is_refused():
    with WebhookServer(now=lambda: datetime.now(timezone.utc) + timedelta(hours=1)) as server:
        receiver = server.add_receiver(secret=make_secret())
        error = refusal(receiver)
        assert (error.reason, error.code) == (Reason.CONFIG, 401)
        assert re.search(r'clock is -3(600|59\d) s', error.words), error.words
        # Without a signature there is no time in it.
        assert 'clock' not in refusal(server.add_receiver(token='x'), secret=None, token='y').words


def test_no_half_of_a_credential_is_told_of_an_answer(receiver):
    secret = 'onlyLettersThatNobodyHasThoughtOf'
    for before in range(178, 198, 6):
        said = {'ok': False, 'x': 'x' * (before - 20) + secret}
        for answer in (json_answer(200, said), Answer(200, b'.' * before + secret.encode('ascii'))):
            receiver.misbehave(answer)
            assert 'onlyL' not in refusal(receiver, expect={'ok': True}, token=secret).words

"""The verifier that Standard Webhooks publishes (standardwebhooks), and what our webhooks are signed with."""

import json
import uuid
from datetime import datetime, timezone

import pytest
import requests

from scan_notify_plugin.testing.listener import Listener, Served
from scan_notify_plugin.testing.script import Answer
from scan_notify_plugin.testing.webhook_receiver import WebhookServer, make_secret
from tests.notifiers.samples import make_summary
from tests.notifiers.webhook.samples import make_target, render, send

standardwebhooks = pytest.importorskip('standardwebhooks', reason='the extra `witness`')


class Endpoint(Served):
    """Keeps what it gets, and verifies it as its author would.

    :param secrets: by which one of them is verified
    """

    def __init__(self, secret):
        super().__init__(None, 0.0)
        self.verifier = standardwebhooks.Webhook(secret)
        self.requests = []
        self.events = []

    def respond(self, request):
        self.requests.append(request)
        try:
            self.events.append(self.verifier.verify(request.body, dict(request.headers.items())))
        except standardwebhooks.WebhookVerificationError:
            return Answer(401)
        return Answer(204)

    def __enter__(self):
        self._listener = Listener(self, 0)
        self.url = 'http://127.0.0.1:{}/hook'.format(self._listener.server_address[1])
        return self

    def __exit__(self, *exc_info):
        self.closing.set()
        self._listener.end()


@pytest.mark.parametrize('order', [0, 1])
def test_it_believes_either_secret_while_one_is_rotated(order):
    old, new = make_secret(), make_secret(64)
    with Endpoint((old, new)[order]) as endpoint:
        target = make_target(url=endpoint.url, secret='{} {}'.format(old, new), allow_private=True)
        send(render(make_summary(schedule_name='每日巡检'), target)[0].content, target)
        (event,) = endpoint.events
        assert event['type'] == 'run.finished' and event['data']['run']['schedule']['name'] == '每日巡检'
        request = endpoint.requests[0]
        with pytest.raises(standardwebhooks.WebhookVerificationError):
            endpoint.verifier.verify(
                request.body.replace(b'run.finished', b'run.fini5hed'), dict(request.headers.items())
            )


def test_a_third_secret_is_not_believed():
    with Endpoint(make_secret()) as endpoint:
        target = make_target(url=endpoint.url, secret=make_secret(), allow_private=True)
        with pytest.raises(Exception) as caught:
            send(render(make_summary(), target)[0].content, target)
        assert caught.value.code == 401 and endpoint.events == []


def test_what_it_signs_is_believed_by_the_receiver_of_the_tests():
    secret, now = make_secret(), datetime.now(timezone.utc)
    body = json.dumps({'type': 'run.test', 'timestamp': '2026-03-01T03:00:00Z', 'data': {}})
    with WebhookServer() as server:
        receiver = server.add_receiver(secret=secret)
        key = 'msg_' + uuid.uuid4().hex
        headers = {
            'Content-Type': 'application/json',
            'webhook-id': key,
            'webhook-timestamp': str(int(now.timestamp())),
            'webhook-signature': 'v2,else ' + standardwebhooks.Webhook(secret).sign(key, now, body),
        }
        assert requests.post(receiver.url, data=body, headers=headers, timeout=10).status_code == 200
        assert requests.post(receiver.url, data=body + ' ', headers=headers, timeout=10).status_code == 401
    assert [message.msgtype for message in receiver.messages] == ['run.test']

"""The channel ``webhook`` passes the battery: its data, signed, to a receiver that verifies it."""

import json

import pytest

from scan_notify_plugin.errors import Reason
from scan_notify_plugin.notifiers.webhook import WebhookNotifier
from scan_notify_plugin.testing.conformance import HOSTILE, NotifierConformance, Subject
from scan_notify_plugin.testing.loop import Loop
from scan_notify_plugin.testing.subject import SHOWN, entry_point, told
from scan_notify_plugin.testing.webhook_receiver import WebhookServer, make_secret

#: Port 9 is discard's; nobody listens there.
NOBODY = 'http://127.0.0.1:9/hooks/'


class TestWebhook(NotifierConformance):
    @pytest.fixture
    def subject(self):
        with WebhookServer(hold_seconds=0.5) as server:
            robot = server.add_receiver(secret=make_secret(), token='5f2cHiddenToken0123456789')
            options = {
                'url': robot.url,
                'secret': make_secret() + ' ' + robot.secret,  # while one is rotated
                'token': robot.token,
                'headers': {'Authorization': 'Bearer 7b1d-hidden'},
                'expect': {'code': 0},
                'allow_private': True,
            }
            refusals = {
                Reason.BUSY: 503,
                Reason.THROTTLED: 429,
                Reason.CONFIG: 401,
                Reason.REFUSED: 40001,
                Reason.TOO_LONG: 413,
            }
            secrets = [robot.url, robot.path, robot.secret, robot.token, 'Bearer 7b1d-hidden']
            yield Subject(
                WebhookNotifier(), options, robot, secrets, refusals,
                nobody=dict(options, url=NOBODY + robot.path), idempotent=True,
            )  # fmt: skip

    def test_what_strangers_wrote_has_no_effect(self, subject, loop):
        """Data is quoted and not marked up: the texts arrive as they are, in their places, and nothing else changes."""
        shapes = set()
        for text in HOSTILE:
            clean = text.encode('utf-8', 'replace').decode('utf-8')  # what MongoDB can hold
            job = told(loop, name=clean, targets=[clean, '198.51.100.1'], status=SHOWN)
            assert job['state'] == 'success', (text, job['faults'])
            body = subject.robot.messages[-1].text
            assert not set(body) & set('\u202e\x1b\x00\u200b\ufeff\n<>&'), text
            data = json.loads(body)['data']
            shapes.add(json.dumps(shape_of(data)))
            name, whole = data['run']['schedule']['name'].rstrip('…'), ' '.join(printable(clean).split())
            assert whole.startswith(name) and len(name) >= min(99, len(whole)), text
            loop.clock.move(minutes=2)
        assert len(shapes) == 1


def shape_of(value):
    """What a document is made of, without what it says."""
    if isinstance(value, dict):
        return {name: shape_of(one) for name, one in value.items() if name not in ('results',)}
    return [shape_of(one) for one in value] if isinstance(value, list) else type(value).__name__


def printable(text):
    return ''.join(char if char.isprintable() else ' ' if char in '\n\t' else '' for char in text)


def test_a_receiver_that_is_gone_gets_nothing_more_and_its_messages_go_on():
    with WebhookServer(hold_seconds=0.5) as server:
        gone, other = server.add_receiver(), server.add_receiver()
        targets = {
            name: {'CHANNEL': 'webhook', 'URL': robot.url, 'ALLOW_PRIVATE': True, 'FALLBACK': fallback}
            for name, robot, fallback in (('ops', gone, 'other'), ('other', other, ''))
        }
        defaults = {'NOTIFY_ENABLE': True, 'NOTIFY_CHANNEL': ['ops']}
        loop = Loop({'SCAN_NOTIFY': {'TARGETS': targets, 'DEFAULTS': defaults}}, [entry_point(WebhookNotifier())])
        gone.misbehave(410)
        run_id = loop.finished_run(('127.0.0.2',))
        loop.run_through(4, 5)
        (job,) = [one for one in loop.jobs(run_id) if one['kind'] == 'notify']
        assert job['attempts'][0]['result'] == 'gone'
        assert (job['state'], len(gone.messages), len(other.messages)) == ('success', 0, 1)
        loop.finished_run(('127.0.0.2',))
        loop.run_through(4, 5)
        assert (len(gone.calls), len(other.messages)) == (1, 2)  # it is not asked again, though it would answer
        loop.context.stored.stops.start('ops', 'web:ann')
        loop.finished_run(('127.0.0.2',))
        loop.run_through(4, 5)
        assert (len(gone.messages), len(other.messages)) == (1, 2)

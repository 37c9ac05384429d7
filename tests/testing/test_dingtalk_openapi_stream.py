"""The Stream gateway of the fake OpenAPI, with a plain WebSocket client and with DingTalk's own."""

import asyncio
import json
import logging
import threading
from urllib.parse import urlencode

import pytest

from scan_notify_plugin.testing.dingtalk_openapi import DingTalkOpenApiServer
from tests.testing.openapi_client import GATEWAY, Client, make_app

websockets = pytest.importorskip('websockets', reason='plays the gateway')

TOPIC = '/v1.0/card/instances/callback'
ANSWER = {'cardData': {'cardParamMap': {'title': 'seen'}}, 'cardUpdateOptions': {'updateCardDataByKey': True}}


@pytest.fixture
def server():
    with DingTalkOpenApiServer() as server:
        yield server


@pytest.fixture
def app(server):
    return make_app(server)


@pytest.fixture
def client(server, app):
    return Client(server, app)


class Background:
    """A coroutine in a thread of its own, that is cancelled until it ends."""

    def __init__(self, make):
        self.loop = asyncio.new_event_loop()
        self.error = None
        self._thread = threading.Thread(target=self._run, args=(make,), daemon=True)
        self._thread.start()

    def _run(self, make):
        asyncio.set_event_loop(self.loop)
        try:
            self.loop.run_until_complete(make())
        except BaseException as error:  # also what asyncio cancels with
            self.error = error
        finally:
            self._finish()

    def _finish(self):
        tasks = _tasks(self.loop)
        for task in tasks:
            task.cancel()
        self.loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self.loop.close()

    def join(self):
        self._thread.join(5)
        assert not self._thread.is_alive()

    def stop(self):
        for _ in range(100):
            if not self._thread.is_alive():
                return
            try:
                self.loop.call_soon_threadsafe(lambda: [task.cancel() for task in _tasks(self.loop)])
            except RuntimeError:
                pass  # it has just ended
            self._thread.join(0.05)
        raise AssertionError('does not end')


def _tasks(loop):
    all_tasks = getattr(asyncio, 'all_tasks', None) or asyncio.Task.all_tasks
    return [task for task in all_tasks(loop) if not task.done()]


class PlainClient:
    """Keeps every frame, and answers as told."""

    def __init__(self, ticket, answer=ANSWER, **ack):
        self.url = '{}?{}'.format(ticket['endpoint'], urlencode({'ticket': ticket['ticket']}))
        self.answer = answer
        self.ack = ack
        self.frames = []
        self.background = Background(self._talk)

    async def _talk(self):
        async with websockets.connect(self.url) as websocket:
            while True:
                frame = json.loads(await websocket.recv())
                self.frames.append(frame)
                await self._reply(websocket, frame)

    async def _reply(self, websocket, frame):
        if self.answer is None:
            return await websocket.send('{"code": 200}')
        data = frame['data'] if frame['type'] == 'SYSTEM' else json.dumps({'response': self.answer})
        ack = {'code': 200, 'headers': {'messageId': frame['headers']['messageId']}, 'message': 'OK', 'data': data}
        await websocket.send(json.dumps(dict(ack, **self.ack)))


def ticket(client, **changes):
    body = dict(
        {
            'clientId': client.app.app_key,
            'clientSecret': client.app.app_secret,
            'subscriptions': [{'type': 'CALLBACK', 'topic': TOPIC}],
        },
        **changes,
    )
    return client.new(GATEWAY, body)[1]


@pytest.fixture
def connect(server, app, client):
    clients = []

    def connect(**options):
        clients.append(PlainClient(ticket(client), **options))
        server.stream.wait_connected(app, len(clients))
        return clients[-1]

    yield connect
    for one in clients:
        one.background.stop()


def test_a_click_is_told_and_its_acknowledgement_changes_the_card(server, app, client, connect):
    client.card()
    plain = connect()
    clicked = server.click('job-1', 'u1', ['ack'], {'run': '7'}, how='stream')
    assert clicked == (200, ANSWER, True, None)
    assert app.cards['job-1'].data == {'title': 'seen', 'count': '3'}
    (frame,) = plain.frames
    assert (frame['type'], frame['headers']['topic']) == ('CALLBACK', TOPIC)
    data = json.loads(frame['data'])
    assert (data['outTrackId'], data['userId']) == ('job-1', 'u1')
    assert json.loads(data['content'])['cardPrivateData'] == {'actionIds': ['ack'], 'params': {'run': '7'}}


@pytest.mark.parametrize(
    'options, status',
    [
        ({'answer': None}, 0),
        ({'code': 500}, 500),
        ({'answer': {'cardData': {'cardParamMap': {'count': 3}}}}, 200),
        ({'headers': {'messageId': 'other'}}, 0),
    ],
)
def test_an_acknowledgement_that_is_none_changes_nothing(server, app, client, connect, options, status, monkeypatch):
    monkeypatch.setattr('scan_notify_plugin.testing.dingtalk_openapi.callbacks.SECONDS', 0.3)
    client.card()
    connect(**options)
    clicked = server.click('job-1', 'u1', ['ack'])
    assert (clicked.status, clicked.applied) == (status, False)
    assert app.cards['job-1'].data['title'] == '完成'


def test_a_ticket_is_good_for_one_connection(server, app, client):
    given = ticket(client)
    first = PlainClient(given)
    server.stream.wait_connected(app)
    for name in (given['ticket'], 'unknown', ''):
        again = PlainClient(dict(given, ticket=name))
        again.background.join()
        assert '1008' in str(again.background.error)
    assert len(server.stream.of(app)) == 1
    first.background.stop()
    server.stream.wait_connected(app, 0)


@pytest.mark.parametrize(
    'change, code',
    [
        ({'clientSecret': 'wrong'}, 'invalidClientIdOrSecret'),
        ({'clientId': 'wrong'}, 'invalidClientIdOrSecret'),
        ({'subscriptions': None}, 'param.invalid'),
    ],
)
def test_a_ticket_needs_the_credentials(client, change, code):
    assert ticket(client, **change) == code


def test_a_client_that_has_not_subscribed_is_not_told(server, app, client):
    client.card()
    plain = PlainClient(ticket(client, subscriptions=[]))
    server.stream.wait_connected(app)
    with pytest.raises(LookupError, match='subscribed'):
        server.click('job-1', 'u1', ['ack'])
    plain.background.stop()


def test_pings_are_answered(server, connect):
    connect()
    ack = server.stream.ping(server.stream.connections[0])
    assert ack['code'] == 200 and 'opaque' in ack['data']


def test_a_connection_can_be_dropped_or_asked_to_go(server, app, connect):
    plain = connect()
    server.stream.disconnect(app)
    assert (plain.frames[0]['type'], plain.frames[0]['headers']['topic']) == ('SYSTEM', 'disconnect')
    server.stream.drop(app)
    plain.background.join()
    assert isinstance(plain.background.error, websockets.exceptions.ConnectionClosedError)
    server.stream.wait_connected(app, 0)


def test_closing_the_server_ends_its_connections(app, server, client):
    before = set(threading.enumerate())
    plain = PlainClient(ticket(client))
    server.stream.wait_connected(app)
    server.close()
    plain.background.join()
    assert '1001' in str(plain.background.error)
    assert set(threading.enumerate()) <= before


def test_dingtalks_own_client_connects_and_acknowledges_a_click(server, app, client, monkeypatch, caplog):
    sdk = pytest.importorskip('dingtalk_stream', reason='does not install on this Python')

    class Handler(sdk.CallbackHandler):
        async def process(self, message):
            card = sdk.CardCallbackMessage.from_dict(message.data)
            ids = card.content['cardPrivateData']['actionIds']
            title = '{} by {}'.format(ids[0], card.user_id)
            return sdk.AckMessage.STATUS_OK, {
                'cardData': {'cardParamMap': {'title': title}},
                'cardUpdateOptions': {'updateCardDataByKey': True},
            }

    monkeypatch.setattr(sdk.DingTalkStreamClient, 'OPEN_CONNECTION_API', server.base_url + GATEWAY)
    monkeypatch.setattr(sdk.DingTalkStreamClient, 'get_host_ip', lambda self: '127.0.0.1')
    stream = sdk.DingTalkStreamClient(sdk.Credential(app.app_key, app.app_secret), logging.getLogger('tests.stream'))
    stream.register_callback_handler(sdk.CallbackHandler.TOPIC_CARD_CALLBACK, Handler())
    client.card()
    background = Background(stream.start)
    try:
        (connection,) = server.stream.wait_connected(app)
        assert connection.topics == (TOPIC,)
        clicked = server.click('job-1', 'u1', ['ack'])
        assert (clicked.status, clicked.applied) == (200, True)
        assert app.cards['job-1'].data == {'title': 'ack by u1', 'count': '3'}
        ack = server.stream.ping(connection)
        assert ack['code'] == 200 and 'opaque' in ack['data']
        server.stream.disconnect(app)
        # It may be back before anybody looks.
        app.wait_until(lambda: connection not in server.stream.of(app), 20)
    finally:
        background.stop()
    assert app.app_secret not in caplog.text

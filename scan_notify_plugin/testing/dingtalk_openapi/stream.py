"""The Stream gateway: a ticket over HTTP, then callbacks over one WebSocket.

No page has the frames; they are those of DingTalk's own client:
https://github.com/open-dingtalk/dingtalk-stream-sdk-python
"""

import asyncio
import json
import secrets
import threading
from typing import Any, Callable, Coroutine, Dict, List, Optional, Tuple, Type, TypeVar, Union
from urllib.parse import parse_qs, urlsplit

from scan_notify_plugin.testing.dingtalk_openapi.app import App
from scan_notify_plugin.testing.dingtalk_openapi.fields import json_object
from scan_notify_plugin.testing.dingtalk_openapi.refusals import Refused
from scan_notify_plugin.testing.robot_server import Request

__all__ = ['Connection', 'Gateway']

T = TypeVar('T')


class Connection:
    """One client that is connected now."""

    def __init__(self, app: App, topics: Tuple[str, ...], websocket: Any) -> None:
        self.app = app
        self.topics = topics
        self.websocket = websocket
        self.name = secrets.token_hex(8)
        self.waiting: Dict[str, 'asyncio.Future[Dict[str, object]]'] = {}  # acknowledgements, by message id


class Gateway:
    """All connections. The WebSocket server starts when the first ticket is asked for."""

    def __init__(self, millis: Callable[[], int]) -> None:
        self._millis = millis
        self.connections: List[Connection] = []
        self._tickets: Dict[str, Tuple[App, Tuple[str, ...]]] = {}
        self._loop: Optional[asyncio.AbstractEventLoop] = None
        self._thread: Optional[threading.Thread] = None
        self._server: Any = None
        self._starting = threading.Lock()

    def open(self, app: App, request: Request) -> Dict[str, object]:
        """POST /v1.0/gateway/connections/open; a ticket is good for one connection."""
        subscriptions = json_object(request, 'param.empty').get('subscriptions')
        if not isinstance(subscriptions, list) or not all(isinstance(one, dict) for one in subscriptions):
            raise Refused('param.invalid')
        topics = tuple(str(one.get('topic')) for one in subscriptions if one.get('type') == 'CALLBACK')
        with self._starting:
            if self._loop is None:
                self._start()
        ticket = secrets.token_hex(16)
        self._tickets[ticket] = (app, topics)
        port = self._server.sockets[0].getsockname()[1]
        return {'endpoint': 'ws://127.0.0.1:{}/connect'.format(port), 'ticket': ticket}

    def of(self, app: App, topic: str = '') -> List[Connection]:
        """The application's connections, of those with a subscription to ``topic``."""
        return [one for one in self.connections if one.app is app and (not topic or topic in one.topics)]

    def wait_connected(self, app: App, count: int = 1, timeout: float = 5.0) -> List[Connection]:
        """The application's connections, as soon as there are ``count``; 0 waits for the last to go."""
        enough = (lambda: len(self.of(app)) >= count) if count else (lambda: not self.of(app))
        app.wait_until(enough, timeout)
        return self.of(app)

    def call_back(
        self, connection: Connection, topic: str, data: Dict[str, object], seconds: float
    ) -> Dict[str, object]:
        """Tell something to a client; its acknowledgement, or {} if none came in time."""
        return self._run(self._ask(connection, 'CALLBACK', topic, data, seconds), seconds)

    def ping(self, connection: Connection, seconds: float = 5.0) -> Dict[str, object]:
        """The acknowledgement of a ping, which holds the same data."""
        return self._run(self._ask(connection, 'SYSTEM', 'ping', {'opaque': secrets.token_hex(8)}, seconds), seconds)

    def disconnect(self, app: App, seconds: float = 5.0) -> None:
        """Ask the application's clients to connect anew, as DingTalk does before maintenance."""
        for connection in self.of(app):
            self._run(self._ask(connection, 'SYSTEM', 'disconnect', {'reason': 'maintenance'}, seconds), seconds)

    def drop(self, app: App) -> None:
        """Cut the application's connections without a word."""
        for connection in self.of(app):
            self._loop_now().call_soon_threadsafe(connection.websocket.transport.abort)

    def close(self) -> None:
        """Close every connection, end the thread."""
        if self._loop is None or self._thread is None:
            return
        self._run(self._end(), 10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()
        self._loop = self._thread = None

    def _start(self) -> None:
        loop = asyncio.new_event_loop()

        def run() -> None:
            asyncio.set_event_loop(loop)
            loop.run_forever()

        self._loop = loop
        self._thread = threading.Thread(target=run, daemon=True)
        self._thread.start()
        self._server = self._run(self._listen(), 10)

    async def _listen(self) -> Any:
        import websockets  # no dependency of this package: whoever plays the gateway installs it

        return await websockets.serve(self._serve, '127.0.0.1', 0, ping_interval=None, close_timeout=1)

    async def _end(self) -> None:
        self._server.close()
        await self._server.wait_closed()

    async def _serve(self, websocket: Any, path: Optional[str] = None) -> None:
        # Old versions of websockets give the path, new ones hold the request.
        asked = urlsplit(path or getattr(websocket, 'path', None) or websocket.request.path)
        ticket = parse_qs(asked.query).get('ticket', [''])[0]
        app, topics = self._tickets.pop(ticket, (None, ()))
        if app is None or asked.path != '/connect':
            return await websocket.close(1008, 'ticket')
        connection = Connection(app, topics, websocket)
        self._change(connection, self.connections.append)
        try:
            while True:
                self._acknowledged(connection, await websocket.recv())
        except _websocket_closed():
            pass
        finally:
            self._change(connection, self.connections.remove)

    def _change(self, connection: Connection, how: Callable[[Connection], None]) -> None:
        with connection.app.changed:
            how(connection)
            connection.app.changed.notify_all()

    def _acknowledged(self, connection: Connection, frame: Union[str, bytes]) -> None:
        try:
            ack = json.loads(frame)
            ack = dict(ack, data=json.loads(ack.get('data') or 'null'))
            message_id = ack['headers']['messageId']
        except (ValueError, TypeError, KeyError):
            return
        future = connection.waiting.get(message_id)
        if future is not None and not future.done():
            future.set_result(ack)

    async def _ask(
        self, connection: Connection, kind: str, topic: str, data: Dict[str, object], seconds: float
    ) -> Dict[str, object]:
        message_id = secrets.token_hex(8)
        future = connection.waiting[message_id] = asyncio.get_event_loop().create_future()
        try:
            await connection.websocket.send(self._frame(connection, kind, topic, message_id, data))
            return await asyncio.wait_for(future, seconds)
        except (asyncio.TimeoutError, _websocket_closed()):
            return {}
        finally:
            del connection.waiting[message_id]

    def _frame(self, connection: Connection, kind: str, topic: str, message_id: str, data: Dict[str, object]) -> str:
        headers = {
            'appId': connection.app.app_key,
            'connectionId': connection.name,
            'contentType': 'application/json',
            'messageId': message_id,
            'time': str(self._millis()),
            'topic': topic,
        }
        return json.dumps(
            {'specVersion': '1.0', 'type': kind, 'headers': headers, 'data': json.dumps(data, ensure_ascii=False)}
        )

    def _loop_now(self) -> asyncio.AbstractEventLoop:
        if self._loop is None:
            raise RuntimeError('no ticket was ever asked for')
        return self._loop

    def _run(self, what: Coroutine[object, None, T], seconds: float) -> T:
        """Do it in the thread of the loop; the extra time is for a machine that is busy."""
        return asyncio.run_coroutine_threadsafe(what, self._loop_now()).result(seconds + 5)


def _websocket_closed() -> Type[Exception]:
    import websockets.exceptions

    closed: Type[Exception] = websockets.exceptions.ConnectionClosed
    return closed

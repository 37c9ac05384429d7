"""Clicks on cards in DingTalk's Stream mode: connections that we open, so no public address is needed.

The frames are read and acknowledged by DingTalk's own SDK (``dingtalk-stream``, the extra ``stream``). The connection
is ours: the SDK's own start() cannot be stopped, waits without bounds, and logs the ticket.
"""

import asyncio
import importlib.util
import json
import logging
import threading
import time
import uuid
from typing import Any, Container, Dict, Iterator, List, Mapping, Optional, Set, Tuple
from urllib.parse import urlencode

from scan_notify_plugin.deadline import wait_for
from scan_notify_plugin.errors import ScanNotifyError
from scan_notify_plugin.faults import Fault
from scan_notify_plugin.notifiers import callbacks, trust
from scan_notify_plugin.notifiers.base import Target
from scan_notify_plugin.notifiers.diagnosis import OK, WARN, Diagnosis
from scan_notify_plugin.notifiers.dingding_openapi import cards, clicks
from scan_notify_plugin.notifiers.dingding_openapi.api import bases, open_gateway
from scan_notify_plugin.secret import redact

TOPIC = '/v1.0/card/instances/callback'
#: Seconds between two tries to connect, doubled up to the second one while they fail.
FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0
#: A connection that held so long was a good one.
GOOD_FOR = 60.0
STOP_WITHIN = 5.0

log = logging.getLogger('scan_notify')

# Its debug lines hold the whole address of a connection, and with it the ticket.
logging.getLogger('websockets.client').addFilter(lambda record: record.levelno > logging.DEBUG)


def sdk_is_installed() -> bool:
    """Whether DingTalk's SDK can be imported; it needs Python 3.8."""
    return importlib.util.find_spec('dingtalk_stream') is not None


class Connection(callbacks.Connection):
    """The connection of one application, kept up in a thread of its own.

    :param targets: those that use this application; the first one's options and HTTP settings are used
    :param answer: gives what a click is answered
    """

    def __init__(self, targets: List[Target], answer: callbacks.Answer, stopping: threading.Event) -> None:
        super().__init__([target.name for target in targets])
        self.target = targets[0]
        self._answered = answer
        self._stopping = stopping
        self._loop: Optional[asyncio.AbstractEventLoop] = None
        self._serving: Optional['asyncio.Task[None]'] = None
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._keep_up, daemon=True)

    def start(self) -> None:
        if not sdk_is_installed():
            raise ScanNotifyError(Fault('openapi.stream.no-sdk'))
        self._thread.start()

    def stop(self) -> None:
        """End the connection and its thread; ``stopping`` must be set."""
        with self._lock:
            if self._loop is not None and self._serving is not None:
                self._loop.call_soon_threadsafe(self._serving.cancel)
        wait_for(lambda: not self._thread.is_alive(), STOP_WITHIN)

    def alive(self) -> None:
        cards.stream_alive(self.target.options, self.target.tokens)

    def _keep_up(self) -> None:
        wait = FIRST_WAIT
        while not self._stopping.is_set():
            begun = time.monotonic()
            try:
                self._connect()
                log.info('stream of %s: the connection has ended', ', '.join(self.names))
            except asyncio.CancelledError:
                return
            except Exception as error:  # the network's, the SDK's, and those of websockets
                words = redact('{}: {}'.format(type(error).__name__, error), self.target.secrets)[:300]
                log.warning('stream of %s: %s', ', '.join(self.names), words)
            wait = FIRST_WAIT if time.monotonic() - begun > GOOD_FOR else wait
            wait_for(self._stopping.is_set, wait)
            wait = min(wait * 2, LONGEST_WAIT)

    def _connect(self) -> None:
        """One connection, until it ends."""
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        serving = loop.create_task(self._serve(loop))
        with self._lock:
            self._loop, self._serving = loop, serving
            if self._stopping.is_set():
                serving.cancel()
        try:
            loop.run_until_complete(serving)
        finally:
            self.connected = False
            with self._lock:
                self._loop = None
            asyncio.set_event_loop(None)
            loop.close()

    async def _serve(self, loop: asyncio.AbstractEventLoop) -> None:
        import websockets

        gateway = await loop.run_in_executor(None, open_gateway, self.target, TOPIC)
        client = self._client()
        address = '{}?{}'.format(gateway.endpoint, urlencode({'ticket': gateway.ticket.reveal()}))
        answering: Set['asyncio.Task[object]'] = set()
        try:
            options = _connect_options(websockets, address, self.target.ca_bundle)
            async with websockets.connect(address, **options) as socket:
                client.websocket = socket
                self.connected = True
                log.info('stream of %s: connected', ', '.join(self.names))
                async for frame in socket:
                    task = loop.create_task(client.background_task(json.loads(frame)))
                    answering.add(task)
                    task.add_done_callback(answering.discard)
        finally:
            self.connected = False
            for task in answering:
                task.cancel()
            await asyncio.gather(*answering, return_exceptions=True)

    def _client(self) -> Any:
        import dingtalk_stream

        options, answer = self.target.options, self._answer

        class Handler(dingtalk_stream.CallbackHandler):
            async def process(self, message: Any) -> Any:
                found = await asyncio.get_event_loop().run_in_executor(
                    None, answer, message.data, message.headers.message_id
                )
                if found is None:
                    return dingtalk_stream.AckMessage.STATUS_SYSTEM_EXCEPTION, {}
                return dingtalk_stream.AckMessage.STATUS_OK, found

        # Not needed to connect, but the SDK wants one.
        credential = dingtalk_stream.Credential(str(options['app_key']), '')
        client = dingtalk_stream.DingTalkStreamClient(credential, logger=logging.getLogger('scan_notify.stream'))
        client.register_callback_handler(TOPIC, Handler())
        client.pre_start()
        return client

    def _answer(self, payload: object, message_id: object) -> Optional[Dict[str, object]]:
        """The answer to one click; None if there is none to give."""
        event = 'stream|{}'.format(message_id or uuid.uuid4().hex)
        return self._answered(clicks.click(payload if isinstance(payload, dict) else {}, event), self.names)


def connections(
    targets: List[Target], answer: callbacks.Answer, stopping: threading.Event
) -> List[callbacks.Connection]:
    """One for each application.

    :raises ScanNotifyError: for a target that lacks its credentials
    """
    by_app: Dict[Tuple[str, str], List[Target]] = {}
    for target in targets:
        if not target.options.get('app_key') or not target.options.get('app_secret'):
            raise ScanNotifyError(Fault('openapi.stream.lacks', target=target.name))
        key = (bases(target.options).api, str(target.options['app_key']))
        by_app.setdefault(key, []).append(target)
    return [Connection(some, answer, stopping) for some in by_app.values()]


def diagnose(targets: Mapping[str, Mapping[str, object]], connected: Container[str]) -> Iterator[Diagnosis]:
    """Whether somebody answers clicks on the cards of targets with CALLBACK: stream."""
    wanted = sorted(name for name, options in targets.items() if options.get('callback') == 'stream')
    if not wanted:
        return
    missing = [name for name in wanted if name not in connected]
    if not missing:
        yield Diagnosis('stream', OK, Fault('openapi.stream.connected', targets=', '.join(wanted)))
        return
    advice = Fault('openapi.stream.start')
    if not sdk_is_installed():
        advice = Fault('openapi.stream.start-elsewhere', cause=advice)
    yield Diagnosis('stream', WARN, Fault('openapi.stream.missing', targets=', '.join(missing)), advice)


def _connect_options(websockets: Any, address: str, ca_bundle: str) -> Dict[str, object]:
    """The environment's proxies are not used, as nowhere; before version 15 websockets knew none."""
    version = str(getattr(websockets, '__version__', '0')).partition('.')[0]
    options: Dict[str, object] = {'proxy': None} if version.isdecimal() and int(version) >= 15 else {}
    if ca_bundle and address.lower().startswith('wss:'):
        options['ssl'] = trust.context(ca_bundle)
    return options

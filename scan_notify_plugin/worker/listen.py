"""Keeps the connections of channels over which clicks come, acts upon the clicks, and gives signs of life."""

import logging
import threading
import time
from typing import Callable, List, Mapping, Optional, Sequence

from scan_notify_plugin.admin.buttons import Buttons, Replayed, targets_with
from scan_notify_plugin.admin.desk import Desk
from scan_notify_plugin.deadline import wait_for
from scan_notify_plugin.errors import in_words
from scan_notify_plugin.notifiers.base import Notifier
from scan_notify_plugin.notifiers.callbacks import LISTEN, Callbacks, Click, Connection
from scan_notify_plugin.notifiers.target import Target
from scan_notify_plugin.records import Document
from scan_notify_plugin.secret import Secret, redact

#: Seconds between two signs of life.
ALIVE_EVERY = 30.0

log = logging.getLogger('scan_notify')


class Listener:
    """All connections of this process, and its signs of life.

    :param name: of this process
    :param notifiers: each is asked for the connections of its targets whose clicks come so
    :param targets: all configured ones, by name
    :param desk: gives the administrator's desk, as it is now
    :raises ScanNotifyError: where a channel lacks something
    """

    def __init__(
        self, name: str, notifiers: Sequence[Notifier], targets: Mapping[str, Target], desk: Callable[[], Desk]
    ) -> None:
        self.stopping = threading.Event()
        self.connections: List[Connection] = []
        self._name = name
        self._desk = desk
        for notifier in notifiers:
            names = targets_with(desk().settings, notifier, LISTEN)
            callbacks: Optional[Callbacks] = notifier.callbacks
            if names and callbacks is not None:
                answer = _Answers(notifier, desk, [secret for name in names for secret in targets[name].secrets]).answer
                self.connections += callbacks.connections([targets[name] for name in names], answer, self.stopping)

    def run(self) -> None:
        """All of it, until :attr:`stopping` is set.

        :raises ScanNotifyError: if something is missing here
        """
        self.start()
        self.serve()

    def start(self) -> None:
        """Begin the connections; returns at once.

        :raises ScanNotifyError: if something is missing here
        """
        for connection in self.connections:
            connection.start()

    def serve(self) -> None:
        """Give signs of life until :attr:`stopping` is set, and end the connections."""
        known: Optional[List[str]] = None
        known_at = 0.0
        try:
            while not wait_for(self.stopping.is_set, 0.2):
                now = [name for connection in self.connections if connection.connected for name in connection.names]
                if now != known or time.monotonic() - known_at > ALIVE_EVERY:
                    known, known_at = now, time.monotonic()
                    self._alive(now)
        finally:
            self.stopping.set()
            for connection in self.connections:
                connection.stop()
            self._gone()

    def _alive(self, connected: List[str]) -> None:
        names = [name for connection in self.connections for name in connection.names]
        try:
            self._desk().stored.stream_alive(self._name, {'targets': names, 'connected': connected})
            for connection in self.connections:
                if connection.connected:
                    connection.alive()
        except Exception as error:  # MongoDB is away: clicks fail, connections stay
            log.warning('no sign of life could be written: %s', redact(str(error))[:300])

    def _gone(self) -> None:
        try:
            self._desk().stored.stream_gone(self._name)
        except Exception as error:
            log.info('the sign of life stays: %s', redact(str(error))[:300])


class _Answers:
    """What the clicks of one channel are answered."""

    def __init__(self, notifier: Notifier, desk: Callable[[], Desk], secrets: Sequence[Secret]) -> None:
        self._notifier = notifier
        self._desk = desk
        self._secrets = secrets

    def answer(self, click: Click, names: Sequence[str]) -> Optional[Document]:
        """The answer to one click; None if there is none to give."""
        try:
            desk = self._desk()
            configured = set(targets_with(desk.settings, self._notifier, LISTEN))
            return Buttons(desk, self._notifier, configured.intersection(names)).answer(click)
        except Replayed:
            log.warning('stream of %s: a message was told again with another content', ', '.join(names))
        except Exception as error:  # MongoDB's, or a fault of ours: the service tells the person that it failed
            message = redact(in_words(error), self._secrets)[:300]
            log.error('stream of %s: a click was not answered: %s', ', '.join(names), message)
        return None

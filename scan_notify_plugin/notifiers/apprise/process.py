"""The processes that Apprise runs in: started when one is needed, used again, and ended when one is silent."""

import json
import os
import socket
import subprocess
import sys
import threading
import time
import weakref
from typing import Dict, List, Mapping

from scan_notify_plugin.deadline import poll
from scan_notify_plugin.faults import Fault

CHILD = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'child.py')
#: Processes that are kept for the next message.
KEPT = 2
#: Bytes of an answer.
LONGEST = 65536

Answer = Mapping[str, object]


class Silent(Exception):
    """The process has ended, or does not answer in time.

    :param fault: which of both
    """

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.code)
        self.fault = fault


class Process:
    """One of them. Whoever has it asks one question after another."""

    def __init__(self) -> None:
        self._end, theirs = socket.socketpair()
        try:
            self._process = subprocess.Popen(
                [sys.executable, CHILD], stdin=theirs.fileno(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
        except OSError:
            self._end.close()
            raise
        finally:
            theirs.close()
        self._data = b''

    @property
    def alive(self) -> bool:
        """It ends by itself when nobody asks."""
        return self._process.poll() is None

    def ask(self, question: Mapping[str, object], seconds: float) -> Answer:
        """
        :raises Silent: then it is of no further use
        """
        until = time.monotonic() + seconds
        try:
            self._end.settimeout(seconds)
            self._end.sendall(json.dumps(question).encode('ascii') + b'\n')
            while b'\n' not in self._data:
                left = until - time.monotonic()
                if left <= 0 or not poll(self._end, left):
                    raise Silent(Fault('call.no-answer', seconds='{:g}'.format(seconds)))
                more = self._end.recv(65536)
                if not more or len(self._data) > LONGEST:
                    raise Silent(Fault('apprise.ended'))
                self._data += more
        except OSError:
            raise Silent(Fault('apprise.ended')) from None
        line, _, self._data = self._data.partition(b'\n')
        answer: Dict[str, object] = json.loads(line.decode('ascii'))
        return answer

    def end(self) -> None:
        """Whatever it does."""
        self._end.close()
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()


class Processes:
    """Those of this worker. Safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: List[Process] = []
        weakref.finalize(self, _end_all, self._idle)

    def take(self) -> Process:
        """One for whoever asks now; it is given back, or ended.

        :raises OSError: if this machine has no process left
        """
        ended = []
        try:
            with self._lock:
                while self._idle:
                    process = self._idle.pop()
                    if process.alive:
                        return process
                    ended.append(process)
        finally:
            _end_all(ended)
        return Process()

    def give(self, process: Process) -> None:
        """One that has answered all that it was asked."""
        with self._lock:
            if len(self._idle) < KEPT:
                self._idle.append(process)
                return
        process.end()


def _end_all(processes: List[Process]) -> None:
    while processes:
        processes.pop().end()

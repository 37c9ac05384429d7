"""Robots in a process of their own, most of them ill: every ill one has an address of its own.

``python -m tests.benchmarks.neighbours.robots SILENT DRIPPING REFUSING`` prints its ports as one JSON line, and after
that a line for each message that a healthy robot got. It ends with its standard input; a line there makes all the ill
ones refuse.

Silent ones take a connection and never answer, dripping ones answer a byte every two seconds, refusing ones do not
listen.
"""

import asyncio
import json
import re
import resource
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from typing import Any, Dict, Iterator, List, Optional, Set

__all__ = ['KINDS', 'Robots', 'robots']

KINDS = ('silent', 'dripping', 'refusing')
#: Seconds from one byte of a dripping answer to the next.
DRIP = 2.0
BODY = b'{"errcode":0,"errmsg":"ok"}'
ANSWER = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 27\r\nConnection: close\r\n\r\n' + BODY
#: The name that a message carries; `documents.names` makes them.
NAME = re.compile(r'healthy[0-9]{4}')


class Robots:
    """The process, seen from the benchmark."""

    def __init__(self, process: Any) -> None:
        self._process = process
        self.ports: Dict[str, List[int]] = json.loads(process.stdout.readline())
        #: when a message came first, by its name; Unix time
        self.arrivals: Dict[str, float] = {}
        self._listening = threading.Thread(target=self._listen, daemon=True)
        self._listening.start()

    def _listen(self) -> None:
        for line in self._process.stdout:
            message = json.loads(line)
            self.arrivals.setdefault(message['name'], message['at'])

    def refuse(self) -> None:
        """Every request to an ill robot is given an end, and no further one is taken."""
        self._process.stdin.write('\n')
        self._process.stdin.flush()

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        self._listening.join()
        self._process.stdin.close()
        self._process.stdout.close()


@contextmanager
def robots(numbers: Dict[str, int]) -> Iterator[Robots]:
    """So many ill robots of each kind, and the healthy ones, which share a port."""
    args = [sys.executable, '-m', 'tests.benchmarks.neighbours.robots'] + [str(numbers[kind]) for kind in KINDS]
    process = subprocess.Popen(args, stdin=subprocess.PIPE, stdout=subprocess.PIPE, universal_newlines=True,
                               start_new_session=True)  # fmt: skip
    try:
        group = Robots(process)
    except ValueError:
        process.kill()
        process.wait()
        raise
    try:
        yield group
    finally:
        group.end()


class _Group:
    """The robots, inside their process."""

    def __init__(self) -> None:
        self._ill: List[Any] = []  # servers
        self._refusing: List[socket.socket] = []
        self._connections: Set[Any] = set()

    async def start(self, silent: int, dripping: int, refusing: int) -> Dict[str, List[int]]:
        ports = {'silent': [await self._serve(self._be_silent) for _ in range(silent)],
                 'dripping': [await self._serve(self._drip) for _ in range(dripping)],
                 'refusing': [self._closed() for _ in range(refusing)]}  # fmt: skip
        healthy = await asyncio.start_server(self._be_well, '127.0.0.1', 0, backlog=100)
        return dict(ports, healthy=[healthy.sockets[0].getsockname()[1]])

    async def _serve(self, behave: Any) -> int:
        async def serve(reader: Any, writer: Any) -> None:
            self._connections.add(writer)
            try:
                await behave(reader, writer)
            except OSError:  # the worker has had enough
                pass
            finally:
                self._connections.discard(writer)
                writer.close()

        self._ill.append(await asyncio.start_server(serve, '127.0.0.1', 0))
        return int(self._ill[-1].sockets[0].getsockname()[1])

    def _closed(self) -> int:
        """A port on which nobody listens, and which nobody else gets."""
        sock = socket.socket()
        sock.bind(('127.0.0.1', 0))
        self._refusing.append(sock)
        return int(sock.getsockname()[1])

    async def _be_silent(self, reader: Any, writer: Any) -> None:
        while await reader.read(65536):
            pass

    async def _drip(self, reader: Any, writer: Any) -> None:
        if await _request(reader) is None:
            return
        for number in range(len(ANSWER)):
            writer.write(ANSWER[number : number + 1])
            await writer.drain()
            await asyncio.sleep(DRIP)

    async def _be_well(self, reader: Any, writer: Any) -> None:
        body = await _request(reader)
        name = NAME.search(body or '')
        if name:
            print(json.dumps({'name': name.group(), 'at': time.time()}), flush=True)
        writer.write(ANSWER)
        writer.close()

    def refuse(self) -> None:
        for server in self._ill:
            server.close()
        for writer in list(self._connections):
            writer.transport.abort()


async def _request(reader: Any) -> Optional[str]:
    """The body of the one request of a connection."""
    try:
        head = await reader.readuntil(b'\r\n\r\n')
        length = re.search(br'(?i)content-length: *([0-9]+)', head)
        return (await reader.readexactly(int(length.group(1)) if length else 0)).decode('utf-8', 'replace')
    except asyncio.IncompleteReadError:
        return None


async def _run(numbers: List[int]) -> None:
    group = _Group()
    print(json.dumps(await group.start(*numbers)), flush=True)
    wishes = asyncio.StreamReader()
    await asyncio.get_event_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(wishes), sys.stdin)
    while await wishes.readline():
        group.refuse()


def main() -> None:
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    loop = asyncio.new_event_loop()
    loop.run_until_complete(_run([int(argument) for argument in sys.argv[1:]]))


if __name__ == '__main__':
    main()

"""WeCom robots in a process of their own, so that their CPU time is not the sender's.

``python -m tests.benchmarks.robots NUMBER FAULTS`` prints the webhook URLs as one JSON line, and when its standard
input ends what each robot has received: another JSON line.
"""

import json
import subprocess
import sys
from contextlib import contextmanager
from typing import Any, Dict, Iterator, List

from scan_notify_plugin.testing.wxwork_robot import WxWorkRobotServer

__all__ = ['Robots', 'robots']

#: The answer that some requests get instead.
FAULT = 'http_502_before'


class Robots:
    """The process, seen from the benchmark."""

    def __init__(self, process: Any) -> None:
        self._process = process
        self.urls: List[str] = json.loads(process.stdout.readline())

    def received(self) -> List[Dict[str, Any]]:
        """End the robots; for each its ``messages`` (``at`` as a timestamp, ``text``) and ``calls`` (their answers)."""
        out, _ = self._process.communicate(timeout=30)
        return json.loads(out)


@contextmanager
def robots(number: int, faults: int = 0) -> Iterator[Robots]:
    """So many robots; so many of the requests to them, each to another robot, are answered with a 502."""
    args = [sys.executable, '-m', 'tests.benchmarks.robots', str(number), str(faults)]
    process = subprocess.Popen(args, stdin=subprocess.PIPE, stdout=subprocess.PIPE, universal_newlines=True)
    try:
        yield Robots(process)
    finally:
        process.kill()
        process.wait()


def main() -> None:
    number, faults = int(sys.argv[1]), int(sys.argv[2])
    with WxWorkRobotServer() as server:
        all_robots = [server.add_robot() for _ in range(number)]
        for index in range(faults):
            robot = all_robots[(index * 3 + 1) % number]
            robot.misbehave(0, index % 4)  # behaves so often first
            robot.misbehave(FAULT)
        print(json.dumps([robot.webhook_url for robot in all_robots]), flush=True)
        sys.stdin.read()
        print(json.dumps([
            {
                'messages': [{'at': one.received_at.timestamp(), 'text': one.text} for one in robot.messages],
                'calls': [str(call.answer) for call in robot.calls],
            }
            for robot in all_robots
        ]))  # fmt: skip


if __name__ == '__main__':
    main()

"""Several processes at once, one point at a time: each has a thread, and only one thread ever runs."""

import random
import threading
from typing import Any, Callable, Dict, Iterator, List, Mapping

from tests.crash_model.process import Process


class Turns:
    """Runs calls side by side.

    :param choose: (how many could go on) -> which of them does
    """

    def __init__(self, choose: Callable[[int], int]) -> None:
        self._choose = choose
        self._gates: Dict[Process, threading.Semaphore] = {}
        self._ended: set = set()
        self._back = threading.Semaphore(0)

    @property
    def running(self) -> bool:
        return bool(self._gates)

    def __contains__(self, process: Process) -> bool:
        return process in self._gates

    def run(self, calls: Mapping[Process, Callable[[], Any]]) -> None:
        for process, call in calls.items():
            self._gates[process] = threading.Semaphore(0)
            threading.Thread(target=self._live, args=(process, call), daemon=True).start()
        while self._gates:
            process = list(self._gates)[self._choose(len(self._gates))]
            self._gates[process].release()
            self._back.acquire()
            if process in self._ended:
                self._ended.remove(process)
                del self._gates[process]

    def wait(self, process: Process) -> None:
        """At a point: let the others go on, if this process is one of several."""
        gate = self._gates.get(process)
        if gate is not None:
            self._back.release()
            gate.acquire()

    def _live(self, process: Process, call: Callable[[], Any]) -> None:
        self._gates[process].acquire()
        try:
            call()
        finally:
            self._ended.add(process)
            self._back.release()


class Order:
    """Who goes on, wherever somebody else could; a list of choices, then always the first."""

    def __init__(self, choices: List[int]) -> None:
        self.choices = choices
        self.options: List[int] = []

    def choose(self, options: int) -> int:
        at = len(self.options)
        self.options.append(options)
        return min(self.choices[at], options - 1) if at < len(self.choices) else 0

    def next(self) -> List[int]:
        """The choices of the next order, after this one was played; empty after the last."""
        choices = self.choices + [0] * (len(self.options) - len(self.choices))
        while choices and choices[-1] + 1 >= self.options[len(choices) - 1]:
            choices.pop()
        return choices[:-1] + [choices[-1] + 1] if choices else []


def every_order() -> Iterator[Order]:
    """Every order there is, if each is played before the next is taken."""
    order = Order([])
    while True:
        yield order
        choices = order.next()
        if not choices:
            return
        order = Order(choices)


class RandomOrder:
    """Who goes on is drawn; for long stretches it is the same one.

    :param restless: how often, from 0 to 1, somebody else may go on
    """

    def __init__(self, draw: random.Random, restless: float) -> None:
        self._draw = draw
        self._restless = restless
        self._current = 0

    def choose(self, options: int) -> int:
        if self._draw.random() < self._restless:
            self._current = self._draw.randrange(options)
        return min(self._current, options - 1)

"""No wait of a worker follows the wall clock: before Python 3.9 the time-outs of locks, events, queues and threads
do.
"""

import ast
import os

import pytest

import scan_notify_plugin

FOLDER = os.path.dirname(scan_notify_plugin.__file__)


def sources():
    yield os.path.join(FOLDER, 'deadline.py')
    for part in ('worker', 'plugins'):
        for folder, _, names in os.walk(os.path.join(FOLDER, part)):
            for name in names:
                if name.endswith('.py'):
                    yield os.path.join(folder, name)


def timed_waits(source):
    """The lines of calls that wait for a lock, an event, a condition, a queue or a thread with a time-out."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and is_timed(node):
            found.append(node.lineno)
    return found


def is_timed(call):
    name, of = call.func.attr, ast.dump(call.func.value)
    given, named = len(call.args), {keyword.arg for keyword in call.keywords}
    if 'timeout' in named and name in ('wait', 'wait_for', 'join', 'get', 'put', 'acquire', 'result', 'exception'):
        return True
    if name == 'wait':
        return given > 0
    if name == 'join':  # of a thread, and not of texts or paths
        text = type(call.func.value).__name__ in ('Constant', 'Str')  # Str: before Python 3.8
        return given > 0 and not text and "attr='path'" not in of
    if name == 'acquire':
        return given > 1
    if name in ('get', 'put'):
        return 'queue' in of.lower() and given > (1 if name == 'get' else 2)
    return False


@pytest.mark.parametrize('path', sorted(sources()), ids=lambda path: os.path.relpath(path, FOLDER))
def test_no_wait_is_timed_by_the_wall_clock(path):
    with open(path, encoding='utf-8') as file:
        assert timed_waits(file.read()) == [], 'use deadline.wait_for'


@pytest.mark.parametrize('line', [
    'event.wait(1)', 'event.wait(timeout=1)', 'thread.join(1)', 'thread.join(timeout=x)', 'self._queue.get(True, 1)',
    'self._queue.get(timeout=1)', 'lock.acquire(True, 1)', 'lock.acquire(timeout=1)',
    'condition.wait_for(f, timeout=1)',
    'future.result(timeout=1)', 'queue.put(1, True, 1)',
])  # fmt: skip
def test_it_sees_each_kind(line):
    assert timed_waits(line) == [1]


@pytest.mark.parametrize('line', [
    'event.wait()', 'thread.join()', "', '.join(names)", 'os.path.join(a, b)', 'self._queue.get()', 'd.get(a, b)',
    'lock.acquire()', 'wait_for(f, 1)', 'deadline.wait_for(f, 1)',
])  # fmt: skip
def test_it_sees_nothing_else(line):
    assert timed_waits(line) == []

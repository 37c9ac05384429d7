"""Ill neighbours: what a robot, a plugin, a name server or a broker does to a worker and to those beside it."""

import socket
import threading
import time

import pytest

from scan_notify_plugin.admin.desk import Desk
from scan_notify_plugin.admin.targets import Targets
from scan_notify_plugin.api import Notifier, Receipt
from scan_notify_plugin.errors import Reason, SendError
from scan_notify_plugin.notifiers.dingding import DingTalkRobot
from scan_notify_plugin.notifiers.http import Http
from scan_notify_plugin.worker.app import make_app
from tests.findings.worlds import Loop, Point, finished_runs, section, target
from tests.loop import RUNS
from tests.notifiers.test_http import Peer, drips, drips_headers


def test_a_robot_that_keeps_silent_is_asked_once_and_left_however_much_waits_for_it(clock, wecom):
    wecom.misbehave('timeout_before', times=50)
    loop = Loop(section({'ops': target(wecom)}), clock=clock)
    finished_runs(loop, 6)
    loop.work()
    assert len(wecom.calls) == 1


class Hangs(Notifier):
    """One of its methods does not come back while the test lasts."""

    channel = 'box'
    max_bytes = 4096

    def __init__(self, method):
        self.over, self.sent = threading.Event(), []
        setattr(self, method, self._hang)

    def _hang(self, *args):
        self.over.wait(60)
        return []

    def send(self, part, target):
        self.sent.append(part)
        return Receipt()


@pytest.mark.parametrize('method', ['problems', 'credential'])
def test_a_plugin_that_does_not_come_back_stops_no_tick(clock, ops, method):
    plugin = Hangs(method)
    targets = {'ops': target(ops), 'box': {'CHANNEL': 'box'}}
    found = [Point('box', plugin), Point('dingding', DingTalkRobot())]
    loop = Loop(section(targets, ['box', 'ops']), found, clock=clock)
    ticks = threading.Thread(target=loop.finished_run, daemon=True)
    try:
        ticks.start()
        ticks.join(20)
        assert not ticks.is_alive()
        loop.work()
        assert len(ops.messages) == 1
    finally:
        plugin.over.set()
        ticks.join()


@pytest.mark.parametrize('play', [drips, drips_headers])
def test_a_service_that_drips_its_answer_keeps_no_thread_when_nobody_waits_any_more(play):
    with Peer(play) as peer:
        before = threading.active_count()
        for _ in range(5):
            with pytest.raises(SendError):
                Http(total=0.2).post(peer.url, {})
        until = time.monotonic() + 10
        while threading.active_count() > before + 1 and time.monotonic() < until:  # + the one of all alarms
            time.sleep(0.05)
        assert threading.active_count() <= before + 1


def test_a_name_server_that_keeps_silent_leaves_no_doubt_about_a_message_and_nothing_is_sent_later(monkeypatch):
    with Peer() as peer:
        answered = threading.Event()

        def slow(*args, **kwargs):
            time.sleep(0.5)
            answered.set()
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, '', ('127.0.0.1', peer.port))]

        monkeypatch.setattr(socket, 'getaddrinfo', slow)
        with pytest.raises(SendError) as caught:
            Http(total=0.2).post('http://robot.example/', {})
        assert caught.value.reason is Reason.UNREACHABLE
        assert answered.wait(10)
        time.sleep(0.2)
        assert peer.requests == []


def test_a_name_whose_addresses_all_keep_silent_leaves_no_doubt_about_a_message(monkeypatch):
    class Dropped(socket.socket):
        def connect(self, address):
            time.sleep(0.2)
            raise socket.timeout('timed out')

    addresses = [(socket.AF_INET, socket.SOCK_STREAM, 6, '', ('127.0.0.{}'.format(n), 9)) for n in range(1, 6)]
    monkeypatch.setattr(socket, 'getaddrinfo', lambda *args, **kwargs: addresses)
    monkeypatch.setattr(socket, 'socket', Dropped)
    with pytest.raises(SendError) as caught:
        Http(total=0.5).post('http://many.example/', {})
    assert caught.value.reason is Reason.UNREACHABLE


def test_a_queue_of_ours_is_durable_or_exclusive_for_a_new_rabbitmq_refuses_others():
    refused = [queue.name for queue in make_app('memory://').conf.task_queues if not (queue.durable or queue.exclusive)]
    assert refused == []


def test_test_messages_do_not_stand_before_real_ones(clock, ops):
    loop = Loop(section({'ops': target(ops)}), clock=clock)
    desk = Desk(loop.db, RUNS, loop.settings, clock)
    for _ in range(30):
        Targets(desk).test('ops', 'cli:root')
    loop.tick()
    loop.finished_run(name='weekly')
    loop.run_through(2, 5)
    assert [message for message in ops.messages if 'weekly' in message.text]

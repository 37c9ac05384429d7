"""A request ends in time and gives everything back; doubt begins with the first byte of the one that delivers."""

import os
import socket
import threading
import time

import pytest

from scan_notify_plugin import deadline
from scan_notify_plugin.deadline import Overstayed, Stay, _Alarms, staying, wait_for
from scan_notify_plugin.errors import Reason, SendError
from scan_notify_plugin.notifiers import line
from scan_notify_plugin.notifiers.http import Http
from scan_notify_plugin.notifiers.replies import Reply
from tests.notifiers.test_http import Peer, answer, closed_port, cut, drips, drips_headers, silence


def reason_of(call):
    with pytest.raises(SendError) as caught:
        call()
    return caught.value.reason


def descriptors():
    return len(os.listdir('/proc/self/fd'))


@pytest.fixture
def own_alarms(monkeypatch):
    """Their thread, with its two descriptors, is gone soon after the last one; others may wait for long."""
    monkeypatch.setattr(_Alarms, 'IDLE', 0.1)
    monkeypatch.setattr(deadline, '_alarms', _Alarms())


@pytest.mark.parametrize('play', [silence, drips, drips_headers])
def test_no_thread_and_no_descriptor_is_left_behind(own_alarms, play):
    with Peer(play) as peer:
        threads, files = threading.active_count(), descriptors()
        for _ in range(5):
            assert reason_of(lambda: Http(total=0.2).post(peer.url, {})) is Reason.UNKNOWN
        assert wait_for(lambda: threading.active_count() <= threads, 10)
        assert wait_for(lambda: descriptors() <= files + 1, 10)  # what the peer has open


def test_a_name_server_that_does_not_answer_in_time_is_unreachable_and_nothing_leaves_later(monkeypatch):
    with Peer() as peer:

        def slow(host, port, *args):
            time.sleep(0.5)
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, '', ('127.0.0.1', peer.port))]

        monkeypatch.setattr(line.socket, 'getaddrinfo', slow)
        assert reason_of(lambda: Http(total=0.2).post(peer.url, {})) is Reason.UNREACHABLE
        assert peer.requests == []


def test_a_name_with_many_addresses_is_not_tried_for_longer_than_the_whole(monkeypatch):
    tried = []

    class Dropped(socket.socket):
        def connect(self, address):
            tried.append(address)
            time.sleep(self.gettimeout())
            raise socket.timeout('timed out')

    addresses = [(socket.AF_INET, socket.SOCK_STREAM, 6, '', ('127.0.0.{}'.format(n), 9)) for n in range(1, 6)]
    monkeypatch.setattr(line.socket, 'getaddrinfo', lambda *args: addresses)
    monkeypatch.setattr(line.socket, 'socket', Dropped)
    monkeypatch.setattr(line, 'CONNECT', 0.2)
    assert reason_of(lambda: Http(total=0.5).post('http://many.example/', {})) is Reason.UNREACHABLE
    assert len(tried) < 5


@pytest.mark.parametrize('play, delivering, other', [
    (silence, Reason.UNKNOWN, Reason.UNREACHABLE),
    (cut, Reason.UNKNOWN, Reason.UNREACHABLE),
    (answer(500, 'oops'), Reason.UNKNOWN, Reason.BUSY),
    (answer(503, 'busy'), Reason.BUSY, Reason.BUSY),
    (answer(200, '<html>'), Reason.UNKNOWN, Reason.BUSY),
    (answer(429, ''), Reason.THROTTLED, Reason.THROTTLED),
    (answer(404, ''), Reason.CONFIG, Reason.CONFIG),
])  # fmt: skip
def test_only_the_request_that_delivers_can_be_a_doubt(play, delivering, other):
    with Peer(play) as peer:
        assert reason_of(lambda: Http(total=0.5).post(peer.url, {})) is delivering
        assert reason_of(lambda: Http(total=0.5).post(peer.url, {}, delivers=False)) is other


@pytest.mark.parametrize('url', ['https://127.0.0.1:{}/', 'http://127.0.0.1:{}/'])
def test_a_handshake_that_hangs_ends_in_time_and_is_no_doubt(url):
    with socket.socket() as listener:
        listener.bind(('127.0.0.1', 0))
        listener.listen(5)
        port = listener.getsockname()[1]
        proxy = 'http://127.0.0.1:{}'.format(port)
        tls = Http(total=0.3) if url.startswith('https') else Http(proxy, total=0.3)
        target = url.format(port) if url.startswith('https') else 'https://robot.example/'
        assert reason_of(lambda: tls.post(target, {})) is Reason.UNREACHABLE


def test_a_call_that_nobody_waits_for_sends_nothing():
    stay = Stay()
    with Peer() as peer, staying(stay):
        assert stay.end() is False
        assert reason_of(lambda: Http().post(peer.url, {})) is Reason.UNREACHABLE
        assert reason_of(lambda: Http().post(peer.url, {}, delivers=False)) is Reason.UNREACHABLE
    assert not any(b'{}' in request for request in peer.requests)


def test_the_stay_knows_whether_a_delivering_request_has_begun():
    with Peer(answer(200, '{}')) as peer:
        for delivers in (False, True):
            stay = Stay()
            with staying(stay):
                Http().post(peer.url, {}, delivers=delivers)
            assert stay.end() is delivers
    stay = Stay()
    with staying(stay):
        assert reason_of(lambda: Http().post('http://127.0.0.1:{}/'.format(closed_port()), {})) is Reason.UNREACHABLE
    assert stay.end() is False
    with pytest.raises(Overstayed):
        stay.begin()


def test_how_far_the_services_clock_is_ahead_is_known():
    client = Http()
    with Peer(answer(200, '{}')) as peer:
        client.post(peer.url, {})
        assert client.skew is None
    with Peer(answer(400, '{}', 'Date: Wed, 01 Jan 2031 00:00:00 GMT')) as peer:
        assert reason_of(lambda: client.post(peer.url, {})) is Reason.CONFIG
    assert abs(client.skew - (1924992000 - time.time())) < 60


@pytest.mark.parametrize('date', ['', 'nonsense', '99999999999', 'Wed, 99 Foo 2031'])
def test_an_odd_date_says_nothing(date):
    assert Reply(200, {'date': date}, '', b'').ahead is None

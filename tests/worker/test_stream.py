"""Stream mode with DingTalk's own SDK: a click over the WebSocket changes run history and card."""

import logging
import threading

import pytest

from scan_notify_plugin.admin.desk import Desk
from scan_notify_plugin.deadline import wait_for
from scan_notify_plugin.testing.dingtalk_openapi import DingTalkOpenApiServer
from scan_notify_plugin.worker.channels import targets_of
from tests.loop import RUNS, Loop

pytest.importorskip('dingtalk_stream', reason='DingTalk\'s SDK needs Python 3.8')

from scan_notify_plugin.notifiers.dingding_openapi import DingTalkOpenApi, stream  # noqa: E402
from scan_notify_plugin.worker.listen import Listener  # noqa: E402

CID, TEMPLATE = 'cidAbc==', 'c.schema'


class World:
    """The service, a worker, and the stream process of one application."""

    def __init__(self, server, folder):
        self.server = server
        self.app = server.add_app(users={'u1': 'Ann', 'u2': 'Bob'}, conversations=[CID], templates=[TEMPLATE])
        target = {
            'CHANNEL': 'dingding_openapi', 'APP_KEY': self.app.app_key, 'APP_SECRET': self.app.app_secret,
            'API_BASE': server.base_url, 'DEFAULT_CHAT_ID': CID, 'CARD_TEMPLATE_ID': TEMPLATE, 'LANGUAGE': 'en',
            'CALLBACK': 'stream', 'OPERATORS': ['u1'],
        }  # fmt: skip
        defaults = {'NOTIFY_ENABLE': True, 'NOTIFY_CHANNEL': ['ops']}
        self.loop = Loop({'SCAN_NOTIFY': {'TARGETS': {'ops': target}, 'DEFAULTS': defaults}}, folder=folder)
        self.loop.context.stored.decide_run_collection(False)
        self.streams = self._make()
        self._threads = []

    def _make(self):
        loop = self.loop
        targets = targets_of(loop.settings, loop.db, loop.clock)
        return Listener('here', [DingTalkOpenApi()], targets, lambda: Desk(loop.db, RUNS, loop.settings, loop.clock))

    def start(self):
        thread = threading.Thread(target=self.streams.run)
        thread.start()
        self._threads.append(thread)
        self.server.stream.wait_connected(self.app)

    def alive(self):
        return self.loop.context.stored.read().streams().get('here')

    def stop(self):
        self.streams.stopping.set()
        for thread in self._threads:
            thread.join(10)
            assert not thread.is_alive()

    def card(self):
        run_id = self.loop.finished_run()
        self.loop.run_through(6)
        return run_id, list(self.app.cards.values())[-1]

    def click(self, card, action='acknowledge', user='u1'):
        return self.server.click(card.out_track_id, user, [action])


def until(what, seconds=5.0):
    done = threading.Event()
    for _ in range(int(seconds / 0.05)):
        if what():
            return
        done.wait(0.05)
    raise AssertionError('not within {} s'.format(seconds))


@pytest.fixture
def world(tmp_path):
    with DingTalkOpenApiServer() as server:
        world = World(server, tmp_path)
        yield world
        world.stop()


def test_acknowledge_changes_the_run_and_the_card(world):
    world.start()
    until(lambda: (world.alive() or {}).get('connected') == ['ops'])
    run_id, card = world.card()
    assert card.data['can_acknowledge'] == 'true'
    clicked = world.click(card)
    assert (clicked.status, clicked.applied) == (200, True)
    assert world.loop.run(run_id)['acknowledged']['by'] == 'dingtalk:u1'
    assert card.data['acknowledged'].startswith('Acknowledged by u1') and card.data['title']


def test_anybody_else_is_refused(world, caplog):
    world.start()
    until(lambda: (world.alive() or {}).get('connected'))
    run_id, card = world.card()
    with caplog.at_level(logging.WARNING, 'scan_notify'):
        world.click(card, user='u2')
    assert 'You may not' in card.private['u2']['refusal'] and 'u2 may not act' in caplog.text
    assert not world.loop.run(run_id).get('acknowledged')


@pytest.mark.parametrize('how', ['disconnect', 'drop'])
def test_it_connects_anew(world, how, monkeypatch):
    monkeypatch.setattr(stream, 'FIRST_WAIT', 0.05)
    world.start()
    (first,) = world.server.stream.of(world.app)
    getattr(world.server.stream, how)(world.app)
    until(lambda: [one for one in world.server.stream.of(world.app) if one is not first])


def test_it_goes_on_after_refusals_with_longer_and_longer_waits(world, monkeypatch, caplog):
    monkeypatch.setattr(stream, 'FIRST_WAIT', 0.05)
    waits = []

    def noted(condition, seconds):
        waits.append(seconds)
        return wait_for(condition, seconds)

    monkeypatch.setattr(stream, 'wait_for', noted)
    world.app.misbehave('http_502', times=2, only='/v1.0/gateway/connections/open')
    with caplog.at_level(logging.WARNING, 'scan_notify'):
        world.start()
    assert waits[:2] == [0.05, 0.1] and 'stream of ops' in caplog.text
    assert world.app.app_secret not in caplog.text


def test_it_stops_and_takes_its_sign_of_life_back(world):
    world.start()
    until(lambda: world.alive() and world.alive()['connected'] == ['ops'])
    world.stop()
    assert world.alive() is None
    world.server.stream.wait_connected(world.app, 0)


def test_neither_ticket_nor_secret_is_logged(world, caplog):
    caplog.set_level(logging.DEBUG)
    world.start()
    until(lambda: world.alive() and world.alive()['connected'])
    world.stop()
    names = ('scan_notify', 'dingtalk', 'websockets.client')
    ours = '\n'.join(record.getMessage() for record in caplog.records if record.name.startswith(names))
    assert 'ticket' not in ours and world.app.app_secret not in caplog.text

"""Clicks over a connection of a third party's channel: ``scan-notify listen``."""

import logging
import threading
from types import SimpleNamespace

import pytest

from scan_notify_plugin.admin.desk import Desk
from scan_notify_plugin.api import Callbacks, Click, Connection, Notifier, Receipt
from scan_notify_plugin.deadline import wait_for
from scan_notify_plugin.errors import ScanNotifyError
from scan_notify_plugin.worker.channels import targets_of
from scan_notify_plugin.worker.listen import Listener
from tests.loop import RUNS, Loop


class Line(Connection):
    """A connection that a test speaks over."""

    def __init__(self, targets, answer):
        super().__init__([target.name for target in targets])
        self.answer, self.lives, self.stopped = answer, 0, False

    def start(self):
        self.connected = True

    def stop(self):
        self.connected, self.stopped = False, True

    def alive(self):
        self.lives += 1

    def click(self, key, action='acknowledge', user='ann', event='e1', **more):
        return self.answer(Click(key, action, user, event, **more), self.names)


class BellButtons(Callbacks):
    def __init__(self):
        self.made = []

    def way(self, options):
        return options.get('callback', '')

    def connections(self, targets, answer, stopping):
        if any(not target.options.get('operators') for target in targets):
            raise ScanNotifyError('nobody may click')
        self.made.append(Line(targets, answer))
        return self.made[-1:]

    def answered(self, clicked):
        return {'refusal': clicked.refusal, 'seen': bool(clicked.news.get('acknowledged'))}


class Bell(Notifier):
    channel = 'bell'
    optional = ('callback', 'operators')

    def __init__(self):
        self.callbacks = BellButtons()
        self.keys = []

    def send(self, part, target):
        self.keys.append(part.key)
        return Receipt('1')


class World:
    def __init__(self, **options):
        self.bell = Bell()
        target = dict({'CHANNEL': 'bell', 'CALLBACK': 'listen', 'OPERATORS': ['ann']}, **options)
        targets = {'ops': target, 'quiet': {'CHANNEL': 'bell'}, 'web': {'CHANNEL': 'bell', 'CALLBACK': 'http'}}
        found = [SimpleNamespace(name='bell', load=lambda: self.bell, dist=None)]
        section = {'TARGETS': targets, 'DEFAULTS': {'NOTIFY_ENABLE': True, 'NOTIFY_CHANNEL': 'ops'}}
        self.loop = Loop({'SCAN_NOTIFY': section}, found)
        self.loop.context.stored.decide_run_collection(False)
        self.db = self.loop.db

    def desk(self):
        return Desk(self.db, RUNS, self.loop.settings, self.loop.clock)

    def listener(self):
        loop = self.loop
        return Listener('here', [self.bell], targets_of(loop.settings, loop.db, loop.clock), self.desk)

    def told(self):
        """(run id, key) of a message."""
        run_id = self.loop.finished_run()
        self.loop.run_through(4)
        return run_id, self.bell.keys[-1]


@pytest.fixture
def world():
    return World()


def test_only_targets_that_want_it_are_listened_for(world):
    (line,) = world.listener().connections
    assert line.names == ['ops']


def test_a_click_acknowledges_and_is_good_once(world):
    (line,) = world.listener().connections
    run_id, key = world.told()
    assert line.click(key) == {'refusal': '', 'seen': True}
    assert world.loop.run(run_id)['acknowledged']['by'] == 'bell:ann'
    assert line.click(key) == {'refusal': '', 'seen': True}
    assert line.click(key, 'resend') is None  # the event was another click


@pytest.mark.parametrize('user', ['bob', '', None])
def test_nobody_else_acts(world, user):
    (line,) = world.listener().connections
    run_id, key = world.told()
    assert line.click(key, user=user) == {'refusal': 'not_allowed', 'seen': False}
    assert not world.loop.run(run_id).get('acknowledged')


def test_a_connection_speaks_for_no_target_but_its_own(world):
    (line,) = world.listener().connections
    run_id, key = world.told()
    line.names = ['quiet', 'web', 'nobody']
    assert line.click(key)['refusal'] == 'not_known'
    assert not world.loop.run(run_id).get('acknowledged')


def test_what_goes_wrong_is_no_answer_and_a_line(world, monkeypatch, caplog):
    (line,) = world.listener().connections
    _, key = world.told()
    monkeypatch.setattr(BellButtons, 'answered', lambda self, clicked: 1 / 0)
    with caplog.at_level(logging.ERROR, 'scan_notify'):
        assert line.click(key) is None
    assert 'a click was not answered: ZeroDivisionError' in caplog.text


def test_what_a_channel_lacks_is_said_before_anything_begins():
    with pytest.raises(ScanNotifyError, match='nobody may click'):
        World(OPERATORS=[]).listener()


def test_it_gives_signs_of_life_and_takes_them_back(world):
    listener = world.listener()
    thread = threading.Thread(target=listener.run)
    thread.start()
    (line,) = listener.connections
    streams = lambda: world.loop.context.stored.read().streams().get('here', {})  # noqa: E731
    assert wait_for(lambda: streams().get('connected') == ['ops'], 20)
    listener.stopping.set()
    thread.join(20)
    assert line.stopped and line.lives == 1 and streams() == {}

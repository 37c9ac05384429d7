"""Access tokens that all workers share."""

import pytest

from scan_notify_plugin.notifiers.target import Tokens
from scan_notify_plugin.secret import Secret
from scan_notify_plugin.settings.tokens import COLLECTION, TokenStore
from scan_notify_plugin.testing.embedded import embedded_database
from tests.loop import ManualClock

APP = 'https://api.example.com|app-key'


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture
def db():
    return embedded_database()


@pytest.mark.parametrize('shared', [True, False])
def test_a_token_is_kept_until_it_ends(db, clock, monkeypatch, shared):
    monkeypatch.setattr('scan_notify_plugin.notifiers.target.time.monotonic', lambda: clock.now().timestamp())
    tokens = TokenStore(db, clock) if shared else Tokens()
    assert tokens.get(APP) is None
    tokens.put(APP, Secret('t-1'), 60)
    assert tokens.get(APP).reveal() == 't-1' and tokens.get('another') is None
    clock.move(seconds=59)
    assert tokens.get(APP).reveal() == 't-1'
    clock.move(seconds=1)
    assert tokens.get(APP) is None
    tokens.put(APP, Secret('t-2'), 60)
    assert tokens.get(APP).reveal() == 't-2'


@pytest.mark.parametrize('shared', [True, False])
def test_only_the_refused_token_is_dropped(db, clock, shared):
    tokens = TokenStore(db, clock) if shared else Tokens()
    tokens.put(APP, Secret('t-2'), 60)
    tokens.drop(APP, Secret('t-1'))
    assert tokens.get(APP).reveal() == 't-2'
    tokens.drop(APP, Secret('t-2'))
    assert tokens.get(APP) is None
    tokens.drop(APP, Secret('t-2'))


def test_another_worker_finds_it(db, clock):
    TokenStore(db, clock).put(APP, Secret('t-1'), 60)
    assert TokenStore(db, clock).get(APP).reveal() == 't-1'
    assert db.list_collection_names() == [COLLECTION]
    assert APP not in str(list(db[COLLECTION].find({})))

"""Targets that are stopped: who did it, when and why, decided by compare-and-set and kept in MongoDB."""

from datetime import timedelta

import pytest
from pymongo.errors import WriteConcernError

from scan_notify_plugin.faults import ENGLISH, Fault, quoted, say
from scan_notify_plugin.settings import stops
from scan_notify_plugin.settings.stops import SERVICE, Stop
from scan_notify_plugin.settings.store import COLLECTION
from tests.settings.test_settings_store import START, clock, db, store  # noqa: F401  # fixtures

WHY = (quoted('410 Gone'),)


def test_a_target_is_stopped_until_somebody_starts_it(store, db):  # noqa: F811
    assert store.stops.stop('ops', 'web:ann', WHY)
    assert store.read().stops == {'ops': Stop('web:ann', START, WHY)}
    assert store.stops.start('ops', 'cli:bob') == Stop('web:ann', START, WHY)
    assert store.read().stops == {}
    document = db[COLLECTION].find_one({'_id': 'stopped:ops'})
    assert (document['stopped'], document['by'], document['v']) == (False, 'cli:bob', 1)


def test_nothing_is_news_twice(store):  # noqa: F811
    assert store.stops.start('ops', 'cli:bob') is None
    assert store.stops.stop('ops', 'web:ann')
    assert not store.stops.stop('ops', SERVICE, WHY)
    assert store.read().stops['ops'].by == 'web:ann'


def test_what_a_service_said_before_somebody_started_its_target_stops_it_no_more(store, clock):  # noqa: F811
    asked_at = START
    clock.time = START + timedelta(seconds=5)
    store.stops.stop('ops', SERVICE, WHY, asked_at)
    clock.time = START + timedelta(seconds=9)
    store.stops.start('ops', 'web:ann')
    assert not store.stops.stop('ops', SERVICE, WHY, asked_at)
    assert store.stops.stop('ops', SERVICE, WHY, clock.time)


def test_a_start_of_the_future_is_another_clocks_and_keeps_no_stop_away(store, clock):  # noqa: F811
    store.stops.stop('ops', 'web:ann')
    clock.time = START + timedelta(days=9)
    store.stops.start('ops', 'web:ann')
    clock.time = START
    assert store.stops.stop('ops', SERVICE, WHY, START)


def test_who_was_slower_decides_again(store, monkeypatch):  # noqa: F811
    decide, others = stops.stopping, [1]

    def slow(known, *arguments):
        if others.pop():
            others.append(0)
            store.stops._change('ops', lambda other: decide(other, 'web:eve', (), START, None))
        else:
            others.append(0)
        return decide(known, *arguments)

    monkeypatch.setattr(stops, 'stopping', slow)
    assert not store.stops.stop('ops', 'web:ann')
    assert store.read().stops['ops'].by == 'web:eve'


def test_a_write_that_was_not_confirmed_in_time_is_believed_if_it_is_there(store, monkeypatch):  # noqa: F811
    write = store.stops._collection.find_one_and_update

    class Unconfirmed:
        def __getattr__(self, name):
            return getattr(collection, name)

        def find_one_and_update(self, *arguments, **options):
            found = write(*arguments, **options)
            if '$setOnInsert' in arguments[1]:
                return found
            raise WriteConcernError('waiting for replication timed out')

    collection = store.stops._collection
    monkeypatch.setattr(store.stops, '_collection', Unconfirmed())
    assert store.stops.stop('ops', 'web:ann')
    assert store.stops.start('ops', 'web:ann') == Stop('web:ann', START)


@pytest.mark.parametrize('fields, stop', [
    ({'stopped': True, 'why': [{'code': 'quote', 'facts': {'text': 'x'}}, 7, {'code': 3}], 'by': 5, 'at': 'x'},
     Stop('', stops._NEVER, (quoted('x'),))),
    ({'stopped': True}, Stop('', stops._NEVER)),
    ({'stopped': True, 'why': 'x', 'rev': 'y'}, Stop('', stops._NEVER)),
    ({'stopped': 'yes'}, None),
    ({}, None),
])  # fmt: skip
def test_that_it_is_stopped_counts_whatever_else_another_hand_has_written(store, db, fields, stop):  # noqa: F811
    db[COLLECTION].insert_one(dict(fields, _id='stopped:ops'))
    assert store.read().stops == ({'ops': stop} if stop else {})
    if stop:
        assert say(stop.fault, ENGLISH)
        assert store.stops.start('ops', 'cli:bob')
        assert store.read().stops == {}


@pytest.mark.parametrize('stop, words', [
    (Stop('web:ann', START), 'stopped by web:ann since 2030-05-17 12:00 UTC'),
    (Stop('web:ann', START, (quoted('moved'),)), 'stopped by web:ann since 2030-05-17 12:00 UTC: moved'),
    (Stop(SERVICE, START, (Fault('sent.code.only', reason='gone', code=410),)),
     'its service has wanted no more messages since 2030-05-17 12:00 UTC: gone 410'),
])  # fmt: skip
def test_it_says_who_since_when_and_why(stop, words):
    assert say(stop.fault, ENGLISH) == words

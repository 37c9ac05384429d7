"""The model's database against mongomock, on every kind of operation that the stores use."""

import random
from datetime import datetime, timedelta, timezone

import mongomock
import pytest
from bson import ObjectId
from pymongo.errors import DuplicateKeyError, WriteError

from tests.crash_model.memory import Collection

NOW = datetime(2026, 1, 1, tzinfo=timezone.utc)
IN_ORDER = [('at', 1), ('_id', 1)]
IDS = [ObjectId('5f%022x' % number) for number in range(6)]


def pick(draw):
    """One operation as the stores spell it: (name, arguments, keyword arguments)."""
    name = draw.choice('abcd')
    now = NOW + timedelta(seconds=draw.randrange(5))
    number = draw.randrange(3)
    lane = {'$set': {'claim': name, 'free_at': now}}
    change = {'$set': {'state': draw.choice(['pending', 'error'])}, '$inc': {'rev': 1}}
    opened = {
        '$setOnInsert': {'v': 1, 'task_ids': [], 'since': {}, 'parts': [{'key': 'k', 'state': 'ready'}]},
        '$push': {'fires': {'mark': draw.choice(IDS), 'at': now}},
        '$inc': {'rev': 1},
    }
    closed = {  # each name once: mongomock adds one that stands twice in $each twice, the server does not
        '$addToSet': {'task_ids': {'$each': draw.sample('xyz', 2)}},
        '$push': {'submitted': {'mark': draw.choice(IDS)}},
        '$inc': {'rev': 1},
    }
    dotted = {'$set': {'parts.0.state': draw.choice(['posting', 'done']), 'values.' + name: number}}
    inserted = {'_id': name, 'rev': 1, 'state': 'pending', 'at': now, 'lane': name, 'run_ids': [name, 'r']}
    settings = {'$set': {'numbers': {name: number}, 'at': now}}
    before, after = {'return_document': False}, {'return_document': True}
    recent = {'_id': name, 'state': 'running', 'at': {'$gte': now}}
    return draw.choice([
        ('insert_one', [inserted], {}),
        ('find_one_and_update', [{'_id': name, 'free_at': {'$lte': now}}, lane], dict(after, upsert=True)),
        ('find_one_and_update', [{'_id': name, 'claim': name}, lane], before),
        ('find_one_and_update', [recent, opened], dict(projection={'_id': 1}, upsert=True)),
        ('find_one_and_update', [{'_id': name, 'rev': number}, change], after),
        ('find_one_and_update', [{'_id': name, 'parts.state': 'ready'}, dotted], after),
        ('update_one', [{'_id': name, 'rev': {'$gte': 1}}, closed], {}),
        ('update_one', [{'_id': 'settings'}, settings], {'upsert': True}),
        ('find_one', [{'_id': name}], {}),
        ('find_one', [{'state': 'pending', 'at': {'$lte': now}}, {'at': 1}], {'sort': IN_ORDER}),
        ('distinct', ['run_ids', {'state': {'$ne': 'error'}}], {}),
        ('delete_many', [{'_id': {'$regex': '^[ab]'}, 'at': {'$lt': now}}], {}),
        ('delete_many', [{'run_ids': {'$in': [name]}}], {}),
    ])  # fmt: skip


def outcome(collection, operation):
    name, args, options = operation
    try:
        answer = getattr(collection, name)(*args, **options)
    except DuplicateKeyError:
        return 'duplicate'
    if name == 'distinct':
        return sorted(answer)
    return answer if name.startswith('find') else None


def looks(collection):
    """Reads of everything, in ways the stores read."""
    queries = [{}, {'claim': None}, {'task_ids': 'x'}, {'parts.state': 'done'}]
    found = [collection.find(query) for query in queries]
    found.append(collection.find({'at': {'$gt': NOW}}, sort=IN_ORDER))
    found.append(collection.find({'fires.mark': {'$gt': IDS[2]}}, {'fires.mark': 1}))
    return [list(one) for one in found]


@pytest.mark.parametrize('seed', range(40))
def test_it_answers_as_mongomock(seed):
    draw = random.Random(seed)
    ours, theirs = Collection(), mongomock.MongoClient(tz_aware=True)['arl']['any']
    for _ in range(60):
        operation = pick(draw)
        assert outcome(ours, operation) == outcome(theirs, operation), operation
        assert looks(ours) == looks(theirs), operation


def test_it_counts_as_mongomock():
    ours, theirs = Collection(), mongomock.MongoClient()['arl']['any']
    for collection in (ours, theirs):
        for number, task_id in enumerate('aabcc'):
            collection.insert_one({'_id': number, 'task_id': task_id})
    stages = [
        {'$match': {'task_id': {'$in': ['a', 'c']}}},
        {'$group': {'_id': '$task_id', 'number': {'$sum': 1}}},
    ]
    for collection in (ours, theirs):
        assert {group['_id']: group['number'] for group in collection.aggregate(stages)} == {'a': 2, 'c': 2}


def test_it_refuses_what_the_server_refuses_and_mongomock_takes():
    collection = Collection({1: {'_id': 1, 'parts': []}})
    with pytest.raises(WriteError):
        collection.update_one({'_id': 1}, {'$set': {'parts': [], 'parts.0.state': 'done'}})
    with pytest.raises(TypeError):
        collection.insert_one({'_id': 2, 'names': frozenset('ab')})


def test_another_may_insert_while_an_upsert_is_under_way():
    collection = Collection()

    def another():
        collection.insert_one({'_id': 1})

    with pytest.raises(DuplicateKeyError):
        collection.find_one_and_update({'_id': 1, 'free': True}, {'$set': {'claim': 2}}, upsert=True, between=another)


def test_what_it_does_not_know_it_refuses():
    collection = Collection({1: {'_id': 1, 'at': 1}})
    with pytest.raises(KeyError):
        collection.find({'at': {'$mod': [2, 1]}})
    with pytest.raises(NotImplementedError):
        collection.update_one({'_id': 1}, {'$unset': {'at': 1}})

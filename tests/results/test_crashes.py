"""A worker may die at any write of a collection: whoever comes after it tells the same of the round."""

from datetime import timedelta

import mongomock
import pytest

from scan_notify_plugin.results import committing, steering
from scan_notify_plugin.results.store import PREFIX
from scan_notify_plugin.testing.embedded import embedded_database
from tests.results.world import START, World, address, changes_of, site

WRITES = ('insert_one', 'insert_many', 'update_one', 'delete_one', 'delete_many', 'find_one_and_update')
IP = '10.0.0.1'
ROUNDS = (
    {'ip': [address(IP, 22, 3306)]},
    {'ip': [address(IP, 22, 3306)], 'site': [site('http://10.0.0.1:8080', 'one')]},
    {'ip': [address(IP, 22, 8080)], 'site': [site('http://10.0.0.1:8080', 'other')]},
    {'ip': [address(IP, 22)], 'site': [site('http://10.0.0.1:8080', 'other')]},
)


class Died(BaseException):
    """The power is off."""


class Grave:
    """Counts writes, and dies at one: before it is done, or just after."""

    def __init__(self, monkeypatch):
        self.count, self.at, self.after, self._inside = 0, None, False, False
        for name in WRITES:
            monkeypatch.setattr(mongomock.Collection, name, self._dying(getattr(mongomock.Collection, name)))

    def _dying(self, write):
        def counted(collection, *args, **kwargs):
            if self._inside:
                return write(collection, *args, **kwargs)
            self.count += 1
            dies = self.count == self.at
            if dies and not self.after:
                raise Died()
            self._inside = True
            try:
                result = write(collection, *args, **kwargs)
            finally:
                self._inside = False
            if dies:
                raise Died()
            return result

        return counted

    def dig(self, at, after=False):
        self.count, self.at, self.after = 0, at, after


def copied(db):
    other = embedded_database()
    for name in db.list_collection_names():
        documents = list(db[name].find({}))
        if documents:
            other[name].insert_many(documents)
    return other


@pytest.fixture
def grave(monkeypatch):
    return Grave(monkeypatch)


@pytest.fixture
def played():
    """A world after two rounds, with the runs of two more."""
    world = World()
    runs = []
    for found in ROUNDS:
        task_id = world.task()
        world.found(task_id, **found)
        runs.append(world.run(task_id))
    for run in runs[:2]:
        world.collect(run)
    return world, runs[2], runs[3]


def told(world, run):
    results = world.collect(run)
    return results, changes_of(world.db, run.id), world.db['scan_notify_result'].find_one({'_id': run.id})['records']


def orphans(db):
    """Files that nobody names, when a worker that died cannot be at them any more."""
    before = db[PREFIX + '.files'].count_documents({})
    removed = steering.clean_up(db, START + timedelta(days=20000))
    assert db[PREFIX + '.files'].count_documents({}) == before - removed
    pointer = db['scan_notify_pointer'].find_one({})
    assert db[PREFIX + '.files'].find_one({'_id': pointer['ledger']}) is not None
    return db[PREFIX + '.files'].count_documents({})


def test_a_death_at_any_write_changes_nothing_of_what_is_told(grave, played):
    world, third, fourth = played
    start = world.db
    world.db = copied(start)
    grave.dig(None)
    expected = told(world, third)
    writes = grave.count
    after_it, files = told(world, fourth), orphans(world.db)
    assert writes >= 8 and expected[0].changes == {'new': 1, 'gone': 1, 'changed': 1}
    for at in range(1, writes + 1):
        for after in (False, True):
            world.db = copied(start)
            grave.dig(at, after)
            with pytest.raises(Died):
                world.collect(third)
            grave.dig(None)
            assert told(world, third) == expected
            assert told(world, third) == expected
            assert told(world, fourth) == after_it
            assert orphans(world.db) == files


def test_a_newer_round_that_is_faster_than_the_retry_does_not_change_what_the_pointer_said(grave, played):
    world, third, fourth = played
    start = world.db
    world.db = copied(start)
    expected, before = told(world, third), world.db['scan_notify_pointer'].find_one({})['rev']
    after_it = told(world, fourth)
    written = 0
    for at in range(1, 20):
        world.db = copied(start)
        grave.dig(at, True)
        try:
            world.collect(third)
            break
        except Died:
            grave.dig(None)
        if world.db['scan_notify_pointer'].find_one({})['rev'] == before:
            written += 1
            assert told(world, fourth) == after_it
            assert told(world, third) == expected
        else:
            # Nobody was told anything of it.
            assert told(world, fourth)[0].changes['gone'] == 1
            assert told(world, third)[0].changes == {'earlier': 1}
    assert written >= 2


def meanwhile(world, run, monkeypatch):
    """Another worker collects a run just before the first commit; a list that gets what that one tells."""
    commit, seen = committing.Shelf.commit, []

    def slow(shelf, made):
        if not seen:
            seen.append(None)
            seen[0] = told(world, run)
        return commit(shelf, made)

    monkeypatch.setattr(committing.Shelf, 'commit', slow)
    return seen


def test_a_round_that_is_compared_by_two_at_once_is_one_round(played, monkeypatch):
    world, third, fourth = played
    seen = meanwhile(world, third, monkeypatch)
    assert told(world, third) == seen[0]
    assert world.db['scan_notify_pointer'].find_one({})['rev'] == 3


def test_another_round_that_comes_between_is_compared_with(played, monkeypatch):
    world, third, fourth = played
    meanwhile(world, third, monkeypatch)
    results, changes, _ = told(world, fourth)
    assert results.compared.run_id == third.id and set(changes.values()) == {'gone'}

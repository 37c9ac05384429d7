"""Ledgers and changes files: what is cut, foreign, newer or gone is known before anything is believed of it."""

import io
import logging
import random

import pytest

from scan_notify_plugin.results import marks
from scan_notify_plugin.results.container import Reader, Unreadable, Writer
from scan_notify_plugin.results.entry import ROUNDS, SEEN_ONCE, Entry, flips, packed, shifted, unpacked
from scan_notify_plugin.results.rounds import lost
from scan_notify_plugin.results.scopes import Scopes
from scan_notify_plugin.results.store import PREFIX, FileStore
from tests.results.world import World, address, changes_of

IP = '10.0.0.1'
FOUND = {'ip': [address(IP, 22, 3306)]}


@pytest.fixture
def world():
    world = World()
    world.round(FOUND)
    return world


def pointer(world):
    return world.db['scan_notify_pointer'].find_one({'_id': world.schedule})


def replaced(world, content):
    """Put these bytes in the place of the ledger."""
    ledger = pointer(world)['ledger']
    files = FileStore(world.db)
    files.remove([ledger])
    files._files.put(content, _id=ledger, filename='x')


def content(world):
    with FileStore(world.db).fetch(pointer(world)['ledger']) as file:
        file.seek(0)
        return file.read()


def newer(whole):
    return whole.replace(b'scan-notify ledger 1\n', b'scan-notify ledger 2\n', 1)


DAMAGES = {
    'cut': (lambda whole: whole[:-40], 'ledger.cut'),
    'cut to its first line': (lambda whole: whole[:21], 'ledger.cut'),
    'changed in one byte': (lambda whole: whole[:60] + bytes([whole[60] ^ 1]) + whole[61:], 'ledger.cut'),
    'doubled': (lambda whole: whole + whole, 'ledger.cut'),
    'empty': (lambda whole: b'', 'ledger.foreign'),
    'a picture': (lambda whole: b'\x89PNG' + b'\0' * 500, 'ledger.foreign'),
    'a changes file': (lambda whole: whole.replace(b' ledger 1', b' changes 1', 1), 'ledger.foreign'),
}


@pytest.mark.parametrize('name', sorted(DAMAGES))
def test_a_damaged_ledger_is_a_first_look_that_says_why(world, caplog, name):
    damage, code = DAMAGES[name]
    replaced(world, damage(content(world)))
    with caplog.at_level(logging.ERROR, 'scan_notify'):
        _, results = world.round(FOUND)
    assert results.changes == {'first_look': 3} and results.compared is None
    assert lost(results.remarks).code == code
    assert len(caplog.records) == 1 and caplog.records[0].exc_info is None
    _, results = world.round(FOUND)
    assert results.changes == {} and results.compared.run_number == 2 and lost(results.remarks) is None


def made_of(about, *blocks):
    file = io.BytesIO()
    writer = Writer(file, 'ledger')
    for block in blocks:
        writer.block('service', block)
    writer.finish(about)
    return file.getvalue()


GOOD = {
    'rounds': [[1, 1, 'x', 0, 0]], 'newest': 1, 'era': 0, 'continued': False, 'recent': [1],
    'elements': ['10.0.0.0/24'], 'covers': {}, 'empty': [], 'holds': [],
}  # fmt: skip
BLOCK = dict(packed([Entry(IP + '\x1f22', ('', ''), 3, '', 1, 1, 0, 0, SEEN_ONCE, 0, (), 0)], lambda scope: (0,)))
#: What has the right digest, and still is none of ours.
FOREIGN = [
    made_of({}), made_of([]), made_of(dict(GOOD, newest=7)), made_of(dict(GOOD, rounds='no')),
    made_of(dict(GOOD, elements=[1])), made_of(GOOD, 5), made_of(GOOD, {}), made_of(GOOD, dict(BLOCK, n=2)),
    made_of(GOOD, dict(BLOCK, e=[[9]])), made_of(GOOD, dict(BLOCK, f=[])), made_of(GOOD, dict(BLOCK, p=None)),
]  # fmt: skip


@pytest.mark.parametrize('number', range(len(FOREIGN)))
def test_a_ledger_of_another_make_is_a_first_look_too(world, number):
    replaced(world, FOREIGN[number])
    _, results = world.round(FOUND)
    assert results.changes == {'first_look': 3} and lost(results.remarks).code == 'ledger.foreign'


def test_a_ledger_that_is_gone_is_a_first_look_that_says_why(world):
    FileStore(world.db).remove([pointer(world)['ledger']])
    _, results = world.round(FOUND)
    assert results.changes == {'first_look': 3} and lost(results.remarks).code == 'ledger.gone'


def test_a_ledger_without_one_of_its_chunks_is_a_first_look_that_says_why(world):
    world.db[PREFIX + '.chunks'].delete_many({'files_id': pointer(world)['ledger']})
    _, results = world.round(FOUND)
    assert results.changes == {'first_look': 3} and lost(results.remarks).code in ('ledger.cut', 'ledger.gone')


@pytest.mark.parametrize('odd', [{'recent': 5}, {'ledger': 'text'}, {'rev': None}, {'at': 'now'}])
def test_an_odd_pointer_is_a_first_look_and_is_replaced(world, odd):
    world.db['scan_notify_pointer'].update_one({}, {'$set': odd})
    _, results = world.round(FOUND)
    assert results.changes == {'first_look': 3} and lost(results.remarks).code == 'ledger.odd'
    _, results = world.round(FOUND)
    assert results.changes == {} and results.compared.run_number == 2


@pytest.mark.parametrize('by', ['the pointer', 'the ledger'])
def test_what_a_newer_release_has_written_is_left_alone(world, by):
    whole = content(world)
    if by == 'the pointer':
        world.db['scan_notify_pointer'].update_one({}, {'$set': {'v': 9, 'of_a_newer_release': 1}})
    else:
        replaced(world, newer(whole))
    before = pointer(world)
    for _ in range(2):
        run, results = world.round(FOUND)
        assert results.changes == {'first_look': 3} and lost(results.remarks).code == 'ledger.newer'
        assert world.collect(run) == results
        assert len(changes_of(world.db, run.id)) == 3
    assert pointer(world) == before
    world.db['scan_notify_pointer'].update_one({}, {'$set': {'v': 1}})
    replaced(world, whole)
    _, results = world.round(FOUND)  # the newer release, which reads it
    assert results.changes == {} and results.compared.run_number == 1


def test_a_changes_file_that_is_damaged_is_no_file(world, caplog):
    run, _ = world.round({'ip': [address(IP, 22)]})
    kept = world.db['scan_notify_result'].find_one({'_id': run.id})
    assert marks.load(world.db, run.id)('service', IP + '\x1f22').state == 'known'
    FileStore(world.db).remove([kept['file']])
    assert marks.load(world.db, run.id) is None and list(marks.changes(world.db, run.id)) == []
    assert marks.load(world.db, 'nobody') is None and list(marks.changes(world.db, 'nobody')) == []
    assert [one['identity'] for one in kept['records']] == [IP + '\x1f3306']


def test_the_mark_of_a_record_is_its_state_and_since_when_it_is_known(world):
    run, _ = world.round({'ip': [address(IP, 22, 8080)]})
    mark = marks.load(world.db, run.id)
    known, new = mark('service', IP + '\x1f22'), mark('service', IP + '\x1f8080')
    assert (known.state.value, known.first_seen.day) == ('known', 2)
    assert (new.state.value, new.first_seen.day) == ('new', 3)
    assert mark('service', 'nothing') == mark('nothing', 'nothing') == ('known', None)


def test_changes_are_paged(world):
    world.round({'ip': [address(IP, *range(1, 60))]}, options={'port_scan_type': 'custom', 'port_custom': '1-100'})
    every = list(marks.changes(world.db, '65e2:2'))
    assert len(every) > 50 and list(marks.changes(world.db, '65e2:2', skip=7)) == every[7:]


# Blocks


def entries(seed, count=300):
    chance = random.Random(seed)
    texts = ['', 'a', '\ud800', '\x1f', '登录', 'x' * 5000, 'http://a.b/' + 'c' * 40, '\0']
    names = sorted(
        {''.join(chance.choice(texts) for _ in range(chance.randrange(1, 4))) + str(n) for n in range(count)}
    )
    for name in names:
        cells = tuple(chance.choice(texts) for _ in range(2))
        numbers = [chance.randrange(5) for _ in range(5)]
        sources = tuple(chance.choice(texts) for _ in range(chance.randrange(3)))
        yield Entry(name, cells, 3, chance.choice(texts), *numbers, chance.randrange(3), sources, 1)


@pytest.mark.parametrize('seed', [1, 2, 3])
def test_a_block_is_read_as_it_was_written(seed):
    rows, scopes = list(entries(seed)), Scopes(lambda text: 0, ())
    for elements in ((), (0,), (0, 2)):
        scopes.number(elements)
    file = io.BytesIO()
    writer = Writer(file, 'ledger')
    writer.block('t', packed(rows, scopes.elements))
    writer.finish({})
    (block,) = Reader(file, 'ledger').blocks('t')
    assert unpacked(block, scopes.number, 2) == rows
    assert [one.cells for one in unpacked(block, scopes.number, 3)] == [one.cells + ('',) for one in rows]


def test_every_cut_of_a_file_is_seen():
    whole = made_of(GOOD, BLOCK)
    for length in range(len(whole)):
        with pytest.raises(Unreadable):
            Reader(io.BytesIO(whole[:length]), 'ledger')


def test_sides_are_those_of_six_rounds():
    sides = SEEN_ONCE
    for seen in (0, 1, 0):
        sides = shifted(sides, seen)
    assert flips(SEEN_ONCE) == 0 and flips(sides) == 3
    for _ in range(ROUNDS - 1):
        sides = shifted(sides, 1)
    assert flips(sides) == 1 and flips(shifted(sides, 1)) == 0 and sides < 2 << ROUNDS

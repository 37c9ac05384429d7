"""What people do to a schedule's ledger: forgetting, continuing another one, and what goes with schedules and runs."""

from datetime import timedelta

import pytest

from scan_notify_plugin.results import marks, steering
from scan_notify_plugin.results.since import folded, since
from scan_notify_plugin.results.store import PREFIX, ResultStore
from tests.results.world import START, World, address, changes_of, states

IP, OTHER = '10.0.0.1', '10.0.0.2'


@pytest.fixture
def world():
    world = World()
    world.round({'ip': [address(IP, 22, 3306)]}, target=IP)
    return world


def test_a_ledger_that_is_forgotten_makes_the_next_round_a_first_look(world):
    assert steering.forget(world.db, world.schedule) and not steering.forget(world.db, 'another')
    _, results = world.round({'ip': [address(IP, 22, 3306)]}, target=IP)
    assert results.changes == {'first_look': 3} and results.remarks[0].facts['why'].code == 'ledger.forgotten'
    _, results = world.round({'ip': [address(IP, 22)]}, target=IP)
    assert results.changes == {'gone': 1}


def test_a_schedule_that_was_made_anew_goes_on_before_its_first_round(world):
    world.round({'ip': [address(IP, 22, 3306)]}, target=IP)
    new = World(world.db, schedule='77aa')
    told = steering.continue_from(world.db, world.schedule, new.schedule, START)
    assert told.waiting and not told.faults
    run, results = new.round({'ip': [address(IP, 22, 8080), address(OTHER, 22)]}, target=IP + ' ' + OTHER)
    assert states(world.db, run.id, 'service') == {
        IP + '|8080': 'new', IP + '|3306': 'gone', OTHER + '|22': 'first_look'
    }  # fmt: skip
    assert results.compared.run_number == 2
    gone = next(one for one in marks.changes(world.db, run.id) if one.state == 'gone')
    assert (gone.first_round, gone.last_round) == (1, 2)


def test_what_the_new_schedule_does_not_look_at_goes_without_a_word(world):
    world.round({'ip': [address(IP, 22), address(OTHER, 22)]}, target=IP + ' ' + OTHER)
    new = World(world.db, schedule='77aa')
    steering.continue_from(world.db, world.schedule, new.schedule, START)
    _, results = new.round({'ip': [address(IP, 22)]}, target=IP)
    assert results.changes == {}
    run, _ = new.round({'ip': [address(IP, 22), address(OTHER, 22)]}, target=IP + ' ' + OTHER)
    assert OTHER in states(world.db, run.id, 'ip')


def test_a_schedule_that_knows_something_itself_takes_over_the_elements_that_both_have(world):
    world.round({'ip': [address(IP, 22, 3306), address(OTHER, 22)]}, target=IP + ' ' + OTHER)
    new = World(world.db, schedule='77aa')
    new.round({'ip': [address(IP, 22)]}, target=IP)
    told = steering.continue_from(world.db, world.schedule, new.schedule, START)
    assert (told.elements, told.records, told.faults) == (1, 3, ())
    run, results = new.round({'ip': [address(IP, 22)]}, target=IP)
    assert changes_of(world.db, run.id) == {('service', IP + '\x1f3306'): 'gone'}
    mark = marks.load(world.db, run.id)('service', IP + '\x1f22')
    assert mark.first_seen == START + timedelta(days=1)  # of the old schedule's first round
    _, results = new.round({'ip': [address(IP, 22, 3306)]}, target=IP)
    assert results.changes == {'back': 1}


@pytest.mark.parametrize('old, new, code', [
    ('nobody', '65e2', 'ledger.unknown'), ('65e2', '65e2', 'ledger.apart'), ('65e2', '77aa', 'ledger.apart'),
])  # fmt: skip
def test_nothing_is_taken_over_where_there_is_nothing(world, old, new, code):
    World(world.db, schedule='77aa').round({'ip': [address('10.9.9.9', 22)]}, target='10.9.9.9')
    told = steering.continue_from(world.db, old, new, START)
    assert [fault.code for fault in told.faults] == [code]


def test_what_is_forgotten_with_its_run_or_schedule_leaves_no_file(world):
    run, _ = world.round({'ip': [address(IP, 22)]}, target=IP)
    later = START + timedelta(days=20000)
    steering.forget_runs(world.db, [run.id, '65e2:1'])
    assert ResultStore(world.db).get(run.id) is None
    steering.clean_up(world.db, later)
    assert marks.load(world.db, run.id) is None
    steering.forget_schedule(world.db, world.schedule)
    assert steering.schedules(world.db) == ()
    steering.clean_up(world.db, later)
    assert world.db[PREFIX + '.files'].count_documents({}) == world.db[PREFIX + '.chunks'].count_documents({}) == 0


def test_files_of_the_last_day_are_nobodys_to_remove(world):
    steering.forget_schedule(world.db, world.schedule)
    uploaded = world.db[PREFIX + '.files'].find_one({})['uploadDate']
    assert steering.clean_up(world.db, uploaded.replace(tzinfo=START.tzinfo) + timedelta(hours=23)) == 0


# Several rounds together


def test_the_changes_of_several_rounds_are_put_together(world):
    for ports in ((22, 3306, 8080), (22, 8080), (22, 8080, 6379), (22, 8080)):
        world.round({'ip': [address(IP, *ports)]}, target=IP)
    told = since(world.db, world.schedule, 1)
    assert [one.run_number for one in told.rounds] == [2, 3, 4, 5] and told.without == ()
    assert {(one.target, one.state.value) for one in told.changes} == {(IP + ':8080', 'new'), (IP + ':3306', 'gone')}


def test_a_round_without_a_file_is_named(world):
    for ports in ((22,), (22, 8080)):
        world.round({'ip': [address(IP, *ports)]}, target=IP)
    world.round({'ip': [address(IP, 22, 8080)]}, target=IP, number=5)
    steering.forget_runs(world.db, ['65e2:2'])
    told = since(world.db, world.schedule, 1)
    assert [one.run_number for one in told.rounds] == [3, 5] and told.without == (2, 4)
    assert [one.state.value for one in told.changes] == ['new']
    assert since(world.db, 'nobody', 1)[:2] == ((), ())


@pytest.mark.parametrize('said, net', [
    ('new', 'new'), ('new gone', None), ('new gone back', 'new'), ('gone', 'gone'), ('gone back', None),
    ('back', 'back'), ('back gone', None), ('first_look changed', 'first_look'), ('gone out_of_scope', 'out_of_scope'),
    ('unstable', 'unstable'), ('earlier', 'earlier'), ('earlier new', 'new'), ('changed gone', 'gone'),
])  # fmt: skip
def test_states_of_several_rounds_are_one(said, net):
    from scan_notify_plugin.changes import Change, State

    told = folded([Change(State(state), 'site', 'x', 'x') for state in said.split()])
    assert (told.state.value if told else None) == net


def test_cells_that_change_and_change_back_are_no_change():
    from scan_notify_plugin.changes import Change, Changed, State

    def changed(old, new):
        return Change(State.CHANGED, 'site', 'x', 'x', cells=(Changed('column.title', old, new),))

    assert folded([changed('a', 'b'), changed('b', 'a')]) is None
    assert folded([changed('a', 'b'), changed('b', 'c')]).cells == (Changed('column.title', 'a', 'c'),)

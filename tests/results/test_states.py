"""The table of states, row by row: what a record is in a round, by what was known and where was looked."""

from datetime import timedelta

import pytest

from tests.results.world import START, World, address, site, states

IP = '10.0.0.1'
HERE = [address(IP, 22, 3306)]


@pytest.fixture
def world():
    return World()


def ports(world, *rounds):
    """The states of the ports of an address in the last of several rounds: (keyword arguments of a round)."""
    for fields in rounds:
        run, results = world.round(**fields)
    return states(world.db, run.id, 'service'), results


def only(port, *more):
    return {'ip': [address(IP, port, *more)]}


def test_what_is_found_where_was_looked_before_is_new(world):
    told, results = ports(world, {'found': only(22)}, {'found': only(22, 3306)})
    assert told == {IP + '|3306': 'new'}
    assert results.changes == {'new': 1} and results.compared.run_number == 1


def test_the_first_round_is_a_first_look(world):
    told, results = ports(world, {'found': only(22)})
    assert told == {IP + '|22': 'first_look'}
    assert [remark.code for remark in results.remarks] == ['compare.first-look'] and results.compared is None


def test_an_element_that_is_looked_at_for_the_first_time_is_a_first_look(world):
    told, _ = ports(
        world,
        {'found': only(22), 'target': IP},
        {'found': {'ip': [address('10.9.9.9', 22)]}, 'target': IP + ' 10.9.9.9'},
    )
    assert told == {'10.9.9.9|22': 'first_look'}


def test_an_option_that_is_switched_on_is_a_first_look(world):
    leak = {
        'fileleak': [{'url': 'http://10.0.0.1/.git', 'site': 'http://10.0.0.1'}],
        'site': [site('http://10.0.0.1')],
        'ip': [address(IP, 80)],
    }
    without = {'site': leak['site'], 'ip': leak['ip']}
    world.round(without, options={'file_leak': False})
    run, _ = world.round(leak)
    assert states(world.db, run.id, 'fileleak') == {'http://10.0.0.1/.git': 'first_look'}


@pytest.mark.parametrize('before, after, state', [
    ('22', '22,3306', 'first_look'),
    ('22,3306', '22,3306', 'new'),
    ('22,3306', '3306', 'new'),
])  # fmt: skip
def test_a_port_on_no_list_before_is_a_first_look(world, before, after, state):
    custom = {'port_scan_type': 'custom'}
    told, _ = ports(
        world,
        {'found': only(22), 'options': dict(custom, port_custom=before)},
        {'found': only(3306), 'options': dict(custom, port_custom=after)},
    )
    assert told[IP + '|3306'] == state


def test_after_a_round_that_failed_half_way_it_is_a_first_look(world):
    told, _ = ports(world, {'found': only(22), 'status': 'error'}, {'found': only(22, 3306)})
    assert told == {IP + '|3306': 'first_look'}


def test_what_is_found_again_is_known_and_told_by_nobody(world):
    told, results = ports(world, {'found': only(22)}, {'found': only(22)})
    assert told == {} and results.changes == {} and results.known


def test_a_port_of_an_address_that_answered_is_gone_after_one_round(world):
    told, _ = ports(world, {'found': only(22, 3306)}, {'found': only(22)})
    assert told == {IP + '|3306': 'gone'}


def test_what_hangs_on_nothing_is_gone_after_two_rounds(world):
    both = {'ip': [address(IP, 22), address('10.0.0.2', 22)]}
    world.round(both)
    run, results = world.round(only(22))
    assert states(world.db, run.id, 'ip') == {}
    assert [remark.code for remark in results.remarks] == ['compare.silent', 'compare.parent']
    run, results = world.round(only(22))
    assert states(world.db, run.id, 'ip') == {'10.0.0.2': 'gone'}
    assert results.changes == {'gone': 1} and not results.remarks


def test_a_round_that_did_not_look_counts_for_no_gone(world):
    both = {'ip': [address(IP, 22), address('10.0.0.2', 22)]}
    world.round(both)
    world.round(only(22))
    run, _ = world.round(only(22), status='error')
    assert states(world.db, run.id, 'ip') == {}


def test_what_comes_again_is_back_with_since_when_it_was_gone(world):
    from scan_notify_plugin.results import marks

    told, _ = ports(world, {'found': only(22, 3306)}, {'found': only(22)}, {'found': only(22, 3306)})
    assert told == {IP + '|3306': 'back'}
    (change,) = marks.changes(world.db, '65e2:3')
    assert (change.first_round, change.last_round, change.last_seen) == (1, 1, START + timedelta(days=1))
    assert (change.target, change.name) == (IP + ':3306', '')


@pytest.mark.parametrize('outcome', ['error', 'stop', 'missing', 'unqueued', 'dead', 'overdue'])
def test_not_found_where_nobody_looked_stays_as_it_was(world, outcome):
    world.round(only(22, 3306))
    task_id = world.task()
    world.found(task_id, **only(22))
    run = world.run(task_id)
    results = world.collect(run, {task_id: outcome})
    assert states(world.db, run.id, 'service') == {}
    assert results.tables['service'] == {'not_looked_at': 1}
    assert 'coverage.failed' in [remark.code for remark in results.remarks]


def test_what_nothing_in_the_schedule_looks_at_is_told_once_and_then_a_first_look(world):
    both = {'ip': [address(IP, 22), address('10.9.9.9', 22)]}
    world.round(both, target=IP + ' 10.9.9.9')
    run, _ = world.round(only(22), target=IP)
    assert states(world.db, run.id, 'ip') == {'10.9.9.9': 'out_of_scope'}
    run, results = world.round(only(22), target=IP)
    assert results.changes == {}
    run, _ = world.round(both, target=IP + ' 10.9.9.9')
    assert states(world.db, run.id, 'ip') == {'10.9.9.9': 'first_look'}


def test_nothing_is_out_of_scope_where_not_all_scan_tasks_are_known(world):
    first, second = world.task(IP), world.task('10.9.9.9')
    world.found(first, ip=[address(IP, 22)])
    world.found(second, ip=[address('10.9.9.9', 22)])
    world.collect(world.run(first, second))
    one = world.task(IP)
    world.found(one, ip=[address(IP, 22)])
    run = world.run(one, '65e2fbf80000000000000000')
    results = world.collect(run)
    assert states(world.db, run.id, 'ip') == {} and results.changes == {'not_looked_at': 2}


def test_a_record_of_several_elements_is_gone_when_all_have_looked(world):
    leak = {'fileleak': [{'url': 'http://a.com/.git', 'site': 'http://a.com'}], 'site': [site('http://a.com')]}

    def both(status):
        return world.task('a.com', kind='domain'), world.task('b.com', status=status, kind='domain')

    first, second = both('done')
    world.found(first, **leak)
    world.found(second, **leak)
    world.collect(world.run(first, second))
    for status, state in (('error', {}), ('done', {'http://a.com/.git': 'gone'})):
        first, second = both(status)
        world.found(first, site=leak['site'])
        world.found(second, site=[site('http://b.com')])
        run = world.run(first, second)
        world.collect(run)
        assert states(world.db, run.id, 'fileleak') == state


# Changed


def test_a_watched_cell_that_differs_is_changed_from_what_to_what(world):
    from scan_notify_plugin.results import marks

    long = 'A long title of a login page, which is longer than what is kept of it here'
    url = 'http://10.0.0.1'
    world.round({'ip': [address(IP, 80)], 'site': [site(url, long)]})
    run, results = world.round({'ip': [address(IP, 80)], 'site': [site(url, long + '!')]})
    (change,) = marks.changes(world.db, run.id)
    assert change.state == 'changed' and change.cells[0].column == 'column.title'
    assert change.cells[0].old == long[:60] + '…' and change.name == long + '!'
    assert results.changes == {'changed': 1}


@pytest.mark.parametrize('cells, options', [
    ([('nginx', '1.0'), ('nginx', '1.0')], [True, True]),
    ([('nginx', '1.0'), ('', '')], [True, True]),
    ([('', ''), ('nginx', '1.0')], [True, True]),
    ([('nginx', '1.0'), ('apache', '2')], [True, False]),
    ([('nginx', '1.0'), ('apache', '2')], [False, True]),
    ([('nginx', '1.0'), ('apache', '2')], [False, False]),
    ([('nginx', '1.0'), ('', ''), ('nginx', '1.0')], [True, True, True]),
])  # fmt: skip
def test_what_is_empty_or_was_not_looked_at_in_one_of_the_rounds_is_no_change(world, cells, options):
    for (product, version), on in zip(cells, options):
        _, results = world.round(only((22, product, version)), options={'service_detection': on})
    assert results.changes == {}


def test_a_change_over_a_round_that_does_not_know_is_a_change(world):
    for product in ('nginx', '', 'apache'):
        run, results = world.round(only((22, product, '')))
    assert states(world.db, run.id, 'service') == {IP + '|22': 'changed'}


# CDN, unstable, rounds in their order


def test_addresses_of_a_cdn_are_neither_new_nor_gone():
    world = World(kind='domain')
    domain = {'domain': 'www.a.com', 'type': 'A', 'record': ['10.0.0.1'], 'ips': ['10.0.0.1'], 'source': 'domain_brute'}
    first, second = (address(ip, 443, cdn_name='CDN', domain=['www.a.com']) for ip in ('10.0.0.1', '10.0.0.2'))
    for one in (first, second, second, second, first):
        moved = dict(domain, record=[one['ip']], ips=[one['ip']])
        _, results = world.round({'domain': [moved], 'ip': [one]}, target='a.com')
        told = {state for state in results.changes if state not in ('first_look', 'not_looked_at')}
        assert not told and 'compare.silent' not in [remark.code for remark in results.remarks]


def test_what_changes_sides_three_times_in_six_rounds_is_unstable(world):
    seen = []
    for there in (1, 0, 1, 0, 1, 1, 1, 1):
        run, _ = world.round(only(22, 3306) if there else only(22))
        seen.append(states(world.db, run.id, 'service').get(IP + '|3306', ''))
    assert seen == ['first_look', 'gone', 'back', 'unstable', 'unstable', 'unstable', 'unstable', '']


def test_a_late_round_changes_nothing_and_what_it_alone_found_was_seen_earlier(world):
    world.round(only(22))
    late = world.task()
    world.found(late, ip=[address(IP, 8080)])
    late_run = world.run(late)
    run, results = world.round(only(22, 3306))
    assert [remark.code for remark in results.remarks] == ['compare.skipped']
    assert results.compared.run_number == 1
    told = world.collect(late_run)
    assert states(world.db, late_run.id, 'service') == {IP + '|8080': 'earlier'}
    assert [remark.code for remark in told.remarks] == ['compare.late'] and told.changes == {'earlier': 1}
    run, results = world.round(only(22, 3306), number=4)
    assert results.changes == {} and results.compared.run_number == 3


def test_a_late_round_that_looked_where_the_newer_one_did_not_tells_what_it_found(world):
    world.round(only(22))
    late = world.task()
    world.found(late, ip=[address(IP, 22, 8080)])
    late_run = world.run(late)
    world.round(only(22), status='error')
    world.collect(late_run)
    assert states(world.db, late_run.id, 'service') == {IP + '|8080': 'new'}
    _, results = world.round(only(22, 8080))
    assert results.changes == {}


@pytest.mark.parametrize('number', [1, 2])
def test_a_run_number_that_went_back_is_a_first_look(world, number):
    for _ in range(3):
        world.round(only(22))
    run, results = world.round(only(22), number=number, run_id='65e2:again', fired_at=START + timedelta(days=9))
    assert results.changes == {'first_look': 2} and results.remarks[0].facts['why'].code == 'ledger.back'
    _, results = world.round(only(22), fired_at=START + timedelta(days=10))
    assert results.changes == {} and results.compared.run_number == number


def test_a_run_of_no_schedule_lists_what_was_found(world):
    task_id = world.task()
    world.found(task_id, ip=HERE)
    run = world.run(task_id)
    results = world.collect(run, manual=True)
    assert results.changes == {'found': 3} and results.compared is None and results.totals['service'] == 2
    assert set(states(world.db, run.id, 'service').values()) == {'found'}
    assert world.db['scan_notify_pointer'].find_one({}) is None


def test_what_a_scan_task_finds_that_went_on_after_the_end_belongs_to_no_round(world):
    from scan_notify_plugin.faults import Fault
    from scan_notify_plugin.runs.run import Note

    world.round(only(22))
    woken, fine = world.task(), world.task()
    world.found(woken, ip=[address(IP, 22, 3306)])
    world.found(fine, ip=[address(IP, 22)])
    note = Note(START, Fault('note.woke', task=woken, was='overdue', now='port_scan'))
    results = world.collect(world.run(woken, fine, notes=(note,)), {woken: 'overdue'})
    assert results.changes.get('new') is None


def test_what_is_gone_for_long_is_forgotten_and_then_new(world):
    ports(world, {'found': only(22, 3306)}, {'found': only(22)})
    ports(world, {'found': only(22), 'fired_at': START + timedelta(days=200)})
    told, _ = ports(world, {'found': only(22, 3306), 'fired_at': START + timedelta(days=201)})
    assert told == {IP + '|3306': 'new'}

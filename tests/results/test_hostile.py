"""What a hostile reader has tried: rounds in which something untrue could be told."""

import io
from datetime import timedelta

import pytest
from bson import ObjectId

from scan_notify_plugin.faults import Fault
from scan_notify_plugin.results import marks, steering
from scan_notify_plugin.results.store import PREFIX, FileStore
from scan_notify_plugin.runs.run import Note
from tests.results.test_ledger_files import BLOCK, GOOD, made_of, replaced
from tests.results.world import START, World, address, changes_of, site, states

IP, OTHER = '10.0.0.1', '10.0.0.2'
FOUND = {'ip': [address(IP, 22, 3306)]}


def codes(results):
    return [remark.code for remark in results.remarks]


def test_an_element_that_comes_back_into_the_schedule_is_a_first_look_also_for_what_is_new_there():
    world = World()
    both, one = {'ip': [address(IP, 22), address('10.9.9.9', 22)]}, {'ip': [address(IP, 22)]}
    world.round(both, target='10.0.0.1 10.9.9.9')
    world.round(one, target='10.0.0.1')
    run, _ = world.round(both, target='10.0.0.1 10.9.9.9')
    assert set(changes_of(world.db, run.id).values()) == {'first_look'}


def test_a_scan_task_that_went_on_after_the_end_covers_nothing():
    world = World()
    world.round({'ip': [address(IP, 22, 3306)]})
    task_id = world.task()
    world.found(task_id, ip=[address(IP, 22)])
    note = Note(START, Fault('note.woke', task=task_id, was='done', now='done'))
    run = world.run(task_id, notes=(note,))
    world.collect(run, {task_id: 'done'})
    assert changes_of(world.db, run.id) == {}
    for _ in range(2):
        assert 'gone' not in world.round({'ip': [address(IP, 22, 3306)]})[1].changes


def test_what_was_not_looked_at_for_long_is_not_forgotten_and_new():
    world = World()
    found = {
        'ip': [address(IP, 22, 3306)],
        'site': [site('http://10.0.0.1')],
        'nuclei_result': [{'template_id': 'cve', 'vuln_url': 'http://10.0.0.1/x', 'vuln_severity': 'high'}],
    }
    world.round(found)
    world.round({}, status='error', fired_at=START + timedelta(days=200))
    run, _ = world.round(found, fired_at=START + timedelta(days=400))
    assert changes_of(world.db, run.id) == {}


@pytest.mark.parametrize('ports', [(80,), ()])
def test_a_site_of_an_address_that_shows_little_is_not_gone(ports):
    world = World()
    world.round({'ip': [address(IP, 80, 8080)], 'site': [site('http://10.0.0.1'), site('http://10.0.0.1:8080')]})
    for _ in range(3):
        run, results = world.round({'ip': [address(IP, *ports)], 'site': [site('http://10.0.0.1')]})
        assert changes_of(world.db, run.id) == {}


DOMAIN = [{'domain': 'www.example.com', 'type': 'A', 'record': [IP], 'ips': [IP], 'source': 'domain_brute'}]
NAMED = 'http://www.example.com:8080'


@pytest.mark.parametrize('ports', [(80,), ()])
def test_a_site_of_a_name_whose_address_shows_little_is_not_gone(ports):
    world = World(kind='domain')
    world.round({'domain': DOMAIN, 'ip': [address(IP, 80, 8080)], 'site': [site(NAMED)]}, target='example.com')
    for _ in range(3):
        run, _ = world.round({'domain': DOMAIN, 'ip': [address(IP, *ports)]}, target='example.com')
        assert changes_of(world.db, run.id) == {}


def test_a_site_of_a_name_whose_address_does_not_answer_is_gone_after_two_rounds():
    world = World(kind='domain')
    world.round({'domain': DOMAIN, 'ip': [address(IP, 80, 8080)], 'site': [site(NAMED)]}, target='example.com')
    run, _ = world.round({'domain': DOMAIN}, target='example.com')
    assert changes_of(world.db, run.id) == {}
    run, _ = world.round({'domain': DOMAIN}, target='example.com')
    assert changes_of(world.db, run.id) == {('ip', IP): 'gone', ('site', NAMED): 'gone'}


def test_credentials_in_a_target_are_nowhere():
    world = World(kind='risk_cruising')
    target = 'http://admin:s3cr3tword@10.0.0.1:8080'
    more = dict(cruising_target=[target])
    for found in ({'site': [site('http://10.0.0.1:8080')]}, {}):
        task_id = world.task(target, **more)
        world.found(task_id, **found)
        run = world.run(task_id)
        results = world.collect(run)
    assert 'compare.empty' in codes(results)
    assert 's3cr3tword' not in repr(results)
    ledger(world)


def ledger(world):
    from scan_notify_plugin.results.ledger import Ledger
    from scan_notify_plugin.results.store import FileStore, PointerStore

    pointer, _ = PointerStore(world.db).load(world.schedule)
    reader = Ledger(FileStore(world.db).fetch(pointer.ledger))
    try:
        assert 's3cr3tword' not in repr(reader.memory.elements)
    finally:
        reader.close()


def test_what_is_told_of_a_run_is_bounded_and_says_the_most_important():
    import bson

    from scan_notify_plugin.records import to_document

    world = World()
    odd = [address('漢' * 900 + str(number), 22) for number in range(5)]
    world.round({'ip': odd + [address(IP, 22)]})
    _, results = world.round({'ip': [address(IP, 22)]})
    assert 'compare.silent' in codes(results)
    assert len(bson.encode(to_document(results))) <= 4096


def test_a_host_that_counts_in_billions_does_not_stop_since():
    from scan_notify_plugin.results.since import since

    world = World()
    world.round({'ip': [address(IP, 22)]})
    world.round({"ip": [address(IP, 22, 80)]}, number=200000)
    assert len(since(world.db, world.schedule, 1).without) == 1000


def test_a_run_that_is_collected_again_long_after_does_not_make_the_ledger_begin_anew():
    world = World()
    run, _ = world.round({'ip': [address(IP, 22)]})
    for _ in range(10):
        world.round({'ip': [address(IP, 22, 3306)]})
    world.db['scan_notify_result'].delete_one({'_id': run.id})
    world.collect(run)
    run, results = world.round({'ip': [address(IP, 22, 3306)]})
    assert changes_of(world.db, run.id) == {}


def test_a_failed_scan_task_with_an_option_switched_on_tells_nothing_as_new():
    world = World(kind='domain')
    first = {'domain': DOMAIN, 'ip': [address(IP, 80)]}
    world.round(first, target='example.com')
    more = DOMAIN + [dict(DOMAIN[0], domain='api.example.com', source='crtsh', record=[OTHER], ips=[OTHER])]
    run, _ = world.round(
        {'domain': more, 'ip': [address(IP, 80), address(OTHER, 80)], 'site': [site('http://api.example.com')]},
        target='example.com',
        status='error',
        options={'dns_query_plugin': True},
    )
    assert set(changes_of(world.db, run.id).values()) == {'first_look'}


def test_a_record_of_two_targets_that_overlap_is_new_where_one_of_them_was_looked_at():
    world = World()
    world.round({'ip': [address(IP, 22)]}, target='10.0.0.0/24')
    run, _ = world.round({'ip': [address(IP, 22, 3306)]}, target='10.0.0.0/24 10.0.0.0/16')
    assert states(world.db, run.id, 'service') == {IP + '|3306': 'new'}


def test_a_number_of_another_schedule_is_no_round_that_was_skipped():
    world = World()
    world.round({'ip': [address(IP, 22)]})
    assert steering.continue_from(world.db, world.schedule, 'new', START).waiting
    world.schedule = 'new'
    _, results = world.round({'ip': [address(IP, 22)]}, number=5)
    assert codes(results) == []


ODD = [
    dict(GOOD, empty=[99]),
    dict(GOOD, empty=[-7]),
    dict(GOOD, holds=[99]),
    dict(GOOD, covers={'service': [[1, '[null,null,[]]', [99]]]}),
    dict(GOOD, covers={'service': [[77, '[null,null,[]]', [0]]]}),
    dict(GOOD, covers={'ip': [[1, 'x', [0]]]}),
    dict(GOOD, recent=[5]),
    dict(GOOD, era=10**30),
    dict(GOOD, rounds=[[1, 10**40, 'x', 0, 0]]),
    dict(GOOD, rounds=[[1, 1, 'x', 10**17, 0]]),
    dict(GOOD, rounds=[[10**12, 1, 'x', 0, 0]], newest=10**12, recent=[]),
    dict(GOOD, elements=['a'] * 3, covers={'nonsense': []}),
    dict(GOOD, rounds=[[1, 1, 'x' * 10**6, 0, 0]]),
]


@pytest.mark.parametrize('n', range(len(ODD)))
def test_a_ledger_whose_memory_is_odd_is_none_or_does_no_harm(n):
    world = World()
    world.round(FOUND)
    replaced(world, made_of(ODD[n], BLOCK))
    world.round(FOUND)
    _, results = world.round(FOUND)
    assert results.changes == {}


BAD = [dict(BLOCK, **{k: v}) for k in 'prcfsx' for v in ({'=': 'text'}, {'=': -1}, [None])]
ONE = {'ip': [address(IP, 22)]}


@pytest.mark.parametrize('n', range(len(BAD)))
def test_a_block_that_is_odd_does_no_harm(n):
    world = World()
    world.round(FOUND)
    replaced(world, made_of(GOOD, BAD[n]))
    for found in (ONE, FOUND, FOUND):
        _, results = world.round(found)
    assert set(results.changes) <= {'not_looked_at'}


def test_chunks_of_a_file_that_was_never_finished_are_removed():
    world = World()
    world.round(FOUND)
    old = ObjectId.from_datetime(START - timedelta(days=3000))
    world.db[PREFIX + '.chunks'].insert_one({'files_id': old, 'n': 0, 'data': b'x'})
    count = world.db[PREFIX + '.chunks'].count_documents({})
    steering.clean_up(world.db, START + timedelta(days=1))
    assert world.db[PREFIX + '.chunks'].count_documents({}) == count - 1


def test_what_was_forgotten_is_taken_over_by_nobody():
    world = World()
    world.round(FOUND)
    steering.forget(world.db, world.schedule)
    done = steering.continue_from(world.db, world.schedule, 'new', START)
    assert done.faults


def test_foreign_changes_file_never_raises():
    from scan_notify_plugin.results.container import Writer

    world = World()
    run, _ = world.round(FOUND)
    kept = world.db['scan_notify_result'].find_one({'_id': run.id})
    for rows, raw in (([[1, 2]], b'xx'), ([5], b''), (7, b'12345'), ([None], b'\0' * 8)):
        file = io.BytesIO()
        writer = Writer(file, 'changes')
        writer.block('rows', rows)
        writer.raw('marks:ip', raw)
        writer.raw('marks:ip', raw)
        writer.finish({'rows': 1, 'rounds': [], 'top': []})
        files = FileStore(world.db)
        files.remove([kept['file']])
        files._files.put(file.getvalue(), _id=kept['file'], filename='x')
        assert list(marks.changes(world.db, run.id)) == []
        found = marks.load(world.db, run.id)
        assert found is None or found('ip', IP)


def test_an_address_in_another_spelling_is_the_same():
    world = World()
    first = {
        'ip': [address('2001:DB8:0:0::1', 22, 443)],
        'site': [site('https://[2001:DB8::1]/')],
        'cert': [{'ip': '2001:db8::1', 'port': 443, 'cert': {'subject_dn': 'CN=a', 'serial_number': '1'}}],
    }
    second = {
        'ip': [address('2001:db8::1', 22, 443)],
        'site': [site('https://[2001:db8::0001]:443')],
        'cert': [{'ip': '2001:DB8::1', 'port': '443', 'cert': {'subject_dn': 'CN=a', 'serial_number': '1'}}],
    }
    world.round(first, target='2001:db8::/64')
    run, _ = world.round(second, target='2001:DB8:0:0:0::/64')
    assert changes_of(world.db, run.id) == {}
    run, _ = world.round({'ip': [address('2001:db8::1', 22, 80)]}, target='2001:db8::/64')
    assert changes_of(world.db, run.id) == {
        ('service', '2001:db8::1\x1f80'): 'new',
        ('service', '2001:db8::1\x1f443'): 'gone',
        ('cert', '2001:db8::1\x1f443\x1fCN=a'): 'gone',
        ('site', 'https://[2001:db8::1]'): 'gone',
    }


def test_a_target_in_another_spelling_is_the_same():
    world = World()
    world.round(FOUND, target='10.0.0.7/24')
    for target in ('10.0.0.0-255', '10.0.0.0-10.0.0.255', ' 10.0.0.0/24 ', '010.0.0.0/24,10.0.0.0/24'):
        assert world.round(FOUND, target=target)[1].changes == {}


def test_a_record_belongs_to_the_target_with_its_host_whatever_else_is_in_that():
    world = World(kind='risk_cruising')
    targets = ['http://admin:s3cr3tword@10.0.0.1:8080', 'http://admin:s3cr3tword@10.0.0.2']
    both = [site('http://10.0.0.1:8080'), site('http://10.0.0.2')]
    for left, found in ((2, both), (1, both[:1])):
        task_id = world.task('{} targets'.format(left), cruising_target=targets[:left])
        world.found(task_id, site=found)
        run = world.run(task_id)
        world.collect(run)
    assert changes_of(world.db, run.id) == {('site', 'http://10.0.0.2'): 'out_of_scope'}


def test_what_another_worker_has_compared_while_we_read_is_what_it_says_also_if_that_died(monkeypatch):
    from scan_notify_plugin.results import committing, stage

    class Died(BaseException):
        pass

    def dies(*args):
        raise Died()

    world = World()
    world.round({'ip': [address(IP, 22)]})
    task_id = world.task()
    world.found(task_id, ip=[address(IP, 22, 3306)])
    run, read, other = world.run(task_id), stage.coverage.read, []

    def slow(db, task_ids):
        if not other:
            other.append(run)
            monkeypatch.setattr(committing.Shelf, '_keep', dies)
            with pytest.raises(Died):
                world.collect(run)
            monkeypatch.undo()
        return read(db, task_ids)

    monkeypatch.setattr(stage.coverage, 'read', slow)
    assert world.collect(run).changes == {'new': 1}
    assert world.db['scan_notify_pointer'].find_one({})['rev'] == 2
    assert world.round({'ip': [address(IP, 22, 3306)]})[1].changes == {}


def test_a_name_with_a_dot_at_its_end_is_the_same():
    world = World(kind='domain')
    for name in ('www.example.com', 'WWW.example.com.'):
        run, _ = world.round({'domain': [dict(DOMAIN[0], domain=name)]}, target='example.com')
    assert changes_of(world.db, run.id) == {}


@pytest.mark.parametrize('count', [-1, None, 'x', True, float('nan'), 1 << 60])
def test_a_count_of_the_host_that_is_odd_proves_nothing(count):
    world = World()
    world.round({'ip': [address(IP, 22)], 'url': [{'url': 'http://10.0.0.1/a'}], 'site': [site('http://10.0.0.1')]})
    task_id = world.task(statistic={'url_cnt': count})
    world.found(task_id, ip=[address(IP, 22)], site=[site('http://10.0.0.1')])
    assert world.collect(world.run(task_id)).changes == {'not_looked_at': 1}

"""What a run has found and what is new, as an administrator sees it, and what the next round is compared with."""

import pytest

from scan_notify_plugin.admin.errors import Conflict, Invalid, NotFound
from scan_notify_plugin.admin.results import Filter, RunResults
from scan_notify_plugin.admin.runs import Runs
from scan_notify_plugin.testing.embedded import embedded_database
from tests.admin.history import History
from tests.admin.toy_rounds import SCHEDULE, collected


@pytest.fixture
def history():
    return History(embedded_database())


@pytest.fixture
def rounds(history):
    return [collected(history, number) for number in (1, 2, 3)]


def test_a_run_says_what_it_has_found(history, rounds):
    first, second, _ = [Runs(history.desk).detail(run_id)['results'] for run_id in rounds]
    assert first['state'] == 'success' and first['compared'] is None
    assert set(first['changes']) == {'first_look'}
    assert second['compared']['run_number'] == 1 and second['compared']['run_id'] == rounds[0]
    assert second['changes']['new'] >= 4 and second['changes']['gone'] >= 2
    assert second['severities']['critical'] == 1 and second['totals']['site'] == 7
    assert sum(numbers.get('new', 0) for numbers in second['tables'].values()) == second['changes']['new']


def test_changes_come_in_pages_the_worst_first(history, rounds):
    results = RunResults(history.desk)
    all_of_it = results.changes(rounds[1], size=200)
    assert all_of_it['items'][0]['severity'] == 'critical' and all_of_it['total'] == len(all_of_it['items'])
    pages = [results.changes(rounds[1], page, 3) for page in range(1, 10)]
    assert [one for page in pages for one in page['items']] == all_of_it['items']
    assert {page['total'] for page in pages} == {all_of_it['total']}


@pytest.mark.parametrize('wanted, count', [
    (Filter(state='gone', table='service'), 1),
    (Filter(severity='critical'), 1),
    (Filter(text='LOG4SHELL'), 1),
    (Filter(text='nothing is like this'), 0),
])  # fmt: skip
def test_changes_are_filtered(history, rounds, wanted, count):
    found = RunResults(history.desk).changes(rounds[1], wanted=wanted)
    assert found['total'] == len(found['items']) == count


def test_a_changed_cell_is_told_from_what_to_what_in_the_readers_language(history, rounds):
    (changed,) = RunResults(history.desk).changes(rounds[1], wanted=Filter(state='changed'))['items']
    (cell,) = changed['cells']
    assert (cell['old'], cell['new']) == ('6.0.9', '7.0.5')
    english = RunResults(history.desk._replace(language='en'))
    (in_english,) = english.changes(rounds[1], wanted=Filter(state='changed'))['items']
    assert in_english['cells'][0]['title'] != cell['title']


def test_what_there_is_not_is_refused(history, rounds):
    results = RunResults(history.desk)
    with pytest.raises(Invalid, match='state'):
        results.changes(rounds[0], wanted=Filter(state='nice'))
    with pytest.raises(NotFound):
        results.changes('64f0:99')


def test_a_run_that_nobody_has_read_says_so(history):
    run_id = history.run(7)
    assert Runs(history.desk).detail(run_id)['results'] is None
    assert RunResults(history.desk).changes(run_id) == {'items': [], 'total': 0}


def test_the_last_rounds_of_a_schedule_come_with_their_numbers(history, rounds):
    listed = RunResults(history.desk).rounds(SCHEDULE)
    assert [one['run_number'] for one in listed] == [3, 2, 1]
    assert listed[2]['results']['changes']['first_look'] and 'new' not in listed[2]['results']['changes']
    assert RunResults(history.desk).rounds('nobody') == []


def test_what_is_new_over_several_rounds_leaves_out_what_came_and_went_back(history, rounds):
    summed = RunResults(history.desk).since(SCHEDULE, 1)
    assert [one['run_number'] for one in summed['rounds']] == [2, 3] and summed['without'] == []
    named = {one['name'] for one in summed['items']}
    assert any('Log4Shell' in name for name in named)
    assert not any('Redis 未授权' in name for name in named)  # fixed in round 2 and back in round 3


@pytest.mark.parametrize('number, named', [(-(2**53), [1, 2, 3]), (-1, [1, 2, 3]), (0, [1, 2, 3]), (10**30, [])])
def test_rounds_begin_with_one_and_end_with_the_newest(history, rounds, number, named):
    found = RunResults(history.desk).since(SCHEDULE, number)
    assert [one['run_number'] for one in found['rounds']] == named and found['without'] == []


def test_a_forgotten_schedule_begins_again_and_the_audit_says_who_wanted_it(history, rounds):
    results = RunResults(history.desk)
    results.forget(SCHEDULE, 'web:admin')
    run_id = collected(history, 4)
    told = Runs(history.desk).detail(run_id)['results']
    assert told['compared'] is None and set(told['changes']) == {'first_look'} and told['remarks']
    (line,) = [one for one in history.desk.audit.listing()[0] if one['action'] == 'forget']
    assert line['by'] == 'web:admin' and line['what'] == 'schedule:' + SCHEDULE
    with pytest.raises(Conflict):
        results.forget('nobody', 'web:admin')


def test_a_schedule_made_anew_goes_on_where_the_deleted_one_ended(history, rounds):
    results = RunResults(history.desk)
    for old in (SCHEDULE, 'nobody'):
        with pytest.raises(Conflict):
            results.continue_from(SCHEDULE, old, 'web:admin')
    done = results.continue_from('64f000000000000000000002', SCHEDULE, 'web:admin')
    assert done['old'] == SCHEDULE
    assert any(one['action'] == 'continue' for one in history.desk.audit.listing()[0])

"""What a report says of changes: the table that comes first, two columns at the right end, and one set of numbers."""

from datetime import datetime, timezone

import mongomock
import pytest

from scan_notify_plugin.changes import Change, Changed, Mark, Progress
from scan_notify_plugin.changes import Results as Known
from scan_notify_plugin.changes import State
from scan_notify_plugin.host.results import Results
from scan_notify_plugin.host.results.identity import TABLES
from scan_notify_plugin.host.results.states import table_title

TASK = '{:024x}'.format(1)
SEEN = datetime(2026, 3, 1, 3, 0, 0, 5000, tzinfo=timezone.utc)
LOCAL = SEEN.astimezone().replace(microsecond=0, tzinfo=None)
END_OF_TIME = datetime(9999, 12, 31, 23, 59, 59, tzinfo=timezone.utc)


@pytest.fixture
def db():
    db = mongomock.MongoClient(tz_aware=True)['arl']
    db['site'].insert_many(
        [{'site': 'https://' + name, 'title': name, 'status': 200, 'task_id': TASK} for name in ('a', 'b', '')]
    )
    port = {'port_id': 22, 'service_name': 'ssh'}
    db['ip'].insert_one({'ip': '192.0.2.1', 'port_info': [port], 'task_id': TASK})
    db['cip'].insert_one({'cidr_ip': '192.0.2.0/24', 'task_id': TASK})
    db['site'].update_one({'title': ''}, {'$set': {'site': ''}})
    return db


def marks(table, identity):
    return Mark(State.NEW, SEEN) if identity.endswith(('a', '1', '22')) else Mark(State.KNOWN, None)


def tables(db, **options):
    with Results(db, [TASK], language='en', **options) as results:
        read = {table.name: (table, list(table.rows)) for table in results.tables()}
        return read, results.overview()


def test_each_record_has_its_state_and_since_when_it_is_known_at_the_right_end(db):
    read, _ = tables(db, marks=marks)
    table, rows = read['site']
    assert [(column.title, column.role) for column in table.columns[-2:]] == [('State', 'state'), ('First seen', '')]
    assert [row[-2:] for row in rows] == [('new', LOCAL), ('known', None), (None, None)]
    assert read['ip'][1][0][-2:] == read['service'][1][0][-2:] == ('new', LOCAL)


def test_the_columns_of_the_host_are_as_they_were(db):
    before, _ = tables(db)
    after, _ = tables(db, marks=marks)
    assert list(before) == list(after)
    for name, (table, rows) in before.items():
        more = 2 if name in TABLES else 0
        with_states, same_rows = after[name]
        assert with_states.columns[: len(table.columns)] == table.columns
        assert len(with_states.columns) == len(table.columns) + more
        assert [row[: len(table.columns)] for row in same_rows] == rows
    assert 'State' not in str(before)


CHANGES = [
    Change(State.CHANGED, 'site', 'https://a', 'https://a', 'Login', '',
           (Changed('column.title', 'old', 'new'), Changed('of.tomorrow', '', '1')), SEEN, END_OF_TIME),
    Change(State.NEW, 'nuclei_result', 'x', 'https://a', 'cve-1', 'critical', (), SEEN, SEEN),
    Change(State.GONE, 'of_tomorrow', 'x', 'x'),
]  # fmt: skip


def test_a_report_begins_with_what_changed(db):
    read, overview = tables(db, changes=iter(CHANGES))
    table, rows = read['changes']
    assert list(read)[0] == 'changes' and table.title == 'Changes'
    assert [column.role for column in table.columns] == ['state', '', '', '', 'severity', '', '', '']
    assert all(len(row) == len(table.columns) for row in rows)
    first, second, third = rows
    assert first[:6] == (
        'changed', 'Site', 'https://a', 'Login', None, 'Title: old → new \r\nof.tomorrow:  → 1'
    )  # fmt: skip
    assert first[6] == LOCAL and first[7].year in (9999, 10000)
    assert second[:6] == ('new', 'Nuclei', 'https://a', 'cve-1', 'critical', None)
    assert third == ('gone', 'of_tomorrow', 'x', '', None, None, None, None)
    assert 'Changes' not in dict(overview.totals)


@pytest.mark.parametrize('table', TABLES)
def test_each_table_has_words(table):
    assert table_title(table, 'en') != table


def test_where_nothing_changed_there_is_no_such_table(db):
    assert 'changes' not in tables(db, changes=[])[0] and 'changes' not in tables(db)[0]


def test_the_numbers_are_those_that_the_run_is_told_with(db):
    known = Known(Progress.SUCCESS, {'site': 9, 'ip': 1, 'service': 0, 'nuclei_result': 2, 'of_tomorrow': 7})
    with Results(db, [TASK], language='en', results=known) as results:
        for table in results.tables():
            list(table.rows)
        overview = results.overview()
        assert results.results is known
    totals = dict(overview.totals)
    assert (totals['Site'], totals['IP'], totals['System services'], totals['Nuclei']) == (9, 1, 0, 2)
    assert overview.facts[-1] == ('Deleted since they were collected', 'Site: 6 rows; Nuclei: 2 rows')


def test_where_nothing_is_missing_nothing_is_said(db):
    known = Known(Progress.SUCCESS, {'site': 3, 'ip': 1})
    assert tables(db, results=known)[1].facts == tables(db)[1].facts == ()
    pending = Known(Progress.PENDING)
    assert tables(db, results=pending)[1].totals == tables(db)[1].totals

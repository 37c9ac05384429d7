"""A run as a document: what must be there, what may be missing, and plan entries of the form before."""

from datetime import datetime, timezone

import mongomock
import pytest
from bson import ObjectId

from scan_notify_plugin.doors import MARK
from scan_notify_plugin.faults import Fault, quoted
from scan_notify_plugin.readers import Misshapen
from scan_notify_plugin.records import read_record, to_document
from scan_notify_plugin.runs import rules
from scan_notify_plugin.runs.run import (
    VERSION,
    Acknowledged,
    JobStatus,
    Late,
    Note,
    Run,
    ScanTask,
    Started,
    Status,
    Want,
)
from scan_notify_plugin.runs.store import RunStore

NOW = datetime(2030, 5, 17, 12, tzinfo=timezone.utc)
MARK_OF_A_FIRE = ObjectId('65e22a04c1a5dab8cb620586')
END = rules.submission_end(MARK_OF_A_FIRE, NOW, 'failed', 1, 'x')
FULL = rules.new_run('s', 'nightly', 'recurrent_scan', 1, NOW, 's:1').evolve(
    task_ids=('a' * 24,),
    tasks={'a' * 24: ScanTask('done', NOW, 'done', True, 1, NOW)},
    status=Status.ERROR,
    end_time=NOW,
    plan=(
        Want('s:1/complete/ops', 'notify', 'p', 'ops', NOW, (quoted('why'),), True, ('j',), True),
        Want('s:1/x', 'export', 'p', 'csv'),
    ),
    faults=(END.faults[0],),
    plan_errors=(Fault('tasks.none'),),
    notes=(Note(NOW, Fault('tasks.none')),),
    fires=(Started(MARK_OF_A_FIRE, NOW, ('m', None)),),
    submitted=(END,),
    late=(Late('s:2', 'm', NOW, ('b' * 24,), END, {'v': 2}),),
    acknowledged=Acknowledged('web:ann', NOW, ''),
    unmade=True,
    untold=('ops',),
    watch_until=NOW,
)
#: What a run may do without, and has then.
DEFAULTS = {'start_time', 'fires', 'submitted', 'late', 'faults', 'export_faults', 'host_push', 'watch_until', 'unmade',
            'untold', 'acknowledged', 'test', 'language', 'samples'}  # fmt: skip
#: Of form 1, as 0.1.0 wrote it.
MESSAGE = {'id': 's:1/complete/ops', 'kind': 'notify', 'by': 'dingding', 'route': ['ops', 'second'], 'format': '',
           'lane': 'channel:1', 'waits': None, 'error': ''}  # fmt: skip
REPORT = dict(MESSAGE, id='s:1/complete/export-csv', kind='export', route=[], format='csv', lane='export:csv:3')


def without(document, name):
    return {key: value for key, value in document.items() if key != name}


def test_a_run_with_all_that_it_can_have_is_read_as_it_was():
    assert read_record(Run, to_document(FULL)) == FULL


@pytest.mark.parametrize('name', sorted(set(to_document(FULL)) - DEFAULTS))
def test_a_run_cannot_do_without(name):
    with pytest.raises(Misshapen, match='^{} is missing$'.format(name)):
        read_record(Run, without(to_document(FULL), name))


@pytest.mark.parametrize('name', sorted(DEFAULTS))
def test_a_run_can_do_without(name):
    assert getattr(read_record(Run, without(to_document(FULL), name)), name) == Run._field_defaults[name]


@pytest.mark.parametrize('entry, subject', [(MESSAGE, 'ops'), (REPORT, 'csv')], ids=['a message', 'a report'])
def test_a_plan_entry_of_form_1_is_read(entry, subject):
    (want,) = read_record(Run, dict(to_document(FULL), v=1, plan=[entry])).plan
    assert want == Want(entry['id'], entry['kind'], 'dingding', subject)
    with_all = dict(entry, waits=NOW, error='why', repeat=True, replaces=['j'], alone=True)
    assert read_record(Want, dict(with_all, _id=entry['id'])) == want.evolve(
        waits=NOW, faults=(Fault('old', text='why'),), repeat=True, replaces=('j',), alone=True
    )


@pytest.mark.parametrize('fields', [
    {'route': []}, {'route': None}, {'route': 'ops'}, {'route': [5]}, {'route': [None]}, {'route': {}},
    {'kind': 'alert'},
    {'kind': None}, {'kind': 'export', 'format': ''}, {'kind': 'export', 'format': None}, {'subject': ''},
    {'subject': 5},
], ids=str)  # fmt: skip
def test_a_plan_entry_for_nobody_is_odd(fields):
    with pytest.raises(Misshapen, match=r'^plan\.0'):
        read_record(Run, dict(to_document(FULL), plan=[dict(MESSAGE, **fields)]))


@pytest.fixture
def store():
    return RunStore(mongomock.MongoClient(tz_aware=True)['arl']['task_schedule_run'])


def test_a_run_of_form_1_that_changes_is_of_our_form_and_keeps_what_did_not_change(store):
    store._runs.insert_one(dict(to_document(FULL), v=1, plan=[MESSAGE, REPORT], of_a_later_release=7))
    run = store.get('s:1')
    changed = store.change(run, rules.announced(run, []))
    assert (changed.v, changed.rev, changed.plan) == (VERSION, run.rev + 1, run.plan)
    (document,) = store._runs.find({})
    assert document['plan'] == [MESSAGE, REPORT] and document['of_a_later_release'] == 7
    again = store.change(changed, rules.planned_again(changed, [Want('s:1/again', 'notify', 'p', 'ops')]))
    assert [want.subject for want in again.plan] == ['ops', 'csv', 'ops']
    assert store.get('s:1') == again and again.push_status is JobStatus.PENDING


def test_a_run_that_does_not_change_is_not_written(store):
    store._runs.insert_one(dict(to_document(FULL), v=1))
    run = store.get('s:1')
    assert store.change(run, run) == run and store.change_until_done('s:1', lambda run: run) is None
    assert store._runs.find_one({})['v'] == 1 and store._runs.find_one({})['rev'] == FULL.rev


@pytest.mark.parametrize('version, aside', [(1, True), (VERSION, True), (VERSION + 1, False)])
def test_an_odd_run_is_set_aside_unless_a_newer_release_wrote_it(store, version, aside):
    store.insert(FULL.evolve(id='s:2'))
    document = dict(to_document(FULL), v=version, plan='in another form')
    store._runs.insert_one(document)
    assert store.get('s:1') is None and [run.id for run in store.recent(9)] == ['s:2']
    found = store._runs.find_one({'_id': 's:1'})
    assert (MARK in found) is aside and without(found, MARK) == document

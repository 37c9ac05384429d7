"""Jobs of earlier forms: their prose is a quotation, and whatever is changed is of this release's form."""

import mongomock
import pytest

from scan_notify_plugin.faults import Fault
from scan_notify_plugin.jobs.job import VERSION, PartState, State
from scan_notify_plugin.jobs.store import COLLECTION, JobStore
from scan_notify_plugin.records import to_document
from tests.jobs.samples import START, attempt_to, make_job


@pytest.fixture
def jobs():
    return mongomock.MongoClient(tz_aware=True).arl[COLLECTION]


@pytest.fixture
def store(jobs):
    return JobStore(jobs.database)


def prose(document, name, text):
    """A document in which one text stands where the faults are now."""
    del document['faults']
    document[name] = text


def put(jobs, form, **fields):
    """A job as 0.1.0 and 0.2.0 wrote it."""
    document = to_document(make_job(attempts=(attempt_to(),), **fields))
    prose(document, 'error', 'ops: busy 7 try later')
    prose(document['attempts'][0], 'words', 'try later')
    prose(document['parts'][0], 'failure', 'not reached: u1')
    document.update(v=form, doubts=['ops: it is not known whether part 1 arrived'])
    jobs.insert_one(document)
    return document['_id']


@pytest.mark.parametrize('form', [1, 2])
def test_its_prose_is_quoted(jobs, store, form):
    job = store.get(put(jobs, form))
    assert job.faults == (Fault('old', text='ops: busy 7 try later'),)
    assert job.attempts[0].faults == (Fault('old', text='try later'),)
    assert job.parts[0].faults == (Fault('old', text='not reached: u1'),)
    assert job.doubts == (Fault('old', text='ops: it is not known whether part 1 arrived'),)


@pytest.mark.parametrize('form', [1, 2])
def test_a_change_makes_it_of_this_form_and_keeps_what_it_said(jobs, store, form):
    before = store.get(put(jobs, form))
    changed = store.change(before, before.evolve(tries=before.tries + 1))
    assert jobs.find_one()['v'] == changed.v == VERSION
    assert changed == before.evolve(v=VERSION, rev=before.rev + 1, tries=before.tries + 1)


@pytest.mark.parametrize('form', [1, 2])
def test_so_does_a_change_of_what_the_tick_reads_of_it(jobs, store, form):
    identity = put(jobs, form)
    before = store.get(identity)
    (turn,) = store.turns(before.run_ids)
    assert turn.faults == before.faults
    store.change(turn, turn._replace(waits=True))
    assert jobs.find_one()['v'] == VERSION
    assert store.get(identity) == before.evolve(v=VERSION, rev=before.rev + 1, waits=True)


def test_what_went_well_since_is_no_fault_any_more(jobs, store):
    before = store.get(put(jobs, 2))
    store.change(before, before.evolve(state=State.SUCCESS, faults=()).with_part(0, state=PartState.DONE, faults=()))
    after = store.get(before.id)
    assert (after.faults, after.parts[0].faults, after.created_at) == ((), (), START)

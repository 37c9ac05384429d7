"""Records: read from documents, changed, and written as the difference."""

from datetime import datetime, timezone
from enum import Enum
from typing import Any, Mapping, NamedTuple, Optional, Tuple, Union

import pytest
from bson import ObjectId

from scan_notify_plugin.readers import Misshapen
from scan_notify_plugin.records import difference, keys, read_record, to_document

NOW = datetime(2026, 11, 27, tzinfo=timezone.utc)


class State(str, Enum):
    READY = 'ready'
    DONE = 'done'


class Part(NamedTuple):
    key: str
    state: State
    at: Optional[datetime] = None


class Job(NamedTuple):
    id: str
    rev: int
    wait: float
    test: bool
    parts: Tuple[Part, ...]
    marks: Tuple[Union[ObjectId, str], ...] = ()
    tasks: Mapping[str, Part] = {}
    content: Mapping[str, Any] = {}
    code: Any = None


DOCUMENT = {
    '_id': 'j', 'rev': 1, 'wait': 5, 'test': False, 'parts': [{'key': 'a', 'state': 'ready', 'of_a_later_release': 7}],
    'marks': [ObjectId('0' * 24), 'x'], 'tasks': {'t': {'key': 'b', 'state': 'done', 'at': NOW}}, 'content': {'n': [1]},
}  # fmt: skip


def changed(**fields):
    return dict(DOCUMENT, **fields)


def without(name):
    return {key: value for key, value in DOCUMENT.items() if key != name}


def test_a_document_becomes_a_record():
    job = read_record(Job, DOCUMENT)
    assert job == Job(
        'j',
        1,
        5,
        False,
        (Part('a', State.READY),),
        (ObjectId('0' * 24), 'x'),
        {'t': Part('b', State.DONE, NOW)},
        {'n': [1]},
    )
    assert job.parts[0].state is State.READY


def test_a_record_becomes_a_document_and_the_same_record_again():
    job = read_record(Job, DOCUMENT)
    stored = to_document(job)
    assert stored['_id'] == 'j' and stored['parts'] == [{'key': 'a', 'state': 'ready'}]
    assert type(stored['parts'][0]['state']) is str and type(stored['tasks']['t']) is dict
    assert read_record(Job, stored) == job


@pytest.mark.parametrize(
    'document, problem',
    [
        (None, 'is no document'),
        (without('rev'), 'rev is missing'),
        (without('_id'), '_id is missing'),
        (changed(rev=True), 'rev is no whole number'),
        (changed(rev=1.5), 'rev is no whole number'),
        (changed(rev=1 << 60), 'rev is no whole number'),
        (changed(wait=float('nan')), 'wait is no number'),
        (changed(wait='5'), 'wait is no number'),
        (changed(test=0), 'test is neither true nor false'),
        (changed(parts=None), 'parts is no list'),
        (changed(parts='ab'), 'parts is no list'),
        (changed(parts=[{'key': 'a', 'state': 'ready'}, 5]), 'parts.1 is no document'),
        (changed(parts=[{'key': 'a', 'state': 'begun'}]), 'parts.0.state is none of ready, done'),
        (changed(parts=[{'key': 'a', 'state': ['ready']}]), 'parts.0.state is none of ready, done'),
        (changed(parts=[{'key': 'a'}]), 'parts.0.state is missing'),
        (changed(parts=[{'key': 'a', 'state': 'done', 'at': 'now'}]), 'parts.0.at is no time'),
        (changed(tasks={'t': None}), 'tasks.t is no document'),
        (changed(tasks={'t' * 500: None}), 'tasks.{} is no document'.format('t' * 100)),
        (changed(marks=[None]), 'marks.0 is no text'),
        (changed(content=[]), 'content is no document'),
    ],
)
def test_what_is_odd_is_named_with_its_place(document, problem):
    with pytest.raises(Misshapen) as caught:
        read_record(Job, document)
    assert str(caught.value) == problem


def test_what_may_be_missing_has_its_default():
    job = read_record(Job, {name: DOCUMENT[name] for name in ('_id', 'rev', 'wait', 'test', 'parts')})
    assert (job.marks, job.tasks, job.code) == ((), {}, None)


def test_the_fields_of_a_brief_look_are_its_keys():
    assert keys(Part) == ('key', 'state', 'at') and keys(Job)[0] == '_id'


JOB = read_record(Job, changed(parts=[{'key': 'a', 'state': 'ready'}, {'key': 'b', 'state': 'ready'}]))


def with_part(index, **fields):
    parts = list(JOB.parts)
    parts[index] = parts[index]._replace(**fields)
    return JOB._replace(parts=tuple(parts))


@pytest.mark.parametrize(
    'after, fields',
    [
        (JOB, {}),
        (JOB._replace(wait=5.0), {}),
        (JOB._replace(rev=2, test=True), {'rev': 2, 'test': True}),
        (with_part(1, state=State.DONE, at=NOW), {'parts.1.state': 'done', 'parts.1.at': NOW}),
        (JOB._replace(parts=JOB.parts[:1]), {'parts': [{'key': 'a', 'state': 'ready'}]}),
        (JOB._replace(parts=()), {'parts': []}),
        (JOB._replace(tasks={'t': Part('b', State.READY)}), {'tasks': {'t': {'key': 'b', 'state': 'ready'}}}),
        (JOB._replace(marks=('y',)), {'marks': ['y']}),
        (JOB._replace(code=State.DONE), {'code': 'done'}),
    ],
)
def test_only_what_changed_is_written(after, fields):
    assert difference(JOB, after) == fields


def test_a_record_keeps_nothing_of_the_document_that_it_was_made_from():
    document = changed(parts=[{'key': 'a', 'state': 'ready'}])
    job = read_record(Job, document)
    document['parts'][0]['state'] = 'done'
    assert job.parts[0].state is State.READY

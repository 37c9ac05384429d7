"""Which fires may have made a scan task, by ids and records alone."""

from datetime import datetime, timedelta, timezone

import pytest
from bson import ObjectId

from scan_notify_plugin import records
from scan_notify_plugin.runs import adoption, rules
from scan_notify_plugin.runs.run import Origin, Started

START = datetime(2030, 5, 17, 12, tzinfo=timezone.utc)


def object_id(counter, process=b'12345', seconds=1700000000):
    return ObjectId(seconds.to_bytes(4, 'big') + process + (counter % (1 << 24)).to_bytes(3, 'big'))


MARK = object_id(1000)
#: (sentence, mark, other id, whether it was made after the mark)
AFTER = [
    ('one more', MARK, object_id(1001), True),
    ('one less', MARK, object_id(999), False),
    ('the mark itself', MARK, MARK, False),
    ('another process', MARK, object_id(1001, b'54321'), False),
    ('the counter wraps', object_id(0xfffffe), object_id(3), True),
    ('before the counter wraps', object_id(3), object_id(0xfffffe), False),
    ('a clock that was set back does not matter', MARK, object_id(1001, seconds=1600000000), True),
]  # fmt: skip


@pytest.mark.parametrize('sentence, mark, other, after', AFTER, ids=[row[0] for row in AFTER])
def test_the_order_of(sentence, mark, other, after):
    assert adoption.came_after(mark, other) == after


def test_ids_of_this_process_are_in_order():
    first, other = ObjectId(), ObjectId()
    assert adoption.came_after(first, other) and not adoption.came_after(other, first)


def recorded(counter, open=True, beside=()):
    name = 's{}'.format(counter)
    return adoption.Recorded(name + ':1', name, name, 1, object_id(counter), open, tuple(map(object_id, beside)))


#: (sentence, fires, counter of the task, counters of the fires that may have made it)
MAKERS = [
    ('the fire before it', [recorded(10)], 11, [10]),
    ('no fire after it', [recorded(10)], 9, []),
    ('no fire whose tasks are known', [recorded(10, open=False)], 11, []),
    ('the nearer of two', [recorded(10), recorded(20)], 21, [20]),
    ('the earlier one between two', [recorded(10), recorded(20)], 15, [10]),
    ('nothing of an earlier one after one whose tasks are known', [recorded(10), recorded(20, open=False)], 21, []),
    ('both where they overlap', [recorded(10), recorded(20, beside=[10])], 21, [10, 20]),
    ('the longer one where they overlap', [recorded(10), recorded(20, open=False, beside=[10])], 21, [10]),
    ('one of three', [recorded(10), recorded(20, beside=[10]), recorded(30)], 31, [30]),
]  # fmt: skip


@pytest.mark.parametrize('sentence, fires, task, makers', MAKERS, ids=[row[0] for row in MAKERS])
def test_a_task_may_be_of(sentence, fires, task, makers):
    found = adoption.possible_makers(object_id(task), fires)
    assert [fire.mark for fire in found] == [object_id(counter) for counter in makers]


def test_a_fire_that_was_given_up_has_not_said_itself_what_it_made():
    def found(*ends):
        (fire,) = adoption.recorded_fires([origin(fires=(Started(MARK, START),), submitted=ends)])
        return fire

    for trouble, known in (('unreported', False), ('doubtful', False), ('failed', True), ('', True)):
        end = rules.submission_end(MARK, START, trouble)
        assert found(end).open is not known
    assert not found(rules.submission_end(MARK, START, 'unreported'), end).open


def test_a_mark_that_is_none_is_no_fire():
    of_nobody = origin(fires=(Started(None, START), Started('x', START)))
    document = {
        name: value for name, value in records.to_document(origin()).items() if name not in ('fires', 'submitted')
    }
    assert adoption.recorded_fires([of_nobody, records.read_record(Origin, document)]) == []


def origin(**fields):
    return Origin('s:1', 's', 'n', 1, START, ())._replace(**fields)


def new_run(**fields):
    return rules.new_run('s', 'n', 'k', 1, START, 's:1').evolve(**fields)


def test_an_adopted_fire_is_through_and_says_so():
    run = new_run(task_ids=('a',), fires=(Started(MARK, START),))
    run = adoption.adopted(run, MARK, ['a', 'b'], 0, START + timedelta(minutes=6))
    assert run.task_ids == ('a', 'b') and rules.open_fires(run) == []
    assert run.submitted[-1].error.endswith('; 1 scan tasks of it were found')
    # A run that nobody has reported to at all:
    assert len(adoption.adopted(new_run(), MARK, [], 0, START).submitted) == 1


def test_what_could_not_be_told_apart_is_counted_and_not_held():
    run = adoption.adopted(new_run(), MARK, ['a'], 3, START)
    assert run.task_ids == ('a',)
    assert run.submitted[0].error.endswith('3 scan tasks could not be told apart from those of other schedules')

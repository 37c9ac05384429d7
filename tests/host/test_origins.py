"""What a scan task's document says of the schedule that made it."""

import pytest
from bson import ObjectId

from scan_notify_plugin.host import origins
from scan_notify_plugin.host.origins import Origin, Trace

TASK = Trace(ObjectId(), '周期任务-nightly-8', 'task', 'full', frozenset(['a.example.com']))
NIGHTLY = Origin('s', 'nightly', 6, 7, 'task', 'full', frozenset(['a.example.com', 'b.example.com']))

#: (sentence, changes of the task, changes of the schedule, whether it can be)
CAN_BE = [
    ('of the schedule and the round that it is named after', {}, {}, True),
    ('of another schedule', {}, {'name': 'daily'}, False),
    ('of another round', {}, {'first': 7, 'last': 8}, False),
    ('of one of several rounds', {}, {'first': 2, 'last': 9}, True),
    ('of a schedule with a longer name', {'name': '周期任务-{}-8'.format('x' * 15)}, {'name': 'x' * 40}, True),
    ('of a schedule for once', {'name': '定时任务-nightly'}, {}, True),
    ('of another schedule for once', {'name': '定时任务-daily'}, {}, False),
    ('a monitor', {'name': 'x', 'tag': 'monitor'}, {}, False),
    ('made anew by a person', {'name': '重新运行-周期任务-nightly-8'}, {}, False),
    ('of a host with names of its own', {'name': 'scan'}, {}, True),
    ('nameless', {'name': '', 'tag': ''}, {}, True),
    ('of a schedule that was deleted', {'name': 'scan'}, {'name': '', 'tag': ''}, True),
]  # fmt: skip


@pytest.mark.parametrize('sentence, task, schedule, can_be', CAN_BE, ids=[row[0] for row in CAN_BE])
def test_it_can_be(sentence, task, schedule, can_be):
    assert origins.can_be_from(TASK._replace(**task), NIGHTLY._replace(**schedule)) == can_be


def test_a_twin_with_other_targets_or_another_policy_is_told_apart():
    assert not origins.certain(TASK, NIGHTLY, [NIGHTLY])
    assert origins.certain(TASK, NIGHTLY, [NIGHTLY._replace(targets=frozenset(['c.example.com']))])
    assert origins.certain(TASK, NIGHTLY, [NIGHTLY._replace(policy='fast')])
    assert not origins.certain(TASK, NIGHTLY, [NIGHTLY._replace(targets=frozenset())])
    assert not origins.certain(TASK, NIGHTLY, [NIGHTLY._replace(policy='')])
    assert origins.certain(TASK, NIGHTLY, [])


@pytest.mark.parametrize('value', [None, 5, float('nan'), [], {}, {'policy_name': {}}, ObjectId()])
def test_odd_documents_say_nothing(value):
    fields = dict.fromkeys(('name', 'task_tag', 'target', 'type', 'options', 'policy_name'), value)
    task_id = ObjectId()
    assert origins.trace(dict(fields, _id=task_id)) == Trace(task_id)
    assert origins.origin('s', fields, 'n', 0, 1) == Origin('s', 'n', 0, 1)


@pytest.mark.parametrize(
    'number, round_number',
    [(7, 7), (7.0, 7), (None, 0), ('7', 0), (float('nan'), 0), (float('inf'), 0), (-1, 0), (10**30, 0), ([], 0)],
)
def test_the_round_of(number, round_number):
    assert origins.round_of({'run_number': number}) == round_number
    assert origins.round_of({}) == 0

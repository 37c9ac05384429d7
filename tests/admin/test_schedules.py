"""Changing what holds for schedules: one, several, all, and two people at once."""

import threading

import pytest
from bson import ObjectId

from scan_notify_plugin.admin.errors import Conflict, Invalid, NotFound
from scan_notify_plugin.admin.options import Options
from scan_notify_plugin.admin.schedules import Schedules
from scan_notify_plugin.testing.embedded import embedded_database
from tests.admin.desks import START, audited, make_desk

NIGHTLY, WEEKLY = '64f000000000000000000001', '64f000000000000000000002'


@pytest.fixture
def desk():
    desk = make_desk()
    desk.db['task_schedule'].insert_many([
        {'_id': ObjectId(NIGHTLY), 'name': 'nightly', 'schedule_type': 'recurrent_scan', 'run_number': 7,
         'status': 'scheduled', 'notify_on': 'failed'},
        {'_id': ObjectId(WEEKLY), 'name': 'weekly', 'schedule_type': 'future_scan', 'status': 'stop'},
    ])  # fmt: skip
    return desk


def test_a_schedule_says_what_holds_and_who_decided_it(desk):
    Schedules(desk).change([NIGHTLY], {'notify_enable': True}, 'web:ann')
    nightly, weekly = Schedules(desk).listing()
    assert nightly['effective'] == {
        'notify_enable': True, 'notify_channel': ['dingding'], 'notify_on': 'failed', 'export_enable': False,
        'export_format': ['excel'],
    }  # fmt: skip
    assert nightly['own'] == {'notify_enable': True}
    assert nightly['from'] == {
        'notify_enable': 'admin', 'notify_channel': 'default', 'notify_on': 'host', 'export_enable': 'default',
        'export_format': 'default',
    }  # fmt: skip
    assert (nightly['rev'], nightly['by'], nightly['at'], nightly['status']) == (1, 'web:ann', START, 'scheduled')
    assert (weekly['rev'], weekly['by'], weekly['own'], weekly['status']) == (0, '', {}, 'stop')
    assert Schedules(desk).get(NIGHTLY) == nightly


def test_a_change_says_what_it_was_before(desk):
    Schedules(desk).change([NIGHTLY], {'notify_channel': 'ops,mine'}, 'web:ann')
    (changed,) = Schedules(desk).change([NIGHTLY], {'notify_channel': None, 'notify_on': 'always'}, 'cli:bob')
    assert (changed['own'], changed['rev']) == ({'notify_on': 'always'}, 2)
    assert audited(desk) == [
        ('web:ann', 'set', 'schedule:' + NIGHTLY, {'notify_channel': None}, {'notify_channel': ['ops', 'mine']}),
        ('cli:bob', 'set', 'schedule:' + NIGHTLY, {'notify_channel': ['ops', 'mine'], 'notify_on': None},
         {'notify_channel': None, 'notify_on': 'always'}),
    ]  # fmt: skip


def test_several_or_all_can_be_changed_at_once(desk):
    assert len(Schedules(desk).change(None, {'export_enable': True}, 'web:ann')) == 2
    assert len(Schedules(desk).change([NIGHTLY, NIGHTLY], {'export_enable': False}, 'web:ann')) == 1
    assert [one['effective']['export_enable'] for one in Schedules(desk).listing()] == [False, True]
    assert len(audited(desk)) == 3


@pytest.mark.parametrize('ids, values, kind, said', [
    ([NIGHTLY, 'nonsense'], {'notify_enable': True}, NotFound, 'nonsense: no schedule of the host has this id'),
    ([NIGHTLY, WEEKLY[:-1] + '9'], {'notify_enable': True}, NotFound, 'no schedule of the host has this id'),
    (None, {}, Invalid, 'values: expected at least one setting'),
    (None, {'notify': True}, Invalid, 'notify: unknown setting; known are'),
    (None, {'notify_on': 'sometimes'}, Invalid, 'notify_on: expected one of finished, failed, always'),
    (None, {'notify_enable': True, 'notify_channel': 'nobody'}, Invalid, "no target is called 'nobody'"),
    (None, {'export_format': ['excel', 'pdf']}, Invalid, "export_format: no plugin makes 'pdf'; there are csv, excel"),
    (None, {'export_format': 'gone'}, Invalid, "no plugin makes 'gone'"),
    (None, {'notify_channel': {'$gt': ''}}, Invalid, 'notify_channel: expected a name or a list of names'),
])  # fmt: skip
def test_what_is_wrong_is_refused_as_a_whole(desk, ids, values, kind, said):
    with pytest.raises(kind) as refused:
        Schedules(desk).change(ids, values, 'web:ann')
    assert said in str(refused.value)
    assert [one['rev'] for one in Schedules(desk).listing()] == [0, 0] and audited(desk) == []


def test_formats_are_ours_until_a_worker_tells_more():
    desk = make_desk(alive=False)
    desk.db['task_schedule'].insert_one({'_id': ObjectId(NIGHTLY), 'name': 'nightly'})
    Schedules(desk).change(None, {'export_format': 'excel,csv'}, 'web:ann')
    with pytest.raises(Invalid):
        Schedules(desk).change(None, {'export_format': 'pdf'}, 'web:ann')


def test_the_defaults_that_an_administrator_set_hold_for_schedules(desk):
    Options(desk).change({'DEFAULTS.EXPORT_ENABLE': True}, 'web:ann')
    one = Schedules(desk).get(WEEKLY)
    assert one['effective']['export_enable'] is True and one['from']['export_enable'] == 'default'


def test_taking_back_what_was_not_set_changes_nothing(desk):
    (same,) = Schedules(desk).change([NIGHTLY], {'notify_on': None}, 'web:ann', 0)
    assert same['rev'] == 0 and audited(desk) == []
    Schedules(desk).change([NIGHTLY], {'notify_on': 'failed'}, 'web:ann')
    Schedules(desk).change(None, {'notify_on': None, 'notify_channel': None}, 'web:bob')
    assert audited(desk)[1:] == [
        ('web:bob', 'set', 'schedule:' + NIGHTLY, {'notify_on': 'failed'}, {'notify_on': None})
    ]
    assert Schedules(desk).get(WEEKLY)['rev'] == 0


def test_a_switch_is_on_or_off_in_the_words_of_a_conflict(desk):
    Schedules(desk).change([NIGHTLY], {'notify_enable': True, 'export_enable': False}, 'web:ann')
    with pytest.raises(Conflict, match=r'\(export_enable = off, notify_enable = on\)'):
        Schedules(desk).change([NIGHTLY], {'notify_on': 'always'}, 'web:bob', 0)


def test_who_comes_second_is_told_who_was_first_and_what_holds_now(desk):
    seen = Schedules(desk).get(NIGHTLY)['rev']
    Schedules(desk).change([NIGHTLY], {'notify_on': 'failed', 'notify_channel': 'ops,mine'}, 'web:ann', seen)
    with pytest.raises(Conflict) as refused:
        Schedules(desk).change([NIGHTLY], {'notify_on': 'always'}, 'web:bob', seen)
    assert str(refused.value) == (
        'schedule nightly was changed meanwhile by web:ann at 2030-05-17 12:00:00 UTC '
        '(notify_channel = ops, mine, notify_on = failed); look again and decide anew'
    )
    assert Schedules(desk).get(NIGHTLY)['own']['notify_on'] == 'failed'
    assert [line[0] for line in audited(desk)] == ['web:ann']
    Schedules(desk).change([NIGHTLY], {'notify_on': 'always'}, 'web:bob', 1)
    with pytest.raises(Conflict):
        Schedules(desk).change([NIGHTLY], {'notify_on': 'always'}, 'web:bob', 1)
    with pytest.raises(Conflict):
        Schedules(desk).change([NIGHTLY], {'notify_on': 'always'}, 'web:bob', 7)


def test_a_rev_belongs_to_one_schedule(desk):
    with pytest.raises(Invalid, match='rev: belongs to a single schedule'):
        Schedules(desk).change(None, {'notify_on': 'always'}, 'web:bob', 0)


def test_of_many_at_once_one_wins_and_every_other_is_told(desk):
    desk = desk._replace(db=embedded_database())
    desk.db['task_schedule'].insert_one({'_id': ObjectId(NIGHTLY), 'name': 'nightly'})
    outcomes, gate = [], threading.Barrier(8)

    def change(number):
        gate.wait(10)
        try:
            Schedules(desk).change([NIGHTLY], {'notify_on': 'failed'}, 'web:{}'.format(number), 0)
            outcomes.append('changed')
        except Conflict:
            outcomes.append('told')

    threads = [threading.Thread(target=change, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcomes) == ['changed'] + ['told'] * 7
    assert Schedules(desk).get(NIGHTLY)['rev'] == 1


def test_changes_of_different_settings_without_a_rev_all_stay(desk):
    Schedules(desk).change([NIGHTLY], {'notify_on': 'failed'}, 'web:ann')
    Schedules(desk).change([NIGHTLY], {'notify_enable': True}, 'web:bob')
    assert Schedules(desk).get(NIGHTLY)['own'] == {'notify_on': 'failed', 'notify_enable': True}


def test_what_was_set_before_changes_were_counted_can_be_changed(desk):
    desk.db['scan_notify_setting'].insert_one(
        {'_id': 'schedule:' + NIGHTLY, 'values': {'notify_enable': True}, 'by': 'cli:x', 'at': START, 'v': 1}
    )
    assert Schedules(desk).get(NIGHTLY)['rev'] == 0
    (changed,) = Schedules(desk).change([NIGHTLY], {'notify_on': 'failed'}, 'web:ann', 0)
    assert changed['own'] == {'notify_enable': True, 'notify_on': 'failed'}


def test_the_hosts_documents_are_not_touched(desk):
    before = list(desk.db['task_schedule'].find({}))
    Schedules(desk).change(None, {'notify_enable': True}, 'web:ann')
    assert list(desk.db['task_schedule'].find({})) == before

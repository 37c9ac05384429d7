"""Which plugins there are, and their switches."""

import pytest

from scan_notify_plugin.admin.errors import Invalid, NotFound
from scan_notify_plugin.admin.plugins import Plugins
from tests.admin.desks import START, audited, make_desk, plugin


def states(desk):
    return {one['name']: one['state'] for one in Plugins(desk).listing()}


def test_the_plugins_are_those_of_the_worker_that_was_heard_last():
    desk = make_desk()
    assert states(desk) == {'csv': 'active', 'dingding': 'active', 'excel': 'active', 'gone': 'broken'}
    desk.clock.move(seconds=30)
    desk.stored.worker_alive('newer', {'plugins': [plugin('mine')]})
    assert states(desk) == {'mine': 'active'}


def test_who_switched_a_plugin_off_and_when_is_on_record_until_it_is_on_again():
    desk = make_desk()
    row = Plugins(desk).switch('dingding', False, 'web:ann')
    assert (row['state'], row['off_by'], row['off_at']) == ('off', 'web:ann', START)
    assert states(desk)['dingding'] == 'off'
    row = Plugins(desk).switch('dingding', True, 'web:bob')
    assert (row['state'], row['off_by'], row['off_at']) == ('active', '', None)
    assert audited(desk) == [
        ('web:ann', 'toggle', 'plugin:dingding', 'on', 'off'), ('web:bob', 'toggle', 'plugin:dingding', 'off', 'on'),
    ]  # fmt: skip


def test_switching_off_what_is_off_changes_nothing_and_leaves_no_line():
    desk = make_desk()
    Plugins(desk).switch('dingding', False, 'web:ann')
    desk.clock.move(hours=1)
    assert Plugins(desk).switch('dingding', False, 'web:bob')['off_by'] == 'web:ann'
    assert Plugins(desk).switch('csv', True, 'web:bob')['state'] == 'active'
    assert len(audited(desk)) == 1


def test_a_plugin_that_nobody_knows_cannot_be_switched():
    desk = make_desk()
    with pytest.raises(NotFound, match="no plugin is called 'dingdong'; there are csv, dingding, excel, gone"):
        Plugins(desk).switch('dingdong', False, 'web:ann')
    assert audited(desk) == []


def test_without_a_worker_a_plugin_can_be_switched_off_before_one_starts():
    desk = make_desk(alive=False)
    assert Plugins(desk).listing() == []
    row = Plugins(desk).switch('dingding', False, 'web:ann')
    assert (row['state'], row['off_by']) == ('unknown', 'web:ann')
    assert Plugins(desk).switch('dingding', True, 'web:ann')['off_by'] == ''
    with pytest.raises(Invalid):
        Plugins(desk).switch('$where', False, 'web:ann')


def test_a_broken_plugin_stays_broken_when_it_is_switched_off():
    desk = make_desk()
    row = Plugins(desk).switch('gone', False, 'web:ann')
    assert (row['state'], row['off_by']) == ('broken', 'web:ann')

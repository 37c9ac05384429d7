"""A person stops a target and starts it again."""

import pytest

from scan_notify_plugin.admin.errors import Conflict, NotFound
from scan_notify_plugin.admin.stopping import Stopping
from scan_notify_plugin.admin.targets import Targets
from scan_notify_plugin.faults import quoted
from scan_notify_plugin.settings.stops import SERVICE
from tests.admin.desks import START, audited, make_desk
from tests.admin.test_targets import one

STOPPED = 'stopped by web:ann since 2030-05-17 12:00 UTC'


@pytest.fixture
def desk():
    return make_desk()._replace(language='en')


def test_it_is_stopped_and_started_and_both_are_on_record(desk):
    told = Stopping(desk).stop('ops', 'web:ann', ' room is moved ')
    assert (told['name'], told['changed'], told['stopped']['by'], told['stopped']['at']) == (
        'ops', True, 'web:ann', START,
    )  # fmt: skip
    assert told['stopped']['faults'][0]['words'] == STOPPED + ': room is moved'
    assert Stopping(desk).start('ops', 'cli:bob') == {'name': 'ops', 'changed': True, 'stopped': None}
    assert audited(desk) == [
        ('web:ann', 'stop', 'target:ops', None, {'why': 'room is moved'}),
        ('cli:bob', 'start', 'target:ops', {'by': 'web:ann', 'at': START}, None),
    ]  # fmt: skip


def test_what_changes_nothing_is_not_on_record_and_who_was_first_stays_named(desk):
    assert Stopping(desk).start('ops', 'cli:bob')['changed'] is False
    Stopping(desk).stop('ops', 'web:ann')
    again = Stopping(desk).stop('ops', 'cli:bob', 'x')
    assert (again['changed'], again['stopped']['by']) == (False, 'web:ann')
    assert [line[:2] for line in audited(desk)] == [('web:ann', 'stop')]


def test_a_reason_is_short_and_without_credentials(desk):
    told = Stopping(desk).stop('ops', 'web:ann', 'see http://x/?access_token=5f2cHiddenToken0123456789 ' + 'x' * 999)
    assert '5f2cHidden' not in str(told) + str(audited(desk)) + str(list(desk.db['scan_notify_setting'].find({})))
    assert len(told['stopped']['faults'][0]['words']) < 400


def test_a_target_that_nobody_configured_is_neither_stopped_nor_started(desk):
    for act in (Stopping(desk).stop, Stopping(desk).start):
        with pytest.raises(NotFound, match="no target is called 'nobody'"):
            act('nobody', 'web:ann')
    assert desk.stored.read().stops == {}


def test_the_listing_says_who_stopped_it_when_and_why(desk):
    assert one(desk)['stopped'] is None
    desk.stored.stops.stop('ops', SERVICE, (quoted('410 Gone'),))
    found = one(desk)
    words = 'its service has wanted no more messages since 2030-05-17 12:00 UTC: 410 Gone'
    assert (found['usable'], found['problems'], found['stopped']['by']) == (False, [words], 'service')
    assert one(desk, 'mine')['stopped'] is None
    Stopping(desk).start('ops', 'web:ann')
    assert (one(desk)['usable'], one(desk)['problems']) == (True, [])


def test_a_test_of_a_stopped_target_is_refused_with_the_reason(desk):
    Stopping(desk).stop('ops', 'web:ann')
    with pytest.raises(Conflict) as refused:
        Targets(desk).test('ops', 'cli:bob')
    assert str(refused.value) == 'nothing is sent to ops: {}; "scan-notify start ops" starts it again'.format(STOPPED)
    assert refused.value.facts['by'] == 'web:ann'
    assert desk.db['task_schedule_run'].count_documents({}) == 0
    assert [line[1] for line in audited(desk)] == ['stop']

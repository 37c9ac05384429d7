"""Which schedules should have fired and did not: from what hosts write, in every form of it."""

from datetime import datetime, timedelta, timezone

import pytest
from bson import ObjectId

from scan_notify_plugin.host.scans import Scans, Schedule
from scan_notify_plugin.host.timetable import Missed, due_at, looked, overdue, zone_of
from scan_notify_plugin.testing.embedded import embedded_database

UTC = timezone.utc
CHINA = timezone(timedelta(hours=8))
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SECONDS = int(NOON.timestamp())


def at(**span):
    return NOON + timedelta(**span)


@pytest.mark.parametrize('written', [
    '2026-03-02 20:00:00', '2026-03-02 20:00', ' 2026-03-02 20:00:00 ', '2026-03-02T20:00:00', '2026-03-02T12:00:00Z',
    '2026-03-02T12:00:00.000Z', '2026-03-02 20:00:00+08:00', '2026-03-02T13:00:00+0100', SECONDS, float(SECONDS),
    SECONDS * 1000, str(SECONDS), NOON, NOON.replace(tzinfo=None),
])  # fmt: skip
def test_a_time_is_understood_however_a_host_writes_it(written):
    for name in ('next_run_date', 'next_run_time'):
        assert due_at({'status': 'scheduled', 'schedule_type': 'recurrent_scan', name: written}, CHINA) == NOON


@pytest.mark.parametrize('written', [
    '-', '', None, 0, -1, True, 60, float('nan'), float('inf'), 10 ** 30, '2026-02-30 03:00:00', '2026-03-02', 'soon',
    '²²',
    ['2026-03-02 20:00:00'], {'at': NOON}, b'2026', ObjectId(), '9' * 400, '0000-01-01 00:00:00', '2026-03-02 25:00:00',
    '2026-03-02 12:00:00+99:99',
])  # fmt: skip
def test_what_is_no_time_is_never_due(written):
    document = {'status': 'scheduled', 'next_run_date': written, 'next_run_time': written, 'start_time': written}
    assert due_at(document, CHINA) is None
    assert due_at(document, None) is None


@pytest.mark.parametrize('status', ['done', 'stop', 'error', '', None, ['scheduled']])
def test_only_what_is_scheduled_is_due(status):
    assert due_at({'status': status, 'next_run_date': '2026-03-02 20:00:00'}, CHINA) is None


def test_a_scan_that_is_run_once_has_its_time_in_seconds_too():
    future = {
        'status': 'scheduled',
        'schedule_type': 'future_scan',
        'next_run_date': '2026-03-02 20:00:00',
        'start_time': SECONDS,
    }
    assert due_at(future, UTC) == NOON  # whatever zone the text is in
    assert due_at(dict(future, start_time='-'), CHINA) == NOON
    recurrent = dict(future, schedule_type='recurrent_scan', start_time=0)
    assert due_at(recurrent, CHINA) == NOON


@pytest.mark.parametrize('local, hours', [
    ('2026-03-02 20:00:00', 8), ('2026-03-02 20:00:03', 8), ('2026-03-02 07:00:00', -5), ('2026-03-02 17:30:00', 5.5),
])  # fmt: skip
def test_the_hosts_zone_is_where_both_forms_of_a_time_agree(local, hours):
    fired = {'last_run_time': SECONDS, 'last_run_date': local}
    never = {'last_run_time': 0, 'last_run_date': '-', 'start_date': '', 'start_time': 0}
    once = {'start_time': float(SECONDS), 'start_date': local}
    for documents in ([never, fired, {}], [once]):
        assert NOON.astimezone(zone_of(documents)).utcoffset() == timedelta(hours=hours)


def test_the_latest_time_tells_the_zone():
    summer, winter = at(days=-200), at(days=-1)
    documents = [
        {
            'last_run_time': moment.timestamp(),
            'last_run_date': '{:%Y-%m-%d %H:%M:%S}'.format(moment + timedelta(hours=ahead)),
        }
        for moment, ahead in ((winter, 9), (summer, 10))
    ]
    assert winter.astimezone(zone_of(documents)).utcoffset() == timedelta(hours=9)


@pytest.mark.parametrize('documents', [
    [], [{}], [{'last_run_time': 'x', 'last_run_date': 5}],
    [{'last_run_time': SECONDS, 'last_run_date': '2020-01-01 00:00:00'}],
    [{'last_run_time': SECONDS, 'last_run_date': SECONDS}],
])  # fmt: skip
def test_where_nothing_tells_it_the_zone_is_this_machines(documents):
    assert zone_of(documents) is None
    mine = '{:%Y-%m-%d %H:%M:%S}'.format(NOON.astimezone())
    assert due_at({'status': 'scheduled', 'next_run_date': mine}, None) == NOON


def schedule(name='nightly', due=NOON):
    return Schedule('65e2a0c4c1a5dab8cb6205e9', name, 'recurrent_scan', 3, {}, 'scheduled', due)


def test_three_minutes_are_not_overdue_more_are():
    assert overdue([schedule(), schedule(due=None)], at(minutes=3)) == []
    late = at(minutes=3, seconds=1)
    assert overdue([schedule()], late) == [Missed('65e2a0c4c1a5dab8cb6205e9', 'nightly', NOON)]
    assert overdue([schedule()], late, timedelta(hours=8)) == []  # the clock was set forward: it only seems so


def test_the_longest_overdue_is_first_and_there_are_not_more_than_can_be_watched():
    many = [schedule(str(number), at(seconds=-number)) for number in range(1200)]
    result = overdue(many, at(hours=1))
    assert len(result) == 1000 and result[0].name == '1199'


MISSED = Missed('a', 'nightly', NOON)


def test_a_schedule_is_told_at_the_second_look_a_minute_after_the_first_and_only_once():
    looks, news = looked([], [MISSED], at(minutes=4))
    assert news == []
    looks, news = looked(looks, [MISSED], at(minutes=4, seconds=59))
    assert news == []
    looks, news = looked(looks, [MISSED], at(minutes=5))
    assert news == [MISSED]
    looks, news = looked(looks, [MISSED], at(hours=30))
    assert news == [] and len(looks) == 1


def test_what_fired_meanwhile_is_forgotten_and_a_later_miss_is_another():
    looks, _ = looked([], [MISSED], at(minutes=4))
    looks, news = looked(looks, [], at(minutes=5))
    assert (looks, news) == ([], [])
    again = MISSED._replace(due_at=at(days=1))
    looks, news = looked(looked([], [again], at(days=1, minutes=4))[0], [again], at(days=1, minutes=6))
    assert news == [again]


@pytest.mark.parametrize('odd', [
    None, 5, [], {}, {'id': 'a'}, {'id': 'a', 'due_at': NOON, 'since': 'x', 'told': True},
    {'id': ['a'], 'due_at': NOON},
    {'id': 'a', 'due_at': NOON, 'since': NOON.replace(tzinfo=None), 'told': False},
])  # fmt: skip
def test_an_odd_memory_is_none(odd):
    looks, news = looked([odd], [MISSED], at(minutes=9))
    assert news == [] and looks == [{'id': 'a', 'due_at': NOON, 'since': at(minutes=9), 'told': False}]


def test_a_look_from_the_future_is_another_clocks():
    before = [{'id': 'a', 'due_at': NOON, 'since': at(hours=9), 'told': False}]
    looks, news = looked(before, [MISSED], at(minutes=4))
    assert news == [] and looks[0]['since'] == at(minutes=4)


def test_schedules_are_read_in_the_zone_that_the_host_writes():
    db = embedded_database()
    ran = {'last_run_time': SECONDS, 'last_run_date': '2026-03-02 20:00:00', 'next_run_date': '2026-03-03 20:00:00'}
    new = {'last_run_time': 0, 'last_run_date': '-', 'next_run_date': '2026-03-02 21:00:00'}
    for number, fields in enumerate((ran, new, {'next_run_date': '-', 'name': 7})):
        document = dict({'name': str(number), 'schedule_type': 'recurrent_scan', 'status': 'scheduled'}, **fields)
        db['task_schedule'].insert_one(document)
    result = Scans(db).schedules()
    assert [schedule.due_at for schedule in result] == [at(days=1), at(hours=1), None]
    assert Scans(db).schedule(result[0].id).due_at == at(days=1)


@pytest.mark.parametrize('seconds', [1795766336.1234, 1795766336123.4])
def test_fractions_of_a_second_are_what_mongodb_gives_back(seconds):
    at = due_at({'status': 'scheduled', 'next_run_time': seconds, 'start_time': seconds}, None)
    assert at is not None and at.microsecond % 1000 == 0

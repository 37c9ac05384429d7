"""Who changed what."""

from datetime import timedelta

import pytest

from scan_notify_plugin.testing.embedded import embedded_database
from tests.admin.history import NOW, History


@pytest.fixture
def past():
    return History(embedded_database())


def test_lines_are_listed_newest_first_by_pages(past):
    for number in range(3):
        past.desk.audit.note('web:ann', 'switch', 'plugin-{}'.format(number), True, False)
        past.clock.move(seconds=1)
    lines, total = past.desk.audit.listing(1, 2)
    assert ([line['what'] for line in lines], total) == (['plugin-2', 'plugin-1'], 3)
    assert [line['what'] for line in past.desk.audit.listing(2, 2)[0]] == ['plugin-0']
    assert lines[0]['before'] is True and lines[0]['after'] is False and isinstance(lines[0]['_id'], str)


def test_lines_about_things_are_oldest_first(past):
    for what in ('a', 'b', 'c', 'a'):
        past.desk.audit.note('web:ann', 'switch', what)
        past.clock.move(seconds=1)
    assert [(line['what'], line['at'] - NOW) for line in past.desk.audit.about(['a', 'b'])] == [
        ('a', timedelta(0)), ('b', timedelta(seconds=1)), ('a', timedelta(seconds=3)),
    ]  # fmt: skip


def test_no_credential_and_no_name_that_mongodb_refuses_gets_in(past):
    url = 'https://oapi.dingtalk.com/robot/send?access_token=5f2c5f2c5f2c5f2c5f2c'
    past.desk.audit.note('web:ann', 'set', 'x', {'$set': {'a.b': url}}, [url, 'mongodb://arl:5f2c@10.0.0.1/'])
    (line,), _ = past.desk.audit.listing()
    assert '5f2c' not in repr(line) and list(line['before']) == ['_set'] and list(line['before']['_set']) == ['a_b']


def test_what_is_long_is_cut(past):
    past.desk.audit.note('web:ann', 'set', 'x', after={'note': 'y' * 5000})
    (line,), _ = past.desk.audit.listing()
    assert len(line['after']['note']) == 300


def test_old_lines_are_forgotten(past):
    past.desk.audit.note('web:ann', 'set', 'old')
    past.clock.move(days=2)
    past.desk.audit.note('web:ann', 'set', 'new')
    past.desk.audit.forget(NOW + timedelta(days=1))
    assert [line['what'] for line in past.desk.audit.listing()[0]] == ['new']

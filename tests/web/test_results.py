"""What runs have found and what is new, over REST."""

from urllib.parse import quote

import pytest

from scan_notify_plugin.settings.store import SettingsStore
from scan_notify_plugin.web import mount
from tests.admin.history import NOW, SECTIONS, History
from tests.admin.toy_rounds import SCHEDULE, collected
from tests.loop import ManualClock
from tests.web.conftest import good, refusal


@pytest.fixture
def web(start, monkeypatch):
    clock = ManualClock()
    clock.time = NOW
    monkeypatch.setattr(mount, 'Clock', lambda: clock)
    web = start(SCAN_NOTIFY=dict(SECTIONS['SCAN_NOTIFY'], BASE_URL='https://arl.example.com'))
    SettingsStore(web.db, clock).decide_run_collection(False)
    web.past = History(web.db)
    web.runs = ['/runs/' + quote(collected(web.past, number), safe='') for number in (1, 2)]
    return web


def test_a_run_has_its_results_and_its_changes_come_in_pages(web):
    results = web.data(web.runs[1])['results']
    assert (results['state'], results['compared']['run_number']) == ('success', 1)
    found = web.data(web.runs[1] + '/changes', size=2, state='new')
    assert len(found['items']) == 2 and found['total'] == results['changes']['new']
    one = found['items'][0]
    assert {'state', 'table', 'target', 'name', 'severity', 'cells', 'first_seen', 'last_seen'} <= set(one)
    assert web.data(web.runs[1] + '/changes', text='no such thing')['items'] == []


def test_a_schedule_has_its_rounds_and_what_is_new_over_them(web):
    path = '/schedules/' + SCHEDULE
    assert [one['run_number'] for one in web.data(path + '/rounds')['items']] == [2, 1]
    since = web.data(path + '/changes', since=1)
    assert [one['run_number'] for one in since['rounds']] == [2] and since['total'] == len(since['items'])


def test_what_a_schedule_knows_is_forgotten_or_taken_over(web):
    path = '/schedules/' + SCHEDULE
    assert good(web.post('/schedules/64f000000000000000000002/continue', old=SCHEDULE))['old'] == SCHEDULE
    assert good(web.post(path + '/forget'))['schedule_id'] == SCHEDULE
    assert {(line['by'], line['action']) for line in web.data('/audit')['items']} == {
        ('web:admin', 'continue'), ('web:admin', 'forget'),
    }  # fmt: skip
    assert refusal(web.post('/schedules/nobody/forget'))[0] == 409
    assert refusal(web.post(path + '/continue', old=SCHEDULE))[0] == 409
    assert refusal(web.post(path + '/continue'))[0] == 400


def test_wrong_input_is_refused(web):
    assert refusal(web.get(web.runs[0] + '/changes', state='nice'))[0] == 400
    assert refusal(web.get('/runs/nobody/changes'))[0] == 404
    assert refusal(web.get('/schedules/{}/changes'.format(SCHEDULE)))[0] == 400

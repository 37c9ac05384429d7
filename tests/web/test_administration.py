"""Every route does what it says, through the host's app, and the audit trail says who did it."""

import inspect
import sys
from datetime import timedelta
from urllib.parse import quote

import pytest

from scan_notify_plugin import __version__
from scan_notify_plugin.reports import links
from scan_notify_plugin.settings.store import SettingsStore
from scan_notify_plugin.web import api, mount
from tests.admin.desks import PLUGINS, TARGETS
from tests.admin.history import NOW, SECTIONS, History
from tests.host_double import add_schedule
from tests.loop import ManualClock
from tests.reports.shelf import CONTENT, put_report
from tests.web import test_results
from tests.web.conftest import TOKEN, good, refusal

SECTION = dict(SECTIONS['SCAN_NOTIFY'], BASE_URL='https://arl.example.com')
RUN = '64f0:1'


@pytest.fixture
def web(start, monkeypatch, tmp_path):
    """A host with a schedule, a run, its message and its report, and a worker that was seen just now."""
    clock = ManualClock()
    clock.time = NOW
    monkeypatch.setattr(mount, 'Clock', lambda: clock)
    web = start(SCAN_NOTIFY=SECTION)
    web.past, web.clock = History(web.db), clock
    stored = SettingsStore(web.db, clock)
    stored.decide_run_collection(False)
    stored.worker_alive('w', {'plugins': PLUGINS, 'target_facts': TARGETS, 'targets': ['ops'], 'version': __version__})
    assert web.past.run(hours=1) == RUN
    web.report = put_report(web.db, tmp_path / 'top' / 'tmp' / 'reports', now=clock.time, run_id=RUN).id
    web.schedule = str(add_schedule(web.db, name='nightly'))
    return web


def audited(web):
    """(by, action, what) of every change, the oldest first."""
    return [(line['by'], line['action'], line['what']) for line in reversed(web.data('/audit')['items'])]


def test_reading(web):
    job = web.past.job(RUN)
    assert [run['id'] for run in web.data('/runs')['items']] == [RUN]
    detail = web.data('/runs/' + quote(RUN, safe=''))
    assert (detail['id'], detail['jobs'][0]['id'], detail['reports'][0]['id']) == (RUN, job, web.report)
    assert detail['start_time'] == '2030-05-17T11:00:00+00:00'
    assert [one['name'] for one in web.data('/schedules')['items']] == ['nightly']
    assert web.data('/schedules/' + web.schedule)['effective']['notify_on'] == 'always'
    assert 'excel' in [one['name'] for one in web.data('/plugins')['items']]
    assert 'ops' in [one['name'] for one in web.data('/targets')['items']]
    assert [one['id'] for one in web.data('/reports')['items']] == [web.report]
    assert web.data('/overview')['workers'][0]['name'] == 'w'
    assert len(web.data('/overview', days=1000)['runs_per_day']) == 366
    assert {'name': 'LANGUAGE', 'value': 'zh'}.items() <= web.data('/settings')['items'][1].items()
    assert web.data('/me') == {'by': 'web:admin', 'name': 'admin', 'version': __version__, 'language': 'zh'}
    assert audited(web) == []


def test_no_answer_has_a_credential_in_it(web):
    web.past.job(RUN)
    for path in (
        'plugins',
        'schedules',
        'runs',
        'runs/' + RUN,
        'reports',
        'targets',
        'settings',
        'audit',
        'overview',
        'me',
    ):
        said = web.get('/' + path).data.decode()
        for secret in ('5f2c', TOKEN, 'the-api-key'):
            assert secret not in said, path


def test_runs_are_filtered_and_paged(web):
    for number in (2, 3, 4):
        web.past.run(number, hours=24 * number, status='error', name='weekly')
    assert web.data('/runs', status='error')['total'] == 3
    page = web.data('/runs', text='weekly', page=2, size=2)
    assert ([run['run_number'] for run in page['items']], page['total'], page['page'], page['size']) == ([4], 3, 2, 2)
    since = (NOW - timedelta(hours=49)).isoformat()
    assert [run['run_number'] for run in web.data('/runs', since=since)['items']] == [1, 2]
    assert refusal(web.get('/runs', status='fine'))[0] == 400
    assert refusal(web.get('/runs', since='yesterday'))[1].startswith('since: expected a time')
    assert refusal(web.get('/runs', order='-_id'))[1].startswith('order: unknown')


def test_a_hostile_name_is_only_ever_json(web):
    name = '<img src=x onerror=alert(1)>'
    web.past.run(2, name=name)
    answer = web.get('/runs', text='img src')
    assert answer.mimetype == 'application/json' and good(answer)['items'][0]['schedule_name'] == name
    assert answer.headers['X-Content-Type-Options'] == 'nosniff'
    assert "default-src 'none'" in answer.headers['Content-Security-Policy']


def test_a_plugin_is_switched(web):
    assert good(web.post('/plugins/dingding', on=False))['state'] == 'off'
    assert [one['off_by'] for one in web.data('/plugins')['items'] if one['state'] == 'off'] == ['web:admin']
    assert good(web.post('/plugins/dingding', on=True))['state'] == 'active'
    assert refusal(web.post('/plugins/nobody', on=True))[0] == 404
    assert refusal(web.post('/plugins/dingding'))[1].startswith('on: is missing')
    assert audited(web) == [('web:admin', 'toggle', 'plugin:dingding')] * 2


def test_one_schedule_is_changed_by_whoever_has_seen_its_state(web):
    path = '/schedules/' + web.schedule
    changed = good(web.post(path, values={'notify_enable': True}, rev=0))
    assert (changed['id'], changed['effective']['notify_enable'], changed['rev']) == (web.schedule, True, 1)
    second = web.post(path, values={'notify_enable': False}, rev=0)
    told = {'by': 'web:admin', 'at': changed['at'], 'values': {'notify_enable': True}}
    code, words = refusal(second, told)
    assert code == 409 and 'web:admin' in words
    assert web.data(path)['effective']['notify_enable'] is True
    assert refusal(web.post(path, values={'notify_channel': ['nobody']}))[0] == 400
    assert refusal(web.post('/schedules/x', values={'notify_enable': True}))[0] == 404


def test_several_schedules_are_changed_or_all(web):
    other = str(add_schedule(web.db, name='weekly'))
    assert good(web.post('/schedules', ids=[other], values={'notify_enable': True}))['total'] == 1
    body = good(web.post('/schedules', ids='all', values={'export_enable': True}))
    assert {one['id'] for one in body['items']} == {web.schedule, other}
    assert [one['effective']['notify_enable'] for one in web.data('/schedules')['items']].count(True) == 1
    assert refusal(web.post('/schedules', ids='some', values={}))[1].startswith('ids: expected a list of ids, or "all"')
    assert refusal(web.post('/schedules', values={'export_enable': True}))[1].startswith('ids: is missing')


def test_a_run_is_told_again(web):
    path = '/runs/' + quote(RUN, safe='')
    web.past.job(RUN, state='error')
    assert good(web.post(path + '/resend', failed_only=True)) == {'jobs': [RUN + '/resend-1/ops']}
    assert refusal(web.post(path + '/resend', targets=['nobody']))[0] == 400
    assert refusal(web.post('/runs/x/resend'))[0] == 404
    assert audited(web) == [('web:admin', 'resend', RUN)]


@pytest.mark.parametrize('of', ['runs', 'jobs'])
def test_what_is_open_is_held_released_and_cancelled(web, of):
    job = web.past.job(RUN)
    what = RUN if of == 'runs' else job
    for action, state in (('hold', 'held'), ('release', 'pending'), ('cancel', 'cancelled')):
        done = good(web.post('/{}/{}/{}'.format(of, quote(what, safe=''), action)))
        assert done['changed'] == [job]
        assert web.past.desk.jobs.get(job).state == state
    assert refusal(web.post('/{}/{}/cancel'.format(of, quote(what, safe=''))))[0] == 409
    assert audited(web) == [('web:admin', action, what) for action in ('hold', 'release', 'cancel')]


def test_the_id_of_a_job_may_be_quoted_or_not(web):
    """Browsers quote its slashes; proxies between may take that back."""
    for made in (lambda job: quote(job, safe=''), lambda job: job):
        job = web.past.job(RUN, target='t{}'.format(len(web.data('/audit')['items'])))
        good(web.post('/jobs/{}/cancel'.format(made(job))))
        assert web.past.desk.jobs.get(job).state == 'cancelled'


def test_a_doubt_is_settled_and_a_run_acknowledged(web):
    job = web.past.job(RUN, state='uncertain')
    good(web.post('/jobs/{}/settle'.format(job), delivered=False))
    assert web.past.desk.jobs.get(job).state == 'error'
    assert refusal(web.post('/jobs/{}/settle'.format(job), delivered=True))[0] == 409
    assert refusal(web.post('/jobs/{}/settle'.format(job), delivered='no'))[1].startswith(
        'delivered: expected true or false'
    )
    assert good(web.post('/runs/{}/acknowledge'.format(RUN), note='known'))['by'] == 'web:admin'
    assert web.data('/runs/' + RUN)['acknowledged']['note'] == 'known'


def test_a_report_is_downloaded_with_the_login_alone(web):
    path = '/report/{}/file'.format(web.report)
    answer = web.ask('HEAD', path)
    assert (answer.status_code, answer.data, answer.headers['Content-Length']) == (200, b'', str(len(CONTENT)))
    assert audited(web) == []
    answer = web.get(path)
    assert answer.data == CONTENT
    assert answer.headers['Content-Disposition'].startswith('attachment; ')
    assert (answer.headers['X-Content-Type-Options'], answer.headers['Cache-Control']) == ('nosniff', 'no-store')
    assert audited(web) == [('web:admin', 'download', web.report)]
    assert refusal(web.get('/report/x/file'))[0] == 404


def test_a_link_is_renewed_and_revoked(web):
    def status(url):
        return web.ask('GET', url[len('https://arl.example.com') :], token=None).status_code

    path = '/report/' + web.report
    first = good(web.post(path + '/link'))['url']
    assert first.startswith('https://arl.example.com' + links.ROUTE) and status(first) == 200
    second = good(web.post(path + '/link', hours=1.5))['url']
    assert (status(first), status(second)) == (410, 200)
    good(web.post(path + '/revoke'))
    assert status(second) == 410
    assert refusal(web.post(path + '/link', hours=0))[0] == 400
    assert [action for _, action, _ in audited(web)] == ['link', 'link', 'revoke']
    assert second.rpartition('/')[2] not in web.get('/audit').data.decode()


def test_a_report_is_deleted_and_made_again(web):
    assert good(web.ask('DELETE', '/report/' + web.report))['state'] == 'deleted'
    assert refusal(web.get('/report/{}/file'.format(web.report)))[0] == 409
    assert refusal(web.ask('DELETE', '/report/' + web.report))[0] == 409
    (job,) = good(web.post('/runs/{}/reports'.format(RUN), format='csv'))['jobs']
    assert job.startswith(RUN)
    assert refusal(web.post('/runs/{}/reports'.format(RUN), format='gone'))[0] == 400
    assert [action for _, action, _ in audited(web)] == ['delete', 'resend']


def test_a_test_message_is_a_run_of_its_own(web):
    run_id = good(web.post('/targets/ops/test', language='en'))['run_id']
    assert web.data('/runs/' + quote(run_id, safe=''))['test'] is True
    assert [run['id'] for run in web.data('/runs')['items']] == [RUN]
    assert refusal(web.post('/targets/nobody/test'))[0] == 404
    assert refusal(web.post('/targets/ops/test', language='de'))[1].startswith('language: expected one of zh, en')


def test_a_target_is_stopped_and_started(web):
    stopped = good(web.post('/targets/ops/stop', why='room is moved'))['stopped']
    assert stopped['by'] == 'web:admin' and stopped['faults'][0]['words'].endswith('room is moved')
    (ops,) = [one for one in web.data('/targets')['items'] if one['name'] == 'ops']
    assert ops['stopped'] == stopped
    refused = web.post('/targets/ops/test')
    assert (refused.status_code, refused.get_json()['data']['by']) == (409, 'web:admin')
    assert good(web.post('/targets/ops/start')) == {'name': 'ops', 'changed': True, 'stopped': None}
    assert refusal(web.post('/targets/nobody/stop'))[0] == refusal(web.post('/targets/nobody/start'))[0] == 404
    assert refusal(web.post('/targets/ops/stop', why=7))[0] == refusal(web.post('/targets/ops/stop', x=7))[0] == 400
    assert audited(web) == [('web:admin', 'stop', 'target:ops'), ('web:admin', 'start', 'target:ops')]


def test_settings_are_changed_by_whoever_has_seen_them(web):
    rev = web.data('/settings')['rev']
    changed = good(web.post('/settings', values={'LANGUAGE': 'en', 'LINK_HOURS': 2}, rev=rev))
    assert {one['name']: one['value'] for one in changed['items']} == {'LANGUAGE': 'en', 'LINK_HOURS': 2}
    assert changed['rev'] == rev + 1 and web.data('/me')['language'] == 'en'
    second = web.post('/settings', values={'LANGUAGE': 'zh'}, rev=rev)
    assert (second.status_code, second.get_json()['data']['values']) == (409, {'language': 'en', 'link_hours': 2})
    assert refusal(web.post('/settings', values={'BASE_URL': 'x'}))[1].startswith('BASE_URL: ')
    assert refusal(web.post('/settings', values={'LANGUAGE': {'$ne': 1}}))[1].startswith('LANGUAGE: ')
    assert audited(web) == [('web:admin', 'set', 'settings')]


def test_every_route_that_changes_something_is_called_by_these_tests():
    text = ''.join(inspect.getsource(module) for module in (sys.modules[__name__], test_results))
    for route in api.ROUTES:
        last = route.path.rpartition('/')[2]
        assert last.startswith('<') or last in text, route.path


def test_before_the_first_fire_there_is_an_answer_for_every_page(start):
    """An installation of a minute ago: nothing has decided anything yet."""
    fresh = start()
    for path in ('plugins', 'schedules', 'runs', 'reports', 'targets', 'settings', 'audit', 'overview', 'me'):
        assert fresh.get('/' + path).status_code == 200, path
    assert refusal(fresh.get('/runs/x'))[0] == 404

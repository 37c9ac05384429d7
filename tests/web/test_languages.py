"""What people read of the REST API comes from the words; what does not is quoted: a name, a value, somebody else's."""

import re
from urllib.parse import quote

import pytest

from scan_notify_plugin import words
from scan_notify_plugin.faults import Fault
from scan_notify_plugin.settings.store import SettingsStore
from scan_notify_plugin.web import mount
from tests.admin.desks import PLUGINS
from tests.admin.history import NOW, SECTIONS, History
from tests.host_double import add_schedule
from tests.loop import ManualClock
from tests.marks import as_words, marked, unmarked
from tests.reports.shelf import put_report

LANGUAGE = 'xx'
RUN = '64f0:1'
JOB = RUN + '/complete/ops'
PATH = quote(RUN, safe='')


def faults_of(value):
    """Every described fault in an answer."""
    if isinstance(value, dict):
        if set(value) == {'code', 'facts', 'words'}:
            yield value
        for inner in value.values():
            yield from faults_of(inner)
    if isinstance(value, list):
        for inner in value:
            yield from faults_of(inner)


def check(fault):
    """All that is not marked is one of its facts."""
    assert '\u27e6' in fault['words'] or fault['code'] in ('quote', 'old', 'together.said'), fault
    assert unmarked(fault['words']) <= as_words(list(fault['facts'].values())), fault


@pytest.fixture
def web(start, monkeypatch, tmp_path):
    """With a run that has every kind of fault, and with a worker that has found fault with targets and plugins."""
    english = words.LANGUAGES['en']
    monkeypatch.setitem(words.LANGUAGES, LANGUAGE, {code: marked(sentence) for code, sentence in english.items()})
    clock = ManualClock()
    clock.time = NOW
    monkeypatch.setattr(mount, 'Clock', lambda: clock)
    web = start(SCAN_NOTIFY=SECTIONS['SCAN_NOTIFY'])
    web.past = History(web.db)
    stored = SettingsStore(web.db, clock)
    stored.decide_run_collection(False)
    problem = Fault('option.missing', option='SECRET').to_stored()
    target = {'name': 'ops', 'plugin': 'dingding', 'problems': [problem], 'usable': False, 'lane': '', 'oversize': ''}
    broken = dict(PLUGINS[-1], faults=[Fault('quote', text='ImportError: x').to_stored()])
    stored.worker_alive('w', {'plugins': PLUGINS[:-1] + [broken], 'target_facts': [target], 'targets': ['ops']})
    failed, died = Fault('tasks.error', count=1, total=3).to_stored(), Fault('job.died', count=3).to_stored()
    note = {'at': NOW, 'fault': Fault('note.again', task='t1', was='stop', now='waiting').to_stored()}
    web.past.run(hours=1, status='error', faults=[failed], export_faults=[died], notes=[note])
    attempt = {'at': NOW, 'target': 'ops', 'part': 0, 'result': 'config', 'code': 310000, 'faults': [died]}
    web.past.job(RUN, state='error', faults=[died], attempts=[attempt])
    web.report = put_report(web.db, tmp_path / 'top' / 'tmp' / 'reports', now=NOW, run_id=RUN).id
    web.schedule = str(add_schedule(web.db, name='nightly'))
    return web


def refusal(web, language, method, path, body):
    """The fault that a request is refused with."""
    path, _, query = path.partition('?')
    more = {'json': body} if method == 'POST' else {'query_string': query}
    answer = web.ask(method, path, headers={'Accept-Language': language}, **more)
    assert answer.status_code in (400, 401, 403, 404, 409), (path, answer.get_json())
    (fault,) = answer.get_json()['faults']
    assert fault['words'] == answer.get_json()['message']
    return fault


def get(web, path):
    return web.ask('GET', path, headers={'Accept-Language': LANGUAGE}).get_json()


def test_every_fault_that_is_told_comes_from_the_words(web):
    for path, least in (('/runs', 2), ('/runs/' + PATH, 8), ('/targets', 2), ('/plugins', 1)):
        found = list(faults_of(get(web, path)))
        assert len(found) >= least, path
        for fault in found:
            check(fault)


def test_settings_are_explained_by_the_words(web):
    for item in get(web, '/settings')['data']['items']:
        for text in (item['help'], item['expected']):
            known = set(item['choices']) | {'TARGETS', 'REPORT', 'FOLDER', 'http', 's', 'URL', 'METRICS', 'TOKEN'}
            assert '\u27e6' in text and unmarked(text) <= known | {'env', 'NAME', 'file', 'path'}, item


#: Of commands, pages and forms, which are the same in every language.
NAMES = 'scan-notify reports schedules docs md runs operating configuration rest JSON application/json T true false all'

REFUSED = [
    ('GET', '/runs/nothing', {}), ('GET', '/runs?status=fine', {}), ('GET', '/runs?since=yesterday', {}),
    ('GET', '/runs?order=1', {}), ('GET', '/runs?page=x', {}), ('GET', '/overview?days=x', {}),
    ('POST', '/runs/{}/resend'.format(PATH), {'targets': ['nobody']}),
    ('POST', '/runs/{}/resend'.format(PATH), {'targets': []}),
    ('POST', '/runs/{}/resend'.format(PATH), {'formats': ['pdf']}),
    ('POST', '/runs/{}/resend'.format(PATH), {'targets': 'x'}), ('POST', '/runs/{}/hold'.format(PATH), {}),
    ('POST', '/runs/{}/release'.format(PATH), {}), ('POST', '/runs/{}/cancel'.format(PATH), {}),
    ('POST', '/runs/{}/acknowledge'.format(PATH), {'note': 'x' * 600}),
    ('POST', '/runs/{}/reports'.format(PATH), {'format': 'pdf'}), ('POST', '/runs/{}/reports'.format(PATH), {}),
    ('POST', '/jobs/{}/settle'.format(quote(JOB, safe='')), {'delivered': True}),
    ('POST', '/jobs/{}/settle'.format(quote(JOB, safe='')), {}), ('POST', '/jobs/nothing/settle', {'delivered': True}),
    ('POST', '/jobs/{}/cancel'.format(quote(JOB, safe='')), {}), ('POST', '/jobs/nothing/hold', {}),
    ('POST', '/plugins/nobody', {'on': False}), ('POST', '/plugins/dingding', {}),
    ('GET', '/schedules/nothing', {}), ('POST', '/schedules', {'ids': 'all', 'values': {}}),
    ('POST', '/schedules', {'values': {}}), ('POST', '/schedules', {'ids': 'some', 'values': {}}),
    ('POST', '/schedules', {'ids': 'all', 'values': {'notify_on': 'x'}}),
    ('POST', '/schedules', {'ids': 'all', 'values': {'notify_channel': ['nobody']}}),
    ('POST', '/schedules', {'ids': 'all', 'values': {'export_format': ['pdf']}}),
    ('POST', '/settings', {'values': {'REPORT_FOLDER': '/tmp'}}), ('POST', '/settings', {'values': {'TYPO': 1}}),
    ('POST', '/settings', {'values': {}}), ('POST', '/settings', {'values': {'LINK_HOURS': 'x'}}),
    ('POST', '/settings', {'values': {'LANGUAGE': 'fr'}}), ('POST', '/targets/nobody/test', {}),
    ('POST', '/targets/ops/test', {'language': 'fr'}), ('POST', '/report/nothing/revoke', {}),
    ('POST', '/report/nothing/link', {'hours': -1}), ('DELETE', '/report/nothing', None),
    ('GET', '/admin/nothing.js', {}), ('GET', '/reports/no-link', {}),
    ('POST', '/callback/pager', {}), ('POST', '/dingtalk/card', {}),
]  # fmt: skip


def test_every_refusal_comes_from_the_words(web):
    told = set()
    for request in REFUSED:
        fault = refusal(web, LANGUAGE, *request)
        check(fault)
        told.add(fault['words'])
    assert len(told) > 35  # each its own


def test_every_refusal_is_chinese_for_who_asks_for_no_language(web):
    for request in REFUSED:
        fault = refusal(web, '', *request)
        assert re.search('[\u4e00-\u9fff]', fault['words'])
        known = as_words(list(fault['facts'].values())) | as_words(NAMES)
        assert {word for word in re.findall('[A-Za-z]+', fault['words'])} <= known, fault


def test_so_does_the_refusal_of_what_cannot_be_read(web):
    for data, kind in ((b'{', 'json'), (b'[]', 'json'), (b'x' * 70000, 'json'), (b'{}', 'xml')):
        more = {'data': data, 'content_type': 'application/' + kind}
        answer = web.ask('POST', '/settings', headers={'Accept-Language': LANGUAGE}, **more)
        assert answer.status_code == 400
        check(answer.get_json()['faults'][0])


def test_so_does_what_two_administrators_change_at_once(web):
    for values in ({'notify_enable': True}, {'notify_on': 'failed'}):
        answer = web.ask('POST', '/schedules/' + web.schedule, headers={'Accept-Language': LANGUAGE},
                         json={'values': values, 'rev': 0})  # fmt: skip
    assert answer.status_code == 409
    (fault,) = answer.get_json()['faults']
    check(fault)


def test_the_hosts_own_refusal_stays_the_hosts(web):
    answer = web.ask('GET', '/runs', token=None, headers={'Accept-Language': LANGUAGE})
    assert answer.get_json() == {'message': 'not login', 'code': 401, 'data': {}}

"""The page behind the link of a message: what it shows, to whom, for how long, and what nothing in it can do."""

import re
from datetime import datetime, timedelta, timezone
from html.parser import HTMLParser

import pytest
from flask import Flask
from pymongo.errors import ServerSelectionTimeoutError

from scan_notify_plugin.changes import Change, Changed, Compared, Progress, Results, State
from scan_notify_plugin.faults import Fault, say
from scan_notify_plugin.markup import STYLE, policy
from scan_notify_plugin.records import to_document
from scan_notify_plugin.reports import links
from scan_notify_plugin.reports.report import State as ReportState
from scan_notify_plugin.results.pointer import Kept
from scan_notify_plugin.runs.run import ScanTask
from scan_notify_plugin.settings.section import parse_settings
from scan_notify_plugin.settings.store import OPTIONS, SettingsStore
from scan_notify_plugin.testing.embedded import embedded_database
from scan_notify_plugin.web.desk import Desks
from scan_notify_plugin.web.download import Downloads, make_blueprint
from scan_notify_plugin.web.link_page import Pages, answers
from tests.loop import ManualClock
from tests.reports.shelf import CONTENT, put_report

BROWSER = {'Accept': 'text/html,*/*;q=0.8', 'Accept-Language': 'fr'}
JSON = {'Accept-Language': 'en'}
RUN = '65e2a0c4c1a5dab8cb6205e9:41'
FIRED = datetime(2026, 3, 2, 4, tzinfo=timezone.utc)
FAILED, STOPPED, DONE = '65e22a04c1a5dab8cb620586', '65e22a04c1a5dab8cb620587', '65e22a04c1a5dab8cb620588'


def changed(state=State.NEW, table='vuln', target='https://shop.example.com', name='SQL injection', **fields):
    return Change(state, table, target + name, target, name, **fields)


RECORDS = (
    changed(severity='critical', name='Log4Shell'),
    changed(State.BACK, severity='high', name='password=hunter2'),
    changed(State.FIRST_LOOK, severity='low'),
    changed(table='service', target='198.51.100.7:3389', name='rdp'),
    changed(State.CHANGED, 'site', 'http://a.example.com', '', cells=(Changed('column.page_title', 'Old', 'New'),)),
    changed(State.GONE, 'service', '198.51.100.9:22', 'ssh'),
)
RESULTS = Results(
    Progress.SUCCESS, {'site': 12, 'vuln': 3, 'nuclei_result': 0, 'wing': 2}, {'critical': 1, 'high': 1, 'low': 1},
    {'new': 2, 'back': 1, 'first_look': 1, 'changed': 1, 'gone': 1, 'not_looked_at': 5}, {},
    Compared('65e2:40', 40, FIRED - timedelta(days=3)), (Fault('quote', text='198.51.100.9: task {}'.format(DONE)),),
)  # fmt: skip


class Page(HTMLParser):
    """What is on a page: its text, its links, its elements."""

    def __init__(self, answer):
        super().__init__(convert_charrefs=True)
        self.answer, self.status, self.html = answer, answer.status_code, answer.get_data(as_text=True)
        self.elements, self.links, self.metas, self.texts = [], [], {}, []
        self.feed(self.html)
        self.text = ' '.join(' '.join(self.texts).split())

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.elements.append((tag, found))
        if 'href' in found:
            self.links.append(found['href'])
        if tag == 'meta' and 'name' in found:
            self.metas[found['name']] = found['content']

    def handle_data(self, data):
        if self.lasttag != 'style' or not data.startswith('*{'):
            self.texts.append(data)


class Web:
    """A web process with one run in its database."""

    def __init__(self, folder, language='en'):
        self.folder, self.db, self.clock = str(folder), embedded_database(), ManualClock()
        settings = parse_settings({'SCAN_NOTIFY': {'ENABLE': True, 'LANGUAGE': language}})
        desks = Desks(lambda: self.db, self.clock, settings, self.folder)
        self.runs = SettingsStore(self.db, self.clock).decide_run_collection(False)
        app = Flask('host')
        app.register_blueprint(
            make_blueprint(Downloads(desks.database, self.clock, self.folder, pages=Pages(self.clock, desks)))
        )
        self.client = app.test_client()
        self.store = desks.desk().reports

    def run(
        self, results=RESULTS, records=RECORDS, tasks=((DONE, 'done'), (FAILED, 'error'), (STOPPED, 'stop')), **more
    ):
        run = sample_run(results, tasks)._replace(**more)
        self.db[self.runs].insert_one(to_document(run))
        kept = Kept(RUN, 1, 1, '', 41, None, results or RESULTS, tuple(records), FIRED, FIRED)
        self.db['scan_notify_result'].insert_one(to_document(kept))

    def put(self, **fields):
        fields = dict({'run_id': RUN, 'now': self.clock.now()}, **fields)
        return put_report(self.db, self.folder, **fields)

    def token(self, report, **fields):
        claim = dict({'serial': report.serial, 'until': report.link_until, 'id': report.id}, **fields)
        return links.sign_page(self.store.signing_key(), claim['id'], claim['serial'], claim['until'])

    def ask(self, token, method='GET', **headers):
        return self.client.open(links.ROUTE + token, method=method, headers=dict(BROWSER, **headers))

    def page(self, token, **headers):
        return Page(self.ask(token, **headers))

    def change(self, report, **fields):
        now = self.store.get(report.id)
        self.store.change(now, now.evolve(**fields))


def sample_run(results, tasks):
    from scan_notify_plugin.runs.run import JobStatus, Run, Status

    told = {task_id: ScanTask(outcome, FIRED, outcome) for task_id, outcome in tasks}
    return Run(
        RUN, 3, 1, '65e2a0c4c1a5dab8cb6205e9', '每日<b>巡检</b>', 'recurrent_scan', 41, FIRED, FIRED + timedelta(hours=1),
        tuple(told), told, Status.ERROR, '', True, (), (), (), JobStatus.SUCCESS, JobStatus.SUCCESS, results=results,
    )  # fmt: skip


@pytest.fixture
def web(tmp_path):
    return Web(tmp_path / 'reports')


# What is on it


def test_the_page_says_what_changed_what_was_found_what_failed_and_has_the_file(web):
    from bson import ObjectId

    web.run()
    web.db['task'].insert_one({'_id': ObjectId(FAILED), 'name': 'nightly', 'target': '10.0.0.0/24 token=abcdef123456'})
    report = web.put()
    page = web.page(web.token(report))
    assert page.status == 200
    order = [
        '· round 41', 'incomplete', 'Changes', 'new 2', 'gone 1', 'round 40', 'critical', 'Log4Shell', 'high', 'low',
        'Other records', '198.51.100.7:3389', 'Title: Old → New', '198.51.100.9:22', 'Findings by severity',
        'Totals', 'Site 12', 'Vulnerabilities 3', 'wing 2', 'did not go well', 'failed', '10.0.0.0/24', 'nightly',
        'stopped', 'Download 每日',
    ]  # fmt: skip
    places = [page.text.find(words) for words in order]
    assert -1 not in places, order[places.index(-1)]
    assert places == sorted(places)
    (link,) = page.links
    assert web.client.get(links.ROUTE + link[2:]).data == CONTENT


def test_the_page_is_in_the_language_of_the_settings_whatever_the_reader_asks_for(tmp_path):
    for language, tag, word in (('zh', 'zh-CN', '新增 2'), ('en', 'en', 'new 2')):
        web = Web(tmp_path / language, language)
        web.run()
        page = web.page(web.token(web.put()))
        assert word in page.text and ('html', {'lang': tag}) in page.elements
        gone = web.page('forged')
        assert say(links.Refusal.UNKNOWN.fault, language) in gone.text and ('html', {'lang': tag}) in gone.elements


def test_a_language_that_an_administrator_sets_holds_at_once(web):
    web.run()
    token = web.token(web.put())
    web.page(token)
    SettingsStore(web.db, web.clock).set_values(OPTIONS, {'language': 'zh'}, 'web:ann')
    assert '新增 2' in web.page(token).text


def test_only_the_file_counts(web):
    web.run()
    report = web.put(limit=1)
    for method in ('GET', 'HEAD', 'GET'):
        assert web.ask(web.token(report), method=method).status_code == 200
    assert web.store.get(report.id).downloads == 0


def test_there_is_a_button_for_each_report_of_the_run_that_ends_with_the_page(web):
    web.run()
    first = web.put()
    other = web.put(content=b'other', name='other.zip', format='csv', link_until=first.link_until + timedelta(hours=9))
    web.put(run_id='65e2:42', name='foreign.xlsx')
    web.put(state=ReportState.MAKING, name='making.xlsx')
    page = web.page(web.token(first))
    assert 'foreign' not in page.text and 'making' not in page.text and len(page.links) == 2
    files = [web.client.get(links.ROUTE + link[2:]).data for link in page.links]
    assert files == [CONTENT, b'other'] and other.id
    claims = [links.read(web.store.signing_key(), link[2:]) for link in page.links]
    assert {claim.expires for claim in claims} == {int(first.link_until.timestamp())}
    assert not any(claim.is_page for claim in claims)


def test_a_link_of_another_report_that_somebody_ended_does_not_come_back_by_the_page(web):
    web.run()
    first, revoked, renewed, late = (web.put(name='{}.xlsx'.format(n)) for n in ('first', 'revoked', 'renewed', 'late'))
    web.change(revoked, revoked_at=web.clock.now(), serial=2)
    web.change(renewed, serial=2)
    web.change(late, link_until=web.clock.now())
    page = web.page(web.token(first))
    assert len(page.links) == 1
    for words in (
        'revoked.xlsx: its link was revoked',
        'renewed.xlsx: its link was revoked',
        'late.xlsx: its link has ended',
    ):
        assert words in page.text


def test_when_the_downloads_are_used_up_the_page_stays_and_the_button_is_off(web):
    web.run()
    report = web.put(limit=1)
    page = web.page(web.token(report))
    assert web.ask(page.links[0][2:]).data == CONTENT
    page = web.page(web.token(report))
    assert (page.status, page.links) == (200, []) and 'downloaded as often as it may be' in page.text
    assert 'Log4Shell' in page.text


# What is not


def test_credentials_are_masked_whatever_the_settings_say_and_no_task_has_an_id(web):
    web.run(records=RECORDS + (changed(severity='high', name='api_key=0123456789abcdef0123 ' + FAILED),))
    page = web.page(web.token(web.put()))
    for hidden in ('hunter2', '0123456789abcdef0123', FAILED, STOPPED, DONE, RUN, RUN[:24]):
        assert hidden not in page.html.replace(page.links[0], '')


def test_there_are_at_most_two_hundred_records_the_worst_first(web):
    records = tuple(changed(severity='high', name='finding {}.'.format(number)) for number in range(230))
    web.run(records=records)
    page = web.page(web.token(web.put()))
    assert page.text.count('finding ') == 200 and 'finding 199.' in page.text and '30 more' in page.text


def test_what_no_record_is_kept_of_is_counted_as_more(web):
    web.run(results=RESULTS._replace(changes=dict(RESULTS.changes, new=5002)))
    assert '5000 more' in web.page(web.token(web.put())).text


def test_a_page_that_names_all_records_says_nothing_of_more(web):
    web.run()
    assert ' more' not in web.page(web.token(web.put())).text


def test_many_failed_tasks_are_some_and_a_number(web):
    web.run(tasks=[('{:024x}'.format(number), 'error') for number in range(60)])
    assert '10 more' in web.page(web.token(web.put())).text


HOSTILE = ('<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', "' onmouseover='x", '</title></style><b>',
           'https://evil.example.com/', 'javascript:alert(1)', '\u202egnp.exe', '<a href="//evil.example.com">x</a>',
           '<!--', ']]>', '&lt;b&gt;', '{{ 7*7 }}', '\u2066\u200b', 'x' * 100000)  # fmt: skip
ALLOWED = set(
    'html head meta title style body h1 h2 h3 p span bdi div ul li table thead tbody tr th td svg rect a'.split()
)


def test_what_a_scan_found_is_text_and_nothing_else(web):
    from bson import ObjectId

    records = [changed(target=value, name=value, severity=severity, cells=(Changed(value, value, value),), table=value)
               for value in HOSTILE for severity in ('high', '', value)]  # fmt: skip
    named = {re.sub('[.$]', '_', value)[:200]: 1 for value in HOSTILE}
    remarks = tuple(Fault('quote', text=value) for value in HOSTILE)
    web.run(RESULTS._replace(totals=named, severities=named, remarks=remarks), records, schedule_name=HOSTILE[1])
    web.db['task'].insert_one({'_id': ObjectId(FAILED), 'name': HOSTILE[0], 'target': HOSTILE[1]})
    page = web.page(web.token(web.put(name='<b>"x.xlsx')))
    assert page.status == 200 and {tag for tag, _ in page.elements} <= ALLOWED
    names = {name for _, attributes in page.elements for name in attributes}
    assert names <= set('lang charset name content class href rel width height rx role aria-label'.split())
    assert len(page.links) == 1 and re.fullmatch(r'\./[\w.-]+', page.links[0])
    assert '<script>alert(1)</script>' in page.text and '\u202e' not in page.html
    assert len(page.html) < 300000


def test_what_the_answer_says_lets_nobody_keep_frame_find_or_follow_it(web):
    web.run()
    for token in (web.token(web.put()), 'forged'):
        headers = web.ask(token).headers
        assert headers['Cache-Control'] == 'no-store' and headers['Referrer-Policy'] == 'no-referrer'
        assert (
            headers['X-Robots-Tag'] == 'noindex, nofollow, noarchive' and headers['X-Content-Type-Options'] == 'nosniff'
        )
        assert headers['Content-Type'] == 'text/html; charset=utf-8' and 'Set-Cookie' not in headers
        rules = dict(rule.split(' ', 1) for rule in headers['Content-Security-Policy'].split('; '))
        assert rules.pop('style-src').startswith("'sha256-") and set(rules.values()) == {"'none'"}
        assert set(rules) == {'default-src', 'frame-ancestors', 'form-action', 'base-uri'}


def test_the_style_is_the_one_that_the_policy_knows(web):
    page = web.page('forged')
    (style,) = re.findall('<style>(.*?)</style>', page.html, re.S)
    assert style == STYLE and policy(style) in answers.HEADERS['Content-Security-Policy']
    assert 'style="' not in page.html and '@import' not in style and 'url(' not in style


def test_title_and_description_say_nothing_and_nothing_is_made_a_link_by_the_phone(web):
    web.run()
    page = web.page(web.token(web.put()))
    assert re.findall('<title>(.*?)</title>', page.html) == ['Scan result']
    assert (
        page.metas['description'] == 'The result of a scheduled scan'
        and 'telephone=no' in page.metas['format-detection']
    )
    assert page.metas['robots'] == 'noindex, nofollow, noarchive' and 'script' not in {tag for tag, _ in page.elements}


def test_a_program_that_shows_links_gets_the_title_alone(web):
    web.run()
    page = web.page(web.token(web.put()), **{'User-Agent': 'Slackbot-LinkExpanding 1.0'})
    assert (page.status, page.text, page.links) == (200, 'Scan result Scan result', [])


# When there is none


def test_a_link_that_ended_or_was_revoked_says_so_and_what_to_do(web):
    web.run()
    report = web.put()
    token = web.token(report)
    web.change(report, serial=2)
    page = web.page(token)
    assert page.status == 410 and 'this link was revoked' in page.text and 'Ask whoever runs the scanner' in page.text
    web.clock.move(hours=72)
    page = web.page(token)
    assert page.status == 410 and 'this link has expired' in page.text and 'Ask whoever runs the scanner' in page.text
    assert web.page(web.token(report, serial=2)).status == 410 and 'Log4Shell' not in page.text
    web.change(report, state=ReportState.EXPIRED)
    assert web.page(web.token(report, until=web.clock.now() + timedelta(hours=1))).status == 410


def test_a_forged_link_and_one_whose_run_is_gone_look_alike(web):
    report = web.put()
    web.run()
    never, deleted = web.token(report, id='0' * 24), web.put()
    web.change(deleted, state=ReportState.DELETED)
    key = 'x' * 43
    forged = links.sign_page(key, report.id, 1, report.link_until)
    shown = [web.page(token) for token in ('forged', forged, web.token(report)[:-3], never, web.token(deleted))]
    web.db[web.runs].delete_many({})
    shown.append(web.page(web.token(report)))
    assert {(page.status, page.html) for page in shown} == {(404, shown[0].html)}
    assert len({tuple(sorted(page.answer.headers)) for page in shown}) == 1


def test_who_does_not_accept_pages_is_answered_as_ever(web):
    report = web.put()
    web.run()
    web.change(report, serial=2)
    for token, status in (('forged', 403), (web.token(report, id='0' * 24), 404), (web.token(report), 410)):
        for accept in ('*/*', 'application/json'):
            answer = web.ask(token, **dict(JSON, Accept=accept))
            assert (answer.status_code, answer.mimetype, answer.get_json()['code']) == (
                status,
                'application/json',
                status,
            )
            assert 'Accept' in answer.headers['Vary']


def test_a_link_of_an_earlier_release_gives_the_file_and_its_refusals_are_pages_for_people(web):
    web.run()
    report = web.put(limit=1)
    old = links.sign(web.store.signing_key(), report.id, report.serial, report.link_until)
    assert web.ask(old).data == CONTENT
    page = web.page(old)
    assert page.status == 410 and 'used as often as it may be' in page.text


def test_without_the_database_there_is_a_page_that_says_so(tmp_path):
    def away():
        raise ServerSelectionTimeoutError('mongodb://arl:5f2c@10.0.0.1:27017')

    clock = ManualClock()
    desks = Desks(away, clock, parse_settings({'SCAN_NOTIFY': {'ENABLE': True, 'LANGUAGE': 'en'}}), str(tmp_path))
    app = Flask('host')
    app.register_blueprint(make_blueprint(Downloads(away, clock, str(tmp_path), pages=Pages(clock, desks))))
    page = Page(app.test_client().get(links.ROUTE + 'token', headers=BROWSER))
    assert page.status == 503 and 'in a few minutes' in page.text and '5f2c' not in page.html
    assert app.test_client().get(links.ROUTE + 'token').get_json()['code'] == 503


# What is not known


@pytest.mark.parametrize('results, words', [
    (None, 'What changed is not known'),
    (Results(Progress.PENDING), 'not known yet'),
    (Results(Progress.ERROR, faults=(Fault('storage.gone'),)), 'the file is gone'),
])  # fmt: skip
def test_what_is_not_known_is_not_told(web, results, words):
    web.run(results=results)
    page = web.page(web.token(web.put()))
    assert page.status == 200 and words in page.text
    assert 'Log4Shell' not in page.text and 'Nothing has changed' not in page.text and '站点 12' in page.text


def test_a_first_look_does_not_say_that_nothing_is_new(web):
    web.run(results=RESULTS._replace(compared=None, changes={}), records=())
    assert 'Nothing has changed' not in web.page(web.token(web.put())).text
    web.db[web.runs].delete_many({})
    web.db['scan_notify_result'].delete_many({})
    web.run(results=RESULTS._replace(changes={'not_looked_at': 3}), records=())
    assert 'Nothing has changed' not in web.page(web.token(web.put())).text
    web.db[web.runs].delete_many({})
    web.db['scan_notify_result'].delete_many({})
    web.run(results=RESULTS._replace(changes={}), records=())
    assert 'Nothing has changed' not in web.page(web.token(web.put())).text  # a remark: not all could be compared
    web.db[web.runs].delete_many({})
    web.db['scan_notify_result'].delete_many({})
    web.run(results=RESULTS._replace(changes={}, remarks=()), records=())
    assert 'Nothing has changed' in web.page(web.token(web.put())).text


def test_odd_documents_of_a_run_give_no_traceback(web):
    web.run()
    report = web.put()
    web.db['scan_notify_result'].update_one({}, {'$set': {'records': 'x'}})
    assert web.page(web.token(report)).status == 200
    web.db[web.runs].update_one({}, {'$set': {'task_ids': 5}})
    assert web.page(web.token(report)).status == 404

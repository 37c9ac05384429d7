"""A report is fetched by its link and by nothing else; whoever may not have it is told why."""

import hashlib
import logging
import os
import re
import threading
from collections import Counter
from datetime import timedelta
from urllib.parse import unquote

import pytest
from flask import Flask
from pymongo.errors import ServerSelectionTimeoutError

from scan_notify_plugin.faults import say
from scan_notify_plugin.reports import links, storage
from scan_notify_plugin.reports.report import State
from scan_notify_plugin.reports.store import ReportStore
from scan_notify_plugin.testing.embedded import embedded_database
from scan_notify_plugin.web.download import Downloads, make_blueprint
from tests.loop import ManualClock
from tests.reports.shelf import CONTENT, put_report

ENGLISH = {'Accept-Language': 'en'}
REFUSED = {refusal: (refusal.status, say(refusal.fault, 'en')) for refusal in links.Refusal}


class Web:
    """The host's web process, with our route in its app."""

    def __init__(self, folder):
        self.folder = str(folder)
        self.db = embedded_database()
        self.clock = ManualClock()
        self.connected = 0
        app = Flask('host')
        app.register_blueprint(make_blueprint(Downloads(self._connect, self.clock, self.folder)))
        self.app = app
        self.store = ReportStore(self.db)

    def _connect(self):
        self.connected += 1
        return self.db

    def put(self, content=CONTENT, **fields):
        return put_report(self.db, self.folder, content, now=self.clock.now(), **fields)

    def token(self, report, key='', **fields):
        claim = dict({'report_id': report.id, 'serial': report.serial, 'until': report.link_until}, **fields)
        return links.sign(key or self.store.signing_key(), claim['report_id'], claim['serial'], claim['until'])

    def get(self, token, method='GET', buffered=True, **more):
        headers = dict(ENGLISH, **more.pop('headers', {}))
        path = links.ROUTE + token
        return self.app.test_client().open(path, method=method, buffered=buffered, headers=headers, **more)

    def fetch(self, report, **more):
        return self.get(self.token(report), **more)

    def record(self, report):
        return self.store.get(report.id)


@pytest.fixture
def web(tmp_path):
    return Web(tmp_path / 'reports')


def said(answer):
    """(status, words) of a refusal, in the host's own form."""
    assert answer.mimetype == 'application/json'
    body = answer.get_json()
    assert set(body) == {'code', 'message', 'data', 'faults'} and body['code'] == answer.status_code
    assert body['data'] == {} and [fault['words'] for fault in body['faults']] == [body['message']]
    return answer.status_code, body['message']


# What is served


def test_the_link_gives_exactly_the_bytes_of_the_report(web):
    report = web.put()
    answer = web.fetch(report)
    assert answer.status_code == 200
    assert answer.data == CONTENT
    assert hashlib.sha256(answer.data).hexdigest() == report.sha256


def test_the_answer_says_what_it_is_and_that_nobody_may_keep_it(web):
    headers = web.fetch(web.put()).headers
    assert headers['Content-Type'] == 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
    assert headers['Content-Length'] == str(len(CONTENT))
    assert headers['X-Content-Type-Options'] == 'nosniff'
    assert headers['Cache-Control'] == 'no-store'
    assert headers['Referrer-Policy'] == 'no-referrer'
    assert 'Set-Cookie' not in headers


def encoded_name(answer):
    """The file name in the form of RFC 6266, 4.3 and RFC 8187, 3.2."""
    value = answer.headers['Content-Disposition']
    assert value.encode('ascii')
    found = re.fullmatch(r"attachment; filename=\"([\w.-]+)\"; filename\*=UTF-8''([\w.%-]+)", value, re.ASCII)
    return found.group(1), unquote(found.group(2))


def test_a_chinese_name_is_told_by_rfc_6266_and_has_a_plain_stand_in(web):
    report = web.put()
    assert encoded_name(web.fetch(report)) == (
        'report-{}.xlsx'.format(report.id), '每日资产巡检-41-20260302-0300.xlsx',
    )  # fmt: skip


@pytest.mark.parametrize(
    'name', ['a"b.xlsx', 'a\r\nSet-Cookie: x=1.xlsx', "a'b;c=d.xlsx", 'a/../b.xlsx', '%41.xlsx', '😀.xlsx']
)
def test_no_stored_name_can_say_anything_else_in_the_header(web, name):
    answer = web.fetch(web.put(name=name))
    assert encoded_name(answer)[1] == name
    assert 'Set-Cookie' not in answer.headers


def test_an_empty_report_is_empty(web):
    answer = web.fetch(web.put(b''))
    assert (answer.status_code, answer.data, answer.headers['Content-Length']) == (200, b'', '0')


def test_it_is_streamed_and_never_loaded_whole(web):
    report = web.put(b'x' * (3 * storage.CHUNK + 1))
    read = []

    class Counted(storage.Pieces):
        def __next__(self):
            piece = super().__next__()
            read.append(len(piece))
            return piece

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(storage, 'Pieces', Counted)
        answer = web.fetch(report, buffered=False)
        assert answer.is_streamed and len(read) <= 1
        assert b''.join(answer.iter_encoded()) == b'x' * (3 * storage.CHUNK + 1)
        answer.close()
    assert read == [storage.CHUNK] * 3 + [1]


def test_who_hangs_up_in_the_middle_leaves_no_file_open(web):
    """One that stayed open would be a ResourceWarning, which is an error here."""
    answer = web.fetch(web.put(b'x' * (3 * storage.CHUNK)), buffered=False)
    next(answer.iter_encoded())
    answer.close()
    web.fetch(web.put(), buffered=False).close()


def test_a_head_request_tells_the_same_and_is_no_download(web):
    report = web.put(limit=1)
    answer = web.fetch(report, method='HEAD')
    assert (answer.status_code, answer.data) == (200, b'')
    assert answer.headers['Content-Length'] == str(len(CONTENT))
    assert encoded_name(answer)[1] == report.name
    assert web.record(report).downloads == 0
    assert web.fetch(report).status_code == 200


@pytest.mark.parametrize('method', ['POST', 'PUT', 'DELETE', 'PATCH'])
def test_there_is_nothing_but_to_get(web, method):
    report = web.put()
    assert web.fetch(report, method=method).status_code == 405
    assert web.record(report).downloads == 0


def test_the_connection_is_made_at_the_first_request_and_kept(web):
    assert web.connected == 0
    report = web.put()
    for _ in range(3):
        web.fetch(report)
    assert web.connected == 1


# What is refused


def refusals():
    refusal = links.Refusal
    yield 'another key', refusal.TAMPERED, lambda web, report: web.token(report, key='x' * 43)
    yield 'no token at all', refusal.TAMPERED, lambda web, report: 'report'
    yield 'the id in place of a token', refusal.TAMPERED, lambda web, report: report.id
    yield 'half a token', refusal.TAMPERED, lambda web, report: web.token(report)[:-5]
    yield 'a token with more behind it', refusal.TAMPERED, lambda web, report: web.token(report) + '.xlsx'
    yield 'a token in capitals', refusal.TAMPERED, lambda web, report: web.token(report).upper()
    yield 'a report that was never made', refusal.UNKNOWN, lambda web, report: web.token(report, report_id='0' * 24)
    yield 'an older link', refusal.REVOKED, lambda web, report: web.token(report, serial=0)
    yield 'a link that is over', refusal.EXPIRED, lambda web, report: web.token(report, until=web.clock.now())


@pytest.mark.parametrize('refusal, make', [row[1:] for row in refusals()], ids=[row[0] for row in refusals()])
@pytest.mark.parametrize('method', ['GET', 'HEAD'])
def test_each_bad_link_has_its_own_answer_and_is_no_download(web, refusal, make, method):
    report = web.put()
    answer = web.get(make(web, report), method=method)
    assert answer.status_code == refusal.status
    if method == 'GET':
        assert said(answer) == REFUSED[refusal]
    assert web.record(report).downloads == 0


def test_a_link_stops_working_when_it_expires(web):
    report = web.put()
    web.clock.move(hours=72, seconds=-1)
    assert web.fetch(report).status_code == 200
    web.clock.move(seconds=1)
    assert said(web.fetch(report)) == REFUSED[links.Refusal.EXPIRED]
    assert os.path.exists(os.path.join(web.folder, report.place))


def test_a_link_to_a_file_that_retention_removed_has_expired(web):
    report = web.put()
    os.remove(os.path.join(web.folder, report.place))
    web.store.change(report, report.evolve(state=State.EXPIRED))
    assert said(web.fetch(report)) == REFUSED[links.Refusal.EXPIRED]


def test_a_deleted_report_is_unknown(web):
    report = web.put()
    web.store.change(report, report.evolve(state=State.DELETED))
    assert said(web.fetch(report)) == REFUSED[links.Refusal.UNKNOWN]


def test_a_report_that_is_still_being_made_is_not_given_out(web):
    report = web.put(state=State.MAKING)
    os.remove(os.path.join(web.folder, report.place))
    assert said(web.fetch(report)) == REFUSED[links.Refusal.UNKNOWN]


def test_a_revoked_link_is_dead_and_a_new_one_works(web):
    report = web.put()
    old = web.token(report)
    web.store.change(report, report.evolve(serial=2))
    assert said(web.get(old)) == REFUSED[links.Refusal.REVOKED]
    assert web.fetch(web.record(report)).data == CONTENT


def test_a_link_of_one_report_opens_no_other(web):
    one, other = web.put(), web.put(b'secret')
    body, signature = web.token(one).split('.')
    assert said(web.get(web.token(other).split('.')[0] + '.' + signature)) == REFUSED[links.Refusal.TAMPERED]
    assert web.get(body + '.' + signature).data == CONTENT


TRAVERSALS = ['../../../etc/passwd', '..%2f..%2fetc%2fpasswd', '%2e%2e/%2e%2e/etc/passwd', '....//etc/passwd',
              '..\\..\\etc\\passwd', '%00', '/etc/passwd', '..', 'x%0d%0aSet-Cookie:%20a=b',
              '.seen-by-web']  # fmt: skip


@pytest.mark.parametrize('token', TRAVERSALS)
def test_no_path_is_made_of_what_a_caller_sends(web, token, monkeypatch):
    web.put()
    opened = []
    monkeypatch.setattr(storage, 'stored', lambda *args: opened.append(args))
    answer = web.get(token)
    assert answer.status_code in (403, 404, 308) and b'root:' not in answer.data
    assert 'Set-Cookie' not in answer.headers
    assert opened == []


@pytest.mark.parametrize(
    'place', ['../../../../etc/passwd', '/etc/passwd', '2026-03-01/../../secret.xlsx', '', 'x\x00']
)
def test_no_stored_place_leads_out_of_the_folder(web, place, caplog):
    """Whoever can write into the database cannot read the host's files by it."""
    report = web.put()
    web.store.change(report, report.evolve(place=place))
    assert said(web.fetch(web.record(report))) == REFUSED[links.Refusal.UNKNOWN]
    assert 'no report can be at' in caplog.text
    assert web.record(report).downloads == 0


@pytest.mark.parametrize('method', ['GET', 'HEAD'])
def test_a_missing_file_is_unknown_and_one_line_in_the_log(web, caplog, method):
    report = web.put(limit=1)
    os.remove(os.path.join(web.folder, report.place))
    answer = web.fetch(report, method=method)
    assert answer.status_code == 404
    if method == 'GET':
        assert said(answer) == REFUSED[links.Refusal.UNKNOWN]
    assert [record.getMessage() for record in caplog.records if record.name == 'scan_notify'] == [
        'report {} cannot be read: the file is gone'.format(report.id)
    ]
    assert web.record(report).downloads == 0


def test_a_web_process_without_a_folder_does_not_look_into_the_current_one(web, monkeypatch, caplog):
    report = web.put()
    monkeypatch.chdir(web.folder)
    app = Flask('elsewhere')
    app.register_blueprint(make_blueprint(Downloads(lambda: web.db, web.clock, '')))
    answer = app.test_client().get(links.ROUTE + web.token(report), headers=ENGLISH)
    assert said(answer) == REFUSED[links.Refusal.UNKNOWN]
    assert 'SCAN_NOTIFY.REPORT_FOLDER is needed' in caplog.text


@pytest.mark.parametrize('asked, words', [
    ('', '此链接已过期，请索取新的链接'), ('zh-CN,zh;q=0.9,en;q=0.8', '此链接已过期，请索取新的链接'),
    ('en-GB,en;q=0.9', 'this link has expired; ask for a new one'),
])  # fmt: skip
def test_whoever_opens_an_old_link_is_told_so_in_their_language(web, asked, words):
    report = web.put()
    web.clock.move(hours=24 * 30)
    assert said(web.fetch(report, headers={'Accept-Language': asked})) == (410, words)


def test_without_mongodb_the_answer_says_so_and_the_log_has_no_credential(tmp_path, caplog):
    def away():
        raise ServerSelectionTimeoutError('mongodb://arl:5f2c@10.0.0.1:27017: connection refused')

    app = Flask('host')
    app.register_blueprint(make_blueprint(Downloads(away, ManualClock(), str(tmp_path))))
    status, words = said(app.test_client().get(links.ROUTE + 'token', headers=ENGLISH))
    assert status == 503 and 'try again later' in words
    assert 'a report cannot be looked up: mongodb://***@10.0.0.1' in caplog.text and '5f2c' not in caplog.text


# How often


def test_every_download_is_on_record(web):
    report = web.put()
    for address in ('198.51.100.7', '2001:db8::7'):
        web.fetch(report, environ_base={'REMOTE_ADDR': address})
        web.clock.move(minutes=5)
    record = web.record(report)
    assert record.downloads == 2
    assert [(one.by, one.at) for one in record.download_log] == [
        ('198.51.100.7', web.clock.now() - timedelta(minutes=10)),
        ('2001:db8::7', web.clock.now() - timedelta(minutes=5)),
    ]


def test_a_limit_is_kept_and_a_higher_one_opens_it_again(web):
    report = web.put(limit=2)
    assert [web.fetch(report).status_code for _ in range(4)] == [200, 200, 410, 410]
    assert said(web.fetch(report)) == REFUSED[links.Refusal.USED_UP]
    assert web.fetch(report, method='HEAD').status_code == 410
    web.store.change(web.record(report), web.record(report).evolve(limit=3))
    assert [web.fetch(report).status_code for _ in range(2)] == [200, 410]
    assert web.record(report).downloads == 3


@pytest.mark.parametrize('limit', [1, 3])
def test_a_limit_is_never_exceeded_however_many_come_at_once(web, limit):
    report = web.put(limit=limit)
    token, statuses, barrier = web.token(report), [], threading.Barrier(8)

    def fetch():
        barrier.wait(10)
        for _ in range(3):
            answer = web.get(token)
            statuses.append((answer.status_code, answer.data == CONTENT))

    threads = [threading.Thread(target=fetch) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    counted = Counter(statuses)
    assert sum(counted.values()) == 24
    assert counted[200, True] == limit == web.record(report).downloads
    assert set(counted) <= {(200, True), (410, False), (503, False)}
    assert len(web.record(report).download_log) == limit


def test_who_always_comes_second_is_asked_to_try_again(web, monkeypatch, caplog):
    report = web.put()
    monkeypatch.setattr(ReportStore, 'downloaded', lambda *args: False)
    assert said(web.fetch(report)) == (503, 'too many downloads at once; try again')


# Nothing leaks


def test_neither_the_key_nor_a_token_is_in_a_log_or_in_an_answer(web, caplog):
    report = web.put()
    token = web.token(report)
    with caplog.at_level(logging.DEBUG):
        answers = [web.get(token), web.get(token[:-3] + 'xxx'), web.get(token, method='HEAD')]
        os.remove(os.path.join(web.folder, report.place))
        answers.append(web.get(token))
    for text in (
        [caplog.text]
        + [answer.get_data(as_text=True) for answer in answers[1:]]
        + [str(answer.headers) for answer in answers]
    ):
        assert web.store.signing_key() not in text and token not in text

"""Reports in MongoDB, for hosts whose web process and worker share no disk; and their records on a real server."""

import hashlib
import os
import tempfile
from collections import Counter

import pytest
from bson import ObjectId
from flask import Flask

from scan_notify_plugin.clock import Clock
from scan_notify_plugin.faults import say
from scan_notify_plugin.reports import links, storage
from scan_notify_plugin.reports.storage import CHUNK, GridFS, StorageError
from scan_notify_plugin.reports.store import ReportStore
from scan_notify_plugin.web.download import Downloads, make_blueprint
from tests.integration.test_stores import THREADS, at_once
from tests.loop import Loop, told
from tests.reports.shelf import NOW, report_of

#: More than two pieces of a download, and more than two chunks of GridFS, neither of them whole.
CONTENT = os.urandom(600 * 1024 + 1)


@pytest.fixture
def shelf(ours):
    return GridFS(ours())


@pytest.fixture
def scratches(tmp_path, monkeypatch):
    """Where scratch files are made."""
    monkeypatch.setattr(tempfile, 'tempdir', str(tmp_path))
    return tmp_path


def keep(shelf, content=CONTENT, report_id=''):
    place = shelf.place(report_id or str(ObjectId()), 'xlsx', NOW)
    scratch = shelf.scratch()
    scratch.write(content)
    shelf.keep(scratch, place)
    return place


def left(db):
    return [db['scan_notify_file.' + name].count_documents({}) for name in ('files', 'chunks')]


# The storage


@pytest.mark.parametrize('size', [0, 1, CHUNK, 255 * 1024, len(CONTENT)])
def test_a_report_comes_back_as_it_was(shelf, size):
    place = keep(shelf, CONTENT[:size])
    pieces = list(shelf.read(place))
    assert b''.join(pieces) == CONTENT[:size] and all(len(piece) <= CHUNK for piece in pieces)


def test_a_report_is_kept_under_its_own_id(shelf, db):
    report_id = str(ObjectId())
    assert keep(shelf, report_id=report_id) == report_id
    (file,) = db['scan_notify_file.files'].find()
    assert (file['_id'], file['filename'], file['length']) == (ObjectId(report_id), report_id, len(CONTENT))


def test_nothing_is_on_the_disk_at_any_time(shelf, scratches):
    scratch = shelf.scratch()
    scratch.write(CONTENT)
    assert os.listdir(str(scratches)) == []
    shelf.keep(scratch, str(ObjectId()))
    assert scratch.closed and os.listdir(str(scratches)) == []
    storage.discard(shelf.scratch())


def test_a_reader_can_hang_up(shelf):
    pieces = shelf.read(keep(shelf))
    assert next(pieces) == CONTENT[:CHUNK]
    pieces.close()
    assert list(pieces) == []


def test_a_removed_report_leaves_nothing_and_can_be_removed_again(shelf, db):
    place, other = keep(shelf), keep(shelf, b'other')
    shelf.remove(place)
    shelf.remove(place)
    with pytest.raises(StorageError, match='the file is gone'):
        shelf.read(place)
    assert b''.join(shelf.read(other)) == b'other' and left(db) == [1, 1]


@pytest.mark.parametrize('place', ['', 'x', '../../../etc/passwd', '0' * 24, '2026-03-02/' + '0' * 24 + '.xlsx'])
def test_no_place_leads_anywhere_else(shelf, db, place):
    keep(shelf)
    with pytest.raises(StorageError, match='the file is gone'):
        shelf.read(place)
    before = left(db)
    shelf.remove(place)
    assert left(db) == before


def test_half_a_report_can_be_removed(shelf, db):
    """MongoDB went away in the middle: there are chunks, and no file they belong to."""
    other, place = keep(shelf, b'other'), str(ObjectId())
    db['scan_notify_file.chunks'].insert_one({'files_id': ObjectId(place), 'n': 0, 'data': b'half'})
    shelf.remove(place)
    assert b''.join(shelf.read(other)) == b'other' and left(db) == [1, 1]


def test_auto_is_gridfs_until_the_web_process_has_read_the_directory(ours, tmp_path):
    assert storage.choose('auto', str(tmp_path), ours(), lambda: False).kind == 'gridfs'
    assert storage.choose('auto', str(tmp_path), ours(), lambda: True).kind == 'directory'


# Downloads


def web(db, clock):
    app = Flask('web')
    app.register_blueprint(make_blueprint(Downloads(lambda: db, clock, '')))
    return app.test_client()


def put(db, clock, shelf, content=CONTENT, **fields):
    """The token of a report that is kept in GridFS."""
    report = report_of(content, clock.now(), **fields)
    report = report.evolve(storage='gridfs', place=keep(shelf, content, report.id))
    store = ReportStore(db)
    store.insert(report)
    return report.id, links.sign(store.signing_key(), report.id, 1, report.link_until)


def test_it_is_downloaded_by_its_link(ours, shelf):
    db, clock = ours(), Clock()
    report_id, token = put(db, clock, shelf)
    answer = web(db, clock).get(links.ROUTE + token, buffered=True)
    assert answer.status_code == 200 and answer.data == CONTENT
    assert hashlib.sha256(answer.data).hexdigest() == ReportStore(db).get(report_id).sha256
    assert web(db, clock).head(links.ROUTE + token).headers['Content-Length'] == str(len(CONTENT))
    assert ReportStore(db).get(report_id).downloads == 1


def test_a_file_that_is_gone_is_unknown(ours, shelf):
    db, clock = ours(), Clock()
    report_id, token = put(db, clock, shelf)
    shelf.remove(report_id)
    answer = web(db, clock).get(links.ROUTE + token, buffered=True)
    assert (answer.status_code, answer.get_json()['message']) == (404, say(links.Refusal.UNKNOWN.fault, 'zh'))


@pytest.mark.parametrize('limit', [1, 3])
def test_a_limit_is_never_exceeded_however_many_come_at_once(ours, shelf, limit):
    db, clock = ours(), Clock()
    report_id, token = put(db, clock, shelf, b'x', limit=limit)
    client = web(db, clock)
    client.head(links.ROUTE + token)  # connects

    def fetch(_):
        return [client.application.test_client().get(links.ROUTE + token, buffered=True).status_code for _ in range(3)]

    counted = Counter(status for statuses in at_once(fetch, *range(THREADS)) for status in statuses)
    report = ReportStore(db).get(report_id)
    assert counted[200] == limit == report.downloads == len(report.download_log)
    assert set(counted) <= {200, 410, 503}


def test_the_signing_key_is_made_once_for_all_processes(ours):
    keys = at_once(lambda db: ReportStore(db).signing_key(), *[ours() for _ in range(THREADS)])
    assert len(set(keys)) == 1


# The whole way


def test_a_run_is_exported_told_fetched_and_expires(ours, db, server, tmp_path):
    robot = server.add_robot()
    defaults = {'EXPORT_ENABLE': True, 'EXPORT_FORMAT': ['excel', 'csv']}
    sections = told(robot, server.base_url, BASE_URL='http://arl.example.com', defaults=defaults, REPORT_DAYS=2)
    loop = Loop(sections, db=ours(), folder=tmp_path / 'reports')
    loop.context.ensure_indexes()
    run_id = loop.finished_run()
    loop.run_through(3)
    records = list(db['scan_notify_report'].find())
    assert {(record['format'], record['storage'], record['state']) for record in records} == {
        ('excel', 'gridfs', 'ready'), ('csv', 'gridfs', 'ready'),
    }  # fmt: skip
    assert loop.run(run_id)['export_status'] == loop.run(run_id)['push_status'] == 'success'
    (message,) = robot.messages
    for record in records:
        about = (loop.context.reports.signing_key(), record['_id'], 1, record['link_until'])
        assert '(http://arl.example.com' + links.ROUTE + links.sign_page(*about) + ')' in message.text
        token = links.sign(*about)
        content = web(ours(), loop.clock).get(links.ROUTE + token, buffered=True).data
        assert hashlib.sha256(content).hexdigest() == record['sha256']
    assert not (tmp_path / 'reports').exists()
    loop.clock.move(days=2)
    loop.tick(4)
    assert {record['state'] for record in db['scan_notify_report'].find()} == {'expired'} and left(db) == [0, 0]

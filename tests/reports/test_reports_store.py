"""The records of reports: what they begin with, how they are found, that no download is counted twice or not at all."""

import threading
from datetime import timedelta

import mongomock
import pytest

from scan_notify_plugin.records import to_document
from scan_notify_plugin.reports.report import Download, State
from scan_notify_plugin.reports.retention import abandoned
from scan_notify_plugin.reports.store import COLLECTION, KEEP_DOWNLOADS, SECRETS, ReportStore
from scan_notify_plugin.testing.embedded import embedded_database
from tests.reports.shelf import NOW, report_of

HOUR = timedelta(hours=1)


@pytest.fixture
def db():
    return mongomock.MongoClient(tz_aware=True)['arl']


@pytest.fixture
def store(db):
    store = ReportStore(db)
    store.ensure_indexes()
    return store


def put(store, **fields):
    report = report_of(**fields)
    store.insert(report)
    return report.id


def test_a_new_record_is_stored_whole_and_read_as_it_was(store):
    report = report_of()
    store.insert(report)
    assert store.get(report.id) == report
    (stored,) = store._reports.find({})
    assert stored == to_document(report) and type(stored['state']) is str
    assert (stored['v'], stored['rev'], stored['state'], stored['serial'], stored['downloads']) == (1, 1, 'ready', 1, 0)
    assert (stored['download_log'], stored['rows'], stored['skipped']) == ([], [['站点', 12], ['IP', 3]], [])
    assert store.get('65e22a04c1a5dab8cb620586') is None


def test_a_report_that_is_begun_says_so(store):
    assert store.get(put(store, state=State.MAKING)).state is State.MAKING


def test_the_reports_of_runs_come_oldest_first(store):
    late = put(store, run_id='a:2', now=NOW + HOUR)
    early = put(store, run_id='a:1')
    put(store, run_id='b:1')
    assert [item.id for item in store.of_runs(['a:1', 'a:2'])] == [early, late]
    assert store.of_runs([]) == []


def test_those_with_a_file_come_newest_first(store):
    old, new = put(store), put(store, now=NOW + HOUR)
    for state in (State.MAKING, State.EXPIRED, State.DELETED):
        put(store, state=state)
    assert [item.id for item in store.with_file()] == [new, old]


def test_a_report_is_abandoned_when_it_was_begun_long_ago_and_never_finished(store):
    left = put(store, state=State.MAKING)
    begun = put(store, state=State.MAKING, now=NOW + 24 * HOUR)
    ready = put(store)
    reports = store.with_file_or_begun()
    assert {item.id for item in reports} == {left, begun, ready}
    assert [item.id for item in abandoned(reports, NOW + 25 * HOUR)] == [left]


def test_a_download_is_put_on_record_with_its_time_and_address(store):
    report = store.get(put(store))
    assert store.downloaded(report, NOW, '198.51.100.7')
    after = store.get(report.id)
    assert (after.downloads, after.download_log) == (1, (Download(NOW, '198.51.100.7'),))


def test_a_download_that_looked_before_another_was_recorded_must_look_again(store):
    report = store.get(put(store))
    assert store.downloaded(report, NOW, 'a')
    assert not store.downloaded(report, NOW, 'b')
    assert [item.by for item in store.get(report.id).download_log] == ['a']


def test_only_the_newest_downloads_are_listed_and_all_are_counted(store):
    report_id = put(store)
    for number in range(KEEP_DOWNLOADS + 3):
        assert store.downloaded(store.get(report_id), NOW, str(number))
    report = store.get(report_id)
    assert report.downloads == KEEP_DOWNLOADS + 3
    assert [item.by for item in report.download_log] == [str(n) for n in range(3, KEEP_DOWNLOADS + 3)]


def test_the_signing_key_is_made_once_for_all_processes():
    db = embedded_database()
    keys, barrier = [], threading.Barrier(8)

    def ask():
        barrier.wait(10)
        keys.append(ReportStore(db).signing_key())

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(keys) == 8 and len(set(keys)) == 1 and len(keys[0]) >= 43
    assert [item['key'] for item in db[SECRETS].find({})] == keys[:1]
    assert list(db[COLLECTION].find({})) == []


def test_another_database_has_another_key():
    assert ReportStore(embedded_database()).signing_key() != ReportStore(embedded_database('other')).signing_key()


def test_records_without_a_file_are_forgotten_by_age(store):
    for state in State:
        put(store, state=state)
        put(store, state=state, now=NOW + HOUR)
    store.forget(NOW + HOUR)
    left = sorted((item['state'], item['created_at'] == NOW) for item in store._reports.find({}))
    assert left == [
        ('deleted', False), ('expired', False), ('making', False), ('making', True), ('ready', False), ('ready', True),
    ]  # fmt: skip

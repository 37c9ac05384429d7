"""A report as a document: an odd one is set aside, and the others are listed, fetched and removed as before."""

from datetime import datetime, timedelta, timezone

import mongomock
import pytest
from bson import ObjectId

from scan_notify_plugin.doors import MARK
from scan_notify_plugin.mongo import VERSION
from scan_notify_plugin.readers import Misshapen
from scan_notify_plugin.records import read_record, to_document
from scan_notify_plugin.reports.report import Download, Report
from scan_notify_plugin.reports.retention import outdated
from scan_notify_plugin.reports.store import COLLECTION, ReportStore
from tests.reports.shelf import NOW, report_of

FULL = report_of(
    download_log=(Download(NOW, '198.51.100.7'), Download(NOW)), skipped=(('站点', 1),), records=(('a' * 24, 9),),
    revoked_at=NOW, gone_at=NOW, downloads=2,
)  # fmt: skip
#: What a record may do without, and has then.
DEFAULTS = {'sha256', 'rows', 'skipped', 'records', 'revoked_at', 'gone_at'}
TEXT, NUMBER, TIME, LIST = 'x' * 100000, 1.5, datetime(1, 1, 1, tzinfo=timezone.utc), [None]
ODD = [
    None,
    TEXT,
    -(1 << 62),
    NUMBER,
    float('nan'),
    True,
    LIST,
    [['x']],
    [{'a': 1}],
    {},
    {'a': [1]},
    TIME,
    ObjectId(),
    b'\xff',
]


def without(document, name):
    return {key: value for key, value in document.items() if key != name}


def test_a_report_with_all_that_it_can_have_is_read_as_it_was():
    assert read_record(Report, to_document(FULL)) == FULL


@pytest.mark.parametrize('name', sorted(set(to_document(FULL)) - DEFAULTS))
def test_a_report_cannot_do_without(name):
    with pytest.raises(Misshapen, match='^{} is missing$'.format(name)):
        read_record(Report, without(to_document(FULL), name))


@pytest.mark.parametrize('name', sorted(DEFAULTS))
def test_a_report_can_do_without(name):
    assert getattr(read_record(Report, without(to_document(FULL), name)), name) == Report._field_defaults[name]


@pytest.fixture
def store():
    return ReportStore(mongomock.MongoClient(tz_aware=True)['arl'])


@pytest.mark.parametrize('name', sorted(set(to_document(FULL)) - {'_id'}))
def test_whatever_is_in_a_field_the_others_go_on(store, name):
    healthy = report_of(run_id=FULL.run_id)
    store.insert(healthy)
    for number, odd in enumerate(ODD):
        store._reports.insert_one(dict(to_document(FULL), _id=str(number), **{name: odd}))
    for reports in (
        store.of_runs([FULL.run_id]),
        store.page(None, 0, 50)[0],
        store.with_file(),
        store.with_file_or_begun(),
    ):
        assert healthy.id in {report.id for report in reports}
        assert outdated(reports, NOW + timedelta(days=31), 1 << 40)
    assert store.downloaded(store.get(healthy.id), NOW, 'x') and store.get(healthy.id).downloads == 1
    for number, odd in enumerate(ODD):
        report = store.get(str(number))
        assert report is None or getattr(report, name) in (odd, tuple(odd) if isinstance(odd, list) else odd)
    set_aside = [item for item in store._reports.find({}) if MARK in item]
    assert len(set_aside) >= len(ODD) - 6 and all(name in item[MARK]['why'] for item in set_aside)


@pytest.mark.parametrize('fields', [{}, {'state': 'elsewhere'}, {'rows': 'in another form'}], ids=str)
def test_a_report_of_a_newer_release_is_left_to_it(store, fields):
    document = dict(to_document(FULL), v=VERSION + 1, **fields)
    store._reports.insert_one(document)
    store.with_file(), store.of_runs([FULL.run_id]), store.get(FULL.id)
    assert store._reports.find_one({}) == document and COLLECTION == store._reports.name

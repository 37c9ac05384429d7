"""Links, deletion and another making of reports."""

import os

import pytest

from scan_notify_plugin.admin.errors import Conflict, Invalid, NotFound
from scan_notify_plugin.admin.reports import Reports
from scan_notify_plugin.reports import links
from scan_notify_plugin.runs import rules
from scan_notify_plugin.runs.run import JobStatus, Status
from tests.admin.desks import SECTION, START, audited, make_desk
from tests.reports.shelf import CONTENT, put_report

BASE = 'https://arl.example.com'


@pytest.fixture
def desk(tmp_path):
    return make_desk(folder=tmp_path, section=dict(SECTION, BASE_URL=BASE))


def put(desk, **fields):
    return put_report(desk.db, desk.folder, now=START, **fields)


def refused(desk, url):
    """Why a link gives nothing; None if it does."""
    token = url[len(BASE + links.ROUTE) :] if url.startswith(BASE) else url[len(links.ROUTE) :]
    claim = links.read(desk.reports.signing_key(), token)
    return links.check(claim, claim and desk.reports.get(claim.report_id), desk.clock.now())


def test_reports_are_listed_in_pages_without_where_they_are(desk):
    reports = [put(desk, created_at=START.replace(hour=hour)) for hour in range(5)]
    put(desk, state='expired', run_id='gone')
    page = Reports(desk).listing(1, 2)
    assert ([one['id'] for one in page['items']], page['total']) == ([reports[4].id, reports[3].id], 5)
    assert [one['id'] for one in Reports(desk).listing(3, 2)['items']] == [reports[0].id]
    assert [one['state'] for one in Reports(desk).listing(run_id='gone')['items']] == ['expired']
    assert not {'place', 'serial', 'sha256', '_id'} & set(page['items'][0])


def test_a_new_link_works_and_those_before_it_do_not(desk):
    report = put(desk)
    first = Reports(desk).new_link(report.id, 'web:ann')
    assert first.startswith(BASE + '/api/scan_notify/reports/') and refused(desk, first) is None
    second = Reports(desk).new_link(report.id, 'web:ann', 1)
    assert refused(desk, first) is links.Refusal.REVOKED and refused(desk, second) is None
    desk.clock.move(hours=2)
    assert refused(desk, second) is links.Refusal.EXPIRED
    assert refused(desk, Reports(desk).new_link(report.id, 'web:ann', 1)) is None


def test_a_link_never_outlives_the_file(desk):
    report = put(desk)
    Reports(desk).new_link(report.id, 'web:ann', 8760)
    assert desk.reports.get(report.id).link_until == report.expires_at


def test_a_link_that_was_used_up_is_renewed(desk):
    desk = desk._replace(settings=desk.settings._replace(link_downloads=2))
    report = put(desk, limit=2, downloads=2)
    url = Reports(desk).new_link(report.id, 'web:ann')
    assert refused(desk, url) is None and desk.reports.get(report.id).limit == 4


def test_without_an_address_the_link_is_a_path(tmp_path):
    desk = make_desk(folder=tmp_path)
    url = Reports(desk).new_link(put(desk).id, 'web:ann')
    assert url.startswith('/api/scan_notify/reports/') and refused(desk, url) is None


def test_no_link_is_in_the_audit(desk):
    url = Reports(desk).new_link(put(desk).id, 'web:ann')
    assert url.rpartition('/')[2] not in str(audited(desk)) and audited(desk)[0][:2] == ('web:ann', 'link')


@pytest.mark.parametrize('hours', [0, -1, float('nan'), True, '5', 10**9])
def test_hours_are_a_number(desk, hours):
    with pytest.raises(Invalid, match='hours: expected a number'):
        Reports(desk).new_link(put(desk).id, 'web:ann', hours)


def test_a_revoked_report_has_no_link_and_keeps_its_file(desk):
    report = put(desk)
    url = Reports(desk).new_link(report.id, 'web:ann')
    Reports(desk).revoke(report.id, 'web:bob')
    assert refused(desk, url) is links.Refusal.REVOKED
    record, pieces = Reports(desk).open(report.id)
    assert b''.join(pieces) == CONTENT and record.id == report.id
    assert [line[1] for line in audited(desk)] == ['link', 'revoke']


def link_state(desk, report):
    (item,) = [one for one in Reports(desk).listing(run_id=report.run_id)['items'] if one['id'] == report.id]
    return item['link_state']


def test_what_became_of_a_link_is_seen(desk):
    report = put(desk, limit=2)
    assert link_state(desk, report) == 'valid'
    assert Reports(desk).revoke(report.id, 'web:ann')['link_state'] == 'revoked'
    assert link_state(desk, report) == 'revoked'
    Reports(desk).new_link(report.id, 'web:ann', 1)
    assert link_state(desk, report) == 'valid'
    for _ in range(2):
        assert desk.reports.downloaded(desk.reports.get(report.id), desk.clock.now(), '10.0.0.9')
    assert link_state(desk, report) == 'valid'  # the new link may be used twice as well
    desk.clock.move(hours=2)
    assert link_state(desk, report) == 'expired'
    assert [link_state(desk, put(desk, **one)) for one in ({'limit': 1, 'downloads': 1}, {'state': 'expired'})] == [
        'used_up',
        '',
    ]


def test_a_message_with_a_fresh_link_ends_a_revocation_but_not_a_later_one(desk):
    report = put(desk)
    Reports(desk).revoke(report.id, 'web:ann')
    read = desk.reports.get(report.id)
    Reports(desk).revoke(report.id, 'web:ann')
    desk.reports.linked(read)
    assert link_state(desk, report) == 'revoked'
    desk.reports.linked(desk.reports.get(report.id))
    assert link_state(desk, report) == 'valid'


def test_a_deleted_report_has_no_file_and_keeps_its_record(desk):
    report, other = put(desk), put(desk)
    url = Reports(desk).new_link(report.id, 'web:ann')
    assert Reports(desk).delete(report.id, 'web:ann')['state'] == 'deleted'
    assert not os.path.exists(os.path.join(desk.folder, report.place))
    assert os.path.exists(os.path.join(desk.folder, other.place))
    assert refused(desk, url) is links.Refusal.UNKNOWN
    assert audited(desk)[-1][:4] == ('web:ann', 'delete', report.id, report.name)


@pytest.mark.parametrize('act', ['new_link', 'delete', 'open'])
def test_what_has_no_file_any_more(desk, act):
    call = getattr(Reports(desk), act)
    arguments = () if act == 'open' else ('web:ann',)
    with pytest.raises(Conflict, match='is expired'):
        call(put(desk, state='expired').id, *arguments)
    with pytest.raises(NotFound):
        call('0' * 24, *arguments)
    assert audited(desk) == []


def test_a_download_by_somebody_who_is_logged_in_is_on_record_and_not_counted(desk):
    report = put(desk, limit=1)
    _, pieces = Reports(desk).open(report.id, 'web:ann')
    pieces.close()
    assert desk.reports.get(report.id).downloads == 0
    assert audited(desk) == [('web:ann', 'download', report.id, None, None)]


def test_a_report_is_made_again_by_a_job_of_its_run(desk):
    run = rules.new_run('64f0', 'nightly', 'recurrent_scan', 7, START, '64f0:7').evolve(
        status=Status.FINISHED, end_time=START
    )
    desk.runs.insert(run.evolve(push_status=JobStatus.SUCCESS, export_status=JobStatus.SUCCESS))
    (job,) = Reports(desk).again('64f0:7', 'csv', 'web:ann')
    (want,) = desk.runs.get('64f0:7').plan
    assert (want.id, want.kind, want.subject) == (job, 'export', 'csv')
    with pytest.raises(Invalid, match="format: no plugin makes 'pdf'; there are csv, excel"):
        Reports(desk).again('64f0:7', 'pdf', 'web:ann')
    with pytest.raises(NotFound):
        Reports(desk).again('64f0:8', 'csv', 'web:ann')

"""A download that broke off goes on, and a count of downloads means people."""

from datetime import timedelta
from email.utils import parsedate_to_datetime

import pytest

from scan_notify_plugin.reports import downloads, links, storage
from tests.reports.shelf import CONTENT, report_of
from tests.web.test_download import REFUSED, Web, said

SIZE = len(CONTENT)
NEAR, FAR = ({'REMOTE_ADDR': address} for address in ('198.51.100.7', '203.0.113.9'))


@pytest.fixture
def web(tmp_path):
    return Web(tmp_path / 'reports')


def ask(web, report, **headers):
    """:param at: who asks, 198.51.100.7 unless it is said"""
    at, method = headers.pop('at', NEAR), headers.pop('method', 'GET')
    named = {name.replace('_', '-'): value for name, value in headers.items()}
    return web.fetch(report, headers=named, environ_base=at, method=method)


def count(web, report):
    return web.record(report).downloads


# What is answered


def test_the_file_says_which_one_it_is_and_that_parts_can_be_had(web):
    report = web.put()
    for method in ('GET', 'HEAD'):
        headers = ask(web, report, method=method).headers
        assert headers['ETag'] == '"{}"'.format(report.sha256) and headers['Accept-Ranges'] == 'bytes'
        assert parsedate_to_datetime(headers['Last-Modified']) == report.created_at
        assert headers['X-Robots-Tag'] == 'noindex, nofollow, noarchive'
        assert headers['Content-Security-Policy'] == "sandbox; frame-ancestors 'none'"


@pytest.mark.parametrize('kind', ['directory', 'gridfs'])
def test_a_part_is_exactly_those_bytes_wherever_the_file_is(web, kind):
    report = web.put()
    if kind == 'gridfs':
        with open(web.folder + '/' + report.place, 'rb') as file:
            storage.GridFS(web.db).keep(file, report.id)
        web.store.change(report, report.evolve(storage='gridfs', place=report.id))
    for asked, first, last in (('0-1', 0, 1), ('70000-', 70000, SIZE - 1), ('-5', SIZE - 5, SIZE - 1),
                               ('65530-196700', 65530, 196700)):  # fmt: skip
        answer = ask(web, report, Range='bytes=' + asked)
        assert (answer.status_code, answer.data) == (206, CONTENT[first : last + 1])
        assert answer.headers['Content-Range'] == 'bytes {}-{}/{}'.format(first, last, SIZE)
        assert answer.headers['Content-Length'] == str(last - first + 1)
        assert answer.headers['ETag'] and answer.headers['Content-Disposition'].startswith('attachment')


def test_what_is_no_part_is_said_with_the_size_and_is_no_download(web):
    report = web.put(limit=1)
    answer = ask(web, report, Range='bytes={}-'.format(SIZE))
    assert said(answer) == (416, 'the file has no such bytes') and count(web, report) == 0
    assert answer.headers['Content-Range'] == 'bytes */{}'.format(SIZE)


def test_who_has_the_file_is_told_so_and_gets_nothing(web):
    report = web.put(limit=1)
    for headers in ({'If_None_Match': '"{}"'.format(report.sha256)},
                    {'If_Modified_Since': ask(web, report, method='HEAD').headers['Last-Modified']}):  # fmt: skip
        answer = ask(web, report, **headers)
        assert (answer.status_code, answer.data, count(web, report)) == (304, b'', 0)
        assert answer.headers['ETag'] == '"{}"'.format(report.sha256)
    assert ask(web, report, If_Match='"other"').status_code == 412 and count(web, report) == 0


def test_several_ranges_are_answered_with_all_of_it(web):
    report = web.put()
    answer = ask(web, report, Range='bytes=0-1,5-6')
    assert (answer.status_code, answer.data, count(web, report)) == (200, CONTENT, 1)


def test_who_hangs_up_in_a_part_leaves_no_file_open(web):
    web.fetch(web.put(), headers={'Range': 'bytes=5-100000'}, buffered=False).close()


# What counts


def test_a_download_that_broke_off_goes_on_with_its_only_count(web):
    report = web.put(limit=1)
    tag = ask(web, report).headers['ETag']
    rest = ask(web, report, Range='bytes=1000-', If_Range=tag)
    assert (rest.status_code, rest.data) == (206, CONTENT[1000:])
    assert count(web, report) == 1 and len(web.record(report).download_log) == 1
    assert said(ask(web, report)) == REFUSED[links.Refusal.USED_UP]


@pytest.mark.parametrize('asked', ['bytes=0-0', 'bytes=0-1', 'bytes=0-15'])
def test_a_look_at_the_first_bytes_is_no_download(web, asked):
    report = web.put(limit=1)
    assert {ask(web, report, Range=asked).status_code for _ in range(3)} == {206} and count(web, report) == 0
    assert ask(web, report).status_code == 200


@pytest.mark.parametrize('asked', ['bytes=0-', 'bytes=1-', 'bytes=0-16', 'bytes=-1', 'bytes=5-6', 'bytes=-999999999'])
def test_any_other_first_part_is_a_download(web, asked):
    report = web.put(limit=1)
    assert ask(web, report, Range=asked).status_code == 206 and count(web, report) == 1


def test_a_look_at_all_of_a_tiny_file_is_a_download(web):
    report = web.put(b'12')
    assert ask(web, report, Range='bytes=0-1').data == b'12' and count(web, report) == 1


@pytest.mark.parametrize('header', ['Sec-Purpose', 'Purpose', 'X-Moz'])
def test_what_is_fetched_before_somebody_asked_is_refused_and_no_download(web, header):
    report = web.put(limit=1)
    answer = web.fetch(report, headers={header: 'prefetch'})
    assert said(answer) == (503, 'not fetched before somebody asks for it') and count(web, report) == 0
    assert answer.headers['Cache-Control'] == 'no-store'


def test_a_program_that_shows_links_gets_a_title_and_nothing_of_the_file(web):
    report = web.put(limit=1)
    for token in (web.token(report), 'forged'):
        answer = web.get(token, headers={'User-Agent': 'DingTalkBot-LinkService/1.0'})
        assert (answer.status_code, answer.mimetype) == (200, 'text/html') and b'PK' not in answer.data
        assert report.name not in answer.get_data(as_text=True)
    assert count(web, report) == 0


def test_parts_that_are_fetched_side_by_side_are_one_download(web):
    report, third = web.put(limit=1), SIZE // 3
    last = ask(web, report, Range='bytes={}-'.format(2 * third))
    parts = [ask(web, report, Range='bytes={}-{}'.format(n * third, (n + 1) * third - 1)) for n in range(2)]
    assert b''.join(part.data for part in parts + [last]) == CONTENT and count(web, report) == 1


def test_a_phone_that_changed_its_network_goes_on_with_the_tag_of_the_file(web):
    report = web.put(limit=1)
    tag = ask(web, report).headers['ETag']
    assert ask(web, report, Range='bytes=9-', If_Range=tag, at=FAR).data == CONTENT[9:]
    assert ask(web, report, Range='bytes=9-20', at=FAR).status_code == 410


def test_behind_the_proxy_each_client_is_one_of_its_own(web):
    report, proxy = web.put(limit=1), {'REMOTE_ADDR': '127.0.0.1'}
    ask(web, report, at=proxy, X_Real_IP='198.51.100.7')
    assert web.record(report).download_log[0].by == '198.51.100.7'
    assert ask(web, report, at=proxy, X_Real_IP='198.51.100.8', Range='bytes=9-').status_code == 410
    assert ask(web, report, at=proxy, X_Real_IP='198.51.100.7', Range='bytes=9-').status_code == 206


# Who cheats


def test_one_count_never_gives_more_than_twice_the_file(web):
    """With the tag, which a HEAD tells, and from wherever: what is not the first byte is nearly all of the file."""
    report, given = web.put(limit=2), 0
    tag = ask(web, report, method='HEAD').headers['ETag']
    for first in (1, 1, 2, 0, 3) * 3:
        for at in (NEAR, FAR):
            answer = ask(web, report, Range='bytes={}-'.format(first), If_Range=tag, at=at)
            given += len(answer.data) if answer.status_code == 206 else 0
    assert count(web, report) == 2 and 3 * SIZE < given <= downloads.FACTOR * SIZE * 2


def test_without_the_tag_nobody_goes_on_with_a_download_of_somebody_else(web):
    report = web.put(limit=1)
    ask(web, report)
    for headers in ({}, {'If_Range': '"guessed"'}, {'If_Range': 'W/"{}"'.format(report.sha256)}):
        assert ask(web, report, Range='bytes=1-', at=FAR, **headers).status_code == 410


def test_a_download_does_not_go_on_for_ever(web):
    report = web.put(limit=1)
    tag = ask(web, report).headers['ETag']
    web.clock.move(minutes=59)
    assert ask(web, report, Range='bytes=1-9').status_code == 206
    web.clock.move(minutes=59)
    assert ask(web, report, Range='bytes=1-9').status_code == 206
    web.clock.move(minutes=61)
    assert ask(web, report, Range='bytes=1-9').status_code == 410
    assert ask(web, report, Range='bytes=1-9', If_Range=tag).status_code == 206
    web.clock.move(hours=24, seconds=1)
    assert ask(web, report, Range='bytes=1-9', If_Range=tag).status_code == 410


def test_a_download_that_an_earlier_release_counted_has_nothing_left(web):
    report = web.put(limit=1)
    web.store.downloaded(report, web.clock.now(), NEAR['REMOTE_ADDR'])
    assert ask(web, report, Range='bytes=1-').status_code == 410


def test_a_revoked_link_goes_on_with_nothing(web):
    report = web.put()
    token = web.token(report)
    ask(web, report)
    web.store.change(web.record(report), web.record(report).evolve(serial=2))
    assert web.get(token, headers={'Range': 'bytes=1-'}, environ_base=NEAR).status_code == 410


def test_more_bytes_than_are_left_are_a_download_of_their_own(web):
    now = web.clock.now()
    one = downloads.begun(report_of(b'x' * 100), now, 'a', 100)
    assert downloads.continued(one, now, 'a', 99, False).download_log[0].left == 1
    assert downloads.continued(one, now, 'a', 100, True) is None
    two = downloads.continued(one, now, 'a', 60, False)
    assert downloads.continued(two, now, 'a', 41, False) is None
    assert downloads.continued(two, now + timedelta(minutes=5), 'a', 40, False).download_log[0].left == 0


def test_whoever_always_comes_second_with_a_part_is_asked_to_try_again(web, monkeypatch):
    report = web.put()
    ask(web, report)
    monkeypatch.setattr(type(web.store), 'change', lambda *args: None)
    assert said(ask(web, report, Range='bytes=1-'))[0] == 503

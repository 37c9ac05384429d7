"""Ranges and conditions, as RFC 9110 has them in sections 13 and 14."""

from datetime import datetime, timezone

import pytest

from scan_notify_plugin.web.conditions import Answer, File, Part, answer, is_validator

MADE = datetime(2026, 3, 2, 4, 52, 41, 999000, tzinfo=timezone.utc)
FILE = File(1000, '"5f2c"', MADE)
AT, BEFORE, AFTER = ('Mon, 02 Mar 2026 04:52:{} GMT'.format(second) for second in (41, 40, 42))
WHOLE = Answer(200)

RANGES = [
    ('bytes=0-1', Answer(206, Part(0, 2))),
    ('bytes=0-0', Answer(206, Part(0, 1))),
    ('bytes=0-', Answer(206, Part(0, 1000))),
    ('bytes=500-', Answer(206, Part(500, 500))),
    ('bytes=500-599', Answer(206, Part(500, 100))),
    ('bytes=999-999', Answer(206, Part(999, 1))),
    ('bytes=500-99999', Answer(206, Part(500, 500))),
    ('bytes=-1', Answer(206, Part(999, 1))),
    ('bytes=-2000', Answer(206, Part(0, 1000))),
    ('BYTES = 1 - 2', Answer(206, Part(1, 2))),
    ('bytes=1000-', Answer(416)),
    ('bytes=5000-6000', Answer(416)),
    ('bytes=-0', Answer(416)),
    ('bytes=-', WHOLE),
    ('bytes=2-1', WHOLE),
    ('bytes=a-b', WHOLE),
    ('bytes=0-1,5-6', WHOLE),
    ('bytes=1', WHOLE),
    ('bytes', WHOLE),
    ('lines=0-1', WHOLE),
    ('bytes=-1-2', WHOLE),
    ('bytes=0-' + '9' * 50, WHOLE),
    ('bytes=٠-١', WHOLE),
    ('bytes=0x0-0x1', WHOLE),
]  # fmt: skip


@pytest.mark.parametrize('asked, expected', RANGES, ids=[row[0][:20] for row in RANGES])
def test_a_range_is_given_as_it_is_asked_for(asked, expected):
    assert answer('GET', {'Range': asked}, FILE) == expected


def test_a_head_has_no_ranges():
    assert answer('HEAD', {'Range': 'bytes=0-1'}, FILE) == WHOLE


@pytest.mark.parametrize('asked', ['bytes=0-', 'bytes=-1', 'bytes=0-0'])
def test_an_empty_file_has_no_bytes_to_give(asked):
    assert answer('GET', {'Range': asked}, FILE._replace(size=0)) == Answer(416)


IF_RANGE = [
    ('"5f2c"', True), (' "5f2c" ', True), (AT, True), ('"other"', False), ('W/"5f2c"', False), (AFTER, False),
    (BEFORE, False), ('nonsense', False), ('', False), ('*', False), ('"', False), ('Mon, 99 Mar 2026', False),
    ('Mon, 02 Mar 99999999 04:52:41 GMT', False),
]  # fmt: skip


@pytest.mark.parametrize('value, is_given', IF_RANGE)
def test_a_range_of_another_file_is_not_given(value, is_given):
    expected = Answer(206, Part(10, 990)) if is_given else WHOLE
    assert answer('GET', {'Range': 'bytes=10-', 'If-Range': value}, FILE) == expected
    assert is_validator(value, FILE) is is_given


def test_a_record_without_a_digest_has_no_tag():
    assert not is_validator('""', FILE._replace(tag='')) and not is_validator('', FILE._replace(tag=''))
    assert answer('GET', {'If-None-Match': '""'}, FILE._replace(tag='')) == WHOLE


CONDITIONS = [
    ({'If-None-Match': '"5f2c"'}, 304), ({'If-None-Match': 'W/"5f2c"'}, 304), ({'If-None-Match': '*'}, 304),
    ({'If-None-Match': '"a", "5f2c"'}, 304), ({'If-None-Match': '"a"'}, 200), ({'If-None-Match': '5f2c'}, 200),
    ({'If-Modified-Since': AT}, 304), ({'If-Modified-Since': AFTER}, 304), ({'If-Modified-Since': BEFORE}, 200),
    ({'If-Modified-Since': 'yesterday'}, 200),
    # The tag decides where there are both.
    ({'If-None-Match': '"a"', 'If-Modified-Since': AFTER}, 200),
    ({'If-None-Match': '"5f2c"', 'If-Modified-Since': BEFORE}, 304),
    ({'If-Match': '"5f2c"'}, 200), ({'If-Match': '*'}, 200), ({'If-Match': 'W/"5f2c"'}, 412),
    ({'If-Match': '"a"'}, 412),
    ({'If-Unmodified-Since': AT}, 200), ({'If-Unmodified-Since': BEFORE}, 412),
    ({'If-Match': '"5f2c"', 'If-Unmodified-Since': BEFORE}, 200),
    # A condition comes before the range.
    ({'If-None-Match': '"5f2c"', 'Range': 'bytes=0-1'}, 304), ({'If-Match': '"a"', 'Range': 'bytes=0-1'}, 412),
    ({'If-None-Match': '"a"', 'Range': 'bytes=0-1'}, 206),
]  # fmt: skip


@pytest.mark.parametrize('headers, status', CONDITIONS)
def test_a_condition_is_kept(headers, status):
    assert answer('GET', headers, FILE).status == status


def test_the_time_of_a_file_is_that_of_http():
    assert FILE.modified == AT

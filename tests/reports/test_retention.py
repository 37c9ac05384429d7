"""Files go when they are too old, and the oldest first when all together are too large."""

from datetime import timedelta

import pytest

from scan_notify_plugin.reports.retention import outdated
from tests.reports.shelf import NOW, report_of

DAY = timedelta(days=1)


def kept(*sizes):
    """Reports of these sizes, the newest first; they expire 30 days after they were made, one a day."""
    return [report_of(id=number, size=size, expires_at=NOW + (30 - number) * DAY) for number, size in enumerate(sizes)]


def gone(reports, most, now=NOW):
    return [report.id for report in outdated(reports, now, most)]


ROWS = [
    ('nothing there', [], 100, []),
    ('all fit', [10, 10, 10], 30, []),
    ('one byte too many', [10, 10, 10], 29, [2]),
    ('two must go', [10, 10, 10], 19, [1, 2]),
    ('the newest stays even if it is larger than all may be', [50], 10, []),
    ('beside it nothing fits', [50, 1, 1], 10, [1, 2]),
    ('a small older one fits where a large one did not', [10, 50, 5], 20, [1]),
    ('empty files take no room', [0, 0, 0], 0, []),
]  # fmt: skip


@pytest.mark.parametrize('sizes, most, expected', [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_size(sizes, most, expected):
    assert gone(kept(*sizes), most) == expected


@pytest.mark.parametrize(
    'days, expected', [(0, []), (27, []), (28, [2]), (29, [1, 2]), (30, [0, 1, 2]), (99, [0, 1, 2])]
)
def test_age(days, expected):
    assert gone(kept(1, 1, 1), 100, NOW + days * DAY) == expected


def test_what_is_too_old_makes_room_for_the_others():
    reports = kept(10, 10, 10)
    reports[1] = reports[1].evolve(expires_at=NOW)
    assert gone(reports, 20) == [1]


def test_the_newest_goes_too_when_it_is_too_old():
    assert gone(kept(1), 100, NOW + 31 * DAY) == [0]

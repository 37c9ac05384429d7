"""What an attempt came to, in words."""

import pytest

from scan_notify_plugin.errors import Reason
from scan_notify_plugin.faults import join, quoted
from scan_notify_plugin.jobs import exports, outcomes
from scan_notify_plugin.jobs.outcomes import Outcome
from scan_notify_plugin.records import to_document
from tests.jobs.samples import START, failed, make_job, sent


def test_the_newest_fifty_attempts_are_kept():
    job = make_job()
    for number in range(60):
        job = sent(job, failed(Reason.BUSY), attempt=str(number))
    assert [line.attempt for line in job.attempts] == [str(number) for number in range(10, 60)]


@pytest.mark.parametrize('outcome, line', [
    (failed(Reason.CONFIG), 'config 7 their words'),
    (Outcome(reason=Reason.UNREACHABLE), 'unreachable'),
    (Outcome(reason=Reason.UNKNOWN, faults=(quoted('cut'),)), 'unknown cut'),
])  # fmt: skip
def test_an_outcome_is_told_in_one_line(outcome, line):
    assert join(outcomes.explained(outcome)) == line


def test_an_attempt_without_a_code_says_so_to_the_page_of_0_2_0():
    lines = to_document(sent(make_job(), Outcome(reason=Reason.UNREACHABLE)))['attempts']
    lines += to_document(exports.finished(make_job(attempt='a1'), 'r', 7, START))['attempts']
    assert [line['code'] for line in lines] == [None, None]

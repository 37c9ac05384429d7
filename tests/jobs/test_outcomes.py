"""What an attempt came to, in words."""

import pytest

from scan_notify_plugin.errors import Reason
from scan_notify_plugin.jobs import outcomes
from scan_notify_plugin.jobs.outcomes import Outcome
from tests.jobs.samples import failed, make_job, sent



def test_the_newest_fifty_attempts_are_kept():
    job = make_job()
    for number in range(60):
        job = sent(job, failed(Reason.BUSY), attempt=str(number))
    assert [line.attempt for line in job.attempts] == [str(number) for number in range(10, 60)]


@pytest.mark.parametrize('outcome, said', [
    (failed(Reason.CONFIG), 'config 7 their words'),
    (Outcome(reason=Reason.UNREACHABLE), 'unreachable'),
    (Outcome(reason=Reason.UNKNOWN, words='cut'), 'unknown cut'),
])  # fmt: skip
def test_an_outcome_is_told_in_one_line(outcome, said):
    assert outcomes.said(outcome) == said

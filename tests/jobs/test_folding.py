"""What the jobs of a run say of it."""

import pytest

from scan_notify_plugin.jobs import folding
from scan_notify_plugin.jobs.job import Kind, State
from tests.jobs.samples import make_job

#: (states of notifications, states of exports, export_status, push_status)
FOLD = [
    ([], [], 'skip', 'skip'),
    (['success'], [], 'skip', 'success'),
    (['success', 'success'], ['success'], 'success', 'success'),
    (['success', 'error'], [], 'skip', 'error'),
    (['error', 'uncertain', 'success'], [], 'skip', 'uncertain'),
    (['success', 'cancelled'], [], 'skip', 'success'),
    (['cancelled'], [], 'skip', 'skip'),
    (['error', 'pending'], [], 'skip', 'pending'),
    (['success', 'held'], [], 'skip', 'pending'),
    (['success'], ['pending'], 'pending', 'pending'),
    (['success'], ['held'], 'pending', 'pending'),
    (['success'], ['error'], 'error', 'success'),
    (['pending'], ['error', 'success'], 'error', 'pending'),
    ([], ['success'], 'success', 'skip'),
    (['uncertain'], ['uncertain'], 'uncertain', 'uncertain'),
]


@pytest.mark.parametrize('notifications, exports, export_status, push_status', FOLD)
def test_a_run_has_the_worst_of_its_jobs(notifications, exports, export_status, push_status):
    jobs = [make_job(kind=Kind.NOTIFY, state=State(state)) for state in notifications]
    jobs += [make_job(kind=Kind.EXPORT, state=State(state)) for state in exports]
    assert folding.fold(jobs) == (export_status, push_status)
    assert folding.fold(reversed(jobs)) == (export_status, push_status)

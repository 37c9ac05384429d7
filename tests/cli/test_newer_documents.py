"""The doctor names what a newer release has written; this one leaves it alone."""

import pytest

from scan_notify_plugin.cli import standing
from scan_notify_plugin.jobs.job import VERSION as JOBS
from scan_notify_plugin.runs.run import VERSION as RUNS
from tests.loop import RUNS as RUN_COLLECTION
from tests.loop import Loop


@pytest.fixture
def loop():
    return Loop({'SCAN_NOTIFY': {'DEFAULTS': {'EXPORT_ENABLE': True, 'EXPORT_FORMAT': 'csv'}}})


def findings(loop):
    class Session:
        db, runs, clock = loop.db, RUN_COLLECTION, loop.clock

    return [finding.in_words('en').found for finding in standing.check_newer(Session)]


def test_what_this_release_has_written_is_no_finding(loop):
    loop.finished_run()
    loop.tick(2)
    assert loop.db['scan_notify_job'].count_documents({}) and findings(loop) == []


def test_runs_and_jobs_of_a_newer_release_are_counted(loop):
    run_id = loop.finished_run()
    loop.tick(2)
    loop.db[RUN_COLLECTION].update_one({'_id': run_id}, {'$set': {'v': RUNS + 1}})
    loop.db['scan_notify_job'].update_many({}, {'$set': {'v': JOBS + 1}})
    assert findings(loop) == [
        'written by a newer release, and left to it: 1 runs, 2 jobs'
    ]  # its message, and what reads it


def test_where_nothing_is_recorded_nothing_is_newer(loop):
    assert findings(loop) == []

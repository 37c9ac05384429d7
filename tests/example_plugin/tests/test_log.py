"""A hook needs no worker to be tested: the records are named tuples."""

from datetime import datetime, timezone

from scan_notify_example.log import on_run_complete

from scan_notify_plugin.api import Run, ScanTask, Schedule


def test_a_run_is_one_line(caplog):
    caplog.set_level('INFO')
    tasks = (ScanTask('65e2', 'done', 'done'), ScanTask('65e3', 'error', 'error'))
    schedule = Schedule('65e1', 'nightly', 'recurrent_scan')
    run = Run('65e1:41', schedule, 41, datetime(2026, 3, 1, 3, tzinfo=timezone.utc), 'error', tasks)
    assert on_run_complete(run=run) is None
    assert caplog.messages == ['run 65e1:41: error, 2 scan tasks']

"""Plays are silent and never wait for a clock or a thread; their number stands at the end of the test run."""

import itertools
import logging
import sys
from types import SimpleNamespace

import pytest

from scan_notify_plugin.plugins import guard
from scan_notify_plugin.results import steering
from scan_notify_plugin.worker import collect, posting, reporting
from scan_notify_plugin.worker.plan import Planner
from tests.crash_model.plays import Report
from tests.crash_model.reports import results_of

#: Hundreds of plays each, and the same on every Python.
MANY = (
    'test_collecting',
    'test_crash_model',
    'test_later',
    'test_mutants',
    'test_random_plays',
    'test_steering',
    'test_stops_and_clocks',
    'test_two_hosts',
)


def pytest_collection_modifyitems(items):
    for item in items:
        if item.module.__name__.rpartition('.')[2] not in MANY or 'crash_model' not in item.module.__name__:
            continue
        item.add_marker(pytest.mark.timeout(600))
        if sys.version_info < (3, 13):
            item.add_marker(
                pytest.mark.skip(reason='the many plays are for the newest Python alone (3.13): CONTRIBUTING.md')
            )


@pytest.fixture(autouse=True)
def quiet(monkeypatch):
    monkeypatch.setattr(logging.getLogger('scan_notify'), 'disabled', True)
    monkeypatch.setattr(guard, 'within', lambda limit, call: call())
    monkeypatch.setattr(reporting, 'results_of', results_of)
    waits = Planner.waits
    monkeypatch.setattr(Planner, 'waits', lambda self, run: waits(self, run) if self._context.collects else None)
    monkeypatch.setattr(steering, 'clean_up', lambda db, now: 0)  # files in the database are no part of this model
    seconds = itertools.count()
    time = SimpleNamespace(monotonic=lambda: next(seconds), sleep=lambda _: None)
    for module in (posting, reporting, collect):
        monkeypatch.setattr(module, 'time', time)


def pytest_terminal_summary(terminalreporter):
    if Report.total:
        terminalreporter.write_line('crash model: {:,} plays'.format(Report.total))

"""Plays are silent and never wait for a clock or a thread; their number stands at the end of the test run."""

import itertools
import logging
from types import SimpleNamespace

import pytest

from scan_notify_plugin.plugins import guard
from scan_notify_plugin.worker import export, posting
from tests.crash_model.plays import Report
from tests.crash_model.reports import results_of


@pytest.fixture(autouse=True)
def quiet(monkeypatch):
    monkeypatch.setattr(logging.getLogger('scan_notify'), 'disabled', True)
    monkeypatch.setattr(guard, 'within', lambda limit, call: call())
    monkeypatch.setattr(export, 'results_of', results_of)
    seconds = itertools.count()
    time = SimpleNamespace(monotonic=lambda: next(seconds), sleep=lambda _: None)
    for module in (posting, export):
        monkeypatch.setattr(module, 'time', time)


def pytest_terminal_summary(terminalreporter):
    if Report.total:
        terminalreporter.write_line('crash model: {:,} plays'.format(Report.total))

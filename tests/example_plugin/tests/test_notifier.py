"""The channel passes the battery that every channel has to pass."""

import pytest
from fake_example import TOKEN, ExampleServer
from scan_notify_example.notifier import ExampleNotifier

from scan_notify_plugin.api import Reason
from scan_notify_plugin.testing.conformance import NotifierConformance, Subject


class TestExampleNotifier(NotifierConformance):
    @pytest.fixture
    def subject(self):
        with ExampleServer(hold_seconds=2) as server:
            options = {'url': server.robot.url, 'token': TOKEN}
            refusals = {
                Reason.BUSY: 503,
                Reason.THROTTLED: 429,
                Reason.CONFIG: 401,
                Reason.CONTENT: 422,
                Reason.TOO_LONG: 413,
            }
            nobody = dict(options, url='http://127.0.0.1:9/send')  # the port of `discard`
            yield Subject(ExampleNotifier(), options, server.robot, [TOKEN], refusals, nobody=nobody)

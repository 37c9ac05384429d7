"""Apprise passes the battery, through a service that says with HTTP alone what became of a message."""

import pytest

from scan_notify_plugin.errors import Reason
from scan_notify_plugin.notifiers.apprise import AppriseNotifier
from scan_notify_plugin.testing.conformance import NotifierConformance, Subject
from scan_notify_plugin.testing.gotify_server import GotifyServer

pytest.importorskip('apprise')

#: Apprise reads no more of most answers than their HTTP status: it takes these for a success, and the receipt says that
#: Apprise says so.
BELIEVED = {one + when: '' for one in ('portal', 'empty', 'not_json') for when in ('_before', '_after')}
#: One for all tests: it keeps the processes that Apprise runs in.
NOTIFIER = AppriseNotifier()


class TestApprise(NotifierConformance):
    @pytest.fixture
    def subject(self):
        with GotifyServer(hold_seconds=0.5) as server:
            robot = server.application
            refusals = {Reason.BUSY: 503, Reason.THROTTLED: 429, Reason.CONFIG: 401, Reason.TOO_LONG: 413}
            yield Subject(
                NOTIFIER, {'urls': [robot.url]}, robot, [robot.token], refusals,
                nobody={'urls': [robot.url.replace(server.base_url[7:], '127.0.0.1:9')]},
                instead=BELIEVED,
            )  # fmt: skip

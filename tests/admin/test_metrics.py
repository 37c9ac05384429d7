"""The figures for Prometheus."""

import pytest
from prometheus_client.parser import text_string_to_metric_families

from scan_notify_plugin.admin import metrics
from scan_notify_plugin.admin.desk import Desk
from scan_notify_plugin.admin.metrics import COUNTERS, GAUGES, Metrics
from scan_notify_plugin.settings.counters import CounterStore
from scan_notify_plugin.testing.dingtalk_robot import DingTalkRobotServer
from scan_notify_plugin.worker.counting import Counts
from tests.loop import RUNS, Loop, told


@pytest.fixture
def server():
    with DingTalkRobotServer() as server:
        yield server


@pytest.fixture
def robot(server):
    return server.add_robot()


@pytest.fixture
def loop(robot, server, tmp_path):
    more = {'REPORT_STORAGE': 'directory', 'defaults': {'EXPORT_ENABLE': True, 'EXPORT_FORMAT': 'csv'}}
    return Loop(told(robot, server.base_url, **more), folder=tmp_path)


def samples(loop):
    """{(name, label values...): number} of all that is shown."""
    loop.context.counts.flush(CounterStore(loop.db))
    desk = Desk(loop.db, RUNS, loop.settings, loop.clock)
    text = Metrics(lambda: desk).text().decode('utf-8')
    found = {}
    for family in text_string_to_metric_families(text):
        assert family.documentation and family.type in ('counter', 'gauge', 'histogram')
        for sample in family.samples:
            labels = tuple(value for name, value in sorted(sample.labels.items()))
            found[(sample.name[len(metrics.PREFIX) :],) + labels] = sample.value
    return found


def test_a_run_that_was_told_is_counted_everywhere(loop):
    loop.finished_run()
    loop.run_through(6)
    found = samples(loop)
    assert found['runs', 'finished'] == found['runs_closed_total', 'finished'] == 1
    assert found['attempts_total', 'dingding', 'accepted'] == found['deliveries_total', 'dingding', 'success'] == 1
    assert found['request_seconds_count', 'dingding'] == found['delivery_seconds_count', 'dingding'] == 1
    assert found['exports_total', 'csv', 'success'] == found['export_seconds_count', 'csv'] == 1
    assert found['export_bytes_total', 'csv'] == found['report_files_bytes',] > 100
    assert found['jobs', 'notify', 'pending'] == found['oldest_due_job_seconds', 'notify'] == 0


def test_a_queue_that_waits_is_seen(loop, robot):
    robot.misbehave(410100)
    loop.finished_run()
    loop.run_through(6)
    loop.clock.move(seconds=100)
    found = samples(loop)
    assert found['attempts_total', 'dingding', 'throttled'] == 1
    assert found['jobs', 'notify', 'pending'] == 1 and found['oldest_due_job_seconds', 'notify'] >= 100
    assert found['lanes_cooling',] == 1


def test_a_target_that_is_stopped_is_seen_as_long_as_it_is(loop):
    assert ('targets_stopped', 'ops') not in samples(loop)
    for name in ('ops', 'no longer configured'):
        loop.context.stored.stops.stop(name, 'web:ann')
    found = samples(loop)
    assert [(key, value) for key, value in found.items() if key[0] == 'targets_stopped'] == [
        (('targets_stopped', 'ops'), 1)
    ]


def test_what_ends_badly_is_counted_by_its_state(loop, robot):
    robot.misbehave(310000)
    loop.finished_run()
    loop.run_through(6)
    found = samples(loop)
    assert found['deliveries_total', 'dingding', 'error'] == found['attempts_total', 'dingding', 'config'] == 1
    assert ('delivery_seconds_count', 'dingding') not in found


def test_buckets_are_cumulative_and_add_up(loop):
    counts = loop.context.counts
    for seconds in (0.01, 0.05, 0.3, 30.0):
        counts.observe('request_seconds', seconds, 'mine')
    found = samples(loop)
    shown = [found['request_seconds_bucket', 'mine', str(le)] for le in metrics.REQUEST + ('+Inf',)]
    assert shown == [2, 2, 2, 3, 3, 3, 3, 3, 3, 4]
    assert found['request_seconds_count', 'mine'] == 4
    assert found['request_seconds_sum', 'mine'] == pytest.approx(30.36)


def test_two_workers_add_to_the_same_numbers(loop):
    for _ in range(2):
        counts = Counts()
        counts.add('attempts', 'a.b|$c', 'accepted')
        counts.flush(CounterStore(loop.db))
    assert samples(loop)['attempts_total', 'a_b__c', 'accepted'] == 2


def test_what_could_not_be_written_is_not_lost(loop):
    class Away:
        def add(self, numbers):
            raise OSError('away')

    counts = loop.context.counts
    counts.add('attempts', 'mine', 'busy')
    with pytest.raises(OSError):
        counts.flush(Away())
    counts.add('attempts', 'mine', 'busy')
    assert samples(loop)['attempts_total', 'mine', 'busy'] == 2


def test_the_stores_are_not_read_at_each_scrape(loop, monkeypatch):
    now, read = [100.0], []
    monkeypatch.setattr(metrics.time, 'monotonic', lambda: now[0])
    desk = Desk(loop.db, None, loop.settings, loop.clock)  # nothing recorded yet, that is no error
    page = Metrics(lambda: read.append(1) or desk)
    assert page.text() == page.text() and len(read) == 1
    now[0] += metrics.FRESH
    page.text()
    assert len(read) == 2


def test_every_name_is_a_metric_of_ours():
    assert not set(COUNTERS) & set(GAUGES)
    assert all(one.help.endswith('.') for one in COUNTERS.values())

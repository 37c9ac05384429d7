"""Where a worker notices trouble: each place tells it, and none needs somebody to be told."""

import pytest
from pymongo.errors import ServerSelectionTimeoutError

from scan_notify_plugin.jobs import alert_events as rules
from scan_notify_plugin.jobs.alert_store import AlertStore
from scan_notify_plugin.notifiers import replies
from scan_notify_plugin.worker.crew import Call
from scan_notify_plugin.worker.machine import Machine
from tests.loop import Loop, told


@pytest.fixture(params=['duty', ''])
def loop(server, request):
    """A worker with and without somebody to be told."""
    robot, duty = server.add_robot(), server.add_robot()
    target = {'CHANNEL': 'dingding', 'ACCESS_TOKEN': duty.token, 'API_BASE': server.base_url}
    made = Loop(told(robot, server.base_url, targets={'duty': target}, ALERTS=request.param))
    made.wants = bool(request.param)
    return made


@pytest.fixture
def machine(loop):
    return Machine('memory://localhost', loop.context)


def events(loop, kind):
    """What is noted, gathered or told of a kind: (facts, numbers)."""
    loop.context.alerts.flush(loop.clock.now())
    stored = rules.read(AlertStore(loop.db).all().get(kind, {})).events
    jobs = [job['alert'] for job in loop.db['scan_notify_job'].find({'kind': 'alert'}) if job['alert']['kind'] == kind]
    told = [event for job in jobs for event in rules.read(job, 'events').events]
    return [(event.names, event.numbers) for event in list(stored) + told]


def expected(loop, *facts):
    return list(facts) if loop.wants else []


def test_a_database_that_was_away_is_told_with_how_long_it_did_not_answer(loop, machine, monkeypatch):
    machine.watched_tick()
    with monkeypatch.context() as patched:

        def away(*args):
            raise ServerSelectionTimeoutError('no servers')

        patched.setattr(loop.context, 'take_in', away)
        for _ in range(4):
            loop.clock.move(seconds=15)
            with pytest.raises(ServerSelectionTimeoutError):
                machine.watched_tick()
    loop.clock.move(seconds=5)
    machine.watched_tick()
    machine.watched_tick()
    assert events(loop, 'database') == expected(loop, ({}, {'seconds': 65.0, 'waiting': 0}))


def test_a_fault_in_a_tick_is_no_outage(loop, machine, monkeypatch):
    machine.watched_tick()
    with monkeypatch.context() as patched:
        patched.setattr(loop.context, 'take_in', lambda *args: {}['odd'])
        with pytest.raises(KeyError):
            machine.watched_tick()
    loop.clock.move(seconds=60)
    machine.watched_tick()
    assert events(loop, 'database') == []


def test_a_broker_that_was_away_is_told(loop, machine):
    machine.bell.blocked('low on memory')
    loop.clock.move(seconds=90)
    machine.bell.blocked('')
    assert events(loop, 'broker') == expected(loop, ({}, {'seconds': 90.0, 'waiting': 0}))


def test_a_call_that_overstays_is_told(loop, machine):
    machine.crew._tell(Call('mail', 'send', 90.0, lambda: None, None))
    loop.context.overstayed('mail', 'problems')
    wanted = [({'plugin': 'mail', 'call': name}, {}) for name in ('send', 'problems')]
    assert events(loop, 'plugin') == expected(loop, *wanted)


def test_nothing_that_is_noticed_while_an_alert_is_sent_is_told(loop, machine, monkeypatch):
    monkeypatch.setattr(replies.Reply, 'ahead', 300.0)
    loop.context.alerts.tell('report', schedule='nightly', format='csv')
    loop.run_through(3)
    assert events(loop, 'clock') == [] and events(loop, 'report') == expected(
        loop, ({'schedule': 'nightly', 'format': 'csv'}, {})
    )
    machine.crew._tell(Call('dingding', 'send', 90.0, lambda: None, None, quiet=True))
    assert events(loop, 'plugin') == []


def test_the_calls_for_an_alert_are_told_from_others(loop):
    quiet = {}
    visit = loop.sender.visit

    def watched(lane):
        going, value = visit(lane), None
        while True:
            try:
                call = going.send(value)
            except StopIteration as end:
                return end.value
            quiet.setdefault(call.method, []).append(call.quiet)
            value = call.run()

    loop.context.alerts.tell('report', schedule='nightly', format='csv')
    loop.tick(2)
    for lane in set(loop.rung):
        watched(lane)
    assert quiet == ({'render': [True], 'send': [True]} if loop.wants else {})
    loop.rung[:] = []
    loop.finished_run()
    for lane in set(loop.rung):
        watched(lane)
    assert quiet['send'][-1] is quiet['render'][-1] is False


def test_a_service_whose_clock_is_another_is_named(loop, monkeypatch):
    monkeypatch.setattr(replies.Reply, 'ahead', 300.0)
    loop.finished_run()
    loop.run_through(3)
    assert events(loop, 'clock') == expected(loop, ({'target': 'ops'}, {'seconds': 300.0}))


def test_two_minutes_between_clocks_are_nobodys_trouble(loop, monkeypatch):
    monkeypatch.setattr(replies.Reply, 'ahead', -119.0)
    loop.finished_run()
    loop.run_through(3)
    assert events(loop, 'clock') == []


def test_what_was_noticed_last_is_written_when_a_worker_stops(loop, machine):
    loop.context.alerts.tell('plugin', plugin='mail', call='send')
    machine.gone()
    assert events(loop, 'plugin') == expected(loop, ({'plugin': 'mail', 'call': 'send'}, {}))
    assert loop.context.alerts._noted == {}

"""What ``scan-notify doctor`` says of alerts, and of targets that are stopped."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from scan_notify_plugin.cli import channel_checks, standing
from scan_notify_plugin.clock import Clock
from scan_notify_plugin.faults import quoted
from scan_notify_plugin.jobs import alerts
from scan_notify_plugin.jobs.alert_events import Pending
from scan_notify_plugin.jobs.job import State
from scan_notify_plugin.jobs.store import JobStore
from scan_notify_plugin.plugins.loading import load
from scan_notify_plugin.settings.section import parse_settings
from scan_notify_plugin.settings.store import SettingsStore
from scan_notify_plugin.testing.embedded import embedded_database

TARGETS = {
    'duty': {'CHANNEL': 'dingding', 'ACCESS_TOKEN': '5f2c', 'FALLBACK': 'spare'},
    'spare': {'CHANNEL': 'wxwork', 'WEBHOOK_URL': 'https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=5f2c'},
}


def settings(**section):
    return parse_settings({'SCAN_NOTIFY': dict({'ENABLE': True, 'TARGETS': TARGETS}, **section)})


@pytest.fixture
def session():
    """session(ALERTS=...) is what the doctor works with."""
    db = embedded_database()
    return lambda **section: SimpleNamespace(db=db, clock=Clock(), settings=settings(**section))


def ended(made, state, *texts):
    now = made.clock.now()
    message = alerts.Message('alert/broker/{}'.format(now.isoformat()), Pending((), 1, now))
    job = alerts.job('broker', message, ['duty'], 'channel:1', now, timedelta(hours=1))
    JobStore(made.db).insert(job.evolve(state=State(state), faults=tuple(map(quoted, texts))))


def test_that_nobody_is_told_is_no_problem(session):
    finding = standing.check_alerts(session()).in_words('en')
    assert (finding.state, finding.advice) == ('ok', '') and 'nobody is told' in finding.found


def test_where_alerts_go_is_said(session):
    made = session(ALERTS='duty')
    assert standing.check_alerts(made).in_words('en') == ('alerts', 'ok', 'trouble is told to duty, then to spare', '')
    ended(made, 'success')
    assert standing.check_alerts(made).state == 'ok'


@pytest.mark.parametrize('state', ['error', 'uncertain'])
def test_an_alert_that_did_not_arrive_is_said_here(session, state):
    made = session(ALERTS='duty')
    ended(made, state, 'config 310000 access_token=5f2cHiddenToken0123456789')
    finding = standing.check_alerts(made).in_words('en')
    assert finding.state == 'warn' and 'ended in {}: config 310000'.format(state) in finding.found
    assert '5f2cHidden' not in finding.found and 'docs/targets.md#alerts' in finding.advice


def test_a_section_of_the_host_that_nobody_filled_in_fails_as_the_target_of_alerts():
    findings = channel_checks.check_targets(settings(ALERTS='wxwork'), load(()))
    checks = {finding.in_words('en').check: finding.state for finding in findings}
    assert checks['target wxwork'] == 'fail' and 'target dingding_openapi' not in checks


def test_a_target_that_is_stopped_is_a_warning_that_says_how_to_start_it(session):
    made = session()
    assert list(standing.check_stopped(made)) == []
    for name in ('duty', 'no longer configured'):
        SettingsStore(made.db, made.clock).stops.stop(name, 'web:ann', (quoted('moved'),))
    (finding,) = standing.check_stopped(made)
    said = finding.in_words('en')
    assert (said.check, said.state) == ('target duty', 'warn')
    assert said.found.startswith('stopped by web:ann since ') and said.found.endswith(': moved')
    assert 'scan-notify start duty' in said.advice

"""One real message to a real group, where somebody names one."""

import os
from datetime import datetime

import pytest

from scan_notify_plugin.notifiers.wxwork import MonitorReport, WechatNotifier
from tests.notifiers.wxwork.samples import outcome

WEBHOOK = os.environ.get('SCAN_NOTIFY_REAL_WXWORK', '')


@pytest.mark.skipif(not WEBHOOK, reason='SCAN_NOTIFY_REAL_WXWORK names no webhook')
def test_a_real_robot_takes_a_message():
    report = MonitorReport(
        datetime.now(), 2, 1, 1, [{'name': 'test', 'error': 'none | this is a test'}], {'kind': 'test'}
    )
    result = outcome(WechatNotifier({'webhook_url': WEBHOOK}).push_report(report))
    assert result.success, result.error_message

"""Sends a monitor's report, a message that mentions somebody, and a batch to a WeCom group.

WXWORK_WEBHOOK='https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=...' python wxwork_example.py
"""

import asyncio
import os
from datetime import datetime

from scan_notify_plugin.notifiers.wxwork import MonitorReport, RetryConfig, WechatMessage, WechatNotifier


async def main(webhook_url):
    notifier = WechatNotifier(
        {
            'webhook_url': webhook_url,
            'mentioned_list': ['zhangsan'],
            'retry': RetryConfig(max_attempts=3, backoff_strategy=[1, 2, 5]),
        }
    )
    report = MonitorReport(
        timestamp=datetime.now(),
        total_count=20,
        success_count=18,
        failure_count=2,
        error_details=[
            {'interface': '/api/login', 'status': 502, 'error': 'Bad Gateway'},
            {'interface': '/api/pay', 'status': '-', 'error': 'timeout after 10 s'},
            'Traceback (most recent call last):\n    ...\nConnectionResetError',
        ],
        stats_details={'average': '120 ms', 'slowest': '/api/pay'},
    )
    print('report:', await notifier.send_report(report))

    result = await notifier.push_message(WechatMessage('markdown_v2', {'content': '**all is well** again'}))
    print('message:', result.success, 'after', result.retry_count, 'retries', result.error_message or '')

    messages = [WechatMessage('text', {'content': 'number {}'.format(number)}) for number in (1, 2, 3)]
    print('batch:', [result.success for result in await notifier.send_batch(messages)])

    numbers = notifier.statistics.numbers()
    print('sent {}, success rate {:.0%}, p95 {:.2f} s'.format(numbers.sent, numbers.success_rate, numbers.p95_latency))
    notifier.close()


if __name__ == '__main__':
    # asyncio.run() where Python is 3.7 or newer.
    loop = asyncio.new_event_loop()
    loop.run_until_complete(main(os.environ['WXWORK_WEBHOOK']))
    loop.close()

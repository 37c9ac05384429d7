"""A monitor's report as messages: what it says, that it fits, and that nothing in it is markup."""

import random
import re

import pytest

from scan_notify_plugin.notifiers.wxwork import MessageFormatter, MonitorReport, WebhookClient
from tests.notifiers.wxwork.samples import at
from tests.notifiers.wxwork.test_sizes import ALPHABET, EVIL

ROWS = [{'name': '/login', 'status': 502, 'error': 'Bad | Gateway'}, {'name': '/pay', 'error': None}]


def report(**fields):
    return MonitorReport(**dict(dict(timestamp=at(), total_count=20, success_count=18, failure_count=2), **fields))


def test_a_report_in_markdown_v2(robot):
    (text,) = MessageFormatter().pages(report(error_details=ROWS + ['line'], stats_details={'p95': '812 ms'}))
    WebhookClient(robot.webhook_url).send({'msgtype': 'markdown_v2', 'markdown_v2': {'content': text}})
    assert robot.messages[0].text == '''## 🔔 接口监控告警

- **监控时间**: 2026-03-02 03:00:04
- **总接口数**: 20
- **成功数**: 18
- **失败数**: 2
- **成功率**: 90%

## ⚠️ 异常详情

| name | status | error |
| :--- | :--- | :--- |
| /login | 502 | Bad ｜ Gateway |
| /pay | - | None |

- line

## 📊 统计信息

| 项目 | 数值 |
| :--- | :--- |
| p95 | 812 ms |

---

*由接口监控系统自动发送*'''


def test_the_same_in_markdown_and_english():
    details = ROWS + ['first\nsecond']
    (text,) = MessageFormatter('markdown', 'en', '<@ann>').pages(
        report(error_details=details, stats_details={'p95': 1})
    )
    for line in (
        '- **Success rate**: 90%',
        '- name: /login · status: 502 · error: Bad ｜ Gateway',
        '- first second',
        '- p95: 1',
    ):
        assert line + '\n' in text
    assert text.endswith('\n\nSent by the interface monitor\n\n<@ann>')
    assert '|' not in text and '`' not in text and '---' not in text


@pytest.mark.parametrize('fields, shown', [
    ({}, '90%'),
    ({'success_rate': 99.95}, '99.95%'),
    ({'success_count': 1, 'total_count': 3}, '33.33%'),
    ({'total_count': 0}, '100%'),
    ({'success_rate': 0}, '0%'),
])  # fmt: skip
def test_the_success_rate_is_given_or_computed(fields, shown):
    assert '- **成功率**: {}\n'.format(shown) in MessageFormatter().pages(report(**fields))[0]


def test_texts_of_several_lines_are_code_blocks_that_they_cannot_end():
    trace = 'Traceback:\n    ```\n\n# <@all> \\u0041' + '\nmore' * 20
    (text,) = MessageFormatter().pages(report(error_details=[trace]))
    assert text.count('```') == 2
    assert '```\nTraceback:\n    ｀｀｀\n# ＜@all> ＼u0041\nmore\n' in text and '\n…\n```' in text


def test_details_may_be_one_text():
    assert '- boom\n' in MessageFormatter().pages(report(error_details='boom'))[0]


def test_without_failures_there_is_no_heading_for_them():
    (text,) = MessageFormatter().pages(report())
    assert '异常详情' not in text and '统计信息' not in text


def test_many_statistics_are_counted():
    (text,) = MessageFormatter().pages(report(stats_details={'name {}'.format(number): number for number in range(25)}))
    assert 'name 9 ' in text and 'name 10 ' not in text and '另有 15 条' in text


def test_a_table_that_is_split_has_its_header_on_every_page():
    details = [{'url': '/接口/{}'.format(number), 'error': '超时' * 20} for number in range(200)]
    pages = MessageFormatter().pages(report(error_details=details))
    assert len(pages) > 3
    for number, text in enumerate(pages, 1):
        assert text.startswith('## 🔔 接口监控告警 ({}/{})\n'.format(number, len(pages)))
        assert text.count('| url | error |\n| :--- | :--- |\n') == 1
        assert len(text.encode('utf-8')) <= 4096
    assert [int(one) for text in pages for one in re.findall('/接口/([0-9]+)', text)] == list(range(200))


def test_a_cut_report_says_how_many_are_left_out():
    (text,) = MessageFormatter('markdown_v2', 'en').pages(
        report(error_details=['x' * 90 + str(n) for n in range(99)]), 'cut'
    )
    shown = text.count('- xxx')
    assert '{} more are not listed'.format(99 - shown) in text


@pytest.mark.parametrize('seed', range(10))
def test_hostile_reports_fit_and_lose_no_markup_limits(seed):
    rng = random.Random(seed)

    def words(most):
        return ''.join(rng.choice(ALPHABET) for _ in range(rng.randrange(most))) + rng.choice(['', EVIL])

    def detail():
        kind = rng.randrange(3)
        return (
            words(600)
            if kind == 0
            else {words(40): words(300), 'b': words(300)} if kind == 1 else '\n'.join([words(300)] * 15)
        )

    msgtype = rng.choice(['markdown_v2', 'markdown'])
    given = report(
        timestamp=words(90), total_count=words(90), success_rate=50.0, failure_count=words(90),
        error_details=[detail() for _ in range(rng.randrange(40))],
        stats_details={words(90) + str(number): words(90) for number in range(rng.randrange(30))},
    )  # fmt: skip
    for text in MessageFormatter(msgtype, rng.choice(['zh', 'en']), '<@ann>').pages(given):
        assert len(text.encode('utf-8')) <= 4096
        text = text.replace('<@ann>', '')
        assert text.count('```') % 2 == 0
        outside = re.sub('```\n.*?\n```', '', text, flags=re.S)
        for token in ('<', '`', '![', '](', '://', '\\u'):
            assert token not in outside
        assert '<@' not in text and '\\' not in text
        assert len([line for line in outside.split('\n') if line.startswith('#')]) <= 3


@pytest.mark.parametrize('char', ['😀', '目'])
def test_the_worst_records_and_the_worst_head_fit(char):
    long = char * 1000
    given = report(
        timestamp=long, total_count=long, success_rate=1.0, success_count=long, failure_count=long,
        error_details=[{long + str(n): long for n in range(9)}, '\n'.join([' ' * 50 + long] * 30), long],
        stats_details={long[:50] + str(number): long for number in range(30)},
    )  # fmt: skip
    for msgtype in ('markdown_v2', 'markdown'):
        pages = MessageFormatter(msgtype, 'zh', '<@{}> '.format('u' * 60) * 13).pages(given)
        assert all(len(text.encode('utf-8')) <= 4096 for text in pages)
        assert '另有 20 条' in pages[0] and not any(
            '另有 {} 条'.format(left) in text for text in pages for left in (1, 2, 3)
        )


def test_a_record_without_any_value_is_nothing():
    for msgtype in ('markdown', 'markdown_v2'):
        empty, text = (
            MessageFormatter(msgtype).pages(report(error_details=details)) for details in ([{}], [{}, 'line', {}])
        )
        assert '- line' in text[0] and '\n\n\n' not in text[0] + empty[0]

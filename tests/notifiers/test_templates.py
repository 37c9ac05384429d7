"""What the built-in templates say, how an administrator replaces them, and what a broken one comes to."""

import os
import time

import pytest

from scan_notify_plugin.errors import ConfigError, Reason, SendError
from scan_notify_plugin.notifiers.summary import ReportLine, TaskLine
from scan_notify_plugin.notifiers.templates import BUILT_IN, Templates
from tests.notifiers.samples import START, make_summary, make_tasks

OUTCOMES = ('done', 'error', 'stop', 'missing', 'unqueued', 'dead', 'overdue', 'running')


@pytest.fixture(autouse=True)
def shanghai(monkeypatch):
    """The worker's own time zone, as the host's."""
    monkeypatch.setenv('TZ', 'CST-8')
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def marked(value):
    """An escape that shows what went through it."""
    return '\u00ab{}\u00bb'.format(value)


def render(summary, language='en', channel='dingding', folder='', escape=str):
    return Templates(str(folder)).render(channel, language, summary, escape)


@pytest.fixture
def write(tmp_path):
    """write(name, text) puts a template into the administrator's folder, which it returns."""

    def write(name, text):
        path = tmp_path.joinpath(*name.split('/'))
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode('utf-8'))
        return tmp_path

    return write


def test_the_whole_message():
    tasks = (TaskLine('a' * 24, 'n', 'a.example.com', 'done', 12), TaskLine('b' * 24, 'n', '', 'missing', 0))
    assert render(make_summary(tasks)) == '\n'.join(
        [
            '### ✅ Scheduled scan finished',
            '**nightly** · round 7',
            '',
            '- Status: all done',
            '- Tasks: 1 done · 0 failed · 0 stopped · 1 missing (of 2)',
            '- Time: 2030-05-17 20:00:00 → 2030-05-18 21:02:03, took 25:02:03',
            '- Assets: sites 12 · vulnerabilities 1',
            '',
            '**Scan tasks**',
            '',
            '- done · a.example.com · 12 records · ' + 'a' * 24,
            '- deleted · - · 0 records · ' + 'b' * 24,
        ]
    )


@pytest.mark.parametrize('language', ['zh', 'en'])
@pytest.mark.parametrize('fields', [
    {},
    {'status': 'error', 'troubles': (('failed', 2, 'why it failed'),)},
    {'status': 'running', 'end_time': None},
    {'tasks': (), 'counts': dict(total=0, done=0, failed=0, stopped=0, missing=0), 'assets': ()},
    {'schedule_name': ''},
    {'repeat': True},
    {'omitted': 5, 'page': 2, 'pages': 3},
    {'assets': (('site_cnt', 1), ('a_counter_of_a_newer_host', 2))},
    {'hidden': True},
])  # fmt: skip
def test_every_case_has_a_message_in_both_languages(language, fields):
    tasks = tuple(TaskLine('a' * 24, 'n', 'x', outcome, 1) for outcome in OUTCOMES)
    said = render(make_summary(tasks)._replace(**fields), language)
    assert said.startswith('### ')
    assert '{' not in said and 'None' not in said and 'Undefined' not in said
    assert '\n\n\n' not in said


#: (sentence, fields, in English, in Chinese)
SAID = [
    ('the end', {}, 'Scheduled scan finished', '计划任务已完成'),
    ('a bad end', {'status': 'error'}, 'Scheduled scan incomplete', '计划任务未全部完成'),
    (
        'a submission that failed',
        {'troubles': (('failed', 2, 'no broker'),)},
        '- Reason: the submission failed after 2 scan tasks: no broker',
        '- 原因：创建 2 个扫描任务后提交失败：no broker',
    ),
    (
        'a submission that nobody reported',
        {'troubles': (('unreported', 2, ''),)},
        '2 scan tasks of it were found',
        '已找到 2 个扫描任务',
    ),
    (
        'a round that nobody recorded',
        {'troubles': (('unrecorded', 0, '3-4'),)},
        'round 3-4 was fired',
        '第 3-4 轮已触发',
    ),
    ('a repeat', {'repeat': True}, 'This may be a repeat', '可能是重复消息'),
    (
        'how many are left out',
        {'omitted': 5},
        '5 more scan tasks are not listed',
        '另有 5 个扫描任务因长度限制未列出',
    ),
    ('the page', {'page': 2, 'pages': 3}, '(2/3)', '(2/3)'),
    (
        'what is withheld',
        {'hidden': True},
        'the channel\'s moderation refused',
        '渠道的内容审核拒绝了原始消息',
    ),
    ('a schedule without a name', {'schedule_name': ''}, '(unnamed)', '(未命名)'),
]


@pytest.mark.parametrize('sentence, fields, english, chinese', SAID, ids=[row[0] for row in SAID])
def test_a_message_says(sentence, fields, english, chinese):
    summary = make_summary()._replace(**fields)
    assert english in render(summary, 'en')
    assert chinese in render(summary, 'zh')


READY = ReportLine('r1', 'nightly-7.xlsx', 123456, 12, START, 'https://arl.example.com/r/x', START, '')

#: (sentence, report, in English, in Chinese)
REPORTS = [
    (
        'is ready',
        READY,
        'Report: nightly-7.xlsx (121 KB, 12 rows, made 2030-05-17 20:00:00)',
        '报表：nightly-7.xlsx',
    ),
    (
        'has a link',
        READY,
        '[Download the report](https://arl.example.com/r/x), valid until 2030-05-17',
        '[下载报表](https',
    ),
    (
        'has no link',
        READY._replace(link=''),
        'scan-notify reports --save r1',
        'scan-notify reports --save r1',
    ),
    (
        'failed',
        READY._replace(made_at=None, error='disk full'),
        'could not be made: disk full',
        '未能生成：disk full',
    ),
    ('is being made', READY._replace(made_at=None), 'is still being made', '仍在生成'),
]


@pytest.mark.parametrize('sentence, report, english, chinese', REPORTS, ids=[row[0] for row in REPORTS])
def test_a_report_that(sentence, report, english, chinese):
    summary = make_summary(reports=(report,))
    assert english in render(summary, 'en')
    assert chinese in render(summary, 'zh')
    assert 'eport' not in render(summary._replace(page=2, pages=2), 'en')


def test_a_withheld_message_says_what_became_of_its_reports_without_their_words():
    for report, said in (
        (READY, 'Report: r1 (121 KB'),
        (READY._replace(made_at=None, error='evil'), 'could not be made: …'),
        (READY._replace(made_at=None), 'is still being made'),
    ):
        hidden = render(make_summary(reports=(report,)).withheld())
        assert said in hidden
        assert 'evil' not in hidden and 'nightly' not in hidden


@pytest.mark.parametrize('size, shown', [
    (0, '0 B'), (999, '999 B'), (1000, '1000 B'), (1023, '1023 B'), (1024, '1 KB'), (1536, '1.5 KB'),
    (123456, '121 KB'), (1024 ** 2 - 1, '1024 KB'), (5 * 1024 ** 2, '5 MB'), (3 * 1024 ** 3, '3 GB'),
    (2000 * 1024 ** 3, '2000 GB'),
])  # fmt: skip
def test_a_size_is_told_in_three_digits(size, shown):
    assert '({}, 12 rows'.format(shown) in render(make_summary(reports=(READY._replace(size=size),)))


def test_what_is_said_once_is_on_the_first_page():
    first, second = (
        render(make_summary()._replace(page=page, pages=2, troubles=(('failed', 1, 'why'),)))
        for page in (1, 2)
    )
    assert 'scan tasks: why' in first and '- Time:' in first
    assert 'scan tasks: why' not in second and '- Time:' not in second
    assert 'nightly' in second


def test_both_languages_know_every_outcome_and_every_counter():
    for outcome in OUTCOMES:
        line = render(make_summary((TaskLine('a' * 24, 'n', 'x', outcome, 1),)), 'zh').splitlines()[-1]
        assert outcome not in line
    from scan_notify_plugin.host.scans import COUNTED

    for _, name in COUNTED:
        for language in ('zh', 'en'):
            assert name not in render(make_summary()._replace(assets=((name, 1),)), language)


def test_what_strangers_wrote_goes_through_the_channels_escape():
    tasks = (TaskLine('a' * 24, 'task <@all>', 'x.example.com # clear', 'done', 1),)
    said = render(
        make_summary(tasks, schedule_name='# all clear', troubles=(('failed', 1, '<@all>'),)), escape=marked
    )
    assert '\u00ab# all clear\u00bb' in said
    assert '\u00ab<@all>\u00bb' in said
    assert '\u00ab' + 'a' * 24 + '\u00bb' in said
    assert 'x.example.com ＃ clear' in said  # targets keep their dots and nothing else
    for own in ('finished', 'done', 'sites', '2030-05-17', '25:02:03'):
        assert '\u00ab' + own not in said


def test_a_withheld_message_has_no_word_of_a_stranger():
    tasks = tuple(task._replace(name='evil name', target='evil.example') for task in make_tasks(3))
    summary = make_summary(tasks, schedule_name='evil schedule', troubles=(('failed', 1, 'evil reason'),))
    for language in ('zh', 'en'):
        said = render(summary.withheld(), language)
        assert 'evil' not in said
        assert tasks[0].id in said


def test_a_template_is_replaced_from_a_folder_and_the_rest_is_built_in(write):
    folder = write('zh/summary.md', '第 {{ run_number }} 轮：{{ counts.done }}/{{ counts.total }}\n')
    assert render(make_summary(), 'zh', folder=folder) == '第 7 轮：2/2'
    assert 'Scheduled scan finished' in render(make_summary(), 'en', folder=folder)


def test_a_template_for_one_channel_comes_before_the_one_for_all(write):
    write('en/summary.md', 'for all')
    folder = write('en/dingding.md', 'for dingding')
    assert render(make_summary(), channel='dingding', folder=folder) == 'for dingding'
    assert render(make_summary(), channel='pager', folder=folder) == 'for all'


def test_a_template_that_is_edited_counts_at_once(write):
    templates = Templates(str(write('en/summary.md', 'before')))
    assert templates.render('pager', 'en', make_summary(), str) == 'before'
    path = os.path.join(str(write('en/summary.md', 'after, and longer')), 'en', 'summary.md')
    os.utime(path, (time.time() + 5, time.time() + 5))
    assert templates.render('pager', 'en', make_summary(), str) == 'after, and longer'


def test_a_replaced_template_escapes_like_ours(write):
    folder = write(
        'en/summary.md', '{{ schedule_name }}|{{ "own"|own }}|{{ run.run_id }}|{{ 7 }}|{{ none }}|{{ 1.5 }}'
    )
    said = render(make_summary(schedule_name='<@all>'), folder=folder, escape=marked)
    assert said == '\u00ab<@all>\u00bb|own|\u00ab64f0:7\u00bb|7||1.5'


def test_a_template_may_include_another_of_the_folder(write):
    write('en/head.md', '## {{ schedule_name }}')
    folder = write('en/summary.md', '{% include "en/head.md" %}\n\nrest')
    assert render(make_summary(), folder=folder) == '## nightly\nrest'


def test_a_folder_that_is_not_there_is_said_at_the_start():
    with pytest.raises(
        ConfigError, match=r'^SCAN_NOTIFY.TEMPLATES: no folder \'/no/such\' \(see docs/channels.md#'
    ):
        Templates('/no/such')


#: (sentence, template, the line at fault, what is said of it)
BROKEN = [
    ('a block that is not closed', 'a\n{% if status %}\n', 2, 'endif'),
    ('a tag that does not exist', 'a\n\n{% nonsense %}', 3, 'nonsense'),
    ('a filter that does not exist', 'a\n{{ status|nonsense }}', 2, 'nonsense'),
    ('a name that does not exist', 'a\nb\n{{ statsu }}', 3, 'statsu'),
    ('a field that does not exist', 'a\n{{ counts.dnoe }}', 2, 'dnoe'),
    ('a field of nothing', 'a\n{{ statsu.x }}', 2, 'statsu'),
    ('an include that does not exist', 'a\n{% include "en/other.md" %}', 2, 'en/other.md'),
    ('a division by zero', 'a\n\n{{ 1 // omitted }}', 3, 'zero'),
    ('a sum of a text and a number', 'a\n{{ status + 1 }}', 2, 'int'),
    ('a call of what is no function', 'a\n{{ status() }}', 2, 'not callable'),
    ('a time of a text', 'a\n{{ status|time }}', 2, 'astimezone'),
    ('bytes that are no text', b'a\n\xff\xfe', '?', 'decode'),
]


@pytest.mark.parametrize('sentence, template, line, said', BROKEN, ids=[row[0] for row in BROKEN])
def test_a_broken_template_is_an_error_that_names_it_and_the_line(write, sentence, template, line, said):
    folder = write('en/summary.md', template)
    with pytest.raises(SendError) as caught:
        render(make_summary(), folder=folder)
    assert caught.value.reason is Reason.CONTENT
    assert 'summary.md:{}: '.format(line) in caught.value.words
    assert said in caught.value.words


def test_a_broken_file_of_one_language_is_no_trouble_for_the_other(write):
    folder = write('en/summary.md', '{% if %}')
    assert '计划任务已完成' in render(make_summary(), 'zh', folder=folder)


def test_the_built_in_templates_are_installed_with_the_package():
    for language in ('zh', 'en'):
        assert os.path.isfile(os.path.join(BUILT_IN, language, 'summary.md'))


def test_times_are_the_workers_own_and_a_run_without_an_end_has_none():
    assert START.hour == 12
    assert '2030-05-17 20:00:00 → -, took -' in render(make_summary(status='running', end_time=None))

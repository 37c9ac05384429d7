"""What the built-in templates say, how an administrator replaces them, and what a broken one comes to."""

import os
import shutil
import time

import pytest

from scan_notify_plugin.errors import ConfigError
from scan_notify_plugin.faults import say
from scan_notify_plugin.notifiers import templates as templates_module
from scan_notify_plugin.notifiers.summary import ReportLine, TaskLine
from scan_notify_plugin.notifiers.templates import BUILT_IN, Templates
from scan_notify_plugin.notifiers.templates.samples import KINDS
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
            '### ✅ Scheduled scan finished: nightly · round 7',
            '',
            '**Changes not known: the results were not collected**',
            '',
            '**Scan tasks that are not done**',
            '',
            '- deleted · - · 0 records · ' + 'b' * 24,
            '',
            '- Status: all done',
            '- Tasks: 1 done · 0 failed · 0 stopped · 1 missing (of 2)',
            '- Time: 2030-05-17 20:00:00 → 2030-05-18 21:02:03, took 25:02:03',
            '- Assets: sites 12 · vulnerabilities 1',
            '',
            'Scan tasks that are done: ' + 'a' * 24,
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
        '[Open the report](https://arl.example.com/r/x), valid until 2030-05-17',
        '[查看报告](https',
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
        render(make_summary()._replace(page=page, pages=2, troubles=(('failed', 1, 'why'),))) for page in (1, 2)
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
    tasks = (TaskLine('a' * 24, 'task <@all>', 'x.example.com # clear', 'error', 1),)
    said = render(make_summary(tasks, schedule_name='# all clear', troubles=(('failed', 1, '<@all>'),)), escape=marked)
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
    folder = write('run.jinja', '第 {{ run_number }} 轮：{{ counts.done }}/{{ counts.total }}\n')
    assert render(make_summary(), 'zh', folder=folder) == '第 7 轮：2/2'
    assert (
        Templates(str(folder)).render('brief', 'en', make_summary(), str).startswith('### ✅ Scheduled scan finished')
    )


def test_a_template_for_one_target_comes_before_the_one_for_all(write):
    write('ops/run.jinja', 'for ops')
    folder = write('run.jinja', 'for all')
    templates = Templates(str(folder), ['ops', 'duty'])
    assert templates.refused == []
    assert templates.render('run', 'en', make_summary(), str, target='ops') == 'for ops'
    assert templates.render('run', 'en', make_summary(), str, target='duty') == 'for all'
    assert templates.render('run', 'en', make_summary(), str, target='../ops') == 'for all'


def test_a_channel_of_0_1_that_asks_for_a_template_of_its_own_gets_that_of_a_run():
    assert render(make_summary(), channel='pager') == render(make_summary(), channel='run')


def test_a_template_that_is_edited_counts_at_once(write):
    templates = Templates(str(write('run.jinja', 'before')))
    assert templates.render('run', 'en', make_summary(), str) == 'before'
    path = os.path.join(str(write('run.jinja', 'after, and longer')), 'run.jinja')
    os.utime(path, (time.time() + 5, time.time() + 5))
    assert templates.render('run', 'en', make_summary(), str) == 'after, and longer'


def test_a_replaced_template_escapes_like_ours(write):
    folder = write('run.jinja', '{{ schedule_name }}|{{ "own"|own }}|{{ run.run_id }}|{{ 7 }}|{{ none }}|{{ 1.5 }}')
    said = render(make_summary(schedule_name='<@all>'), folder=folder, escape=marked)
    assert said == '\u00ab<@all>\u00bb|own|\u00ab64f0:7\u00bb|7||1.5'


def test_what_a_macro_or_a_block_has_written_is_escaped_once(write):
    folder = write('run.jinja', (
        '{% macro bold(name) %}**{{ name }}**{% endmacro %}{% set kept %}({{ schedule_name }}){% endset %}'
        '{{ bold(schedule_name) }} {{ kept }}'
    ))  # fmt: skip
    assert render(make_summary(schedule_name='a'), folder=folder, escape=marked) == '**\u00aba\u00bb** (\u00aba\u00bb)'


def test_a_mark_that_a_stranger_writes_is_none(write):
    folder = write('run.jinja', '{{ note("ours"|own) }}\n\n{{ schedule_name }}')
    assert (
        render(make_summary(schedule_name='\x020\x03 \x02deadbeef:0\x03'), folder=folder, escape=marked).count('ours')
        == 1
    )


def test_a_template_may_include_another_of_the_folder(write):
    write('head.jinja', '## {{ schedule_name }}')
    folder = write('run.jinja', '{% include "head.jinja" %}\n\nrest')
    assert render(make_summary(), folder=folder) == '## nightly\nrest'


def test_a_template_may_change_one_piece_of_the_built_in_one(write):
    folder = write(
        'run.jinja',
        '{% extends "built-in/run.jinja" %}{% block tasks %}\n{{ item("see the report"|own) }}\n{% endblock %}',
    )
    plain, changed = render(make_summary()), render(make_summary(), folder=folder)
    assert changed.replace('- see the report\n', '', 1).split() == plain.split()
    assert '\n- see the report\n' in changed


def test_markup_of_its_own_and_blocks_may_stand_beside_each_other(write):
    folder = write(
        'run.jinja',
        'Look: {{ schedule_name }}\n{{ item(1) }}\n{{ item(2) }}\n\n\nand **that**\n{{ schedule_name }} {{ note(3) }}',
    )
    assert render(make_summary(), folder=folder) == 'Look: nightly\n- 1\n- 2\n\nand **that**\nnightly \n> 3'


def test_a_folder_that_is_not_there_is_said_at_the_start():
    with pytest.raises(ConfigError, match=r'^SCAN_NOTIFY.TEMPLATES: no folder \'/no/such\' \(see docs/channels.md#'):
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
    ('a code without words', 'a\n{{ note(say("run.nonsense")) }}', 2, 'run.nonsense'),
    ('words without their fact', 'a\n{{ note(say("run.omitted")) }}', 2, 'count'),
    ('a row without a table', 'a\n{{ row(1) }}', '?', 'row() stands below no table()'),
    ('a number without a fact', '{{ number(1, 2) }}', '?', 'number() stands below no fact()'),
    ('what is wrong on some messages only', '{% if hidden %}\n{{ 1 // 0 }}\n{% endif %}a', 2, 'zero'),
    ('nothing to say', '{% if page == 1 %}a{% endif %}', '1', 'says nothing'),
]


@pytest.mark.parametrize('sentence, template, line, said', BROKEN, ids=[row[0] for row in BROKEN])
def test_a_broken_template_is_refused_at_the_start_with_its_line_and_the_built_in_one_is_used(
    write, sentence, template, line, said
):
    templates = Templates(str(write('run.jinja', template)))
    (refused,) = templates.refused
    assert 'run.jinja:{}: '.format(line) in str(refused)
    assert said in say(refused.why, 'en')
    assert templates.render('run', 'en', make_summary(), str) == render(make_summary())


def test_a_template_without_an_end_holds_no_worker_up(write, monkeypatch):
    monkeypatch.setattr(templates_module, 'TRY', 0.2)
    folder = write('run.jinja', '{% for number in range(10000000) if number < 0 %}{% endfor %}a')
    (refused,) = Templates(str(folder)).refused
    assert 'no answer within 0.2 s' in say(refused.why, 'en')


def test_a_target_whose_own_template_is_broken_has_the_one_for_all(write):
    write('ops/run.jinja', '{{ statsu }}')
    templates = Templates(str(write('run.jinja', 'for all')), ['ops'])
    assert [refused.line for refused in templates.refused] == ['1']
    assert templates.render('run', 'en', make_summary(), str, target='ops') == 'for all'


def test_a_template_that_breaks_while_we_run_is_said_once_and_the_built_in_one_is_used(write, caplog):
    templates = Templates(str(write('run.jinja', 'good')))
    assert templates.refused == []
    path = os.path.join(str(write('run.jinja', 'a\n{{ statsu }}')), 'run.jinja')
    os.utime(path, (time.time() + 5, time.time() + 5))
    for _ in range(3):
        assert templates.render('run', 'en', make_summary(), str) == render(make_summary())
    assert [record.getMessage() for record in caplog.records] == [
        'template {}:2: \'statsu\' is undefined; the next one is used (see docs/channels.md#templates)'.format(path)
    ]


def test_a_template_that_has_nothing_to_say_of_one_message_leaves_it_to_the_built_in_one(write, caplog):
    templates = Templates(str(write('run.jinja', '{% if schedule_name != "quiet" %}a{% endif %}')))
    assert templates.refused == []
    quiet = make_summary(schedule_name='quiet')
    assert [templates.render('run', 'en', quiet, str) for _ in range(2)] == [render(quiet)] * 2
    assert [record.getMessage().split(': ')[1] for record in caplog.records] == [
        'it says nothing; the next one is used (see docs/channels.md#templates)'
    ]


@pytest.mark.parametrize(
    'name', ['zh/summary.md', 'en/wxwork.md', 'en/wxwork_markdown.md', 'zh/alert.md', 'en/pager.md']
)
def test_a_template_of_0_1_is_refused_with_the_page_that_tells_how_to_move_it(write, name):
    templates = Templates(str(write(name, 'old')))
    (refused,) = templates.refused
    assert str(refused).startswith(os.path.join(templates._folder, *name.split('/')) + ':1: a template of 0.1.0')
    assert 'docs/channels.md#templates-of-01' in say(refused.why, 'en')
    for language in ('zh', 'en'):
        assert templates.render('run', language, make_summary(), str) == render(make_summary(), language)


def test_a_template_for_a_target_that_is_not_there_is_refused(write):
    templates = Templates(str(write('opps/run.jinja', 'x')), ['ops'])
    assert [say(refused.why, 'en') for refused in templates.refused] == ['there is no target \'opps\'']
    assert Templates(templates._folder).refused == []  # where nobody knows the targets


def test_other_files_of_the_folder_are_nobodys_business(write):
    write('README.md', 'notes')
    write('ops/notes.txt', 'notes')
    assert Templates(str(write('head.jinja', '{{ nobody }}')), []).refused == []


def test_the_built_in_templates_are_installed_with_the_package_and_pass_their_own_check(tmp_path):
    for kind in KINDS:
        shutil.copy(os.path.join(BUILT_IN, kind + '.jinja'), str(tmp_path))
    assert Templates(str(tmp_path)).refused == []


def test_times_are_the_workers_own_and_a_run_without_an_end_has_none():
    assert START.hour == 12
    assert '2030-05-17 20:00:00 → -, took -' in render(make_summary(status='running', end_time=None))

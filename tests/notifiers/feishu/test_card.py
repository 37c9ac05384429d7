"""What the group sees: the header, the text, the tables, the buttons; and that it is within every limit."""

import json

import pytest

from scan_notify_plugin.notifiers import blocks
from scan_notify_plugin.notifiers.blocks import apart
from scan_notify_plugin.notifiers.dialects import FEISHU
from scan_notify_plugin.notifiers.feishu.card import card
from scan_notify_plugin.notifiers.http import encode
from scan_notify_plugin.notifiers.summary import Alert, Text
from scan_notify_plugin.testing.robot_server import Mentions
from tests.notifiers.feishu.samples import LINK, NOTIFIER, make_report, make_target, render, send
from tests.notifiers.samples import make_summary, make_tasks, told

AT = {'OPEN_IDS': ['ou_7d8a'], 'USER_IDS': [12345]}


def elements(page, kind):
    return [one for one in card(page.content)['body']['elements'] if one['tag'] == kind]


@pytest.mark.parametrize('fields, colour', [
    ({}, 'green'),
    ({'status': 'error'}, 'red'),
    ({'status': 'running', 'end_time': None}, 'blue'),
    ({'test': True}, 'blue'),
    ({'alert': Alert('delivery', Text('Not delivered'), 1, 0), 'status': 'error'}, 'orange'),
])  # fmt: skip
def test_the_colour_says_what_became_of_it(robot, fields, colour):
    target = make_target(robot)
    fields = dict(fields, tasks=()) if 'alert' in fields else fields
    send(target, render(target, make_summary(**fields))[0].content)
    assert robot.messages[0].body['card']['header']['template'] == colour


def test_the_header_has_the_heading_and_the_list_of_conversations_the_changes(robot):
    target = make_target(robot, 'zh')
    send(target, render(target, told(make_summary(), language='zh'))[0].content)
    (message,) = robot.messages
    made = message.body['card']
    assert message.title == '✅ 计划任务已完成：nightly · 第 7 轮'
    assert made['config']['summary']['content'].startswith('✅ 计划任务已完成：nightly · 新增风险 2（严重 1）')
    # It is not said twice.
    assert message.text.count('计划任务已完成') == 1


def test_links_are_buttons_and_the_first_stands_out(robot):
    target = make_target(robot)
    summary = make_summary(reports=(make_report(),), url='https://arl.example.com/scan#run=1')
    send(target, render(target, summary)[0].content)
    buttons = [one for one in robot.messages[0].body['card']['body']['elements'] if one['tag'] == 'button']
    assert [(one['type'], one['text']['content'], one['behaviors'][0]['default_url']) for one in buttons] == [
        ('primary', 'Open the report', LINK),
        ('default', 'See this round on the page', 'https://arl.example.com/scan#run=1'),
    ]
    assert 'scan#run' not in robot.messages[0].body['card']['body']['elements'][0]['content']


def test_several_reports_are_told_apart_and_few_are_buttons():
    reports = tuple(make_report(number) for number in range(6))
    labels = [
        one['text']['content'] for one in elements(render(make_target(), make_summary(reports=reports))[0], 'button')
    ]
    assert labels == ['Open the report nightly-{}.xlsx'.format(number) for number in range(4)]


def test_without_an_address_there_is_no_button():
    summary = make_summary(reports=(make_report(link=''), make_report(made_at=None), make_report(link='javascript:x')))
    assert elements(render(make_target(), summary)[0], 'button') == []


def test_only_the_first_page_has_buttons_and_mentions():
    summary = make_summary(make_tasks(160, 'x' * 100, 'error'), reports=(make_report(),))
    pages = render(make_target(at=AT, oversize='split'), summary)
    assert len(pages) > 1
    assert [len(elements(page, 'button')) for page in pages] == [1] + [0] * (len(pages) - 1)
    assert ['<at ' in page.content['text'] for page in pages] == [True] + [False] * (len(pages) - 1)
    assert [page.content['heading'].endswith('（{}/{}）'.format(*one)) for page, one in
            zip(pages, [(number + 1, len(pages)) for number in range(len(pages))])] == [True] * len(pages)  # fmt: skip


def test_people_of_the_configuration_are_mentioned_and_nobody_for_a_test(robot):
    target = make_target(robot, at=AT)
    send(target, render(target)[0].content)
    send(target, render(target, make_summary(test=True))[0].content)
    assert [message.at for message in robot.messages] == [Mentions((), ('ou_7d8a', '12345'), False), Mentions()]


def test_everybody_is_mentioned_and_nobody_beside(server):
    robot = server.add_robot()
    target = make_target(robot, at={'all': True, 'open_ids': ['ou_1']})
    send(target, render(target)[0].content)
    assert robot.messages[0].at == Mentions((), (), True)


@pytest.mark.parametrize('keyword', ['巡检', 'a-b*c', '[x]'])
def test_the_keyword_is_in_every_page_as_it_is(server, keyword):
    robot = server.add_robot(keywords=[keyword])
    target = make_target(robot, keyword=keyword, oversize='split')
    pages = render(target, make_summary(make_tasks(160, 'x' * 100, 'error')))
    assert len(pages) > 1
    for content in (pages[0].content, pages[-1].withheld):
        send(target, content)
    assert len(robot.messages) == 2


def test_a_message_is_as_long_as_it_may_be_and_no_longer():
    target = make_target(language='zh', task_ids=True)
    (page,) = render(target, make_summary(make_tasks(400, outcome='error'), reports=(make_report(),)))
    size = NOTIFIER.size(page.content, target)
    assert 19500 < size <= NOTIFIER.max_bytes == 20000
    assert size >= len(encode({'msg_type': 'interactive', 'card': card(page.content, 'zh')})) + len('"sign":""') + 44


@pytest.mark.parametrize('field', ['schedule_name', 'target'])
def test_what_strangers_write_takes_not_all_the_room(field):
    text = '[!*_#' * 4000
    tasks = make_tasks(2, text if field == 'target' else 'x.example.com', 'error')
    summary = make_summary(tasks, schedule_name=text if field == 'schedule_name' else 'nightly')
    for page in render(make_target(), summary):
        assert NOTIFIER.size(page.content, make_target()) <= 20000 and 'Scheduled scan' in page.content['heading']


#: What acts in a card.
LIVE = ('<at', '<font', '<link', '](h', '![', ':DONE:', '**x**', '`c`', '~~', '\\[', '@', 'https:', '\n# x', '\n- x')


@pytest.mark.parametrize('name', [
    '<at id=all></at>', '<font color=green>all clear</font>', '[x](https://evil.example.com)', '![](http://e.example)',
    '<link url="https://evil.example.com">x</link>', '&#60;at id=all&#62;', ':DONE:', '**x** _y_ ~~z~~ `c`',
    '| a | b |',
    '# x', '- x', '\\[x](https://e.example.com)', '@all', 'https://evil.example.com/a',
])  # fmt: skip
def test_a_strangers_words_have_no_effect_in_text_and_title(robot, name):
    target = make_target(robot)
    tasks, troubles = make_tasks(1, name, 'error'), (('failed', 1, name),)
    summary = make_summary(tasks, schedule_name=name, status='error', troubles=troubles)
    send(target, render(target, summary)[0].content)
    (message,) = robot.messages
    assert message.at == Mentions()
    made = message.body['card']
    body = made['body']['elements'][0]['content']
    for live in LIVE:
        assert live not in body, live
    # Plain text, where escapes would be seen.
    for plain in (made['header']['title']['content'], made['config']['summary']['content']):
        assert '&#' not in plain.replace(name, '') and '<' not in plain and '@' not in plain and ':DONE:' not in plain


def test_a_table_has_as_many_cells_as_columns_whatever_is_in_them():
    table = blocks.Table(None, (blocks.Column('a|b'), blocks.Column('c')), (('x | y', 'z\n| w'),))
    drawn = FEISHU.text(apart(table), 'en')
    assert [line.count('|') for line in drawn.split('\n')] == [3, 3, 3]


def test_what_would_be_a_table_too_many_is_a_list(robot):
    table = blocks.Table('t', (blocks.Column('a'), blocks.Column('b')), (('x', 'y'),))
    facts = blocks.Facts((blocks.Fact('f', None, None, (('n', 1),)),))
    drawn = FEISHU.text(apart(*[table, facts] * 3), 'en')
    assert drawn.count('\n| :---') == 4 and drawn.count('- x · y') == 1 and drawn.count('- f: n 1') == 1
    content = dict(render(make_target(robot))[0].content, text=drawn)
    send(make_target(robot), content)
    assert len(robot.messages) == 1


@pytest.mark.parametrize('rows, drawn', [(5, True), (6, False)])
def test_numbers_are_a_table_as_long_as_all_of_it_is_seen(rows, drawn):
    facts = blocks.Facts((blocks.Fact('f', None, None, tuple((str(number), number) for number in range(rows))),))
    assert (':---' in FEISHU.text(apart(facts), 'en')) == drawn


@pytest.mark.parametrize('wanted', [True, False])
def test_scan_tasks_have_ids_where_they_are_asked_for(wanted):
    tasks = make_tasks(1, outcome='error')
    (page,) = render(make_target(task_ids=wanted), make_summary(tasks))
    assert (tasks[0].id in page.content['text']) == wanted


def test_other_blocks_are_what_the_vendor_calls_them():
    drawn = FEISHU.text(
        apart(blocks.Heading('h'), blocks.Code(('a', '  b')), blocks.Rule(), blocks.Quote('q'), blocks.Footer('f')),
        'en',
    )
    assert drawn == '#### h\n\n```\na\n  b\n```\n\n---\n\n> q\n\n*f*'


def test_a_message_of_a_template_without_a_heading_loses_nothing():
    content = {'text': 'first line\nsecond', 'heading': 'first line', 'title': 't', 'colour': 'green', 'buttons': []}
    assert card(content)['body']['elements'] == [{'tag': 'markdown', 'content': 'first line\nsecond'}]
    assert card(dict(content, text='#### alone'))['body']['elements'] == []


def test_what_is_stored_holds_no_credential():
    target = make_target(at=AT, secret=None)
    text = json.dumps(render(target)[0].content)
    assert target.options['webhook_url'].reveal() not in text and 'hook' not in text

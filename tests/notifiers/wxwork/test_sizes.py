"""Every page fits, whatever strangers wrote, and is cut nowhere but between records."""

import random
import re

import pytest

from scan_notify_plugin.changes import State
from scan_notify_plugin.faults import Fault
from scan_notify_plugin.notifiers.wxwork import WxWorkRobot
from scan_notify_plugin.notifiers.wxwork.client import MAX_CONTENT
from scan_notify_plugin.testing.robot_server import Mentions
from tests.notifiers.samples import make_change, make_results, make_summary, make_tasks, told
from tests.notifiers.wxwork.samples import NOTIFIER, extras, make_report, make_target, render, send

EVIL = (
    '\n# all clear\n> [log in](dtmd://x) | a | <@all> <@ann> ![](http://e.example/x) ``` \\u0041 '
    '<font color="info">ok</font>'
)
ALPHABET = [
    '目', '标', '😀', '👩‍👧', '(', '[', '|', '<@all>', '\\u0041', '\n', '\u202e', '\ud800', 'http://', '`', '```', 'a',
    '.', ' ',
]  # fmt: skip
#: With the ids of scan tasks, by which these tests tell that none is lost.
FORMS = [dict(form, task_ids=True) for form in ({}, {'clients': 'old'}, {'colours': True})]
STATES = [state.value for state in State]
TABLES = ['vuln', 'nuclei_result', 'service', 'site', 'a table of a newer host']


def size(content):
    return len(content['text'].encode('utf-8'))


def ids_in(text):
    return re.findall(r'(?:\| |· )(0{6}[0-9a-f]{18})(?= \||\n|\Z)', text)


def worst(char='😀', tasks=3):
    """Every field as long as it can be."""
    long = char * 1000
    reports = tuple(
        make_report(link='https://arl.example.com/' + 'x' * 1000, name='报' * 200 + '.xlsx') for _ in range(10)
    )
    reports += tuple(make_report(made_at=None, error=long) for _ in range(10))
    states = ('new', 'back', 'first_look', 'changed', 'gone', 'unstable')
    records = tuple(make_change(state, 'vuln', long, long, 'critical', page_title=(long, long)) for state in states)
    tables = ('vuln', 'service', 'site', 'domain', 'ip', 'cert', 'url', 'npoc_service')
    others = ('out_of_scope', 'earlier', 'not_looked_at')
    more = [(table, state, 10**9) for table in tables for state in states + others]
    results = make_results(records, more, remarks=tuple(Fault('quote', text=long) for _ in range(20)))
    summary = make_summary(
        tuple(task._replace(target=long, name=long, assets=10**9) for task in make_tasks(tasks, outcome='error')),
        schedule_name=long, run_number=10**9, reports=reports, repeat=True, status='error',
        troubles=(('failed', 10**9, long), ('unreported', 10**9, long), ('doubtful', 10**9, long),
                  ('unrecorded', 10**9, long)) * 5,
        assets=tuple((long + str(number), 10**9) for number in range(60)),
        url='https://arl.example.com/' + 'x' * 1000,
    )  # fmt: skip
    assets = summary.assets
    return told(summary, results, records)._replace(assets=assets)


@pytest.mark.parametrize('char', ['😀', 'http://'])
@pytest.mark.parametrize('options', FORMS)
@pytest.mark.parametrize('language', ['zh', 'en'])
def test_the_worst_head_fits_with_the_most_that_can_be_mentioned_in_it(char, options, language):
    names = ['u' * 60 + str(number) for number in range(13)]
    target = make_target(language=language, mentioned_list=names, mention='inline', **options)
    assert NOTIFIER.problems(target.options) == []
    summary = worst(char)
    for oversize in ('split', 'cut'):
        pages = render(target._replace(oversize=oversize), summary)
        for page in pages:
            assert size(page.content) <= 4096 and size(page.withheld) <= 4096
        shown = [one for page in pages for one in ids_in(page.content['text'])]
        assert oversize == 'cut' or shown == list(summary.task_ids)


def test_what_fits_is_not_shortened():
    name, error = '名' * 100, '原因' * 40
    (page,) = render(make_target(), make_summary(schedule_name=name, troubles=(('failed', 1, error),)))
    assert name in page.content['text'] and error in page.content['text']


@pytest.mark.parametrize('seed', range(12))
def test_pages_of_random_hostile_text_fit_and_lose_no_record(seed):
    rng = random.Random(seed)

    def text(most):
        return ''.join(rng.choice(ALPHABET) for _ in range(rng.randrange(most)))

    tasks = make_tasks(rng.randrange(60), outcome='error')
    tasks = tuple(task._replace(target=text(200), name=text(100)) for task in tasks)
    summary = make_summary(
        tasks, schedule_name=text(100), status=rng.choice(['finished', 'error', 'running']),
        troubles=tuple((rng.choice(['failed', 'too_many', 'unreported', 'doubtful', 'unrecorded']), 1,
                        text(400)) for _ in range(rng.randrange(4))),
        assets=tuple((text(30), 5) for _ in range(rng.randrange(30))),
        reports=tuple(make_report(made_at=None, error=text(300)) for _ in range(rng.randrange(4))),
    )  # fmt: skip
    records = tuple(
        make_change(rng.choice(STATES), rng.choice(TABLES), text(200), text(200), text(9), status_code=(text(90), 'x'))
        for _ in range(rng.randrange(40))
    )
    summary = told(summary, None, records) if rng.randrange(3) else summary
    options = rng.choice(FORMS)
    target = make_target(language=rng.choice(['zh', 'en']), **options)
    pages = render(target, summary)
    texts = [page.content['text'] for page in pages]
    assert [one for text in texts for one in ids_in(text)] == list(summary.task_ids)
    for number, page in enumerate(pages, 1):
        assert size(page.content) <= 4096 and size(page.withheld) <= 4096
        assert ('({}/{})'.format(number, len(pages)) in page.content['text']) == (len(pages) > 1)
        check_harmless(page.content['text'], target)


def check_harmless(text, target):
    """Nothing a stranger wrote is markup: every line is one of the template's, every table row has its columns."""
    plain = re.sub(r'</?font[^>]*>', '', text) if target.options.get('colours') else text
    for token in ('<', '`', '![', '\\', '://'):
        assert token not in plain
    lines = plain.split('\n')
    assert [line for line in lines if line.startswith('#')] == lines[:1]
    columns = {line.count('|') for line in lines if line.startswith('|')}
    assert columns <= {3, 5}
    assert all(re.match(r'\|.*\|\Z|## |\*\*|- |> |\d{4}-|\Z', line) for line in lines), plain


@pytest.mark.parametrize('options', FORMS)
def test_what_strangers_wrote_mentions_nobody_and_marks_nothing_up(robot, options):
    tasks = tuple(task._replace(target=EVIL, name=EVIL) for task in make_tasks(2))
    report = make_report(made_at=None, error=EVIL)
    summary = make_summary(
        tasks, schedule_name=EVIL, troubles=(('failed', 1, EVIL),), reports=(report,), assets=((EVIL, 1),)
    )
    target = make_target(robot, mentioned_list=['bob'], **options)
    (page,) = render(target, summary)
    check_harmless(page.content['text'], target)
    for content in [page.content] + [extra.content for extra in extras(target, summary)]:
        send(target, content)
    assert [message.at for message in robot.messages] == [Mentions(), Mentions(user_ids=('bob',))]
    assert '<' not in robot.messages[1].text


@pytest.mark.parametrize(
    'options, header',
    [
        ({'task_ids': True}, '| Outcome | Target | Records | Task |'),
        ({'task_ids': True, 'clients': 'old'}, '**Scan tasks that are not done**'),
    ],
)
def test_split_pages_are_numbered_and_complete_in_themselves(robot, options, header):
    summary = make_summary(make_tasks(150, target='目标.例子.中国/路径', outcome='error'))
    target = make_target(robot, **options)
    pages = render(target, summary)
    for page in pages:
        send(target, page.content)
    texts = [message.text for message in robot.messages]
    assert len(texts) > 2
    for number, text in enumerate(texts, 1):
        assert text.startswith('## ✅ Scheduled scan finished: nightly · round 7 ({}/{})\n'.format(number, len(texts)))
        assert text.count(header) == 1
    assert [one for text in texts for one in ids_in(text)] == list(summary.task_ids)
    assert min(len(text.encode('utf-8')) for text in texts[:-1]) > 3800


def test_a_cut_message_says_how_many_are_left_out():
    summary = make_summary(make_tasks(500, outcome='error'))
    (page,) = render(make_target(oversize='cut', task_ids=True), summary)
    shown = ids_in(page.content['text'])
    assert '{} more scan tasks'.format(500 - len(shown)) in page.content['text']


def test_more_than_ten_pages_are_cut_too():
    summary = make_summary(make_tasks(2000, outcome='error'))
    pages = render(make_target(task_ids=True), summary)
    shown = [one for page in pages for one in ids_in(page.content['text'])]
    assert len(pages) == 10
    assert '{} more scan tasks'.format(2000 - len(shown)) in pages[-1].content['text']


def test_the_withheld_pages_hold_no_word_of_strangers(robot):
    target = make_target(robot, mentioned_list=['ann'], send_file=True)
    summary = make_summary(
        make_tasks(100, target='geheim'), schedule_name='geheim', reports=(make_report(name='geheim.xlsx'),)
    )
    for page in render(target, summary) + extras(target, summary)[:1]:
        send(target, page.withheld)
        assert 'geheim' not in robot.messages[-1].text
    assert robot.messages[-1].at.user_ids == ('ann',)


def test_a_template_that_never_fits_is_an_error(tmp_path):
    from scan_notify_plugin.errors import Reason, SendError
    from scan_notify_plugin.notifiers.templates import Templates

    (tmp_path / 'run.jinja').write_text('x' * 5000, encoding='utf-8')
    with pytest.raises(SendError) as caught:
        NOTIFIER.render(make_summary(), make_target(), Templates(str(tmp_path)))
    assert caught.value.reason is Reason.TOO_LONG
    (tmp_path / 'run.jinja').write_text('{{ nobody }}', encoding='utf-8')
    pages = NOTIFIER.render(make_summary(), make_target(), Templates(str(tmp_path)))
    assert pages == render(make_target())  # the built-in one


def test_the_companion_fits_a_text_message():
    (page,) = extras(make_target(language='zh', mentioned_list=['ann']), worst())
    assert size(page.content) <= MAX_CONTENT['text']


# The short form.


def test_a_card_opens_the_report(robot):
    summary = make_summary(reports=(make_report(),), troubles=(('failed', 1, EVIL),), repeat=True)
    for language in ('zh', 'en'):
        target = make_target(robot, language, form='card')
        (page,) = render(target, summary)
        send(target, page.content)
        card = robot.messages[-1].body['template_card']
        assert card['card_type'] == 'text_notice'
        assert card['card_action'] == {'type': 1, 'url': make_report().link}
        assert 'nightly' in card['main_title']['title'] and 'nightly' not in card['main_title']['desc']
        assert len(card['main_title']['title']) <= 26 and len(card['sub_title_text']) <= 112
        assert '<' not in card['sub_title_text']
        assert len(card['horizontal_content_list']) == 6
        assert 'nightly' in page.content['text']
        send(target, page.withheld)
        assert robot.messages[-1].msgtype == 'markdown_v2' and 'nightly' not in robot.messages[-1].text


def test_a_card_without_a_report_opens_the_page_that_was_configured(robot):
    target = make_target(robot, form='card', card_url='https://arl.example.com')
    assert NOTIFIER.problems(target.options) == []
    send(target, render(target, make_summary(schedule_name=''))[0].content)
    card = robot.messages[0].body['template_card']
    assert card['card_action']['url'] == 'https://arl.example.com'
    assert card['main_title'] == {'title': '✅ Finished (unnamed)', 'desc': 'round 7'}
    send(target, render(target, make_summary(schedule_name='x' * 40))[0].content)
    title = robot.messages[1].body['template_card']['main_title']
    assert title == {'title': '✅ Finished ' + 'x' * 11 + '…', 'desc': 'x' * 29 + '…'}


@pytest.mark.parametrize(
    'reports', [(), (make_report(link=''),), (make_report(link='https://a.example/' + 'x' * 1024),)]
)
def test_a_card_that_could_open_nothing_is_a_summary(reports):
    (page,) = render(make_target(form='card'), make_summary(reports=reports))
    assert page.content['type'] == 'markdown_v2'


def test_the_longest_card_is_taken(robot):
    summary = worst()._replace(reports=(make_report(),) + worst().reports[10:], url='')
    target = make_target(robot, form='card')
    send(target, render(target, summary)[0].content)
    assert robot.messages[0].msgtype == 'template_card'


def test_the_limit_is_the_robots():
    assert WxWorkRobot.max_bytes == MAX_CONTENT['markdown'] == MAX_CONTENT['markdown_v2'] == 4096

"""What a message says of changes: the sentence, the records in their sections, and never more than is known."""

from datetime import timedelta

import pytest

from scan_notify_plugin.changes import Compared, Progress, Results, State
from scan_notify_plugin.faults import Fault
from scan_notify_plugin.notifiers.dialects import MARKDOWN, PLAIN_TEXT
from scan_notify_plugin.notifiers.dingding import DingTalkRobot
from scan_notify_plugin.notifiers.sections import is_exact, placed, ranked, sections, severities
from scan_notify_plugin.notifiers.telling import changes, changes_in_short, record
from scan_notify_plugin.notifiers.templates import Templates
from scan_notify_plugin.notifiers.templates.samples import samples
from scan_notify_plugin.notifiers.titles import heading_of, title_of
from scan_notify_plugin.plugins.loading import load
from tests.notifiers import goldens
from tests.notifiers.samples import (
    RECORDS,
    START,
    make_change,
    make_results,
    make_summary,
    make_target,
    make_tasks,
    told,
)

FAILED = make_tasks(2, outcome='error')
MIXED = FAILED + tuple(task._replace(id='b' * 23 + str(number)) for number, task in enumerate(make_tasks(3)))
NEVER = Results(Progress.ERROR, faults=(Fault('storage.gone'),))
PENDING = Results(Progress.PENDING)


def said(value, language='en'):
    return PLAIN_TEXT.printed(value, language, PLAIN_TEXT.escape)


def sentence(results, records=RECORDS, language='en', **fields):
    summary = told(make_summary(**fields), results, records, language) if results else make_summary(**fields)
    value = changes(summary)
    return None if value is None else said(value, language)


def counted(*more, **fields):
    return make_results((), more, **fields)


#: (sentence, results, in English, in Chinese)
SENTENCES = [
    ('everything', make_results(), '2 new findings (1 critical), 1 new port, 1 new site, 1 back, 1 changed, 1 gone, '
     'compared with round 6, 3 days ago; apart from that 1 seen at a first look, 1 unstable',
     '与第 6 轮（3 天前）相比：新增风险 2（严重 1）、新增端口 1、新增站点 1、重新出现 1、变更 1、消失 1；另有首次检查 1、时有时无 1'),
    ('nothing', counted(), 'nothing has changed, compared with round 6, 3 days ago', '与第 6 轮（3 天前）相比：没有变化'),
    ('nothing, and not all was looked at', counted(('service', 'not_looked_at', 4)),
     'nothing has changed in what was looked at, compared with round 6, 3 days ago; apart from that 4 not looked at',
     '与第 6 轮（3 天前）相比：已比较的部分没有变化；另有未检查 4'),
    ('nothing, and nothing was there to look at', counted(('service', 'not_looked_at', 4), totals={'service': 0}),
     'this round found nothing to compare, compared with round 6, 3 days ago; apart from that 4 not looked at',
     '与第 6 轮（3 天前）相比：本轮没有可以比较的结果；另有未检查 4'),
    ('nothing, and something could not be compared', counted(remarks=(Fault('quote', text='x'),)),
     'nothing has changed in what was looked at, compared with round 6, 3 days ago', '与第 6 轮（3 天前）相比：已比较的部分没有变化'),
    ('a first look', counted(('vuln', 'first_look', 3), ('ip', 'first_look', 1), compared=None),
     'First look: 3 findings (1 critical), 1 address', '首次检查：风险 3（严重 1）、IP 1'),
    ('a first look at nothing', counted(compared=None), 'There is no round to compare with, and nothing was found',
     '没有可比较的轮次，本轮没有记录'),
    ('a manual run', counted(('site', 'found', 2), compared=None), 'Not compared with another round; found 2 sites',
     '未与其他轮次比较，共发现站点 2'),
    ('tables that nobody knows', counted(('a', 'new', 2), ('b', 'new', 3)),
     '5 new other records, compared with round 6, 3 days ago', '与第 6 轮（3 天前）相比：新增其他记录 5'),
    ('what is still collected', PENDING, 'Changes not known: still collecting the results', '变化未知：结果仍在汇总'),
    ('what cannot be collected', NEVER, 'Changes not known: the results could not be collected', '变化未知：结果未能汇总'),
    ('what nobody collects', None, 'Changes not known: the results were not collected', '变化未知：本轮结果未作汇总'),
]  # fmt: skip


@pytest.mark.parametrize('name, results, english, chinese', SENTENCES, ids=[row[0] for row in SENTENCES])
def test_the_sentence_of(name, results, english, chinese):
    records = RECORDS if name == 'everything' else ()
    assert sentence(results, records) == english
    assert sentence(results, records, 'zh') == chinese


def test_a_run_that_goes_on_and_a_test_say_nothing_of_changes():
    assert sentence(None, status='running') is None and sentence(None, test=True) is None
    assert changes_in_short(make_summary()) is None


@pytest.mark.parametrize('ago, words', [
    (timedelta(seconds=10), ', 0 minutes ago'), (timedelta(minutes=1), ', 1 minute ago'),
    (timedelta(minutes=119), ', 119 minutes ago'), (timedelta(hours=2), ', 2 hours ago'),
    (timedelta(hours=24), ', 1 day ago'), (timedelta(days=40), ', 40 days ago'), (timedelta(days=-1), ''),
])  # fmt: skip
def test_how_long_ago_the_other_round_was(ago, words):
    results = counted(compared=Compared('64f0:6', 6, START - ago))
    assert sentence(results, ()).endswith('compared with round 6' + words)


def test_severities_are_counted_as_far_as_records_tell_them():
    assert severities(make_results(), RECORDS) == {'critical': 1, 'high': 1}
    more = make_results(RECORDS, [('vuln', 'new', 5)])
    assert severities(more, ()) == {}
    # All that there are of this severity, new or not, are new and have a record; of the other there may be more.
    assert is_exact(more, severities(more, RECORDS), 'critical')
    assert not is_exact(more, severities(more, RECORDS), 'high')


def test_so_many_critical_findings_that_some_have_no_record_are_still_called_critical():
    flood = tuple(make_change('new', 'vuln', str(number), 'n', 'critical') for number in range(200))
    results = make_results(flood, [('vuln', 'new', 100)], severities={'critical': 290, 'high': 10})
    assert sentence(results, flood).startswith('300 new findings (at least 200 critical), compared with')
    assert '新增风险 300（严重至少 200）' in sentence(results, flood, 'zh')


def test_a_long_record_that_found_no_room_does_not_make_the_number_of_the_worst_wrong():
    kept = (make_change('new', 'vuln', 'a', 'n', 'critical'), make_change('new', 'vuln', 'b', 'n', 'low'))
    results = make_results(kept, [('vuln', 'new', 1)], severities={'critical': 2, 'low': 1})
    assert sentence(results, kept).startswith('3 new findings (at least 1 critical)')


@pytest.mark.parametrize('one, words', [
    (RECORDS[0], 'critical · Git config exposure · hxxps：//a．example．com/.git/config'),
    (RECORDS[2], 'unrated · backup · hxxps：//b．example．com/backup．zip (back)'),
    (RECORDS[4], 'port 192.0.2.7:6379 · redis 6.0'),
    (RECORDS[8], 'domain x.example.com'),
    (make_change('new', 'vuln', '', '', 'Grave'), 'Grave · vulnerability · -'),
    (make_change('changed', 'a', 'x', odd=('1', '')), 'other record x: column.odd 1 → -'),
])  # fmt: skip
def test_a_record_on_its_line(one, words):
    assert said(record(one)) == words


def rendered(summary, channel='dingding', **options):
    notifier = dict(load(()).notifiers, pager=goldens.Pager())[channel]
    target = make_target(**options)
    return [page.content['text'] for page in notifier.render(summary, target, Templates())]


def test_the_order_of_a_message():
    summary = told(make_summary(MIXED, reports=goldens.REPORTS[:1], url='https://arl.example.com/#/run/1'))
    (text,) = rendered(summary)
    order = [
        'finished: nightly', '2 new findings', 'Scan tasks that are not done', 'Findings, new or back (3)',
        'critical ·', 'high ·', '(back)', 'Findings of a first look (1)', 'Assets, new or back (2)', 'Changed (1)',
        'Gone (1)', 'Unstable (1)', 'Tasks:', 'took', 'Open the report', 'See this round',
        'Scan tasks that are done: bbb',
    ]  # fmt: skip
    places = [text.index(one) for one in order]
    assert places == sorted(places)


def test_nothing_new_is_one_line():
    (text,) = rendered(told(make_summary(), counted(), ()))
    assert text.count('nothing has changed') == 1
    assert not any(words in text for words in ('Assets, new', 'Gone', 'Changed', 'Findings', '(0)'))


@pytest.mark.parametrize('results', [PENDING, NEVER])
def test_what_is_not_known_names_no_record_and_says_why(results):
    (text,) = rendered(told(make_summary(), results, RECORDS))
    assert 'Changes not known' in text and 'Git config' not in text and 'nothing has changed' not in text
    assert ('Note: ' in text) == (results is NEVER)


@pytest.mark.parametrize('task_list, shown', [
    ('all', {'failed', 'done'}), ('failed', {'failed'}), ('none', set()), (None, {'failed', 'done'}),
])  # fmt: skip
def test_a_target_says_which_scan_tasks_are_listed(task_list, shown):
    target = make_target()._replace(task_list=task_list)
    (page,) = DingTalkRobot().render(make_summary(MIXED), target, Templates())
    found = {'failed' for task in FAILED if task.id in page.content['text']}
    found |= {'done' for task in MIXED[2:] if task.id in page.content['text']}
    assert found == shown


def test_what_went_well_is_cut_first_and_every_section_has_its_share():
    records = tuple(
        make_change(state, table, '{}-{}'.format(state, number), 'n', 'low' if table == 'vuln' else '')
        for state, table in (('new', 'vuln'), ('new', 'site'), ('gone', 'site'), ('changed', 'site'))
        for number in range(50)
    )
    summary = told(make_summary(make_tasks(50, outcome='error') + make_tasks(50)), None, records)
    items = ranked(summary, 'all')
    assert len(items) == 300
    assert {summary.tasks[item.place].outcome for item in items[-50:]} == {'done'}
    page = placed(summary, items[:24], items[24:], True)
    assert {one.name: len(one.records) for one in sections(page)} == {
        'findings': 8, 'assets': 4, 'changed': 2, 'gone': 4,
    }  # fmt: skip
    assert [task.outcome for task in page.tasks] == ['error'] * 6
    assert {one.name: one.more + len(one.records) for one in sections(page)} == dict.fromkeys(page.unlisted, 50)
    assert page.omitted == 94


def test_what_only_its_number_is_known_of_is_counted_on_the_last_page_alone():
    summary = told(make_summary(), make_results(RECORDS, [('service', 'gone', 500)]))
    items = ranked(summary, 'failed')
    assert placed(summary, items, [], True).unlisted == {'gone': 500}
    assert placed(summary, items[:3], [], False).unlisted == {}


@pytest.mark.parametrize(
    'name, oversize',
    [(name, 'cut') for name in sorted(goldens.CHANNELS)] + [('dingding', 'split'), ('wxwork', 'split')],
)
def test_two_hundred_hostile_records_fit_every_channel(name, oversize):
    evil = '\u202e<@all>](http://evil.example) `|目标' * 9
    records = tuple(
        make_change(list(State)[number % 7], ('vuln', 'site')[number % 2], evil, evil, 'high', page_title=(evil, evil))
        for number in range(200)
    )
    channel, options = goldens.CHANNELS[name]
    notifier = dict(load(()).notifiers, pager=goldens.Pager())[channel]
    target = goldens.Target('duty', channel, options, goldens.Http('', []), 'zh', oversize)
    summary = told(make_summary(make_tasks(50, target=evil, outcome='error'), schedule_name=evil), None, records)
    for page in notifier.render(summary, target, Templates()):
        for content in page:
            assert [limit for limit in notifier.limits(content, target) if limit.used > limit.most] == []
            assert '\u202e' not in content['text'] and '<@all>' not in content['text'] or name == 'third_party'
        assert 'evil' not in page.withheld['text']


def test_a_withheld_message_keeps_the_numbers_and_no_record():
    hidden = told(make_summary(url='https://arl.example.com/'), make_results(remarks=(Fault('quote', text='evil'),)))
    text = MARKDOWN.text((), 'en') + Templates().render('run', 'en', hidden.withheld())
    assert '2 new findings (1 critical)' in text and 'Findings, new or back (3)' in text
    assert not any(word in text for word in ('Git config', '192.0.2', 'evil', 'nightly', 'https://'))


def test_the_title_has_the_name_the_end_and_the_changes_in_short():
    page = DingTalkRobot().render(told(make_summary(schedule_name='n' * 100)), make_target(), Templates())[0]
    title = page.content['title']
    assert title.startswith('✅ Scheduled scan finished: ' + 'n' * 23 + '… · 2 new findings (1 critical), 1 new port')
    assert len(title) <= 128 and 'nnn' not in page.withheld['title']


def test_the_title_of_an_administrators_own_template_is_its_heading(tmp_path):
    (tmp_path / 'run.jinja').write_text('# {{ schedule_name }} is over\n\n{{ counts.done }}')
    page = DingTalkRobot().render(told(make_summary()), make_target(), Templates(str(tmp_path)))[0]
    assert page.content['title'] == 'nightly is over'


def test_the_samples_with_which_templates_are_tried_have_every_state():
    runs = samples('run')
    assert {one.state for run in runs for one in run.records} >= set(State) - {State.KNOWN, State.NOT_LOOKED_AT}
    assert {run.results and run.results.state for run in runs} == {None, *Progress}
    assert {bool(run.results.compared) for run in runs if run.results and run.results.known} == {True, False}


@pytest.mark.parametrize('kind', ['run', 'brief'])
def test_a_template_of_an_earlier_release_goes_on_working(tmp_path, kind):
    old = (
        "{{ heading(say('run.title.test') if test else say('run.title.' ~ status)) }}\n"
        "{{ sentence(say('run.which', name=strong(schedule_name), number=run_number)) }}\n\n"
        "{% for task in tasks %}{{ item(named('task.outcome', task.outcome)) }}\n{% endfor %}"
    )
    (tmp_path / (kind + '.jinja')).write_text(old)
    templates = Templates(str(tmp_path))
    assert templates.refused == []
    assert templates.render(kind, 'en', told(make_summary(MIXED))).startswith(
        '### ✅ Scheduled scan finished\n**nightly** · round 7\n\n- failed\n- failed\n- done'
    )


@pytest.mark.parametrize('language', ['zh', 'en'])
@pytest.mark.parametrize('most', [24, 40, 128])
def test_a_title_that_was_measured_with_the_widest_numbers_fits_with_any(language, most):
    def size(summary, pages):
        made = title_of(
            message(summary._replace(pages=pages)), summary._replace(pages=pages), language, MARKDOWN, str, most
        )
        assert len(made) <= most
        return len(made.encode('utf-8'))

    def message(summary):
        return '### ' + MARKDOWN.printed(heading_of(summary), language, str)

    for name in ('n' * 100, '名' * 100, 'n' * 30 + '名' * 90):
        summary = told(make_summary(schedule_name=name), language=language)
        for page in range(1, 11):
            widest = size(summary._replace(page=page), 99)
            assert all(size(summary._replace(page=page), pages) <= widest for pages in range(page, 11))

"""What a channel gets that only says its name: escaping, pages inside its bytes, options checked."""

import pytest

from scan_notify_plugin.api import PLAIN_TEXT
from scan_notify_plugin.faults import quoted, say
from scan_notify_plugin.notifiers.base import Notifier, Page, Part
from scan_notify_plugin.notifiers.templates import Templates
from scan_notify_plugin.secret import Secret
from tests.notifiers.samples import make_summary, make_target, make_tasks


class Pager(Notifier):
    channel = 'pager'
    max_bytes = 1000
    required = ('url', 'token')
    optional = ('retries',)


PAGER = Pager()


def render(notifier=PAGER, summary=None, **options):
    target = make_target(**options)._replace(channel='pager')
    return notifier.render(summary or make_summary(), target, Templates())


def test_a_channel_of_0_1_that_renders_its_templates_itself_gets_the_message_of_a_run():
    class Itself(Pager):
        def escape(self, value):
            return '<{}>'.format(value)

        def template(self, target):
            return 'pager' if target.name else 'alert'

        def render(self, summary, target, templates):
            message = templates.render(self.template(target), target.language, summary, self.escape)
            return [Page(*(self.compose(message, summary, target, 1) for _ in range(2)))]

    for name in ('ops', ''):
        (page,) = Itself().render(make_summary(), make_target()._replace(name=name), Templates())
        assert page.content['text'].startswith(
            '### ✅ Scheduled scan finished: <nightly> · round 7\n\n'
            '**Changes not known: the results were not collected**\n\n- Status: all done\n'
        )


def test_a_target_has_the_template_of_its_own(tmp_path):
    (tmp_path / 'ops').mkdir()
    (tmp_path / 'ops' / 'run.jinja').write_text('for {{ schedule_name }} alone')
    target = make_target()._replace(channel='pager', name='ops')
    texts = [
        PAGER.render(make_summary(), one, Templates(str(tmp_path)))[0].content['text']
        for one in (target, target._replace(name='duty'))
    ]
    assert texts[0] == 'for nightly alone' and texts[1].startswith('### ')


def test_a_channel_says_its_dialect_and_nothing_else():
    class Plain(Pager):
        dialect = PLAIN_TEXT

    (page,) = render(Plain())
    assert page.content['text'].startswith('✅ Scheduled scan finished: nightly · round 7\n\nChanges not known: ')
    assert '*' not in page.content['text'] and '#' not in page.content['text']


def test_the_dialect_of_a_target_is_its_options():
    class Either(Pager):
        optional = ('plain',)

        def dialect_for(self, target):
            return PLAIN_TEXT if target.options.get('plain') else self.dialect

    assert render(Either(), plain=True)[0].content['text'].startswith('✅')
    assert render(Either())[0].content['text'].startswith('### ✅')


def size(page):
    return len(page.content['text'].encode('utf-8'))


def test_a_channel_without_a_word_of_its_own_gets_one_line_of_plain_text_for_what_strangers_wrote():
    (page,) = render(summary=make_summary(schedule_name='a\n# b\u202e* <@all>'))
    assert 'finished: a # b* <@all> · round 7\n' in page.content['text']
    assert set(page.content) == {'text'}


def test_its_bytes_are_those_of_the_text_in_utf8():
    (page,) = render(summary=make_summary(make_tasks(100, outcome='error')))
    assert 900 < size(page) <= 1000
    assert size(page._replace(content=page.withheld)) <= 1000
    assert PAGER.size({'text': '目'}, make_target()) == 3


def test_without_a_limit_everything_is_on_one_page():
    class Endless(Pager):
        max_bytes = None

    (page,) = render(Endless(), make_summary(make_tasks(500, outcome='error')))
    assert page.content['text'].count('records') == 500


@pytest.mark.parametrize('channels, targets, pages', [
    ('cut', None, 1), ('split', None, 3), ('cut', 'split', 3), ('split', 'cut', 1),
])  # fmt: skip
def test_a_target_says_whether_to_cut_or_split_and_else_its_channel(channels, targets, pages):
    class Either(Pager):
        oversize = channels

    found = render(Either(), make_summary(make_tasks(20, outcome='error')), oversize=targets)
    assert len(found) == pages
    assert all(size(page) <= 1000 for page in found)


def test_what_differs_by_page_is_told_to_the_channel():
    class Numbered(Pager):
        def compose(self, message, summary, target, page):
            return {'text': message, 'page': page, 'pages': summary.pages, 'shown': len(summary.tasks)}

    found = [
        page.content for page in render(Numbered(), make_summary(make_tasks(20, outcome='error')), oversize='split')
    ]
    assert [(one['page'], one['pages']) for one in found] == [(1, 3), (2, 3), (3, 3)]
    assert sum(one['shown'] for one in found) == 20


@pytest.mark.parametrize('options, problems', [
    ({'url': 'x', 'token': Secret('y')}, []),
    ({'url': 'x', 'token': Secret('y'), 'retries': 3}, []),
    ({'url': 'x', 'token': Secret('')}, ['TOKEN is missing']),
    ({}, ['URL is missing', 'TOKEN is missing']),
    ({'url': 'x', 'token': Secret('y'), 'colour': 1}, ['COLOUR is not an option of pager']),
])  # fmt: skip
def test_options_are_checked_against_what_the_channel_takes(options, problems):
    assert PAGER.problems(options) == problems


def test_what_is_wrong_with_options_is_a_text_for_plugins_and_said_in_every_language():
    (problem,) = PAGER.problems({'url': 'x', 'token': Secret('')})
    assert 'missing' in problem and say(quoted(problem), 'zh') == '缺少 TOKEN'


def test_whose_robot_it_is_depends_on_what_the_channel_requires():
    def credential(**options):
        return PAGER.credential(make_target()._replace(options=options))

    one = credential(url='x', token=Secret('y'))
    assert one == credential(url='x', token=Secret('y'), retries=3)
    assert one != credential(url='x', token=Secret('z'))
    assert one != credential(url='z', token=Secret('y'))


def test_a_channel_that_cannot_send_says_so():
    with pytest.raises(NotImplementedError):
        PAGER.send(Part('k', 'text', {'text': 'text'}), make_target())


def test_a_target_shows_none_of_its_credentials():
    target = make_target()
    assert target.secrets and not [one for one in target.secrets if one.reveal() in repr(target)]

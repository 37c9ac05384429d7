"""A language whose every word is between marks: what stands outside them in a message is not translated."""

import html
import json
import re

import pytest

from scan_notify_plugin import words
from scan_notify_plugin.notifiers import writing
from scan_notify_plugin.notifiers.base import Part
from scan_notify_plugin.notifiers.templates import Templates
from scan_notify_plugin.notifiers.wxwork import MessageFormatter, MonitorReport
from scan_notify_plugin.notifiers.wxwork import robot as wxwork
from scan_notify_plugin.plugins.loading import load
from scan_notify_plugin.worker.alert_message import summarise
from tests.notifiers import goldens
from tests.notifiers.samples import START, make_summary, make_tasks

LANGUAGE = 'marked'
_PIECES = re.compile(r'(\{[^}]*\})')
_WORD = re.compile(r'[^\W\d_]+')
#: What is nobody's words: names of commands and protocols, ids, our own samples, and the values of a card's switches.
NOT_WORDS = {
    'true',
    'false',
    'scan',
    'notify',
    'ops',
    'nightly',
    'excel',
    'mail',
    'send',
    'mailbox',
    'job',
    'KB',
    'ann',
    'bob',
    'u',
}


def marked(sentence):
    """The sentence with each of its words between marks; its facts stay."""
    pieces = _PIECES.split(sentence)
    return ''.join(
        piece if piece.startswith('{') else _WORD.sub(lambda word: '\u27e6{}\u27e7'.format(word.group()), piece)
        for piece in pieces
    )


def unmarked(shown):
    """The words that stand outside of marks."""
    outside = re.sub(
        '\u27e6[^\u27e7]*\u27e7|</?(?:font|b|a|at|blockquote)(?=[ >])[^>]*>|65e2:42/complete/ops', '', shown
    )
    return {word for word in _WORD.findall(outside) if word not in NOT_WORDS}


@pytest.fixture(autouse=True)
def language(monkeypatch):
    monkeypatch.setitem(words.LANGUAGES, LANGUAGE, {code: marked(one) for code, one in words.LANGUAGES['en'].items()})


#: What is not seen of a page.
TAG = re.compile('<[^>]+>')


def runs():
    """Runs whose only words are ours: names are digits."""
    number = '7' * 8
    tasks = tuple(
        task._replace(id=number, target='192.0.2.1', outcome=what)
        for task, what in zip(make_tasks(8), goldens.OUTCOMES)
    )
    reports = [
        one._replace(id=number, name='7', link='7', error=number if one.error else '') for one in goldens.REPORTS
    ]
    troubles = tuple((kind, 2, '' if not why else '7') for kind, _, why in goldens.TROUBLES)
    assets = tuple((code.partition('.')[2], 1) for code in words.LANGUAGES['en'] if code.startswith('asset.'))
    whole = make_summary(
        tasks, schedule_name=number, run_id=number, status='error', reports=tuple(reports * 2), troubles=troubles,
        assets=assets,
        repeat=True,
    )  # fmt: skip
    yield from (whole, whole.withheld(), whole._replace(troubles=troubles[1:3], reports=(), status='finished'))
    yield whole._replace(test=True, schedule_name='', status='running', end_time=None)
    yield whole._replace(tasks=tasks * 60, troubles=(), reports=())
    for name, job in goldens.alerted().items():
        if name != 'alert cut':
            yield summarise(job, LANGUAGE)._replace(run_id=number)


def shown(content):
    """What people see of a content: not the names of its fields, and of data what is in words."""
    if isinstance(content, str) and content.startswith('{"'):
        body = json.loads(content)
        return shown(body['data']['title'] if 'data' in body else body)
    if isinstance(content, dict):
        hidden = (
            'type', 'way', 'space', 'language', 'report', 'report_id', 'status', 'card_type', 'card_action',
            'mentions', 'at', 'users', 'conversation', 'by', 'follow', 'acts', 'thread', 'kind', 'address', 'colour',
        )  # fmt: skip
        pages = {name: html.unescape(TAG.sub(' ', value)) for name, value in content.items() if name == 'html'}
        return ' '.join(shown(pages.get(name, value)) for name, value in content.items() if name not in hidden)
    if isinstance(content, (list, tuple)):
        return ' '.join(map(shown, content))
    return str(content)


@pytest.mark.parametrize('name', sorted(goldens.CHANNELS))
def test_every_word_of_every_message_comes_from_the_words(name):
    channel, options = goldens.CHANNELS[name]
    options = {key: value for key, value in options.items() if key != 'keyword'}  # it is the administrator's word
    notifier = dict(load(()).notifiers, pager=goldens.Pager())[channel]
    target = goldens.Target('duty', channel, options, goldens.Http('', []), LANGUAGE)
    for summary in runs():
        for page in notifier.render(summary, target, Templates()) + notifier.extras(summary, target):
            for content in page:
                assert unmarked(shown(content)) == set(), shown(content)


@pytest.mark.parametrize('msgtype', ['markdown', 'markdown_v2'])
def test_so_does_what_the_library_writes(msgtype):
    details = ['7', '7\n7', {'7': 1, '8': 2, '9': 3}] * 30
    for page in MessageFormatter(msgtype, LANGUAGE).pages(
        MonitorReport('7', 1, 0, 1, details, {str(number): 1 for number in range(12)})
    ):
        assert unmarked(page) == set()


def test_so_does_what_a_card_says_of_its_run_later():
    channel, options = goldens.CHANNELS['openapi_card']
    notifier, target = load(()).notifiers[channel], goldens.Target(
        'duty', channel, options, goldens.Http('', []), LANGUAGE
    )
    (page,) = notifier.render(next(runs()), target, Templates())
    seen = {'by': 'dingtalk:7', 'at': START, 'note': ''}
    params = notifier.follow(
        page.content, {'key': 'k', 'acknowledged': seen, 'again': 'dingtalk:7', 'gone': True}, target
    )['params']
    assert {'acknowledged', 'resent', 'link_note'} < set(params)
    assert unmarked(shown(params)) == set()


def test_so_does_what_wecom_says_of_a_repeat():
    target = goldens.Target('duty', 'wxwork', goldens.URL, goldens.Http('', []), LANGUAGE)
    content = {'type': 'markdown', 'text': '7'}
    assert unmarked(wxwork._repeated(Part('k', '7', content), target)['text']) == set()


def test_a_word_that_is_not_translated_is_found(monkeypatch):
    assert unmarked('\u27e6a\u27e7 7 word') == {'word'}
    assert marked('{count} more of it ({at})') == '{count} \u27e6more\u27e7 \u27e6of\u27e7 \u27e6it\u27e7 ({at})'
    monkeypatch.setitem(words.LANGUAGES, LANGUAGE, dict(words.LANGUAGES[LANGUAGE], **{'run.tasks.well': 'Scan tasks'}))
    assert unmarked(Templates().render('run', LANGUAGE, make_summary())) >= {'Scan', 'tasks'}


def test_a_code_is_checked_where_it_is_written():
    with pytest.raises(words.NoWords):
        writing.say('run.omitted', counts=1)

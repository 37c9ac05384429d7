"""An implementation that could do nothing is refused when it is loaded, in words that say what is missing."""

import os
import re
import types

import pytest

from hookspecs import Notify, hookimpl
from scan_notify_plugin import faults
from scan_notify_plugin.exporters.base import Exporter
from scan_notify_plugin.notifiers.base import Notifier, Receipt
from scan_notify_plugin.notifiers.callbacks import Callbacks
from scan_notify_plugin.plugins import hooks
from scan_notify_plugin.plugins.loading import load
from tests.test_words import CHINESE

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


class Pager(Notifier):
    channel = 'pager'
    required = ('url',)

    def send(self, part, target):
        return Receipt()


class Lines(Exporter):
    format = 'lines'
    extension = 'txt'

    def export(self, run, rows, file):
        file.write(b'')


def pager(**fields):
    return type('Mine', (Pager,), fields)


def lines(**fields):
    return type('Mine', (Lines,), fields)


def buttons(**fields):
    return type('Buttons', (Callbacks,), fields)()


def module(**names):
    made = types.ModuleType('mine')
    vars(made).update(names)
    return made


def the_row(plugin):
    point = types.SimpleNamespace(name='mine', load=lambda: plugin)
    plugins = load(found=[point])
    (row,) = plugins.rows
    assert (row.state == 'active') is not bool(row.error)
    if row.error:
        assert not plugins.notifiers and not plugins.exporters and plugins.manager.get_plugin('mine') is None
    return row


class SendsNothing(Notifier):
    channel = 'pager'


class WritesNothing(Exporter):
    format = 'lines'
    extension = 'txt'


class Forgotten:
    @hookimpl
    def on_schedule_fired(self, run):
        return None

    def on_run_complete(self, run):
        return Notify('ops')


class LooksLikeOne:
    """It has everything but the base class."""

    channel = 'pager'

    def send(self, part, target):
        return Receipt()


async def later(self, *args):
    return Receipt()


async def answered_later(run):
    return None


def piecewise(self, *args):
    yield Receipt()


#: (sentence, plugin, what is said)
REFUSED = [
    ('a hook is not marked', Forgotten, 'Forgotten.on_run_complete is not marked, so it is never called: put @hookimpl '
        'above it'),
    ('the only hook is not marked', module(on_run_complete=lambda run: None), 'mine.on_run_complete is not marked'),
    ('an answer of its own is not marked', pager(on_run_complete=lambda self, run: []),
     'Mine.on_run_complete is not marked'),
    ('nothing is in it', module(), 'it answers no hook and is no Notifier and no Exporter: nobody would ever call it'),
    ('it only looks like a notifier', LooksLikeOne, 'is no Notifier and no Exporter'),
    ('its only hook is misspelt', module(on_run_completed=lambda run: None),
     'it has on_run_completed, the hook is on_run_complete'),
    ('it is the module of a notifier', module(Own=type('Own', (Pager,), {'__module__': 'mine'})),
     'the entry point as mine:Own'),
    ('a hook is a coroutine', module(on_run_complete=hookimpl(answered_later)),
     'on_run_complete: it is called like any function'),
    ('a hook yields', module(on_run_complete=hookimpl(lambda run: (yield))),
     'on_run_complete: it is called like any function'),
    ('send is missing', SendsNothing, 'SendsNothing has no send(part, target), so it can send nothing'),
    ('send takes too little', pager(send=lambda self, message: None),
     'Mine.send(message) cannot be called as send(part, target)'),
    ('send takes too much', pager(send=lambda self, a, b, c: None),
     'Mine.send(a, b, c) cannot be called as send(part, target)'),
    ('send takes names', pager(send=lambda self, *, part, target: None), 'cannot be called as send(part, target)'),
    ('send is no method', pager(send='https://'), 'Mine.send is \'https://\', expected a method send(part, target)'),
    ('send is a coroutine', pager(send=later), 'Mine.send is called like any function, so "async" and "yield"'),
    ('send yields', pager(send=piecewise), 'Mine.send is called like any function, so "async" and "yield"'),
    ('extras is a coroutine', pager(extras=later), 'Mine.extras is called like any function'),
    ('check takes too little', pager(check=lambda self, receipt: receipt), 'called as check(part, receipt, target)'),
    ('render takes too little', pager(render=lambda self, summary: []), 'called as render(summary, target, templates)'),
    ('extras takes too little', pager(extras=lambda self: []), 'called as extras(summary, target)'),
    ('compose takes too little', pager(compose=lambda self, message: {}),
     'called as compose(message, summary, target, page)'),
    ('escape takes nothing', pager(escape=lambda self: ''), 'called as escape(value)'),
    ('size takes too little', pager(size=lambda self, content: 0), 'called as size(content, target)'),
    ('template takes nothing', pager(template=lambda self: ''), 'called as template(target)'),
    ('problems takes a target', pager(problems=lambda self, options, target: []), 'called as problems(options)'),
    ('credential takes nothing', pager(credential=lambda self: ''), 'called as credential(target)'),
    ('follow takes too little', pager(follow=lambda self, content, news: None),
     'called as follow(content, news, target)'),
    ('repeatable takes nothing', pager(repeatable=lambda self: True), 'called as repeatable(content)'),
    ('diagnose takes too little', pager(diagnose=lambda self, targets: ()), 'called as diagnose(targets, connected)'),
    ('buttons are none of ours', pager(callbacks=object()), 'expected None or an object with the base Callbacks'),
    ('buttons are a class', pager(callbacks=Callbacks), 'expected None or an object with the base Callbacks'),
    ('a click is read with too little', pager(callbacks=buttons(heard=lambda self, request: None)),
     'called as heard(request, options)'),
    ('a click is read later', pager(callbacks=buttons(heard=later)), 'Buttons.heard is called like any function'),
    ('a proof is a text', pager(callbacks=buttons(proofs='token')),
     'Buttons.proofs is \'token\', expected a tuple of option names'),
    ('people are several words of the audit', pager(callbacks=buttons(people='a:b')), 'Buttons.people is \'a:b\''),
    ('a section is no text', pager(section=5), 'Mine.section is 5, expected a text'),
    ('a section is called otherwise', pager(section='ONCALL'), "Mine.section is 'ONCALL', expected 'PAGER'"),
    ('a section is in small letters', pager(section='pager'), "Mine.section is 'pager', expected 'PAGER'"),
    ('a pace is nothing in no time', pager(pace=(0, 0)), 'Mine.pace is (0, 0), expected a count from 1 and seconds'),
    ('a pace is negative', pager(pace=(-1, 60)), 'Mine.pace is (-1, 60), expected'),
    ('a pace takes negative time', pager(pace=(1, -60)), 'Mine.pace is (1, -60), expected'),
    ('a pace is one number', pager(pace=10), 'Mine.pace is 10, expected'),
    ('a pace is three numbers', pager(pace=(1, 2, 3)), 'Mine.pace is (1, 2, 3), expected'),
    ('a pace is in words', pager(pace=('10', '60')), 'Mine.pace is (\'10\', \'60\'), expected'),
    ('a pace is a half', pager(pace=(0.5, 1)), 'Mine.pace is (0.5, 1), expected'),
    ('a pace is for ever', pager(pace=(1, float('inf'))), 'Mine.pace is (1, inf), expected'),
    ('required is a text', pager(required='url'),
     'Mine.required is \'url\', expected a tuple of option names in small'),
    ('optional is a text', pager(optional='title'), 'Mine.optional is \'title\', expected a tuple'),
    ('aliases is a text', pager(aliases='wechat'), 'Mine.aliases is \'wechat\', expected a tuple of texts'),
    ('required is of numbers', pager(required=(1,)), 'Mine.required is (1,), expected a tuple'),
    ('required is of large letters', pager(required=('URL',)), 'Mine.required is (\'URL\',), expected'),
    ('optional is nothing', pager(optional=None), 'Mine.optional is None, expected'),
    ('secrets is a text', pager(secrets='url'), 'Mine.secrets is \'url\', expected a tuple of option names in small'),
    ('a secret is misspelt', pager(secrets=('ulr',)), 'Mine.secrets has \'ulr\', which is neither in required nor in'),
    ('max_bytes is a text', pager(max_bytes='4096'), 'Mine.max_bytes is \'4096\', expected None or a number above 0'),
    ('max_bytes is zero', pager(max_bytes=0), 'Mine.max_bytes is 0, expected'),
    ('oversize is another word', pager(oversize='truncate'),
     'Mine.oversize is \'truncate\', expected \'cut\' or \'split\''),
    ('burst is one number', pager(burst=5), 'Mine.burst is 5, expected a count from 1 and seconds, such as (4, 1.0)'),
    ('rush is a text', pager(rush='20'), 'Mine.rush is \'20\', expected seconds below 600'),
    ('rush is the whole half hour', pager(rush=1800), 'Mine.rush is 1800, expected'),
    ('cool_down is a text', pager(cool_down='60'), 'Mine.cool_down is \'60\', expected seconds'),
    ('repeats_after is nothing', pager(repeats_after=None),
     'Mine.repeats_after is None, expected a tuple of error codes'),
    ('repeats_after is one code', pager(repeats_after=500), 'Mine.repeats_after is 500, expected'),
    ('repeats_after is a text', pager(repeats_after='500'), 'Mine.repeats_after is \'500\', expected'),
    ('repeats_after has a list', pager(repeats_after=([500],)), 'Mine.repeats_after is ([500],), expected'),
    ('cool_down is nothing', pager(cool_down=None), 'Mine.cool_down is None, expected seconds'),
    ('idempotent is a method', pager(idempotent=lambda self: False), 'expected True or False'),
    ('a channel is a number', pager(channel=7), 'Mine.channel is 7, expected a text of letters'),
    ('no target can name the channel', pager(channel='my pager'),
     'Mine.channel is \'my pager\', expected a text of letters'),
    ('a channel is missing', pager(channel=None), 'a Mine needs a channel name'),
    ('export is missing', WritesNothing, 'WritesNothing has no export(run, rows, file), so it can write nothing'),
    ('export takes too little', lines(export=lambda self, rows: None),
     'Mine.export(rows) cannot be called as export(run, rows, file)'),
    ('export yields', lines(export=piecewise), 'Mine.export is called like any function'),
    ('a format is a number', lines(format=7), 'Mine.format is 7, expected a text'),
    ('no setting can name the format', lines(format='a,b'), 'Mine.format is \'a,b\', expected a text without commas'),
    ('an extension is a number', lines(extension=7),
     'a Mine needs an extension of one to eight small letters or digits, got 7'),
    ('a media type ends the line', lines(media_type='text/plain\r\nX: y'), 'Mine.media_type is'),
]  # fmt: skip


@pytest.mark.parametrize('sentence, plugin, said', REFUSED, ids=[row[0] for row in REFUSED])
def test_it_is_refused_where(sentence, plugin, said):
    row = the_row(plugin)
    assert row.state == 'broken' and said in row.error
    anchors = re.findall(r'see (docs/hooks\.md)#([\w-]+)', row.error) or [('docs/hooks.md', 'loading')]
    with open(os.path.join(ROOT, anchors[0][0]), encoding='utf-8') as page:
        titles = [re.sub(r'[^\w -]', '', line.lstrip('# ')).strip().lower().replace(' ', '-') for line in page]
    assert 'see docs/hooks.md' in row.error and {anchor for _, anchor in anchors} <= set(titles)


@pytest.mark.parametrize('sentence, plugin, said', REFUSED, ids=[row[0] for row in REFUSED])
def test_it_is_refused_in_both_languages_where(sentence, plugin, said):
    row = the_row(plugin)
    assert row.error == 'PluginError: ' + faults.join(row.faults)
    for fault in row.faults:
        text = faults.say(fault, 'zh')
        assert CHINESE.search(text) and not re.search('expected|cannot|needs|which', text)
    stored = row.document()['faults']
    assert [faults.Fault.from_stored(one) for one in stored] == list(row.faults)


def test_all_that_is_wrong_is_said_at_once():
    error = the_row(type('Mine', (SendsNothing,), {'pace': (0, 0), 'required': 'url'})).error
    assert 'has no send' in error and 'Mine.pace is (0, 0)' in error and 'Mine.required is \'url\'' in error


def handed_on(function):
    def call(self, *args, **more):
        return function(self, args[0].text)

    call.__wrapped__ = function
    return call


class Any_(Pager):
    """Takes what it is given."""

    def send(self, *args, **more):
        return Receipt()


class Slots:
    """Answers by instance."""

    def __init__(self):
        self.on_run_complete = hookimpl(lambda run: None)


#: What works, however odd.
ACCEPTED = [
    ('a pace without a limit', pager(pace=(5, 0))),
    ('lists instead of tuples', pager(required=['url'], optional=['title'], aliases=['beeper'], pace=[10, 60])),
    ('sets instead of tuples', pager(required={'url'}, optional=frozenset(['title']))),
    ('a secret that only its own check of options knows', pager(secrets=('pin',), problems=lambda self, options: [])),
    ('no rest', pager(cool_down=0)),
    ('no burst', pager(burst=None, rush=0)),
    ('a burst', pager(burst=[5, 1], rush=30)),
    ('codes in a set', pager(repeats_after={500, 'E7'})),
    ('a size that is no whole number', pager(max_bytes=4096.5)),
    ('methods with other names for their arguments', pager(send=lambda self, message, to: Receipt())),
    ('methods that take more when they are asked', pager(escape=lambda self, value, quote=True: value)),
    ('methods that take anything', Any_),
    ('a decorator that hands on what it likes', pager(send=handed_on(lambda self, text: Receipt()))),
    ('no answer for its channel, on purpose', pager(on_run_complete=None)),
    (
        'a message without templates',
        pager(render=lambda self, summary, target, templates: [], compose=lambda self: {}, max_bytes=0),
    ),
    ('a static method', pager(send=staticmethod(lambda part, target: Receipt()))),
    ('pages that come one by one', pager(problems=lambda self, options: (yield 'URL is missing'))),
    ('an object whose hooks are its own', Slots()),
    ('a hook under another name', module(answer=hookimpl(specname='on_run_complete')(lambda run: None))),
    ('a module that imports the contract', module(on_task_finished=hooks.specifications.on_task_finished,
                                                  on_run_complete=hookimpl(lambda run: None))),
    ('a format in Chinese', lines(format='表格')),
]  # fmt: skip


@pytest.mark.parametrize('sentence, plugin', ACCEPTED, ids=[row[0] for row in ACCEPTED])
def test_it_is_taken_with(sentence, plugin):
    assert (the_row(plugin).state, the_row(plugin).error) == ('active', '')


def test_the_hooks_are_those_of_the_contract():
    assert hooks.HOOKS == ('on_run_complete', 'on_schedule_fired', 'on_task_finished')

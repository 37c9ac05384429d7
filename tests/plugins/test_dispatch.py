"""One round of a hook: every implementation once, in order, and one plugin's failure is one row."""

import logging
import threading
import time
from datetime import datetime, timedelta, timezone

import pytest

from hookspecs import Notify, Skip, hookimpl
from scan_notify_plugin.faults import Fault, join
from scan_notify_plugin.plugins import dispatch
from scan_notify_plugin.plugins.dispatch import PARKED, STRIKES, Answer, Dispatcher
from scan_notify_plugin.plugins.loading import load
from tests.plugins.test_loading import Point, module

RUN = object()  # the dispatcher hands it on and never looks at it


def plugins_of(**answers):
    """Plugins whose on_run_complete is the given function."""
    return load(found=[Point(name, module(name, on_run_complete=function)) for name, function in answers.items()])


def complete(plugins, **options):
    return Dispatcher(plugins, **options).call('on_run_complete', run=RUN)


NOON = datetime(2030, 5, 17, 12, tzinfo=timezone.utc)


def hostile():
    class Hostile:
        def __repr__(self):
            raise RuntimeError('no repr')

    return Hostile()


#: (sentence, what an implementation answers, what it wants by that)
ANSWERS = [
    ('nothing', None, []),
    ('an empty list', [], []),
    ('one wish', Notify('ops'), [Notify('ops')]),
    ('a list', [Notify('ops'), Notify('night')], [Notify('ops'), Notify('night')]),
    ('a tuple', (Notify('ops'),), [Notify('ops')]),
    ('that it declines', Skip('ops', 'at night'), [Skip('ops', 'at night')]),
    ('a time', Notify('ops', NOON.astimezone(timezone(timedelta(hours=8)))), [Notify('ops', NOON)]),
    ('the same twice', [Notify('ops')] * 2, [Notify('ops')] * 2),
]


@pytest.mark.parametrize('sentence, answer, wants', ANSWERS, ids=[row[0] for row in ANSWERS])
def test_an_implementation_may_answer(sentence, answer, wants):
    assert complete(plugins_of(a=lambda run: answer)) == [Answer('a', wants)]


#: (sentence, what an implementation answers)
REFUSED = [
    ('a text', 'ops'),
    ('a list of texts', ['ops']),
    ('a wish among other things', [Notify('ops'), 'night']),
    ('true', True),
    ('a dict', {'target': 'ops'}),
    ('a set of wishes', {Notify('ops')}),
    ('a generator of wishes', (one for one in [Notify('ops')])),
    ('the class itself', Notify),
    ('a nested list', [[Notify('ops')]]),
    ('another record', ('ops',)),
    ('a wish for no name', Notify(None)),
    ('a wish for a number', Notify(5)),
    ('a time without a zone', Notify('ops', datetime(2030, 5, 17))),
    ('a time that is a text', Notify('ops', '2030-05-17')),
    (
        'a time that no calendar has elsewhere',
        Notify('ops', datetime.max.replace(tzinfo=timezone(-timedelta(hours=8)))),
    ),
    ('a skip of nothing', Skip(None, 'x')),
    ('a skip for a reason that is no text', Skip('ops', 5)),
    ('a wish for a list, which nothing can be looked up by', Notify(['ops'])),
    ('an object that cannot be shown', hostile()),
]


@pytest.mark.parametrize('sentence, answer', REFUSED, ids=[row[0] for row in REFUSED])
def test_whole_is_refused_and_the_others_are_asked_all_the_same(sentence, answer):
    plugins = plugins_of(a=lambda run: answer, b=lambda run: Notify('ops'))
    first, second = complete(plugins)
    assert (first.plugin, first.wants) == ('a', [])
    assert join(first.faults).startswith('a in on_run_complete: ')
    assert second == Answer('b', [Notify('ops')])


def test_every_implementation_is_called_once_in_the_order_of_the_names_with_what_it_names():
    called = []
    found = [
        Point('b', module('b', on_task_finished=lambda task: called.append(('b', task)))),
        Point('a', module('a', on_task_finished=lambda run, task: called.append(('a', run, task)))),
        Point('c', module('c', on_task_finished=lambda: called.append(('c',)))),
        Point('d', module('d', on_run_complete=lambda run: called.append(('d',)))),
    ]
    answers = Dispatcher(load(found=found)).call('on_task_finished', run=1, task=2)
    assert called == [('a', 1, 2), ('b', 2), ('c',)]
    assert answers == [Answer('a', []), Answer('b', []), Answer('c', [])]


def test_a_plugin_that_wants_to_be_first_or_last_is():
    found = []
    for name, options in (('a', {'trylast': True}), ('b', {}), ('c', {'tryfirst': True}), ('d', {})):
        plugin = module(name)
        plugin.on_run_complete = hookimpl(**options)(lambda run: None)
        found.append(Point(name, plugin))
    assert [answer.plugin for answer in complete(load(found=found))] == ['c', 'b', 'd', 'a']


def test_a_hook_that_nobody_implements_has_no_answers():
    assert Dispatcher(load(found=[])).call('on_schedule_fired', run=RUN, schedule=None) == []


def raises(error):
    def on_run_complete(run):
        raise error

    return on_run_complete


@pytest.mark.parametrize('error', [
    ValueError('oops'), KeyError('run'), AssertionError(), SystemExit(3), RecursionError(), StopIteration(1),
], ids=lambda error: type(error).__name__)  # fmt: skip
def test_a_plugin_that_raises_is_one_row_and_the_others_are_called(error, caplog):
    plugins = plugins_of(a=lambda run: Notify('ops'), b=raises(error), c=lambda run: Notify('night'))
    first, second, third = complete(plugins)
    assert (first, third) == (Answer('a', [Notify('ops')]), Answer('c', [Notify('night')]))
    assert second.wants == []
    assert join(second.faults).startswith('b in on_run_complete: {}: '.format(type(error).__name__))
    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    assert record.exc_info and record.exc_info[1] is error  # its author needs the traceback


def test_what_a_plugin_raises_is_told_bounded_and_without_credentials():
    (answer,) = complete(plugins_of(a=raises(ValueError('token=5f2c ' + 'x' * 5000))))
    assert '5f2c' not in join(answer.faults)
    assert len(answer.faults[0].facts['detail']) <= 300


# Time.


class Slow:
    """Comes back when it is let go, as long as it is slow."""

    def __init__(self):
        self.calls = 0
        self.slow = True
        self._go = threading.Event()

    def ask(self, run):
        self.calls += 1
        if self.slow:
            self._go.wait(10)
        return Notify('ops')

    def come_back(self, dispatcher):
        self._go.set()
        while dispatcher._guard.hangs('a') is not None:
            time.sleep(0.01)
        self._go = threading.Event()


def test_a_plugin_that_overstays_is_left_behind_and_not_asked_until_it_is_back(caplog):
    slow = Slow()
    dispatcher = Dispatcher(plugins_of(a=lambda run: slow.ask(run), b=lambda run: Notify('ops')), limit=0.05)
    first, second = dispatcher.call('on_run_complete', run=RUN)
    assert (first.wants, join(first.faults)) == ([], 'a in on_run_complete: Overstayed: no answer within 0.05 s')
    assert second == Answer('b', [Notify('ops')])
    assert 'a.on_run_complete does not come back' in caplog.text
    first, second = dispatcher.call('on_run_complete', run=RUN)
    assert 'a was not asked: a has not come back from on_run_complete for' in join(first.faults)
    assert second == Answer('b', [Notify('ops')]) and slow.calls == 1
    slow.slow = False
    slow.come_back(dispatcher)
    assert dispatcher.call('on_run_complete', run=RUN)[0] == Answer('a', [Notify('ops')])


class Seconds:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


def overstay(dispatcher, slow):
    (answer,) = dispatcher.call('on_run_complete', run=RUN)
    assert 'no answer within' in join(answer.faults)
    slow.come_back(dispatcher)


def test_three_time_outs_in_a_row_park_a_plugin_for_ten_minutes():
    slow, seconds = Slow(), Seconds()
    dispatcher = Dispatcher(plugins_of(a=lambda run: slow.ask(run)), limit=0.05, seconds=seconds)
    for _ in range(STRIKES):
        overstay(dispatcher, slow)
    parked = [Answer('a', [], (Fault('plugin.parked', plugin='a', count=3),))]
    assert dispatcher.call('on_run_complete', run=RUN) == parked
    seconds.now += PARKED - 1
    assert dispatcher.call('on_run_complete', run=RUN) == parked
    assert slow.calls == STRIKES
    slow.slow = False
    seconds.now += 1
    assert dispatcher.call('on_run_complete', run=RUN) == [Answer('a', [Notify('ops')])]
    # It begins with a clean record.
    slow.slow = True
    for _ in range(STRIKES):
        overstay(dispatcher, slow)
    assert dispatcher.call('on_run_complete', run=RUN) == parked


def test_time_outs_count_only_in_a_row():
    slow = Slow()
    dispatcher = Dispatcher(plugins_of(a=lambda run: slow.ask(run)), limit=0.05)
    for number in range(5):
        slow.slow = number != 2
        if slow.slow:
            overstay(dispatcher, slow)
        else:
            assert dispatcher.call('on_run_complete', run=RUN) == [Answer('a', [Notify('ops')])]


def test_a_plugin_is_parked_in_all_its_hooks():
    slow = Slow()
    plugin = module('a', on_run_complete=lambda run: slow.ask(run), on_task_finished=lambda run, task: Notify('ops'))
    dispatcher = Dispatcher(load(found=[Point('a', plugin)]), limit=0.05)
    for _ in range(STRIKES):
        overstay(dispatcher, slow)
    (answer,) = dispatcher.call('on_task_finished', run=RUN, task=None)
    assert 'parked' in join(answer.faults)


def test_the_time_that_a_plugin_has_is_the_promised_one():
    assert (dispatch.LIMIT, STRIKES, PARKED) == (5.0, 3, 600.0)


def test_rounds_leave_nothing_behind_in_the_manager():
    plugins = plugins_of(a=lambda run: None)
    dispatcher = Dispatcher(plugins)
    before = len(getattr(plugins.manager, '_plugin2hookcallers', ()))  # grows with pluggy's own way of asking one
    for _ in range(100):
        dispatcher.call('on_run_complete', run=RUN)
    assert len(getattr(plugins.manager, '_plugin2hookcallers', ())) == before
    assert len(plugins.manager.hook.on_run_complete.get_hookimpls()) == 1

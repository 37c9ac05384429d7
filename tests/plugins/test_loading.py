"""Every plugin is loaded on its own: one that cannot be used is rolled back, reported, and harms no other."""

import types

import pytest

from hookspecs import Notify, hookimpl
from scan_notify_plugin.exporters.base import Exporter
from scan_notify_plugin.notifiers.base import Notifier, Receipt
from scan_notify_plugin.plugins.loading import load

HOOKS = ('on_run_complete', 'on_schedule_fired', 'on_task_finished')


class Point:
    """An entry point: its name, and what loading it gives or raises."""

    def __init__(self, name, value, version='1.0'):
        self.name = name
        self._value = value
        self.loaded = 0
        self.dist = types.SimpleNamespace(version=version)

    def load(self):
        self.loaded += 1
        if isinstance(self._value, BaseException):
            raise self._value
        return self._value


def module(name, **functions):
    """A plugin module with these functions as hook implementations."""
    made = types.ModuleType(name)
    for hook, function in functions.items():
        setattr(made, hook, hookimpl(function))
    return made


def watcher(name='watcher'):
    return module(name, on_run_complete=lambda run: [Notify(name)])


def row_of(plugins, name):
    (row,) = [row for row in plugins.rows if row.name == name]
    return row


def implementations(plugins):
    """(plugin, hook) of everything that would be called."""
    return [
        (implementation.plugin_name, hook)
        for hook in HOOKS
        for implementation in getattr(plugins.manager.hook, hook).get_hookimpls()
    ]


def test_our_own_channel_comes_through_the_entry_points_like_any_other():
    plugins = load()
    row = row_of(plugins, 'dingding')
    assert (row.state, row.channel, row.error) == ('active', 'dingding', '')
    assert 'on_run_complete' in row.hooks
    assert row.version
    assert plugins.notifiers['dingding'].channel == 'dingding'


class Pager(Notifier):
    channel = 'pager'

    def send(self, part, target):
        return Receipt()


def test_a_module_and_a_class_and_an_object_can_be_plugins():
    class Listener:
        @hookimpl
        def on_schedule_fired(self, run, schedule):
            return None

    plugins = load(found=[Point('a', watcher()), Point('b', Pager), Point('c', Listener())])
    assert [(row.name, row.state, row.hooks, row.channel) for row in plugins.rows] == [
        ('a', 'active', ('on_run_complete',), ''),
        ('b', 'active', ('on_run_complete',), 'pager'),
        ('c', 'active', ('on_schedule_fired',), ''),
    ]
    assert set(plugins.notifiers) == {'pager'}
    assert isinstance(plugins.notifiers['pager'], Pager)


def test_plugins_are_loaded_and_called_in_the_order_of_their_names():
    found = [Point(name, watcher(name)) for name in ('c', 'a', 'b')]
    plugins = load(found=found)
    assert [row.name for row in plugins.rows] == ['a', 'b', 'c']
    assert [plugin for plugin, _ in implementations(plugins)] == ['a', 'b', 'c']


def test_every_load_gives_a_manager_of_its_own():
    first, second = load(found=[Point('a', watcher())]), load(found=[])
    assert first.manager is not second.manager
    assert implementations(first) and not implementations(second)


def test_a_version_that_nobody_knows_is_left_empty():
    point = Point('a', watcher())
    point.dist = None
    assert load(found=[point]).rows[0].version == ''
    del point.dist
    assert load(found=[point]).rows[0].version == ''


# Blocked.


def test_a_blocked_plugin_is_not_even_imported():
    point = Point('a', watcher())
    plugins = load(['a', 'not_installed'], [point, Point('b', watcher())])
    assert point.loaded == 0
    assert [(row.name, row.state, row.hooks) for row in plugins.rows] == [
        ('a', 'blocked', ()),
        ('b', 'active', ('on_run_complete',)),
    ]
    assert implementations(plugins) == [('b', 'on_run_complete')]


def test_a_blocked_real_plugin_is_not_in_the_channels():
    plugins = load(['dingding'])
    assert row_of(plugins, 'dingding').state == 'blocked'
    assert 'dingding' not in plugins.notifiers


# Broken.


def misspelt():
    return module('misspelt', on_run_complete=lambda run: None, on_run_completed=lambda run: None)


def wrong_argument():
    return module('wrong', on_run_complete=lambda run: None, on_task_finished=lambda run, tasks: None)


def with_default():
    return module('default', on_run_complete=lambda run, verbose=True: None)


def known_default():
    return module('default', on_schedule_fired=lambda run, schedule=None: None)


def wrapper():
    made = module('wrapper', on_schedule_fired=lambda run: None)

    def on_run_complete(run):
        yield

    made.on_run_complete = hookimpl(hookwrapper=True)(on_run_complete)
    return made


class NoName(Pager):
    """A channel without a name."""

    channel = ''


class NeedsMore:
    def __init__(self, argument):
        pass


#: (sentence, what the entry point gives or raises, what is said)
BROKEN = [
    (
        'its module does not exist',
        ModuleNotFoundError('No module named \'gone\''),
        'ModuleNotFoundError: No module named',
    ),
    (
        'its module has a fault',
        SyntaxError('invalid syntax', ('mine.py', 3, 1, 'x')),
        'SyntaxError: invalid syntax',
    ),
    (
        'its module has no such name',
        AttributeError('module has no attribute Pager'),
        'AttributeError: module has no',
    ),
    (
        'its module raises anything',
        RuntimeError('first line\nsecond line'),
        'RuntimeError: first line second line',
    ),
    ('its module exits', SystemExit(3), 'SystemExit: 3'),
    ('its class cannot be made', NeedsMore, 'TypeError: '),
    ('a hook is misspelt', misspelt(), 'unknown hook \'on_run_completed\''),
    ('an argument is misspelt', wrong_argument(), '\'tasks\''),
    (
        'an argument has a default',
        with_default(),
        'on_run_complete(verbose): an argument with a default never gets',
    ),
    (
        'an argument of the hook has a default',
        known_default(),
        'on_schedule_fired(schedule): an argument with a',
    ),
    ('a hook is a wrapper', wrapper(), 'on_run_complete: hook wrappers are not allowed'),
    ('a channel has no name', NoName, 'a NoName needs a channel name (see docs/hooks.md#what-a-notifier-can-say)'),
]


@pytest.mark.parametrize('sentence, value, said', BROKEN, ids=[row[0] for row in BROKEN])
def test_a_plugin_is_rolled_back_reported_and_harms_no_other_if(sentence, value, said, caplog):
    plugins = load(found=[Point('a', watcher()), Point('broken', value), Point('c', watcher())])
    row = row_of(plugins, 'broken')
    assert (row.state, row.hooks, row.channel) == ('broken', (), '')
    assert said in row.error
    assert '\n' not in row.error
    assert implementations(plugins) == [('a', 'on_run_complete'), ('c', 'on_run_complete')]
    assert plugins.manager.get_plugin('broken') is None
    assert [row.state for row in plugins.rows] == ['active', 'broken', 'active']
    plugins.manager.check_pending()
    lines = [record.getMessage() for record in caplog.records]
    assert lines == ['plugin broken is not used: ' + row.error]


def test_what_a_broken_plugin_says_is_told_without_credentials(caplog):
    plugins = load(found=[Point('a', RuntimeError('amqp://me:5f2c@10.0.0.1 and token=5f2c'))])
    assert '5f2c' not in plugins.rows[0].error
    assert '5f2c' not in caplog.text


def test_a_new_style_wrapper_is_refused_too():
    made = types.ModuleType('wrapper')

    def on_run_complete(run):
        return (yield)

    try:
        made.on_run_complete = hookimpl(wrapper=True)(on_run_complete)
    except TypeError:
        pytest.skip('this pluggy has only the old style')
    (row,) = load(found=[Point('a', made)]).rows
    assert 'hook wrappers are not allowed' in row.error


def test_a_plugin_may_name_fewer_arguments_than_the_hook_has():
    plugins = load(found=[Point('a', module('a', on_task_finished=lambda task: None, on_schedule_fired=lambda: None))])
    assert plugins.rows[0].state == 'active'


# Twice.


def test_a_channel_has_one_speaker_the_first_by_name():
    class One(Pager):
        pass

    class Two(Pager):
        pass

    plugins = load(found=[Point('two', Two), Point('one', One)])
    assert type(plugins.notifiers['pager']) is One
    assert 'two plugins want the channel \'pager\', one and two: one has it; ' in row_of(plugins, 'two').error
    assert implementations(plugins) == [('one', 'on_run_complete')]


class Csv(Exporter):
    format = 'csv'
    extension = 'zip'

    def export(self, run, rows, file):
        file.write(b'')


def exporter(**fields):
    return type('Made', (Csv,), fields)


def test_an_exporter_is_loaded_for_its_format():
    plugins = load(found=[Point('csv', Csv)])
    assert [(row.state, row.format, row.channel) for row in plugins.rows] == [('active', 'csv', '')]
    assert type(plugins.exporters['csv']) is Csv


@pytest.mark.parametrize('fields, said', [
    ({'format': ''}, 'a Made needs a format name (see docs/hooks.md#what-an-exporter-can-say)'),
    ({'format': 'csv'}, 'two plugins want the format \'csv\', csv and other: csv has it'),
    ({'format': 'x', 'extension': ''}, 'needs an extension of one to eight small letters or digits'),
    ({'format': 'x', 'extension': '../x'}, 'needs an extension of one to eight small letters or digits'),
    ({'format': 'x', 'extension': 'tar.gz'}, 'needs an extension of one to eight small letters or digits'),
    ({'format': 'x', 'extension': 'zip\n'}, 'needs an extension of one to eight small letters or digits'),
    ({'format': 'x', 'extension': 'ninechars'}, 'needs an extension of one to eight small letters or digits'),
])  # fmt: skip
def test_an_exporter_that_cannot_be_used_is_rolled_back(fields, said):
    plugins = load(found=[Point('csv', Csv), Point('other', exporter(**fields))])
    assert said in row_of(plugins, 'other').error
    assert set(plugins.exporters) == {'csv'}
    assert implementations(plugins) == [('csv', 'on_run_complete')]


def test_what_is_rolled_back_gives_its_channel_back_too():
    class Both(Pager, Csv):
        @hookimpl
        def on_run_complete(self, run):
            return None

    plugins = load(found=[Point('a', Csv), Point('b', Both), Point('c', Pager)])
    assert [row.state for row in plugins.rows] == ['active', 'broken', 'active']
    assert type(plugins.notifiers['pager']) is Pager


def test_a_listeners_own_words_are_no_channel_and_no_format():
    plugin = watcher()
    plugin.channel, plugin.format = 'mine', str.format
    (row,) = load(found=[Point('a', plugin)]).rows
    assert (row.state, row.channel, row.format) == ('active', '', '')


def test_the_same_object_under_two_names_is_used_under_the_first():
    same = watcher()
    plugins = load(found=[Point('a', same), Point('b', same)])
    assert [row.state for row in plugins.rows] == ['active', 'broken']
    assert 'it is the same object as plugin a' in row_of(plugins, 'b').error
    assert implementations(plugins) == [('a', 'on_run_complete')]


def test_the_same_object_twice_under_one_name_is_used_once():
    same = watcher()
    plugins = load(found=[Point('a', same), Point('a', same)])
    assert [row.state for row in plugins.rows] == ['active', 'broken']
    assert implementations(plugins) == [('a', 'on_run_complete')]


def test_two_plugins_with_one_name_are_the_first_of_them():
    plugins = load(found=[Point('a', watcher('one')), Point('a', watcher('two'))])
    assert [row.state for row in plugins.rows] == ['active', 'broken']
    assert len(implementations(plugins)) == 1


def test_a_class_may_be_used_for_two_channels():
    class Other(Pager):
        channel = 'other'

    assert set(load(found=[Point('a', Pager), Point('b', Other)]).notifiers) == {'pager', 'other'}

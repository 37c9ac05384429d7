"""Two plugins that want one name, channel or format: both are named, and what is built in stays."""

import types

import pytest

from hookspecs import hookimpl
from scan_notify_plugin.exporters.base import Exporter
from scan_notify_plugin.faults import say
from scan_notify_plugin.notifiers.base import Notifier, Receipt
from scan_notify_plugin.plugins.claims import OURS
from scan_notify_plugin.plugins.dispatch import Dispatcher
from scan_notify_plugin.plugins.loading import Installed, load
from tests.plugins.test_installed import install  # noqa: F401  # a fixture


class Pager(Notifier):
    channel = 'pager'

    def send(self, part, target):
        return Receipt()


class Sheet(Exporter):
    format = 'sheet'
    extension = 'txt'

    def export(self, run, rows, file):
        file.write(b'')


def of(base, **fields):
    return type('Made', (base,), fields)


def point(name, by, value):
    return Installed(name, types.SimpleNamespace(version='1.0'), lambda: value, by)


def states(plugins):
    return [(row.name, row.state) for row in plugins.rows]


def test_the_order_of_the_alphabet_takes_no_channel_from_a_built_in_plugin():
    ours, theirs = of(Pager), of(Pager)
    plugins = load(found=[point('acme', 'acme-notify', theirs), point('pager', OURS, ours)])
    assert states(plugins) == [('acme', 'broken'), ('pager', 'active')]
    assert type(plugins.notifiers['pager']) is ours
    assert plugins.rows[0].error == (
        'PluginError: two plugins want the channel \'pager\', pager (scan-notify-plugin) and acme (acme-notify): '
        'pager has it; to use the other, write pager into SCAN_NOTIFY.BLOCK_PLUGINS'
    )
    assert say(plugins.rows[0].faults[0], 'zh').startswith('两个插件都要使用渠道 \'pager\'：pager (scan-notify-plugin)')


def test_a_blocked_built_in_plugin_leaves_its_channel_to_another():
    theirs = of(Pager)
    plugins = load(['pager'], [point('acme', 'acme-notify', theirs), point('pager', OURS, of(Pager))])
    assert states(plugins) == [('acme', 'active'), ('pager', 'blocked')]
    assert type(plugins.notifiers['pager']) is theirs


@pytest.mark.parametrize('first, second, wanted', [
    (of(Pager), of(Pager, channel='mine', aliases=('pager',)), 'the channel \'pager\''),
    (of(Pager, aliases=('beep',)), of(Pager, channel='beep'), 'the channel \'beep\''),
    (of(Pager, aliases=('beep',)), of(Pager, channel='mine', aliases=('beep',)), 'the channel \'beep\''),
    (of(Sheet), of(Sheet), 'the format \'sheet\''),
], ids=['an alias', 'a channel that is an alias', 'an alias twice', 'a format'])  # fmt: skip
def test_both_are_named(first, second, wanted):
    plugins = load(found=[point('a', 'acme-notify', second), point('z', OURS, first)])
    assert states(plugins) == [('a', 'broken'), ('z', 'active')]
    for name in (wanted, 'z (scan-notify-plugin)', 'a (acme-notify)', 'write z into SCAN_NOTIFY.BLOCK_PLUGINS'):
        assert name in plugins.rows[0].error
    assert {type(one) for one in [*plugins.notifiers.values(), *plugins.exporters.values()]} == {first}


def test_of_two_distributions_with_one_name_for_a_plugin_ours_is_used():
    ours, theirs = of(Pager), of(Pager, channel='other')
    plugins = load(found=[point('pager', 'acme-notify', theirs), point('pager', OURS, ours)])
    assert states(plugins) == [('pager', 'active'), ('pager', 'broken')]
    assert {type(one) for one in plugins.notifiers.values()} == {ours}
    assert plugins.rows[1].error == (
        'PluginError: two distributions bring a plugin pager, scan-notify-plugin and acme-notify: that of '
        'scan-notify-plugin is used; to use the other, write scan-notify-plugin:pager into SCAN_NOTIFY.BLOCK_PLUGINS'
    )


def test_one_of_them_can_be_blocked():
    theirs = of(Pager)
    found = [point('pager', 'acme-notify', theirs), point('pager', OURS, of(Pager))]
    plugins = load([OURS + ':pager'], found)
    assert states(plugins) == [('pager', 'blocked'), ('pager', 'active')]
    assert type(plugins.notifiers['pager']) is theirs
    assert states(load(['pager'], found)) == [('pager', 'blocked'), ('pager', 'blocked')]


def test_a_built_in_plugin_that_cannot_be_used_takes_nothing():
    broken, theirs = of(Pager, pace=(0, 0)), of(Pager)
    plugins = load(found=[point('pager', OURS, broken), point('pager', 'acme-notify', theirs)])
    assert states(plugins) == [('pager', 'broken'), ('pager', 'active')]
    assert type(plugins.notifiers['pager']) is theirs


def test_hooks_are_called_in_the_order_of_the_names_whoever_came_first():
    def watcher(name):
        made = types.ModuleType(name)
        made.on_schedule_fired = hookimpl(lambda run: None)
        return made

    plugins = load(found=[point('a', 'acme-notify', watcher('a')), point('b', OURS, watcher('b'))])
    answers = Dispatcher(plugins).call('on_schedule_fired', run=None, schedule=None)
    assert [answer.plugin for answer in answers] == ['a', 'b']


def test_a_distribution_that_wants_our_channels_is_named_with_its_own_name(install):  # noqa: F811
    points = '[scan_notify]\nacme = scan_notify_plugin.notifiers.dingding:DingTalkRobot\ncsv = {}:Listener\n'
    install('first', 'Acme_Notify', '1.0', points.format('scan_notify_test_installed'))
    rows = {(row.name, row.state): row.error for row in load().rows}
    assert 'dingding (scan-notify-plugin) and acme (acme-notify)' in rows['acme', 'broken']
    assert 'a plugin csv, scan-notify-plugin and acme-notify' in rows['csv', 'broken']
    assert ('dingding', 'active') in rows and ('csv', 'active') in rows


def _marked():
    def on_run_complete(run):
        return None

    return hookimpl(on_run_complete)


NOTHING = {
    'a dictionary': {'on_run_complete': _marked()}, 'a list': [], 'a text': 'text', 'nothing': None,
    'an object': object(), 'a class': object, 'a function': len, 'a hook without its plugin': _marked(),
    'a method': Pager.send, 'an empty module': types.ModuleType('empty'), 'an exception': ValueError,
    'a base class': Notifier, 'another base class': Exporter,
}  # fmt: skip


@pytest.mark.parametrize('thing', NOTHING.values(), ids=NOTHING)
def test_what_does_nothing_is_never_active(thing):
    for blocked in ((), ('other',)):
        (row,) = load(blocked, [point('nothing', 'acme-notify', thing)]).rows
        assert (row.state, bool(row.error), row.hooks) == ('broken', True, ())

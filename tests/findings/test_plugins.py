"""Plugins of third parties that do nothing, or tell what they must not: the loader and the battery see them."""

import subprocess
import sys
from types import ModuleType

import pytest

from hookspecs import Notify, hookimpl
from scan_notify_plugin.exporters.base import Exporter
from scan_notify_plugin.notifiers.base import Notifier, Receipt
from scan_notify_plugin.plugins.loading import load
from tests.findings.worlds import Point


class Pager(Notifier):
    channel = 'pager'
    required = ('url',)

    def send(self, part, target):
        return Receipt()


class SendsNothing(Notifier):
    channel = 'pager'


class TakesTooLittle(Pager):
    def send(self, message):
        return Receipt()


class HasNoPace(Pager):
    pace = (0, 0)


class RequiresLetters(Pager):
    required = 'url'


class WritesNothing(Exporter):
    format = 'lines'
    extension = 'txt'


class Forgotten:
    """One of its hooks is not marked."""

    @hookimpl
    def on_schedule_fired(self, run):
        return None

    def on_run_complete(self, run):
        return Notify('ops')


@pytest.mark.parametrize('plugin', [
    SendsNothing, TakesTooLittle, HasNoPace, RequiresLetters, WritesNothing, Forgotten, ModuleType('empty'),
], ids=lambda plugin: plugin.__name__)  # fmt: skip
def test_a_plugin_that_can_do_nothing_is_not_called_active(plugin):
    (row,) = load(found=[Point('mine', plugin)]).rows
    assert row.state == 'broken' and row.error


BATTERY = '''
import logging

import pytest

from scan_notify_plugin.errors import Reason
from scan_notify_plugin.notifiers.dingding import DingTalkRobot
from scan_notify_plugin.testing.conformance import NotifierConformance, Subject
from scan_notify_plugin.testing.dingtalk_robot import DingTalkRobotServer


class Mine(DingTalkRobot):
    def send(self, part, target):
        {fault}
        return super().send(part, target)


class TestMine(NotifierConformance):
    @pytest.fixture
    def subject(self):
        with DingTalkRobotServer(hold_seconds=0.5) as server:
            robot = server.add_robot(secret='SEC' + '7' * 61)
            options = {{'access_token': robot.token, 'secret': robot.secret, 'api_base': server.base_url}}
            nobody = dict(options, api_base='http://127.0.0.1:9')
            refusals = {{Reason.BUSY: -1, Reason.THROTTLED: 410100, Reason.CONFIG: 310000, Reason.CONTENT: 430102}}
            yield Subject(Mine(), options, robot, [robot.token, robot.secret], refusals, nobody=nobody)
'''


#: What takes longest, and looks for something else.
OTHERS = 'not (a_doubt_is_never or strangers or moderation)'


@pytest.mark.parametrize('fault, words', [
    ("logging.getLogger('mine').info('with %s', target.options['access_token'].reveal())",
     'a credential was written there'),
    ("part = part._replace(content=dict(part.content, text=part.content['text'][:4096]))",
     'the first word that did not arrive'),
], ids=['it logs its token', 'it cuts in silence'])  # fmt: skip
def test_the_battery_fails_a_notifier_of_which(tmp_path, fault, words):
    (tmp_path / 'test_mine.py').write_text(BATTERY.format(fault=fault))
    options = ['-q', '-x', '-p', 'no:cacheprovider', '--log-level=DEBUG', '-k', OTHERS, 'test_mine.py']
    command = [sys.executable, '-m', 'pytest'] + options
    ended = subprocess.run(command, cwd=str(tmp_path), stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    said = ended.stdout.decode('utf-8', 'replace')
    assert ended.returncode == 1 and words in said, said

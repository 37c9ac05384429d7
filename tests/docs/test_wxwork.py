"""The example of docs/notifier_module.md runs against a robot, and the page names what the module has."""

import os
import re
import subprocess
import sys

import pytest

from scan_notify_plugin.notifiers import wxwork
from scan_notify_plugin.notifiers.wxwork.client import MAX_CONTENT, MAX_FILE
from scan_notify_plugin.testing.wxwork_robot import WxWorkRobotServer
from tests.docs.wxwork import EXAMPLE

PAGE = os.path.join(os.path.dirname(os.path.dirname(EXAMPLE)), 'notifier_module.md')


@pytest.fixture
def page():
    with open(PAGE, encoding='utf-8') as file:
        return file.read()


def test_the_example_runs_as_it_stands_on_the_page(page):
    with open(EXAMPLE, encoding='utf-8') as file:
        assert '```python\n{}```\n'.format(file.read()) in page
    with WxWorkRobotServer() as server:
        robot = server.add_robot()
        environment = dict(os.environ, WXWORK_WEBHOOK=robot.webhook_url, PYTHONIOENCODING='utf-8')
        done = subprocess.run(
            [sys.executable, EXAMPLE], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60
        )
        assert done.returncode == 0, done.stderr.decode('utf-8', 'replace')
        assert [message.msgtype for message in robot.messages] == ['markdown_v2', 'text', 'markdown_v2'] + ['text'] * 3
        assert robot.messages[1].at.user_ids == ('zhangsan',)
    out = done.stdout.decode('utf-8')
    assert out.startswith('report: True\nmessage: True after 0 retries') and 'success rate 100%' in out


def test_every_name_of_the_module_is_explained(page):
    for name in wxwork.__all__:
        assert re.search(r'`(await )?{}\b'.format(name), page), name


def test_the_limits_on_the_page_are_those_of_the_code(page):
    for size in set(MAX_CONTENT.values()):
        assert '{:,} bytes'.format(size) in page
    assert '{} MB'.format(MAX_FILE // 1024 // 1024) in page
    assert 'at most {} in {:g} s'.format(*wxwork.WxWorkRobot.pace) in page

"""tests/example_plugin is what ``scan-notify new-plugin example`` writes: a whole distribution of a third party. Its
folder ``slack`` is another, written with docs/writing-plugins.md alone.

Their own tests are collected with ours; .ci/run installs the first and runs them beside the wheel.
"""

import ast
import configparser
import importlib
import inspect
import os
import re
import subprocess
import sys
from types import SimpleNamespace

import pytest

from scan_notify_plugin.api import Reason
from scan_notify_plugin.cli import new_plugin_command
from scan_notify_plugin.notifiers.templates import Templates
from scan_notify_plugin.plugins.loading import GROUP, load
from scan_notify_plugin.plugins.templates import template_folders
from scan_notify_plugin.testing.conformance import NotifierConformance, Subject
from scan_notify_plugin.testing.subject import make_loop
from tests.docs import public_api
from tests.example import before_buttons, of_0_1

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
EXAMPLE = os.path.join(ROOT, 'example_plugin')


def written(folder):
    """{path: text} of what is in a folder, without the other distribution and what running tests leaves."""
    found = {}
    for here, _, names in os.walk(str(folder)):
        for name in names:
            path = os.path.relpath(os.path.join(here, name), str(folder))
            if not re.search('__pycache__|[.]egg-info|[.]pytest_cache|^slack/', path):
                with open(os.path.join(here, name), encoding='utf-8') as file:
                    found[path.replace(os.sep, '/')] = file.read()
    return found


@pytest.fixture
def importable(monkeypatch):
    monkeypatch.syspath_prepend(EXAMPLE)


def entry_points(folder=EXAMPLE):
    """As setup.cfg declares them."""
    config = configparser.ConfigParser()
    config.read(os.path.join(folder, 'setup.cfg'), encoding='utf-8')
    for line in config['options.entry_points'][GROUP].split('\n'):
        if line.strip():
            name, _, place = (part.strip() for part in line.partition('='))
            module, _, attribute = place.partition(':')
            plugin = importlib.import_module(module)
            plugin = getattr(plugin, attribute) if attribute else plugin
            yield SimpleNamespace(name=name, load=lambda plugin=plugin: plugin, dist=None)


def test_it_is_what_new_plugin_writes():
    again = 'rm -r tests/example_plugin; python -m scan_notify_plugin new-plugin example --out tests/example_plugin'
    assert written(EXAMPLE) == dict(new_plugin_command.files('example')), again


def test_its_three_plugins_are_loaded(importable):
    plugins = load(found=list(entry_points()))
    assert [(row.name, row.state, row.hooks, row.channel, row.format) for row in plugins.rows] == [
        ('example', 'active', ('on_run_complete',), 'example', ''),
        ('example_log', 'active', ('on_run_complete',), '', ''),
        ('example_report', 'active', ('on_run_complete',), '', 'example'),
    ]


SLACK = os.path.join(EXAMPLE, 'slack')
#: What an author may import beside his own modules, the standard library and pytest.
PROMISED = {module for module in public_api.MODULES if module != 'hookspecs'}


def test_the_channel_for_slack_imports_what_stays_and_nothing_else():
    found = set()
    for here, _, names in os.walk(SLACK):
        for name in [name for name in names if name.endswith('.py')]:
            with open(os.path.join(here, name), encoding='utf-8') as file:
                for node in ast.walk(ast.parse(file.read())):
                    if isinstance(node, ast.ImportFrom):
                        found |= {(node.module, one.name) for one in node.names}
    ours = {(module, name) for module, name in found if module.startswith(('scan_notify_plugin', 'hookspecs'))}
    assert len(ours) > 8
    for module, name in ours:
        stays = module in PROMISED and name in importlib.import_module(module).__all__
        assert stays or '{}.{}'.format(module, name) in PROMISED, (module, name)


def test_the_channel_for_slack_is_loaded_with_its_templates(monkeypatch):
    monkeypatch.syspath_prepend(SLACK)
    (point,) = entry_points(SLACK)
    plugins = load(found=[point])
    assert [(row.name, row.state, row.channel) for row in plugins.rows] == [('slack', 'active', 'slack')]
    assert Templates('', None, template_folders(plugins.notifiers.values())).refused == []


def test_its_service_says_how_it_is_reached():
    environment = dict(os.environ, PYTHONPATH=os.path.dirname(ROOT), LC_ALL='C')
    command = [sys.executable, os.path.join('tests', 'fake_example.py')]
    with subprocess.Popen(command, cwd=EXAMPLE, env=environment, stdout=subprocess.PIPE) as service:
        line = service.stdout.readline().decode('ascii').split()
        service.kill()
    assert line[:3] == ['--channel', 'example', '--option']
    assert line[3].startswith('url=http://127.0.0.1:')


def test_plugins_of_0_1_are_loaded(importable):
    found = [SimpleNamespace(name=name, load=lambda one=one: one) for name, one in (
        ('example', of_0_1.ExampleNotifier), ('example_log', of_0_1.Log), ('example_report', of_0_1.ExampleExporter),
    )]  # fmt: skip
    assert [(row.name, row.state, row.error) for row in load(found=found).rows] == [
        ('example', 'active', ''), ('example_log', 'active', ''), ('example_report', 'active', ''),
    ]  # fmt: skip


@pytest.mark.parametrize('plugin', [of_0_1, before_buttons])
def test_a_channel_of_0_1_passes_the_battery_of_today(importable, monkeypatch, plugin):
    monkeypatch.syspath_prepend(os.path.join(EXAMPLE, 'tests'))
    service = importlib.import_module('fake_example')
    with service.ExampleServer(hold_seconds=0.5) as server:
        options = {'url': server.robot.url, 'token': service.TOKEN}
        refusals = {
            Reason.BUSY: 503,
            Reason.THROTTLED: 429,
            Reason.CONFIG: 401,
            Reason.CONTENT: 422,
            Reason.TOO_LONG: 413,
        }
        nobody = dict(options, url='http://127.0.0.1:9/send')
        subject = Subject(plugin.ExampleNotifier(), options, server.robot, [service.TOKEN], refusals, nobody=nobody)
        for name in sorted(name for name in vars(NotifierConformance) if name.startswith('test_')):
            check = getattr(NotifierConformance(), name)
            wanted = {'loop': lambda: make_loop(subject), 'fault': lambda: 'cut_after', 'subject': lambda: subject}
            check(**{argument: wanted[argument]() for argument in inspect.signature(check).parameters})
            server.robot.behave()
            del server.robot.messages[:]

"""tests/example_plugin is what ``scan-notify new-plugin example`` writes: a whole distribution of a third party.

Its own tests are collected with ours; .ci/run installs it and runs them beside the wheel.
"""

import configparser
import importlib
import os
import subprocess
import sys
from types import SimpleNamespace

import pytest

from scan_notify_plugin.cli import new_plugin_command
from scan_notify_plugin.plugins.loading import GROUP, load

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
EXAMPLE = os.path.join(ROOT, 'example_plugin')


def written(folder):
    """{path: text} of what is in a folder, without what running its tests leaves."""
    found = {}
    for here, _, names in os.walk(str(folder)):
        for name in names:
            path = os.path.relpath(os.path.join(here, name), str(folder))
            if '__pycache__' not in path and '.egg-info' not in path and '.pytest_cache' not in path:
                with open(os.path.join(here, name), encoding='utf-8') as file:
                    found[path.replace(os.sep, '/')] = file.read()
    return found


@pytest.fixture
def importable(monkeypatch):
    monkeypatch.syspath_prepend(EXAMPLE)


def entry_points():
    """As setup.cfg declares them."""
    config = configparser.ConfigParser()
    config.read(os.path.join(EXAMPLE, 'setup.cfg'), encoding='utf-8')
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


def test_its_service_says_how_it_is_reached():
    environment = dict(os.environ, PYTHONPATH=os.path.dirname(ROOT), LC_ALL='C')
    command = [sys.executable, os.path.join('tests', 'fake_example.py')]
    with subprocess.Popen(command, cwd=EXAMPLE, env=environment, stdout=subprocess.PIPE) as service:
        line = service.stdout.readline().decode('ascii').split()
        service.kill()
    assert line[:3] == ['--channel', 'example', '--option']
    assert line[3].startswith('url=http://127.0.0.1:')

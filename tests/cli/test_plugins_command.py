"""``scan-notify plugins``: what is installed, what it does, and what is wrong with it."""

import pytest

from scan_notify_plugin.plugins import loading
from tests.plugins.test_loading import Point, watcher


@pytest.fixture
def installed(monkeypatch):
    """installed(points...) are all entry points there are."""

    def put(*points):
        monkeypatch.setattr(loading, '_installed', lambda: points)

    return put


def test_our_channel_is_listed_with_its_hooks(run, host):
    said = run('plugins')
    assert said.code == 0
    (line,) = [line for line in said.out.splitlines() if line.startswith('dingding ')]
    assert 'active' in line and 'on_run_complete' in line


def test_as_json_it_has_every_field(run, host, installed):
    installed(Point('mine', watcher(), '2.5'))
    (row,) = run('plugins', '--json').json
    assert (row['name'], row['version'], row['state'], row['error']) == ('mine', '2.5', 'active', '')
    assert row['hooks'] == ['on_run_complete']


def test_a_broken_plugin_is_listed_with_what_is_wrong_and_exit_1(run, host, installed):
    installed(Point('broken', ImportError('No module named gone')), Point('good', watcher()))
    said = run('plugins')
    assert said.code == 1
    assert 'broken' in said.out and 'ImportError: No module named gone' in said.out
    assert 'good' in said.out


def test_a_plugin_that_the_configuration_blocks_is_not_imported(run, host, installed):
    point = Point('mine', watcher())
    installed(point)
    host.configure(host.config.read_text().replace('ENABLE: true', 'ENABLE: true\n  BLOCK_PLUGINS: mine'))
    (row,) = run('plugins', '--json').json
    assert row['state'] == 'blocked'
    assert point.loaded == 0


def test_without_a_host_the_list_is_of_use_too(run, installed):
    installed(Point('mine', watcher()))
    said = run('plugins')
    assert said.code == 0
    assert 'mine' in said.out
    assert said.err.startswith('scan-notify: without the host\'s configuration: ')


def test_a_file_that_was_named_must_be_there(run, installed):
    installed(Point('mine', watcher()))
    said = run('plugins', '--config', '/no/such/file.yaml')
    assert said.code == 2
    assert '/no/such/file.yaml: cannot be read' in said.err

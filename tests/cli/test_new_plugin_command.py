"""``scan-notify new-plugin``: a plugin that passes its own tests at once."""

import os
import subprocess
import sys

import pytest

from scan_notify_plugin.cli import new_plugin_command

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def everything(folder):
    return sorted(
        os.path.relpath(os.path.join(here, name), str(folder))
        for here, _, names in os.walk(str(folder))
        for name in names
    )


def test_it_passes_its_own_tests_at_once(run, tmp_path):
    folder = tmp_path / 'mine'
    said = run('new-plugin', 'night-pager2', '--out', str(folder))
    assert (said.code, said.err) == (0, '')
    assert 'python -m pytest' in said.out
    command = [sys.executable, '-m', 'pytest', '-q', '-p', 'no:cacheprovider']
    environment = dict(os.environ, PYTHONPATH=ROOT)
    tests = subprocess.run(
        command, cwd=str(folder), env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=100
    )
    output = tests.stdout.decode('utf-8', 'replace')
    assert tests.returncode == 0, output
    assert ' passed' in output and 'skipped' not in output and 'failed' not in output


def test_without_a_place_it_is_a_folder_here(run, elsewhere):
    assert run('new-plugin', 'night-pager').code == 0
    assert os.listdir(str(elsewhere)) == ['scan-notify-night-pager']
    assert 'scan_notify_night_pager/notifier.py' in everything(elsewhere / 'scan-notify-night-pager')


def test_every_file_of_the_skeleton_has_its_words_filled_in():
    for path, text in new_plugin_command.files('night_pager'):
        assert 'NAME' not in path and '$' not in text and not path.endswith('.txt')
        if path.endswith('.py'):
            compile(text, path, 'exec')
    assert (
        'class NightPagerNotifier(Notifier)'
        in dict(new_plugin_command.files('night_pager'))['scan_notify_night_pager/notifier.py']
    )


def test_nothing_is_overwritten(run, elsewhere):
    (elsewhere / 'scan-notify-pager').mkdir()
    (elsewhere / 'scan-notify-pager' / 'notes').write_text('mine')
    said = run('new-plugin', 'pager')
    assert said.code == 2
    assert said.err == 'scan-notify: scan-notify-pager exists; nothing was written\n'
    assert everything(elsewhere) == [os.path.join('scan-notify-pager', 'notes')]


@pytest.mark.parametrize('name', [
    '', '1st', 'Pager', 'pager!', 'two words', '../pager', 'page__r', '_pager', 'pager_', 'pager-', 'x' * 31, '呼叫',
    'pager\n',
])  # fmt: skip
def test_a_name_that_cannot_be_is_refused_in_words(run, elsewhere, name):
    said = run('new-plugin', name)
    assert (said.code, said.out) == (2, '')
    assert 'cannot be called {!r}: expected at most 30'.format(name) in said.err
    assert everything(elsewhere) == []


@pytest.mark.parametrize('name', ['plugin', 'dingding', 'excel', 'csv'])
def test_a_name_of_ours_is_refused(run, elsewhere, name):
    said = run('new-plugin', name)
    assert said.code == 2
    assert 'is a name of our own' in said.err
    assert everything(elsewhere) == []


def test_a_place_that_cannot_be_written_is_one_line(run, elsewhere):
    (elsewhere / 'file').write_text('')
    said = run('new-plugin', 'pager', '--out', os.path.join('file', 'pager'))
    assert said.code == 2
    assert 'cannot be written: ' in said.err and said.err.count('\n') == 1

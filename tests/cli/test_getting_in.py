"""``scan-notify enable``, ``disable`` and ``status``: one small file, and what it needs to be of use."""

import os
import subprocess
import sys

import pytest

from scan_notify_plugin.cli import site_file
from scan_notify_plugin.errors import ScanNotifyError


def written(packages):
    return sorted(os.listdir(str(packages)))


def test_enable_writes_one_file_and_says_what_is_next(run, host, packages):
    said = run('enable')
    assert said.code == 0
    assert written(packages) == [site_file.NAME]
    assert (packages / site_file.NAME).read_text() == site_file.LINE
    assert 'written: ' + str(packages / site_file.NAME) in said.out
    assert 'restart the host\'s scheduler' in said.out


def test_enable_twice_is_enable_once(run, host, packages):
    assert run('enable').code == run('enable').code == 0
    assert written(packages) == [site_file.NAME]


def test_enable_leaves_every_file_of_the_host_as_it_is(run, host):
    def state():
        return {
            os.path.join(folder, name): os.stat(os.path.join(folder, name)).st_mtime_ns
            for folder, _, names in os.walk(str(host)) for name in names
        }  # fmt: skip

    before = state()
    run('enable')
    run('disable')
    assert state() == before


@pytest.mark.parametrize('config, said', [
    ('SCAN_NOTIFY: {ENABLE: false}', 'still off: add a section SCAN_NOTIFY with ENABLE: true'),
    ('x: 1', 'still off: add a section SCAN_NOTIFY with ENABLE: true'),
    ('SCAN_NOTIFY: {ENABLE: maybe}', 'is not ready yet, so everything stays off: SCAN_NOTIFY.ENABLE'),
])  # fmt: skip
def test_enable_says_what_is_missing(run, host, packages, config, said):
    host.configure('MONGO: {URI: x, DB: y}\nCELERY: {BROKER_URL: z}\n' + config)
    told = run('enable')
    assert told.code == 0
    assert said in told.out
    assert written(packages) == [site_file.NAME]


def test_enable_elsewhere_says_that_it_acts_only_in_a_host(run, packages):
    said = run('enable')
    assert said.code == 0
    assert 'is no ARL; the file acts only in Python processes started in the folder of one' in said.out


def test_enable_refuses_a_host_that_is_not_supported_and_writes_nothing(run, elsewhere, packages):
    (elsewhere / 'app').mkdir()
    (elsewhere / 'app' / 'main.py').write_text('from fastapi import FastAPI')
    (elsewhere / 'config.yaml').write_text('x: 1')
    said = run('enable')
    assert (said.code, said.out) == (2, '')
    assert 'FastAPI rewrite' in said.err
    assert written(packages) == []


def test_enable_where_it_may_not_write_says_the_other_way(run, host, packages):
    packages.rmdir()
    said = run('enable')
    assert (said.code, said.out) == (2, '')
    assert 'cannot write ' in said.err and 'scan-notify exec' in said.err


def test_disable_takes_the_file_away_again(run, host, packages):
    run('enable')
    said = run('disable')
    assert (said.code, written(packages)) == (0, [])
    assert 'removed: ' in said.out and 'restart the host\'s scheduler' in said.out
    said = run('disable')
    assert said.code == 0
    assert said.out.startswith('nothing to remove: ')


def test_a_file_that_cannot_be_removed_is_one_line(packages):
    (packages / site_file.NAME).mkdir()
    with pytest.raises(ScanNotifyError, match='cannot remove '):
        site_file.remove()


# Status.


def status(run, *arguments):
    said = run('status', '--json', *arguments)
    return said.code, said.json


def test_status_of_a_host_that_loads_us_and_is_switched_on_is_active(run, host, packages):
    run('enable')
    code, facts = status(run)
    assert code == 0
    assert facts == {
        'site_file': str(packages / site_file.NAME), 'loaded_by_host': True, 'host': str(host),
        'config': str(host.config), 'enabled': True, 'problem': '', 'active': True,
        'faults': [],
    }  # fmt: skip


def test_status_before_enable_is_exit_1(run, host):
    code, facts = status(run)
    assert (code, facts['loaded_by_host'], facts['enabled'], facts['active']) == (1, False, True, False)


def test_status_of_a_host_that_is_switched_off_is_exit_1(run, host):
    run('enable')
    host.configure(host.config.read_text().replace('ENABLE: true', 'ENABLE: false'))
    code, facts = status(run)
    assert (code, facts['loaded_by_host'], facts['enabled'], facts['active']) == (1, True, False, False)


def test_status_with_a_file_of_another_release_is_not_loaded(run, host, packages):
    run('enable')
    (packages / site_file.NAME).write_text('import something_else\n')
    assert status(run)[1]['loaded_by_host'] is False


@pytest.mark.parametrize('config, problem', [
    ('a: [', 'is not YAML'),
    ('SCAN_NOTIFY: {ENABLE: maybe}', 'MONGO.URI: is missing'),
])  # fmt: skip
def test_status_says_what_is_wrong_with_the_configuration(run, host, config, problem):
    host.configure(config)
    code, facts = status(run)
    assert code == 1
    assert problem in facts['problem']


def test_status_elsewhere_is_exit_1_and_says_where_to_go(run):
    said = run('status')
    assert said.code == 1
    assert 'no ARL with app/config.yaml' in said.out


# The line in the file.


def python(code, folder, *paths):
    """Run code in a folder; its output."""
    where = dict(os.environ, PYTHONPATH=os.pathsep.join(paths), PYTHONDONTWRITEBYTECODE='1')
    return subprocess.check_output(
        [sys.executable, '-S', '-c', code], cwd=str(folder), env=where, stderr=subprocess.STDOUT,
        universal_newlines=True, timeout=30,
    )  # fmt: skip


def test_the_line_is_silent_after_the_package_was_removed(elsewhere):
    assert python(site_file.LINE, elsewhere) == ''


def test_the_line_is_one_line_of_ascii_that_python_executes_in_a_pth_file():
    assert site_file.LINE.startswith('import ')
    assert site_file.LINE.count('\n') == 1 and site_file.LINE.endswith('\n')
    site_file.LINE.encode('ascii')


ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LISTENS = '\nimport sys; print(sys.modules["scan_notify_plugin.autoload"]._listening)'


def test_the_line_listens_in_the_folder_of_a_host_and_nowhere_else(host, elsewhere):
    assert python(site_file.LINE + LISTENS, str(host), ROOT) == '[True]\n'
    assert python(site_file.LINE + LISTENS, elsewhere, ROOT) == '[]\n'

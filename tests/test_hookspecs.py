"""The contract: what the hooks are called with, what they carry, and that every one of them says so."""

import inspect
import subprocess
import sys
from datetime import datetime, timezone

import pluggy
import pytest

import hookspecs
from hookspecs import hooks, markers
from scan_notify_plugin import api

SIGNATURES = {
    'on_schedule_fired': ('run', 'schedule'),
    'on_task_finished': ('run', 'task'),
    'on_run_complete': ('run',),
}
NOW = datetime(2030, 1, 1, tzinfo=timezone.utc)
SCHEDULE = hookspecs.Schedule('64f0', 'nightly', 'recurrent_scan')
TASK = hookspecs.ScanTask('a', 'done')
RUN = hookspecs.Run('64f0:1', SCHEDULE, 1, NOW, 'running', (TASK,))
RECORDS = (SCHEDULE, TASK, RUN, hookspecs.TargetRef('ops', 'dingding'), hookspecs.Notify('ops'))


@pytest.fixture
def manager():
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hooks)
    return manager


def test_there_are_three_hooks_with_these_arguments(manager):
    found = {caller: getattr(manager.hook, caller).spec.argnames for caller in SIGNATURES}
    assert {name: tuple(arguments) for name, arguments in found.items()} == SIGNATURES
    specified = {name for name, value in vars(hooks).items() if hasattr(value, hookspecs.PROJECT + '_spec')}
    assert specified == set(SIGNATURES)


@pytest.mark.parametrize('name', sorted(SIGNATURES))
def test_a_hook_says_when_it_fires_what_it_takes_what_it_answers_and_since_when(name):
    text = inspect.getdoc(getattr(hooks, name))
    assert 'When:' in text
    assert ':returns:' in text
    assert 'Since 0.1.' in text
    for argument in SIGNATURES[name]:
        assert ':param ' in text and ' {}: '.format(argument) in text


@pytest.mark.parametrize('promise', ['at least once', 'notify worker', '5 seconds', 'default', 'wrapper', 'raises'])
def test_the_module_says_what_holds_for_all_hooks(promise):
    assert promise in ' '.join(inspect.getdoc(hooks).replace('**', '').lower().split())


def test_everything_exported_exists_and_nothing_exists_twice():
    assert len(hookspecs.__all__) == len(set(hookspecs.__all__))
    assert all(hasattr(hookspecs, name) for name in hookspecs.__all__)
    assert len(api.__all__) == len(set(api.__all__))
    assert all(hasattr(api, name) for name in api.__all__)


@pytest.mark.parametrize('name', ['Notify', 'Run', 'ScanTask', 'Schedule', 'TargetRef', 'hookimpl'])
def test_authors_find_the_contract_in_the_api_module_too(name):
    assert getattr(api, name) is getattr(hookspecs, name)


@pytest.mark.parametrize('record', RECORDS, ids=lambda record: type(record).__name__)
def test_what_hooks_carry_cannot_be_changed(record):
    for field in record._fields:
        with pytest.raises(AttributeError):
            setattr(record, field, 'other')
    hash(record)  # nothing inside it can be changed either


def test_a_running_run_names_no_targets_and_no_end():
    assert RUN.targets == ()
    assert RUN.end_time is None
    assert RUN.error_msg == ''
    assert TASK.outcome is None


def test_a_target_as_hooks_see_it_has_no_options():
    assert hookspecs.TargetRef._fields == ('name', 'channel')


def test_an_implementation_needs_the_projects_marker(manager):
    other = pluggy.HookimplMarker('another_project')

    class Plugin:
        @hookspecs.hookimpl
        def on_run_complete(self, run):
            return run.id

        @other
        def on_task_finished(self, run, task):
            return run.id

    manager.register(Plugin())
    assert manager.hook.on_run_complete(run=RUN) == ['64f0:1']
    assert manager.hook.on_task_finished(run=RUN, task=TASK) == []
    assert markers.PROJECT == 'scan_notify'


def test_the_contract_loads_nothing_but_pluggy():
    code = (
        'import sys, pluggy; before = set(sys.modules); import hookspecs; '
        'print(sorted(name for name in set(sys.modules) - before if not name.startswith("hookspecs")))'
    )
    # The rest of what a newer Python loads lazily belongs to the standard library.
    said = subprocess.check_output([sys.executable, '-c', code], universal_newlines=True, timeout=30)
    assert 'scan_notify_plugin' not in said
    assert 'pymongo' not in said
    assert 'requests' not in said

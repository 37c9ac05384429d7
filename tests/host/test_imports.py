"""A function is called right after a module was imported, which looks as if nobody had been there."""

import importlib
import importlib.util
import itertools
import subprocess
import sys
import threading

import pytest

from scan_notify_plugin.host import imports

_numbers = itertools.count()


@pytest.fixture
def name(tmp_path, monkeypatch):
    """The name of a package on the path, new for each test, with a module `inner` in it."""
    package = 'imported_by_test_{}'.format(next(_numbers))
    folder = tmp_path / package
    folder.mkdir()
    (folder / '__init__.py').write_text('')
    (folder / 'inner.py').write_text('import sys\nVALUE = 5\nSEEN = "seen" in dir(sys.modules[__name__])\n')
    (folder / 'faulty.py').write_text('import os\nif not os.path.exists(__file__ + ".mended"):\n    raise KeyError\n')
    monkeypatch.syspath_prepend(str(tmp_path))
    importlib.invalidate_caches()
    before = list(sys.meta_path)
    # Another test of this process may have waited for a module.
    sys.meta_path[:] = [finder for finder in before if finder is not imports._finder]
    yield package
    sys.meta_path[:] = before
    imports._finder.waiting.clear()
    for module in [module for module in sys.modules if module.split('.')[0] == package]:
        del sys.modules[module]


def test_the_callback_comes_once_and_after_the_module_has_run(name):
    called = []
    imports.after_import(name + '.inner', lambda module: called.append((module.__name__, module.VALUE)))
    assert called == []
    importlib.import_module(name)
    assert called == []
    for _ in range(2):
        module = importlib.import_module(name + '.inner')
    assert called == [(name + '.inner', 5)]
    assert module is sys.modules[name + '.inner']


def test_a_module_that_is_there_already_is_called_for_at_once(name):
    module = importlib.import_module(name + '.inner')
    called = []
    imports.after_import(name + '.inner', called.append)
    assert called == [module]
    assert imports._finder not in sys.meta_path


def test_what_the_callback_changes_is_seen_by_who_imported(name):
    imports.after_import(name + '.inner', lambda module: setattr(module, 'VALUE', 6))
    assert importlib.import_module(name + '.inner').VALUE == 6
    namespace = {}
    exec('from {}.inner import VALUE'.format(name), namespace)
    assert namespace['VALUE'] == 6


def test_several_modules_are_waited_for_each_with_its_own_callback(name):
    called = []
    imports.after_import(name, lambda module: called.append('package'))
    imports.after_import(name + '.inner', lambda module: called.append('inner'))
    importlib.import_module(name + '.inner')
    assert called == ['package', 'inner']


def looks(module):
    spec = module.__spec__
    return type(module.__loader__), module.__file__, spec.origin, spec.cached, module.__package__


def test_the_module_looks_as_if_nobody_had_been_there(name, tmp_path):
    plain = importlib.import_module(name + '.inner')
    expected = looks(plain)
    del sys.modules[name + '.inner']
    imports.after_import(name + '.inner', lambda module: None)
    module = importlib.import_module(name + '.inner')
    assert module is not plain
    assert looks(module) == expected
    assert type(module.__spec__.loader) is type(module.__loader__)
    assert 'VALUE = 5' in module.__loader__.get_source(module.__name__)


def test_other_modules_are_imported_as_ever(name):
    imports.after_import('surely.not.there', lambda module: None)
    assert importlib.import_module(name + '.inner').VALUE == 5
    with pytest.raises(ImportError):
        importlib.import_module('surely_not_there_either')


def test_a_module_that_does_not_exist_fails_as_ever(name):
    imports.after_import(name + '.nothing', lambda module: None)
    with pytest.raises(ImportError) as caught:
        importlib.import_module(name + '.nothing')
    assert caught.value.name == name + '.nothing'


def test_looking_for_a_module_is_not_importing_it(name):
    called = []
    imports.after_import(name + '.inner', called.append)
    assert importlib.util.find_spec(name + '.inner') is not None
    assert called == []
    importlib.import_module(name + '.inner')
    assert len(called) == 1


def test_a_module_that_fails_is_waited_for_until_it_does_not(name, tmp_path):
    called = []
    imports.after_import(name + '.faulty', called.append)
    with pytest.raises(KeyError):
        importlib.import_module(name + '.faulty')
    assert called == []
    (tmp_path / name / 'faulty.py.mended').write_text('')
    importlib.import_module(name + '.faulty')
    assert len(called) == 1


def test_a_module_that_others_import_from_another_thread_is_seen_too(name):
    called = []
    imports.after_import(name + '.inner', called.append)
    threads = [threading.Thread(target=importlib.import_module, args=(name + '.inner',)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)
    assert len(called) == 1


def test_a_reload_is_not_a_second_import(name):
    called = []
    imports.after_import(name + '.inner', called.append)
    module = importlib.import_module(name + '.inner')
    importlib.reload(module)
    assert len(called) == 1


def test_at_interpreter_start_little_is_imported_and_nothing_of_a_third_party(tmp_path):
    code = (
        'import sys; import scan_notify_plugin.autoload as autoload; autoload.start(); '
        'print(" ".join(sorted({name.split(".")[0] for name in sys.modules})))'
    )
    output = subprocess.check_output([sys.executable, '-c', code], cwd=str(tmp_path), timeout=30)
    loaded = set(output.decode('ascii').split())
    assert 'scan_notify_plugin' in loaded
    third_party = {'pymongo', 'bson', 'celery', 'kombu', 'requests', 'yaml', 'jinja2', 'pluggy'}
    assert not loaded & (third_party | {'hookspecs', 'app'})

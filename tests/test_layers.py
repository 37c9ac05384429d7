"""Who may import whom: the rows of docs/design.md, read from the source with `ast`."""

import ast
import os

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PACKAGES = ('hookspecs', 'scan_notify_plugin')
OURS = 'scan_notify_plugin'

#: From the bottom to the top; a unit is a module or a package of ours. It imports lower rows only.
ROWS = (
    ('hookspecs',),
    (
        'clock',
        'secret',
        'channels',
        'credentials',
        'masking',
        'errors',
        'faults',
        'words',
        'mongo',
        'deadline',
        'spool',
        'shapes',
        'records',
        'readers',
        'doors',
        'tables',
        'changes',
        'markup',
    ),
    ('settings', 'runs', 'reports', 'host'),
    ('results',),
    ('jobs',),
    ('notifiers', 'exporters'),
    ('plugins', 'admin'),
    ('worker', 'web'),
    ('testing',),
    ('recorder', 'cli', 'autoload', 'api', '__main__', '__init__'),
)
#: In these rows a unit may import its neighbours: the foundation, and what is put together from everything.
SOCIABLE = (1, len(ROWS) - 1)
#: These know the message and the contract, and no store.
NARROW = {'notifiers': (0, 1), 'exporters': (0, 1)}
#: (importer, imported) against the rows, with the reason.
AGAINST_THE_ROWS = {}

#: Who may import the driver. `bson` is the data format and is free.
DRIVER = ('mongo.py', 'doors.py', 'jobs/lanes.py', 'reports/storage.py')  # and */store.py
#: What others may take from it: {(file, module): the reason}.
DRIVER_EXCEPTIONS = {
    ('settings/tokens.py', 'pymongo.errors'): 'an absent MongoDB is no doubt about a message',
    ('worker/posting.py', 'pymongo.errors'): 'an answer is recorded even when MongoDB is away for a while',
    ('worker/rendering.py', 'pymongo.errors'): 'an absent MongoDB is no fault of a template',
    ('web/download.py', 'pymongo.errors'): 'an absent MongoDB is an answer to whoever asked, not a trace',
    ('web/link_page/__init__.py', 'pymongo.errors'): 'an absent MongoDB is a page to whoever asked, not a trace',
    ('web/figures.py', 'pymongo.errors'): 'an absent MongoDB is an answer to whoever asked, not a trace',
    ('web/callbacks.py', 'pymongo.errors'): 'an absent MongoDB is an answer to whoever asked, not a trace',
    ('web/views.py', 'pymongo.errors'): 'an absent MongoDB is an answer to whoever asked, not a trace',
    ('cli/__init__.py', 'pymongo.errors'): 'turns an absent MongoDB into one line for a person',
    ('cli/export_command.py', 'pymongo.errors'): 'tells an absent MongoDB from a fault of an exporter',
    ('cli/diagnosis.py', 'pymongo.errors'): 'turns an absent MongoDB into a finding',
    ('cli/diagnosis.py', 'pymongo'): 'tells the driver\'s version',
    ('testing/embedded.py', 'mongomock'): 'is the in-memory database of the demo',
    ('testing/embedded.py', 'mongomock.gridfs'): 'its files',
}

#: The host's collections that we read (and names that would be theirs).
HOST_COLLECTIONS = {
    'task', 'task_schedule', 'site', 'domain', 'ip', 'service', 'cert', 'url', 'fileleak', 'vuln', 'wih',
    'nuclei_result', 'npoc_service', 'policy', 'scheduler', 'github_task', 'github_scheduler',
    'asset_scope', 'user',
}  # fmt: skip
#: Files outside host/ that may name the host's modules or collections, with the reason.
KNOW_THE_HOST = {
    'autoload.py': 'the composition root inside the host: it says which of its modules are waited for',
    'testing/loop.py': 'plays the host in tests',
    'testing/toy_scanner.py': 'plays the host in `scan-notify demo`',
    'testing/toy_results.py': 'is what it finds',
    'cli/demonstration.py': 'shows the toy scanner\'s own tasks',
}

STANDARD_ONLY = ('autoload.py', 'host/imports.py', 'host/seams.py', '__init__.py', 'host/__init__.py')


class Import:
    """One import of one file."""

    def __init__(self, name, names, line, lazy):
        self.name = name  # the module
        self.names = names  # what is taken from it
        self.line = line
        self.lazy = lazy  # inside a function


def read(path):
    with open(path, encoding='utf-8') as file:
        return ast.parse(file.read(), path)


def source_files():
    for package in PACKAGES:
        for folder, _, names in sorted(os.walk(os.path.join(ROOT, package))):
            for name in sorted(names):
                if name.endswith('.py'):
                    yield os.path.relpath(os.path.join(folder, name), ROOT).replace(os.sep, '/')


FILES = tuple(source_files())
TREES = {path: read(os.path.join(ROOT, path)) for path in FILES}


def module_of(path):
    dotted = path[: -len('.py')].replace('/', '.')
    return dotted[: -len('.__init__')] if dotted.endswith('.__init__') else dotted


MODULES = {module_of(path): path for path in FILES}


def walk(node, lazy=False):
    """Every import below a node, with the modules that `from package import module` means."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            for alias in child.names:
                yield Import(alias.name, (), child.lineno, lazy)
        elif isinstance(child, ast.ImportFrom):
            assert child.level == 0, 'imports are absolute here'
            names = tuple(alias.name for alias in child.names)
            whole = [name for name in names if '{}.{}'.format(child.module, name) in MODULES]
            for name in whole:
                yield Import('{}.{}'.format(child.module, name), (), child.lineno, lazy)
            if len(whole) < len(names):
                yield Import(child.module, tuple(set(names) - set(whole)), child.lineno, lazy)
        else:
            yield from walk(child, lazy or isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)))


IMPORTS = {path: list(walk(tree)) for path, tree in TREES.items()}


def unit(module):
    """The row's word for a module of ours; None for what is not ours."""
    parts = module.split('.')
    if parts[0] == 'hookspecs':
        return 'hookspecs'
    if parts[0] != OURS:
        return None
    return parts[1] if len(parts) > 1 else '__init__'


def row(name):
    found = [number for number, names in enumerate(ROWS) if name in names]
    assert found, '{} is in no row of docs/design.md'.format(name)
    return found[0]


def is_allowed(importer, imported):
    if importer == imported or (importer, imported) in AGAINST_THE_ROWS or imported == '__init__':
        return True  # the package itself holds nothing but its version
    if importer in NARROW:
        return row(imported) in NARROW[importer]
    if row(importer) == row(imported):
        return row(importer) in SOCIABLE
    return row(importer) > row(imported)


def inside(path):
    """The path below scan_notify_plugin/; '' for the contract."""
    return path[len(OURS) + 1 :] if path.startswith(OURS + '/') else ''


def top(name):
    return name.split('.')[0]


@pytest.mark.parametrize('path', FILES)
def test_a_module_imports_only_rows_below_its_own(path):
    importer = unit(module_of(path))
    row(importer)  # has one
    wrong = [
        '{}:{} {} imports {}'.format(path, one.line, importer, unit(one.name))
        for one in IMPORTS[path]
        if unit(one.name) and not is_allowed(importer, unit(one.name))
    ]
    assert not wrong


def test_the_rows_forbid_what_they_are_for():
    for importer, imported in (
        ('runs', 'jobs'), ('settings', 'host'), ('notifiers', 'runs'), ('notifiers', 'jobs'),
        ('exporters', 'reports'), ('exporters', 'notifiers'), ('worker', 'web'), ('web', 'worker'),
        ('hookspecs', 'errors'), ('clock', 'runs'), ('plugins', 'worker'), ('worker', 'testing'),
        ('testing', 'cli'),
    ):  # fmt: skip
        assert not is_allowed(importer, imported), (importer, imported)
    for importer, imported in (
        ('mongo', 'clock'), ('runs', 'mongo'), ('notifiers', 'hookspecs'), ('plugins', 'notifiers'),
        ('worker', 'jobs'), ('cli', 'worker'), ('api', 'autoload'),
    ):  # fmt: skip
        assert is_allowed(importer, imported), (importer, imported)


def test_no_exception_outlives_its_reason():
    used = {(unit(module_of(path)), unit(one.name)) for path in FILES for one in IMPORTS[path]}
    assert set(AGAINST_THE_ROWS) <= used
    assert set(KNOW_THE_HOST) <= {inside(path) for path in FILES}


def test_the_contract_needs_pluggy_and_nothing_else():
    foreign = {
        top(one.name)
        for path in FILES
        if path.startswith('hookspecs/')
        for one in IMPORTS[path]
        if top(one.name) not in ('hookspecs', 'datetime', 'typing')
    }
    assert foreign == {'pluggy'}


def driver_imports():
    """(file, module) of every import of a MongoDB driver outside the stores."""
    for path in FILES:
        name = inside(path)
        for one in IMPORTS[path]:
            known = name in DRIVER or name.endswith('/store.py')
            if top(one.name) in ('pymongo', 'gridfs', 'mongomock') and not known:
                yield name, one.name


def test_only_the_stores_know_the_driver():
    assert set(driver_imports()) == set(DRIVER_EXCEPTIONS)


def text_of(node):
    """The value of a text in the source; None for anything else."""
    kind = type(node).__name__  # Str until Python 3.7
    value = node.s if kind == 'Str' else node.value if kind == 'Constant' else None
    return value if isinstance(value, str) else None


def knows_the_host(tree):
    """What in a file names a module or a collection of the host."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if top(alias.name) == 'app')
        elif isinstance(node, ast.ImportFrom) and top(node.module or '') == 'app':
            yield node.module
        elif isinstance(node, ast.Subscript):
            key = text_of(node.slice.value if type(node.slice).__name__ == 'Index' else node.slice)
            if key in HOST_COLLECTIONS:
                yield key
        elif isinstance(node, ast.Call) and getattr(node.func, 'attr', '') in (
            'get_collection',
            'import_module',
        ):
            named = text_of(node.args[0]) if node.args else None
            if named and (named in HOST_COLLECTIONS or top(named) == 'app'):
                yield named
        elif (text_of(node) or '').startswith('app.'):
            yield text_of(node)


def test_only_host_knows_the_scanner():
    wrong = {
        path: sorted(set(knows_the_host(tree)))
        for path, tree in TREES.items()
        if not inside(path).startswith('host/') and inside(path) not in KNOW_THE_HOST
    }
    assert not {path: names for path, names in wrong.items() if names}


@pytest.mark.parametrize('line', [
    'import app.config',
    'from app.helpers import task',
    'db[\'task\'].find({})',
    'self._db["task_schedule"]',
    'import_module',
])  # fmt: skip
def test_a_line_that_knows_the_scanner_is_seen(line):
    source = 'importlib.import_module(\'app.tasks\')' if line == 'import_module' else line
    assert list(knows_the_host(ast.parse(source)))


def at_module_level(path):
    return [one for one in IMPORTS[path] if not one.lazy]


def is_standard(name):
    return top(name) in {
        'abc', 'base64', 'collections', 'contextlib', 'datetime', 'enum', 'functools', 'importlib', 'io',
        'json', 'logging', 'os', 're', 'sys', 'threading', 'time', 'types', 'typing',
    }  # fmt: skip


@pytest.mark.parametrize('name', STANDARD_ONLY)
def test_what_runs_at_interpreter_start_imports_the_standard_library_only(name):
    path = '{}/{}'.format(OURS, name)
    friends = {module_of('{}/{}'.format(OURS, one)) for one in STANDARD_ONLY}
    assert not [one.name for one in at_module_level(path) if not is_standard(one.name) and one.name not in friends]


def test_the_package_itself_imports_nothing():
    assert not IMPORTS[OURS + '/__init__.py']


def test_no_file_is_a_drawer_for_odds_and_ends():
    drawers = ('utils', 'util', 'helpers', 'helper', 'common', 'misc')
    assert not [path for path in FILES if set(drawers) & set(path[: -len('.py')].split('/'))]


def graph():
    """Which module needs which to be imported."""
    return {
        module: {one.name for one in at_module_level(path) if one.name in MODULES and one.name != module}
        for module, path in MODULES.items()
    }


def cycle_in(edges):
    """One cycle, or an empty list."""
    done = set()

    def visit(module, way):
        if module in way:
            return way[way.index(module) :] + [module]
        if module in done:
            return []
        for other in sorted(edges.get(module, ())):
            found = visit(other, way + [module])
            if found:
                return found
        done.add(module)
        return []

    for module in sorted(edges):
        found = visit(module, [])
        if found:
            return found
    return []


def test_imports_go_round_in_no_circle():
    assert cycle_in(graph()) == []
    assert cycle_in({'a': {'b'}, 'b': {'c'}, 'c': {'b'}}) == ['b', 'c', 'b']


#: Modules that Python 3.6 does not have.
TOO_NEW = {'dataclasses', 'contextvars', 'zoneinfo', 'tomllib', 'graphlib'}
#: (file, module): a backport is required there, with the reason.
BACKPORTED = {
    ('notifiers/wxwork/messages.py', 'dataclasses'): 'the specification of the WeCom library names dataclasses',
}


def test_no_file_needs_a_module_that_the_oldest_python_lacks():
    found = {(inside(path), one.name) for path in FILES for one in IMPORTS[path] if top(one.name) in TOO_NEW}
    # The one that is imported only where it exists.
    lazily = {one.name for one in IMPORTS[OURS + '/plugins/loading.py'] if one.name == 'importlib.metadata'}
    everywhere = {one.name for path in FILES for one in IMPORTS[path] if one.name == 'importlib.metadata'}
    assert found == set(BACKPORTED)
    assert everywhere == lazily


@pytest.mark.parametrize('path', FILES)
def test_the_source_is_python_3_6(path):
    with open(os.path.join(ROOT, path), encoding='utf-8') as file:
        source = file.read()
    try:
        ast.parse(source, path, feature_version=(3, 7))  # the oldest that parsers know
    except TypeError:
        compile(source, path, 'exec')  # this Python is old enough itself

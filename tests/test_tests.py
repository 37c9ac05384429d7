"""The tests themselves: what they set on objects of the product must be there, or they test nothing."""

import ast
import os
import re

import mongomock
import pytest
from bson import ObjectId

from tests.conftest import every_document

TESTS = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(TESTS)


def files(folder):
    for here, _, names in sorted(os.walk(os.path.join(ROOT, folder))):
        for name in sorted(names):
            if name.endswith('.py'):
                yield os.path.join(here, name)


def source(path):
    with open(path, encoding='utf-8') as file:
        return file.read()


def set_privately(tree):
    """(line, name) of inner attributes that a test sets on something which is not itself: ``tick._watch_at = None``."""
    for node in ast.walk(tree):
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, 'target', None)]
        for target in targets:
            if isinstance(target, ast.Attribute) and re.match('_(?!_)', target.attr):
                if not (isinstance(target.value, ast.Name) and target.value.id in ('self', 'cls')):
                    yield node.lineno, target.attr


def known_names(trees):
    """Every name that is an attribute, a variable or a function somewhere in these."""
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
                yield node.attr
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                yield node.id
            elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                yield node.name


def own_names(tree):
    """What a test's own classes have."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == 'self':
            yield node.attr


def lost(tree, known):
    return [(line, name) for line, name in set_privately(tree) if name not in known]


KNOWN = set(
    known_names(ast.parse(source(path)) for folder in ('scan_notify_plugin', 'hookspecs') for path in files(folder))
)


def test_what_tests_set_on_objects_is_there():
    found = {}
    for path in files('tests'):
        tree = ast.parse(source(path))
        missing = lost(tree, KNOWN | set(own_names(tree)))
        if missing:
            found[os.path.relpath(path, ROOT)] = missing
    assert found == {}


@pytest.mark.parametrize('line, missing', [
    ('tick._no_such_thing = None', [(1, '_no_such_thing')]),
    ('tick._no_such_thing += 1', [(1, '_no_such_thing')]),
    ('tick._watch_at = None', []),
    ('self._mine = None', []),
    ('tick.watch_at = None', []),
])  # fmt: skip
def test_a_name_that_is_gone_is_seen(line, missing):
    assert lost(ast.parse(line), KNOWN) == missing


#: What makes a verdict hang on a fast machine, and where it is right.
HASTY = re.compile(r"""setattr\(.*\bREAD\b.*,\s*0?\.\d+\)|assert .*monotonic\(\) - \w+ < [0-5](\.\d+)?\b""")
HASTY_IS_RIGHT = {
    'notifiers/test_http.py': 'only a server that never answers is waited for so shortly',
}


def test_no_verdict_hangs_on_a_fast_machine():
    found = {
        os.path.relpath(path, TESTS): lines
        for path in files('tests')
        for lines in [[line.strip() for line in source(path).splitlines() if HASTY.search(line)]]
        if lines
    }
    assert set(found) - {'test_tests.py'} == set(HASTY_IS_RIGHT), found


NUMBER = ObjectId('5f' + 22 * '0')


@pytest.mark.parametrize('query', [
    {'_id': 'b'}, {'_id': 'none'}, {'_id': NUMBER}, {'_id': str(NUMBER)}, {'_id': 1}, {'_id': None},
    {'_id': 'b', 'n': 2}, {'_id': 'b', 'n': {'$gt': 2}}, {'_id': 'b', '$or': [{'n': 1}, {'n': 2}]},
    {'_id': {'$in': ['c', 'b', 'none', 'b']}}, {'_id': {'$in': ['c', 1]}}, {'_id': {'$in': []}},
    {'_id': {'$in': ['c', 'a'], '$ne': 'a'}}, {'_id': {'$gt': 'a'}}, {'_id': {'part': 1}}, {'n': 2}, {},
])  # fmt: skip
def test_the_shorter_way_to_a_document_finds_what_mongomock_finds(query, monkeypatch):
    collection = mongomock.MongoClient().db.collection
    collection.insert_many({'_id': key, 'n': n} for n, key in enumerate(['d', 'c', 'b', 'a', NUMBER, 1, {'part': 1}]))
    found = list(collection.find(query))
    monkeypatch.setattr(mongomock.collection.Collection, '_iter_documents', every_document)
    assert found == list(collection.find(query))


#: What tests say that need an extra of setup.cfg, a service or a program that Debian brings.
NEEDS = re.compile(
    r'importorskip\((?!\'(?:pytest|mongomock))|sdk_is_installed|SOFFICE|tests\.integration\.services import'
)


def test_what_readmes_test_command_cannot_run_is_run_besides():
    with open(os.path.join(ROOT, '.ci', 'run'), encoding='utf-8') as file:
        (named,) = re.findall(r'NOT_IN_README=\(([^)]*)\)', file.read())
    waiting = ('tests/integration/', 'tests/browser/')
    found = {
        os.path.relpath(path, ROOT)
        for path in files('tests')
        if os.path.basename(path).startswith('test_') and path != __file__ and NEEDS.search(source(path))
    }
    assert {path for path in found if not path.startswith(waiting)} == set(named.split())

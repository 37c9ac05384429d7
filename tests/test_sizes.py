"""How large files and functions are, and how much of what they pass has no type: counted from the source."""

import ast
import os
import re

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PACKAGES = ('hookspecs', 'scan_notify_plugin')

#: Times ``Any`` per 1,000 lines, imports counted.
ANY = 15
#: Lines of a file; by the beginning of its path, the longest that fits.
FILE = {'': 300, 'scan_notify_plugin/jobs/': 250}
#: Lines that 99 of 100 functions have at most, from ``def`` to their end.
FUNCTION = 31


def sources():
    """(path from the root, text) of every module."""
    for package in PACKAGES:
        for here, _, names in sorted(os.walk(os.path.join(ROOT, package))):
            for name in sorted(names):
                if name.endswith('.py'):
                    path = os.path.join(here, name)
                    with open(path, encoding='utf-8') as file:
                        yield os.path.relpath(path, ROOT).replace(os.sep, '/'), file.read()


SOURCES = dict(sources())


def folder(path):
    """``scan_notify_plugin/jobs`` of ``scan_notify_plugin/jobs/store.py``."""
    return '/'.join(path.split('/')[:2]) if path.count('/') > 1 else path.split('/')[0]


def lines(text):
    return text.count('\n')


def untyped(text):
    return len(re.findall(r'\bAny\b', text))


def lengths(text):
    """(lines, name) of each function; its decorators are none of them.

    Python tells since 3.8 where a node ends: before, the last line in it that begins something.
    """
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            inner = [
                getattr(child, 'end_lineno', None) or child.lineno
                for child in ast.walk(node)
                if hasattr(child, 'lineno')
            ]
            yield max(inner) - first_line(node) + 1, node.name


def first_line(node):
    """Of ``def``: before 3.8 a node begins at its first decorator."""
    return max([node.lineno] + [one.lineno + 1 for one in node.decorator_list])


def percentile(numbers, share):
    ordered = sorted(numbers)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def test_what_is_passed_has_a_type():
    folders = {}
    for path, text in SOURCES.items():
        count, size = folders.get(folder(path), (0, 0))
        folders[folder(path)] = count + untyped(text), size + lines(text)
    count, size = map(sum, zip(*folders.values()))
    table = sorted(((1000.0 * n / of, n, name) for name, (n, of) in folders.items()), reverse=True)
    shown = '\n'.join('{:6.1f} per 1,000 lines ({} times Any): {}'.format(*row) for row in table if row[1])
    assert 1000.0 * count / size < ANY, '{:.1f} per 1,000 lines:\n{}'.format(1000.0 * count / size, shown)


def test_no_file_is_too_long():
    long = {}
    for path, text in SOURCES.items():
        most = FILE[max((start for start in FILE if path.startswith(start)), key=len)]
        if lines(text) > most:
            long.setdefault(folder(path), []).append('{} has {} lines'.format(path, lines(text)))
    assert not long, '\n'.join('{}: {}'.format(name, ', '.join(found)) for name, found in sorted(long.items()))


def test_functions_are_short():
    found = [(length, path, name) for path, text in SOURCES.items() for length, name in lengths(text)]
    longest = ['{} {}: {}'.format(*one) for one in sorted(found, reverse=True) if one[0] > FUNCTION]
    assert percentile([one[0] for one in found], 0.99) <= FUNCTION, '\n'.join(longest)


@pytest.mark.parametrize('text, expected', [
    ('def f():\n    return 1\n', [(2, 'f')]),
    ('@g\n@h\ndef f(\n    a,\n):\n    return 1\n', [(4, 'f')]),
    ('async def f():\n    def g():\n        pass\n\n    return g\n', [(5, 'f'), (2, 'g')]),
])  # fmt: skip
def test_the_length_of_a_function_is_from_its_def_to_its_end(text, expected):
    assert list(lengths(text)) == expected

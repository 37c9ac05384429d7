"""What authors may rely on, as text: ``python -m tests.docs.public_api`` writes it down; ``--released`` after a
release.

The file has the signatures of the last release, and below them what has come (+) and gone (-) since. Annotations are
left out: they are no promise, and every Python prints them in its own way.
"""

import argparse
import importlib
import inspect
import os
import re
import sys
from enum import Enum

import scan_notify_plugin
from scan_notify_plugin.notifiers.http import Http
from scan_notify_plugin.notifiers.target import Tokens

FILE = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'public_api.txt')
CHANGELOG = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(FILE))), 'CHANGELOG.md')
MODULES = (
    'hookspecs',
    'scan_notify_plugin.api',
    'scan_notify_plugin.notifiers.blocks',
    'scan_notify_plugin.testing.conformance',
    'scan_notify_plugin.testing.exporter_conformance',
    'scan_notify_plugin.testing.robot_server',
)
#: What authors call and never import.
GIVEN = {'scan_notify_plugin.api.Target.http': Http, 'scan_notify_plugin.api.Target.tokens': Tokens}
PLAIN = (str, int, float, bool, tuple, type(None))


def lines():
    """One line for each public name, with its arguments or its value."""
    found = []
    for module_name in MODULES:
        module = importlib.import_module(module_name)
        for name in module.__all__:
            found.extend(described('{}.{}'.format(module_name, name), getattr(module, name), module_name))
    for name, value in GIVEN.items():
        found.extend(members(name, value, set()))
    return sorted(found)


def names():
    """(module, names) for the page."""
    for module_name in MODULES:
        words = ('`{}`'.format(name) for name in importlib.import_module(module_name).__all__)
        yield '`{}`'.format(module_name), ', '.join(words)


def described(name, value, module):
    if type(value).__module__.startswith('pluggy'):
        return [name]  # its arguments are pluggy's promise
    if not inspect.isclass(value):
        return [name + arguments(value) if callable(value) else '{} = {}'.format(name, printed(value))]
    if module != 'hookspecs' and value.__module__.startswith('hookspecs'):
        return [name]  # described there
    if issubclass(value, Enum):
        return ['{}.{} = {!r}'.format(name, member.name, member.value) for member in value]
    if issubclass(value, tuple):
        return [name + fields(value)] + members(name, value, set(value._fields))
    return [name + arguments(value)] + members(name, value, set())


def members(name, value, known):
    """What a class has of its own and from our other classes, but for the inner parts of tuples."""
    found = []
    for base in inspect.getmro(value):
        if base.__module__.split('.')[0] not in ('hookspecs', 'scan_notify_plugin'):
            continue
        for key, member in sorted(vars(base).items()):
            if key.startswith(('_', 'test_')) or key in known:  # a battery may grow
                continue
            known.add(key)
            found.append('{}.{}{}'.format(name, key, told(member)))
    return found


def told(member):
    member = getattr(member, '__func__', member)  # of a static method, which is callable itself from 3.10 on
    if inspect.isfunction(member) and not hasattr(member, '_pytestfixturefunction'):
        return arguments(member)
    return '' if isinstance(member, property) or callable(member) else ' = ' + printed(member)


def printed(value):
    if isinstance(value, Enum):
        return str(value)
    return repr(value) if isinstance(value, PLAIN) and '0x' not in repr(value) else '...'


def arguments(value):
    """``(self, part, *more)``; '' where a class takes what its base takes, or Python cannot tell."""
    try:
        parameters = inspect.signature(value).parameters.values()
    except (TypeError, ValueError):
        return ''
    return '({})'.format(', '.join(map(argument, parameters)))


def argument(parameter):
    star = {parameter.VAR_POSITIONAL: '*', parameter.VAR_KEYWORD: '**'}.get(parameter.kind, '')
    default = '' if parameter.default is parameter.empty else '=' + printed(parameter.default)
    return star + parameter.name + default


def fields(value):
    defaults = getattr(value, '_field_defaults', {})
    return '({})'.format(', '.join(
        name + ('=' + printed(defaults[name]) if name in defaults else '') for name in value._fields
    ))  # fmt: skip


def read():
    """(version, lines of that release, lines added since, lines gone since) of the file."""
    with open(FILE, encoding='utf-8') as file:
        first, *rest = file.read().splitlines()
    marks = {mark: [line[2:] for line in rest if line.startswith(mark)] for mark in (' ', '+', '-')}
    return first, marks[' '], marks['+'], marks['-']


def text(first, released, now):
    """The file."""
    since = ['+ ' + line for line in now if line not in released] + [
        '- ' + line for line in released if line not in now
    ]
    return '\n'.join([first] + ['  ' + line for line in released] + since) + '\n'


def names_of(changed):
    """The names that changes are about, as people write them: ``Notifier.send``."""
    names = {re.split(r'[(\s]', line)[0] for line in changed}
    longest_first = sorted(MODULES, key=len, reverse=True)
    return sorted({
        next(name[len(module) + 1 :] for module in longest_first if name.startswith(module + '.')) for name in names
    })  # fmt: skip


def unreleased(changelog):
    """The sections of the changelog that are not released yet; '' if there is none."""
    return ''.join(re.findall(r'^## [^\n]*unreleased[^\n]*\n(.*?)(?=^## |\Z)', changelog, re.M | re.S | re.I))


def unmentioned(changed, changelog):
    """The changed names that no unreleased section of the changelog has."""
    section = unreleased(changelog)
    return [name for name in names_of(changed) if not re.search(r'`{}\b'.format(re.escape(name)), section)]


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        '--released', action='store_true', help='what is there now is what this version was released with'
    )
    args = parser.parse_args(argv)
    now = lines()
    first = '# the public API of {}; do not edit'.format(scan_notify_plugin.__version__)
    released = now if args.released or not os.path.exists(FILE) else read()[1]
    first = first if released is now else read()[0]
    with open(FILE, 'w', encoding='utf-8') as file:
        file.write(text(first, released, now))
    return 0


if __name__ == '__main__':
    sys.exit(main())

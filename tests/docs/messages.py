"""The tables of what a message says: the records of a summary and the blocks of a text, field by field.

Types are those of the code, meanings the comments at the fields; a field without one is an error.
"""

import ast
import inspect
import re
import textwrap
import typing
from enum import Enum

from scan_notify_plugin.changes import Change, Changed, Compared, Results, State
from scan_notify_plugin.notifiers import blocks
from scan_notify_plugin.notifiers.summary import Alert, EventLine, ReportLine, Summary, TaskLine, Text
from tests.docs import documents

#: In the order of the page.
RECORDS = (Summary, TaskLine, ReportLine, Results, Compared, Change, Changed, Alert, EventLine)
#: What stands inside a block, and the blocks.
VALUES = (blocks.Said, blocks.Strong, blocks.Link, blocks.Escaped)
BLOCKS = (
    blocks.Heading, blocks.Sentence, blocks.Facts, blocks.Fact, blocks.Items, blocks.Table, blocks.Column, blocks.Note,
    blocks.Quote, blocks.Code, blocks.Mention, blocks.Rule, blocks.Footer, blocks.Written, blocks.Placed,
)  # fmt: skip
#: A type of which the page says more than its parts.
WORDS = {
    Text: ('text of ours', 'texts of ours'),
    blocks.Block: ('block', 'blocks'),
    object: ('value', 'values'),
    typing.Sequence[object]: ('list of values', 'lists of values'),
    type(None): ('`None`', '`None`'),
}


def records(table):
    """A heading and a table for each record of a summary."""
    return '\n'.join(_section(table, record) for record in RECORDS)


def states(table):
    """What a record of a change can be."""
    words = comments(State)
    rows = [('`{}`'.format(state.value), words[state.name]) for state in State]
    return table(['State', 'Meaning'], rows)


def drawn(table):
    """The blocks, and the values inside them."""
    rows = []
    for kind in BLOCKS + VALUES:
        name, says = '`{}`'.format(kind.__name__), _sentence(kind)
        fields = list(_fields(kind)) or [('', '', '')]
        rows += [
            (name if not number else '', says if not number else '') + field for number, field in enumerate(fields)
        ]
    return table(['Name', 'Is', 'Field', 'Type', 'Meaning'], rows)


def _section(table, record):
    given = [(name, kind, words) for name, kind, words in _fields(record)]
    given += [('`{}`'.format(name), 'computed', words) for name, words in _properties(record)]
    return '#### {}\n\n{}\n\n{}'.format(record.__name__, _sentence(record), table(['Field', 'Type', 'Meaning'], given))


def _fields(record):
    types, words = typing.get_type_hints(record), comments(record)
    for name in record._fields:
        assert words.get(name), '{}.{} has no comment'.format(record.__name__, name)
        yield '`{}`'.format(name), in_words(types[name]), words[name].replace('None', '`None`')


def _properties(record):
    """What is computed of the fields, with the first line of what is said of it."""
    for name, value in vars(record).items():
        if isinstance(value, property) and name not in record._fields:  # which are properties on Python 3.6
            assert value.__doc__, '{}.{} has no docstring'.format(record.__name__, name)
            yield name, _lower(plain(value.__doc__.strip().split('\n')[0].rstrip('.'))).replace('None', '`None`')


def in_words(kind, several=False):
    """A type as people say it.

    :param several: of the items of a list
    """
    for known, words in WORDS.items():
        if kind == known:
            return words[several]
    if isinstance(kind, type) and (issubclass(kind, Enum) or hasattr(kind, '_fields')):
        return '`{}`'.format(kind.__name__)
    origin, arguments = getattr(kind, '__origin__', None), getattr(kind, '__args__', None)
    if origin is typing.Union:
        return ' or '.join(in_words(one, several) for one in arguments)
    if origin in (tuple, typing.Tuple):
        if arguments[1] is Ellipsis:
            return ('lists' if several else 'list') + ' of ' + in_words(arguments[0], True)
        return ('tuples' if several else 'tuple') + ' of ' + ', '.join(map(in_words, arguments))
    if origin is not None:
        return ('tables' if several else 'table') + ' of {} by name'.format(in_words(arguments[1], True))
    return documents.WORDS[kind][several]


def comments(record):
    """What is said of each field: in the lines above it that begin with ``#:``, else behind it."""
    lines = textwrap.dedent(inspect.getsource(record)).splitlines()
    (tree,) = ast.parse('\n'.join(lines)).body
    found = {}
    for node in tree.body:
        target = getattr(node, 'target', None) or getattr(node, 'targets', [None])[0]
        if isinstance(target, ast.Name):
            found[target.id] = plain(' '.join(_above(lines, node.lineno - 2)) or _behind(lines[node.lineno - 1]))
    return found


def _above(lines, number):
    """The comment that ends in a line."""
    words = []
    while lines[number].strip().startswith('#:'):
        words.insert(0, lines[number].strip()[2:].strip())
        number -= 1
    return words


def _behind(line):
    return line.partition('  #')[2].lstrip(': ')


def _sentence(record):
    return plain(inspect.getdoc(record).split('\n\n')[0].replace('\n', ' '))


def _lower(words):
    return words[0].lower() + words[1:]


def plain(text):
    """Marks of docstrings as pages have them."""
    text = re.sub(r':\w+:`~?(?:[\w.]*\.)?(\w+)`', r'`\1`', text.split('  # type:')[0])
    return text.replace('``', '`')

"""The tables of the documents that are read as records: made of the classes, and of what stands beside their fields."""

import ast
import inspect
import re
import textwrap
import typing
from datetime import datetime
from enum import Enum

from bson import ObjectId

from scan_notify_plugin.faults import Fault
from scan_notify_plugin.jobs.job import Attempt, Job, Part
from scan_notify_plugin.jobs.lane import Lane
from scan_notify_plugin.records import fields
from scan_notify_plugin.reports.report import Report
from scan_notify_plugin.results.pointer import Collected, Kept, Pointer
from scan_notify_plugin.runs.run import Run, ScanTask, Want

#: (the record, whether it is a document of a collection), in the order of the page.
RECORDS = (
    (Run, True), (ScanTask, False), (Want, False), (Job, True), (Part, False), (Attempt, False), (Report, True),
    (Lane, True), (Pointer, True), (Collected, False), (Kept, True),
)  # fmt: skip

#: A type in words: of one, and of several.
WORDS = {
    str: ('text', 'texts'),
    bool: ('true or false', 'true or false'),
    int: ('whole number', 'whole numbers'),
    float: ('number', 'numbers'),
    datetime: ('time', 'times'),
    ObjectId: ('object id', 'object ids'),
    Fault: ('fault', 'faults'),
    typing.Any: ('anything', 'anything'),
    object: ('anything', 'anything'),
    type(None): ('null', 'null'),
}


def in_words(kind, several=False):
    """A type as people say it.

    :param several: of the items of a list
    """
    if kind in WORDS:
        return WORDS[kind][several]
    if isinstance(kind, type) and issubclass(kind, Enum):
        return 'one of ' + ', '.join('`{}`'.format(member.value) for member in kind)
    if isinstance(kind, type) and hasattr(kind, '_fields'):
        return _record(kind, several)
    origin, arguments = kind.__origin__, kind.__args__
    if origin is typing.Union:
        return ' or '.join(in_words(argument, several) for argument in arguments)
    if origin in (tuple, typing.Tuple):
        return ('lists' if several else 'list') + _items(arguments)
    return 'table of {} by name'.format(in_words(arguments[1], True))


def _items(arguments):
    if arguments[1] is Ellipsis:
        return ' of ' + in_words(arguments[0], True)
    return ' of {} and {}'.format(', '.join(map(in_words, arguments[:-1])), in_words(arguments[-1]))


def _record(kind, several):
    """A record that has a table of its own is named, one that has none is written out."""
    if kind in [record for record, _ in RECORDS]:
        return '`{}`'.format(kind.__name__)
    inner = ', '.join('`{}`: {}'.format(field.key, in_words(field.type)) for field in fields(kind, False))
    return ('documents' if several else 'document') + ' ({})'.format(inner)


def meanings(record):
    """What the comments before the fields of a record say, by field."""
    lines = textwrap.dedent(inspect.getsource(record)).splitlines()
    (tree,) = ast.parse('\n'.join(lines)).body
    found = {}
    for node in tree.body:
        if isinstance(node, ast.AnnAssign):
            words, number = [], node.lineno - 2
            while lines[number].strip().startswith('#:'):
                words.insert(0, lines[number].strip()[2:].strip())
                number -= 1
            found[node.target.id] = _plain(' '.join(words))
    return found


def _plain(text):
    """Marks of docstrings as pages have them."""
    text = re.sub(r'\bNone\b', 'null', re.sub(r':\w+:`[~.]?([^`]+)`', r'`\1`', text))
    return text.replace('``', '`')


def documents(table):
    """A heading and a table for each record."""
    return '\n'.join(_section(table, record, whole) for record, whole in RECORDS)


def _section(table, record, whole):
    words = meanings(record)
    rows = [
        (
            '`{}`'.format(field.key),
            in_words(field.type),
            '' if _required(record, field) else 'yes',
            words.get(field.name, ''),
        )
        for field in fields(record, whole)
    ]
    return '### {}\n\n{}'.format(record.__name__, table(['Field', 'Type', 'May be missing', 'Meaning'], rows))


def _required(record, field):
    # Other clocks and other releases write lanes: what is not there was not said.
    return field.key == '_id' if record is Lane else field.required

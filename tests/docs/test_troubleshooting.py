"""The page by what one sees has every finding of the doctor and its advice, word for word, and no other."""

import ast
import os
import re
import sys

import pytest

from scan_notify_plugin import autoload, words
from scan_notify_plugin.faults import say
from scan_notify_plugin.reports.links import Refusal
from tests.docs import tables

#: What channels say themselves is read from their source.
CHANNELS = ('notifiers/dingding_openapi/stream.py',)
ADVICE = 'doctor.advice.'


def page():
    with open(os.path.join(tables.ROOT, 'docs', 'troubleshooting.md'), encoding='utf-8') as file:
        return file.read()


def section(heading):
    return page().split('\n## {}\n'.format(heading))[1].split('\n## ')[0]


def texts(node):
    """The pieces of text in an expression, with `…` for what is filled in."""
    if isinstance(node, ast.BinOp):
        return texts(node.left) + texts(node.right)
    if isinstance(node, ast.Call) and getattr(node.func, 'id', '') == 'Fault':
        # What it adds to another advice is a piece of its own.
        return [filled(words.sentence(ast.literal_eval(node.args[0]), 'en').replace('{cause}', ''))]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return texts(node.func.value)
    if isinstance(node, getattr(ast, 'Str' if sys.version_info < (3, 8) else 'Constant')):
        text = ast.literal_eval(node)
        return [text.replace('{}', '…')] if isinstance(text, str) and text else []
    return []  # a name: its value is found where it was given


def findings(source):
    """(check, piece of advice) of everything that the doctor can say."""
    functions = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]
    return {(check, piece) for function in functions for check, piece in findings_of(function)}


def findings_of(function):
    given, checks, advices = {}, [], []
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            given.setdefault(node.targets[0].id, []).extend(texts(node.value))
        if isinstance(node, ast.AugAssign):
            given.setdefault(node.target.id, []).extend(texts(node.value))
        if isinstance(node, ast.Call) and getattr(node.func, 'id', '') in ('Finding', 'Diagnosis'):
            checks.append(node.args[0])
            advices += [piece for advice in node.args[3:] for piece in texts(advice)]
    names = {name for check in checks for name in texts(check) or given[check.id]}
    assert len(names) <= 1, '{} makes findings of two checks'.format(function.name)
    return [(name, piece) for name in names for piece in advices + given.get('advice', [])]


def source(name):
    with open(os.path.join(tables.ROOT, 'scan_notify_plugin', name), encoding='utf-8') as file:
        return file.read()


def advised():
    """(check, advice) of all that the doctor itself has words for; the code of an advice names its check."""
    for code, advice in words.family(ADVICE[:-1], 'en').items():
        check = words.sentence('doctor.check.' + code.partition('.')[0], 'en')
        yield filled(check), filled(advice)


def filled(sentence):
    return re.sub(r'{\w+}', '…', sentence)


REAL = sorted(set(advised()).union(*[findings(source(name)) for name in CHANNELS]))


def told():
    return re.findall(r'^\| `([^`]+)` \| (.+?) \|', section('What the doctor says'), re.M)


@pytest.mark.parametrize('check, piece', REAL)
def test_every_advice_of_the_doctor_is_on_the_page(check, piece):
    assert any(row == check and piece.lstrip('; ') in advice for row, advice in told())


def test_every_advice_is_given_for_the_check_that_its_code_names():
    given = set()
    for name in os.listdir(os.path.join(tables.ROOT, 'scan_notify_plugin', 'cli')):
        if name.endswith('.py'):
            given |= set(re.findall("Fault\\(\\s*'{}([a-z_.]+)'".format(re.escape(ADVICE)), source('cli/' + name)))
    assert given == set(words.family(ADVICE[:-1], 'en'))


def test_the_page_has_no_other_advice():
    assert len(REAL) >= 20
    for check, advice in told():
        for piece in sorted((piece.lstrip('; ') for name, piece in REAL if name == check), key=len, reverse=True):
            advice = advice.replace(piece, '')
        assert advice.strip() == '', check


def test_an_advice_is_read_from_the_source_however_it_is_put_together():
    text = '''
def check_one(path):
    check = 'one {}'.format(path)
    advice = 'do this in {}'.format(path)
    if path:
        advice += '; and that'
    yield Finding(check, FAIL, 'found', advice)
    yield Finding(check, FAIL, 'found', 'a third')
    yield Finding(check, OK, 'fine')


def check_two():
    advice = 'look'
    return Finding('two', WARN, 'found', advice + ' (there)')
'''
    assert findings(text) == {
        ('one …', 'do this in …'), ('one …', '; and that'), ('one …', 'a third'), ('two', 'look'), ('two', ' (there)'),
    }  # fmt: skip


@pytest.mark.parametrize('refusal', list(Refusal), ids=lambda one: one.name)
def test_every_refusal_of_a_link_is_on_the_page(refusal):
    both = say(refusal.fault, 'zh'), say(refusal.fault, 'en')
    assert '| {} `{}`<br>`{}` |'.format(refusal.status, *both) in section('A link does not work')


def test_the_line_of_the_hosts_log_is_on_the_page():
    words = 'scan-notify is off in this process'
    with open(autoload.__file__, encoding='utf-8') as file:
        assert words in file.read()
    assert words in section('The host\'s log says that scan-notify is off')

"""Breaks one line of a copy of the source, and looks whether the tests that are there for it notice."""

import os
import shutil
import subprocess
import sys
from typing import List, NamedTuple

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
COPIED = ('hookspecs', 'scan_notify_plugin', 'tests', 'docs', 'deploy', 'setup.cfg', 'CHANGELOG.md', 'README.md')
#: Seconds for one run of chosen tests; a mutant that hangs them was noticed.
LIMIT = 300


class Mutant(NamedTuple):
    """A change that must not pass unseen."""

    #: what is no longer so
    sentence: str
    #: below scan_notify_plugin/
    file: str
    #: stands there once
    old: str
    new: str
    #: arguments of pytest, each a fast test that knows better
    tests: List[str]


def source(mutant: Mutant) -> str:
    with open(os.path.join(ROOT, 'scan_notify_plugin', mutant.file), encoding='utf-8') as file:
        return file.read()


def copied(folder: str) -> str:
    """A copy of what the tests need; the folder."""
    for name in COPIED:
        if os.path.isdir(os.path.join(ROOT, name)):
            ignored = shutil.ignore_patterns('__pycache__', '.pytest_cache', 'integration', 'browser', '*.png')
            shutil.copytree(os.path.join(ROOT, name), os.path.join(folder, name), ignore=ignored)
        else:
            shutil.copy(os.path.join(ROOT, name), folder)
    return folder


def apply(mutant: Mutant, folder: str) -> None:
    text = source(mutant)
    assert text.count(mutant.old) == 1, '{}: the old text stands there {} times'.format(
        mutant.sentence, text.count(mutant.old)
    )
    with open(os.path.join(folder, 'scan_notify_plugin', mutant.file), 'w', encoding='utf-8') as file:
        file.write(text.replace(mutant.old, mutant.new))


def restore(mutant: Mutant, folder: str) -> None:
    with open(os.path.join(folder, 'scan_notify_plugin', mutant.file), 'w', encoding='utf-8') as file:
        file.write(source(mutant))


def run(tests: List[str], folder: str) -> 'subprocess.CompletedProcess[bytes]':
    """The tests on the copy, in a Python of their own: the copy comes before what is installed."""
    command = [sys.executable, '-m', 'pytest', '-q', '-x', '-p', 'no:cacheprovider'] + tests
    environment = dict(os.environ, PYTHONPATH=folder, PYTHONDONTWRITEBYTECODE='1')
    return subprocess.run(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=LIMIT
    )


def killed(mutant: Mutant, folder: str) -> bool:
    """Whether the tests notice. The copy is as it was afterwards.

    :raises AssertionError: if they could not be run at all: that shows nothing
    """
    apply(mutant, folder)
    try:
        done = run(mutant.tests, folder)
    except subprocess.TimeoutExpired:
        return True
    finally:
        restore(mutant, folder)
    # 1: a test has failed. 2 to 5 are faults of the collection, or of the arguments.
    assert done.returncode in (0, 1), done.stdout.decode('utf-8', 'replace')
    return done.returncode == 1

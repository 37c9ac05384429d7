"""A dozen mutants of the worker, the transport and the sending, each seen by a quick test; all of them: ``python -m
tests.mutants``.
"""

import sys

import pytest

from tests.mutants.catalogue import MUTANTS, SHORT
from tests.mutants.harness import copied, killed, run, source

CHOSEN = [mutant for mutant in MUTANTS if mutant.sentence in SHORT]

#: Each takes a Python of its own for seconds; what they show does not depend on its version.
on_the_newest = pytest.mark.skipif(sys.version_info < (3, 13), reason='the newest Python is enough')


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    return copied(str(tmp_path_factory.mktemp('copy')))


@pytest.mark.parametrize('mutant', MUTANTS, ids=[mutant.sentence for mutant in MUTANTS])
def test_what_it_changes_is_still_there(mutant):
    assert source(mutant).count(mutant.old) == 1


def test_the_short_form_has_mutants_of_each_kind():
    assert {mutant.sentence for mutant in CHOSEN} == set(SHORT) and len(SHORT) >= 10
    files = [mutant.file for mutant in CHOSEN]
    assert min(sum(file.startswith(kind) for file in files) for kind in ('notifiers/', 'worker/', 'plugins/')) >= 1
    assert {'notifiers/http.py', 'worker/send.py', 'worker/posting.py', 'worker/context.py'} <= set(files)


def file_and_word(mutant):
    """Of its tests, which are a file with a word of their names, or one by its name."""
    file, _, name = mutant.tests[0].partition('::')
    return file, name or mutant.tests[2]


@pytest.fixture(scope='module')
def healthy(folder):
    """The tests pass as long as nothing is broken."""
    files, words = zip(*map(file_and_word, CHOSEN))
    done = run(sorted(set(files)) + ['-k', ' or '.join(sorted(set(words)))], folder)
    assert done.returncode == 0, done.stdout.decode('utf-8', 'replace')


@on_the_newest
@pytest.mark.timeout(600)
@pytest.mark.parametrize('mutant', CHOSEN, ids=[mutant.sentence for mutant in CHOSEN])
def test_it_is_seen(mutant, folder, healthy):
    assert killed(mutant, folder), 'nobody noticed that it is not so: ' + mutant.sentence

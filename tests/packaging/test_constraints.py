"""The files of the oldest releases in .ci hold everything that setup.cfg asks for."""

import configparser
import os
import re

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
#: Only Python 3.6 needs it.
BACKPORT = 'dataclasses'


def names(lines):
    found = (re.match(r'[\w-]+', line) for line in lines if not line.startswith('#'))
    return {name.group().lower() for name in found if name}


def asked_for():
    config = configparser.ConfigParser()
    config.read(os.path.join(ROOT, 'setup.cfg'), encoding='utf-8')
    options, extras = config['options'], config['options.extras_require']
    return names('\n'.join([options['install_requires'], extras['demo'], extras['test']]).split('\n'))


@pytest.mark.parametrize('name, without', [('constraints-py36.txt', set()), ('constraints-oldest.txt', {BACKPORT})])
def test_every_dependency_has_an_oldest_release(name, without):
    with open(os.path.join(ROOT, '.ci', name), encoding='utf-8') as file:
        held = names(file)
    assert asked_for() - held == without

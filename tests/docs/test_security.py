"""The security page names every collection that the code has and every address that it answers."""

import glob
import os
import re

import pytest

from scan_notify_plugin.web import api, callbacks, routes
from tests.docs import tables


def page():
    with open(os.path.join(tables.ROOT, 'docs', 'security.md'), encoding='utf-8') as file:
        return file.read()


def section(heading):
    return page().split('\n## {}\n'.format(heading))[1].split('\n## ')[0]


def collections():
    """What `COLLECTION = '...'` and its like say in the source."""
    found = set()
    for path in glob.glob(os.path.join(tables.ROOT, 'scan_notify_plugin', '**', '*.py'), recursive=True):
        with open(path, encoding='utf-8') as file:
            text = file.read()
        found.update(
            re.findall(r'^(?:COLLECTION|SECRETS|SPECIFIED_RUNS|OTHER_RUNS|BUCKET|_BUCKET) = \'(\w+)\'', text, re.M)
        )
    return found


@pytest.mark.parametrize('name', sorted(collections()))
def test_every_collection_is_on_the_page(name):
    assert '`{}'.format(name) in section('What is stored where')


@pytest.mark.parametrize('name', sorted(collections()))
def test_a_removal_drops_every_collection(name):
    with open(os.path.join(tables.ROOT, 'docs', 'removal.md'), encoding='utf-8') as file:
        removal = file.read()
    assert 'db.{}.drop()'.format(name) in removal or name == 'scan_notify_run' and '`scan_notify_run`' in removal


def test_the_collections_are_found():
    assert {'scan_notify_secret', 'scan_notify_metric', 'task_schedule_run'} <= collections()


@pytest.mark.parametrize('module', ['download.py', 'callbacks.py', 'figures.py', 'shell.py'])
def test_every_address_without_the_login_is_on_the_page(module):
    with open(os.path.join(tables.ROOT, 'scan_notify_plugin', 'web', module), encoding='utf-8') as file:
        decorated = re.findall(r'@blueprint\.route\((.+?)[,)]', file.read())
    assert decorated
    known = {
        'links.ROUTE + \'<token>\'': '/reports/<token>', 'ROUTE': callbacks.ROUTE[len(routes.ROOT):],
        'ROOT + OLD_ADDRESS': callbacks.OLD_ADDRESS,
    }  # fmt: skip
    for written in decorated:
        address = known.get(written) or written.strip('\'').rstrip('/').replace('<name>', '<file>') or '/'
        assert re.search(
            r'^\| .*[` ]{}`'.format(re.escape(address)), section('Every address, and its proof'), re.M
        ), address


def test_all_other_addresses_are_of_the_api():
    """Each of them has the host's login, as tests/web/test_login.py sees; here the page only says so once."""
    assert len(api.ROUTES) > 20
    assert 'all routes of the [REST API](rest.md#routes)' in section('Every address, and its proof')

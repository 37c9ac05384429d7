"""A webhook on the command line: what would be sent."""

import json

import pytest

from tests.cli.conftest import CONFIG

TARGETS = CONFIG.replace(
    'TARGETS: {',
    '''TARGETS:
    data: {CHANNEL: webhook, URL: 'https://203.0.114.7/hooks/5f2cHidden0123456789', HEADERS: {X-Key: 7b1d-hidden}}
    own: {CHANNEL: webhook, URL: 'https://203.0.114.7/x', MARKUP: slack, BODY: '{"text": {{ message|json }}}'}
    ''',
).replace('ops: {CHANNEL: dingding, ACCESS_TOKEN: 5f2c}}', 'ops: {CHANNEL: dingding, ACCESS_TOKEN: 5f2c}')


@pytest.fixture
def configured(host, db):
    host.configure(TARGETS)
    return db


def test_a_preview_shows_the_body_and_its_limits(run, configured):
    (sheet,) = run('preview', 'data', '--json').json
    assert json.loads(sheet['text'])['type'] == 'run.test'
    assert [(one['what'], one['most']) for one in sheet['limits']] == [('bytes', 20000)]
    said = run('preview', 'own', '--language', 'en')
    assert said.code == 0 and '"text": "*🔔 Test message*' in said.out and 'of 4,000 characters' in said.out

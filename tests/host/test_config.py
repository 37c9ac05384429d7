"""The host's folder is recognised, and its configuration read as data: nothing of the host is ever run."""

import os

import pytest

from scan_notify_plugin.errors import ConfigError
from scan_notify_plugin.host import config
from scan_notify_plugin.host.config import NotSupported

GOOD = '''
MONGO: {URI: 'mongodb://arl:5f2c@10.0.0.1:27017/', DB: arl}
CELERY: {BROKER_URL: 'amqp://arl:5f2c@10.0.0.1:5672/arlv2host'}
SCAN_NOTIFY: {ENABLE: true}
'''


@pytest.fixture
def write(tmp_path):
    """write(path, text) makes a file in the host's folder, which it returns as text."""

    def write(path, text=''):
        file = tmp_path.joinpath(*path.split('/'))
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode('utf-8'))
        return str(tmp_path)

    return write


@pytest.fixture
def arl(write):
    write('app/celerytask.py')
    return write('app/helpers/task_schedule.py', 'import this_must_never_run\n')


def loaded(write, text):
    return config.load(os.path.join(write('app/config.yaml', text), 'app', 'config.yaml'))


def refused(write, text):
    with pytest.raises(ConfigError) as caught:
        loaded(write, text)
    message = str(caught.value)
    assert '5f2c' not in message
    assert '(see docs/' in message and '\n' not in message
    return message


# Which folder is a host?


def test_the_original_and_its_forks_are_recognised_by_their_files(arl):
    assert config.find_host(arl) == os.path.join(arl, 'app')


@pytest.mark.parametrize('paths', [
    [],
    ['app/main.py'],
    ['app/celerytask.py'],
    ['app/helpers/task_schedule.py'],
    ['celerytask.py', 'helpers/task_schedule.py'],
], ids=', '.join)  # fmt: skip
def test_other_folders_are_no_host(write, tmp_path, paths):
    for path in paths:
        write(path, 'flask\n')
    assert config.find_host(str(tmp_path)) is None


def test_the_fastapi_rewrite_is_refused_by_name(write):
    write('app/main.py', 'from fastapi import FastAPI\n')
    folder = write('config.yaml', 'x: 1\n')
    with pytest.raises(NotSupported, match='FastAPI rewrite of ARL, which is not supported.*see docs/install'):
        config.find_host(folder)


def test_any_other_fastapi_application_is_none_of_our_business(write):
    assert config.find_host(write('app/main.py', 'from fastapi import FastAPI\n')) is None


def test_a_file_that_is_no_text_is_no_trouble(write):
    write('config.yaml')
    assert config.find_host(write('app/main.py', b'\xff\xfe\x00')) is None


@pytest.mark.parametrize('source, owns', [
    ('conn_db(\'task_schedule_run\')', True),
    ('conn_db(\'task_schedule\')', False),
])  # fmt: skip
def test_a_fork_with_runs_of_its_own_is_known_by_its_source(arl, write, source, owns):
    write('app/helpers/task_schedule.py', source)
    assert config.owns_run_collection(os.path.join(arl, 'app')) is owns


def test_a_host_whose_source_is_not_there_owns_nothing(tmp_path):
    assert config.owns_run_collection(str(tmp_path)) is False


# Which file?


def test_a_given_file_comes_first_then_the_environment_then_the_hosts_own(arl, write, monkeypatch):
    write('app/config.yaml')
    monkeypatch.setenv('SCAN_NOTIFY_CONFIG', '/from/environment.yaml')
    assert config.find_file('/given.yaml', arl) == '/given.yaml'
    assert config.find_file('', arl) == '/from/environment.yaml'
    monkeypatch.delenv('SCAN_NOTIFY_CONFIG')
    assert config.find_file('', arl) == os.path.join(arl, 'app', 'config.yaml')


def test_the_fork_that_renamed_its_file_is_known_and_its_scanners_file_never_read(arl, write):
    write('config.yaml', 'of a scanner that it uses')
    write('app/arlconfig.yaml')
    assert config.find_file('', arl) == os.path.join(arl, 'app', 'arlconfig.yaml')


def test_without_a_host_the_way_to_name_the_file_is_said(tmp_path, write, monkeypatch):
    monkeypatch.delenv('SCAN_NOTIFY_CONFIG', raising=False)
    with pytest.raises(ConfigError) as caught:
        config.find_file('', str(tmp_path))
    assert str(tmp_path) in str(caught.value)
    assert '--config or SCAN_NOTIFY_CONFIG' in str(caught.value)


def test_a_host_without_its_file_has_none(arl, write, monkeypatch):
    monkeypatch.delenv('SCAN_NOTIFY_CONFIG', raising=False)
    write('config.yaml', GOOD)
    with pytest.raises(ConfigError, match='no ARL with app/config.yaml'):
        config.find_file('', arl)


def test_reports_are_where_somebody_wants_them_or_in_the_hosts_own_folder(arl, write, tmp_path):
    write('app/config.yaml', GOOD)
    host = config.load(os.path.join(arl, 'app', 'config.yaml'))
    assert config.report_folder(host, '/var/reports') == '/var/reports'
    assert config.report_folder(host, '') == os.path.join(arl, 'tmp', 'reports')
    write('some/where/copy.yaml', GOOD)
    assert config.report_folder(config.load(str(tmp_path / 'some' / 'where' / 'copy.yaml')), '') == ''


# What is in it?


def test_what_we_need_of_the_file_arrives(write):
    host = loaded(write, GOOD)
    assert host.mongo_uri == 'mongodb://arl:5f2c@10.0.0.1:27017/'
    assert host.mongo_db == 'arl'
    assert host.broker_url == 'amqp://arl:5f2c@10.0.0.1:5672/arlv2host'
    assert host.sections['SCAN_NOTIFY'] == {'ENABLE': True}
    assert os.path.isabs(host.path)


def test_chinese_comments_are_read_under_any_locale(write):
    assert loaded(write, '# 配置\n' + GOOD + 'X: 中文\n').sections['X'] == '中文'


#: (sentence, the file, what is said after its name)
WRONG = [
    ('no YAML', 'a: [1,\nb: 5f2c\n', 'is not YAML at line 3: expected \',\' or \']\', but got \'<stream'),
    ('a tab', 'MONGO:\n\tURI: 5f2c\n', 'is not YAML at line 2: '),
    ('a quote that is not closed', 'TOKEN: "5f2c\n', 'is not YAML at line '),
    (
        'a tag that would run something',
        'a: !!python/object/apply:os.system ["echo 5f2c"]\n',
        'is not YAML at line 1: ',
    ),
    ('an alias to nothing', 'a: *token_5f2c_x\n', 'is not YAML at line 1: found undefined alias ***'),
    ('a password that begins like a tag', 'a: !5f2c\n', 'is not YAML at line 1: could not determine'),
    ('a password that begins like an odd tag', 'a: !x"5f2c\n', 'is not YAML at line 1: '),
    ('a list', '- 5f2c\n', 'is not a YAML mapping'),
    ('a text', '5f2c\n', 'is not a YAML mapping'),
    ('nothing', '', 'is not a YAML mapping'),
    ('several documents', 'a: 1\n---\nb: 5f2c\n', 'is not YAML'),
    ('bytes that are no text', b'a: \xff\xfe', 'cannot be read: '),
    ('a control character', 'a: "\x07"\n', 'is not YAML'),
]


@pytest.mark.parametrize('sentence, text, message', WRONG, ids=[row[0] for row in WRONG])
def test_a_file_is_refused_in_one_line_without_its_content_if_it_is(write, tmp_path, sentence, text, message):
    path = os.path.join(str(tmp_path), 'app', 'config.yaml')
    assert refused(write, text).startswith('{}: {}'.format(path, message))


@pytest.mark.parametrize('path', ['/no/such/file.yaml', '/'])
def test_a_file_that_cannot_be_opened_is_refused(path):
    with pytest.raises(ConfigError, match='cannot be read: '):
        config.load(path)


#: (what is in the file, the key that is missing)
LACKING = [
    ('x: 1', 'MONGO.URI'),
    ('MONGO:', 'MONGO.URI'),
    ('MONGO: 5f2c', 'MONGO.URI'),
    ('MONGO: [5f2c]', 'MONGO.URI'),
    ('MONGO: {URI: ""}', 'MONGO.URI'),
    ('MONGO: {URI: 5}', 'MONGO.URI'),
    ('MONGO: {URI: x}', 'MONGO.DB'),
    ('MONGO: {URI: x, DB: arl}', 'CELERY.BROKER_URL'),
    ('MONGO: {URI: x, DB: arl}\nCELERY: {BROKER_URL: }', 'CELERY.BROKER_URL'),
]


@pytest.mark.parametrize('text, key', LACKING)
def test_a_key_that_the_host_needs_too_is_named_if_it_is_missing(write, text, key):
    assert refused(write, text) == '{}: is missing; the host needs it too (see docs/configuration.md)'.format(key)

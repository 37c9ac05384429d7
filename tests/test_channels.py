"""What is known of channels where no plugin is loaded: our own by their files, others by the name of their section."""

import json
import os
import re

import pytest

import scan_notify_plugin
from scan_notify_plugin.admin.workers import channels as told_channels
from scan_notify_plugin.admin.workers import with_told
from scan_notify_plugin.channels import SHIPPED, Channel, from_document, not_for, sections_for
from scan_notify_plugin.errors import ConfigError
from scan_notify_plugin.settings.section import parse_settings
from scan_notify_plugin.settings.store import StoredSettings
from tests import channels

PACKAGE = os.path.dirname(os.path.abspath(scan_notify_plugin.__file__))
PAGER = Channel('pager', (), frozenset(['url', 'passcode']), 'PAGER', frozenset(['url', 'passcode']))
#: Folders that may name DingTalk's application: its own, and the service that the tests and the demo play.
HOMES = ('notifiers/dingding_openapi/', 'testing/dingtalk_openapi/')
#: The one place where the demo says what it sends to, and a template by the name under which administrators replace it.
DECLARED = {'testing/toy_channels/application.py', 'words/zh/channel.py', 'words/en/channel.py'}


def test_the_files_of_our_channels_are_in_step_with_their_classes():
    found = dict(channels.files())
    assert len(found) == len(SHIPPED) >= 3
    for path, text in found.items():
        with open(path, encoding='utf-8') as file:
            assert file.read() == text, 'run `python -m tests.channels`'


def test_a_channel_is_the_same_after_it_was_written_down():
    for channel in list(SHIPPED.values()) + [PAGER]:
        assert from_document(json.loads(json.dumps(channel.document()))) == channel


def sources():
    for folder, _, names in os.walk(PACKAGE):
        for name in names:
            if not name.endswith('.pyc'):
                path = os.path.join(folder, name)
                with open(path, encoding='utf-8') as file:
                    yield os.path.relpath(path, PACKAGE).replace(os.sep, '/'), file.read()


def test_nobody_but_its_own_folder_names_dingtalks_application():
    naming = {path for path, text in sources() if re.search(r'ding(ding|talk)_?open_?api', path + text, re.I)}
    assert {path for path in naming if not path.startswith(HOMES)} == DECLARED


@pytest.mark.parametrize('name, expected', [
    ('pager', ('PAGER',)), ('dingding_openapi', ('DINGDING_OPENAPI', 'DINGDING')), ('x-1', ('X-1',)),
])  # fmt: skip
def test_what_a_section_may_be_called(name, expected):
    assert sections_for(name) == expected


def parse(target='pager', section='PAGER', key='DEFAULTS', channels=SHIPPED):
    wanted = {'DEFAULTS': {'DEFAULTS': {'NOTIFY_CHANNEL': target}}, 'ALERTS': {'ALERTS': target}}
    wanted['FALLBACK'] = {'TARGETS': {'ops': {'CHANNEL': 'dingding', 'FALLBACK': target}}}
    sections = {'SCAN_NOTIFY': dict(wanted[key], ENABLE=True), section: {'URL': 'x', 'PASSCODE': 7, 'EMPTY': ''}}
    return parse_settings(sections, channels=channels)


@pytest.mark.parametrize('key', ['DEFAULTS', 'ALERTS', 'FALLBACK'])
def test_a_channel_that_nobody_here_knows_is_the_hosts_section_of_its_name(key):
    target = parse(key=key).targets['pager']
    assert (target.channel, target.section, target.options) == ('pager', 'PAGER', {'url': 'x', 'passcode': 7})
    assert parse('pager_two', key=key).targets['pager_two'].section == 'PAGER'


@pytest.mark.parametrize('key', ['DEFAULTS', 'ALERTS', 'FALLBACK'])
@pytest.mark.parametrize('section', ['OTHER', 'Pager'])
def test_without_such_a_section_it_is_nobody(key, section):
    with pytest.raises(ConfigError, match="no target is called 'pager'"):
        parse(section=section, key=key)
    with pytest.raises(ConfigError, match="no target is called 'scan_notify'"):
        parse('scan_notify', key=key)


def test_where_it_is_known_its_section_is_a_target_that_nobody_need_ask_for():
    targets = parse('dingding', channels=dict(SHIPPED, pager=PAGER)).targets
    assert (targets['pager'].section, targets['pager'].options) == ('PAGER', {'url': 'x', 'passcode': 7})


def test_channels_that_share_a_section_each_take_their_own():
    two = Channel('pager_two', (), frozenset(['url', 'room']), 'PAGER', frozenset(['url', 'room']))
    known = {'pager': PAGER, 'pager_two': two}
    assert not_for(PAGER, known) == {'room'} and not_for(two, known) == {'passcode'}


def test_what_workers_have_loaded_is_known_from_their_signs_of_life():
    stored = StoredSettings({'worker:a': {'at': 1, 'channels': [PAGER.document(), {'name': 'odd'}, 5]}})
    assert set(told_channels(stored)) == set(SHIPPED) | {'pager'}
    sections = {'SCAN_NOTIFY': {'ENABLE': True}, 'PAGER': {'URL': 'x', 'PASSCODE': {'env': 'NOT_SET'}}}
    settings = parse_settings(sections, read_secrets=False)
    assert 'pager' not in settings.targets
    assert with_told(settings, sections, stored).targets['pager'].options['url'] == 'x'
    assert with_told(settings, {'PAGER': [5]}, stored) == settings


def test_no_worker_says_what_our_own_channels_are():
    lie = dict(PAGER.document(), name='dingding')
    assert told_channels(StoredSettings({'worker:a': {'at': 1, 'channels': [lie]}})) == SHIPPED

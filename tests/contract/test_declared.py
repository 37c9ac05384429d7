"""A third party's credentials have names that nobody knows; declared or not, they are written nowhere and shown to
nobody.
"""

import json
import logging
from types import SimpleNamespace

import pytest

from scan_notify_plugin.admin.desk import Desk
from scan_notify_plugin.admin.targets import Targets
from scan_notify_plugin.cli.channel_checks import check_targets
from scan_notify_plugin.errors import Reason, SendError
from scan_notify_plugin.notifiers.base import Notifier
from scan_notify_plugin.secret import Secret
from scan_notify_plugin.web.answers import plain
from scan_notify_plugin.worker.sign_of_life import facts
from tests.loop import Loop

PASSCODE, DOOR = 'open sesame 5f2c', 'a8f3c2b19d4e5f60'
SECRETS = (PASSCODE, DOOR, '77001122')


class Siren(Notifier):
    """Its service says everything back, and so does its check of options."""

    channel = 'siren'
    required = ('passcode', 'door')
    optional = ('numbers',)
    complains = ()

    def problems(self, options):
        return ['{} is odd: {}'.format(name, text(options[name])) for name in self.complains]

    def send(self, part, target):
        said = [text(target.options[name]) for name in ('passcode', 'door')] + list(
            map(text, target.options['numbers'])
        )
        raise SendError(Reason.CONFIG, '401 ' + said[0], 'you said ' + ', '.join(said))


class Declared(Siren):
    secrets = ('passcode', 'door', 'numbers')


class Complains(Siren):
    complains = ('passcode', 'door')


class DeclaredAndComplains(Declared, Complains):
    pass


def text(value):
    return value.reveal() if isinstance(value, Secret) else str(value)


def options_of(how, monkeypatch, tmp_path):
    if how == 'env':
        monkeypatch.setenv('SIREN', PASSCODE)
        passcode = {'env': 'SIREN'}
    elif how == 'file':
        (tmp_path / 'passcode').write_text(PASSCODE + '\n')
        passcode = {'file': str(tmp_path / 'passcode')}
    else:
        passcode = PASSCODE
    return {
        'CHANNEL': 'siren',
        'PASSCODE': passcode,
        'DOOR': DOOR,
        'NUMBERS': [77001122] if how != 'undeclared' else [],
    }


@pytest.mark.parametrize('notifier, how', [
    (Declared, 'plain'), (Declared, 'env'), (Declared, 'file'), (DeclaredAndComplains, 'plain'),
    (Siren, 'undeclared'), (Complains, 'undeclared'),
])  # fmt: skip
def test_it_is_nowhere(notifier, how, caplog, monkeypatch, tmp_path):
    section = {
        'TARGETS': {'ops': options_of(how, monkeypatch, tmp_path)},
        'DEFAULTS': {'NOTIFY_ENABLE': True, 'NOTIFY_CHANNEL': ['ops']},
    }
    with caplog.at_level(logging.DEBUG):
        loop = Loop({'SCAN_NOTIFY': section}, [SimpleNamespace(name='siren', load=notifier, dist=None)])
        loop.finished_run()
        loop.run_through()
    loop.context.stored.worker_alive('w', facts(loop.context))
    # The web process knows no plugin: its settings are as they were read.
    desk = Desk(loop.db, 'task_schedule_run', loop.settings, loop.clock, '')
    page = plain(Targets(desk).listing())
    doctor = list(check_targets(loop.settings, loop.context.plugins))
    stored = json.dumps([list(loop.db[name].find({})) for name in loop.db.list_collection_names()], default=str)
    assert notifier.complains or 'you said ***' in stored
    for secret in SECRETS:
        for place, words in (
            ('log', caplog.text), ('documents', stored), ('page', json.dumps(page)), ('doctor', str(doctor)),
            ('target', repr(loop.context.channels.target('ops')) if how != 'undeclared' else ''),
        ):  # fmt: skip
            assert secret not in words, place


def test_what_is_declared_reaches_the_notifier_as_a_secret():
    target = {'CHANNEL': 'siren', 'PASSCODE': PASSCODE, 'DOOR': DOOR, 'NUMBERS': [7, 'x']}
    section = {'TARGETS': {'ops': target}}
    for notifier, expected in ((Declared, [Secret('7'), Secret('x')]), (Siren, [7, 'x'])):
        loop = Loop({'SCAN_NOTIFY': section}, [SimpleNamespace(name='siren', load=notifier, dist=None)])
        assert loop.context.channels.target('ops').options['numbers'] == expected
        assert isinstance(loop.context.channels.target('ops').options['door'], Secret) == bool(notifier.secrets)


def test_the_same_robot_is_recognised_by_credentials_of_any_form():
    def lane(notifier, numbers):
        section = {'TARGETS': {'ops': {'CHANNEL': 'siren', 'PASSCODE': PASSCODE, 'DOOR': numbers}}}
        return Loop(
            {'SCAN_NOTIFY': section}, [SimpleNamespace(name='siren', load=notifier, dist=None)]
        ).context.channels.lane('ops')

    assert lane(Declared, ['1', '2']) == lane(Siren, ['1', '2']) != lane(Declared, ['1', '3'])

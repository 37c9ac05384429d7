"""The systemd units of deploy/, as far as they can be known without a systemd that runs."""

import re
import shutil
import subprocess
import sys

import pytest

from scan_notify_plugin.worker.machine import STOP_WITHIN
from tests.deploy import files

KNOWN = {
    'Unit': {'Description', 'Wants', 'After', 'StartLimitIntervalSec'},
    'Service': {
        'User', 'Group', 'WorkingDirectory', 'EnvironmentFile', 'ExecStart', 'Restart', 'RestartSec', 'KillMode',
        'TimeoutStopSec', 'UMask', 'NoNewPrivileges', 'PrivateTmp', 'PrivateDevices', 'ProtectSystem', 'ProtectHome',
        'ProtectKernelTunables', 'ProtectKernelModules', 'ProtectControlGroups', 'RestrictRealtime', 'LockPersonality',
        'SystemCallArchitectures', 'RestrictAddressFamilies', 'CapabilityBoundingSet',
    },
    'Install': {'WantedBy'},
}  # fmt: skip
TEXTS = {name: files.read(name) for name in files.UNITS}


def problems(text):
    """Sentences."""
    unit = files.unit(text)
    found = ['unknown: ' + name for name in set(unit.sections()) - set(KNOWN)]
    for name in set(KNOWN) & set(unit.sections()):
        found += ['unknown: {}.{}'.format(name, key) for key in set(unit[name]) - KNOWN[name]]
    service = unit['Service']
    if service.get('Restart') != 'always' or int(service['RestartSec']) < 3:
        found.append('it does not start again')  # or, where systemd is old, five times in ten seconds and no more
    if unit['Unit'].get('StartLimitIntervalSec') != '0':
        found.append('it does not start again for ever')
    if service.get('KillMode') != 'mixed' or int(service['TimeoutStopSec']) <= STOP_WITHIN:
        found.append('it does not end in order')
    if (service.get('User'), service.get('Group')) != ('root', 'root'):
        found.append('not the user of the source install')
    if not service.get('EnvironmentFile', '').startswith('-'):
        found.append('it needs a file that may not be there')
    families = set(service['RestrictAddressFamilies'].split())
    if service.get('NoNewPrivileges') != 'true' or not {'AF_INET', 'AF_INET6'} <= families:
        found.append('too much or too little is forbidden')
    if unit['Install'].get('WantedBy') != 'multi-user.target':
        found.append('nothing starts it')
    return found


@pytest.mark.parametrize('name', files.UNITS)
def test_the_unit_is_well(name):
    assert problems(TEXTS[name]) == []


@pytest.mark.parametrize('name', files.UNITS)
@pytest.mark.parametrize('old, new, words', [
    ('Restart=always', 'Restart=on-failure', 'it does not start again'),
    ('RestartSec=5', 'RestartSec=1', 'it does not start again'),
    ('StartLimitIntervalSec=0\n', '', 'it does not start again for ever'),
    ('Restart=always', 'Restart=always\nRestartPreventExitStatus=70', 'unknown: Service.RestartPreventExitStatus'),
    ('TimeoutStopSec=15', 'TimeoutStopSec=9', 'it does not end in order'),
    ('User=root', 'User=arl', 'not the user of the source install'),
    ('EnvironmentFile=-', 'EnvironmentFile=', 'it needs a file that may not be there'),
    ('UMask', 'Umask', 'unknown: Service.Umask'),
    ('AF_INET6', '', 'too much or too little is forbidden'),
    ('WantedBy=multi-user.target', '', 'nothing starts it'),
])  # fmt: skip
def test_what_is_wrong_would_be_found(name, old, new, words):
    assert words in problems(TEXTS[name].replace(old, new))


def test_the_worker_may_write_reports_and_the_stream_process_nothing():
    worker, stream = [files.unit(TEXTS[name])['Service'] for name in files.UNITS]
    assert worker['WorkingDirectory'] == '/opt/ARL'
    assert worker['ProtectSystem'] == 'full'  # not strict: the host's folder is below /opt
    assert 'CAP_CHOWN' in worker['CapabilityBoundingSet']
    assert stream['ProtectSystem'] == 'strict'
    assert worker['PrivateTmp'] == stream['PrivateTmp'] == 'true'


def test_the_drop_in_adds_the_same_environment_to_the_web_server():
    drop_in = files.unit(files.read(files.DROP_IN))
    assert {name: dict(drop_in[name]) for name in drop_in.sections()} == {
        'Service': {'EnvironmentFile': files.unit(TEXTS[files.UNITS[0]])['Service']['EnvironmentFile']}
    }
    assert files.DROP_IN.partition('.')[0] in files.HOST_UNITS


# systemd's own opinion


def verified(folder, name):
    """What ``systemd-analyze verify`` says about a unit of the folder; '' if nothing.

    The programs of the units are not on this machine; ours stands in for them.
    """
    path = folder / name
    text = re.sub('(?m)^ExecStart=[^ ]+', 'ExecStart=' + sys.executable, path.read_text(encoding='utf-8'))
    path.write_text(text, encoding='utf-8')
    done = subprocess.Popen(
        ['systemd-analyze', 'verify', '--man=no', str(path)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    said = done.communicate(timeout=60)[0].decode('utf-8', 'replace')
    return '\n'.join(line for line in said.splitlines() if str(folder) in line or name in line)


@pytest.fixture
def folder(tmp_path):
    if shutil.which('systemd-analyze') is None:
        pytest.skip('no systemd-analyze here')
    for name in files.UNITS:
        (tmp_path / name).write_text(TEXTS[name], encoding='utf-8')
    return tmp_path


@pytest.mark.parametrize('name', files.UNITS)
def test_systemd_knows_every_line_of_the_unit(folder, name):
    assert verified(folder, name) == ''
    (folder / name).write_text(TEXTS[name].replace('UMask', 'Umask'), encoding='utf-8')
    assert 'Umask' in verified(folder, name)


def test_systemd_knows_every_line_of_the_drop_in(folder):
    text = files.read(files.DROP_IN)
    (folder / 'arl-web.service').write_text('[Service]\nExecStart=/bin/true\n', encoding='utf-8')
    drop_ins = folder / 'arl-web.service.d'
    drop_ins.mkdir()
    (drop_ins / 'scan-notify.conf').write_text(text, encoding='utf-8')
    assert verified(folder, 'arl-web.service') == ''
    (drop_ins / 'scan-notify.conf').write_text(text.replace('EnvironmentFile', 'EnvironFile'), encoding='utf-8')
    assert 'EnvironFile' in verified(folder, 'arl-web.service')

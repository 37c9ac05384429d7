"""deploy/docker-compose.scan-notify.yml, beside a file with the services of the host's own."""

import copy
import os
import posixpath
import shutil
import subprocess

import pytest
import yaml

from scan_notify_plugin.host import config
from scan_notify_plugin.worker.machine import STOP_WITHIN
from tests.deploy import files

KEYS = {
    'image', 'build', 'profiles', 'restart', 'stop_grace_period', 'depends_on', 'volumes', 'entrypoint', 'environment',
}  # fmt: skip
BUILD_KEYS = {'context', 'dockerfile', 'target', 'args'}
#: What we give the host's own services; the rest of them stays the host's.
HOST_KEYS = {'image', 'build', 'volumes'}
WORKER, STREAM = 'scan-notify-worker', 'scan-notify-stream'
HOME, REPORTS = '/code', '/code/tmp/reports'
TEXT = files.read(files.COMPOSE)
OVERLAY = files.compose(TEXT)


def mounts(service):
    return {one.split(':')[1]: one.split(':')[0] for one in service.get('volumes', ())}


def problems(overlay):
    """Sentences."""
    services = overlay['services']
    found = ['unknown: ' + key for key in set(overlay) - {'version', 'volumes', 'services'}]
    if set(services) != {'web', 'scheduler', WORKER, STREAM}:
        found.append('other services')
    for name, service in services.items():
        known = HOST_KEYS if name in files.HOST_SERVICES else KEYS
        found += ['{} has {}'.format(name, key) for key in set(service) - known]
        found += ['{} builds with {}'.format(name, key) for key in set(service.get('build', ())) - BUILD_KEYS]
        found += [
            '{} waits for {}'.format(name, one)
            for one in service.get('depends_on', ()) if one not in files.HOST_SERVICES | set(services)
        ]  # fmt: skip
        if name not in files.HOST_SERVICES and service.get('restart') != 'unless-stopped':
            found.append('{} stays dead'.format(name))
        for source in mounts(service).values():
            if not source.startswith('./') and source not in overlay.get('volumes', ()):
                found.append('{} is no volume'.format(source))
    ours = [services[name] for name in ('web', 'scheduler', WORKER)]
    if len({service['image'] for service in ours}) != 1 or sum('build' in service for service in ours) != 1:
        found.append('not one image, built once')
    if not mounts(services['web']).get(REPORTS) == mounts(services[WORKER]).get(REPORTS) is not None:
        found.append('web and worker share no reports')
    if [name for name in services if 'profiles' in services[name]] != [STREAM]:
        found.append('the wrong ones are optional')
    return found


def test_the_overlay_is_well():
    assert problems(OVERLAY) == []


def broken(service, **changes):
    overlay = copy.deepcopy(OVERLAY)
    overlay['services'][service].update(changes)
    return overlay


@pytest.mark.parametrize('overlay, words', [
    (broken('web', entrypoint=['true']), 'web has entrypoint'),
    (broken(WORKER, container_name='one'), 'scan-notify-worker has container_name'),
    (broken(WORKER, restart='no'), 'scan-notify-worker stays dead'),
    (broken(WORKER, restart='on-failure:5'), 'scan-notify-worker stays dead'),
    (broken(WORKER, depends_on=['mongo']), 'scan-notify-worker waits for mongo'),
    (broken(WORKER, image='another'), 'not one image, built once'),
    (broken(WORKER, volumes=['reports:/code/tmp/reports']), 'reports is no volume'),
    (broken('web', volumes=[]), 'web and worker share no reports'),
    (broken(WORKER, profiles=['all']), 'the wrong ones are optional'),
    (broken('scheduler', build={'contxt': '.'}), 'scheduler builds with contxt'),
])  # fmt: skip
def test_what_is_wrong_would_be_found(overlay, words):
    assert words in problems(overlay)


def test_reports_and_configuration_are_where_the_code_looks(tmp_path):
    (tmp_path / 'app' / 'helpers').mkdir(parents=True)
    for name in ('celerytask.py', 'helpers/task_schedule.py', 'config.yaml'):
        (tmp_path / 'app' / name).write_text('', encoding='utf-8')
    found = config.find_file(folder=str(tmp_path))
    folder = config.report_folder(config.HostConfig(found, {}, '', '', ''), '')
    assert posixpath.join(HOME, os.path.relpath(folder, str(tmp_path))) == REPORTS
    worker = OVERLAY['services'][WORKER]
    assert posixpath.join(HOME, os.path.relpath(found, str(tmp_path))) in mounts(worker)
    assert OVERLAY['services']['scheduler']['build']['args']['ARL_HOME'] == HOME


def test_the_stream_process_is_told_where_its_configuration_is():
    stream = OVERLAY['services'][STREAM]
    named = dict(line.split('=') for line in stream['environment'])[config.ENVIRONMENT]
    assert named in mounts(stream)


def test_the_configuration_cannot_be_written_by_ours():
    for name in (WORKER, STREAM):
        (one,) = [one for one in OVERLAY['services'][name]['volumes'] if 'config-docker.yaml' in one]
        assert one.endswith(':ro')


def test_the_worker_gets_the_signal_and_the_time_to_end():
    worker = OVERLAY['services'][WORKER]
    assert worker['entrypoint'][:2] == ['sh', '-c'] and '; exec scan-notify worker' in worker['entrypoint'][2]
    assert int(worker['stop_grace_period'].rstrip('s')) > STOP_WITHIN


def test_the_variables_are_those_on_the_page():
    page = files.read('install.md', 'docs')
    assert files.variables(TEXT)
    for name, default in files.variables(TEXT).items():
        assert '| `{}` | `{}` |'.format(name, default) in page


def compose_command():
    """The client with or without a hyphen; None where there is neither. No engine is needed to merge files."""
    for command in (['docker', 'compose'], ['docker-compose']):
        if shutil.which(command[0]) is not None:
            if not subprocess.call(command + ['version'], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL):
                return command
    return None


def test_docker_compose_takes_it_beside_a_file_of_the_host(tmp_path, monkeypatch):
    command = compose_command()
    if command is None:
        pytest.skip('no "docker compose" or "docker-compose" here')
    for name in ('dist', 'deploy'):  # the older one looks whether they are there
        (tmp_path / name).mkdir()
    shutil.copy(os.path.join(files.ROOT, 'deploy', files.DOCKERFILE), str(tmp_path / 'deploy'))
    monkeypatch.setenv('SCAN_NOTIFY_HOME', str(tmp_path))
    host = {'version': '3', 'services': {name: {'image': 'tophant/arl'} for name in files.HOST_SERVICES}}
    (tmp_path / 'docker-compose.yml').write_text(yaml.safe_dump(host), encoding='utf-8')
    overlay = os.path.join(files.ROOT, 'deploy', files.COMPOSE)
    command += ['-f', 'docker-compose.yml', '-f', overlay, '--profile', 'stream', 'config']
    merged = yaml.safe_load(subprocess.check_output(command, cwd=str(tmp_path), timeout=60))
    assert set(merged['services']) == files.HOST_SERVICES | {WORKER, STREAM}
    assert (
        merged['services']['web']['image']
        == merged['services'][WORKER]['image']
        != merged['services']['worker']['image']
    )

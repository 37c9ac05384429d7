"""The files of deploy/ agree with the command line, with each other, and with the pages for operators."""

import os
import re
import shlex

import pytest

from scan_notify_plugin import cli
from tests.deploy import files

PAGE = '\n'.join(files.read(name, 'docs') for name in ('install.md', 'workers.md', 'removal.md'))
LINES = list(files.command_lines())


def test_every_file_with_a_command_was_read():
    assert {name for name, _ in LINES} == {files.COMPOSE, files.DOCKERFILE} | set(files.UNITS)
    assert {line[0] for _, line in LINES} == {'worker', 'stream', 'enable'}


@pytest.mark.parametrize('line', [line for _, line in LINES])
def test_every_command_line_is_understood(line, capsys):
    assert cli.make_parser().parse_args(line).command == line[0]
    with pytest.raises(SystemExit):
        cli.make_parser().parse_args(line + ['--no-such-option'])


def test_the_command_lines_of_drop_ins_on_the_page_are_understood():
    lines = re.findall(r'`ExecStart=\S+/scan-notify ([^`]+)`', PAGE)
    assert len(lines) >= 2
    for line in lines:
        assert cli.make_parser().parse_args(shlex.split(line)).command == 'worker'


def test_every_file_is_named_on_the_page_and_nothing_else():
    there = {name for name in os.listdir(os.path.join(files.ROOT, 'deploy'))}
    assert there == {files.COMPOSE, files.DOCKERFILE, files.DROP_IN} | set(files.UNITS)
    assert all(name in PAGE for name in there - {files.DOCKERFILE})
    assert set(re.findall(r'/deploy/([\w.-]+)', PAGE)) <= there


def test_the_paths_are_the_same_everywhere():
    worker, stream = [files.unit(files.read(name))['Service'] for name in files.UNITS]
    home = worker['WorkingDirectory']
    assert 'cd {} && scan-notify enable'.format(home) in PAGE
    assert stream['ExecStart'].endswith(' --config {}/app/config.yaml'.format(home))
    environment = stream['ExecStart'].split('/bin/')[0]
    assert 'python3.12 -m venv {}\n'.format(environment) in PAGE
    source = files.variables(files.read(files.COMPOSE))['SCAN_NOTIFY_HOME']
    copied = re.findall(r'(\S*)/deploy/', PAGE)
    assert copied and {path.partition(':')[2] or path for path in copied} == {source}
    assert 'rm -f {}/dist/*.whl'.format(source) in PAGE


def test_services_volumes_and_units_on_the_page_exist():
    overlay = files.compose(files.read(files.COMPOSE))
    for line in re.findall(r'^docker compose .*\b(?:up|build|exec)\b(.*)$', PAGE, re.M):
        words = {word for word in re.split(r'[ =]', line) if re.match(r'[a-z]', word)}
        assert words - {'scan-notify', 'doctor'} <= set(overlay['services']), line
    (volume,) = re.findall(r'docker volume rm docker_(\w+)', PAGE)
    assert volume in overlay['volumes']
    named = set(re.findall(r'systemctl (?:stop|start|restart|edit|(?:enable|disable) --now) ([a-z -]+[a-z])', PAGE))
    units = {name[: -len('.service')] for name in files.UNITS} | files.HOST_UNITS
    assert {unit for line in named for unit in line.split()} <= units


def test_they_are_in_the_source_distribution():
    assert 'graft deploy\n' in files.read('MANIFEST.in', '')


def test_a_worker_that_ends_itself_is_started_again_and_the_page_says_why():
    assert '**Exit code 70**' in PAGE
    assert 'exit code 70' in files.read(files.UNITS[0])

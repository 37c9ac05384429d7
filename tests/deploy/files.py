"""The files of deploy/, taken apart."""

import configparser
import json
import os
import re
import shlex

import yaml

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
COMPOSE, DOCKERFILE, DROP_IN = 'docker-compose.scan-notify.yml', 'Dockerfile', 'arl-web.conf'
UNITS = ('scan-notify-worker.service', 'scan-notify-stream.service')
#: What the host's compose files have in common, and the host's own names of its units.
HOST_SERVICES = {'web', 'worker', 'scheduler', 'mongodb', 'rabbitmq'}
HOST_UNITS = {'arl-web', 'arl-worker', 'arl-worker-github', 'arl-scheduler'}


def read(name, folder='deploy'):
    with open(os.path.join(ROOT, folder, name), encoding='utf-8') as file:
        return file.read()


def compose(text):
    return yaml.safe_load(text)


def variables(text):
    """{name: default} of what is taken from the environment.

    :raises AssertionError: if two places have different defaults
    """
    found = {}
    for name, default in re.findall(r'\$\{(\w+):-([^}]*)\}', text):
        assert found.setdefault(name, default) == default, name
    return found


def instructions(text):
    """[(stage or '', instruction, arguments)] of a Dockerfile."""
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith('#')]
    stage, found = '', []
    for line in '\n'.join(lines).replace('\\\n', ' ').splitlines():
        word, _, rest = line.partition(' ')
        if word == 'FROM':
            stage = rest.split(' AS ')[1]
        found.append((stage, word, rest.strip()))
    return found


def unit(text):
    parser = configparser.ConfigParser(interpolation=None, strict=True)
    parser.optionxform = str
    parser.read_string(text)
    return parser


def command_lines():
    """[(file, arguments)] of every ``scan-notify`` in the files."""
    for name, service in compose(read(COMPOSE))['services'].items():
        for key in ('entrypoint', 'command'):
            yield from ((COMPOSE, line) for line in _in_shell(service.get(key, [''])[-1]))
    for _, word, rest in instructions(read(DOCKERFILE)):
        if word == 'RUN':
            yield from ((DOCKERFILE, line) for line in _in_shell(rest))
        elif word in ('ENTRYPOINT', 'CMD'):
            yield DOCKERFILE, json.loads(rest)[1:]
    for name in UNITS:
        yield name, shlex.split(unit(read(name))['Service']['ExecStart'])[1:]


def _in_shell(text):
    for line in re.split(r';|&&', text):
        words = shlex.split(line)
        words = words[1:] if words[:1] == ['exec'] else words
        if words[:1] == ['scan-notify']:
            yield words[1:]

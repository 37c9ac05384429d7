"""deploy/Dockerfile, as far as it can be known without building it."""

import configparser
import fnmatch
import os
import re
import subprocess

import pytest

import scan_notify_plugin
from scan_notify_plugin.cli import diagnosis
from tests.deploy import files

KNOWN = {'ARG', 'FROM', 'COPY', 'RUN', 'WORKDIR', 'USER', 'ENTRYPOINT'}
TEXT = files.read(files.DOCKERFILE)
WHEEL = 'scan_notify_plugin-{}-py3-none-any.whl'.format(scan_notify_plugin.__version__)


def extras():
    parser = configparser.ConfigParser()
    parser.read(os.path.join(files.ROOT, 'setup.cfg'), encoding='utf-8')
    return set(parser['options.extras_require'])


def problems(text):
    """Sentences."""
    lines = files.instructions(text)
    found = ['unknown: ' + word for _, word, _ in lines if word not in KNOWN]
    arguments = set()
    for number, (stage, word, rest) in enumerate(lines):
        if word == 'FROM':
            arguments &= {one for outer, kind, one in lines if kind == 'ARG' and not outer}
        if word == 'ARG':
            arguments.add(rest)
        named = {one.partition('=')[0] for one in arguments}
        found += ['{} is not set'.format(name) for name in re.findall(r'\$\{(\w+)\}', rest) if name not in named]
        if word == 'COPY' and not fnmatch.fnmatch(WHEEL, rest.split()[0]):
            found.append('the wheel is not copied')
        if word == 'RUN' and subprocess.call(['sh', '-n', '-c', rest], stderr=subprocess.DEVNULL):
            found.append('no shell takes: ' + rest)
        if rest.count('pip install') != rest.count('pip install --no-cache-dir'):
            found.append('a cache stays in the image')
        found += ['no extra {}'.format(name) for name in re.findall(r'\$1\[(\w+)\]', rest) if name not in extras()]
    ends = {stage: [line[1:] for line in lines if line[0] == stage][-2:] for stage in ('arl', 'stream')}
    if ends['arl'] != [('WORKDIR', '${ARL_HOME}'), ('RUN', 'scan-notify enable')]:
        found.append('the host\'s image is not enabled in the host\'s folder')
    if ('USER', 'nobody') not in ends['stream']:
        found.append('the stream process is root')
    return found


def test_the_dockerfile_is_well():
    assert problems(TEXT) == []


@pytest.mark.parametrize('old, new, words', [
    ('ARG ARL_HOME=/code\n', '', 'ARL_HOME is not set'),
    ('COPY scan_notify_plugin-*', 'COPY scan-notify-plugin-*', 'the wheel is not copied'),
    ('[stream]', '[cards]', 'no extra cards'),
    ('USER nobody\n', '', 'the stream process is root'),
    ('RUN scan-notify enable\n', '', 'the host\'s image is not enabled in the host\'s folder'),
    ('--no-cache-dir -c', '-c', 'a cache stays in the image'),
    ('USER nobody', 'VOLUME /x', 'unknown: VOLUME'),
    ('RUN scan-notify enable', 'RUN (scan-notify enable', 'no shell takes: (scan-notify enable'),
])  # fmt: skip
def test_what_is_wrong_would_be_found(old, new, words):
    assert old in TEXT
    assert words in problems(TEXT.replace(old, new))


def test_the_overlay_asks_for_what_is_there():
    lines = files.instructions(TEXT)
    for service in files.compose(files.read(files.COMPOSE))['services'].values():
        build = service.get('build')
        if build:
            folder = os.path.join(re.sub(r'\$\{.*?\}', files.ROOT, build['context']), build['dockerfile'])
            assert os.path.normpath(folder) == os.path.join(files.ROOT, 'deploy', files.DOCKERFILE)
            stages = ('', build['target'])
            taken = {rest.partition('=')[0] for stage, word, rest in lines if word == 'ARG' and stage in stages}
            assert build['target'] in {stage for stage, _, _ in lines}
            assert set(build.get('args', ())) <= taken


def test_the_defaults_are_those_of_the_overlay():
    defaults = dict(rest.split('=', 1) for _, word, rest in files.instructions(TEXT) if word == 'ARG')
    scheduler = files.compose(files.read(files.COMPOSE))['services']['scheduler']
    for name, value in scheduler['build']['args'].items():
        assert re.sub(r'\$\{\w+:-([^}]*)\}', r'\1', value) == defaults[name]


def test_the_driver_of_the_stream_process_speaks_to_the_host_s_database():
    pin = 'pymongo<{}.{}'.format(*diagnosis._NO_MONGO_4_0)
    assert "'{}'".format(pin) in TEXT
    assert "[stream]' '{}'".format(pin) in files.read('install.md', 'docs')

"""``python tests/packaging/smoke.py PYTHON WHEEL SDIST [PIP OPTION...]``: both in a fresh environment, and out again.

On the way the example plugin is written, installed beside it, gets the demo's message and passes its tests.
"""

import json
import os
import subprocess
import sys
import tempfile

EXAMPLE = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), 'example_plugin')
IMPORTS = (
    'import hookspecs, scan_notify_plugin.api, scan_notify_plugin.autoload, sys; '
    'assert "site-packages" in scan_notify_plugin.api.__file__, scan_notify_plugin.api.__file__'
)
#: What the demo's own robots get.
SENT = [
    ('dingding', 'markdown'),
    ('dingding_openapi', 'card'),
    ('dingding_openapi', 'file'),
    ('dingding_openapi', 'markdown'),
    ('email', 'mail'),
    ('feishu', 'interactive'),
    ('webhook', 'run.finished'),
    ('wxwork', 'markdown_v2'),
]


class Environment:
    """A fresh one, used from a folder with nothing in it."""

    def __init__(self, python, folder):
        self.bin = os.path.join(folder, 'venv', 'bin')
        self.here = os.path.join(folder, 'here')
        os.mkdir(self.here)
        subprocess.check_call([python, '-m', 'venv', os.path.join(folder, 'venv')])
        self.run('pip', 'install', '-q', 'pip>=21.3')  # the pip of Python 3.6 takes releases that are not for it

    def run(self, command, *arguments, cwd=''):
        """What a command of the environment prints."""
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith(('PYTHON', 'SCAN_NOTIFY'))
        }
        environment['PIP_DISABLE_PIP_VERSION_CHECK'] = '1'
        words = [os.path.join(self.bin, command)] + list(arguments)
        print('+', command, *arguments, flush=True)
        return subprocess.check_output(words, cwd=cwd or self.here, env=environment, universal_newlines=True)

    def files(self):
        """Every file of the environment, but for what Python and pip write down beside modules."""
        root = os.path.dirname(self.bin)
        return {
            os.path.join(folder, name)
            for folder, _, names in os.walk(root)
            for name in names
            if not name.endswith('.pyc')
        }


def check(environment, wheel, sdist, options):
    environment.run('pip', 'install', '-q', *options, sdist + '[demo]', 'pytest>=7')
    assert environment.run('scan-notify', '--version').strip() in os.path.basename(sdist)
    environment.run('python', '-c', IMPORTS)
    environment.run('pip', 'uninstall', '-q', '-y', 'scan-notify-plugin')
    before = environment.files()
    environment.run('pip', 'install', '-q', *options, wheel)
    environment.run('pip', 'check')
    version = environment.run('scan-notify', '--version').strip()
    assert '-{}-'.format(version) in os.path.basename(wheel), version
    assert 'usage: scan-notify' in environment.run('scan-notify', '--help')
    environment.run('python', '-c', IMPORTS)
    plugin = os.path.join(environment.here, 'plugin')
    environment.run('scan-notify', 'new-plugin', 'example', '--out', plugin)
    subprocess.check_call(['diff', '-r', '-x', 'slack', EXAMPLE, plugin])  # that is another's
    environment.run('pip', 'install', '-q', *options, plugin)
    rows = json.loads(environment.run('scan-notify', 'plugins', '--json'))
    states = {row['name']: row['state'] for row in rows}
    assert set(states.values()) == {'active'}, states
    assert {'example', 'example_log', 'example_report', 'dingding', 'excel'} <= set(states), states
    check_demo(environment, os.path.join(plugin, 'tests', 'fake_example.py'))
    # Only the tests: what they import is what was installed.
    os.rename(os.path.join(plugin, 'tests'), os.path.join(environment.here, 'tests'))
    print(environment.run('python', '-m', 'pytest', '-q', 'tests').strip().splitlines()[-1])
    environment.run('pip', 'uninstall', '-q', '-y', 'scan-notify-example', 'scan-notify-plugin')
    left = environment.files() - before
    assert not left, 'left behind: {}'.format(sorted(left))


def check_demo(environment, fake):
    """Every channel gets its message, the example plugin's too."""
    command = [os.path.join(environment.bin, 'python'), fake]
    with subprocess.Popen(command, cwd=environment.here, stdout=subprocess.PIPE, universal_newlines=True) as service:
        try:
            reached = service.stdout.readline().split()
            demo = json.loads(environment.run('scan-notify', 'demo', '--exit', '--json', *reached))
        finally:
            service.kill()
    assert demo['ok'] and demo['report']['opened'] and demo['card']['acknowledged'], demo
    sent = sorted((message['channel'], message['msgtype']) for message in demo['messages'])
    assert sent == SENT, sent
    assert [(job['channel'], job['state']) for job in demo['deliveries']] == [('example', 'success')], demo[
        'deliveries'
    ]


def main(argv):
    python, wheel, sdist = argv[:3]
    with tempfile.TemporaryDirectory() as folder:
        check(Environment(python, folder), os.path.abspath(wheel), os.path.abspath(sdist), argv[3:])
    print('wheel and sdist work on {}'.format(python))
    return 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))

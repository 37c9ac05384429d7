"""``scan-notify new-plugin``"""

import argparse
import os
import re
import string
from typing import Any, Dict, Iterator, List, Set, Tuple

import scan_notify_plugin
from scan_notify_plugin.cli.session import say
from scan_notify_plugin.errors import ScanNotifyError
from scan_notify_plugin.plugins.loading import load

HELP = 'write a plugin to begin with: a channel, a kind of report and a hook, with tests that pass'

#: The files of a new plugin, with the suffix .txt: as code they would be taken for ours.
SKELETON = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'skeleton')
SUFFIX = '.txt'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument('name', help='small letters, digits and "_": the name of the channel and of the format')
    parser.add_argument('--out', default='', metavar='DIR', help='where to; must not exist; else ./scan-notify-NAME')


def run(args: argparse.Namespace) -> int:
    name = checked(args.name)
    folder = args.out or 'scan-notify-' + name.replace('_', '-')
    write(name, folder)
    say('{}: a plugin with its tests. Next, with pytest and scan-notify-plugin[demo] installed:'.format(folder))
    say('  cd {}'.format(folder))
    say('  python -m pytest')
    say('  pip install -e .')
    say('  scan-notify plugins')
    return 0


def checked(given: str) -> str:
    """The name, as it stands in a package's name.

    :raises ScanNotifyError: if a package, a channel or a format cannot be called so
    """
    name = given.replace('-', '_')
    if not re.fullmatch('[a-z][a-z0-9]*(_[a-z0-9]+)*', name) or len(name) > 30:
        raise ScanNotifyError(
            'a plugin cannot be called {!r}: expected at most 30 small letters, digits and single "_", beginning with '
            'a letter (see docs/writing-plugins.md)'.format(given)
        )
    if name in _taken():
        raise ScanNotifyError('{!r} is a name of our own; choose another (see docs/writing-plugins.md)'.format(given))
    return name


def _taken() -> Set[str]:
    plugins = load()
    found: List[Tuple[str, Any]] = [*plugins.notifiers.items(), *plugins.exporters.items()]
    ours = {name for name, plugin in found if type(plugin).__module__.startswith('scan_notify_plugin.')}
    return ours | {'plugin'}  # the package would have our name


def write(name: str, folder: str) -> None:
    """Write the skeleton, as a whole or not at all where the folder exists.

    :raises ScanNotifyError: if it exists or cannot be written
    """
    try:
        os.makedirs(folder)
        for path, text in files(name):
            place = os.path.join(folder, path)
            os.makedirs(os.path.dirname(place), exist_ok=True)
            with open(place, 'w', encoding='utf-8') as file:
                file.write(text)
    except FileExistsError:
        raise ScanNotifyError('{} exists; nothing was written'.format(folder))
    except OSError as error:
        raise ScanNotifyError('{} cannot be written: {}'.format(folder, error.strerror))


def files(name: str) -> Iterator[Tuple[str, str]]:
    """(path, text) of each file of a new plugin."""
    words: Dict[str, str] = {
        'name': name,
        'NAME': name.upper(),
        'Name': ''.join(part.capitalize() for part in name.split('_')),
        'dashed': name.replace('_', '-'),
        'version': scan_notify_plugin.__version__,
    }
    for folder, _, names in sorted(os.walk(SKELETON)):
        for file_name in sorted(one for one in names if one.endswith(SUFFIX)):
            place = os.path.join(folder, file_name)
            with open(place, encoding='utf-8') as file:
                text = string.Template(file.read()).substitute(words)
            yield os.path.relpath(place, SKELETON)[: -len(SUFFIX)].replace('NAME', name), text

"""``scan-notify new-plugin``"""

import argparse
import os
import re
import string
from typing import Dict, Iterator, List, Set, Tuple

import scan_notify_plugin
from scan_notify_plugin.cli.parser import Parser
from scan_notify_plugin.cli.terminal import Terminal, show
from scan_notify_plugin.errors import ScanNotifyError
from scan_notify_plugin.faults import Fault
from scan_notify_plugin.plugins.loading import load

#: The files of a new plugin, with the suffix .txt: as code they would be taken for ours.
SKELETON = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'skeleton')
SUFFIX = '.txt'


def add_arguments(parser: Parser) -> None:
    parser.add_argument('name', help=parser.text('help.new_plugin.name'))
    parser.add_argument('--out', default='', metavar='DIR', help=parser.text('help.new_plugin.out'))


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    name = checked(args.name)
    folder = args.out or 'scan-notify-' + name.replace('_', '-')
    write(name, folder)
    terminal.say('new_plugin.done', path=folder)
    show('  cd {}'.format(folder))
    show('  python -m pytest')
    show('  pip install -e .')
    show('  scan-notify plugins')
    return 0


def checked(given: str) -> str:
    """The name, as it stands in a package's name.

    :raises ScanNotifyError: if a package, a channel or a format cannot be called so
    """
    name = given.replace('-', '_')
    if not re.fullmatch('[a-z][a-z0-9]*(_[a-z0-9]+)*', name) or len(name) > 30:
        raise ScanNotifyError(Fault('new_plugin.name', name=given))
    if name in _taken():
        raise ScanNotifyError(Fault('new_plugin.taken', name=given))
    return name


def _taken() -> Set[str]:
    plugins = load()
    found: List[Tuple[str, object]] = [*plugins.notifiers.items(), *plugins.exporters.items()]
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
        raise ScanNotifyError(Fault('new_plugin.exists', path=folder))
    except OSError as error:
        raise ScanNotifyError(Fault('new_plugin.unwritable', path=folder, detail=error.strerror))


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

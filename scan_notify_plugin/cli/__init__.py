"""``scan-notify``: one module for each command, with ``add_arguments(parser)`` and ``run(args, terminal)``.

Its line in the help is the words of ``help.command.NAME``.
"""

import argparse
import importlib
import os
import sys
import warnings
from typing import List, Optional, Sequence

import scan_notify_plugin
from scan_notify_plugin.cli.language import OPTION, chosen
from scan_notify_plugin.cli.parser import Parser, speaking
from scan_notify_plugin.cli.terminal import Terminal, fault_of
from scan_notify_plugin.errors import ScanNotifyError
from scan_notify_plugin.faults import ENGLISH, Fault
from scan_notify_plugin.secret import redact
from scan_notify_plugin.words import LANGUAGES

#: In the order of the help: getting in, running, looking, trying out.
COMMANDS = (
    'enable', 'disable', 'status', 'exec', 'worker', 'listen', 'register-callback', 'stream', 'dingding',
    'runs', 'changes', 'resend', 'hold', 'release', 'cancel', 'settle', 'ack', 'reports', 'export',
    'schedules', 'settings', 'targets', 'stop', 'start', 'preview', 'test-send', 'plugins', 'toggle', 'audit',
    'doctor', 'demo', 'new-plugin',
)  # fmt: skip


def make_parser(language: str = ENGLISH) -> Parser:
    """The whole command line, with its help in a language."""
    parser = Parser(language, prog='scan-notify')
    parser.description = parser.text('help.description')
    parser.add_argument(
        '--version', action='version', version=scan_notify_plugin.__version__, help=parser.text('argparse.version')
    )
    parser.add_argument(OPTION, dest='spoken', choices=tuple(LANGUAGES), help=parser.text('help.language'))
    commands = parser.add_subparsers(dest='command', metavar='COMMAND')
    commands.required = True
    for name in COMMANDS:
        module = importlib.import_module('scan_notify_plugin.cli.{}_command'.format(name.replace('-', '_')))
        line = parser.text('help.command.' + name)
        command = commands.add_parser(name, language=language, help=line, description=line)
        module.add_arguments(command)
        command.set_defaults(run=module.run)
    return parser


def main(argv: Optional[List[str]] = None) -> int:
    """Run one command. 0: done; 1: something is wrong that the output names; 2: it could not be done."""
    # A library of the host's says it in every command; whoever runs it here knows, and can do nothing about it.
    warnings.filterwarnings('ignore', message='Python 3.6 is no longer supported')
    arguments = sys.argv[1:] if argv is None else argv
    try:
        terminal = Terminal(_language(arguments))
    except ScanNotifyError as error:
        Terminal(ENGLISH).complain(error.fault)
        return 2
    with speaking(terminal.language):
        args = make_parser(terminal.language).parse_args(arguments)
    return _run(args, terminal)


def _language(arguments: Sequence[str]) -> str:
    encodings = [getattr(file, 'encoding', None) or 'ascii' for file in (sys.stdout, sys.stderr)]
    return chosen(arguments, os.environ, encodings)


def _run(args: argparse.Namespace, terminal: Terminal) -> int:
    from pymongo.errors import PyMongoError

    try:
        return args.run(args, terminal)
    except ScanNotifyError as error:
        terminal.complain(fault_of(error))
    except PyMongoError as error:
        terminal.complain(Fault('cli.mongodb', detail=redact(str(error)).splitlines()[0][:300]))
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # whoever read the output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return 2

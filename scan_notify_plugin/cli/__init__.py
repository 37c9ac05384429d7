"""``scan-notify``: one module for each command, with ``HELP``, ``add_arguments(parser)`` and ``run(args)``."""

import argparse
import importlib
import os
import sys
import warnings
from typing import List, Optional

import scan_notify_plugin
from scan_notify_plugin.errors import ScanNotifyError
from scan_notify_plugin.secret import redact

#: In the order of the help: getting in, running, looking, trying out.
COMMANDS = (
    'enable', 'disable', 'status', 'exec', 'worker', 'listen', 'register-callback', 'stream', 'dingding',
    'runs', 'resend', 'hold', 'release', 'cancel', 'settle', 'ack', 'reports', 'export',
    'schedules', 'settings', 'targets', 'preview', 'test-send', 'plugins', 'toggle', 'audit',
    'doctor', 'demo', 'new-plugin',
)  # fmt: skip


def make_parser() -> argparse.ArgumentParser:
    """The whole command line."""
    parser = argparse.ArgumentParser(prog='scan-notify', description=scan_notify_plugin.__doc__)
    parser.add_argument('--version', action='version', version=scan_notify_plugin.__version__)
    commands = parser.add_subparsers(dest='command', metavar='COMMAND')
    commands.required = True
    for name in COMMANDS:
        module = importlib.import_module('scan_notify_plugin.cli.{}_command'.format(name.replace('-', '_')))
        command = commands.add_parser(name, help=module.HELP, description=module.HELP)
        module.add_arguments(command)
        command.set_defaults(run=module.run)
    return parser


def main(argv: Optional[List[str]] = None) -> int:
    """Run one command. 0: done; 1: something is wrong that the output names; 2: it could not be done."""
    # A library of the host's says it in every command; whoever runs it here knows, and can do nothing about it.
    warnings.filterwarnings('ignore', message='Python 3.6 is no longer supported')
    from pymongo.errors import PyMongoError

    args = make_parser().parse_args(argv)
    try:
        return args.run(args)
    except ScanNotifyError as error:
        print('scan-notify: {}'.format(redact(str(error))), file=sys.stderr)
    except PyMongoError as error:
        words = redact(str(error)).splitlines()[0][:300]
        print('scan-notify: MongoDB: {} (see docs/workers.md#mongodb)'.format(words), file=sys.stderr)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # whoever read the output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return 2

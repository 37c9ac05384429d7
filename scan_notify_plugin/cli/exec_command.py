"""``scan-notify exec -m MODULE``"""

import argparse
import runpy
import sys

from scan_notify_plugin import autoload

HELP = (
    'run a module of the host as "python -m MODULE" would, with scan-notify loaded; for one process, without "enable"'
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument('-m', dest='module', required=True, metavar='MODULE', help='such as app.scheduler')
    parser.add_argument('arguments', nargs=argparse.REMAINDER, help='handed to the module')


def run(args: argparse.Namespace) -> int:
    autoload.listen()
    sys.path.insert(0, '')
    sys.argv = [args.module] + args.arguments
    runpy.run_module(args.module, run_name='__main__', alter_sys=True)
    return 0

"""``scan-notify exec -m MODULE``"""

import argparse
import runpy
import sys

from scan_notify_plugin import autoload
from scan_notify_plugin.cli.parser import Parser
from scan_notify_plugin.cli.terminal import Terminal


def add_arguments(parser: Parser) -> None:
    parser.add_argument('-m', dest='module', required=True, metavar='MODULE', help=parser.text('help.exec.module'))
    parser.add_argument('arguments', nargs=argparse.REMAINDER, help=parser.text('help.exec.arguments'))


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    autoload.listen()
    sys.path.insert(0, '')
    sys.argv = [args.module] + args.arguments
    runpy.run_module(args.module, run_name='__main__', alter_sys=True)
    return 0

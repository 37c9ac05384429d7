"""``scan-notify dingding register-callback``: what ``scan-notify register-callback`` was called in 0.1.0."""

import argparse

from scan_notify_plugin.cli import register_callback_command
from scan_notify_plugin.cli.session import add_config

HELP = 'the same as register-callback, for DingTalk: where clicks on the cards of a target go (CALLBACK: http)'

run = register_callback_command.run


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_config(parser)
    parser.add_argument('action', choices=['register-callback'], help='what to do')
    parser.add_argument('target', metavar='TARGET', help='a target with CALLBACK: http')
    register_callback_command.add_options(parser)

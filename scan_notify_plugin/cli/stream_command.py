"""``scan-notify stream``: what ``scan-notify listen`` was called in 0.1.0."""

import argparse

from scan_notify_plugin.cli import listen_command
from scan_notify_plugin.cli.terminal import Terminal

add_arguments = listen_command.add_options


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    return listen_command.listen('', args.config, args.loglevel.upper())

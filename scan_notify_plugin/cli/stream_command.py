"""``scan-notify stream``: what ``scan-notify listen`` was called in 0.1.0."""

import argparse

from scan_notify_plugin.cli import listen_command

HELP = 'the same as listen, for all channels: answer clicks on DingTalk cards in Stream mode'

add_arguments = listen_command.add_options


def run(args: argparse.Namespace) -> int:
    return listen_command.listen('', args.config, args.loglevel.upper())

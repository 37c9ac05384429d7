"""``scan-notify disable``"""

import argparse

from scan_notify_plugin.cli import site_file
from scan_notify_plugin.cli.parser import Parser
from scan_notify_plugin.cli.terminal import Terminal


def add_arguments(parser: Parser) -> None:
    pass


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    if site_file.remove():
        terminal.say('disable.done', path=site_file.path())
        terminal.say('disable.restart')
    else:
        terminal.say('disable.nothing', path=site_file.path())
    return 0

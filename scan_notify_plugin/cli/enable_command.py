"""``scan-notify enable``"""

import argparse
import os

from scan_notify_plugin.cli import site_file
from scan_notify_plugin.cli.parser import Parser
from scan_notify_plugin.cli.session import read_settings
from scan_notify_plugin.cli.terminal import Terminal
from scan_notify_plugin.errors import ConfigError
from scan_notify_plugin.host.config import find_host


def add_arguments(parser: Parser) -> None:
    parser.description = parser.text('help.enable')


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    app = find_host('.')  # refuses a host that is not supported
    site_file.write()
    terminal.say('enable.done', path=site_file.path())
    if app is None:
        terminal.say('enable.elsewhere', path=os.getcwd())
        return 0
    try:
        settings = read_settings()[1]
    except ConfigError as error:
        terminal.say('enable.wrong', cause=error.describe(terminal.language))
        return 0
    terminal.say('enable.restart' if settings.enable else 'enable.off')
    return 0

"""``scan-notify disable``"""

import argparse

from scan_notify_plugin.cli import site_file
from scan_notify_plugin.cli.session import say

HELP = 'take scan-notify out of the host\'s processes again; the history stays in the database'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    pass


def run(args: argparse.Namespace) -> int:
    if site_file.remove():
        say('removed: {}'.format(site_file.path()))
        say('restart the host\'s scheduler; until then it goes on as it was started')
    else:
        say('nothing to remove: there is no {}'.format(site_file.path()))
    return 0

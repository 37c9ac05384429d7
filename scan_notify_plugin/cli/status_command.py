"""``scan-notify status``"""

import argparse
import os

from scan_notify_plugin.cli import site_file
from scan_notify_plugin.cli.session import add_config, add_json, print_json, print_table, read_settings
from scan_notify_plugin.errors import ScanNotifyError
from scan_notify_plugin.host.config import find_host

HELP = 'tell whether the host\'s processes load scan-notify and whether its configuration switches it on'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_config(parser)
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    facts = {'site_file': site_file.path(), 'loaded_by_host': site_file.is_written(), 'host': None, 'config': None}
    facts.update(enabled=False, problem='')
    try:
        app = find_host('.')
        facts['host'] = os.path.dirname(os.path.abspath(app)) if app else None
        host, settings = read_settings(args.config)
        facts.update(config=host.path, enabled=settings.enable)
    except ScanNotifyError as error:
        facts['problem'] = str(error)
    facts['active'] = bool(facts['loaded_by_host'] and facts['enabled'])
    if args.json:
        print_json(facts)
    else:
        print_table(('WHAT', 'VALUE'), facts.items())
    return 0 if facts['active'] else 1

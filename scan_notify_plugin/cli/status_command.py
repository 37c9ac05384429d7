"""``scan-notify status``"""

import argparse
import os
from typing import Dict, Optional, Tuple

from scan_notify_plugin.cli import site_file
from scan_notify_plugin.cli.parser import Parser
from scan_notify_plugin.cli.session import add_config, add_json, read_settings
from scan_notify_plugin.cli.terminal import Terminal, print_json
from scan_notify_plugin.errors import ScanNotifyError
from scan_notify_plugin.faults import ENGLISH, Fault, described, say
from scan_notify_plugin.host.config import find_host


def add_arguments(parser: Parser) -> None:
    add_config(parser)
    add_json(parser)


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    facts, problem = _facts(args.config)
    if args.json:
        # The text of 0.1.0; in the reader's language it is among the faults.
        print_json(dict(facts, faults=described([problem] if problem else [], terminal.language)))
    else:
        shown = dict(facts, problem=terminal.describe(problem) if problem else '')
        rows = [(terminal.word('status', name), value) for name, value in shown.items()]
        terminal.table(('fact', 'value'), rows)
    return 0 if facts['active'] else 1


def _facts(config: str) -> Tuple[Dict[str, object], Optional[Fault]]:
    """What holds here, and what is wrong with it."""
    loaded, host, path, enabled, problem = site_file.is_written(), None, None, False, None
    try:
        app = find_host('.')
        host = os.path.dirname(os.path.abspath(app)) if app else None
        found, settings = read_settings(config)
        path, enabled = found.path, settings.enable
    except ScanNotifyError as error:
        problem = error.fault
    facts = {
        'site_file': site_file.path(), 'loaded_by_host': loaded, 'host': host, 'config': path, 'enabled': enabled,
        'problem': say(problem, ENGLISH) if problem else '', 'active': bool(loaded and enabled),
    }  # fmt: skip
    return facts, problem

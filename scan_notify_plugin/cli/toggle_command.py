"""``scan-notify toggle``"""

import argparse
from typing import Sequence

from scan_notify_plugin.admin.plugins import Plugins
from scan_notify_plugin.cli.parser import Parser
from scan_notify_plugin.cli.session import add_config, add_json, open_desk, person
from scan_notify_plugin.cli.terminal import Terminal, print_json
from scan_notify_plugin.errors import ConfigError
from scan_notify_plugin.faults import Fault
from scan_notify_plugin.records import Document

COLUMNS = ('name', 'version', 'state', 'speaks', 'off_by', 'since', 'error')


def add_arguments(parser: Parser) -> None:
    add_config(parser)
    add_json(parser)
    parser.add_argument('plugin', nargs='?', default='', metavar='PLUGIN', help=parser.text('help.toggle.plugin'))
    parser.add_argument('state', nargs='?', choices=('on', 'off'), help=parser.text('help.toggle.state'))


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    plugins = Plugins(open_desk(args.config, terminal.language))
    if args.plugin:
        return _switch(plugins, args, terminal)
    rows = plugins.listing()
    if args.json:
        print_json(rows)
    else:
        terminal.table(COLUMNS, [_cells(row, terminal) for row in rows])
    return 0


def _cells(row: Document, terminal: Terminal) -> Sequence[object]:
    state = terminal.word('cli.plugin', row['state'])
    speaks = row['channel'] or row['format']
    error = terminal.in_words(row['faults'])
    if error != row['error']:  # a plugin that we refuse
        error = terminal.text('doctor.plugin.refused', cause=error)
    return row['name'], row['version'], state, speaks, row['off_by'], row['off_at'], error


def _switch(plugins: Plugins, args: argparse.Namespace, terminal: Terminal) -> int:
    if args.state is None:
        raise ConfigError('toggle', Fault('toggle.which'), 'docs/cli.md')
    row = plugins.switch(args.plugin, args.state == 'on', person())
    if args.json:
        print_json(row)
    elif row['off_by']:
        terminal.say('toggle.off', plugin=row['name'], state=row['state'], by=row['off_by'])
    else:
        terminal.say('toggle.done', plugin=row['name'], state=row['state'])
    return 0

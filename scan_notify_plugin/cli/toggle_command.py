"""``scan-notify toggle``"""

import argparse

from scan_notify_plugin.admin.errors import Invalid
from scan_notify_plugin.admin.plugins import Plugins
from scan_notify_plugin.cli.session import add_config, add_json, open_desk, person, print_json, print_table, say

HELP = (
    'show the plugins of the workers with their switches, or switch one off or on; every worker follows within seconds'
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_config(parser)
    add_json(parser)
    parser.add_argument('plugin', nargs='?', default='', metavar='PLUGIN', help='its name; without one all are shown')
    parser.add_argument('state', nargs='?', choices=('on', 'off'), help='on or off')


def run(args: argparse.Namespace) -> int:
    plugins = Plugins(open_desk(args.config))
    if args.plugin:
        return _switch(plugins, args)
    rows = plugins.listing()
    if args.json:
        print_json(rows)
    else:
        titles = ('NAME', 'VERSION', 'STATE', 'SPEAKS', 'OFF BY', 'SINCE', 'ERROR')
        print_table(titles, [
            (row['name'], row['version'], row['state'], row['channel'] or row['format'], row['off_by'], row['off_at'],
             row['error'])
            for row in rows
        ])  # fmt: skip
    return 0


def _switch(plugins: Plugins, args: argparse.Namespace) -> int:
    if args.state is None:
        raise Invalid('toggle', 'say on or off after the name of the plugin', 'docs/cli.md')
    row = plugins.switch(args.plugin, args.state == 'on', person())
    if args.json:
        print_json(row)
    else:
        say('plugin {} is {}{}'.format(row['name'], row['state'], ', by ' + row['off_by'] if row['off_by'] else ''))
    return 0

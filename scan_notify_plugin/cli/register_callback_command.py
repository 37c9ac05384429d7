"""``scan-notify register-callback``"""

import argparse

from scan_notify_plugin.cli.finding import chained
from scan_notify_plugin.cli.parser import Parser
from scan_notify_plugin.cli.session import add_config, open_session
from scan_notify_plugin.cli.terminal import Terminal, fault_of
from scan_notify_plugin.errors import ScanNotifyError, SendError
from scan_notify_plugin.faults import Fault, quoted
from scan_notify_plugin.web.routes import ROOT


def add_arguments(parser: Parser) -> None:
    add_config(parser)
    parser.add_argument('target', metavar='TARGET', help=parser.text('help.register.target'))
    add_options(parser)


def add_options(parser: Parser) -> None:
    """What the command of 0.1.0 has, too."""
    parser.add_argument(
        '--url',
        default='',
        metavar='URL',
        help=parser.text('help.register.url', root=ROOT),
    )
    parser.add_argument('--force', action='store_true', help=parser.text('help.register.force'))


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    from scan_notify_plugin.notifiers.callbacks import HTTP, address_of
    from scan_notify_plugin.plugins.declarations import configured
    from scan_notify_plugin.plugins.loading import load_channels
    from scan_notify_plugin.worker.channels import targets_of

    session = open_session(args.config)
    wanted = session.settings.targets.get(args.target)
    plugins = load_channels([wanted.channel] if wanted else [], session.settings.block_plugins)
    notifier = plugins.notifiers.get(wanted.channel) if wanted else None
    callbacks = notifier.callbacks if notifier else None
    if wanted is None or notifier is None or callbacks is None or callbacks.way(wanted.options) != HTTP:
        raise ScanNotifyError(Fault('register.no_target', target=args.target))
    target = targets_of(configured(session.host.sections, plugins), session.db, session.clock)[args.target]
    problems = list(map(quoted, notifier.problems(target.options)))
    if problems:
        raise ScanNotifyError(Fault('register.wrong', target=args.target, cause=chained('doctor.both', problems)))
    base = session.settings.base_url.rstrip('/')
    if not args.url and not base:
        raise ScanNotifyError(Fault('register.no_address'))
    url = args.url or base + ROOT + address_of(notifier.channel, callbacks)
    try:
        callbacks.register(target, url, args.force)
    except SendError as error:
        raise ScanNotifyError(Fault('register.refused', cause=fault_of(error)))
    terminal.say('register.done', target=args.target, url=url)
    return 0

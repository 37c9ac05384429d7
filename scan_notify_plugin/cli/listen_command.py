"""``scan-notify listen``"""

import argparse
import logging
import os
import signal
import socket
from typing import TYPE_CHECKING

from scan_notify_plugin.cli.parser import Parser
from scan_notify_plugin.cli.session import Session, add_config, open_session
from scan_notify_plugin.cli.terminal import Terminal
from scan_notify_plugin.errors import ScanNotifyError
from scan_notify_plugin.faults import Fault

if TYPE_CHECKING:
    from scan_notify_plugin.worker.listen import Listener


def add_arguments(parser: Parser) -> None:
    parser.add_argument('channel', nargs='?', default='', metavar='CHANNEL', help=parser.text('help.listen.channel'))
    add_options(parser)


def add_options(parser: Parser) -> None:
    """What the command of 0.1.0 has, too."""
    add_config(parser)
    parser.add_argument('--loglevel', default='INFO', metavar='LEVEL', help=parser.text('help.loglevel'))


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    return listen(args.channel, args.config, args.loglevel.upper())


def listen(channel: str, config: str, loglevel: str) -> int:
    """Until a signal ends it.

    :param channel: '' for all
    """
    listener = make_listener(open_session(config), channel)
    logging.basicConfig(level=loglevel, format='[%(asctime)s: %(levelname)s/%(name)s] %(message)s')
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: listener.stopping.set())
    listener.run()
    return 0


def make_listener(session: Session, channel: str = '') -> 'Listener':
    """All connections that the configuration wants.

    :raises ScanNotifyError: if it wants none
    """
    from scan_notify_plugin.admin.desk import Desk
    from scan_notify_plugin.plugins.declarations import configured
    from scan_notify_plugin.plugins.loading import load_channels
    from scan_notify_plugin.settings.overrides import overridden
    from scan_notify_plugin.settings.store import SettingsStore
    from scan_notify_plugin.worker.channels import targets_of
    from scan_notify_plugin.worker.listen import Listener

    used = {target.channel for target in session.settings.targets.values()}
    plugins = load_channels([channel] if channel else used, session.settings.block_plugins)
    known = configured(session.host.sections, plugins)

    def desk() -> Desk:
        stored = SettingsStore(session.db, session.clock).read()
        settings = overridden(known, stored.options)
        return Desk(session.db, stored.run_collection, settings, session.clock, '', known)

    notifiers = [notifier for name, notifier in sorted(plugins.notifiers.items()) if name == notifier.channel]
    targets = targets_of(known, session.db, session.clock)
    listener = Listener('{}-{}'.format(socket.gethostname(), os.getpid()), notifiers, targets, desk)
    if not listener.connections:
        raise ScanNotifyError(Fault('listen.none_of', channel=channel) if channel else Fault('listen.none'))
    return listener

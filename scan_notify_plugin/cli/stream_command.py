"""``scan-notify stream``"""

import argparse
import logging
import os
import signal
import socket
from typing import Any

from scan_notify_plugin.cli.session import Session, add_config, open_session
from scan_notify_plugin.errors import ScanNotifyError

HELP = 'answer clicks on DingTalk cards in Stream mode, in the foreground; no public address is needed'
NO_SDK = 'DingTalk\'s SDK is not installed here: pip install "scan-notify-plugin[stream]" with a Python from 3.8'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_config(parser)
    parser.add_argument('--loglevel', default='INFO', metavar='LEVEL', help='DEBUG, INFO, WARNING or ERROR (INFO)')


def run(args: argparse.Namespace) -> int:
    from scan_notify_plugin.worker.stream import sdk_is_installed

    session = open_session(args.config)
    if not sdk_is_installed():
        raise ScanNotifyError('{} (see docs/dingding_openapi.md#stream)'.format(NO_SDK))
    streams = make_streams(session)
    logging.basicConfig(level=args.loglevel.upper(), format='[%(asctime)s: %(levelname)s/%(name)s] %(message)s')
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: streams.stopping.set())
    streams.run()
    return 0


def make_streams(session: Session) -> Any:
    """All connections that the configuration wants.

    :raises ScanNotifyError: if it wants none
    """
    from scan_notify_plugin.admin.card_actions import targets_with
    from scan_notify_plugin.admin.desk import Desk
    from scan_notify_plugin.settings.rules import overridden
    from scan_notify_plugin.settings.store import SettingsStore
    from scan_notify_plugin.worker.context import targets_of
    from scan_notify_plugin.worker.stream import Streams

    def desk() -> Desk:
        stored = SettingsStore(session.db, session.clock).read()
        settings = overridden(session.settings, stored.options)
        return Desk(session.db, stored.run_collection, settings, session.clock, '', session.settings)

    wanted = targets_with(desk(), 'stream')
    targets = [target for name, target in targets_of(session.settings, session.db, session.clock).items() if name in wanted]
    for target in targets:
        if not target.options.get('app_key') or not target.options.get('app_secret'):
            raise ScanNotifyError('target {} lacks APP_KEY or APP_SECRET (see docs/dingding_openapi.md)'.format(target.name))
    if not targets:
        raise ScanNotifyError('no target has CALLBACK: stream (see docs/dingding_openapi.md#stream)')
    return Streams('{}-{}'.format(socket.gethostname(), os.getpid()), targets, desk)

"""``scan-notify register-callback``"""

import argparse

from scan_notify_plugin.cli.session import add_config, open_session, say
from scan_notify_plugin.errors import ScanNotifyError, SendError
from scan_notify_plugin.faults import join, quoted
from scan_notify_plugin.web.routes import ROOT

HELP = 'tell a service where clicks on the messages of a target go (CALLBACK: http)'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_config(parser)
    parser.add_argument('target', metavar='TARGET', help='a target with CALLBACK: http')
    add_options(parser)


def add_options(parser: argparse.ArgumentParser) -> None:
    """What the command of 0.1.0 has, too."""
    parser.add_argument(
        '--url',
        default='',
        metavar='URL',
        help='the public address; else BASE_URL with the channel\'s address below ' + ROOT,
    )
    parser.add_argument('--force', action='store_true', help='also where the service knows another address')


def run(args: argparse.Namespace) -> int:
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
        raise ScanNotifyError('{} is no target with CALLBACK: http (see docs/channels.md#buttons)'.format(args.target))
    target = targets_of(configured(session.host.sections, plugins), session.db, session.clock)[args.target]
    problems = join(map(quoted, notifier.problems(target.options)))
    if problems:
        raise ScanNotifyError('target {}: {} (see docs/channels.md)'.format(args.target, problems))
    base = session.settings.base_url.rstrip('/')
    if not args.url and not base:
        raise ScanNotifyError('no address: give --url, or set SCAN_NOTIFY.BASE_URL (see docs/channels.md#buttons)')
    url = args.url or base + ROOT + address_of(notifier.channel, callbacks)
    try:
        callbacks.register(target, url, args.force)
    except SendError as error:
        raise ScanNotifyError('the service refused: {}'.format(error))
    say('registered: clicks on cards of {} go to {}'.format(args.target, url))
    return 0

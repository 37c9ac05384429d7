"""``scan-notify dingding``"""

import argparse

from scan_notify_plugin.cli.session import add_config, open_session, say
from scan_notify_plugin.errors import ScanNotifyError, SendError

HELP = 'register-callback: tell DingTalk where clicks on the cards of a target go (CALLBACK: http)'

#: Where the host's web server answers them; see web/cards.py.
ROUTE = '/api/scan_notify/dingtalk/card'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_config(parser)
    parser.add_argument('action', choices=['register-callback'], help='what to do')
    parser.add_argument('target', metavar='TARGET', help='a target of the channel dingding_openapi with CALLBACK: http')
    parser.add_argument('--url', default='', metavar='URL', help='the public address; else BASE_URL with {}'.format(ROUTE))
    parser.add_argument('--force', action='store_true', help='also where the route key has another address')


def run(args: argparse.Namespace) -> int:
    from scan_notify_plugin.admin.card_actions import targets_with
    from scan_notify_plugin.admin.desk import Desk
    from scan_notify_plugin.notifiers.dingding_openapi import DingTalkOpenApi
    from scan_notify_plugin.notifiers.dingding_openapi.cards import register_callback
    from scan_notify_plugin.worker.context import targets_of

    session = open_session(args.config)
    desk = Desk(session.db, session.runs, session.settings, session.clock)
    if args.target not in targets_with(desk, 'http'):
        raise ScanNotifyError('{} is no target with CALLBACK: http (see docs/dingding_openapi.md#http)'.format(args.target))
    target = targets_of(session.settings, session.db, session.clock)[args.target]
    problems = DingTalkOpenApi().problems(target.options)
    if problems:
        raise ScanNotifyError('target {}: {} (see docs/dingding_openapi.md)'.format(args.target, '; '.join(problems)))
    base = session.settings.base_url.rstrip('/')
    if not args.url and not base:
        raise ScanNotifyError('no address: give --url, or set SCAN_NOTIFY.BASE_URL (see docs/dingding_openapi.md#http)')
    url = args.url or base + ROUTE
    try:
        register_callback(target, url, args.force)
    except SendError as error:
        hint = '; --force replaces the other address' if error.code == 'param.callbackRouteKeyExist' else ''
        raise ScanNotifyError('DingTalk refused: {}{}'.format(error, hint))
    say('registered: clicks on cards of {} go to {}'.format(args.target, url))
    return 0

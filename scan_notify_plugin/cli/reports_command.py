"""``scan-notify reports``"""

import argparse
import os
from contextlib import closing
from typing import Iterable, Sequence

from scan_notify_plugin.admin.reports import Reports
from scan_notify_plugin.cli.parser import Parser
from scan_notify_plugin.cli.session import add_config, add_json, open_desk, person
from scan_notify_plugin.cli.terminal import Terminal, print_json, show
from scan_notify_plugin.errors import ScanNotifyError
from scan_notify_plugin.faults import Fault
from scan_notify_plugin.records import Document


def add_arguments(parser: Parser) -> None:
    add_config(parser)
    add_json(parser)
    parser.add_argument('--run', dest='run_id', default='', metavar='ID', help=parser.text('help.reports.run'))
    parser.add_argument('--limit', type=int, default=200, metavar='N', help=parser.text('help.reports.limit'))
    what = parser.add_mutually_exclusive_group()
    what.add_argument('--save', default='', metavar='REPORT', help=parser.text('help.reports.save'))
    what.add_argument('--link', default='', metavar='REPORT', help=parser.text('help.reports.link'))
    what.add_argument('--revoke', default='', metavar='REPORT', help=parser.text('help.reports.revoke'))
    what.add_argument('--delete', default='', metavar='REPORT', help=parser.text('help.reports.delete'))
    what.add_argument('--again', default='', metavar='FORMAT', help=parser.text('help.reports.again'))
    parser.add_argument('--out', default='', metavar='FILE', help=parser.text('help.reports.out'))
    parser.add_argument('--hours', type=float, default=None, metavar='N', help=parser.text('help.reports.hours'))


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    reports = Reports(open_desk(args.config, terminal.language))
    if args.save:
        return _save(reports, args, terminal)
    if args.link:
        url = reports.new_link(args.link, person(), args.hours)
        return _done({'url': url}, url, args.json)
    if args.revoke:
        result = reports.revoke(args.revoke, person())
        return _done(result, terminal.text('reports.revoked', report=args.revoke), args.json)
    if args.delete:
        result = reports.delete(args.delete, person())
        return _done(result, terminal.text('reports.deleted', report=args.delete), args.json)
    if args.again:
        if not args.run_id:
            raise ScanNotifyError(Fault('reports.which'))
        jobs = reports.again(args.run_id, args.again, person())
        return _done({'jobs': jobs}, terminal.text('reports.again', jobs=', '.join(jobs)), args.json)
    return _list(reports, args, terminal)


def _done(result: object, text: str, as_json: bool) -> int:
    if as_json:
        print_json(result)
    else:
        show(text)
    return 0


def _list(reports: Reports, args: argparse.Namespace, terminal: Terminal) -> int:
    found = reports.listing(1, max(args.limit, 1), args.run_id or None)
    if args.json:
        print_json(found['items'])
        return 0
    terminal.table(
        ('report', 'run', 'name', 'size', 'made', 'state', 'link_until', 'downloads'),
        [_cells(report, terminal) for report in found['items']],
    )
    if found['total'] > len(found['items']):
        show()
        terminal.say('reports.more', shown=len(found['items']), total=found['total'])
    return 0


def _cells(report: Document, terminal: Terminal) -> Sequence[object]:
    revoked = report['link_state'] == 'revoked'
    return (
        report['id'], report['run_id'], report['name'], report['size'], report['created_at'],
        terminal.word('cli.report', report['state']),
        terminal.word('cli.link', 'revoked') if revoked else report['link_until'], report['downloads'],
    )  # fmt: skip


def _save(reports: Reports, args: argparse.Namespace, terminal: Terminal) -> int:
    report, pieces = reports.open(args.save, person())
    path = args.out or os.path.basename(report.name)
    with closing(pieces):
        _write(path, pieces)
    return _done({'saved': path}, terminal.text('reports.saved', path=path), args.json)


def _write(path: str, pieces: Iterable[bytes]) -> None:
    try:
        file = open(path, 'xb')
    except FileExistsError:
        raise ScanNotifyError(Fault('cli.exists', path=path))
    except OSError as error:
        raise ScanNotifyError(Fault('cli.unwritable', path=path, detail=error.strerror))
    try:
        with file:
            for piece in pieces:
                file.write(piece)
    except BaseException as error:
        os.remove(path)  # as a whole or not at all
        if isinstance(error, OSError):
            raise ScanNotifyError(Fault('cli.unwritable', path=path, detail=error.strerror or error))
        raise

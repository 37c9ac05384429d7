"""``scan-notify reports``"""

import argparse
import os
from contextlib import closing
from typing import Any, Iterable

from scan_notify_plugin.admin.reports import Reports
from scan_notify_plugin.cli.session import add_config, add_json, open_desk, person, print_json, print_table, say
from scan_notify_plugin.errors import ScanNotifyError

HELP = 'list the kept reports, save or delete one, make one again, renew or revoke its links'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_config(parser)
    add_json(parser)
    parser.add_argument('--run', dest='run_id', default='', metavar='ID', help='only reports of this run')
    parser.add_argument('--limit', type=int, default=200, metavar='N', help='how many, the newest first (200)')
    what = parser.add_mutually_exclusive_group()
    what.add_argument('--save', default='', metavar='REPORT', help='save this report; needs no link')
    what.add_argument('--link', default='', metavar='REPORT', help='print a new link; those before it end')
    what.add_argument('--revoke', default='', metavar='REPORT', help='let no link to this report work any more')
    what.add_argument('--delete', default='', metavar='REPORT', help='remove its file; the record stays')
    what.add_argument('--again', default='', metavar='FORMAT', help='make a report of the run that --run names')
    parser.add_argument('--out', default='', metavar='FILE', help='where to save it; else its own name in this folder')
    parser.add_argument(
        '--hours', type=float, default=None, metavar='N', help='how long the new link works; else LINK_HOURS'
    )


def run(args: argparse.Namespace) -> int:
    reports = Reports(open_desk(args.config))
    if args.save:
        return _save(reports, args.save, args.out, args.json)
    if args.link:
        url = reports.new_link(args.link, person(), args.hours)
        return _say({'url': url}, url, args.json)
    if args.revoke:
        return _say(
            reports.revoke(args.revoke, person()),
            'revoked: no link to {} works any more'.format(args.revoke),
            args.json,
        )
    if args.delete:
        return _say(reports.delete(args.delete, person()), 'deleted: {}'.format(args.delete), args.json)
    if args.again:
        if not args.run_id:
            raise ScanNotifyError('--again needs --run: which run is it a report of?')
        jobs = reports.again(args.run_id, args.again, person())
        return _say({'jobs': jobs}, 'to be made by the next tick: {}'.format(', '.join(jobs)), args.json)
    return _list(reports, args)


def _say(value: Any, words: str, as_json: bool) -> int:
    if as_json:
        print_json(value)
    else:
        say(words)
    return 0


def _list(reports: Reports, args: argparse.Namespace) -> int:
    found = reports.listing(1, max(args.limit, 1), args.run_id or None)
    if args.json:
        print_json(found['items'])
        return 0
    print_table(
        ('REPORT', 'RUN', 'NAME', 'SIZE', 'MADE', 'STATE', 'LINK UNTIL', 'DOWNLOADS'),
        [
            (one['id'], one['run_id'], one['name'], one['size'], one['created_at'], one['state'],
             'revoked' if one['link_state'] == 'revoked' else one['link_until'], one['downloads'])
            for one in found['items']
        ],
    )  # fmt: skip
    if found['total'] > len(found['items']):
        say('\n{} of {} reports; more with --limit'.format(len(found['items']), found['total']))
    return 0


def _save(reports: Reports, report_id: str, out: str, as_json: bool) -> int:
    report, pieces = reports.open(report_id, person())
    path = out or os.path.basename(report.name)
    with closing(pieces):
        _write(path, pieces)
    return _say({'saved': path}, 'saved: {}'.format(path), as_json)


def _write(path: str, pieces: Iterable[bytes]) -> None:
    try:
        file = open(path, 'xb')
    except FileExistsError:
        raise ScanNotifyError('{} exists already; name another file with --out'.format(path))
    except OSError as error:
        raise ScanNotifyError('cannot write {}: {}'.format(path, error.strerror))
    try:
        with file:
            for piece in pieces:
                file.write(piece)
    except BaseException as error:
        os.remove(path)  # as a whole or not at all
        if isinstance(error, OSError):
            raise ScanNotifyError('cannot write {}: {}'.format(path, error.strerror or error))
        raise

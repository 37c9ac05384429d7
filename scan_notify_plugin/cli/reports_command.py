"""``scan-notify reports``"""

import argparse
import os
from contextlib import closing
from typing import Any, Iterable

from scan_notify_plugin.cli.session import add_config, add_json, open_session, print_json, print_table, say
from scan_notify_plugin.errors import ScanNotifyError
from scan_notify_plugin.host.config import report_folder
from scan_notify_plugin.reports import storage
from scan_notify_plugin.reports.store import ReportStore

HELP = 'list the kept reports, save one to a file, or revoke its links'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_config(parser)
    add_json(parser)
    parser.add_argument('--run', dest='run_id', default='', metavar='ID', help='only reports of this run')
    parser.add_argument('--save', default='', metavar='REPORT', help='save this report; needs no link')
    parser.add_argument('--out', default='', metavar='FILE', help='where to; else its own name in this folder')
    parser.add_argument('--revoke', default='', metavar='REPORT', help='let no link to this report work any more')


def run(args: argparse.Namespace) -> int:
    session = open_session(args.config, must_be_enabled=False)
    reports = ReportStore(session.db)
    if args.save:
        return _save(session, reports, args.save, args.out)
    if args.revoke:
        return _revoke(reports, args.revoke)
    found = reports.of_runs([args.run_id]) if args.run_id else reports.with_file()
    if args.json:
        print_json(found)
    else:
        print_table(
            ('REPORT', 'RUN', 'NAME', 'SIZE', 'MADE', 'STATE', 'LINK UNTIL', 'DOWNLOADS'),
            [
                (one['_id'], one['run_id'], one['name'], one['size'], one['created_at'], one['state'],
                 one['link_until'], one['downloads'])
                for one in found
            ],
        )  # fmt: skip
    return 0


def _revoke(reports: ReportStore, report_id: str) -> int:
    if reports.change_until_done(report_id, lambda report: {'serial': report['serial'] + 1}) is None:
        raise ScanNotifyError('report {} does not exist (see "scan-notify reports")'.format(report_id))
    say('revoked: no link to {} works any more'.format(report_id))
    return 0


def _save(session: Any, reports: ReportStore, report_id: str, out: str) -> int:
    report = reports.get(report_id)
    if report is None or report['state'] != 'ready':
        state = 'is {}'.format(report['state']) if report else 'does not exist'
        raise ScanNotifyError('report {} {} (see "scan-notify reports")'.format(report_id, state))
    folder = report_folder(session.host, session.settings.report_folder)
    path = out or os.path.basename(report['name'])
    with closing(storage.stored(report['storage'], folder, session.db).read(report['place'])) as pieces:
        _write(path, pieces)
    say('saved: {}'.format(path))
    return 0


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

"""``scan-notify reports``"""

import argparse
import os
from typing import Any

from scan_notify_plugin.cli.session import add_config, add_json, open_session, print_json, print_table, say
from scan_notify_plugin.errors import ScanNotifyError
from scan_notify_plugin.host.config import report_folder
from scan_notify_plugin.reports import storage
from scan_notify_plugin.reports.store import ReportStore

HELP = 'list the kept reports, or save one to a file'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_config(parser)
    add_json(parser)
    parser.add_argument('--run', dest='run_id', default='', metavar='ID', help='only reports of this run')
    parser.add_argument('--save', default='', metavar='REPORT', help='save this report; needs no link')
    parser.add_argument('--out', default='', metavar='FILE', help='where to; else its own name in this folder')


def run(args: argparse.Namespace) -> int:
    session = open_session(args.config, must_be_enabled=False)
    reports = ReportStore(session.db)
    if args.save:
        return _save(session, reports, args.save, args.out)
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


def _save(session: Any, reports: ReportStore, report_id: str, out: str) -> int:
    report = reports.get(report_id)
    if report is None or report['state'] != 'ready':
        state = 'is {}'.format(report['state']) if report else 'does not exist'
        raise ScanNotifyError('report {} {} (see "scan-notify reports")'.format(report_id, state))
    folder = report_folder(session.host, session.settings.report_folder)
    pieces = storage.stored(report['storage'], folder, session.db).read(report['place'])
    path = out or os.path.basename(report['name'])
    try:
        with open(path, 'xb') as file:
            for piece in pieces:
                file.write(piece)
    except FileExistsError:
        raise ScanNotifyError('{} exists already; name another file with --out'.format(path))
    except OSError as error:
        raise ScanNotifyError('cannot write {}: {}'.format(path, error.strerror))
    say('saved: {}'.format(path))
    return 0

"""``scan-notify runs``"""

import argparse
from datetime import datetime
from typing import Optional

from scan_notify_plugin.admin.desk import NOTHING_YET, Desk
from scan_notify_plugin.admin.errors import NotFound
from scan_notify_plugin.admin.history import job_view
from scan_notify_plugin.admin.results import RunResults
from scan_notify_plugin.admin.runs import OUTCOMES, STATUSES, Runs
from scan_notify_plugin.cli import histories
from scan_notify_plugin.cli.parser import Parser
from scan_notify_plugin.cli.session import add_config, add_json, open_desk
from scan_notify_plugin.cli.steering import cancel
from scan_notify_plugin.cli.terminal import Terminal, print_json, show
from scan_notify_plugin.errors import ConfigError
from scan_notify_plugin.faults import Fault
from scan_notify_plugin.jobs.job import Job
from scan_notify_plugin.records import Document


def add_arguments(parser: Parser) -> None:
    add_config(parser)
    add_json(parser)
    parser.add_argument('only', nargs='?', default='', metavar='RUN', help=parser.text('help.runs.only'))
    parser.add_argument('--run', dest='run_id', default='', metavar='ID', help=parser.text('help.runs.run'))
    parser.add_argument('--limit', type=int, default=20, metavar='N', help=parser.text('help.runs.limit'))
    parser.add_argument('--page', type=int, default=1, metavar='N', help=parser.text('help.page'))
    parser.add_argument('--schedule', default='', metavar='ID', help=parser.text('help.runs.schedule'))
    parser.add_argument('--status', default='', choices=STATUSES, help=parser.text('help.runs.status'))
    parser.add_argument('--push', default='', choices=OUTCOMES, help=parser.text('help.runs.push'))
    parser.add_argument('--export', default='', choices=OUTCOMES, help=parser.text('help.runs.export'))
    parser.add_argument('--since', default='', metavar='TIME', help=parser.text('help.runs.since'))
    parser.add_argument('--until', default='', metavar='TIME', help=parser.text('help.runs.until'))
    parser.add_argument('--text', default='', metavar='TEXT', help=parser.text('help.runs.text'))
    parser.add_argument('--cancel', default='', metavar='JOB', help=parser.text('help.runs.cancel'))


def run(args: argparse.Namespace, terminal: Terminal) -> int:
    desk = open_desk(args.config, terminal.language)
    if desk.runs_name is None:
        raise NotFound(NOTHING_YET)
    if args.cancel:
        return cancel(desk, args.cancel, args.json, terminal)
    run_id = args.run_id or args.only
    return _show_one(desk, run_id, args.json, terminal) if run_id else _show_many(desk, args, terminal)


def _show_many(desk: Desk, args: argparse.Namespace, terminal: Terminal) -> int:
    found = Runs(desk).listing(
        page=args.page,
        size=args.limit,
        status=args.status,
        push_status=args.push,
        export_status=args.export,
        schedule_id=args.schedule,
        since=_time('--since', args.since),
        until=_time('--until', args.until),
        text=args.text,
    )
    jobs = desk.jobs.of_runs([run['id'] for run in found['items']])
    shown = [dict(run, jobs=[_brief(job, desk) for job in jobs if run['id'] in job.run_ids]) for run in found['items']]
    if args.json:
        print_json(shown)
        return 0
    histories.print_runs(shown, terminal)
    for job in jobs:
        histories.print_job(job_view(job, desk), terminal)
    if found['total'] > len(shown):
        show()
        terminal.say('runs.more', shown=len(shown), total=found['total'])
    return 0


def _show_one(desk: Desk, run_id: str, as_json: bool, terminal: Terminal) -> int:
    found = dict(Runs(desk).detail(run_id), changes=RunResults(desk).top(run_id))
    if as_json:
        print_json(found)
    else:
        histories.print_run(found, terminal)
    return 0


def _brief(job: Job, desk: Desk) -> Document:
    return {name: value for name, value in job_view(job, desk).items() if name != 'parts'}


def _time(name: str, given: str) -> Optional[datetime]:
    """A time of this machine's zone; aware.

    :raises ConfigError: for what is none
    """
    for form in ('%Y-%m-%d', '%Y-%m-%d %H:%M', '%Y-%m-%d %H:%M:%S') if given else ():
        try:
            return datetime.strptime(given, form).astimezone()
        except ValueError:
            continue
    if given:
        raise ConfigError(name, Fault('runs.time'), 'docs/cli.md')
    return None

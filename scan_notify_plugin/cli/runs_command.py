"""``scan-notify runs``"""

import argparse
from datetime import datetime
from typing import Any, Dict, Mapping, Optional

from scan_notify_plugin.admin.desk import NOTHING_YET, Desk
from scan_notify_plugin.admin.errors import Invalid, NotFound
from scan_notify_plugin.admin.history import job_view
from scan_notify_plugin.admin.runs import OUTCOMES, STATUSES, Runs
from scan_notify_plugin.cli.cancel_command import cancel
from scan_notify_plugin.cli.session import add_config, add_json, open_desk, print_json, print_table, say
from scan_notify_plugin.jobs.job import Job

HELP = 'show recent runs with their jobs and attempts, or one run with its time line'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_config(parser)
    add_json(parser)
    parser.add_argument('only', nargs='?', default='', metavar='RUN', help='only this run, with its time line')
    parser.add_argument('--run', dest='run_id', default='', metavar='ID', help='the same')
    parser.add_argument('--limit', type=int, default=20, metavar='N', help='how many, the newest first (20)')
    parser.add_argument('--page', type=int, default=1, metavar='N', help='the so-many-th page of them (1)')
    parser.add_argument('--schedule', default='', metavar='ID', help='only runs of this schedule')
    parser.add_argument('--status', default='', choices=STATUSES, help='only runs with this status')
    parser.add_argument('--push', default='', choices=OUTCOMES, help='only runs whose messages came to this')
    parser.add_argument('--export', default='', choices=OUTCOMES, help='only runs whose reports came to this')
    when = 'fired then or later, such as 2026-03-01 or "2026-03-01 14:30"'
    parser.add_argument('--since', default='', metavar='TIME', help=when)
    parser.add_argument('--until', default='', metavar='TIME', help='fired earlier than then')
    parser.add_argument('--text', default='', metavar='TEXT', help='in the id, the schedule\'s name or the error')
    parser.add_argument('--cancel', default='', metavar='JOB', help='the same as "scan-notify cancel JOB"')


def run(args: argparse.Namespace) -> int:
    desk = open_desk(args.config)
    if desk.runs_name is None:
        raise NotFound(NOTHING_YET)
    if args.cancel:
        return cancel(desk, args.cancel, args.json)
    run_id = args.run_id or args.only
    return _show_one(desk, run_id, args.json) if run_id else _show_many(desk, args)


def _show_many(desk: Desk, args: argparse.Namespace) -> int:
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
    jobs = desk.jobs.of_runs([one['id'] for one in found['items']])
    shown = [dict(one, jobs=[_brief(job, desk) for job in jobs if one['id'] in job.run_ids]) for one in found['items']]
    if args.json:
        print_json(shown)
        return 0
    _say_runs(shown)
    for job in jobs:
        _say_job(job_view(job, desk))
    if found['total'] > len(shown):
        say('\n{} of {} runs; more with --limit, --page'.format(len(shown), found['total']))
    return 0


def _show_one(desk: Desk, run_id: str, as_json: bool) -> int:
    found = Runs(desk).detail(run_id)
    if as_json:
        print_json(found)
        return 0
    _say_runs([found])
    if found['acknowledged']:
        say('\nacknowledged by {by} {note}'.format(**found['acknowledged']).rstrip())
    for job in found['jobs']:
        _say_job(job)
    say()
    for line in found['timeline']:
        about = '(update)' if line['kind'] == 'update' else ''
        words = ' '.join(filter(None, [line['what'], about, line['words'], line['by']]))
        say('{}  {}'.format(_local(line['at']), ' '.join(words.split())))
    return 0


def _brief(job: Job, desk: Desk) -> Dict[str, Any]:
    return {name: value for name, value in job_view(job, desk).items() if name != 'parts'}


def _say_runs(runs: Any) -> None:
    print_table(
        ('RUN', 'SCHEDULE', 'FIRED', 'ENDED', 'STATUS', 'TASKS', 'EXPORT', 'PUSH', 'ERROR'),
        [
            (one['id'], one['schedule_name'], one['start_time'], one['end_time'], one['status'],
             one['counts']['total'], one['export_status'], one['push_status'], one['error_msg'])
            for one in runs
        ],
    )  # fmt: skip


def _say_job(job: Mapping[str, Any]) -> None:
    makes = job['kind'] == 'export'
    what = job['format'] if makes else ' -> '.join(job['route'])
    progress = ' after {} records'.format(job['progress']) if makes and job['under_way'] else ''
    about = ' (update of a sent message)' if job['kind'] == 'update' else ''
    say('\njob {} -> {}{}: {}{} {}'.format(job['id'], what, about, job['state'], progress, job['error']).rstrip())
    for attempt in job['attempts']:
        said = ' '.join(str(attempt[name]) for name in ('code', 'words') if attempt[name] not in (None, ''))
        part = '' if makes else ' part {}'.format(attempt['part'] + 1)
        result = '{}: {} {}'.format(part, attempt['result'], said).rstrip()
        say('  {}  {}{}'.format(_local(attempt['at']), attempt['target'], result))


def _local(at: datetime) -> str:
    return at.astimezone().strftime('%Y-%m-%d %H:%M:%S')


def _time(name: str, given: str) -> Optional[datetime]:
    """A time of this machine's zone; aware.

    :raises Invalid: for what is none
    """
    for form in ('%Y-%m-%d', '%Y-%m-%d %H:%M', '%Y-%m-%d %H:%M:%S') if given else ():
        try:
            return datetime.strptime(given, form).astimezone()
        except ValueError:
            continue
    if given:
        raise Invalid(name, 'expected a time such as 2026-03-01 or "2026-03-01 14:30"', 'docs/cli.md')
    return None

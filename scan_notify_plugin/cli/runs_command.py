"""``scan-notify runs``"""

import argparse
from typing import Any, Dict, Mapping

from scan_notify_plugin.cli.session import add_config, add_json, known_runs, open_session, print_json, print_table, say
from scan_notify_plugin.errors import ScanNotifyError
from scan_notify_plugin.jobs.rules import OPEN
from scan_notify_plugin.jobs.store import JobStore
from scan_notify_plugin.runs.store import RunStore

HELP = 'show recent runs with their jobs and attempts, or cancel a job'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_config(parser)
    add_json(parser)
    parser.add_argument('--limit', type=int, default=20, metavar='N', help='how many, the newest first (20)')
    parser.add_argument('--schedule', default='', metavar='ID', help='only runs of this schedule')
    parser.add_argument('--run', dest='run_id', default='', metavar='ID', help='only this run, with its time line')
    parser.add_argument('--cancel', default='', metavar='JOB', help='cancel an export or a message that is not through')


def run(args: argparse.Namespace) -> int:
    session = open_session(args.config, must_be_enabled=False)
    runs = RunStore(session.db[known_runs(session)])
    if args.cancel:
        return _cancel(JobStore(session.db), args.cancel)
    found = [one for one in [runs.get(args.run_id)] if one] if args.run_id else runs.recent(args.limit, args.schedule)
    jobs = JobStore(session.db).of_runs([one['_id'] for one in found])
    shown = [_shown(one, [job for job in jobs if one['_id'] in job['run_ids']]) for one in found]
    if args.json:
        print_json(shown)
        return 0
    print_table(
        ('RUN', 'SCHEDULE', 'FIRED', 'ENDED', 'STATUS', 'TASKS', 'EXPORT', 'PUSH', 'ERROR'),
        [
            (one['_id'], one['schedule_name'], one['fired_at'], one['end_time'], one['status'], len(one['task_ids']),
             one['export_status'], one['push_status'], one['error_msg'])
            for one in shown
        ],
    )  # fmt: skip
    for job in jobs:
        _say_job(job)
    if args.run_id and shown:
        for line in shown[0]['notes']:
            say('{}  {}'.format(line['at'].astimezone().strftime('%Y-%m-%d %H:%M:%S'), line['text']))
    return 0 if shown or not args.run_id else 1


def _cancel(jobs: JobStore, job_id: str) -> int:
    """A request that is under way is not called back; an export on its way notices and leaves nothing."""

    def decide(job: Mapping[str, Any]) -> Dict[str, Any]:
        return {'state': 'cancelled', 'error': 'cancelled by hand'} if job['state'] in OPEN else {}

    if jobs.change_until_done(job_id, decide) is None:
        job = jobs.get(job_id)
        state = 'is {} already'.format(job['state']) if job else 'does not exist'
        raise ScanNotifyError('job {} {} (see "scan-notify runs")'.format(job_id, state))
    say('cancelled: {}'.format(job_id))
    return 0


def _shown(run: Mapping[str, Any], jobs: Any) -> Dict[str, Any]:
    return dict(run, jobs=[{name: value for name, value in job.items() if name != 'parts'} for job in jobs])


def _say_job(job: Mapping[str, Any]) -> None:
    makes = job['kind'] == 'export'
    what = job['format'] if makes else ' -> '.join(job['route'])
    progress = ' after {} records'.format(job['progress']) if makes and job['attempt'] else ''
    say('\njob {} -> {}: {}{} {}'.format(job['_id'], what, job['state'], progress, job['error']).rstrip())
    for attempt in job['attempts']:
        said = ' '.join(str(attempt[name]) for name in ('code', 'words') if attempt[name] not in (None, ''))
        at = attempt['at'].astimezone().strftime('%Y-%m-%d %H:%M:%S')
        part = '' if makes else ' part {}'.format(attempt['part'] + 1)
        say('  {}  {}{}: {} {}'.format(at, attempt['target'], part, attempt['result'], said).rstrip())

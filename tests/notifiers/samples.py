"""Summaries and targets for the tests of this folder."""

from datetime import datetime, timedelta, timezone

from scan_notify_plugin.notifiers.base import Target
from scan_notify_plugin.notifiers.http import Http
from scan_notify_plugin.notifiers.summary import Summary, TaskLine
from scan_notify_plugin.secret import Secret

START = datetime(2030, 5, 17, 12, tzinfo=timezone.utc)
TOKEN = '5f2cHiddenToken0123456789abcdef'


def make_tasks(count, target='目标.example.com', outcome='done'):
    return tuple(
        TaskLine(format(number, '024x'), 'task', '{} {}'.format(target, number), outcome, number)
        for number in range(count)
    )


def make_summary(tasks=None, **fields):
    tasks = make_tasks(2) if tasks is None else tasks
    outcomes = [task.outcome for task in tasks]
    counts = {
        'total': len(tasks), 'done': outcomes.count('done'), 'failed': outcomes.count('error'),
        'stopped': outcomes.count('stop'), 'missing': outcomes.count('missing'),
    }  # fmt: skip
    values = dict(
        schedule_name='nightly', schedule_type='recurrent_scan', run_id='64f0:7', run_number=7,
        status='finished', fired_at=START, end_time=START + timedelta(hours=25, minutes=2, seconds=3),
        counts=counts, assets=(('site_cnt', 12), ('vuln_cnt', 1)), tasks=tasks,
        task_ids=tuple(task.id for task in tasks),
        troubles=(),
    )  # fmt: skip
    return Summary(**dict(values, **fields))


def make_target(base_url='http://127.0.0.1:9', language='en', oversize=None, total=5.0, **options):
    """A DingTalk target on this machine; an option None is left out."""
    options = dict({'access_token': Secret(TOKEN), 'api_base': base_url}, **options)
    options = {name: value for name, value in options.items() if value is not None}
    secrets = [value for value in options.values() if isinstance(value, Secret)]
    return Target('ops', 'dingding', options, Http('', secrets, total), language, oversize)

"""Summaries and targets for the tests of this folder."""

from datetime import datetime, timedelta, timezone

from scan_notify_plugin.changes import Change, Changed, Compared, Progress, Results, State
from scan_notify_plugin.notifiers.base import Target
from scan_notify_plugin.notifiers.http import Http
from scan_notify_plugin.notifiers.summary import Summary, TaskLine
from scan_notify_plugin.secret import Secret
from scan_notify_plugin.worker.changed import with_results

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


def make_change(state, table, target, name='', severity='', **cells):
    """A record; cells are ``column=(old, new)``, named as the last part of the column's code."""
    changed = tuple(Changed('column.' + column, *values) for column, values in cells.items())
    return Change(State(state), table, table + target, target, name, severity, changed)


#: Of a round with everything that a message tells by name, worst first.
RECORDS = (
    make_change('new', 'nuclei_result', 'https://a.example.com/.git/config', 'Git config exposure', 'critical'),
    make_change('new', 'vuln', '192.0.2.7:6379', 'Redis unauthorised', 'high'),
    make_change('back', 'fileleak', 'https://b.example.com/backup.zip', 'backup'),
    make_change('first_look', 'vuln', '192.0.2.8:21', 'FTP anonymous', 'medium'),
    make_change('new', 'service', '192.0.2.7:6379', 'redis 6.0'),
    make_change('new', 'site', 'https://c.example.com', 'login'),
    make_change('changed', 'site', 'https://a.example.com', 'home', page_title=('old', 'new'), status_code=('200', '')),
    make_change('gone', 'service', '192.0.2.3:22', 'openssh'),
    make_change('unstable', 'domain', 'x.example.com'),
)  # fmt: skip


def make_results(records=RECORDS, more=(), **fields):
    """Results that count the records, and ``more``: (table, state, how many)."""
    tables, changes = {}, {}
    for table, state, number in [(one.table, one.state.value, 1) for one in records] + list(more):
        numbers = tables.setdefault(table, {})
        numbers[state] = numbers.get(state, 0) + number
        changes[state] = changes.get(state, 0) + number
    values = dict(
        state=Progress.SUCCESS, totals={'site': 31, 'service': 120, 'vuln': 3}, severities={'critical': 1, 'high': 2},
        changes=changes, tables=tables, compared=Compared('64f0:6', 6, START - timedelta(days=3)), at=START,
    )  # fmt: skip
    return Results(**dict(values, **fields))


def told(summary, results=None, records=RECORDS, language='en'):
    """A summary with results, as the worker makes it."""
    return with_results(summary, results or make_results(records), records, language)

"""Messages with which a template is tried: between them they have all that a message can have."""

from datetime import datetime, timedelta, timezone
from typing import List, Optional

from scan_notify_plugin.changes import Change, Changed, Compared, Progress, Results, State
from scan_notify_plugin.notifiers.summary import Alert, EventLine, ReportLine, Summary, TaskLine, Text

#: The kinds of messages: a run, the shortest form of it, and what operators are told of trouble.
KINDS = ('run', 'brief', 'alert')

_AT = datetime(2026, 3, 2, 3, 0, 4, tzinfo=timezone.utc)
_ALERTS = (
    'delivery',
    'report',
    'worker',
    'schedule',
    'plugin',
    'document',
    'broker',
    'database',
    'clock',
    'stopped',
    'other',
)
_TROUBLES = ('failed', 'too_many', 'unreported', 'doubtful', 'unrecorded')
_OUTCOMES = ('done', 'error', 'stop', 'missing', 'unqueued', 'dead', 'overdue', 'running')
_READY = ReportLine(
    '65e3a1b4c1a5dab8cb6205f0', 'nightly-7.xlsx', 123456, 12, _AT, 'https://arl.example.com/r/x', _AT, ''
)
_REPORTS = (
    _READY,
    _READY._replace(link=''),
    _READY._replace(made_at=None, error='no room on the disk'),
    _READY._replace(made_at=None),
)


def samples(kind: str) -> List[Summary]:
    """The messages for a kind of template."""
    return [_alert(kind) for kind in _ALERTS] if kind == 'alert' else _runs()


def _runs() -> List[Summary]:
    tasks = tuple(
        TaskLine(format(number, '024x'), 'scan', '192.0.2.0/24', what, number) for number, what in enumerate(_OUTCOMES)
    )
    whole = Summary(
        schedule_name='nightly',
        schedule_type='recurrent_scan',
        run_id='65e2a0c4c1a5dab8cb6205e9:7',
        run_number=7,
        status='finished',
        fired_at=_AT - timedelta(hours=1),
        end_time=_AT,
        counts={'total': 8, 'done': 1, 'failed': 4, 'stopped': 1, 'missing': 1},
        assets=(('site_cnt', 12), ('Sites', 3)),
        tasks=tasks,
        task_ids=tuple(task.id for task in tasks),
        troubles=tuple((kind, 2, 'no broker') for kind in _TROUBLES),
        reports=_REPORTS,
    )
    paged = whole._replace(page=2, pages=3, omitted=5, repeat=True, status='error')
    bare = whole._replace(status='running', end_time=None, tasks=(), task_ids=(), assets=(), troubles=(), reports=())
    told = [_told(whole, results) for results in _results()]
    ends = [whole, whole.withheld(), paged, paged.withheld(), bare._replace(test=True), bare.withheld()]
    return ends + told + [run.withheld() for run in told]


def _told(run: Summary, results: Results) -> Summary:
    records = tuple(
        Change(state, table, 'x', '192.0.2.1:22', 'ssh', severity, (Changed('column.port', '21', ''),), _AT, _AT, 6, 7)
        for state in State
        for table, severity in (('vuln', 'critical'), ('service', ''))
    )
    return run._replace(
        results=results,
        records=records if results.known else (),
        unlisted={'gone': 3} if results.known else {},
        severities={'critical': 1} if results.known else {},
        remarks=('no room on the disk',),
        url='https://arl.example.com/api/scan_notify/admin#/run/x',
    )


def _results() -> List[Results]:
    """Of every way that collecting can end."""

    def known(compared: Optional[Compared], *states: State) -> Results:
        numbers = {state.value: 3 for state in states}
        tables = {'vuln': numbers, 'service': numbers}
        return Results(Progress.SUCCESS, {'site': 3}, {'critical': 1}, numbers, tables, compared, at=_AT)

    before = Compared('65e2a0c4c1a5dab8cb6205e9:6', 6, _AT - timedelta(days=1))
    return [
        known(before, *State), known(before), known(None, State.FIRST_LOOK), known(None, State.FOUND),
        Results(Progress.PENDING), Results(Progress.ERROR),
    ]  # fmt: skip


def _alert(kind: str) -> Summary:
    line = EventLine('65e2', 'nightly', 'ops', 'error', 2, 'excel', 90, 3, _AT, _AT)
    bare = EventLine('', '', '', '', 1, at=_AT)
    counts = dict.fromkeys(('total', 'done', 'failed', 'stopped', 'missing'), 0)
    title = Text('Something needs attention')
    return Summary(
        schedule_name=title, schedule_type='alert', run_id='alert/{}'.format(kind), run_number=0, status='error',
        fired_at=_AT, end_time=None,
        counts=counts, assets=(), tasks=(line, bare), task_ids=(), troubles=(), repeat=True, omitted=3,
        alert=Alert(kind, title, 5, 2),
    )  # fmt: skip

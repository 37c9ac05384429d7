"""Runs, their jobs and time lines, as ``scan-notify runs`` prints them."""

from typing import Iterable, Mapping, Sequence

from scan_notify_plugin.cli.terminal import Terminal, local, show
from scan_notify_plugin.records import Document

_COLUMNS = ('run', 'schedule', 'fired', 'ended', 'status', 'tasks', 'export', 'push', 'error')


def print_runs(runs: Iterable[Document], terminal: Terminal) -> None:
    """A table of runs."""
    terminal.table(_COLUMNS, [_cells(run, terminal) for run in runs])


def _cells(run: Document, terminal: Terminal) -> Sequence[object]:
    return (
        run['id'], run['schedule_name'], run['start_time'], run['end_time'], terminal.word('cli.run', run['status']),
        run['counts']['total'], terminal.word('cli.export', run['export_status']),
        terminal.word('cli.push', run['push_status']), terminal.in_words(run['faults']),
    )  # fmt: skip


def print_job(job: Document, terminal: Terminal) -> None:
    """A job and its attempts."""
    makes = job['kind'] == 'export'
    subject = job['format'] if makes else ' -> '.join(job['route'])
    update = terminal.text('runs.job.update') if job['kind'] == 'update' else ''
    progress = terminal.text('runs.job.progress', count=job['progress']) if makes and job['under_way'] else ''
    facts = {'id': job['id'], 'subject': subject, 'update': update, 'state': job['state'], 'progress': progress}
    show()
    terminal.say('runs.job', faults=terminal.in_words(job['faults']), **facts)
    for attempt in job['attempts']:
        part = '' if makes else terminal.text('runs.attempt.part', part=attempt['part'] + 1)
        terminal.say('runs.attempt', at=local(attempt['at']), target=attempt['target'], part=part,
                     result=attempt['result'], faults=_answer(attempt, terminal))  # fmt: skip


def _answer(attempt: Document, terminal: Terminal) -> str:
    """What the service said."""
    code = attempt['code']
    return _joined('' if code is None else str(code), terminal.in_words(attempt['faults']))


def print_run(run: Document, terminal: Terminal) -> None:
    """All of one run."""
    print_runs([run], terminal)
    if run['acknowledged']:
        show()
        terminal.say('runs.acknowledged', by=run['acknowledged']['by'], note=run['acknowledged']['note'])
    for job in run['jobs']:
        print_job(job, terminal)
    show()
    for line in run['timeline']:
        kind = terminal.text('runs.line.update') if line['kind'] == 'update' else ''
        text = _joined(terminal.word('cli.event', line['what']), kind, _detail(line, terminal), line['by'])
        show('{}  {}'.format(local(line['at']), ' '.join(text.split())))


def _detail(line: Document, terminal: Terminal) -> str:
    """What a line of the time line says beside what it is and who did it."""
    faults = terminal.in_words(line['faults'])
    if line['what'] == 'submitted':
        count = line['values']['count']
        return faults or terminal.text('runs.line.task' if count == 1 else 'runs.line.tasks', count=count)
    family = _FAMILIES.get(line['what'])
    result = terminal.word(family, line['result']) if family else ''
    return _joined(line['subject'], result, faults, _values(line['values'], terminal))


#: The words of a line's result, where it is said.
_FAMILIES = {'task': 'note.outcome', 'attempt': 'attempt.result', 'job': 'job.state', 'audit': 'cli.action'}


def _values(values: Mapping[str, object], terminal: Terminal) -> str:
    """What a person's change came to, in few words."""
    apart = terminal.text('cli.and')
    return apart.join(
        terminal.text('cli.fact', name=terminal.word('cli.fact', name), value=_value(value, terminal))
        for name, value in values.items() if value not in (None, '', [])
    )  # fmt: skip


def _value(value: object, terminal: Terminal) -> str:
    if isinstance(value, Mapping):
        return _values(value, terminal)
    if isinstance(value, (list, tuple)):
        return terminal.text('cli.and').join(_value(item, terminal) for item in value)
    return terminal.word('cli.flag', value) if isinstance(value, bool) else '' if value is None else str(value)


def _joined(*texts: str) -> str:
    return ' '.join(filter(None, texts))

"""Runs, their jobs and time lines, as ``scan-notify runs`` prints them."""

from typing import Iterable, Mapping, Sequence

from scan_notify_plugin.changes import State
from scan_notify_plugin.cli.terminal import Terminal, local, show
from scan_notify_plugin.records import Document

#: States of which there are numbers, and no records.
_UNNAMED = (State.KNOWN.value, State.NOT_LOOKED_AT.value)
#: Characters of a stranger's text in a table.
_LONGEST = 100
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
    if job['kind'] == 'collect':
        subject = terminal.text('runs.job.collect')
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


def print_results(run: Document, terminal: Terminal) -> None:
    """What a run has found, in a few lines; nothing of one whose results nobody has read."""
    results = run['results']
    if results is None:
        return
    if results['state'] != 'success':
        terminal.say('results.' + results['state'], faults=terminal.in_words(results['faults']))
        return
    before = results['compared']
    none = 'results.partly' if before and results['remarks'] else 'results.same'
    numbers = _numbers('state', results['changes'], terminal) or terminal.text(none)
    if before:
        terminal.say('results.compared', numbers=numbers, number=before['run_number'], at=local(before['fired_at']))
    else:
        terminal.say('results.first', numbers=numbers)
    for code, family in (('results.severities', 'severity'), ('results.totals', 'page.table')):
        numbers = _numbers(family, results[code.partition('.')[2]], terminal)
        if numbers:
            terminal.say(code, numbers=numbers)
    for remark in results['remarks']:
        terminal.say('results.remark', words=_line(remark['words']))


def _numbers(family: str, numbers: Mapping[str, int], terminal: Terminal) -> str:
    return terminal.text('cli.and').join(
        terminal.text('results.number', name=terminal.word(family, name), number=number)
        for name, number in numbers.items()
        if number
    )


def print_changes(changes: Iterable[Document], terminal: Terminal) -> None:
    """A table of what is not as it was."""
    terminal.table(('state', 'table', 'severity', 'target', 'name', 'cells', 'first_seen'), [
        (
            terminal.word('state', one['state']), terminal.word('page.table', one['table']),
            terminal.word('severity', one['severity']), _line(one['target']), _line(one['name']),
            _cells_of(one, terminal), one['first_seen'],
        )
        for one in changes
    ])  # fmt: skip


def _line(value: str) -> str:
    """A stranger's text on one line that leaves room for others; JSON has all of it."""
    line = ' '.join(value.split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + '…'


def _cells_of(change: Document, terminal: Terminal) -> str:
    return terminal.text('cli.and').join(
        terminal.text('results.cell', title=cell['title'], old=cell['old'] or '-', new=cell['new'] or '-')
        for cell in change['cells']
    )


def print_run(run: Document, terminal: Terminal) -> None:
    """All of one run."""
    print_runs([run], terminal)
    if run['results']:
        show()
        print_results(run, terminal)
    if run['changes']:
        show()
        print_changes(run['changes'], terminal)
        _print_more(run, terminal)
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


def _print_more(run: Document, terminal: Terminal) -> None:
    """How many changes are not named: the worst of them are kept beside the run."""
    changes = run['results']['changes'] if run['results'] else {}
    more = sum(number for state, number in changes.items() if state not in _UNNAMED) - len(run['changes'])
    if more > 0:
        terminal.say('html.more', count=more)


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

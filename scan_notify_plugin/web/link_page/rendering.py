"""The pages as HTML. Everything that a scan found is masked and text: nothing of it is a link, in no language."""

import re
from typing import Iterable, List, Optional, Sequence

from scan_notify_plugin.changes import SEVERITIES, UNRATED, Change, Results, State
from scan_notify_plugin.exporters.html import sections
from scan_notify_plugin.faults import Fault, rewritten
from scan_notify_plugin.faults import say as say_fault
from scan_notify_plugin.markup import STYLE, Html, document, joined, shown, tag
from scan_notify_plugin.masking import masked_text
from scan_notify_plugin.web.link_page.gathering import File, Gathered, Task
from scan_notify_plugin.words import family, say

__all__ = ['MAX_RECORDS', 'refusal_page', 'run_page', 'title_page']

#: Records of one page, the worst first.
MAX_RECORDS = 200
#: Characters of what strangers wrote.
_MAX_NAME, _MAX_TARGET, _MAX_CELL = 200, 300, 60
_MAX_CELLS, _MAX_TOTALS = 6, 60
#: Ids of the host, such as those of scan tasks: whoever reads the page has no use for them.
_ID = re.compile(r'(?<![0-9a-zA-Z])[0-9a-fA-F]{24}(?![0-9a-zA-Z])')
_UNITS = ('B', 'KB', 'MB', 'GB')


def run_page(found: Gathered, language: str) -> Html:
    """The page of a run."""
    results = _without_ids(found.results)
    parts = [
        _heading(found, language),
        sections.changes(results, language),
        _records(found.records, results, language),
        sections.severities(results.severities, language) if results is not None else Html(''),
        _totals(found, language),
        _failed(found, language),
        _files(found.files, language),
        tag('p', say('html.until', language, until=sections.moment(found.until)), class_='quiet'),
    ]
    return _page(joined(parts), language)


def refusal_page(fault: Fault, status: int, language: str) -> Html:
    """Why there is nothing, and what to do."""
    advice = say('html.later' if status == 503 else 'html.ask', language)
    return _page(joined([tag('h1', say_fault(fault, language)), tag('p', advice)]), language)


def title_page(language: str) -> Html:
    """Nothing but what every page is called."""
    return _page(tag('h1', say('html.title', language)), language)


def _page(content: Html, language: str) -> Html:
    return document(language, say('html.title', language), say('html.description', language), STYLE, content)


def _heading(found: Gathered, language: str) -> Html:
    run = found.run
    name = _foreign(run.schedule_name, _MAX_NAME) or say('run.unnamed', language)
    end = sections.moment(run.end_time) if run.end_time is not None else '…'
    line = say('html.status', language, status=run.status.value, begin=sections.moment(run.fired_at), end=end)
    heading = tag('h1', say('html.heading', language, name=name, number=run.run_number))
    return joined([heading, tag('p', line, class_='quiet')])


def _records(records: Sequence[Change], results: Optional[Results], language: str) -> Html:
    """Findings by severity, then everything else by what it is now."""
    named = records[:MAX_RECORDS]
    parts = [tag('h2', say('html.worst', language))] if any(one.severity for one in named) else []
    for severity in _severities(named):
        title = sections.severity(severity, language)
        parts.append(tag('h3', tag('span', title, class_='mark ' + (severity if severity in SEVERITIES else ''))))
        parts.append(_list([one for one in named if one.severity == severity], language))
    others = [one for one in named if not one.severity]
    if others:
        parts.append(tag('h2', say('html.others', language)))
    for state in State:
        of_state = [one for one in others if one.state is state]
        if of_state:
            parts += [tag('h3', family('state', language)[state.value]), _list(of_state, language)]
    return joined(parts + [_more(_changes(results, records) - len(named), language)])


def _changes(results: Optional[Results], records: Sequence[Change]) -> int:
    """How many records are not as they were: only the worst of them are kept beside the run."""
    if results is None or not results.known:
        return 0
    counted = (State.KNOWN.value, State.NOT_LOOKED_AT.value)
    return max(len(records), sum(number for state, number in results.changes.items() if state not in counted))


def _severities(records: Iterable[Change]) -> List[str]:
    """Those of records, the worst first, and last what only a newer release knows."""
    found, order = {one.severity for one in records if one.severity}, SEVERITIES + (UNRATED,)
    return [name for name in order if name in found] + sorted(found - set(order))


def _list(records: Sequence[Change], language: str) -> Html:
    return tag('ul', *[_record(one, language) for one in records])


def _record(record: Change, language: str) -> Html:
    about = sections.table_title(record.table, language)
    if record.severity:  # the others stand below the name of their state
        about = '{} · {}'.format(family('state', language)[record.state.value], about)
    lines = [tag('div', about, class_='quiet'), tag('bdi', _foreign(record.target, _MAX_TARGET))]
    if record.name:
        lines += [Html(' '), tag('bdi', _foreign(record.name, _MAX_NAME))]
    for cell in record.cells[:_MAX_CELLS]:
        name = family('column', language).get(cell.column.partition('.')[2], '') or shown(cell.column, 40)
        old, new = _foreign(cell.old, _MAX_CELL) or '-', _foreign(cell.new, _MAX_CELL) or '-'
        lines.append(tag('div', tag('bdi', say('html.was', language, name=name, old=old, new=new))))
    return tag('li', *lines)


def _totals(found: Gathered, language: str) -> Html:
    if found.results is not None and found.results.known:
        totals = [(sections.table_title(name, language), number) for name, number in found.results.totals.items()]
    else:
        totals = [(_foreign(title, _MAX_NAME), number) for title, number in found.rows]
    titles = (say('html.kind', language), say('html.found', language))
    lines = [(title, number) for title, number in totals if number][:_MAX_TOTALS]
    if not lines:
        return tag('p', say('workbook.empty', language)) if totals else Html('')
    return sections.numbers(say('html.totals', language), titles, lines)


def _failed(found: Gathered, language: str) -> Html:
    if not found.failed:
        return Html('')
    lines = [tag('h2', say('html.failed', language)), tag('ul', *[_task(one, language) for one in found.failed])]
    return joined(lines + [_more(found.more_failed, language)])


def _task(task: Task, language: str) -> Html:
    outcome = family('task.outcome', language).get(task.outcome, shown(task.outcome, 40))
    named = [tag('bdi', text) for text in (_foreign(task.target, _MAX_TARGET), _foreign(task.name, _MAX_NAME)) if text]
    return tag('li', tag('span', outcome, class_='mark'), *[piece for one in named for piece in (one, Html(' '))])


def _files(files: Sequence[File], language: str) -> Html:
    if not files:
        return Html('')
    return joined([tag('h2', say('html.files', language))] + [_button(one, language) for one in files])


def _button(file: File, language: str) -> Html:
    """The address is that of the page with another token: what stands before the host is not known here."""
    name = shown(file.name, 120)
    if not file.token:
        return tag('p', say('html.off.' + file.refused, language, name=name), class_='button off')
    words = say('html.download', language, name=name, size=_size(file.size))
    return tag('a', words, href='./' + file.token, class_='button', rel='nofollow noreferrer')


def _more(count: int, language: str) -> Html:
    return tag('p', say('html.more', language, count=count), class_='quiet') if count > 0 else Html('')


def _size(size: float) -> str:
    unit = 0
    while size >= 1024 and unit < len(_UNITS) - 1:
        size, unit = size / 1024, unit + 1
    return '{:.{}f} {}'.format(size, 1 if unit else 0, _UNITS[unit])


def _foreign(value: object, most: int) -> str:
    """A stranger's text as it may be shown here: masked, whatever the settings say of reports, and without ids."""
    return _ID.sub('…', shown(masked_text(str(value)), most))


def _without_ids(results: Optional[Results]) -> Optional[Results]:
    if results is None:
        return None
    remarks, faults = (
        tuple(rewritten(fault, lambda text: _foreign(text, _MAX_TARGET)) for fault in said)
        for said in (results.remarks, results.faults)
    )
    return results._replace(remarks=remarks, faults=faults)

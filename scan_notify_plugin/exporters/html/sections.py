"""What a report and the page of a link have in common: what changed, findings by severity, totals. Pure."""

from datetime import datetime
from typing import Iterable, List, Mapping, Optional, Sequence, Tuple

from scan_notify_plugin.changes import SEVERITIES, UNRATED, Results, State
from scan_notify_plugin.exporters.brief import change_facts, change_numbers
from scan_notify_plugin.markup import Html, joined, shown, tag
from scan_notify_plugin.words import family, say

__all__ = ['bars', 'changes', 'moment', 'numbers', 'severities', 'severity', 'table_title']

#: Lines of remarks, characters of each, and bars of a chart.
_MAX_LINES, _MAX_LINE, _MAX_BARS = 30, 400, 30
#: Where the words for a table are called otherwise than the table.
_TITLES = {'nuclei_result': 'nuclei'}


def changes(results: Optional[Results], language: str) -> Html:
    """The heading, the number of each state, with what the run was compared, and what could not be."""
    heading = tag('h2', say('table.changes', language))
    if results is None:
        return joined([heading, tag('p', say('html.unknown', language), class_='notice')])
    marks = [
        tag('span', '{} {}'.format(word, number), class_='mark') for word, number in change_numbers(results, language)
    ]
    quiet = 'quiet' if results.known else 'notice'
    facts = [
        tag('p', say('fact', language, name=shown(label, 60), value=shown(value, _MAX_LINE)), class_=quiet)
        for label, value in change_facts(results, language)[:_MAX_LINES]
    ]
    same = [tag('p', say('html.same', language))] if _is_same(results) else []
    return joined([heading] + same + ([tag('p', *marks)] if marks else []) + facts)


def _is_same(results: Results) -> bool:
    """Whether it is known that nothing changed: a first look knows nothing, nor who could not compare all of it."""
    if not results.known or results.compared is None or results.remarks:
        return False
    return not any(number for state, number in results.changes.items() if state != State.KNOWN.value)


def severities(found: Mapping[str, int], language: str) -> Html:
    """The findings of all tables together, the worst first; nothing where there are none."""
    order = SEVERITIES + (UNRATED,)
    names = [name for name in order if found.get(name)] + sorted(set(found) - set(order))
    pairs = [(severity(name, language), found[name]) for name in names if found[name]]
    return bars(say('html.findings', language), pairs, say('html.severity', language)) if pairs else Html('')


def severity(name: str, language: str) -> str:
    """Words for a severity; one that we do not know is shown as it is."""
    return family('severity', language).get(name, shown(name, 40))


def table_title(name: str, language: str) -> str:
    """The title of a table by its name."""
    return family('table', language).get(_TITLES.get(name, name), shown(name, 60))


def bars(title: str, pairs: Iterable[Tuple[str, int]], of: str) -> Html:
    """A chart: lying bars, each as long as its number is large beside the largest.

    :param of: what is counted, as the head of the first column
    """
    lines = list(pairs)[:_MAX_BARS]
    most = max([number for _, number in lines] + [1])
    body = [
        tag('tr', tag('td', shown(label, 60)), tag('td', _bar(number / most)), tag('td', str(number), class_='number'))
        for label, number in lines
    ]
    return joined(
        [tag('h2', shown(title, 100)), tag('table', tag('tbody', *body), class_='chart', aria_label=shown(of, 60))]
    )


def _bar(share: float) -> Html:
    # Lengths in percent of a box that is as wide as there is room: no script measures anything.
    width = '{:.1f}%'.format(100 * max(0.0, min(1.0, share)))
    rect = tag('rect', width=width, height='14', rx='2')
    return tag('svg', rect, width='100%', height='14', role='presentation')


def numbers(heading: str, titles: Sequence[str], lines: Iterable[Sequence[object]]) -> Html:
    """A small table whose first column has names and whose others have numbers."""
    head = [tag('th', shown(title, 60), class_='number' if place else '') for place, title in enumerate(titles)]
    body: List[Html] = []
    for line in lines:
        cells = [tag('td', shown(cell, 200), class_='number' if place else '') for place, cell in enumerate(line)]
        body.append(tag('tr', *cells))
    return joined([tag('h2', heading), tag('table', tag('thead', tag('tr', *head)), tag('tbody', *body))])


def moment(at: datetime) -> str:
    """In the zone of this process, as in messages."""
    try:
        return at.astimezone().strftime('%Y-%m-%d %H:%M')
    except (OverflowError, ValueError, OSError):  # at either end of time
        return str(at)[:16]

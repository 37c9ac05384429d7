"""Colours of states and severities: rules of the worksheet, so that they cost nothing for each cell.

ECMA-376 part 1, 18.3.1.18 and 18.8.14. A person who edits or copies a cell takes the rule along.
"""

from typing import Dict, Iterable, List, NamedTuple, Sequence, Tuple
from xml.sax.saxutils import escape

from openpyxl.styles import Font, PatternFill
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.utils import get_column_letter
from openpyxl.workbook import Workbook

from scan_notify_plugin.changes import SEVERITIES, State
from scan_notify_plugin.tables import Column
from scan_notify_plugin.words import family

__all__ = ['Colour', 'register_colours', 'rules']

#: Text and ground; dark on light, as the header's.
_LOOKS = {
    'alarm': ('FF9C0006', 'FFFFC7CE'),
    'warning': ('FF833C0B', 'FFFCE4D6'),
    'notice': ('FF7F6000', 'FFFFF2CC'),
    'good': ('FF375623', 'FFE2EFDA'),
    'quiet': ('FF595959', 'FFEDEDED'),
}
_STATES = {
    State.NEW: 'alarm', State.BACK: 'alarm', State.CHANGED: 'notice', State.GONE: 'good',
    State.FIRST_LOOK: 'quiet', State.OUT_OF_SCOPE: 'quiet', State.UNSTABLE: 'quiet', State.EARLIER: 'quiet',
}  # fmt: skip
_SEVERITIES = dict(zip(SEVERITIES, ('alarm', 'warning', 'notice', 'good', 'quiet')))


class Colour(NamedTuple):
    """How cells with one text look in the columns of a role."""

    role: str  # of the column, see tables.Column
    text: str
    style: int  # the number of the differential format in the workbook


def register_colours(workbook: Workbook, language: str) -> Tuple[Colour, ...]:
    """Make the colours known to a workbook."""
    styles: Dict[str, int] = {}
    for name, (text, ground) in _LOOKS.items():
        # Of these alone the ground is the *second* colour, as Excel writes it.
        fill = PatternFill(bgColor=ground)
        styles[name] = workbook._differential_styles.add(DifferentialStyle(font=Font(color=text), fill=fill))
    of_states, of_severities = family('state', language), family('severity', language)
    colours = [Colour('state', of_states[state.value], styles[look]) for state, look in _STATES.items()]
    for name, look in _SEVERITIES.items():
        # As a scanner writes it, and in our words.
        colours += [Colour('severity', text, styles[look]) for text in dict.fromkeys((name, of_severities[name]))]
    return tuple(colours)


def rules(columns: Sequence[Column], last: int, colours: Iterable[Colour]) -> str:
    """The XML of the rules for a worksheet whose rows end with number ``last``; '' where nothing has a colour."""
    if last < 2:
        return ''
    pieces: List[str] = []
    priority, colours = 0, tuple(colours)
    for number, column in enumerate(columns, 1):
        formed = []
        for colour in colours:
            if colour.role == getattr(column, 'role', ''):
                priority += 1
                formed.append(_RULE.format(colour.style, priority, _quoted(colour.text)))
        if formed:
            pieces.append(_RULES.format(get_column_letter(number), last, ''.join(formed)))
    return ''.join(pieces)


_RULES = '<conditionalFormatting sqref="{0}2:{0}{1}">{2}</conditionalFormatting>'
_RULE = '<cfRule type="cellIs" dxfId="{}" priority="{}" operator="equal"><formula>{}</formula></cfRule>'


def _quoted(text: str) -> str:
    """A text of ours as a constant in a formula."""
    return '"{}"'.format(escape(text).replace('"', '""'))

"""Why something that a person asked for was not done, as a fault that every language has words for."""

from typing import Mapping, Optional, Sequence, Union

from scan_notify_plugin.errors import ScanNotifyError
from scan_notify_plugin.faults import Fault, quoted


class NotFound(ScanNotifyError):
    """There is no such thing, or it was removed."""


class Conflict(ScanNotifyError):
    """It cannot be done in the state that the thing is in now, or somebody else changed it meanwhile.

    :param facts: for programs: who changed what, and when
    """

    def __init__(self, message: Union[str, Fault], facts: Optional[Mapping[str, object]] = None) -> None:
        super().__init__(message)
        self.facts = dict(facts or {})


class Invalid(ScanNotifyError):
    """The input is wrong. The text names the field, what was expected and the page to read.

    :param field: its name; a fault where it has none
    :param problem: a fault, or somebody else's words
    """

    def __init__(
        self, field: Union[str, Fault], problem: Union[str, Fault], page: str = 'docs/runs.md#steering-runs'
    ) -> None:
        super().__init__(Fault('wrong', name=field, cause=quoted(problem), page=page))
        self.field = field


def together(code: str, faults: Sequence[Fault]) -> Fault:
    """Several faults as one.

    :param code: says ``first`` and ``rest``: ``together.faults`` or ``together.values``
    :param faults: at least one
    """
    if len(faults) == 1:
        return faults[0]
    # By halves: as deep as their number's logarithm, whatever their number.
    half = (len(faults) + 1) // 2
    return Fault(code, first=together(code, faults[:half]), rest=together(code, faults[half:]))

"""Why something that a person asked for was not done. The texts are written for that person."""

from typing import Any, Mapping, Optional

from scan_notify_plugin.errors import ScanNotifyError


class NotFound(ScanNotifyError):
    """There is no such thing, or it was removed."""


class Conflict(ScanNotifyError):
    """It cannot be done in the state that the thing is in now, or somebody else changed it meanwhile.

    :param facts: for programs: who changed what, and when
    """

    def __init__(self, words: str, facts: Optional[Mapping[str, Any]] = None) -> None:
        super().__init__(words)
        self.facts = dict(facts or {})


class Invalid(ScanNotifyError):
    """The input is wrong. The text names the field, what was expected and the page to read."""

    def __init__(self, field: str, problem: str, page: str = 'docs/operating.md#steering-runs') -> None:
        super().__init__('{}: {} (see {})'.format(field, problem, page))
        self.field = field

"""What ``scan-notify doctor`` finds: faults, which every language has words for."""

from typing import Callable, Iterable, NamedTuple, Optional

from scan_notify_plugin.faults import Fault, quoted, rewritten, say
from scan_notify_plugin.notifiers.diagnosis import FAIL, OK, WARN, Diagnosis


class Line(NamedTuple):
    """A finding in words."""

    check: str
    state: str
    found: str
    advice: str


class Finding(NamedTuple):
    """One line of the diagnosis."""

    check: Fault
    state: str
    found: Fault
    advice: Optional[Fault] = None

    def in_words(self, language: str) -> Line:
        """The line in a language; no advice is ''."""
        advice = say(self.advice, language) if self.advice else ''
        return Line(say(self.check, language), self.state, say(self.found, language), advice)


def of_channel(diagnosis: Diagnosis, write: Callable[[str], str]) -> Finding:
    """What a channel says; of a state that there is not, a warning.

    :param write: gives each text as it may be read
    """
    check, found, advice = (
        rewritten(quoted(said), write) for said in (diagnosis.check, diagnosis.detail, diagnosis.advice)
    )
    state = diagnosis.state if diagnosis.state in (OK, WARN, FAIL) else WARN
    return Finding(check, state, found, advice if diagnosis.advice else None)


def chained(code: str, faults: Iterable[Fault]) -> Fault:
    """Several in one: ``code`` says ``first`` and ``then``."""
    whole, *others = faults
    for fault in others:
        whole = Fault(code, first=whole, then=fault)
    return whole

"""Which elements a record belongs to, by its address. Pure; 100,000 records take no time."""

import re
from bisect import bisect_right
from typing import Dict, List, Sequence, Tuple

from scan_notify_plugin.host.coverage.elements import Span, read_address, read_span

__all__ = ['elements_of']

Elements = Tuple[str, ...]

#: What the host replaces by each word of its list.
_FUZZ = '{fuzz}'
_HOST = re.compile(r'(?:[a-z][a-z0-9+.-]*://)?(?:[^/@]*@)?(?P<host>\[[^\]]*\]|[^/:?#]*)')
#: Answers that are kept for one list of elements, and lists.
_ANSWERS, _LISTS = 200000, 64


class _Belonging:
    """The elements of some tasks, prepared for many questions."""

    def __init__(self, elements: Elements) -> None:
        self.elements = elements
        self._names: Dict[str, List[str]] = {}
        self._fuzzed: List[Tuple[str, str, str]] = []
        self._answers: Dict[str, Elements] = {}
        spans: List[Tuple[Span, str]] = []
        for element in elements:
            span = read_span(element)
            if span:
                spans.append((span, element))
            elif _FUZZ in element:
                before, _, after = element.partition(_FUZZ)
                self._fuzzed.append((before, after, element))
            else:
                # A URL stands for its host alone, a name for all that is below it.
                self._names.setdefault(_host(element), []).append(element)
        spans.sort()
        self._spans = spans
        self._firsts = [span[:2] for span, _ in spans]
        #: the furthest that this range or one before it goes, so that looking back has an end
        self._furthest: List[Tuple[int, int]] = []
        for span, _ in spans:
            here = (span.version, span.last)
            self._furthest.append(max(here, self._furthest[-1]) if self._furthest else here)

    def of(self, address: str) -> Elements:
        """The elements that contain an address or a name; all if none does."""
        answer = self._answers.get(address)
        if answer is None:
            if len(self._answers) >= _ANSWERS:
                self._answers.clear()
            answer = self._answers[address] = self._contain(address.strip().lower().strip('[]')) or self.elements
        return answer

    def _contain(self, address: str) -> Elements:
        number = read_address(address)
        if number is None:
            return self._name(address.rstrip('.'))
        found = list(self._names.get(str(number), ()))
        here = (number.version, int(number))
        place = bisect_right(self._firsts, here) - 1
        while place >= 0 and self._furthest[place] >= here:
            span, element = self._spans[place]
            if span.version == number.version and span.last >= here[1]:
                found.append(element)
            place -= 1
        return tuple(found)

    def _name(self, name: str) -> Elements:
        found = list(self._names.get(name, ()))
        parent = name
        while '.' in parent:
            parent = parent.partition('.')[2]
            found += [element for element in self._names.get(parent, ()) if element == parent]
        found += [
            element
            for before, after, element in self._fuzzed
            if len(name) > len(before) + len(after) and name.startswith(before) and name.endswith(after)
        ]
        return tuple(found)


def _host(element: str) -> str:
    found = _HOST.match(element)
    host = found.group('host').strip('[]') if found else element
    address = read_address(host)
    return str(address) if address else host


_prepared: Dict[int, _Belonging] = {}


def elements_of(address: str, elements: Sequence[str]) -> Elements:
    """Those of the elements that a record with this address belongs to: that contain it; where none does, all.

    :param address: an IP address or a name; '' for none
    :param elements: of the scan tasks that found it. The same tuple again is prepared once
    """
    if len(elements) < 2:
        return tuple(elements)
    if not isinstance(elements, tuple):
        return _Belonging(tuple(elements)).of(address)
    belonging = _prepared.get(id(elements))
    # The kept one holds its elements, so that no other tuple can have their id.
    if belonging is None or belonging.elements is not elements:
        if len(_prepared) >= _LISTS:
            _prepared.clear()
        belonging = _prepared[id(elements)] = _Belonging(elements)
    return belonging.of(address)

"""To which elements of a schedule records belong, as small numbers that are the same for the same elements."""

from typing import Callable, Dict, FrozenSet, List, Sequence, Tuple

from scan_notify_plugin.host.coverage import elements_of
from scan_notify_plugin.host.results.identity import address_of

__all__ = ['Scopes']

Elements = Tuple[int, ...]


class Scopes:
    """Sets of elements.

    :param number: of an element's text
    :param by_rank: the texts of the elements of each scan task, by its rank
    """

    def __init__(self, number: Callable[[str], int], by_rank: Sequence[Sequence[str]]) -> None:
        self._sets: List[Elements] = []
        self._numbers: Dict[Elements, int] = {}
        self._unions: Dict[Tuple[int, int], int] = {}
        self._within: Dict[int, int] = {}
        self._element = number
        self._by_rank = [tuple(elements) for elements in by_rank]
        #: where no task has several, the address does not matter
        self._simple = all(len(elements) <= 1 for elements in self._by_rank)
        self._last: Tuple[Tuple[str, Tuple[int, ...]], int] = (('', ()), -1)
        self._of_ranks: Dict[Tuple[int, ...], int] = {}

    def number(self, elements: Sequence[int]) -> int:
        """The number of a scope."""
        key = tuple(elements)
        number = self._numbers.setdefault(key, len(self._sets))
        if number == len(self._sets):
            self._sets.append(key)
        return number

    def elements(self, scope: int) -> Elements:
        return self._sets[scope]

    def union(self, one: int, other: int) -> int:
        """The elements of both."""
        if one == other:
            return one
        number = self._unions.get((one, other))
        if number is None:
            number = self.number(sorted(set(self._sets[one] + self._sets[other])))
            self._unions[one, other] = number
        return number

    def within(self, scope: int, elements: FrozenSet[int]) -> int:
        """Those of a scope that are among some, which are always the same ones."""
        number = self._within.get(scope)
        if number is None:
            number = self._within[scope] = self.number([one for one in self._sets[scope] if one in elements])
        return number

    def groups(self, table: str, identity: str, ranks: Sequence[int]) -> List[Elements]:
        """Where a record belongs to, as alternatives: for each scan task that found it, each element that contains its
        address, or where none does all together.
        """
        return self._groups('' if self._simple else address_of(table, identity), ranks)

    def _groups(self, address: str, ranks: Sequence[int]) -> List[Elements]:
        known = [self._by_rank[rank] for rank in ranks if 0 <= rank < len(self._by_rank)]
        groups: List[Elements] = []
        for elements in known:
            found = elements_of(address, elements)
            numbers = tuple(map(self._element, found))
            groups += [numbers] if found is elements else [(number,) for number in numbers]
        return groups

    def found(self, table: str, identity: str, ranks: Tuple[int, ...]) -> int:
        """The scope of a record as it was found."""
        if self._simple:
            number = self._of_ranks.get(ranks)
            if number is None:
                number = self._of_ranks[ranks] = self._joined('', ranks)
            return number
        key = (address_of(table, identity), ranks)  # asked only where it matters
        if key != self._last[0]:
            self._last = (key, self._joined(*key))
        return self._last[1]

    def _joined(self, address: str, ranks: Tuple[int, ...]) -> int:
        return self.number(sorted({one for group in self._groups(address, ranks) for one in group}))

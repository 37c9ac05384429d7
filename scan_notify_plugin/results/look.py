"""Where this round looked, and where earlier rounds did. Pure."""

from array import array
from bisect import bisect_left
from typing import Dict, FrozenSet, Iterable, List, Mapping, Optional, Sequence, Set, Tuple

from scan_notify_plugin.host.coverage import Extent, Looked
from scan_notify_plugin.host.results.identity import parents, port_of
from scan_notify_plugin.results.memory import Cover, Memory, union

__all__ = ['HOLDERS', 'Look', 'Parents', 'WEB_PORTS', 'taken_in']

#: The tables by which an element is seen to answer at all.
HOLDERS = ('domain', 'ip', 'site')
#: The tables that others hang on; they come before these.
PARENTS = ('ip', 'service', 'domain', 'site')
#: What a host shows of an address with more open ports than it believes (host: app.services.portScan).
WEB_PORTS = (80, 443)
#: Tables that are looked for by themselves; what a site hangs on counts for GONE_AFTER alone.
_BY_THEMSELVES = ('site',)


class Parents:
    """What was found in this round of the tables that others hang on: 8 bytes for each."""

    def __init__(self) -> None:
        self._found: Dict[str, array] = {table: array('q') for table in PARENTS}

    def add(self, table: str, identities: Iterable[str]) -> None:
        if table in self._found:
            self._found[table].extend(map(hash, identities))  # in this process alone

    def close(self) -> None:
        """Nothing is added any more."""
        for table, hashes in self._found.items():
            self._found[table] = array('q', sorted(hashes))

    def has(self, table: str, identity: str) -> bool:
        hashes, number = self._found.get(table, array('q')), hash(identity)
        place = bisect_left(hashes, number)
        return place < len(hashes) and hashes[place] == number


class Look:
    """What this round covers.

    :param looked: by the scan tasks that ended well
    :param schedule: the elements of all scan tasks; None where these are not all known
    :param empty: elements that found nothing at all where the ledger holds something, for the first time
    :param wanted: what scan tasks were to look at beside that, such as those that failed
    """

    def __init__(
        self,
        memory: Memory,
        looked: Iterable[Looked],
        parents_found: Parents,
        schedule: Optional[FrozenSet[int]] = None,
        empty: FrozenSet[int] = frozenset(),
        wanted: Iterable[Looked] = (),
    ) -> None:
        self._before: Mapping[str, Mapping[int, Cover]] = memory.covers
        self._parents = parents_found
        self.schedule = schedule
        self.empty = empty
        self._gone: Set[int] = set()
        self._silent: Set[int] = set()
        self._few: Set[int] = set()
        self._few_in: Mapping[bool, Set[int]] = {True: set(), False: set()}
        looked = tuple(looked)
        self.extents = _by_table(memory, looked)
        #: where something can have been found
        self._tried = _by_table(memory, looked + tuple(wanted))

    def parent_found(self, table: str, identity: str) -> Optional[bool]:
        """Whether what a record hangs on was found in this round; None: it hangs on nothing."""
        above = parents(table, identity)
        return any(self._parents.has(*one) for one in above) if above else None

    def silent(self, elements: Iterable[int]) -> None:
        """An address of these elements does not answer."""
        self._silent.update(elements)

    def little(self, address: Tuple[str, str], elements: Iterable[int], shown: bool) -> None:
        """An address of these elements shows web ports alone, or (not ``shown``) none at all."""
        self._few.add(hash(address))
        self._few_in[shown].update(elements)

    def hangs_on_little(self, table: str, identity: str, elements: Sequence[int]) -> bool:
        """Whether nobody looked for a record, as its address shows too little: what hangs on no port that was found."""
        if not self._few:
            return False
        above = self._above(table, identity)
        if above - {'ip', 'domain'}:
            return False
        if 'ip' in above:
            return any(hash(one) in self._few for one in parents(table, identity))
        # Nobody knows which addresses a name has, so any of its element is one of them.
        web = port_of(table, identity) in WEB_PORTS
        return 'domain' in above and any(
            one in self._few_in[False] or (not web and one in self._few_in[True]) for one in elements
        )

    def is_in_doubt(self, table: str, identity: str, elements: Sequence[int]) -> bool:
        """Whether a record hangs on a name alone, of which an address may be the one that does not answer."""
        return not self._silent.isdisjoint(elements) and self._above(table, identity) == {'domain'}

    def _above(self, table: str, identity: str) -> Set[str]:
        """The tables in which something was found that a record hangs on."""
        return {one[0] for one in parents(table, identity) if self._parents.has(*one)}

    def gone(self, table: str, identity: str) -> None:
        """A record is gone, or hangs on what is."""
        if table in PARENTS:
            self._gone.add(hash((table, identity)))

    def has_gone_above(self, table: str, identity: str) -> bool:
        """Whether what a record hangs on is gone, and has been told so."""
        return any(hash(one) in self._gone for one in parents(table, identity))

    def option_on(self, option: str, elements: Sequence[int]) -> bool:
        """Whether the option that fills a cell was on for all of these elements."""
        extents = self.extents.get(option, {})
        return not option or (bool(elements) and all(one in extents for one in elements))

    def was_covered(
        self, table: str, groups: List[Tuple[int, ...]], port: Optional[int], names: Sequence[str], cdn: Optional[bool]
    ) -> bool:
        """Whether a record that is found now was looked for in an earlier round, and at least as hard: by all elements
        that one of the scan tasks found it for.
        """
        covers, now = self._before.get(table), self._tried.get(table, {})
        if not covers:
            return False

        def before(element: int) -> bool:
            cover = covers.get(element) if covers else None
            return cover is not None and cover.extent.includes(port, names, than=now.get(element), cdn=cdn)

        return any(group and all(map(before, group)) for group in groups)

    def why_not(
        self, table: str, elements: Sequence[int], port: Optional[int], names: Sequence[str], parent: Optional[bool],
        cdn: Optional[bool],
    ) -> str:  # fmt: skip
        """'' if a record that is not found was looked for; else why not: parent, empty or look.

        :param elements: of its scope, as far as they are in the schedule
        :param parent: whether what it hangs on was found; None: it hangs on nothing
        """
        if parent is False and table not in _BY_THEMSELVES:
            return 'parent'
        extents, before = self.extents.get(table, {}), self._before.get(table, {})
        for element in elements:
            if element in self.empty:
                return 'empty'
            extent, cover = extents.get(element), before.get(element)
            than = cover.extent if cover else None
            if extent is None or not extent.includes(port, names, than=than, parent_found=parent is True, cdn=cdn):
                return 'look'
        return '' if elements else 'look'


def _by_table(memory: Memory, looked: Iterable[Looked]) -> Dict[str, Dict[int, Extent]]:
    tables: Dict[str, Dict[int, Extent]] = {}
    for one in looked:
        extents, element = tables.setdefault(one.table, {}), memory.element(one.element)
        known = extents.get(element)
        extents[element] = one.extent if known is None else known.union(one.extent)
    return tables


def taken_in(memory: Memory, look: Look, number: int, nothing: FrozenSet[int], seen: FrozenSet[int]) -> None:
    """Remember where a round looked. Where a newer one looked before, this one only adds what was looked at at all.

    :param number: of the round, in the ledger
    :param nothing: the elements that it found nothing at all for, though the ledger holds something
    :param seen: elements that it found something for
    """
    order = memory.rounds[number].order
    for table, extents in look.extents.items():
        covers = memory.covers.setdefault(table, {})
        for element, extent in extents.items():
            if element not in look.empty:
                known = covers.get(element)
                newer = known is not None and memory.rounds[known.round].order > order
                covers[element] = union(known, known.round if known and newer else number, [extent])
    if number == memory.newest:
        memory.empty = (memory.empty | nothing) - seen
        if look.schedule is not None:
            # What comes back into the schedule is looked at for the first time again.
            memory.empty &= look.schedule
            for covers in memory.covers.values():
                for element in [one for one in covers if one not in look.schedule]:
                    del covers[element]

"""What one record is in this round: the table of states. Pure."""

from typing import NamedTuple, Optional, Sequence, Tuple

from scan_notify_plugin.changes import Changed, State
from scan_notify_plugin.host.results.found import Found
from scan_notify_plugin.host.results.identity import WATCHED, parents, plugin_of, port_of
from scan_notify_plugin.results.cells import judged, kept_cells
from scan_notify_plugin.results.entry import SEEN_ONCE, Entry, flips, shifted
from scan_notify_plugin.results.look import Look
from scan_notify_plugin.results.memory import Memory
from scan_notify_plugin.results.scopes import Scopes

__all__ = ['Comparison', 'GONE_AFTER', 'UNSTABLE', 'Verdict']

#: Covered rounds in a row without it, after which a record is gone: if what it hangs on was found, and otherwise.
GONE_AFTER = (1, 2)
#: So many changes of sides in its last rounds make a record unstable.
UNSTABLE = 3
#: Tables whose records are not told as new or gone where they belong to a CDN.
_OF_NETWORKS = ('ip', 'service')
_TOLD = (State.NEW, State.BACK, State.GONE)


class Verdict(NamedTuple):
    """What a record is."""

    #: None: nothing is said of it in this round
    state: Optional[State]
    #: what is known of it from now on; None: nothing any more
    entry: Optional[Entry]
    changed: Tuple[Changed, ...] = ()
    #: why it was not looked at: parent, empty, look or few
    why: str = ''


class Comparison:
    """A round beside what was known before.

    :param number: of the round, in the ledger
    :param late: a newer round was compared before
    """

    def __init__(self, memory: Memory, scopes: Scopes, look: Look, number: int, late: bool = False) -> None:
        self._memory = memory
        self._scopes = scopes
        self._look = look
        self._number = number
        self._late = late

    def verdict(self, table: str, entry: Optional[Entry], found: Optional[Found], few: bool = False) -> Verdict:
        """What a record is.

        :param few: its address shows so little that its ports say nothing
        """
        if found is None:
            assert entry is not None
            return Verdict(None, entry) if self._late else self._missing(table, entry, few)
        cells = kept_cells(table, found.cells)
        scope = self._scopes.found(table, found.identity, found.ranks)
        if entry is None:
            return self._first(table, found, cells, scope)
        return Verdict(State.KNOWN, entry) if self._late else self._again(table, entry, found, cells, scope)

    def little(self, group: Sequence[Tuple[Optional[Entry], Optional[Found]]]) -> None:
        """An address shows so little that its ports say nothing, nor does what hangs on them.

        :param group: its ports
        """
        entries = [entry for entry, _ in group if entry is not None]
        address = parents('service', entries[0].identity)
        if self._look.parent_found('service', entries[0].identity):
            elements = {one for entry in entries for one in self._scopes.elements(entry.scope)}
            self._look.little(address[0], elements, any(found is not None for _, found in group))

    def _first(self, table: str, found: Found, cells: Tuple[str, ...], scope: int) -> Verdict:
        on = sum(is_on << place for place, is_on in enumerate(self._options(table, scope)))
        entry = Entry(
            found.identity, cells, on, found.severity, self._number, self._number, 0, 0, SEEN_ONCE, scope,
            found.sources, int(found.cdn),
        )  # fmt: skip
        if self._late and self._has_newer(table, scope):
            return Verdict(State.EARLIER, None)
        of_network = table in _OF_NETWORKS
        groups = self._scopes.groups(table, found.identity, found.ranks)
        cdn = found.cdn if of_network else None
        if not self._look.was_covered(table, groups, port_of(table, found.identity), _names(table, entry), cdn):
            return Verdict(State.FIRST_LOOK, entry)
        return Verdict(State.KNOWN if of_network and found.cdn else State.NEW, entry)

    def _again(self, table: str, old: Entry, found: Found, cells: Tuple[str, ...], scope: int) -> Verdict:
        sides = shifted(old.sides, 1)
        sources = old.sources if found.sources == old.sources else _joined(old.sources, found.sources)
        on, changed = old.on, ()  # type: Tuple[int, Tuple[Changed, ...]]
        # What a scan task that failed has found is known better once one that ended well finds the same.
        if cells != old.cells or old.on != (1 << len(cells)) - 1:
            on_now = self._options(table, scope)
            cells, on, changed = judged(WATCHED[table], old.cells, old.on, cells, on_now)
        if scope != old.scope:
            scope = self._scopes.union(old.scope, scope)
        entry = Entry(
            old.identity, cells, on, found.severity, old.first, self._number, 0, 0, sides, self._still(scope),
            sources, int(found.cdn),
        )  # fmt: skip
        if not changed and not old.gone and flips(sides) < UNSTABLE:  # nearly all
            return Verdict(State.KNOWN, entry)
        return Verdict(
            _told(table, entry, State.BACK if old.gone else State.CHANGED if changed else State.KNOWN), entry, changed
        )

    def _missing(self, table: str, old: Entry, few: bool) -> Verdict:
        scope, schedule = self._scopes.elements(old.scope), self._look.schedule
        if schedule is not None:
            # Of what was found by a scan task without a document nobody knows where it belongs: to all.
            scope = tuple([one for one in scope if one in schedule]) if scope else tuple(schedule)
            if not scope:
                silent = old.gone or self._memory.continued
                return Verdict(None if silent else State.OUT_OF_SCOPE, None)
        parent = self._look.parent_found(table, old.identity)
        few = few or self._look.hangs_on_little(table, old.identity, scope)
        why = self._why_not(table, old, scope, parent) or ('few' if few else '')
        if table == 'ip' and not old.gone and not old.cdn:
            self._look.silent(scope)
        if why:
            # What hung on something that was told as gone is told by that.
            silent = old.gone or (why == 'parent' and self._look.has_gone_above(table, old.identity))
            verdict = Verdict(None if silent else State.NOT_LOOKED_AT, old, why=why)
        else:
            silent = bool(old.gone)
            doubt = self._look.is_in_doubt(table, old.identity, scope)
            verdict = self._absent(table, old, bool(parent) and not doubt)
        if silent or (verdict.entry and verdict.entry.gone):
            self._look.gone(table, old.identity)
        return verdict

    def _why_not(self, table: str, old: Entry, scope: Sequence[int], parent: Optional[bool]) -> str:
        cdn = bool(old.cdn) if table in _OF_NETWORKS else None
        return self._look.why_not(table, scope, port_of(table, old.identity), _names(table, old), parent, cdn)

    def _absent(self, table: str, old: Entry, parent: bool) -> Verdict:
        """It was looked for."""
        entry = old._replace(sides=shifted(old.sides, 0), missed=old.missed + 1)
        if old.gone or entry.missed < GONE_AFTER[0 if parent else 1]:
            return Verdict(None, entry)
        return Verdict(_told(table, old, State.GONE, entry.sides), entry._replace(gone=self._number))

    def _options(self, table: str, scope: int) -> Sequence[bool]:
        elements = self._scopes.elements(scope)
        return [self._look.option_on(one.option, elements) for one in WATCHED[table]]

    def _has_newer(self, table: str, scope: int) -> bool:
        """Whether a newer round looked at where a late one has found something."""
        rounds, covers = self._memory.rounds, self._memory.covers.get(table, {})
        looked = [covers[one].round for one in self._scopes.elements(scope) if one in covers]
        return any(rounds[one].order > rounds[self._number].order for one in looked)

    def _still(self, scope: int) -> int:
        """Without the elements that the schedule has not any more."""
        return scope if self._look.schedule is None else self._scopes.within(scope, self._look.schedule)


def _told(table: str, entry: Entry, state: State, sides: int = 0) -> State:
    if entry.cdn and table in _OF_NETWORKS and state in _TOLD:
        return State.KNOWN
    return State.UNSTABLE if flips(sides or entry.sides) >= UNSTABLE else state


def _names(table: str, entry: Entry) -> Sequence[str]:
    """By what a record is found: the sources of a domain name, the plugin of a vulnerability."""
    return (plugin_of(table, entry.identity),) if table == 'vuln' else entry.sources


def _joined(one: Tuple[str, ...], other: Tuple[str, ...]) -> Tuple[str, ...]:
    return tuple(sorted(set(one + other)))

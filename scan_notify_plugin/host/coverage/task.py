"""What the options and the stages of a task that is done say together. Pure."""

from typing import FrozenSet, Iterator, Mapping, NamedTuple, Optional, Union

from scan_notify_plugin.host.coverage.extents import BRUTE, CDN, OWN, SINGLE, UNASKED, WEB_PORTS, Extent
from scan_notify_plugin.host.coverage.lists import DNS_PLUGINS, Lists
from scan_notify_plugin.host.coverage.ports import PortSet, ports_of
from scan_notify_plugin.host.coverage.portscan import addresses_tried, scanned_ports
from scan_notify_plugin.host.coverage.scan import Scan

__all__ = ['Ports', 'Result', 'Task', 'Why']


class Why(NamedTuple):
    """Why a table was not looked at."""

    code: str
    #: the option or the stage that it is about, an outcome, a type
    detail: str = ''


Result = Union[Extent, Why]
#: Of the sites of targets there is no set: each target has its own port.
Ports = Union[PortSet, None, Why]

#: Seconds below which a scanner was not there: without it the host goes on at once and without an error.
PRESENT = 1.0
#: Where a domain answers to every name the host leaves this out without a word, and so in no time.
_LEFT_OUT = 'alt_dns'
#: Options of a domain task, which are the names of their stages, and the sources that they fill. ``arl_search``
#: repeats what was known, and proves nothing.
_SOURCES: Mapping[str, FrozenSet[str]] = {
    'dns_query_plugin': DNS_PLUGINS,
    'alt_dns': frozenset(['alt_dns']),
    'search_engines': frozenset(['search_engine']),
    'domain_oneforall': frozenset(['domain_oneforall']),  # xinghe0's own
}
_WEB = ports_of([(port, port) for port in WEB_PORTS])
_MOST_CHARACTERS = 40


class Task:
    """A task that is done.

    :param wanted: of one that is not, what it was to look at; only the sources are those that ran
    """

    def __init__(self, scan: Scan, lists: Lists, wanted: bool = False) -> None:
        self.scan = scan
        self.of_domain = scan.type == 'domain'
        self._lists = lists
        self._wanted = False
        self.sources = frozenset(self._sources()) if self.of_domain else frozenset()
        self._wanted = wanted

    def is_on(self, option: str) -> bool:
        """Whether an option is on. The host asks whether a value is true; what is no yes or no we do not understand."""
        value = self.scan.options.get(option)
        return isinstance(value, (bool, int)) and value == 1

    def not_run(self, stage: str, present: bool = False) -> Optional[Why]:
        """Why a stage did nothing.

        :param present: its scanner may be absent, which the time that it took shows
        """
        services = self.scan.services
        if self._wanted:
            return None
        if services is None:
            return Why('coverage.no-stage', stage) if present else None
        if stage not in services:
            return Why('coverage.no-stage', stage)
        return Why('coverage.too-quick', stage) if present and services[stage] < PRESENT else None

    def not_done(self, option: str, stage: str = '', present: bool = False) -> Optional[Why]:
        """Why an option was not on, or its stage did nothing; most are named alike."""
        return self.not_run(stage or option, present) if self.is_on(option) else Why('coverage.option-off', option)

    def ports(self) -> Union[PortSet, Why]:
        """The ports that were scanned."""
        ports = scanned_ports(self.scan, self._lists)
        return self.not_done('port_scan') or (ports if ports.ranges else Why('coverage.ports-unknown', 'port_scan'))

    def site_ports(self) -> Ports:
        """Where sites were looked for."""
        risk = self.scan.type == 'risk_cruising'
        why = self.not_run('fetch_site') or (None if risk else self.not_run('find_site'))
        if why or risk:
            return why
        # Without a port scan the sites of domains are tried at two ports, and those of addresses not at all.
        return self.ports() if self.is_on('port_scan') or not self.of_domain else _WEB

    def reach(self, *own: str) -> FrozenSet[str]:
        """On what a table as a whole depends.

        :param own: beside how domain names were found and which addresses were scanned
        """
        found = set(self.sources)
        if self.of_domain and self.scan.options.get('skip_scan_cdn_ip', False) in (False, None):
            found.add(CDN)
        if self.scan.type != 'risk_cruising':
            found.add(addresses_tried(self.scan, self._lists) if self.is_on('port_scan') else UNASKED)
        return frozenset(filter(None, found)) | {OWN + one for one in own}

    def _sources(self) -> Iterator[str]:
        """The sources of domain names that ran."""
        if not self.is_on(BRUTE):
            yield SINGLE
        elif not self.not_run(BRUTE):
            yield '{}:{}'.format(BRUTE, self._words())
        for option, sources in _SOURCES.items():
            if not self.not_done(option, present=option == _LEFT_OUT):
                yield from sources
        if not self.not_done('web_info_hunter', present=True):
            yield 'wih'

    def _words(self) -> str:
        """Which list of words; one that the host does not know is its shortest."""
        kind = self.scan.options.get('domain_brute_type', 'test')
        if not isinstance(kind, str):
            return 'unknown'
        return 'big' + self._lists.words if kind == 'big' else 'test'

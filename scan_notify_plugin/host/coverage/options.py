"""Which option of a task fills which table, and how far: the forks' task code, as tables and rules. Pure.

Read in TophantTechnology/ARL, Aabyss-Team/ARL, adysec/ARL, xinghe0/ARL_2.6.2_src, NAXG/ARL, wpsec/ARL-Source-Install,
p4rseexp/ARL, owl234/ARL-Next and 351978274/ARL-new (host: app.tasks.domain, .ip, .poc, app.services.commonTask). What
is on no list here covers nothing.
"""

from typing import Callable, Dict, FrozenSet, Iterator, Mapping, Sequence, Tuple

from scan_notify_plugin.host.coverage.extents import Extent
from scan_notify_plugin.host.coverage.lists import Lists
from scan_notify_plugin.host.coverage.ports import ports_of
from scan_notify_plugin.host.coverage.scan import Scan
from scan_notify_plugin.host.coverage.task import Result, Task, Why

__all__ = ['TABLES', 'coverage']

Rule = Callable[[Task], Result]

#: Options that fill ``url``, which are the names of their stages, and the sources that they write. Search engines and
#: OneForAll (xinghe0's own) are asked for domains alone.
_CRAWLERS = {'search_engines': 'search_engine', 'site_spider': 'site_spider', 'domain_oneforall': 'domain_oneforall'}
_CRAWLERS_OF_SITES = ('site_spider',)
_HTTPS = ports_of([(443, 443)])
#: Options with plugins, and their stages; risk cruising names one of them otherwise.
_PLUGINS = (('poc_config', 'poc_run', 'PoC'), ('brute_config', 'weak_brute', 'weak_brute'))
#: The plugin that the option ``findvhost`` writes as.
_FIND_VHOST = 'FindVhost'
_MOST_NAMES, _MOST_CHARACTERS = 5000, 200


def coverage(scan: Scan, lists: Lists, wanted: bool = False) -> Iterator[Tuple[str, Result]]:
    """For each table of a task that is done: how far it was looked at, or why it was not.

    :param wanted: how far it was to be looked at, whatever came of it
    """
    task = Task(scan, lists, wanted)
    for table in TABLES.get(scan.type, ()):
        yield table, _RULES[table](task)


def _domains(task: Task) -> Result:
    return Extent(None, task.sources) if task.sources else Why('coverage.no-stage', 'domain_brute')


def _addresses(task: Task) -> Result:
    ports = task.ports()
    return ports if isinstance(ports, Why) else Extent(ports, None, task.reach())


def _cells_of_ports(option: str) -> Rule:
    """Watched cells that the port scan fills with an option."""
    off = Why('coverage.option-off', option)
    return lambda task: _addresses(task) if task.is_on(option) else off


def _certificates(task: Task) -> Result:
    why = task.not_done('ssl_cert')
    if why:
        return why
    # Without a port scan the addresses of domains are asked at one port; other tasks have no addresses then.
    ports = task.ports() if task.is_on('port_scan') or not task.of_domain else _HTTPS
    return ports if isinstance(ports, Why) else Extent(ports, None, task.reach())


def _sites(task: Task) -> Result:
    ports = task.site_ports()
    return ports if isinstance(ports, Why) else Extent(ports, None, task.reach())


def _fingerprints(task: Task) -> Result:
    return task.not_done('site_identify') or _sites(task)


def _urls(task: Task) -> Result:
    crawlers = list(_CRAWLERS) if task.of_domain else _CRAWLERS_OF_SITES
    whys = [task.not_done(option) for option in crawlers]
    ran = [_CRAWLERS[option] for option, why in zip(crawlers, whys) if why is None]
    ports = task.site_ports()
    if isinstance(ports, Why):
        return ports
    return Extent(ports, None, task.reach(*ran)) if ran else _worst([why for why in whys if why])


def _scanner(option: str) -> Rule:
    """A table of one scanner that looks at sites and may be absent; its stage is named as its option."""

    def rule(task: Task) -> Result:
        return task.not_done(option, present=True) or _sites(task)

    return rule


def _detected(task: Task) -> Result:
    why = task.not_done('npoc_service_detection')
    if why:
        return why
    # Risk cruising detects at its targets, whatever their ports are.
    ports = None if task.scan.type == 'risk_cruising' else task.ports()
    if isinstance(ports, Why):
        return ports
    return Extent(ports, None, task.reach())


def _vulnerabilities(task: Task) -> Result:
    names: Dict[str, None] = {}
    whys = []
    for option, stage, of_risk_cruising in _PLUGINS:
        enabled = _enabled(task.scan.options.get(option))
        stage = of_risk_cruising if task.scan.type == 'risk_cruising' else stage
        why = task.not_run(stage, present=True) if enabled else Why('coverage.option-off', option)
        names.update(dict.fromkeys(enabled if why is None else ()))
        whys += [why] if why else []
    if task.of_domain and not task.not_done('findvhost', present=True):
        names[_FIND_VHOST] = None
    ports = task.site_ports()
    if isinstance(ports, Why):
        return ports
    # What plugins are tried on is the sites, and the services that were detected.
    own = [] if task.not_done('npoc_service_detection') else ['npoc_service']
    return Extent(ports, frozenset(names), task.reach(*own)) if names else _worst(whys)


def _enabled(plugins: object) -> FrozenSet[str]:
    """The names of the plugins that are switched on."""
    names = set()
    for plugin in plugins[:_MOST_NAMES] if isinstance(plugins, list) else ():
        if isinstance(plugin, Mapping) and plugin.get('enable') is True:
            name = plugin.get('plugin_name')
            if isinstance(name, str) and name[:1] not in ('', '@') and len(name) <= _MOST_CHARACTERS:
                names.add(name)
    return frozenset(names)


def _worst(whys: Sequence[Why]) -> Why:
    """Of several reasons the one that nobody chose."""
    return next((why for why in whys if why.code != 'coverage.option-off'), whys[0])


_SITES = {
    'site': _sites,
    'site_identify': _fingerprints,
    'url': _urls,
    'fileleak': _scanner('file_leak'),
    'nuclei_result': _scanner('nuclei_scan'),
    'wih': _scanner('web_info_hunter'),
    'xray_result': _scanner('xray_scan'),  # this one and the next are xinghe0's own
    'unauth': _scanner('unauth_scan'),
    'npoc_service': _detected,
    'vuln': _vulnerabilities,
}
_HOSTS = {
    'ip': _addresses,
    'service': _addresses,
    'service_detection': _cells_of_ports('service_detection'),
    'os_detection': _cells_of_ports('os_detection'),
    'cert': _certificates,
}
_RULES: Mapping[str, Rule] = dict(_SITES, domain=_domains, **_HOSTS)
#: The tables that a type of task fills at all.
TABLES: Mapping[str, Tuple[str, ...]] = {
    'domain': ('domain',) + tuple(_HOSTS) + tuple(_SITES),
    'ip': tuple(_HOSTS) + tuple(_SITES),
    'risk_cruising': tuple(_SITES),
}

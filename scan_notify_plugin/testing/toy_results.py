"""What the toy scanner finds, round by round: a small world in which something happens.

Against the round before, in round 2 a host and two vulnerabilities are new, a port is closed, a vulnerability is
fixed, and a product has another version. In round 3 one scan task fails, an option is switched on, and the fixed
vulnerability is back. Later rounds are as the third, without the failure.
"""

from typing import Dict, List, NamedTuple, Tuple

from scan_notify_plugin.records import Document

__all__ = ['FAILS', 'Finds', 'finds', 'options']

#: (round, target) of the scan task that fails.
FAILS = (3, 'shop.example.com')
#: The round in which the search for leaked files is switched on.
LEAKS = 3
#: Records by collection.
Finds = Dict[str, List[Document]]

_PLUGINS = ('Redis_Unauth', 'Nacos_Unauth')
_OFF = (
    'arl_search', 'alt_dns', 'dns_query_plugin', 'search_engines', 'site_spider', 'findvhost', 'web_info_hunter',
    'npoc_service_detection', 'os_detection', 'site_capture', 'skip_scan_cdn_ip', 'ssl_cert', 'service_brute',
)  # fmt: skip


class _Port(NamedTuple):
    number: int
    service: str
    product: str = ''
    version: str = ''


class _Site(NamedTuple):
    host: str
    port: int
    title: str

    @property
    def url(self) -> str:
        return 'http://' + self.host + ('' if self.port == 80 else ':{}'.format(self.port))


_SSH, _WEB, _PROXY = _Port(22, 'ssh', 'OpenSSH', '7.4'), _Port(80, 'http', 'nginx'), _Port(8080, 'http-proxy')
# The third is what a hostile site may write; no message may take it for markup.
_TITLES = ('登录 - 管理后台', 'Welcome to nginx!', '<@all> [click](http://evil.example)')


def options(kind: str, number: int) -> Document:
    """The options of a scan task in a round, as the host writes them."""
    on = {name: True for name in ('port_scan', 'service_detection', 'site_identify', 'nuclei_scan')}
    domain = kind == 'domain'
    return dict(
        dict.fromkeys(_OFF, False), **on, domain_brute=domain, domain_brute_type='test', port_scan_type='all',
        file_leak=number >= LEAKS, poc_config=[{'plugin_name': name, 'enable': True} for name in _PLUGINS],
    )  # fmt: skip


def finds(kind: str, target: str, number: int) -> Finds:
    """What a scan task finds in a round."""
    return _addresses(number) if kind == 'ip' else _domain(target, number)


def _addresses(number: int) -> Finds:
    first, second = '198.51.100.1', '198.51.100.2'
    version = '6.0.9' if number == 1 else '7.0.5'
    found = _hosts(
        {first: [_SSH, _WEB, _Port(6379, 'redis', 'Redis', version)], second: [_SSH, _WEB] + [_PROXY] * (number == 1)}
    )
    sites = [_Site(first, 80, _TITLES[0]), _Site(second, 80, _TITLES[1])]
    found['site'] = _sites(sites + [_Site(second, 8080, 'Squid')] * (number == 1))
    found['vuln'] = [_vulnerability('Redis_Unauth', 'Redis 未授权访问', 'redis://198.51.100.1:6379')] * (number != 2)
    found['vuln'] += [_vulnerability('Nacos_Unauth', 'Nacos 未授权访问', 'http://198.51.100.2')] * (number > 1)
    return found


def _domain(target: str, number: int) -> Finds:
    names = ['www.' + target, 'mail.' + target]
    new = number > 1 and target.startswith('demo')
    names += ['api.' + target] if new else []
    start = 10 if target.startswith('demo') else 20
    hosts = {name: '198.51.100.{}'.format(start + place) for place, name in enumerate(names)}
    found = _hosts({address: [_WEB] for address in hosts.values()}, {address: name for name, address in hosts.items()})
    found['domain'] = [
        {'domain': name, 'record': [address], 'type': 'A', 'ips': [address], 'source': 'domain_brute'}
        for name, address in hosts.items()
    ]
    found['site'] = _sites([_Site(name, 80, _TITLES[place]) for place, name in enumerate(names)])
    found['nuclei_result'] = [_rated('medium', 'exposed-gitconfig', 'Git 配置文件泄露', names[0], '/.git/config')]
    found['nuclei_result'] += [_rated('critical', 'CVE-2021-44228', 'Log4Shell', names[-1], '/login')] * new
    found['fileleak'] = [_leak(names[0], '/backup.zip')] * (number >= LEAKS)
    return found


def _hosts(ports: Dict[str, List[_Port]], names: Dict[str, str] = {}) -> Finds:
    found: Finds = {'ip': [], 'service': []}
    services: Dict[str, List[Document]] = {}
    for address, its in ports.items():
        info = [
            {'port_id': port.number, 'service_name': port.service, 'product': port.product, 'version': port.version,
             'protocol': 'tcp'}
            for port in its
        ]  # fmt: skip
        domains = [names[address]] if address in names else []
        found['ip'].append({'ip': address, 'port_info': info, 'domain': domains, 'ip_type': 'PUBLIC', 'cdn_name': ''})
        for port in its:
            at = {'ip': address, 'port_id': port.number, 'product': port.product, 'version': port.version}
            services.setdefault(port.service, []).append(at)
    found['service'] = [{'service_name': name, 'service_info': its} for name, its in services.items()]
    return found


def _sites(sites: List[_Site]) -> List[Document]:
    return [
        {'site': site.url, 'hostname': site.host, 'title': site.title, 'status': 200, 'finger': [{'name': 'nginx'}]}
        for site in sites
    ]


def _vulnerability(plugin: str, name: str, target: str) -> Document:
    return {'plg_name': plugin, 'plg_type': 'poc', 'vul_name': name, 'target': target, 'verify_data': 'no password'}


def _rated(severity: str, template: str, name: str, host: str, path: str) -> Document:
    url = 'http://' + host
    return {
        'vuln_severity': severity,
        'template_id': template,
        'vuln_name': name,
        'vuln_url': url + path,
        'target': url,
    }


def _leak(host: str, path: str) -> Document:
    site = 'http://' + host
    return {'url': site + path, 'site': site, 'title': '', 'status_code': 200, 'content_length': 1048576}


def stages(kind: str, switched_on: Document) -> Tuple[str, ...]:
    """The stages of a scan, as the host names them."""
    first = ('domain_brute', 'port_scan') if kind == 'domain' else ('port_scan',)
    after = tuple(name for name in ('nuclei_scan', 'file_leak') if switched_on[name])
    return first + ('find_site', 'fetch_site', 'site_identify') + after + ('poc_run',)

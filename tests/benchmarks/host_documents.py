"""A host's database of one run with ten scan tasks that overlap: documents made while they are read, always the
same.
"""

from random import Random
from typing import Any, Callable, Dict, Iterator, List

from scan_notify_plugin.host.results import Results

__all__ = ['TASKS', 'database', 'documents', 'host_rows']

WORDS = '登录 后台 管理 系统 平台 Welcome nginx 404 Not Found Index of 企业 邮箱 VPN 运维 监控 GitLab Jenkins'.split()
FINGERS = ('Nginx', 'jQuery', 'Bootstrap', 'Vue.js', 'Spring Boot', 'Tomcat', 'Shiro', 'WordPress', 'PHP')
SERVICES = ('http', 'https', 'ssh', 'mysql', 'redis', 'ftp', 'smtp', 'ms-wbt-server', 'domain', 'unknown')
PRODUCTS = ('nginx', 'Apache httpd', 'OpenSSH', 'MySQL', 'Redis key-value store', '')
PORTS = (80, 443, 22, 8080, 8443, 3306, 6379, 21, 25, 3389)
STATUS = (200, 200, 200, 302, 403, 404, 500)
SEVERITIES = ('info', 'low', 'medium', 'high', 'critical')

TASKS = ['{:024x}'.format(number) for number in range(1, 11)]
#: One record in so many is found by a second scan task too.
OVERLAP = 4

Document = Dict[str, Any]


def _host(number: int) -> str:
    return 'h{}.dept{}.example.com'.format(number, number % 97)


def _ip(number: int) -> str:
    return '10.{}.{}.{}'.format(number >> 16 & 255, number >> 8 & 255, number & 255)


def _site(number: int, pick: Callable[[Any], Any]) -> Document:
    return {
        'site': 'https://' + _host(number), 'hostname': _host(number), 'ip': _ip(number),
        'title': '{}{} {}'.format(pick(WORDS), pick(WORDS), number % 1000), 'status': pick(STATUS),
        'finger': [{'name': pick(FINGERS)}, {'name': pick(FINGERS)}], 'favicon': {'hash': number * 7919 % 2**31},
    }  # fmt: skip


def _address(number: int, pick: Callable[[Any], Any]) -> Document:
    ports = [
        {
            'port_id': pick(PORTS),
            'service_name': pick(SERVICES),
            'version': '1.{}'.format(number % 20),
            'protocol': 'tcp',
            'product': pick(PRODUCTS),
        }
        for _ in range(3)
    ]
    return {
        'ip': _ip(number), 'port_info': ports, 'os_info': {'name': 'Linux'}, 'ip_type': 'PUBLIC', 'cdn_name': '',
        'geo_asn': {'number': number % 500, 'organization': 'Example Ltd'},
        'geo_city': {'country_name': 'China', 'region_name': 'Zhejiang', 'city': 'Hangzhou'},
        'domain': [_host(number), _host(number + 1)],
    }  # fmt: skip


def _domain(number: int, pick: Callable[[Any], Any]) -> Document:
    return {'domain': _host(number), 'record': [_ip(number)], 'type': 'A', 'ips': [_ip(number)], 'source': 'fofa'}


def _url(number: int, pick: Callable[[Any], Any]) -> Document:
    url = 'https://{}/index.php?id={}'.format(_host(number // 2), number)
    return {
        'site': url,
        'url': url,
        'title': pick(WORDS),
        'content_length': number % 100000,
        'status_code': pick(STATUS),
    }


def _leak(number: int, pick: Callable[[Any], Any]) -> Document:
    url = 'https://{}/.git/config'.format(_host(number))
    return {'url': url, 'site': 'https://' + _host(number), 'title': '', 'content_length': 120, 'status_code': 200}


def _nuclei(number: int, pick: Callable[[Any], Any]) -> Document:
    return {
        'template_id': 'cve-2021-{}'.format(number % 900), 'vuln_name': 'name {}'.format(number % 900),
        'vuln_severity': pick(SEVERITIES), 'vuln_url': 'https://' + _host(number), 'target': _host(number),
        'template_url': 'https://nuclei.example.com/{}'.format(number % 900), 'curl_command': 'curl ' + _host(number),
        'save_date': '2026-03-01 03:00:00',
    }  # fmt: skip


#: What a run with so many sites has of each kind, for each site.
MAKERS = {
    'site': (_site, 1.0),
    'ip': (_address, 0.5),
    'domain': (_domain, 1.0),
    'url': (_url, 2.0),
    'fileleak': (_leak, 0.1),
    'nuclei_result': (_nuclei, 0.25),
}


class _Cursor:
    def __init__(self, documents: Iterator[Document]) -> None:
        self._documents = documents

    def batch_size(self, number: int) -> '_Cursor':
        return self

    def close(self) -> None:
        pass

    def __iter__(self) -> Iterator[Document]:
        return self._documents


class _Collection:
    def __init__(self, name: str, sites: int) -> None:
        self._make, share = MAKERS.get(name, (None, 0.0))
        self._count = int(sites * share)
        self._tasks = [{'_id': task_id, 'status': 'done', 'type': 'domain', 'name': 'scan'} for task_id in TASKS]
        self._is_task = name == 'task'

    def find(self, query: Document, fields: Any = None) -> _Cursor:
        return _Cursor(iter(self._tasks) if self._is_task else self._documents())

    def find_one(self, query: Document, fields: Any = None, max_time_ms: Any = None) -> Any:
        return {'_id': 1} if self._count else None

    def _documents(self) -> Iterator[Document]:
        make = self._make
        for number in range(self._count):
            random = Random(number)  # the second task finds the same
            for copy in range(2 if number % OVERLAP == 0 else 1):
                random.seed(number)
                document = make(number, random.choice)  # type: ignore
                document['task_id'] = TASKS[(number + copy) % len(TASKS)]
                yield document


class _Database:
    def __init__(self, sites: int) -> None:
        self._sites = sites

    def __getitem__(self, name: str) -> _Collection:
        return _Collection(name, self._sites)

    def list_collection_names(self) -> List[str]:
        return list(MAKERS)


def host_rows(sites: int) -> Results:
    """What an exporter reads of such a run: merged, sorted and counted by the shipped code."""
    return Results(_Database(sites), TASKS)


def documents_only(sites: int) -> int:
    """Make every document once, as the driver would have to; how many there are."""
    database = _Database(sites)
    return sum(1 for name in MAKERS for _ in database[name].find({}))


def documents(name: str, sites: int) -> Iterator[Document]:
    """The documents of one collection, as a host would have stored them."""
    return iter(_Collection(name, sites).find({}))


def database(sites: int) -> Any:
    """A host's database with such a run."""
    return _Database(sites)

"""Results of a run in the shape of a host's: made up, always the same, and made while they are read."""

from random import Random
from typing import Any, Callable, Iterator, Tuple

from scan_notify_plugin.exporters.tables import Chart, Column, Overview, Rows, Table

__all__ = ['SyntheticRows']

WORDS = '登录 后台 管理 系统 平台 Welcome nginx 404 Not Found Index of 企业 邮箱 VPN 运维 监控 GitLab Jenkins'.split()
FINGERS = ('Nginx', 'jQuery', 'Bootstrap', 'Vue.js', 'Spring Boot', 'Tomcat', 'Shiro', 'WordPress', 'PHP')
SERVICES = ('http', 'https', 'ssh', 'mysql', 'redis', 'ftp', 'smtp', 'ms-wbt-server', 'domain', 'unknown')
PRODUCTS = ('nginx', 'Apache httpd', 'OpenSSH', 'MySQL', 'Redis key-value store', '')
PORTS = (80, 443, 22, 8080, 8443, 3306, 6379, 21, 25, 3389)
STATUS = (200, 200, 200, 302, 403, 404, 500)
SEVERITIES = ('info', 'low', 'medium', 'high', 'critical')

Row = Tuple[Any, ...]


def _ip(number: int) -> str:
    return '10.{}.{}.{}'.format(number >> 16 & 255, number >> 8 & 255, number & 255)


def _host(number: int) -> str:
    return 'h{}.dept{}.example.com'.format(number, number % 97)


def _site(number: int, pick: Callable[[Any], Any]) -> Row:
    title = '{}{} {}'.format(pick(WORDS), pick(WORDS), number % 1000)
    finger = '\n'.join((pick(FINGERS), pick(FINGERS)))
    return 'https://' + _host(number), title, finger, pick(STATUS), number * 7919 % 2**31


def _ip_row(number: int, pick: Callable[[Any], Any]) -> Row:
    ports = [pick(PORTS) for _ in range(3)]
    place = '{}/{}'.format(pick(('China', 'Singapore')), pick(('Hangzhou', 'Beijing', '')))
    owner = 'AS{} Example Ltd'.format(number % 500)
    domain = '{}\n{}'.format(_host(number), _host(number + 1))
    told = '\n'.join('{}(http)'.format(port) for port in ports)
    return _ip(number), told, len(ports), place, owner, domain, 'Linux', None, 'PUBLIC'


def _service(number: int, pick: Callable[[Any], Any]) -> Row:
    return _ip(number), pick(PORTS), pick(SERVICES), pick(PRODUCTS), '1.{}.{}'.format(number % 20, number % 9)


def _domain(number: int, pick: Callable[[Any], Any]) -> Row:
    return _host(number), pick(('A', 'CNAME')), _ip(number), _ip(number) + '\n' + _ip(number + 1)


def _url(number: int, pick: Callable[[Any], Any]) -> Row:
    path = '{}/index.php?id={}&page={}'.format(pick(FINGERS), number, number % 7)
    url = 'https://{}/{}'.format(_host(number // 2), path)
    return url, pick(WORDS), pick(STATUS), number % 100000, 'site_spider'


def _cert(number: int, pick: Callable[[Any], Any]) -> Row:
    digest = '{:064x}'.format(number * 2**200 + 7**60 * number % 2**199)
    names = 'CN=' + _host(number), 'C=US, O=Let\'s Encrypt, CN=R3'
    return (_ip(number), 443) + names + ('2024-01-01 00:00:00', '2024-03-31 23:59:59', False, digest)


def _leak(number: int, pick: Callable[[Any], Any]) -> Row:
    site = 'https://' + _host(number)
    return site + '/.git/config', pick(WORDS), pick(STATUS), number, site


def _vuln(number: int, pick: Callable[[Any], Any]) -> Row:
    title = pick(('弱口令', '未授权访问'))
    return 'weak_password', title, 'ssh', _ip(number) + ':22', '******', '2024-05-17 12:00:00'


def _nuclei(number: int, pick: Callable[[Any], Any]) -> Row:
    url = 'https://{}/.env'.format(_host(number))
    curl = 'curl -X GET {}'.format(url)
    return 'exposed-env', 'Exposed .env', pick(SEVERITIES), url, curl, '2024-05-17 12:00:00'


def _wih(number: int, pick: Callable[[Any], Any]) -> Row:
    site = 'https://' + _host(number)
    kind = pick(('email', 'path', 'access_key'))
    return kind, 'user{}@example.com'.format(number), site, site + '/static/app.js'


def _finger(number: int, pick: Callable[[Any], Any]) -> Row:
    return '{} {}'.format(pick(FINGERS), number), number


#: name, sheet title, column titles, rows for each site, one row
SHAPES = (
    ('site', '站点', ('site', 'title', '指纹', '状态码', 'favicon hash'), 1.0, _site),
    ('ip', 'IP', ('IP', '端口信息', '开放端口数目', 'geo', 'as 编号', 'domain', '操作系统', 'CDN', '类别'), 0.5, _ip_row),
    ('service', '系统服务', ('IP', '端口', '服务', '产品', '版本'), 1.2, _service),
    ('domain', '域名', ('域名', '解析类型', '记录值', '关联ip'), 1.0, _domain),
    ('vuln', '漏洞', ('插件', '漏洞', '应用', '目标', '验证信息', '时间'), 0.01, _vuln),
    ('nuclei_result', 'Nuclei', ('模板', '漏洞', '等级', 'URL', 'curl', '时间'), 0.02, _nuclei),
    ('fileleak', '文件泄露', ('URL', '标题', '状态码', '长度', '站点'), 0.05, _leak),
    ('url', 'URL', ('URL', '标题', '状态码', '长度', '来源'), 2.0, _url),
    ('cert', '证书', ('IP', '端口', '主体', '签发者', '开始', '结束', '过期', 'sha256'), 0.5, _cert),
    ('wih', 'WIH', ('类型', '内容', '站点', '来源'), 1.0, _wih),
    ('stat_finger', '指纹统计', ('指纹', '数量'), 0.01, _finger),
)  # fmt: skip


class SyntheticRows(Rows):
    """All tables of a run with so many sites."""

    def __init__(self, sites: int) -> None:
        self._sites = sites

    def tables(self) -> Iterator[Table]:
        for name, title, columns, share, make in SHAPES:
            rows = self._rows(name, share, make)
            yield Table(name, title, tuple(Column(column) for column in columns), rows)

    def _rows(self, name: str, share: float, make: Callable[..., Row]) -> Iterator[Row]:
        pick = Random(name).choice
        return (make(number, pick) for number in range(int(self._sites * share)))

    def overview(self) -> Overview:
        tasks = Table('tasks', '任务', (Column('任务', 40), Column('状态')), [('scan', 'done')] * 10)
        totals = tuple((title, int(self._sites * share)) for _, title, _, share, _ in SHAPES)
        ports = tuple((str(port), self._sites // (place + 1)) for place, port in enumerate(PORTS))
        levels = tuple((word, place + 1) for place, word in enumerate(SEVERITIES))
        charts = Chart('端口', 'bar', ports), Chart('漏洞等级', 'pie', levels)
        return Overview((('计划', 'nightly'), ('轮次', 7)), tasks, totals, (), charts)

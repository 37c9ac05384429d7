"""The host's tables: titles as in its own export where it has one, and the findings that it leaves out."""

import hashlib
from typing import Any, List, Sequence, Tuple

from scan_notify_plugin.host.results.addresses import ip_key
from scan_notify_plugin.host.results.credentials import hidden
from scan_notify_plugin.host.results.definition import Definition, Document, Field, Row, joined
from scan_notify_plugin.host.results.kinds import (  # fmt: skip
    INTEGER,
    LINES,
    NUMBER,
    OPTIONAL,
    OPTIONAL_LINES,
    SEPARATOR,
    SUM,
    TEXT,
    Cell,
    Kind,
    derived,
    shown,
)
from scan_notify_plugin.masking.names import is_credential
from scan_notify_plugin.secret import MASK

__all__ = ['DOMAINS', 'KNOWN', 'SEVERITIES', 'SITES', 'findings']

#: Collections of the host that hold no results, or none that another table does not have. Those that a fork adds
#: are found by their documents.
KNOWN = {
    'task', 'task_schedule', 'task_schedule_run', 'scheduler', 'policy', 'poc', 'user', 'fingerprint', 'result_set',
    'service', 'domain_prefix_stat',
}  # fmt: skip

SEVERITIES = ('critical', 'high', 'medium', 'low', 'info', 'unknown')


def _columns(*numbers: int) -> Any:
    return lambda columns, _: joined(*[columns[number] for number in numbers])


def _entry(*path: str) -> Any:
    """Of nested dicts: a text, or '' where it is absent."""

    def convert(value: Any) -> Cell:
        for name in path[:-1]:
            value = value[name]
        return OPTIONAL.convert(value.get(path[-1], ''))

    return derived(convert)


# Sites and domains


def _names(finger: Any) -> str:
    return SEPARATOR.join([one['name'] for one in finger])


def _some_names(finger: Any) -> Cell:
    if not isinstance(finger, list):
        return shown(finger)
    names = [one.get('name') if isinstance(one, dict) else one for one in finger]
    return SEPARATOR.join(str(shown(name)) for name in names if name is not None)


def _union(one: Any, other: Any) -> Cell:
    return SEPARATOR.join(filter(None, dict.fromkeys((one or '').split(SEPARATOR) + (other or '').split(SEPARATOR))))


def _hash(favicon: Any) -> Cell:
    value = favicon.get('hash', '')
    return value if value == '' else INTEGER.convert(value)


SITES = Definition(
    'site',
    '站点',
    (
        Field('site', 35, TEXT, ('site',)),
        Field('title', 40, TEXT, ('title',)),
        Field('指纹', 60, Kind(frozenset(), _names, _some_names, _union), ('finger',)),
        Field('状态码', 20, INTEGER, ('status',)),
        Field('favicon hash', 30, derived(_hash), ('favicon',)),
    ),
    _columns(0),
    paths=('site', 'title', 'finger', 'status', 'favicon.hash'),
    instead=(('site', 'url'),),
    counted=3,
)

DOMAINS = Definition(
    'domain',
    '域名',
    (
        Field('域名', 30, TEXT, ('domain',)),
        Field('解析类型', 20, TEXT, ('type',)),
        Field('记录值', 50, LINES, ('record',)),
        Field('关联ip', 50, LINES, ('ips',)),
    ),
    _columns(0),
)


# Findings: these titles are ours


def _vulnerabilities(mask_credentials: bool) -> Definition:
    def found(values: Any) -> Cell:
        return hidden(values[0], values[1:]) if mask_credentials else shown(values[0])

    return Definition(
        'vuln',
        '漏洞',
        (
            Field('目标', 40, TEXT, ('target',)),
            Field('漏洞名称', 40, TEXT, ('vul_name',)),
            Field('应用', 20, OPTIONAL, ('app_name',)),
            Field('类别', 12, OPTIONAL, ('plg_type',)),
            Field('插件', 30, OPTIONAL, ('plg_name',)),
            Field('验证信息', 60, derived(found), ('verify_data', 'plg_type', 'plg_name', 'vul_name')),
            Field('发现时间', 20, OPTIONAL, ('save_date',)),
        ),
        # Two users with weak passwords are two findings, also where the difference is hidden.
        lambda columns, documents: joined(
            columns[0], columns[1], columns[4], [_digest(one.get('verify_data')) for one in documents]
        ),
        times=(6,),
    )


def _digest(found: Any) -> str:
    return hashlib.sha256(str(shown(found)).encode('utf-8', 'surrogatepass')).hexdigest()


def _rank(severity: Cell) -> str:
    name = str(severity).lower()
    return str(SEVERITIES.index(name) if name in SEVERITIES else len(SEVERITIES))


_NUCLEI = Definition(
    'nuclei_result',
    'Nuclei',
    (
        Field('漏洞等级', 12, OPTIONAL, ('vuln_severity',)),
        Field('漏洞名称', 40, TEXT, ('vuln_name',)),
        Field('漏洞地址', 60, TEXT, ('vuln_url',)),
        Field('模板', 30, OPTIONAL, ('template_id',)),
        Field('目标', 40, OPTIONAL, ('target',)),
        Field('模板地址', 40, OPTIONAL, ('template_url',)),
        Field('curl 命令', 60, OPTIONAL, ('curl_command',)),
        Field('发现时间', 20, OPTIONAL, ('save_date',)),
    ),
    lambda columns, _: joined(list(map(_rank, columns[0])), columns[1], columns[2], columns[3], columns[4]),
    counted=0,
    times=(7,),
)

_PAGE = (
    Field('URL', 60, TEXT, ('url',)),
    Field('标题', 40, OPTIONAL, ('title',)),
    Field('状态码', 10, NUMBER, ('status_code',)),
    Field('长度', 12, NUMBER, ('content_length',)),
)
_FILE_LEAKS = Definition('fileleak', '文件泄漏', _PAGE + (Field('站点', 40, OPTIONAL, ('site',)),), _columns(0))
# The host fetches no more than some of the URLs that it found; of the others it knows only where they are.
_URLS = Definition(
    'url', 'URL', _PAGE + (Field('来源', 16, OPTIONAL, ('source',)),), _columns(0), instead=(('url', 'site'),)
)


def _expired(cert: Any) -> str:
    return '是' if cert['validity']['expired'] else '否'


def _certificate_keys(columns: Sequence[Sequence[Cell]], _: Sequence[Document]) -> List[bytes]:
    return [
        ip_key(ip) + _port_key(port) + '{}:{}'.format(str(serial), str(sha256)).encode('utf-8', 'replace')
        for ip, port, serial, sha256 in zip(columns[0], columns[1], columns[7], columns[8])
    ]


def _port_key(port: Cell) -> bytes:
    return port.to_bytes(2, 'big') if isinstance(port, int) and 0 <= port < 65536 else b'\xff\xff\xff'


_CERTIFICATES = Definition(
    'cert',
    '证书',
    (
        Field('IP', 22, TEXT, ('ip',)),
        Field('端口', 10, INTEGER, ('port',)),
        Field('主题', 40, _entry('subject_dn'), ('cert',)),
        Field('签发者', 40, _entry('issuer_dn'), ('cert',)),
        Field('生效时间', 20, _entry('validity', 'start'), ('cert',)),
        Field('到期时间', 20, _entry('validity', 'end'), ('cert',)),
        Field('已过期', 10, derived(_expired), ('cert',)),
        Field('序列号', 40, _entry('serial_number'), ('cert',)),
        Field('SHA-256', 66, _entry('fingerprint', 'sha256'), ('cert',)),
    ),
    _certificate_keys,
    paths=('ip', 'port', 'cert.subject_dn', 'cert.issuer_dn', 'cert.validity', 'cert.serial_number',
           'cert.fingerprint.sha256'),
    times=(4, 5),
)  # fmt: skip


def _hunted(mask_credentials: bool) -> Definition:
    """What was found in scripts; of a credential only that there is one."""

    def content(values: Any) -> Cell:
        return MASK if values[0] and is_credential(values[1]) else TEXT.convert(values[0])

    def mended(values: Any) -> Cell:
        return MASK if values[0] and is_credential(values[1]) else shown(values[0])

    kind, names = (derived(content, mended), ('content', 'record_type')) if mask_credentials else (TEXT, ('content',))
    return Definition(
        'wih',
        'WIH',
        (
            Field('站点', 40, OPTIONAL, ('site',)),
            Field('类型', 16, TEXT, ('record_type',)),
            Field('内容', 60, kind, names),
            Field('来源', 60, OPTIONAL, ('source',)),
        ),
        # Two that are hidden are two.
        lambda columns, documents: joined(*columns[:4], [_digest(one.get('content')) for one in documents]),
    )


_FINGERPRINTS = Definition(
    'stat_finger',
    '指纹',
    (Field('名称', 40, TEXT, ('name',)), Field('数量', 12, SUM, ('cnt',))),
    _columns(0),
)

_DETECTED = Definition(
    'npoc_service',
    'Python 服务',
    (
        Field('主机', 30, TEXT, ('host',)),
        Field('端口', 10, NUMBER, ('port',)),
        Field('服务', 16, TEXT, ('scheme',)),
        Field('目标', 40, OPTIONAL, ('target',)),
        Field('发现时间', 20, OPTIONAL, ('save_date',)),
    ),
    lambda columns, _: [
        ip_key(host) + _port_key(port) + str(scheme).encode('utf-8', 'replace')
        for host, port, scheme in zip(*columns[:3])
    ],
    times=(4,),
)


def _counted_again(row: Row) -> Row:
    key, cidr, _, _, ips, domains = row
    return (key, cidr, _lines_of(ips), _lines_of(domains), ips, domains)


def _lines_of(cell: Any) -> int:
    return len(cell.split(SEPARATOR)) if cell else 0


_SUBNETS = Definition(
    'cip',
    'C 段',
    (
        Field('C 段', 22, TEXT, ('cidr_ip',)),
        Field('IP 数', 10, NUMBER, ('ip_count',)),
        Field('域名数', 10, NUMBER, ('domain_count',)),
        Field('IP', 50, OPTIONAL_LINES, ('ip_list',)),
        Field('域名', 50, OPTIONAL_LINES, ('domain_list',)),
    ),
    lambda columns, _: [
        ip_key(cidr.partition('/')[0]) + cidr.encode('utf-8', 'replace') for cidr in joined(columns[0])
    ],
    after=_counted_again,
)


def findings(mask_credentials: bool) -> Tuple[Definition, ...]:
    """What was found, in the order of the report."""
    return (
        _vulnerabilities(mask_credentials), _NUCLEI, _FILE_LEAKS, _URLS, _CERTIFICATES, _hunted(mask_credentials),
        _FINGERPRINTS, _DETECTED, _SUBNETS,
    )  # fmt: skip

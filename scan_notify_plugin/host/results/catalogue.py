"""The host's tables: titles as in its own export where it has one, and the findings that it leaves out."""

import hashlib
from typing import List, Optional, Tuple, cast

from scan_notify_plugin.host.results.addresses import ip_key, port_key
from scan_notify_plugin.host.results.certificates import certificates
from scan_notify_plugin.host.results.credentials import hidden
from scan_notify_plugin.host.results.definition import Cells, Definition, Field, Keys, joined
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
from scan_notify_plugin.records import Document
from scan_notify_plugin.secret import MASK

__all__ = ['DOMAINS', 'KNOWN', 'SEVERITIES', 'SITES', 'findings']

#: Collections of the host that hold no results, or none that another table does not have. Those that a fork adds
#: are found by their documents.
KNOWN = {
    'task', 'task_schedule', 'task_schedule_run', 'scheduler', 'policy', 'poc', 'user', 'fingerprint', 'result_set',
    'service', 'domain_prefix_stat',
}  # fmt: skip

SEVERITIES = ('critical', 'high', 'medium', 'low', 'info', 'unknown')


def _columns(*numbers: int) -> Keys:
    return lambda columns, _: joined(*[columns[number] for number in numbers])


# Sites and domains: these titles are the host's


def _names(fingers: List[Document]) -> str:
    return SEPARATOR.join([finger['name'] for finger in fingers])


def _some_names(fingers: object) -> Cell:
    if not isinstance(fingers, list):
        return shown(fingers)
    names = [finger.get('name') if isinstance(finger, dict) else finger for finger in fingers]
    return SEPARATOR.join(str(shown(name)) for name in names if name is not None)


def _union(older: Optional[str], newer: Optional[str]) -> Cell:
    names = (older or '').split(SEPARATOR) + (newer or '').split(SEPARATOR)
    return SEPARATOR.join(filter(None, dict.fromkeys(names)))


def _hash(favicon: Document) -> Cell:
    value = favicon.get('hash', '')
    return value if value == '' else INTEGER.convert(value)


SITES = Definition(
    'site',
    'table.site',
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
    quoted=True,
)

DOMAINS = Definition(
    'domain',
    'table.domain',
    (
        Field('域名', 30, TEXT, ('domain',)),
        Field('解析类型', 20, TEXT, ('type',)),
        Field('记录值', 50, LINES, ('record',)),
        Field('关联ip', 50, LINES, ('ips',)),
    ),
    _columns(0),
    quoted=True,
)


# Findings: these titles are ours


def _vulnerabilities(mask_credentials: bool) -> Definition:
    def evidence(values: Tuple[object, ...]) -> Cell:
        return hidden(values[0], values[1:]) if mask_credentials else shown(values[0])

    return Definition(
        'vuln',
        'table.vuln',
        (
            Field('column.target', 40, TEXT, ('target',)),
            Field('column.vulnerability', 40, TEXT, ('vul_name',)),
            Field('column.application', 20, OPTIONAL, ('app_name',)),
            Field('column.category', 12, OPTIONAL, ('plg_type',)),
            Field('column.plugin', 30, OPTIONAL, ('plg_name',)),
            Field('column.evidence', 60, derived(evidence), ('verify_data', 'plg_type', 'plg_name', 'vul_name')),
            Field('column.found_at', 20, OPTIONAL, ('save_date',)),
        ),
        # Two users with weak passwords are two findings, also where the difference is hidden.
        lambda columns, documents: joined(
            columns[0], columns[1], columns[4], [_digest(document.get('verify_data')) for document in documents]
        ),
        times=(6,),
    )


def _digest(value: object) -> str:
    return hashlib.sha256(str(shown(value)).encode('utf-8', 'surrogatepass')).hexdigest()


def _rank(severity: Cell) -> str:
    name = str(severity).lower()
    return str(SEVERITIES.index(name) if name in SEVERITIES else len(SEVERITIES))


_NUCLEI = Definition(
    'nuclei_result',
    'table.nuclei',
    (
        Field('column.severity', 12, OPTIONAL, ('vuln_severity',)),
        Field('column.vulnerability', 40, TEXT, ('vuln_name',)),
        Field('column.address', 60, TEXT, ('vuln_url',)),
        Field('column.template', 30, OPTIONAL, ('template_id',)),
        Field('column.target', 40, OPTIONAL, ('target',)),
        Field('column.template_url', 40, OPTIONAL, ('template_url',)),
        Field('column.curl', 60, OPTIONAL, ('curl_command',)),
        Field('column.found_at', 20, OPTIONAL, ('save_date',)),
    ),
    lambda columns, _: joined(list(map(_rank, columns[0])), columns[1], columns[2], columns[3], columns[4]),
    counted=0,
    times=(7,),
)

_PAGE = (
    Field('column.url', 60, TEXT, ('url',)),
    Field('column.page_title', 40, OPTIONAL, ('title',)),
    Field('column.status_code', 10, NUMBER, ('status_code',)),
    Field('column.length', 12, NUMBER, ('content_length',)),
)
_FILE_LEAKS = Definition(
    'fileleak', 'table.fileleak', _PAGE + (Field('column.site', 40, OPTIONAL, ('site',)),), _columns(0)
)
# The host fetches no more than some of the URLs that it found; of the others it knows only where they are.
_URLS = Definition(
    'url',
    'table.url',
    _PAGE + (Field('column.source', 16, OPTIONAL, ('source',)),),
    _columns(0),
    instead=(('url', 'site'),),
)


def _hunted(mask_credentials: bool) -> Definition:
    """What was found in scripts; of a credential only that there is one."""

    def content(values: Tuple[str, str]) -> Cell:
        return MASK if values[0] and is_credential(values[1]) else TEXT.convert(values[0])

    def mended(values: Tuple[object, str]) -> Cell:
        return MASK if values[0] and is_credential(values[1]) else shown(values[0])

    kind, names = (derived(content, mended), ('content', 'record_type')) if mask_credentials else (TEXT, ('content',))
    return Definition(
        'wih',
        'table.wih',
        (
            Field('column.site', 40, OPTIONAL, ('site',)),
            Field('column.type', 16, TEXT, ('record_type',)),
            Field('column.content', 60, kind, names),
            Field('column.source', 60, OPTIONAL, ('source',)),
        ),
        # Two that are hidden are two.
        lambda columns, documents: joined(*columns[:4], [_digest(document.get('content')) for document in documents]),
    )


_FINGERPRINTS = Definition(
    'stat_finger',
    'table.finger',
    (Field('column.name', 40, TEXT, ('name',)), Field('column.count', 12, SUM, ('cnt',))),
    _columns(0),
)

_DETECTED = Definition(
    'npoc_service',
    'table.npoc_service',
    (
        Field('column.host', 30, TEXT, ('host',)),
        Field('column.port', 10, NUMBER, ('port',)),
        Field('column.service', 16, TEXT, ('scheme',)),
        Field('column.target', 40, OPTIONAL, ('target',)),
        Field('column.found_at', 20, OPTIONAL, ('save_date',)),
    ),
    lambda columns, _: [
        ip_key(host) + port_key(port) + str(scheme).encode('utf-8', 'replace')
        for host, port, scheme in zip(*columns[:3])
    ],
    times=(4,),
)


def _counted_again(row: Cells) -> Cells:
    key, cidr, _, _, ips, domains = row
    return (key, cidr, _count_lines(ips), _count_lines(domains), ips, domains)


def _count_lines(cell: Cell) -> int:
    return len(cast(str, cell).split(SEPARATOR)) if cell else 0


_SUBNETS = Definition(
    'cip',
    'table.cip',
    (
        Field('column.subnet', 22, TEXT, ('cidr_ip',)),
        Field('column.ip_count', 10, NUMBER, ('ip_count',)),
        Field('column.domain_count', 10, NUMBER, ('domain_count',)),
        Field('column.ip', 50, OPTIONAL_LINES, ('ip_list',)),
        Field('column.domains', 50, OPTIONAL_LINES, ('domain_list',)),
    ),
    lambda columns, _: [
        ip_key(cidr.partition('/')[0]) + cidr.encode('utf-8', 'replace') for cidr in joined(columns[0])
    ],
    after=_counted_again,
)


def findings(mask_credentials: bool, language: str) -> Tuple[Definition, ...]:
    """What was found, in the order of the report.

    :param language: of cells that are words of ours
    """
    return (
        _vulnerabilities(mask_credentials), _NUCLEI, _FILE_LEAKS, _URLS, certificates(language),
        _hunted(mask_credentials), _FINGERPRINTS, _DETECTED, _SUBNETS,
    )  # fmt: skip

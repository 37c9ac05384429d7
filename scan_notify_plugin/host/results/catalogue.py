"""The host's tables: titles as in its own export where it has one, and the findings that it leaves out.

A table says what an answer is, where records of several scan tasks become one row (:mod:`merging`): of a site a
title or a status, of a domain a record or an address, of a page or a file whether it was fetched. Everything else is
only written when it was found. Of all scan tasks are the IPs and domains of a subnet, the domains and ports of an
address, and how often a fingerprint was found; all other cells are those of one scan.
"""

import hashlib
from typing import List, Sequence, Tuple, cast

from scan_notify_plugin.changes import SEVERITIES, UNRATED
from scan_notify_plugin.host.results.addresses import ip_key, port_key
from scan_notify_plugin.host.results.certificates import certificates
from scan_notify_plugin.host.results.credentials import hidden
from scan_notify_plugin.host.results.definition import Definition, Field, Keys, joined, named
from scan_notify_plugin.host.results.forks import OF_FORKS, place_of
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
from scan_notify_plugin.host.results.merging import Cells, filled
from scan_notify_plugin.masking.names import is_credential
from scan_notify_plugin.records import Document
from scan_notify_plugin.secret import MASK

__all__ = ['DOMAINS', 'KNOWN', 'SITES', 'findings']

#: Collections of a host that hold no results, or none that another table does not have. Others that have documents of
#: our scan tasks are other data.
KNOWN = {
    'task', 'task_schedule', 'task_schedule_run', 'scheduler', 'policy', 'poc', 'user', 'fingerprint', 'result_set',
    'service', 'domain_prefix_stat', 'system_config', 'icp_task', 'icp_asset', 'src',
    # Logs: what a scan task did is nothing that it found.
    'syslog',
}  # fmt: skip


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


def _hash(favicon: Document) -> Cell:
    value = favicon.get('hash', '')
    return value if value == '' else INTEGER.convert(value)


SITES = Definition(
    'site',
    'table.site',
    (
        Field('site', 35, TEXT, ('site',)),
        Field('title', 40, TEXT, ('title',)),
        Field('指纹', 60, Kind(frozenset(), _names, _some_names), ('finger',)),
        Field('状态码', 20, INTEGER, ('status',)),
        Field('favicon hash', 30, derived(_hash), ('favicon',)),
    ),
    _columns(0),
    paths=('site', 'title', 'finger', 'status', 'favicon.hash'),
    instead=(('site', 'url'),),
    answered=filled(1, 3),
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
    answered=filled(2, 3),
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
        lambda columns, documents: named(
            joined(columns[0], columns[1], columns[4], _digests('verify_data', documents)), *columns[:5]
        ),
        severity=lambda row: UNRATED,
        times=(6,),
    )


def _digests(name: str, documents: Sequence[Document]) -> List[Cell]:
    """What tells the contents of a field apart, where it is not shown."""
    texts = [str(shown(document.get(name))).encode('utf-8', 'surrogatepass') for document in documents]
    return [hashlib.sha256(text).hexdigest() for text in texts]


def _severity(row: Cells) -> str:
    """What nuclei says, which rates everything."""
    name = str(row[1]).lower()
    return name if name in SEVERITIES else SEVERITIES[-1]


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
    lambda columns, _: named(joined(list(map(place_of, columns[0])), *columns[1:5]), *columns[1:5]),
    severity=_severity,
    times=(7,),
)

_PAGE = (
    Field('column.url', 60, TEXT, ('url',)),
    Field('column.page_title', 40, OPTIONAL, ('title',)),
    Field('column.status_code', 10, NUMBER, ('status_code',)),
    Field('column.length', 12, NUMBER, ('content_length',)),
)
_FILE_LEAKS = Definition(
    'fileleak',
    'table.fileleak',
    _PAGE + (Field('column.site', 40, OPTIONAL, ('site',)),),
    _columns(0),
    answered=filled(1, 2, 3),
)
# The host fetches no more than some of the URLs that it found; of the others it knows only where they are.
_URLS = Definition(
    'url',
    'table.url',
    _PAGE + (Field('column.source', 16, OPTIONAL, ('source',)),),
    _columns(0),
    instead=(('url', 'site'),),
    answered=filled(1, 2, 3),
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
        lambda columns, documents: named(joined(*columns[:4], _digests('content', documents)), *columns[:4]),
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
        ip_key(host) + port_key(port) + str(scheme).encode('utf-8', 'backslashreplace') if host or port else b''
        for host, port, scheme in zip(*columns[:3])
    ],
    times=(4,),
)


def _counted_again(row: Cells) -> Cells:
    key, cidr, _, _, ips, domains, ranks = row
    return (key, cidr, _count_lines(ips), _count_lines(domains), ips, domains, ranks)


def _count_lines(cell: Cell) -> int:
    return cast(str, cell).count(SEPARATOR) + 1 if cell else 0


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
        ip_key(cidr.partition('/')[0]) + cidr.encode('utf-8', 'backslashreplace') for cidr in joined(columns[0])
    ],
    after=_counted_again,
)


def findings(mask_credentials: bool, language: str) -> Tuple[Definition, ...]:
    """What was found, in the order of the report.

    :param language: of cells that are words of ours
    """
    return (
        _vulnerabilities(mask_credentials), _NUCLEI, *OF_FORKS, _FILE_LEAKS, _URLS,
        certificates(language), _hunted(mask_credentials), _FINGERPRINTS, _DETECTED, _SUBNETS,
    )  # fmt: skip

"""Scan tasks as hosts write them, for the tests of coverage."""

from scan_notify_plugin.host.coverage import looks
from scan_notify_plugin.host.coverage.scan import scan_of

#: The stages of a task, by the option that switches them on; find_site and fetch_site always run.
STAGES = {
    'domain_brute': 'domain_brute', 'dns_query_plugin': 'dns_query_plugin', 'arl_search': 'arl_search',
    'alt_dns': 'alt_dns', 'search_engines': 'search_engines', 'domain_oneforall': 'domain_oneforall',
    'port_scan': 'port_scan', 'ssl_cert': 'ssl_cert', 'site_identify': 'site_identify', 'site_spider': 'site_spider',
    'file_leak': 'file_leak', 'nuclei_scan': 'nuclei_scan', 'web_info_hunter': 'web_info_hunter',
    'xray_scan': 'xray_scan', 'unauth_scan': 'unauth_scan', 'findvhost': 'findvhost',
    'npoc_service_detection': 'npoc_service_detection', 'poc_config': 'poc_run', 'brute_config': 'weak_brute',
}  # fmt: skip
#: Counted in the statistic of all forks but the oldest.
COUNTED = {'site_cnt': 0, 'wih_cnt': 0}
TARGETS = {'domain': 'example.com', 'ip': '10.0.0.1 10.0.0.2', 'risk_cruising': '目标：1， PoC：1'}


def plugins(*names):
    """A poc_config or brute_config: these are on, and one is off."""
    return [{'plugin_name': name, 'enable': True} for name in names] + [{'plugin_name': 'Off', 'enable': False}]


def document(kind='domain', options=None, **fields):
    """A task that is done, with the stages of its options."""
    options = dict(options or {})
    stages = [stage for option, stage in STAGES.items() if options.get(option)] + ['fetch_site']
    if kind == 'risk_cruising':
        stages = ['PoC' if stage == 'poc_run' else stage for stage in stages]
        fields.setdefault('cruising_target', ['http://10.0.0.1'])
    else:
        stages.append('find_site')
    plain = {
        '_id': 'a' * 24, 'name': 'weekly', 'type': kind, 'task_tag': 'task', 'target': TARGETS.get(kind, ''),
        'status': 'done', 'options': options, 'service': [{'name': stage, 'elapsed': 2.5} for stage in stages],
        'statistic': dict(COUNTED),
    }  # fmt: skip
    return dict(plain, **fields)


def looked(*documents, outcome='done', read=None, **more):
    """What a round with these tasks looked at."""
    scans = {scan.id: scan for scan in map(scan_of, documents)}
    return looks(scans, dict.fromkeys(scans, outcome), read or {}, **more)


def extents(*documents, **more):
    """The extents of its first element, by table."""
    found = looked(*documents, **more).looked
    return {one.table: one.extent for one in found if one.element == found[0].element}


def reasons(*documents, **more):
    """{(code, table, detail)} of what was not looked at."""
    remarks = looked(*documents, **more).remarks
    return {(fault.code, fault.facts['table'], fault.facts['detail']) for fault in remarks}

"""Every option that a supported fork's task code asks for: what it fills is known, or why it fills nothing."""

import os
import random

import pytest

from scan_notify_plugin.host import coverage
from scan_notify_plugin.host.coverage import looks
from scan_notify_plugin.host.coverage.scan import scan_of
from tests.host.coverage.tasks import STAGES, document

#: As `options.get(...)` names them in app/tasks and app/services of each fork.
COMMON = {
    'alt_dns', 'arl_search', 'brute_config', 'dns_query_plugin', 'domain_brute', 'domain_brute_type', 'file_leak',
    'findvhost', 'host_timeout', 'host_timeout_type', 'npoc_service_detection', 'nuclei_scan', 'os_detection',
    'poc_config', 'port_custom', 'port_min_rate', 'port_parallelism', 'port_scan', 'port_scan_type',
    'related_scope_id', 'search_engines', 'service_detection', 'site_capture', 'site_identify', 'site_spider',
    'skip_scan_cdn_ip', 'ssl_cert',
}  # fmt: skip
FORKS = {
    'TophantTechnology/ARL': COMMON | {'web_info_hunter'},
    'Aabyss-Team/ARL': COMMON | {'web_info_hunter', 'exclude_ports'},
    'adysec/ARL': COMMON | {'web_info_hunter', 'exclude_ports'},
    'xinghe0/ARL_2.6.2_src': COMMON
    | {'web_info_hunter', 'exclude_ports', 'domain_oneforall', 'unauth_scan', 'xray_scan'},
    'NAXG/ARL': COMMON | {'web_info_hunter', 'exclude_ports'},
    'wpsec/ARL-Source-Install': COMMON | {'web_info_hunter'},
    'p4rseexp/ARL': COMMON,
    'owl234/ARL-Next': COMMON | {'web_info_hunter', 'exclude_ports'},
    '351978274/ARL-new': COMMON | {'web_info_hunter', 'exclude_ports'},
}
#: Those that fill no table of ours, with the reason.
NOTHING = {
    'arl_search': 'repeats what was known',
    'host_timeout': 'what is dropped at it is missing whole',
    'host_timeout_type': 'the same',
    'port_min_rate': 'how fast, not what',
    'port_parallelism': 'the same',
    'related_scope_id': 'where results are copied to',
    'site_capture': 'pictures',
}


@pytest.mark.parametrize('fork', sorted(FORKS))
def test_every_option_of_a_fork_is_known(fork):
    source = ''
    folder = os.path.dirname(coverage.__file__)
    for name in os.listdir(folder):
        if name.endswith('.py'):
            with open(os.path.join(folder, name), encoding='utf-8') as file:
                source += file.read()
    assert {option for option in FORKS[fork] if "'{}'".format(option) not in source} == set(NOTHING) & FORKS[fork]


def test_whatever_is_in_a_document_there_is_no_error():
    pick = random.Random(7)
    odd = [
        None, True, False, 0, 1, -1, 3.5, float('nan'), float('inf'), 10**30, '', 'x', '\ud800', '10.0.0.0/8', 'true',
        b'\xff', [], [None], [[]], {}, {'a': {'b': []}}, ['x'] * 2000, {'name': 'port_scan', 'elapsed': 9},
        'domain', 'done',
        [{'plugin_name': 'A', 'enable': True}], [{'name': 'port_scan', 'elapsed': '9'}],
        '0-65535', 'custom', 'a' * 5000,
    ]  # fmt: skip
    names = sorted(set(STAGES) | COMMON | {'exclude_ports'})
    for number in range(800):
        task = document(pick.choice(['ip', 'domain', 'risk_cruising']), {name: pick.choice(odd) for name in names})
        for name in pick.sample(sorted(task), pick.randrange(4)):
            if name != '_id':
                task[name] = pick.choice(odd)
        scan = scan_of(task)
        result = looks({scan.id: scan}, {scan.id: 'done'}, {scan.id: {'site': pick.randrange(3)}})
        for one in result.looked:
            assert coverage.Extent.from_text(one.extent.text()) == one.extent

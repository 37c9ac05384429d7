"""Rows as the host writes them, with what is awkward in real ones: formulas, None, text or dict, no field at all."""

from app import utils
from app.modules import TaskType


def fake_row(collection, number, target, kind):
    """The `number`-th row (from 0) of a scan of `target`, without its task_id."""
    host, ip, date = 'h{}.{}'.format(number, target), '192.0.2.{}'.format(number + 1), utils.curr_date()
    if kind != TaskType.DOMAIN:
        host = ip = target.split()[number % len(target.split())]
    url = 'https://' + host
    port = {'port_id': 443, 'service_name': 'https', 'version': '1.18', 'protocol': 'tcp', 'product': 'nginx'}
    nginx = {'icon': '', 'name': 'nginx', 'confidence': '80', 'version': '1.18', 'website': '', 'categories': []}
    row = {
        'site': {
            'site': url,
            'hostname': host,
            'ip': ip,
            'title': '登录 {}'.format(number) if number else '=1+1',
            'status': 200,
            'headers': 'Server: nginx',
            'http_server': 'nginx',
            'body_length': 512,
            'finger': [nginx],
            'favicon': {} if number else {'data': '', 'url': url, 'hash': 116323821},
            'screenshot': '',
        },
        'domain': {'domain': host, 'record': [ip], 'type': 'A', 'ips': [ip], 'source': 'domain_brute', 'fld': host},
        'ip': {
            'ip': ip,
            'port_info': [port],
            'os_info': {},
            'ip_type': 'PUBLIC',
            'geo_asn': {},
            'geo_city': {'country_name': None},
        },
        'service': {
            'service_name': 'https',
            'service_info': [{'ip': ip, 'port_id': 443, 'product': 'nginx', 'version': '1.18'}],
        },
        'url': {
            'site': url + '/page',
            'url': url,
            'title': 'page',
            'content_length': 10,
            'status_code': 200,
            'source': 'site_spider',
        },
        'cert': {
            'ip': ip,
            'port': 443,
            'cert': {
                'subject_dn': 'CN=' + host,
                'issuer_dn': 'CN=ca',
                'serial_number': '1',
                'validity': {'start': '2024-01-01', 'end': '2025-01-01', 'expired': True},
            },
        },
        'fileleak': {'title': '', 'url': url + '/.git/config', 'content_length': 92, 'status_code': 200, 'site': url},
        'nuclei_result': {
            'template_url': '',
            'template_id': 'git-config',
            'vuln_name': 'Git config',
            'vuln_severity': 'high',
            'vuln_url': url,
            'curl_command': 'curl ' + url,
            'target': url,
            'save_date': date,
        },
        'wih': {
            'record_type': 'email',
            'content': 'admin@' + host,
            'site': url,
            'source': url + '/app.js',
            'fnv_hash': str(number),
        },
        'npoc_service': {'scheme': 'ssh', 'host': ip, 'port': '22', 'target': ip + ':22', 'save_date': date},
        'vuln': {
            'plg_name': 'weak',
            'plg_type': 'brute',
            'vul_name': '弱口令',
            'app_name': 'ssh',
            'target': url,
            'verify_data': {'username': 'root', 'password': 'fake'} if number else 'found',
            'save_date': date,
        },
        'cip': {'cidr_ip': '192.0.2.0/24', 'ip_count': 1, 'ip_list': [ip], 'domain_count': 1, 'domain_list': [host]},
        'stat_finger': {'name': 'nginx', 'cnt': 1},
    }[collection]
    if collection == 'ip' and kind == TaskType.DOMAIN:
        row.update(domain=[host], cdn_name='')
    return row

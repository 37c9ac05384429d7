"""A toy of the host for the demo: its documents in its collections, scan tasks that end one after another."""

import random
import threading
from datetime import datetime
from typing import Any, Callable, Dict, List, Tuple

from bson import ObjectId

from scan_notify_plugin.records import Document

_STAGES = {
    'ip': ('port_scan', 'ssl_cert', 'find_site', 'fetch_site'),
    'domain': ('domain_brute', 'dns_query_plugin', 'port_scan', 'fetch_site'),
}
# The last one is what a hostile site may write; no message may take it for markup.
_TITLES = ('登录 - 管理后台', 'Welcome to nginx!', 'GitLab', '<@all> [click](http://evil.example)')
_SERVICES = (('http', 80), ('https', 443), ('ssh', 22), ('http-proxy', 8080))


class ToyScanner:
    """Fires its schedule through ``begin`` and scans nothing.

    :param begin: opens a fire for a schedule document, as in the host: ``Recorder.begin``
    :param pause: seconds for each stage of a scan
    """

    def __init__(self, db: Any, begin: Callable[[Document], Any], targets: str, pause: float = 0.3) -> None:
        self._db = db
        self._begin = begin
        self._pause = pause
        self._random = random.Random(20260101)
        self.schedule: Document = {
            '_id': ObjectId(),
            'name': '每日资产巡检',
            'target': targets,
            'task_tag': 'task',
            'schedule_type': 'recurrent_scan',
            'cron': '0 3 * * *',
            'status': 'scheduled',
            'run_number': 0,
        }
        db['task_schedule'].insert_one(dict(self.schedule))

    def fire(self) -> threading.Thread:
        """One round: submits a scan task for all addresses and one for each domain, and scans in a thread."""
        self.schedule['run_number'] += 1
        number = {'run_number': self.schedule['run_number']}
        self._db['task_schedule'].update_one({'_id': self.schedule['_id']}, {'$set': number})
        fire = self._begin(dict(self.schedule))
        tasks = [self._submit(kind, target) for kind, target in self._split()]
        for task in tasks:
            fire.add(str(task['_id']))
        fire.close()
        thread = threading.Thread(target=self._scan_all, args=(tasks,), daemon=True)
        thread.start()
        return thread

    def _split(self) -> List[Tuple[str, str]]:
        words = self.schedule['target'].split()
        addresses = [word for word in words if word.replace('.', '').isdigit()]
        domains = [word for word in words if word not in addresses]
        return ([('ip', ' '.join(addresses))] if addresses else []) + [('domain', domain) for domain in domains]

    def _submit(self, kind: str, target: str) -> Document:
        name = '周期任务-{}-{}'.format(self.schedule['name'][:15], self.schedule['run_number'] + 1)
        task = {
            '_id': ObjectId(), 'name': name, 'target': target, 'type': kind, 'task_tag': 'task', 'options': {},
            'status': 'waiting', 'start_time': '-', 'end_time': '-', 'service': [], 'celery_id': str(ObjectId()),
        }  # fmt: skip
        self._db['task'].insert_one(dict(task))
        return task

    def _scan_all(self, tasks: List[Document]) -> None:
        wait = threading.Event().wait
        for task in tasks:
            self._set(task, start_time=_now())
            for stage in _STAGES[task['type']]:
                self._set(task, status=stage)
                wait(self._pause)
            # As the host does it: the numbers first, then the status, the end time last.
            self._set(task, statistic=self._results(task))
            self._set(task, status='done')
            self._set(task, end_time=_now())

    def _set(self, task: Document, **fields: object) -> None:
        self._db['task'].update_one({'_id': task['_id']}, {'$set': fields})

    def _results(self, task: Document) -> Dict[str, int]:
        task_id, pick = str(task['_id']), self._random
        statistic = dict.fromkeys(('site_cnt', 'ip_cnt', 'service_cnt', 'domain_cnt', 'vuln_cnt'), 0)
        for number in range(pick.randint(4, 9)):
            host = task['target'].split()[0] if task['type'] == 'ip' else 'www{}.{}'.format(number, task['target'])
            address = '198.51.100.{}'.format(number + 1)
            service, port = pick.choice(_SERVICES)
            rows: Dict[str, Dict[str, object]] = {
                'site': {'site': 'http://' + host, 'hostname': host, 'ip': address, 'title': pick.choice(_TITLES),
                         'status': 200, 'finger': [{'name': 'nginx'}]},
                'ip': {'ip': address, 'port_info': [{'port_id': port, 'service_name': service, 'version': '',
                                                     'protocol': 'tcp', 'product': ''}], 'ip_type': 'PUBLIC'},
                'service': {'service_name': service, 'service_info': [{'ip': address, 'port_id': port}]},
            }  # fmt: skip
            if task['type'] == 'domain':
                rows['domain'] = {'domain': host, 'record': [address], 'type': 'A', 'ips': [address]}
            for collection, row in rows.items():
                self._db[collection].insert_one(dict(row, task_id=task_id))
                statistic[collection + '_cnt'] += 1
        self._db['vuln'].insert_one({'vul_name': 'Redis 未授权访问', 'target': task['target'], 'task_id': task_id})
        statistic['vuln_cnt'] = 1
        return statistic


def _now() -> str:
    return datetime.now().strftime('%Y-%m-%d %H:%M:%S')

"""A scan that scans nothing: what it does is in the words of its policy and target (see tests/host_double)."""

import os
import re
import signal
import time

from app import utils
from app.modules import TaskStatus, TaskType
from bson import ObjectId

from .rows import fake_row

logger = utils.get_logger()
COUNTED = [
    'site',
    'domain',
    'ip',
    'cert',
    'service',
    'fileleak',
    'url',
    'vuln',
    'npoc_service',
    'cip',
    'nuclei_result',
    'stat_finger',
]
COUNTED += ['wih']  # only: top aab wps xin

# stage, and the collections it writes to
SITE_STAGES = [
    ('find_site', ['site']),
    ('site_spider', ['url', 'cert']),
    ('file_leak', ['fileleak']),
    ('nuclei_scan', ['nuclei_result']),
    ('web_info_hunter', ['wih']),  # only: top aab wps xin
    ('npoc_service_detection', ['npoc_service']),
    ('poc_run', ['vuln']),
]
STAGES = {
    TaskType.DOMAIN: [('domain_brute', ['domain']), ('port_scan', ['ip', 'service'])] + SITE_STAGES,
    TaskType.IP: [('port_scan', ['ip', 'service'])] + SITE_STAGES,
    TaskType.RISK_CRUISING: [('PoC', []), ('poc 1/1', ['vuln'])],
}


class FakeScan(object):
    def __init__(self, kind, target, task_id, options):
        self.kind, self.target, self.task_id = kind, target, task_id
        said = '-'.join([options.get('fake', ''), options.get('fake_' + kind, ''), target.split('.')[0]])
        self.words = said.split('-')
        if 'broken' in self.words:
            raise ValueError('the fake scan was told to be broken')
        takes = re.findall(r'\btake(\d+)(ms)?\b', said)
        self.seconds = int(takes[-1][0]) / (1000.0 if takes[-1][1] else 1.0) if takes else 0.0
        self.rows = int((re.findall(r'\brows(\d+)\b', said) or [2])[-1])

    def update_task_field(self, field, value):
        utils.conn_db('task').update_one({'_id': ObjectId(self.task_id)}, {'$set': {field: value}})

    def run(self):
        self.update_task_field('start_time', utils.curr_date())
        stages = STAGES[self.kind]
        for stage, collections in stages:
            self.update_task_field('status', stage)
            self.work(self.seconds / len(stages))
            for name in collections:
                self.insert_rows(name, self.rows)
            utils.conn_db('task').update_one(
                {'_id': ObjectId(self.task_id)},
                {'$push': {'service': {'name': stage, 'elapsed': round(self.seconds / len(stages), 2)}}},
            )
            if 'error' in self.words:
                raise RuntimeError('the fake scan was told to fail')
        self.insert_rows('stat_finger', 1)
        self.insert_rows('cip', 1)
        self.update_task_field(
            'statistic',
            {name + '_cnt': utils.conn_db(name).count_documents({'task_id': self.task_id}) for name in COUNTED},
        )
        self.update_task_field('status', TaskStatus.DONE)

    def work(self, seconds):
        if 'die' in self.words:
            os.kill(os.getpid(), signal.SIGKILL)
        while 'hang' in self.words:
            time.sleep(1)
        time.sleep(seconds)

    def insert_rows(self, collection, count):
        for number in range(count):
            row = fake_row(collection, number, self.target, self.kind)
            utils.conn_db(collection).insert_one(dict(row, task_id=self.task_id))


def domain_task(base_domain, task_id, options):
    watch(FakeScan(TaskType.DOMAIN, base_domain, task_id, options))


def run_risk_cruising_task(task_id):
    task_data = utils.conn_db('task').find_one({'_id': ObjectId(task_id)})
    if task_data and task_data['status'] == TaskStatus.WAITING:
        watch(FakeScan(TaskType.RISK_CRUISING, task_data['target'], task_id, task_data['options']))


def ip_task(ip_target, task_id, options):
    watch(FakeScan(TaskType.IP, ip_target, task_id, options))


def watch(scan):
    try:
        scan.run()
    except Exception as e:
        logger.exception(e)
        scan.update_task_field('status', TaskStatus.ERROR)
        if scan.kind == TaskType.IP:
            return  # and never an end_time
    scan.update_task_field('end_time', utils.curr_date())

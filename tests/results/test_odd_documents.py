"""Documents of any make, three rounds of the same ones: nothing is raised, nothing is new, gone or changed."""

import random

import bson
import pytest
from bson import ObjectId

from scan_notify_plugin.records import to_document
from scan_notify_plugin.results import marks
from tests.results.world import START, World

FIELDS = {
    'site': ['site', 'title', 'status', 'finger', 'hostname', 'ip'],
    'ip': ['ip', 'port_info', 'domain', 'ip_type', 'cdn_name', 'os_info'],
    'domain': ['domain', 'type', 'record', 'ips', 'source'],
    'cert': ['ip', 'port', 'cert', 'domain'],
    'url': ['url', 'site', 'title', 'status', 'source'],
    'fileleak': ['url', 'site', 'title', 'status_code', 'content_length'],
    'wih': ['site', 'record_type', 'content', 'source', 'fnv_hash'],
    'nuclei_result': ['template_id', 'vuln_url', 'vuln_severity', 'vuln_name', 'target'],
    'vuln': ['target', 'plg_name', 'vul_name', 'plg_type', 'app_name', 'verify_data'],
    'npoc_service': ['host', 'port', 'scheme', 'target', 'app_name'],
    'xray_result': ['plugin', 'target', 'addr', 'detail', 'create_time'],
    'unauth': ['url', 'type', 'target'],
    'service': ['service_name', 'service_info'],
    'cip': ['cidr_ip', 'ip_list'],
    'stat_finger': ['name', 'cnt'],
}
OF_TASK = ['type', 'task_tag', 'target', 'cruising_target', 'status', 'options', 'service', 'statistic', 'end_time']
NAMES = [
    'port_id',
    'product',
    'version',
    'subject_dn',
    'serial_number',
    'validity',
    'username',
    'password',
    'name',
    'end',
]
SECRET = 'p4ssw0rd'
VALUES = [
    None, True, 0, -1, 2 ** 62, -(2 ** 63), 1.5, float('nan'), float('inf'), '', 'x', 'a' * 100000, '漢' * 30000,
    '\x00\x1f\x1e\x7f\u2028', 'http://', 'http://[', 'http://[::1', 'http://a:99999999999/', '://', '10.0.0.1', '::1',
    'http://u:{}@h/'.format(SECRET), b'\xff\xfe', ObjectId('0' * 24), bson.Timestamp(1, 1), bson.Regex('a'),
    bson.Code('x'), bson.Decimal128('1e400'), bson.MinKey(), START, [], {}, [[]], [None], {'': ''}, '\U0001f600' * 70,
    'É' * 61, 'ﬀ', 'İ', '#', '?', ' ', '10.0.0.1:22', 80, '80', '443', 65536, 22,
]  # fmt: skip


def odd(chance, depth=0):
    kind = chance.random() if depth < 3 else 1
    if kind < 0.25:
        return [odd(chance, depth + 1) for _ in range(chance.randrange(4))]
    if kind < 0.45:
        return {chance.choice(NAMES): odd(chance, depth + 1) for _ in range(chance.randrange(4))}
    return chance.choice(VALUES)


@pytest.mark.parametrize('seed', range(6))
def test_the_same_documents_are_known_whatever_they_are_and_in_whatever_order(seed, caplog):
    chance = random.Random(seed)
    world = World(kind=chance.choice(['ip', 'domain', 'risk_cruising']))
    documents = {
        name: [{field: odd(chance) for field in fields if chance.random() < 0.9} for _ in range(12)]
        for name, fields in FIELDS.items()
    }
    for number in range(3):
        task_id = world.task('10.0.0.1/30')
        for name, made in documents.items():
            for document in chance.sample(made, len(made)):
                world.db[name].insert_one(dict(document, task_id=task_id, _id=ObjectId()))
        run = world.run(task_id)
        results = world.collect(run)
        kept = world.db['scan_notify_result'].find_one({'_id': run.id})
        assert len(bson.encode(to_document(results))) <= 4096 and len(bson.encode(kept)) <= 64 << 10
        assert SECRET not in repr(list(marks.changes(world.db, run.id))) + repr(kept) + caplog.text
        assert not number or set(results.changes) <= {'not_looked_at'}


@pytest.mark.parametrize('seed', range(6))
def test_documents_of_scan_tasks_may_be_of_any_make(seed):
    from tests.results.world import address

    chance, world = random.Random(seed), World()
    for _ in range(3):
        task_id = world.task()
        world.found(task_id, ip=[address('10.0.0.1', 22)])
        fields = {name: odd(chance) for name in OF_TASK if chance.random() < 0.4}
        world.db['task'].update_one({'_id': ObjectId(task_id)}, {'$set': fields})
        results = world.collect(world.run(task_id), {task_id: 'done'})
        assert len(bson.encode(to_document(results))) <= 4096
        assert 'gone' not in results.changes and 'new' not in results.changes

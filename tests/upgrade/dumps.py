"""Writing and reading dumps, and letting today's code go on with one."""

import base64
import contextlib
import json
import os
import time
from types import SimpleNamespace

import mongomock
from bson import json_util, objectid
from mongomock.gridfs import enable_gridfs_integration

from scan_notify_plugin.settings import schema
from scan_notify_plugin.testing.loop import Loop, ManualClock

#: Seconds between the last of the old worker and the first of the new one.
DOWN = 90
ZONE = 'Asia/Shanghai'


def sections(services, storage='directory', drop=(), alerts=''):
    """The installation's configuration; an upgrade does not touch it.

    :param drop: targets that it has no more
    :param alerts: the target that hears of trouble
    """
    targets = {name: target for name, target in services.targets().items() if name not in drop}
    defaults = {'NOTIFY_ENABLE': True, 'NOTIFY_CHANNEL': ['ops']}
    found = {'DEFAULTS': defaults, 'TARGETS': targets, 'BASE_URL': 'https://arl.example.com', 'REPORT_STORAGE': storage}
    return {'SCAN_NOTIFY': dict(found, ALERTS=alerts) if alerts else found}


@contextlib.contextmanager
def local_time():
    """Messages have the times of the machine's zone; the installations of dumps are in China."""
    before = os.environ.get('TZ')
    os.environ['TZ'] = ZONE
    time.tzset()
    yield
    os.environ.pop('TZ')
    if before is not None:
        os.environ['TZ'] = before
    time.tzset()


def defaults():
    """The default of every setting."""
    groups = (schema.SECTION_KEYS, schema.SCHEDULE_KEYS, schema.TARGET_KEYS)
    return {
        '{} {}'.format(kind, key.name): list(key.default) if isinstance(key.default, tuple) else key.default
        for kind, keys in zip(('section', 'schedule', 'target'), groups)
        for key in keys
    }


def database():
    """An empty one that GridFS works on."""
    enable_gridfs_integration()
    return mongomock.MongoClient(tz_aware=True)['arl']


def stamp(clock):
    """From now on ids are made at the clock's time."""
    objectid.time = SimpleNamespace(time=lambda: clock.now().timestamp())


def write(path, **fields):
    """Readable, a document a line; :func:`read` gives back the same."""
    with open(path, 'w', encoding='utf-8') as file:
        file.write(_lines(fields) + '\n')


def _lines(value, depth=0):
    """JSON with a line for each entry of the outer levels."""
    if depth == 3 or not value or not isinstance(value, (dict, list)):
        options = json_util.RELAXED_JSON_OPTIONS
        return json_util.dumps(value, json_options=options, ensure_ascii=False)
    inner = [_lines(one, depth + 1) for one in (value.values() if isinstance(value, dict) else value)]
    names = ['{}: '.format(json_util.dumps(name)) for name in value] if isinstance(value, dict) else [''] * len(inner)
    whole = ',\n'.join(name + one for name, one in zip(names, inner))
    return '{{\n{}\n}}'.format(whole) if isinstance(value, dict) else '[\n{}\n]'.format(whole)


def read(path):
    with open(path, encoding='utf-8') as file:
        return SimpleNamespace(**json_util.loads(file.read(), json_options=json_util.JSONOptions(tz_aware=True)))


def documents(db):
    return {
        name: list(db[name].find({})) for name in sorted(db.list_collection_names()) if db[name].count_documents({})
    }


def fill(dump, db):
    """An empty database."""
    for name, found in dump.collections.items():
        if found:
            db[name].insert_many(found)


def restore(dump, db):
    """Also where a process of today has begun to write."""
    for name, found in dump.collections.items():
        for one in found:
            db[name].replace_one({'_id': one['_id']}, one, upsert=True)


def files(folder):
    found = {}
    for parent, _, names in os.walk(str(folder)):
        for name in names:
            path = os.path.join(parent, name)
            with open(path, 'rb') as file:
                found[os.path.relpath(path, str(folder))] = base64.b64encode(file.read()).decode('ascii')
    return found


def restore_files(dump, folder):
    for name, content in dump.files.items():
        path = os.path.join(str(folder), name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'wb') as file:
            file.write(base64.b64decode(content))


class Upgraded:
    """Today's worker on an old database, some time after the old one was stopped.

    :param db: an empty database, or one with the dump
    """

    def __init__(self, dump, services, folder, db=None):
        self.dump, self.services = dump, services
        self.db = db if db is not None else database()
        if db is None:
            fill(dump, self.db)
        restore_files(dump, folder)
        services.remember(dump.services)
        self.clock = ManualClock()
        self.clock.time = dump.at
        self.clock.move(seconds=DOWN)
        configured = sections(services, drop=dump.dropped, alerts=getattr(dump, 'alerts', ''))
        self.loop = Loop(configured, db=self.db, clock=self.clock, folder=str(folder), probe=set)

    def go_on(self):
        """Until what was begun has ended: a quarter of an hour closely, then the scans end, then some hours."""
        self.loop.context.ensure_indexes()
        self.loop.run_through(36)
        self.loop.run_through(24, 30)
        going_on = self.db[self.loop.context.runs_name].find({'status': 'running'})
        self.loop.status([task_id for run in going_on for task_id in run['task_ids']], 'done')
        self.loop.run_through(12)
        self.loop.run_through(40, 600)
        return self

    def outcome(self):
        """What became of every run and job, and what people were told."""
        runs = self.db[self.loop.context.runs_name].find({})
        # What reads a run's results is new in 0.3.0, and tells nobody anything by itself.
        jobs = list(self.db['scan_notify_job'].find({'kind': {'$ne': 'collect'}}))
        found = {
            'runs': {run['_id']: [run['status'], run['push_status'], run['export_status']] for run in runs},
            'jobs': {job['_id']: [job['state'], job['route'], job['at']] for job in jobs},
            'told': self.services.arrived(),
        }
        return json.loads(self._numbered(json.dumps(found), jobs))

    def _numbered(self, said, jobs):
        """With numbers for the ids of new alerts, and for the keys of their messages, which are made up each time."""
        known = {job['_id'] for job in self.dump.collections['scan_notify_job']}
        new = [job for job in jobs if job['kind'] == 'alert' and job['_id'] not in known]
        for number, job in enumerate(sorted(new, key=lambda job: (job['created_at'], job['_id'].rsplit('/', 1)[0])), 1):
            name = '{}/new-{}'.format(job['_id'].rsplit('/', 1)[0], number)
            said = said.replace(job['_id'], name)
            for index, part in enumerate(job['parts'], 1):
                said = said.replace(part['key'], '{}/{}'.format(name, index))
        return said

"""A host's documents of several rounds, and what collecting them comes to."""

from datetime import datetime, timedelta, timezone

from bson import ObjectId

from scan_notify_plugin.results import stage
from scan_notify_plugin.runs.rules import new_run
from scan_notify_plugin.testing.embedded import embedded_database

__all__ = ['ALL_ON', 'KEY', 'START', 'World', 'changes_of', 'states']

KEY = b'the same for ever'
START = datetime(2026, 3, 1, 4, tzinfo=timezone.utc)
#: Of a domain task that looks at everything.
ALL_ON = {
    'domain_brute': True, 'domain_brute_type': 'test', 'port_scan': True, 'port_scan_type': 'top100',
    'service_detection': True, 'site_identify': True, 'ssl_cert': True, 'file_leak': True, 'nuclei_scan': True,
    'site_spider': True, 'search_engines': True, 'web_info_hunter': True, 'npoc_service_detection': True,
}  # fmt: skip
STAGES = (
    'domain_brute', 'dns_query_plugin', 'alt_dns', 'port_scan', 'service_detection', 'ssl_cert', 'find_site',
    'fetch_site', 'site_identify',
    'file_leak', 'nuclei_scan', 'site_spider', 'search_engines', 'web_info_hunter', 'npoc_service_detection', 'poc_run',
    'weak_brute', 'findvhost', 'brute_config', 'wih',
)  # fmt: skip


class World:
    """A schedule, and its rounds in a database.

    :param db: None: an in-memory one
    """

    def __init__(self, db=None, schedule='65e2', kind='ip'):
        self.db = embedded_database() if db is None else db
        self.schedule = schedule
        self.kind = kind
        self.number = 0

    def task(self, target='10.0.0.0/24', status='done', options=None, kind=None, **more):
        """One scan task; its id."""
        task_id = ObjectId()
        services = [{'name': name, 'elapsed': 9.5} for name in STAGES]
        task = dict(
            _id=task_id, name='scan', target=target, type=kind or self.kind, task_tag='task', status=status,
            options=dict(ALL_ON, **options or {}), service=services, end_time='2026-03-01 05:00:00',
        )  # fmt: skip
        self.db['task'].insert_one(dict(task, **more))
        return str(task_id)

    def found(self, task_id, **tables):
        """What a scan task found: documents by collection."""
        for collection, documents in tables.items():
            for document in documents:
                self.db[collection].insert_one(dict(document, task_id=task_id, _id=ObjectId()))

    def run(self, *task_ids, number=None, run_id='', outcomes=None, **fields):
        """The run of these scan tasks."""
        self.number = self.number + 1 if number is None else number
        fired_at = fields.pop('fired_at', START + timedelta(days=self.number))
        run = new_run(self.schedule, 'daily', self.kind, self.number, fired_at)
        return run.evolve(id=run_id or '{}:{}'.format(self.schedule, self.number), task_ids=task_ids, **fields)

    def collect(self, run, outcomes=None, **more):
        """What the stage makes of a run; scan tasks ended as the host says, unless ``outcomes`` says otherwise."""
        said = {str(task['_id']): task['status'] for task in self.db['task'].find({}, {'status': 1})}
        ended = dict({task_id: said.get(task_id, 'missing') for task_id in run.task_ids}, **outcomes or {})
        return stage.collect(self.db, run, ended, KEY, now=run.fired_at, **more)

    def round(self, found, target='10.0.0.0/24', status='done', options=None, outcomes=None, **more):
        """A round of one scan task: (its run, what it came to)."""
        task_id = self.task(target, status, options)
        self.found(task_id, **found)
        run = self.run(task_id, **more)
        return run, self.collect(run, outcomes)


def address(ip, *ports, **more):
    """A document of the host's table of addresses; a port is a number, or (number, product, version)."""
    wide = [port if isinstance(port, tuple) else (port, '', '') for port in ports]
    info = [
        {'port_id': port, 'service_name': '', 'product': product, 'version': version, 'protocol': 'tcp'}
        for port, product, version in wide
    ]
    return dict({'ip': ip, 'port_info': info, 'ip_type': 'PRIVATE', 'domain': []}, **more)


def site(url, title='', **more):
    return dict({'site': url, 'title': title, 'status': 200, 'finger': []}, **more)


def changes_of(db, run_id):
    """{(table, identity): state} of all that is not known."""
    from scan_notify_plugin.results import marks

    return {(one.table, one.identity): one.state.value for one in marks.changes(db, run_id)}


def states(db, run_id, table):
    """{identity: state} of one table, its parts apart by ``|``."""
    found = changes_of(db, run_id).items()
    return {identity.replace('\x1f', '|'): state for (one, identity), state in found if one == table}

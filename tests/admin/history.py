"""A history to look at: runs and jobs written straight into the database, and a desk before it."""

from datetime import datetime, timedelta, timezone

from scan_notify_plugin.admin.desk import Desk
from scan_notify_plugin.faults import Fault
from scan_notify_plugin.jobs.making import Way, new_job, new_part
from scan_notify_plugin.records import to_document
from scan_notify_plugin.runs import rules as run_rules
from scan_notify_plugin.runs.run import Want
from scan_notify_plugin.settings.section import parse_settings
from tests.loop import RUNS, ManualClock

NOW = datetime(2030, 5, 17, 12, tzinfo=timezone.utc)
SECTIONS = {'SCAN_NOTIFY': {'ENABLE': True, 'TARGETS': {'ops': {'CHANNEL': 'dingding', 'ACCESS_TOKEN': '5f2c'}}}}


def quotes(*texts):
    """Faults as they are stored, each in somebody else's words."""
    return [Fault('quote', text=text).to_stored() for text in texts]


class History:
    """What was, and the desk of whoever looks at it."""

    def __init__(self, db, now=NOW):
        self.db = db
        self.now = now
        self.clock = ManualClock()
        self.clock.time = now
        self.desk = Desk(db, RUNS, parse_settings(SECTIONS), self.clock)

    def run(self, number=1, hours=0, schedule='64f0', **fields):
        """A finished run that was fired so many hours ago; its id."""
        fired_at = self.now - timedelta(hours=hours)
        identity = '{}:{}'.format(schedule, number)
        run = run_rules.new_run(schedule, fields.pop('name', 'nightly'), 'recurrent_scan', number, fired_at, identity)
        ended = {
            'status': 'finished',
            'end_time': fired_at + timedelta(minutes=30),
            'push_status': 'success',
            'export_status': 'skip',
        }
        self.db[RUNS].insert_one(dict(to_document(run), **dict(ended, **fields)))
        return identity

    def job(self, run_id, target='ops', state='pending', event='complete', hours=0, **fields):
        """A message with one rendered part; its id. It is in the run's plan, too."""
        want = Want('{}/{}/{}'.format(run_id, event, target), 'notify', 'dingding', target)
        job = new_job(want, Way('channel:1', (target,)), run_id, NOW - timedelta(hours=hours), timedelta(hours=24))
        part = new_part('k1', {'text': 'hello'}, {'text': 'withheld'})
        if state == 'uncertain':
            part = part.evolve(doubt_at=NOW)
        document = to_document(job.evolve(parts=(part,)))
        self.db['scan_notify_job'].insert_one(dict(document, state=state, **fields))
        self.db[RUNS].update_one({'_id': run_id}, {'$push': {'plan': dict(want._asdict(), replaces=[])}})
        return want.id


class Meddled:
    """A database in which somebody else acts between a read and the write that follows it.

    :param meddle: called once, after the first document of the collection was read
    """

    def __init__(self, db, name, meddle):
        self._db = db
        self._name = name
        self._meddle = [meddle]

    def __getitem__(self, name):
        found = self._db[name]
        return _Read(found, self._meddle) if name == self._name else found


class _Read:
    def __init__(self, collection, meddle):
        self._collection = collection
        self._meddle = meddle

    def __getattr__(self, name):
        return getattr(self._collection, name)

    def find_one(self, *args, **kwargs):
        found = self._collection.find_one(*args, **kwargs)
        if self._meddle:
            self._meddle.pop()()
        return found

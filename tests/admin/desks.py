"""An administrator's desk on an empty database, with a worker that has told what it has loaded."""

from datetime import datetime, timedelta, timezone

import mongomock

from scan_notify_plugin.admin.desk import Desk
from scan_notify_plugin.settings.section import parse_settings

RUNS = 'task_schedule_run'
START = datetime(2030, 5, 17, 12, tzinfo=timezone.utc)
SECTION = {
    'ENABLE': True,
    'TARGETS': {
        'ops': {'CHANNEL': 'dingding', 'ACCESS_TOKEN': '5f2c', 'SECRET': {'env': 'NOT_THERE'}, 'AT': {'ALL': True},
                'API_BASE': 'http://127.0.0.1:9/?access_token=5f2c', 'FALLBACK': 'mine'},
        'mine': {'CHANNEL': 'mine', 'API_TOKEN': '5f2c', 'WEBHOOK': 'http://x/5f2c', 'LANGUAGE': 'en',
                 'SERVER': 'http://ann:5f2c@x/', 'INNER': {'PASSWD': '5f2c', 'KEYWORD': 'seen'}},
    },
}  # fmt: skip


class Watch:
    """A clock that stands until it is moved."""

    def __init__(self):
        self.time = START

    def now(self):
        return self.time

    def move(self, **span):
        self.time += timedelta(**span)


def plugin(name, **fields):
    return dict({'name': name, 'version': '1', 'state': 'active', 'hooks': ['on_run_complete'], 'channel': '',
                 'format': '',
                 'error': ''}, **fields)  # fmt: skip


PLUGINS = [
    plugin('csv', format='csv'), plugin('dingding', channel='dingding'), plugin('excel', format='excel'),
    plugin('gone', state='broken', format='gone', error='ImportError: x'),
]  # fmt: skip
TARGETS = [
    {'name': 'ops', 'plugin': 'dingding', 'problems': [], 'usable': True, 'lane': 'channel:1', 'oversize': 'cut'},
    {'name': 'mine', 'plugin': '', 'problems': [], 'usable': False, 'lane': '', 'oversize': ''},
    {'name': 'dingding', 'plugin': 'dingding', 'problems': ['ACCESS_TOKEN is missing'], 'usable': False,
     'lane': 'channel:2', 'oversize': 'cut'},
]  # fmt: skip


def make_desk(alive=True, folder='', section=SECTION):
    settings = parse_settings({'SCAN_NOTIFY': section}, read_secrets=False)
    desk = Desk(mongomock.MongoClient(tz_aware=True)['arl'], RUNS, settings, Watch(), str(folder))
    if alive:
        desk.stored.worker_alive('w', {'plugins': PLUGINS, 'target_facts': TARGETS, 'targets': ['ops']})
    return desk


def audited(desk):
    """(by, action, what, before, after) of every line, the oldest first."""
    lines, _ = desk.audit.listing(1, 1000)
    return [tuple(line[name] for name in ('by', 'action', 'what', 'before', 'after')) for line in reversed(lines)]

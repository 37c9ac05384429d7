"""A small stand-in of the ARL host, for tests that need one where the real one is not installed.

`app/` has the module names, function names and seams of the real host and none of its code; what it imitates is said
by the tests of tests/test_host_double.py, sentence by sentence. It is not run where it lies: `make_host` writes a
checkout for one flavour of host into a folder, and tests then either run real processes there (`python -m
app.scheduler`, `celery -A app.celerytask.celery worker -Q arltask -n arltask`) or import it in-process with `load`:

    with load(make_host(tmp_path, 'mongodb://x', 'arl', 'memory://'), mongomock.MongoClient()) as app:
        add_schedule(app.utils.conn_db('policy').database)
        app.helpers.task_schedule.task_scheduler()
        work(app)

Flavours: `top` (the original), `p4r` (older), `aab` (imports celerytask late, SIGTERM writes stop), `xin` (aab with
other module names), `wps` (keeps its own runs and pushes them: count the documents in `host_push`), and `new` (a
rewrite that is not supported: only enough files to be recognised). In `app/` a line that ends in `# only: top p4r` is
kept for these flavours alone, and a line that is only this comment begins a section, up to the next one.

A policy or a domain says what its fake scan does, in words joined by "-", for example `error-take2.example.com`:

    take3, take300ms    how long it takes (at once)
    rows5               how many rows it writes to each collection (2)
    error               fails after its first stage
    broken              fails before the host watches: the status stays `waiting`
    hang                never leaves its first stage
    die                 its process is killed as by the kernel: never use it in-process

The words of a policy are `fake` (all its tasks), `fake_ip`, `fake_domain` and `fake_risk_cruising`.

Its web is `app.main`, which `load` leaves to be imported: `arl_app`, the `api` of flask-restx, login and logout, and
one list; `add_user` makes somebody who can log in.

Environment of a process: HOST_DOUBLE_SLEEP, seconds between two passes of the scheduler (58); HOST_DOUBLE_MONGO, a
`module:callable` used in the place of pymongo.MongoClient, for example `mongomock:MongoClient`.
"""

import contextlib
import importlib
import logging
import os
import re
import signal
import sys
from types import ModuleType
from typing import Any, Dict, Iterator, Optional

import yaml
from bson import ObjectId
from celery import _state
from kombu.transport import memory

__all__ = ['FLAVOURS', 'add_policy', 'add_schedule', 'add_user', 'load', 'make_host', 'work']

FLAVOURS = ('top', 'aab', 'wps', 'xin', 'p4r', 'new')
HERE = os.path.dirname(os.path.abspath(__file__))
ONLY = re.compile(r'^(.*?)\s*# only: ([a-z0-9 ]+)$')
NEW_MAIN = 'from fastapi import FastAPI\n\napp = FastAPI()\n'
XRAY = {'plugins': {'sqldet': {'enabled': True}}, 'mitm': {'restriction': {'hostname_allowed': []}}}


def make_host(
    folder: Any,
    mongo_uri: str,
    db: str,
    broker_url: str,
    extra_sections: Optional[Dict[str, Any]] = None,
    flavour: str = 'top',
) -> str:
    """Write a checkout of the host into `folder` (made if absent) and return its path.

    `extra_sections` are laid over the sections of its config file, key by key; a section the template does not have
    is added as it is, and None takes the place of a section.
    """
    if flavour not in FLAVOURS:
        raise ValueError('no flavour {!r}, there are {}'.format(flavour, ', '.join(FLAVOURS)))
    folder, config = str(folder), _config(mongo_uri, db, broker_url, extra_sections or {})
    if flavour == 'new':
        _write(folder, 'app/main.py', NEW_MAIN)
        _write(folder, 'app/__init__.py', '')
        _write(folder, 'config.yaml', yaml.safe_dump(config))
        return folder
    for parent, _, names in os.walk(os.path.join(HERE, 'app')):
        for name in (name for name in names if name.endswith('.py')):
            path = os.path.join(parent, name)
            with open(path, encoding='utf-8') as file:
                text = ''.join(line + '\n' for line in _lines(file.read(), flavour))
            path = os.path.relpath(path, HERE)
            if flavour == 'xin':
                path, text = _xin(path), _xin(text)
            _write(folder, path, text)
    _write(folder, 'app/arlconfig.yaml' if flavour == 'xin' else 'app/config.yaml', yaml.safe_dump(config))
    if flavour == 'xin':
        _write(folder, 'config.yaml', yaml.safe_dump(XRAY))
    return folder


@contextlib.contextmanager
def load(folder: Any, client: Any = None) -> Iterator[ModuleType]:
    """Import the `app` of a host folder into this process, celerytask first, and forget all of it at the end.

    `client` is used in the place of a MongoClient, for example a `mongomock.MongoClient()`. What the host changes in
    its process goes back to what it was: sys.path, SIGTERM, its logger, celery's current app and memory:// queues.
    """
    sigterm, celery_app = signal.getsignal(signal.SIGTERM), getattr(_state._tls, 'current_app', None)
    _forget()
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    try:
        importlib.import_module('app.celerytask')
        importlib.import_module('app.routes.task')
        if client is not None:
            sys.modules['app.utils.conn'].client_factory = lambda uri: client
        yield sys.modules['app']
    finally:
        if 'app.utils.conn' in sys.modules and client is None:
            sys.modules['app.utils.conn'].close()
        if 'app.celerytask' in sys.modules:
            sys.modules['app.celerytask'].celery.close()
        _state._set_current_app(celery_app)
        memory.Channel.queues.pop('arltask', None)
        logging.getLogger('arlv2').handlers[:] = []
        sys.path.remove(str(folder))
        _forget()
        # the scan's own handler kills the process, and stays after a scan that ran in this one
        if signal.getsignal(signal.SIGTERM) is not sigterm:
            signal.signal(signal.SIGTERM, sigterm)


def work(app: ModuleType) -> int:
    """Run what is queued on a memory:// broker here, as a worker of one slot would; return how many scans it was."""
    count = 0
    with app.celerytask.celery.connection_for_read() as connection:
        queue = connection.SimpleQueue('arltask')
        while queue.qsize():
            message = queue.get(block=False)
            args, kwargs, _ = message.decode()
            message.ack()
            app.celerytask.arl_task.apply(args, kwargs, task_id=message.headers['id'])
            count += 1
        queue.close()
    return count


def add_policy(database: Any, **policy: Any) -> str:
    """Insert a policy into the host's (py)mongo database and return its id; `fake='error'` and so on as above."""
    document = {
        'name': 'policy',
        'policy': {
            'domain_config': {'domain_brute': True},
            'ip_config': {'port_scan': True},
            'site_config': {'site_identify': True},
            'poc_config': [],
        },
    }
    document['policy'].update(policy)
    return str(database['policy'].insert_one(document).inserted_id)


def add_schedule(database: Any, **fields: Any) -> ObjectId:
    """Insert a schedule as the host's form would, due at once, and return its id."""
    item = {
        'name': 'nightly',
        'target': '10.0.0.1 10.0.0.2  a.example.com b.example.com',
        'task_tag': 'task',
        'schedule_type': 'recurrent_scan',
        'policy_id': '',
        'policy_name': 'policy',
        'cron': '* * * * *',
        'start_date': '-',
        'start_time': 0,
        'next_run_date': '-',
        'status': 'scheduled',
        'run_number': 0,
        'last_run_time': 0,
        'last_run_date': '-',
    }
    if fields.get('schedule_type') == 'future_scan':
        item.update(cron='', start_time=1.0, start_date='1970-01-01 00:00:01')
    item.update(fields)
    if not item['policy_id']:
        item['policy_id'] = add_policy(database)
    return database['task_schedule'].insert_one(item).inserted_id


def add_user(app: ModuleType, username: str, password: str, token: Optional[str] = None) -> None:
    """Insert a user of the loaded host; with `token` logged in already."""
    app.utils.conn_db('user').insert_one(
        {'username': username, 'password': app.utils.user.hashed(password), 'token': token}
    )


def _config(mongo_uri: str, db: str, broker_url: str, extra: Dict[str, Any]) -> Dict[str, Any]:
    config: Dict[str, Any] = {
        'CELERY': {'BROKER_URL': broker_url},
        'MONGO': {'URI': mongo_uri, 'DB': db},
        'ARL': {'AUTH': True, 'API_KEY': '', 'BLACK_IPS': [], 'FORBIDDEN_DOMAINS': []},
        'FOFA': {'URL': '', 'EMAIL': '', 'KEY': ''},
        'GEOIP': {'CITY': '', 'ASN': ''},
    }
    for section, values in extra.items():
        if section in config and isinstance(values, dict):
            config[section].update(values)
        else:
            config[section] = values
    return config


def _lines(text: str, flavour: str) -> Iterator[str]:
    section = True
    for line in text.splitlines():
        only = ONLY.match(line)
        if not only:
            if section:
                yield line
            continue
        wanted = flavour in only.group(2).split() or only.group(2) == 'all'
        if not only.group(1):
            section = wanted
        elif section and wanted:
            yield only.group(1)


def _xin(text: str) -> str:
    return re.sub(r'\bapp([./])(config|modules)\b', r'app\1arl\2', text)


def _write(folder: str, path: str, text: str) -> None:
    path = os.path.join(folder, path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'w', encoding='utf-8') as file:
        file.write(text)


def _forget() -> None:
    for name in [name for name in sys.modules if name == 'app' or name.startswith('app.')]:
        del sys.modules[name]

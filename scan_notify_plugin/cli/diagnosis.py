"""The checks of ``scan-notify doctor``: each gives findings, none raises."""

import re
from datetime import timedelta
from typing import Any, Callable, Iterator, List, Mapping, NamedTuple, Optional, Tuple

import pymongo
from kombu import Connection
from pymongo.errors import PyMongoError

from scan_notify_plugin.cli import site_file
from scan_notify_plugin.cli.session import TIMEOUT, Session, read_settings, run_collection
from scan_notify_plugin.clock import Clock, is_recent
from scan_notify_plugin.credentials import to_hide
from scan_notify_plugin.deadline import within
from scan_notify_plugin.doors import marked
from scan_notify_plugin.errors import ScanNotifyError, in_words
from scan_notify_plugin.faults import ENGLISH, Fault, join, rewritten, say
from scan_notify_plugin.host.config import HostConfig, find_host
from scan_notify_plugin.jobs.job import State
from scan_notify_plugin.jobs.lanes import LaneStore
from scan_notify_plugin.jobs.store import COLLECTION as JOBS
from scan_notify_plugin.jobs.store import JobStore
from scan_notify_plugin.mongo import connect
from scan_notify_plugin.notifiers.base import Notifier
from scan_notify_plugin.notifiers.diagnosis import FAIL, OK, WARN
from scan_notify_plugin.notifiers.templates import Templates
from scan_notify_plugin.plugins.declarations import configured, seal_declared
from scan_notify_plugin.plugins.guard import MOST_CHARACTERS, problems_of
from scan_notify_plugin.plugins.loading import Plugins, load
from scan_notify_plugin.reports.store import COLLECTION as REPORTS
from scan_notify_plugin.secret import redact
from scan_notify_plugin.settings.section import Settings
from scan_notify_plugin.settings.store import SettingsStore
from scan_notify_plugin.settings.targets import route_from

#: Signs of life come every 30 s.
ALIVE = timedelta(seconds=120)
#: DingTalk refuses a sign whose time is an hour off; long before that every shown time is wrong.
_MAX_SKEW = 30.0
_MAX_NAMED = 3
_NO_MONGO_4_0 = (4, 14)  # https://pymongo.readthedocs.io/en/stable/changelog.html


class Finding(NamedTuple):
    """One line of the diagnosis."""

    check: str
    state: str
    found: str
    advice: str = ''


def check_host() -> Finding:
    try:
        app = find_host('.')
    except ScanNotifyError as error:
        return Finding('host', FAIL, str(error), 'use a host of the list in docs/install.md#supported-hosts')
    if app is None:
        return Finding('host', WARN, 'no ARL in this folder', 'on the host, run this in its folder, where app/ is')
    try:
        with open(app + '/main.py', encoding='utf-8', errors='replace') as file:
            found = re.search(r'version\s*=\s*["\']([\w.]+)["\']', file.read())
    except OSError:
        found = None
    return Finding('host', OK, 'ARL {}'.format(found.group(1) if found else 'of unknown version'))


def check_loading() -> Finding:
    if site_file.is_written():
        return Finding('loading', OK, site_file.path())
    return Finding(
        'loading',
        WARN,
        'this Python does not load scan-notify by itself',
        'run "scan-notify enable" with the host\'s Python, or start its scheduler with "scan-notify exec -m '
        'app.scheduler"; '
        'a worker that runs elsewhere needs neither',
    )


def check_config(given: str) -> Tuple[Finding, Optional[HostConfig], Optional[Settings]]:
    try:
        host, settings = read_settings(given)
    except ScanNotifyError as error:
        return Finding('config', FAIL, str(error), 'mend that key; until then scan-notify is off'), None, None
    if settings.enable:
        return Finding('config', OK, host.path), host, settings
    advice = 'add SCAN_NOTIFY with ENABLE: true to {} (see docs/configuration.md)'.format(host.path)
    return Finding('config', FAIL, 'scan-notify is switched off', advice), host, settings


def check_templates(settings: Settings) -> Iterator[Finding]:
    try:
        refused = Templates(settings.templates, settings.targets).refused
    except ScanNotifyError as error:
        yield Finding(
            'templates', FAIL, str(error), 'make that folder or correct the setting; the worker does not start'
        )
        return
    for one in refused:
        advice = 'mend it or take it away; until then the built-in one is used (see docs/channels.md#templates)'
        yield Finding('templates', WARN, str(one), advice)
    if not refused:
        yield Finding('templates', OK, settings.templates or 'the built-in ones')


def check_broker(host: HostConfig) -> Finding:
    connection = Connection(host.broker_url, connect_timeout=TIMEOUT)
    try:
        connection.ensure_connection(max_retries=1, interval_start=0, interval_step=0.2)
        return Finding('broker', OK, connection.as_uri())
    except Exception as error:  # each transport has its own
        advice = 'start the broker, or correct CELERY.BROKER_URL in {}'.format(host.path)
        return Finding('broker', FAIL, redact(str(error))[:200], advice)
    finally:
        connection.release()


def load_plugins(settings: Settings) -> Plugins:
    return load(settings.block_plugins)


def check_plugins(plugins: Plugins) -> Iterator[Finding]:
    for row in plugins.rows:
        name = 'plugin {}'.format(row.name)
        if row.state == 'broken':
            yield Finding(name, FAIL, row.error, 'mend or uninstall it, or name it in SCAN_NOTIFY.BLOCK_PLUGINS')
        else:
            yield Finding(name, OK, '{} {}'.format(row.version, row.state).strip())


def check_sections(host: HostConfig, settings: Settings, plugins: Plugins) -> Tuple[List[Finding], Settings]:
    """The settings with the targets of channels that plugins bring, where the host has a section for them."""
    try:
        return [], configured(host.sections, plugins)
    except ScanNotifyError as error:
        return [Finding('sections', FAIL, str(error), 'mend that key; until then the worker does not start')], settings


def check_targets(settings: Settings, plugins: Plugins) -> Iterator[Finding]:
    for name, target in sorted(seal_declared(settings, plugins).targets.items()):
        check = 'target {}'.format(name)
        wanted = settings.defaults.notify_channel + (settings.alerts,)
        if target.section and not target.options and name not in wanted:
            continue  # a section that nobody filled in and nobody wants
        notifier = plugins.notifiers.get(target.channel)
        if notifier is None:
            advice = 'install the plugin that speaks it; "scan-notify plugins" lists what is there'
            yield Finding(check, FAIL, 'no plugin speaks {!r}'.format(target.channel), advice)
            continue
        problems = _problems(
            notifier, target.options, lambda text: redact(text, to_hide(target.channel, target.options))
        )
        if problems:
            advice = 'its runs will end with push_status skip; see docs/channels.md'
            yield Finding(check, FAIL, join(problems), advice)
        else:
            yield Finding(check, OK, 'channel {}, credentials have the right form'.format(target.channel))


def _problems(notifier: Notifier, options: Mapping[str, Any], redacted: Callable[[str], str]) -> List[Fault]:
    try:
        problems = within(TIMEOUT, lambda: problems_of(notifier, options))
    except Exception as error:  # a third party's
        problems = [Fault('plugin.check-failed', detail=in_words(error))]
    return [rewritten(problem, lambda text: redacted(text)[:MOST_CHARACTERS]) for problem in problems]


def check_mongo(host: HostConfig, settings: Settings) -> Tuple[Finding, Optional[Session]]:
    clock = Clock()
    client = connect(host.mongo_uri, clock, TIMEOUT)
    try:
        version = client.server_info()['version']
        db = client[host.mongo_db]
        session = Session(host, settings, client, db, clock, run_collection(host, db, clock, settings.enable))
    except PyMongoError as error:
        advice = 'start MongoDB, or correct MONGO.URI in {}'.format(host.path)
        return Finding('mongodb', FAIL, redact(str(error)).splitlines()[0][:200], advice), None
    found = 'server {}, driver {}'.format(version, pymongo.version)
    numbers = tuple(int(number) for number in re.findall(r'\d+', version)[:2])
    if numbers < (4, 0):
        return Finding('mongodb', FAIL, found, 'scan-notify needs MongoDB 4.0 or newer'), session
    if numbers < (4, 2) and pymongo.version_tuple[:2] >= _NO_MONGO_4_0:
        return (
            Finding('mongodb', FAIL, found, 'this driver has dropped MongoDB 4.0: pip install "pymongo<4.14"'),
            session,
        )
    return Finding('mongodb', OK, found), session


def check_clock(session: Session) -> Finding:
    skew = session.clock.skew()
    found = 'this machine is {:+.1f} s from MongoDB\'s'.format(skew)
    if abs(skew) <= _MAX_SKEW:
        return Finding('clock', OK, found)
    return Finding('clock', WARN, found, 'let both keep time by NTP; robots with a sign refuse a clock an hour off')


def check_history(session: Session) -> Finding:
    if session.runs:
        return Finding('history', OK, 'runs are kept in {}'.format(session.runs))
    advice = 'it is decided at the first fire with scan-notify enabled; a worker away from the host waits for it'
    return Finding('history', WARN, 'not decided yet which collection holds the runs', advice)


def check_alerts(session: Session) -> Finding:
    """Who hears of trouble. What came of the last alert is told here and nowhere else."""
    settings = session.settings
    if not settings.alerts:
        return Finding('alerts', OK, 'nobody is told of trouble: SCAN_NOTIFY.ALERTS names no target')
    found = 'trouble is told to ' + ', then to '.join(route_from(settings.alerts, settings.targets))
    last = JobStore(session.db).last_alert()
    if last is None or last.state not in (State.ERROR, State.UNCERTAIN):
        return Finding('alerts', OK, found)
    found = '{}; the last alert ended in {}: {}'.format(found, last.state.value, redact(last.error)[:200])
    return Finding(
        'alerts', WARN, found, 'mend that target, or name another in SCAN_NOTIFY.ALERTS (see docs/targets.md#alerts)'
    )


def check_documents(session: Session) -> Finding:
    """Whether documents of ours were set aside."""
    stores = {'run': session.runs, 'job': JOBS, 'report': REPORTS}
    found = [
        '{} {} ({})'.format(kind, identity, say(why, ENGLISH))
        for kind, name in stores.items() if name
        for identity, why in marked(session.db[name], _MAX_NAMED)
    ]  # fmt: skip
    if not found:
        return Finding('documents', OK, 'none is set aside')
    advice = 'mend or remove them; the others go on (see docs/troubleshooting.md#a-document-is-set-aside)'
    return Finding('documents', WARN, 'set aside: {}'.format(', '.join(found)), advice)


def living(session: Session) -> List[str]:
    """The names of the workers that gave a sign of life lately."""
    now = session.clock.now()
    workers = SettingsStore(session.db, session.clock).read().workers()
    return sorted(name for name, facts in workers.items() if is_recent(facts['at'], now, ALIVE))


def check_hung(session: Session) -> Iterator[Finding]:
    """Calls into plugins that have not come back."""
    now = session.clock.now()
    for lane in LaneStore(session.db, session.clock).all():
        hangs = lane.hangs(now)
        if hangs:
            found = '{} has not come back since {}'.format(hangs.call, hangs.since.isoformat())
            advice = 'mend the plugin and restart {}; its messages go to their FALLBACK meanwhile'.format(hangs.worker)
            yield Finding('lane {}'.format(lane.id), WARN, found, advice)


def check_worker(session: Session) -> Finding:
    alive = living(session)
    workers = SettingsStore(session.db, session.clock).read().workers()
    alone = sorted({str(workers[name].get('broker')) for name in alive if workers[name].get('broker')})
    if alone:
        found = '{}; the broker does not carry: {}'.format(', '.join(alive), redact('; '.join(alone))[:200])
        return Finding('worker', WARN, found, 'mend the broker; until then each worker works alone, nothing is late')
    if alive:
        return Finding('worker', OK, ', '.join(alive))
    seen = max((facts['at'] for facts in workers.values()), default=None)
    found = 'no notify worker, the last was seen {}'.format(seen.isoformat() if seen else 'never')
    advice = 'start "scan-notify worker" (see docs/workers.md#the-worker); runs wait for it, nothing is lost'
    return Finding('worker', FAIL, found, advice)

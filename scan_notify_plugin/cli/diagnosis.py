"""The first checks of ``scan-notify doctor``: the host, its services, our configuration. Each gives findings, none
raises.
"""

import re
from typing import Iterable, Iterator, Optional, Tuple

import pymongo
from kombu import Connection
from pymongo.errors import PyMongoError

from scan_notify_plugin.cli import site_file
from scan_notify_plugin.cli.finding import FAIL, OK, WARN, Finding
from scan_notify_plugin.cli.session import TIMEOUT, Session, read_settings, run_collection
from scan_notify_plugin.clock import Clock
from scan_notify_plugin.errors import ScanNotifyError
from scan_notify_plugin.faults import Fault, quoted
from scan_notify_plugin.host.config import HostConfig, find_host
from scan_notify_plugin.mongo import connect
from scan_notify_plugin.notifiers.base import Notifier
from scan_notify_plugin.notifiers.templates import Templates
from scan_notify_plugin.plugins.templates import template_folders
from scan_notify_plugin.secret import redact
from scan_notify_plugin.settings.section import Settings

_NO_MONGO_4_0 = (4, 14)  # https://pymongo.readthedocs.io/en/stable/changelog.html


def check_host() -> Finding:
    check = Fault('doctor.check.host')
    try:
        app = find_host('.')
    except ScanNotifyError as error:
        return Finding(check, FAIL, error.fault, Fault('doctor.advice.host.supported'))
    if app is None:
        return Finding(check, WARN, Fault('doctor.host.none'), Fault('doctor.advice.host.where'))
    try:
        with open(app + '/main.py', encoding='utf-8', errors='replace') as file:
            found = re.search(r'version\s*=\s*["\']([\w.]+)["\']', file.read())
    except OSError:
        found = None
    version = Fault('doctor.host', version=found.group(1)) if found else Fault('doctor.host.unknown')
    return Finding(check, OK, version)


def check_loading() -> Finding:
    check = Fault('doctor.check.loading')
    if site_file.is_written():
        return Finding(check, OK, quoted(site_file.path()))
    return Finding(check, WARN, Fault('doctor.loading.not'), Fault('doctor.advice.loading.enable'))


def check_config(given: str) -> Tuple[Finding, Optional[HostConfig], Optional[Settings]]:
    check = Fault('doctor.check.config')
    try:
        host, settings = read_settings(given)
    except ScanNotifyError as error:
        return Finding(check, FAIL, error.fault, Fault('doctor.advice.config.mend')), None, None
    if settings.enable:
        return Finding(check, OK, quoted(host.path)), host, settings
    advice = Fault('doctor.advice.config.enable', path=host.path)
    return Finding(check, FAIL, Fault('doctor.config.off'), advice), host, settings


def check_templates(settings: Settings, notifiers: Iterable[Notifier] = ()) -> Iterator[Finding]:
    """The administrator's templates, and those that plugins have brought."""
    check = Fault('doctor.check.templates')
    try:
        refused = Templates(settings.templates, settings.targets, template_folders(notifiers)).refused
    except ScanNotifyError as error:
        yield Finding(check, FAIL, error.fault, Fault('doctor.advice.templates.folder'))
        return
    for template in refused:
        yield Finding(check, WARN, template.fault, Fault('doctor.advice.templates.mend'))
    if not refused:
        fine = quoted(settings.templates) if settings.templates else Fault('doctor.templates.built_in')
        yield Finding(check, OK, fine)


def check_broker(host: HostConfig) -> Finding:
    check = Fault('doctor.check.broker')
    connection = Connection(host.broker_url, connect_timeout=TIMEOUT)
    try:
        connection.ensure_connection(max_retries=1, interval_start=0, interval_step=0.2)
        return Finding(check, OK, quoted(connection.as_uri()))
    except Exception as error:  # each transport has its own
        return Finding(
            check, FAIL, quoted(redact(str(error))[:200]), Fault('doctor.advice.broker.start', path=host.path)
        )
    finally:
        connection.release()


def check_mongo(host: HostConfig, settings: Settings) -> Tuple[Finding, Optional[Session]]:
    check = Fault('doctor.check.mongodb')
    clock = Clock()
    client = connect(host.mongo_uri, clock, TIMEOUT)
    try:
        version = client.server_info()['version']
        db = client[host.mongo_db]
        session = Session(host, settings, client, db, clock, run_collection(host, db, clock, settings.enable))
    except PyMongoError as error:
        detail = quoted(redact(str(error)).splitlines()[0][:200])
        return Finding(check, FAIL, detail, Fault('doctor.advice.mongodb.start', path=host.path)), None
    found = Fault('doctor.mongodb', server=version, driver=pymongo.version)
    numbers = tuple(int(number) for number in re.findall(r'\d+', version)[:2])
    if numbers < (4, 0):
        return Finding(check, FAIL, found, Fault('doctor.advice.mongodb.old')), session
    if numbers < (4, 2) and pymongo.version_tuple[:2] >= _NO_MONGO_4_0:
        return Finding(check, FAIL, found, Fault('doctor.advice.mongodb.driver')), session
    return Finding(check, OK, found), session

"""More checks of ``scan-notify doctor``: where reports go, whether their links lead here, whether the figures are
served.
"""

import os
import socket
from typing import Dict, Iterator, Optional, Tuple

import requests
import urllib3.exceptions

from scan_notify_plugin.cli.finding import OK, WARN, Finding
from scan_notify_plugin.cli.session import Session
from scan_notify_plugin.cli.standing import living
from scan_notify_plugin.deadline import Overstayed, within
from scan_notify_plugin.faults import ENGLISH, Fault
from scan_notify_plugin.host.config import report_folder
from scan_notify_plugin.notifiers.http import innermost
from scan_notify_plugin.reports import links, storage
from scan_notify_plugin.secret import Secret, redact
from scan_notify_plugin.settings.overrides import overridden
from scan_notify_plugin.settings.section import Settings
from scan_notify_plugin.settings.store import SettingsStore, StoredSettings

#: Seconds for one request and all that belongs to it.
LIMIT = 5.0
#: The longest answer that is read; a whole page of figures is not needed to know it.
_READ = 4096
#: A link that was certainly not made here.
_NO_LINK = 'scan-notify-doctor'
_EVERYWHERE = {'': '127.0.0.1', '0.0.0.0': '127.0.0.1', '::': '::1'}


def check_reports(session: Session) -> Iterator[Finding]:
    """Where a report would be kept, and what a message would say about it."""
    stored = SettingsStore(session.db, session.clock).read()
    yield _storage(session, stored)
    if session.settings.base_url:
        yield _links(session.settings.base_url, session.settings.ca_bundle)
    elif _wanted(session.settings, stored):
        yield Finding(Fault('doctor.check.links'), WARN, Fault('doctor.links.none'), Fault('doctor.advice.links.set'))


def _wanted(settings: Settings, stored: StoredSettings) -> bool:
    if overridden(settings, stored.options).defaults.export_enable:
        return True
    return any(document.get('values', {}).get('export_enable') for document in stored.schedules().values())


def _storage(session: Session, stored: StoredSettings) -> Finding:
    settings, check = session.settings, Fault('doctor.check.reports')
    folder = report_folder(session.host, settings.report_folder)
    if settings.report_storage == 'auto':
        return _shared(folder, stored)
    if settings.report_storage == 'gridfs':
        return Finding(check, OK, Fault('doctor.reports.mongodb'))
    if not folder:
        return Finding(check, WARN, Fault('doctor.reports.nowhere'), Fault('doctor.advice.reports.set'))
    if not _writable(folder):
        return Finding(check, WARN, Fault('doctor.reports.refused', path=folder), Fault('doctor.advice.reports.allow'))
    return Finding(check, OK, Fault('doctor.reports', path=folder))


def _shared(folder: str, stored: StoredSettings) -> Finding:
    """What ``auto`` comes to."""
    check = Fault('doctor.check.reports')
    if not storage.is_shared(folder, stored.web_marker):
        return Finding(check, OK, Fault('doctor.reports.mongodb'))
    answers = [probe['read'] for probe in stored.probes().values() if probe.get('read')]
    refused = [answer['why'] for answer in answers if not answer['ok']]
    if refused:
        found = Fault('doctor.reports.unread', detail=refused[0])
        return Finding(check, WARN, found, Fault('doctor.advice.reports.let'))
    if answers:
        return Finding(check, OK, Fault('doctor.reports', path=folder))
    return Finding(check, OK, Fault('doctor.reports.until', path=folder))


def _writable(folder: str) -> bool:
    """Also for a folder that the first report would make."""
    while not os.path.isdir(folder) and folder != os.path.dirname(folder):
        folder = os.path.dirname(folder)
    return os.access(folder, os.W_OK | os.X_OK)


def _links(base_url: str, ca_bundle: str) -> Finding:
    """Opens a link that cannot be good; our refusal shows that good ones would be answered.

    A GET, as the answer to a HEAD would have no words to be known by. It counts as no download.
    """
    check, address = Fault('doctor.check.links'), links.url(base_url, '')
    try:
        status, text = _get(links.url(base_url, _NO_LINK), ca_bundle=ca_bundle)
    except _NO_ANSWER as error:
        found = Fault('doctor.links.unopened', address=address, detail=_said(error))
        return Finding(check, WARN, found, Fault('doctor.advice.links.compare'))
    if status == links.Refusal.TAMPERED.status and links.Refusal.TAMPERED.message in text:
        return Finding(check, OK, Fault('doctor.answered', address=address))
    found = Fault('doctor.links.other', address=address, status=status)
    return Finding(check, WARN, found, Fault('doctor.advice.links.restart'))


def check_metrics(session: Session) -> Iterator[Finding]:
    """Whether a worker on this machine serves its figures; says nothing where none is to."""
    settings = session.settings
    on_this_machine = [name for name in living(session) if name.rpartition('-')[0] == socket.gethostname()]
    if not settings.metrics_listen or not on_this_machine:
        return
    host, _, port = settings.metrics_listen.rpartition(':')
    host = host.strip('[]')
    host = _EVERYWHERE.get(host, host)
    address = 'http://{}:{}/metrics'.format('[{}]'.format(host) if ':' in host else host, port)
    check = Fault('doctor.check.metrics')
    try:
        status, text = _get(address, settings.metrics_token)
        problem = '' if status == 200 and 'scan_notify_' in text else 'HTTP {}'.format(status)
    except _NO_ANSWER as error:
        problem = _said(error)
    if not problem:
        yield Finding(check, OK, Fault('doctor.answered', address=address))
        return
    found = Fault('doctor.metrics.none', address=address, detail=problem)
    yield Finding(check, WARN, found, Fault('doctor.advice.metrics.log'))


#: What requests, urllib3 and the standard library raise on the way.
_NO_ANSWER = (OSError, ValueError, urllib3.exceptions.HTTPError, Overstayed)


def _get(address: str, token: Optional[Secret] = None, ca_bundle: str = '') -> Tuple[int, str]:
    headers = {'Accept-Language': ENGLISH, 'Accept-Encoding': 'identity'}
    if token is not None:
        headers['Authorization'] = 'Bearer ' + token.reveal()
    return within(LIMIT, lambda: _exchange(address, headers, ca_bundle))


def _exchange(address: str, headers: Dict[str, str], ca_bundle: str) -> Tuple[int, str]:
    with requests.Session() as session:
        session.trust_env = False
        with session.get(
            address,
            headers=headers,
            timeout=LIMIT,
            verify=ca_bundle or True,
            allow_redirects=False,
            stream=True,
        ) as response:
            text = next(response.raw.stream(_READ, decode_content=False), b'')  # packed, it would have no bound
            return response.status_code, text.decode('utf-8', 'replace')


def _said(error: Exception) -> str:
    """One line; no more of a stranger's words than fit beside ours."""
    return redact(' '.join(innermost(error).split()))[:160]

"""Puts our routes into the host's Flask app while it is being imported, before its first request."""

import logging
from typing import Any, Callable, Optional

from flask import Blueprint, request

from scan_notify_plugin.clock import Clock
from scan_notify_plugin.faults import ENGLISH, say
from scan_notify_plugin.host import web
from scan_notify_plugin.host.config import HostConfig, report_folder
from scan_notify_plugin.mongo import connect
from scan_notify_plugin.reports.storage import write_marker
from scan_notify_plugin.secret import redact
from scan_notify_plugin.settings.section import Settings
from scan_notify_plugin.settings.store import SettingsStore
from scan_notify_plugin.web import api, callbacks, figures, shell
from scan_notify_plugin.web.desk import Desks
from scan_notify_plugin.web.download import Downloads, make_blueprint
from scan_notify_plugin.web.link_page import Pages
from scan_notify_plugin.web.reading import Reading
from scan_notify_plugin.web.routes import ROOT, Auth
from scan_notify_plugin.web.views import NO_LOGIN, Door

#: The web server's start must not wait longer for us.
TIMEOUT = 2.0

log = logging.getLogger('scan_notify')


def mount(main: Any, host: HostConfig, settings: Settings) -> None:
    """Register the routes, and show the worker which folder this process sees.

    :param main: the host's module ``app.main``
    """
    clock = Clock()
    folder = report_folder(host, settings.report_folder)

    def database() -> object:
        return connect(host.mongo_uri, clock, TIMEOUT)[host.mongo_db]

    reading = Reading(folder if settings.report_storage == 'auto' else '', clock)
    desks = Desks(database, clock, settings, folder, reading.look, host.sections)
    host_web = web.find(main)
    pages = Pages(clock, desks)
    host_web.app.register_blueprint(make_blueprint(Downloads(desks.database, clock, folder, reading.look, pages)))
    host_web.app.register_blueprint(callbacks.make_blueprint(callbacks.CallbackDoor(desks, host.sections)))
    try:
        host_web.app.register_blueprint(figures.make_blueprint(desks, host.sections, host_web.auth))
        _mount_admin(host_web, desks, web.asks_for_login(host.sections))
    except Exception as error:  # links to reports work without an administrator
        log.warning('the administration is off: %s: %s', type(error).__name__, redact(str(error)))
    if folder and settings.report_storage == 'auto':
        _show_folder(host, folder)


def _mount_admin(host_web: web.HostWeb, desks: Desks, asks_for_login: bool) -> None:
    if host_web.api is not None and host_web.auth is not None and ROOT.startswith(host_web.api.prefix):
        if not asks_for_login:
            log.warning('ARL.AUTH is off: whoever reaches the host\'s web server administers scan-notify too')
        api.add_to(host_web.api, Door(desks, host_web.auth, lambda db: _who(db, asks_for_login)))
        host_web.app.register_blueprint(shell.make_blueprint())
        return
    log.warning('%s', say(NO_LOGIN, ENGLISH))
    host_web.app.register_blueprint(api.make_blueprint(Door(desks, None, lambda db: '')))


def own_blueprint(
    connect_to: Callable[[], object],
    auth: Optional[Auth],
    who: Optional[Callable[[], str]],
    host: HostConfig,
    settings: Settings,
) -> Blueprint:
    """See :func:`scan_notify_plugin.autoload.admin_blueprint`."""
    clock = Clock()
    folder = report_folder(host, settings.report_folder)
    desks = Desks(connect_to, clock, settings, folder, sections=host.sections)
    if auth is None:
        log.warning('%s', say(NO_LOGIN, ENGLISH))
    blueprint = Blueprint('scan_notify', __name__)
    door = Door(desks, auth, lambda db: (who() if who else '') or '')
    clicks = callbacks.make_blueprint(callbacks.CallbackDoor(desks, host.sections))
    downloads = make_blueprint(Downloads(desks.database, clock, folder, pages=Pages(clock, desks)))
    numbers = figures.make_blueprint(desks, host.sections, auth)
    for part in (downloads, clicks, numbers, api.make_blueprint(door), shell.make_blueprint()):
        blueprint.register_blueprint(part)
    return blueprint


def _who(db: object, asks_for_login: bool) -> str:
    """The host keeps the token in its user's record, and nothing about the user in the request."""
    name = web.user_name(db, request.headers.get('Token', ''))
    return name or ('token' if asks_for_login else 'anonymous')


def _show_folder(host: HostConfig, folder: str) -> None:
    clock = Clock()
    # A client of its own, closed again: this may run before the web server forks.
    client = connect(host.mongo_uri, clock, TIMEOUT)
    try:
        write_marker(folder, SettingsStore(client[host.mongo_db], clock).web_marker())
        Reading(folder, clock).look(client[host.mongo_db])
    except Exception as error:  # then the worker keeps reports in GridFS, which works as well
        log.warning('reports will be kept in GridFS: %s', redact(str(error)))
    finally:
        client.close()

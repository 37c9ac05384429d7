"""Puts our routes into the host's Flask app while it is being imported, before its first request."""

import logging
from typing import Any

from scan_notify_plugin.clock import Clock
from scan_notify_plugin.host.config import HostConfig, report_folder
from scan_notify_plugin.mongo import connect
from scan_notify_plugin.reports.storage import write_marker
from scan_notify_plugin.secret import redact
from scan_notify_plugin.settings.rules import Settings
from scan_notify_plugin.settings.store import SettingsStore
from scan_notify_plugin.web.download import Downloads, make_blueprint

#: The web server's start must not wait longer for us.
TIMEOUT = 2.0

log = logging.getLogger('scan_notify')


def mount(app: Any, host: HostConfig, settings: Settings) -> None:
    """Register the routes, and show the worker which folder this process sees."""
    clock = Clock()
    folder = report_folder(host, settings.report_folder)

    def database() -> Any:
        return connect(host.mongo_uri, clock, TIMEOUT)[host.mongo_db]

    app.register_blueprint(make_blueprint(Downloads(database, clock, folder)))
    if folder and settings.report_storage == 'auto':
        _show_folder(host, folder)


def _show_folder(host: HostConfig, folder: str) -> None:
    clock = Clock()
    # A client of its own, closed again: this may run before the web server forks.
    client = connect(host.mongo_uri, clock, TIMEOUT)
    try:
        write_marker(folder, SettingsStore(client[host.mongo_db], clock).web_marker())
    except Exception as error:  # then the worker keeps reports in GridFS, which works as well
        log.warning('reports will be kept in GridFS: %s', redact(str(error)))
    finally:
        client.close()

"""A toy of the host's web process for the demo: a Flask app on loopback with our routes in it."""

import logging
import threading
from typing import Any, Mapping

from scan_notify_plugin.clock import Clock
from scan_notify_plugin.errors import ScanNotifyError
from scan_notify_plugin.settings.section import Settings


class ToyWeb:
    """Has a free port from its making on, answers from :meth:`serve` on, until :meth:`close`.

    :raises ScanNotifyError: if the extra ``demo`` is not installed
    """

    def __init__(self, db: Any, clock: Clock, folder: str) -> None:
        try:
            from flask import Flask
            from werkzeug.serving import make_server
        except ImportError:
            raise ScanNotifyError('the demo\'s web server needs Flask: pip install "scan-notify-plugin[demo]"')
        self._db, self._clock, self._folder = db, clock, folder
        self._app = Flask('toy_web')
        logging.getLogger('werkzeug').setLevel(logging.ERROR)
        self._server = make_server('127.0.0.1', 0, self._app, threaded=True)
        self.base_url = 'http://127.0.0.1:{}'.format(self._server.server_port)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def serve(self, settings: Settings, sections: Mapping[str, object]) -> None:
        """The routes that ask for no login: links to reports, and clicks on cards."""
        from scan_notify_plugin.web import callbacks, download, link_page
        from scan_notify_plugin.web.desk import Desks

        desks = Desks(lambda: self._db, self._clock, settings, self._folder)
        self.desk = desks.desk
        pages = link_page.Pages(self._clock, desks)
        downloads = download.Downloads(desks.database, self._clock, self._folder, pages=pages)
        self._app.register_blueprint(download.make_blueprint(downloads))
        self._app.register_blueprint(callbacks.make_blueprint(callbacks.CallbackDoor(desks, sections)))
        self._thread.start()

    def close(self) -> None:
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join(5)
        self._server.server_close()

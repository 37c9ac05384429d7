"""A toy of the host's web process for the demo: a Flask app on loopback with our routes in it."""

import logging
import threading
from typing import Any

from scan_notify_plugin.clock import Clock
from scan_notify_plugin.errors import ScanNotifyError


class ToyWeb:
    """Serves on a free port from its making until :meth:`close`.

    :raises ScanNotifyError: if the extra ``demo`` is not installed
    """

    def __init__(self, db: Any, clock: Clock, folder: str) -> None:
        try:
            from flask import Flask
            from werkzeug.serving import make_server
        except ImportError:
            raise ScanNotifyError('the demo\'s web server needs Flask: pip install "scan-notify-plugin[demo]"')
        from scan_notify_plugin.web.download import Downloads, make_blueprint

        app = Flask('toy_web')
        app.register_blueprint(make_blueprint(Downloads(lambda: db, clock, folder)))
        logging.getLogger('werkzeug').setLevel(logging.ERROR)
        self._server = make_server('127.0.0.1', 0, app, threaded=True)
        self.base_url = 'http://127.0.0.1:{}'.format(self._server.server_port)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join(5)
        self._server.server_close()

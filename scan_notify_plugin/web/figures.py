"""The metrics for Prometheus in the host's web: for who is logged in, and for scrapers with their token."""

import logging
from typing import TYPE_CHECKING, Dict, List, Mapping, Optional

from flask import Blueprint, Response, request
from pymongo.errors import PyMongoError

from scan_notify_plugin.errors import ConfigError
from scan_notify_plugin.secret import Secret, redact
from scan_notify_plugin.settings.section import read_metrics_token
from scan_notify_plugin.web import answers
from scan_notify_plugin.web.desk import Desks
from scan_notify_plugin.web.routes import ROOT, Auth
from scan_notify_plugin.web.views import DATABASE_AWAY, NO_LOGIN

if TYPE_CHECKING:  # it is imported at the first scrape
    from scan_notify_plugin.admin.metrics import Metrics

log = logging.getLogger('scan_notify')


def make_blueprint(desks: Desks, sections: Mapping[str, object], auth: Optional[Auth]) -> Blueprint:
    """``GET /api/scan_notify/metrics``.

    :param sections: the host's configuration; the token is read from it at the first scrape
    :param auth: the host's decorator for its own routes; None: only the token opens
    """
    blueprint = Blueprint('scan_notify_metrics', __name__, url_prefix=ROOT)
    metrics: List['Metrics'] = []  # from the first scrape on: the host's start shall not wait for its imports
    read: Dict[str, Optional[Secret]] = {}

    def token() -> Optional[Secret]:
        if 'token' not in read:
            try:
                read['token'] = read_metrics_token(sections)
            except ConfigError as error:
                log.error('scrapers are refused: %s', error)
                read['token'] = None
        return read['token']

    def page() -> Response:
        from scan_notify_plugin.admin.metrics import CONTENT_TYPE, Metrics

        if not metrics:
            metrics.append(Metrics(desks.desk))
        try:
            return Response(metrics[0].text(), content_type=CONTENT_TYPE, headers={'Cache-Control': 'no-store'})
        except PyMongoError as error:
            log.error('the metrics cannot be read: %s', redact(str(error))[:300])
            return answers.refused(503, DATABASE_AWAY)

    logged_in = None if auth is None else auth(page)

    @blueprint.route('/metrics', methods=['GET'])
    def figures() -> object:
        from scan_notify_plugin.admin.metrics import shows

        shown = request.headers.get('Authorization', '')
        expected = token() if shown else None
        if expected is not None and shows(shown, expected):
            return page()
        if not callable(logged_in):
            return answers.refused(503, NO_LOGIN)
        if 'token' in request.args:  # the host takes it; but addresses are logged, kept and sent on
            return answers.not_logged_in()
        return logged_in()

    return blueprint

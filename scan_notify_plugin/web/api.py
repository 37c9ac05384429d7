"""The REST API: all routes, as a namespace in the host's own flask-restx API or as a plain Flask blueprint."""

import re
from typing import Any, Dict, List, Tuple

from flask import Blueprint

from scan_notify_plugin import words
from scan_notify_plugin.faults import ENGLISH
from scan_notify_plugin.web.fields import Field
from scan_notify_plugin.web.handlers import jobs, plugins, reports, runs, schedules, settings, targets
from scan_notify_plugin.web.routes import ROOT, Route, View
from scan_notify_plugin.web.views import Door, view

ROUTES: Tuple[Route, ...] = (
    plugins.ROUTES + schedules.ROUTES + runs.ROUTES + jobs.ROUTES + reports.ROUTES + targets.ROUTES + settings.ROUTES
)

_DESCRIPTION = 'Runs, notifications and reports of the schedules (scan-notify)'
_MEANINGS = {
    200: 'code 200, or 401 without a login',
    400: 'the input is wrong; the message names the field',
    404: 'there is no such thing',
    409: 'not in this state, or somebody else was faster',
    503: 'the database is away',
}
#: How swagger calls our kinds: (type in a query, class in flask_restx.fields).
_SWAGGER = {
    'text': (str, 'String'), 'integer': (int, 'Integer'), 'number': (float, 'Float'), 'boolean': (bool, 'Boolean'),
    'texts': (str, 'List'), 'ids': (str, 'List'), 'time': (str, 'DateTime'), 'object': (str, 'Raw'),
}  # fmt: skip


def by_path() -> Dict[str, List[Route]]:
    """The routes of every address."""
    routes: Dict[str, List[Route]] = {}
    for route in ROUTES:
        routes.setdefault(route.path, []).append(route)
    return routes


def add_to(api: Any, door: Door) -> None:
    """Put the routes into the host's ``flask_restx.Api``, documented as its own are."""
    from flask_restx import Namespace, Resource

    namespace = Namespace('scan_notify', description=_DESCRIPTION, path=ROOT[len(api.prefix) :])
    for path, routes in by_path().items():
        methods = {route.method.lower(): _method(namespace, route, view(route, door)) for route in routes}
        resource = type('ScanNotify' + _camel(path), (Resource,), methods)
        namespace.route(path, endpoint='scan_notify_' + _camel(path))(resource)
    api.add_namespace(namespace)


def make_blueprint(door: Door) -> Blueprint:
    """The same routes for a host without flask-restx."""
    blueprint = Blueprint('scan_notify_admin', __name__, url_prefix=ROOT)
    for route in ROUTES:
        endpoint = '{}_{}'.format(route.method, _camel(route.path))
        blueprint.add_url_rule(route.path, endpoint, view(route, door), methods=[route.method])
    return blueprint


def _method(namespace: Any, route: Route, answer: View) -> View:
    def method(self: object, **path: str) -> object:
        return answer(**path)

    method.__doc__ = route.summary
    for code, meaning in sorted(_MEANINGS.items(), reverse=True):
        method = namespace.response(code, meaning)(method)
    if not route.takes:
        return method
    if route.method == 'GET':
        return namespace.expect(_parser(namespace, route.takes), validate=False)(method)
    return namespace.expect(_model(namespace, route), validate=False)(method)


def _parser(namespace: Any, takes: Tuple[Field, ...]) -> Any:
    """Only for the documentation: what is taken is decided in ``web.fields``."""
    parser = namespace.parser()
    for field in takes:
        kind, help = _SWAGGER[field.kind][0], '{} ({})'.format(field.help, _expected(field))
        parser.add_argument(field.name, type=kind, required=field.required, location='args', help=help)
    return parser


def _model(namespace: Any, route: Route) -> Any:
    from flask_restx import fields

    model = {}
    for field in route.takes:
        kind = _SWAGGER[field.kind][1]
        inner = [fields.String] if kind == 'List' else []
        help = '{} ({})'.format(field.help, _expected(field))
        model[field.name] = getattr(fields, kind)(*inner, required=field.required, description=help)
    return namespace.model('ScanNotify' + _camel(route.path), model)


def _expected(field: Field) -> str:
    return ', '.join(field.choices) or words.say('form.' + field.kind, ENGLISH)


def _camel(path: str) -> str:
    return ''.join(word.capitalize() for word in re.findall('[a-z]+', path.replace('<path:', '<')))

"""From a route to a Flask view: the login first, then the input, the handler and its errors."""

import json
import logging
import os
import re
import traceback
from typing import Callable, Dict, NamedTuple, Optional

from flask import Response, request
from pymongo.errors import PyMongoError
from werkzeug.exceptions import HTTPException

from scan_notify_plugin.admin.errors import Conflict, Invalid, NotFound
from scan_notify_plugin.errors import ConfigError, ScanNotifyError
from scan_notify_plugin.faults import Fault
from scan_notify_plugin.secret import redact
from scan_notify_plugin.web import answers, fields
from scan_notify_plugin.web.desk import Desks
from scan_notify_plugin.web.routes import Auth, Call, File, Listing, Route, View
from scan_notify_plugin.web.sending import sent, wanted, without_bytes

MAX_BODY = 65536
NO_LOGIN = Fault('http.no-login')
DATABASE_AWAY = Fault('http.database')

log = logging.getLogger('scan_notify')


class Door(NamedTuple):
    """Who comes in, and what they work with."""

    desks: Desks
    #: the host's decorator for its own routes; None: nobody comes in
    auth: Optional[Auth]
    #: ``(db)`` -> the name of who is logged in
    who: Callable[[object], str]


def view(route: Route, door: Door) -> View:
    """A function of the path's parts that Flask can call."""

    def answer(**path: str) -> Response:
        given = _query() if route.method == 'GET' else _body()
        values = fields.read(route.takes, given, words=route.method == 'GET')
        desk = door.desks.desk(answers.language())
        by = 'web:' + _name(door.who(desk.db))
        return _answer(route.handler(Call(desk, by, path, values, head=request.method == 'HEAD')))

    return _outermost(route, None if door.auth is None else door.auth(answer))


def _outermost(route: Route, logged_in: Optional[View]) -> View:
    """Nothing leaves here but an answer: the host's own, ours, or a refusal in its form."""

    def call(**path: str) -> object:
        if logged_in is None:
            return answers.refused(503, NO_LOGIN)
        if 'token' in request.args:  # the host takes it; but addresses are logged, kept and sent on
            return answers.not_logged_in()
        try:
            return logged_in(**path)
        except HTTPException:  # a login can refuse in this way too
            raise
        except (Invalid, ConfigError) as error:
            return answers.refused(400, error.fault)
        except NotFound as error:
            return answers.refused(404, error.fault)
        except Conflict as error:
            return answers.refused(409, error.fault, error.facts)
        except PyMongoError as error:
            log.error('%s %s: %s', route.method, route.path, redact(str(error))[:300])
            return answers.refused(503, DATABASE_AWAY)
        except ScanNotifyError as error:
            log.error('%s %s: %s', route.method, route.path, redact(str(error))[:300])
            return answers.refused(500, error.fault)
        except Exception as error:
            log.error('%s %s: %s', route.method, route.path, _located(error))
            return answers.refused(500, Fault('http.fault'))

    return call


def _answer(data: object) -> Response:
    if isinstance(data, Listing):
        items = list(data.items)
        return answers.page(items, data.total, data.page, data.size or len(items))
    if isinstance(data, File):
        asked = wanted(data.report)
        shown = without_bytes(data.report, asked)
        if shown is None:
            return sent(data.report, data.pieces, asked)
        data.pieces.close()
        return shown
    return answers.success(data)


def _query() -> Dict[str, object]:
    for name, given in request.args.lists():
        if len(given) > 1:
            raise Invalid(re.sub(r'[^\w.-]', '?', name)[:40], Fault('input.twice'), fields.PAGE)
    return request.args.to_dict()


def _body() -> Dict[str, object]:
    """The JSON object of a request. Its content type is asked for even where there is no body.

    No page of another site can send that type, or a DELETE, without asking first; so a host whose login is switched
    off is not steered by whatever page its administrator happens to look at.
    """
    if request.method != 'DELETE' and not request.is_json:
        raise Invalid('Content-Type', Fault('input.type'), fields.PAGE)
    # Not from Content-Length: a request in chunks has none.
    raw = request.stream.read(MAX_BODY + 1)
    if len(raw) > MAX_BODY:
        raise Invalid(Fault('input.body'), Fault('input.bytes', most=MAX_BODY), fields.PAGE)
    try:
        given = json.loads(raw.decode('utf-8') or '{}', parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Invalid(Fault('input.body'), Fault('input.no-json'), fields.PAGE) from None
    if not isinstance(given, dict):
        raise Invalid(Fault('input.body'), Fault('input.no-object'), fields.PAGE)
    return given


def _no_constant(word: str) -> None:
    raise ValueError(word)  # NaN and Infinity, which are not JSON


def _name(name: str) -> str:
    """Of the host's user collection: plain enough for a line of a log."""
    return re.sub(r'[^\w.@+-]', '?', name)[:64] or 'token'


def _located(error: Exception) -> str:
    """What, and where; never a trace, which may show values."""
    frames = traceback.extract_tb(error.__traceback__)
    where = '{}:{}'.format(os.path.basename(frames[-1].filename), frames[-1].lineno) if frames else '?'
    return '{} at {}: {}'.format(type(error).__name__, where, redact(str(error))[:300])

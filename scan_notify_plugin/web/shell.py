"""The administrator's page: its frame and its files, the same for everybody. What it shows comes from the REST API."""

import hashlib
import json
import os
from typing import Dict, NamedTuple

from flask import Blueprint, Response, request

from scan_notify_plugin import words
from scan_notify_plugin.faults import Fault
from scan_notify_plugin.web.answers import refused
from scan_notify_plugin.web.routes import ROOT

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'page')
INDEX = 'index.html'
TYPES = {
    '.css': 'text/css; charset=utf-8',
    '.html': 'text/html; charset=utf-8',
    '.js': 'text/javascript; charset=utf-8',
    '.svg': 'image/svg+xml',
}
HEADERS = {
    'Content-Security-Policy': "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    'Referrer-Policy': 'no-referrer',
    # Kept, but asked for every time: an upgrade shows at once.
    'Cache-Control': 'no-cache',
}


class File(NamedTuple):
    """One file of the page."""

    content: bytes
    type: str
    tag: str


def files(folder: str = FOLDER) -> Dict[str, File]:
    """The files in a folder, by name; read once, so no name of a request becomes a path."""
    served = {}
    for name in sorted(os.listdir(folder)):
        if os.path.splitext(name)[1] in TYPES:
            with open(os.path.join(folder, name), 'rb') as file:
                served[name] = _file(name, file.read())
    return served


def words_files() -> Dict[str, File]:
    """The page's words, a module of JavaScript for each language: ``words-zh.js``."""
    served = {}
    for language in words.LANGUAGES:
        sentences = dict(words.family('page', language))
        sentences['faults.apart'] = words.sentence('faults.apart', language)
        module = 'export const WORDS = {};\n'.format(json.dumps(sentences, ensure_ascii=False, indent=1))
        name = 'words-{}.js'.format(language)
        served[name] = _file(name, module.encode('utf-8'))
    return served


def _file(name: str, content: bytes) -> File:
    return File(content, TYPES[os.path.splitext(name)[1]], hashlib.sha256(content).hexdigest()[:32])


def make_blueprint(folder: str = FOLDER) -> Blueprint:
    """Routes that ask for no login and hold no data: the frame, its files, and the way to them."""
    blueprint = Blueprint('scan_notify_page', __name__, url_prefix=ROOT)
    served = dict(files(folder), **words_files())

    # Each with and without the slash in one rule: of two, older releases of Werkzeug redirect one to the other.
    @blueprint.route('/', strict_slashes=False)
    def root() -> Response:
        return _moved('admin' if request.path.endswith('/') else 'scan_notify/admin')

    @blueprint.route('/admin/', strict_slashes=False)
    def index() -> Response:
        return _moved('../admin') if request.path.endswith('/') else _sent(served[INDEX])

    @blueprint.route('/admin/<name>')
    def file(name: str) -> Response:
        if name not in served:
            return refused(404, Fault('http.no-file'))
        return _sent(served[name])

    return blueprint


def _moved(place: str) -> Response:
    """Relative, as the browser sees it: what stands before the host, and under which name, is not known here."""
    response = Response('', 302, content_type='text/plain')
    response.autocorrect_location_header = False
    response.headers.extend(HEADERS)
    response.headers['Location'] = place
    return response


def _sent(file: File) -> Response:
    response = Response(file.content, content_type=file.type)
    response.headers.extend(HEADERS)
    response.set_etag(file.tag)
    return response.make_conditional(request)

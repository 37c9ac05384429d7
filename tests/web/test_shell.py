"""The frame of the page and its files: the same for everybody, nothing of another host, nothing that is not on the
list.
"""

import json
import os
import re
from urllib.parse import urljoin

import pytest
from flask import Flask

from scan_notify_plugin import words
from scan_notify_plugin.web import shell
from scan_notify_plugin.web.routes import ROOT
from tests.web.conftest import refusal

POLICY = {
    'default-src': "'none'", 'script-src': "'self'", 'style-src': "'self'", 'img-src': "'self' data:",
    'connect-src': "'self'", 'base-uri': "'none'", 'form-action': "'self'", 'frame-ancestors': "'none'",
}  # fmt: skip
SERVED = dict(shell.files(), **shell.words_files())
NAMES = tuple(SERVED)


@pytest.fixture(scope='module')
def page():
    app = Flask('host')
    app.register_blueprint(shell.make_blueprint())

    def get(name='', **headers):
        return app.test_client().get(ROOT + '/admin' + ('/' + name if name else ''), headers=headers)

    return get


@pytest.mark.parametrize('name', ('',) + NAMES)
def test_a_file_says_what_it_is_and_what_it_may(page, name):
    answer = page(name)
    if name in shell.words_files():
        assert answer.data == shell.words_files()[name].content
    else:
        with open(os.path.join(shell.FOLDER, name or 'index.html'), 'rb') as file:
            assert answer.data == file.read()
    assert answer.headers['Content-Type'] == shell.TYPES[os.path.splitext(name or 'index.html')[1]]
    said = dict(part.strip().split(' ', 1) for part in answer.headers['Content-Security-Policy'].split(';'))
    assert said == POLICY
    assert answer.headers['X-Content-Type-Options'] == 'nosniff'
    assert answer.headers['Referrer-Policy'] == 'no-referrer'
    assert 'Set-Cookie' not in answer.headers


@pytest.mark.parametrize('name', ('',) + NAMES)
def test_an_unchanged_file_is_not_sent_again(page, name):
    first = page(name)
    again = page(name, **{'If-None-Match': first.headers['ETag']})
    assert (again.status_code, again.data) == (304, b'')
    assert again.headers['Content-Security-Policy'] and first.headers['Cache-Control'] == 'no-cache'
    assert page(name, **{'If-None-Match': '"another"'}).status_code == 200


@pytest.mark.parametrize('name', [
    '../routes.py', '..%2froutes.py', '%2e%2e/routes.py', '%2e%2e%2froutes.py', '/etc/passwd', '%2fetc%2fpasswd',
    'nothing.js',
    'app.js%00.css', '.', '..', 'INDEX.HTML', 'app.js/', '..\\routes.py',
])  # fmt: skip
def test_no_name_leads_anywhere_else(page, name):
    answer = page(name)
    assert answer.status_code in (404, 308)
    assert b'import' not in answer.data and b'root:' not in answer.data


@pytest.mark.parametrize('path, place', [('', 'scan_notify/admin'), ('/', 'admin'), ('/admin/', '../admin')])
def test_other_ways_to_the_page_lead_to_it_whatever_stands_before_the_host(page, start, path, place):
    web = start()
    answer = web.app.test_client().get(ROOT + path)
    assert (answer.status_code, answer.headers['Location'], answer.data) == (302, place, b'')
    assert answer.headers['Content-Security-Policy'] and 'Set-Cookie' not in answer.headers
    assert urljoin('https://x' + ROOT + path, place) == 'https://x' + ROOT + '/admin'
    assert web.app.test_client().get(ROOT + '/admin').status_code == 200


def test_an_unknown_name_is_refused_in_the_hosts_form(page):
    assert refusal(page('nothing.js')) == (404, '页面没有此文件')


def test_only_files_of_a_known_kind_are_served(tmp_path):
    for name in ('index.html', 'app.js', 'app.js~', 'notes.txt', '.hidden.swp', 'secret.py'):
        (tmp_path / name).write_text('x')
    assert set(shell.files(str(tmp_path))) == {'index.html', 'app.js'}


@pytest.mark.parametrize('language', ['zh', 'en'])
def test_the_words_of_the_page_are_those_of_the_language(page, language):
    text = page('words-{}.js'.format(language)).data.decode('utf-8')
    start, end = 'export const WORDS = ', ';\n'
    assert text.startswith(start) and text.endswith(end)
    sentences = json.loads(text[len(start) : -len(end)])
    assert sentences.pop('faults.apart') == words.sentence('faults.apart', language)
    assert {'page.' + key: sentence for key, sentence in sentences.items()} == {
        code: sentence for code, sentence in words.LANGUAGES[language].items() if code.startswith('page.')
    }


def test_the_page_needs_no_login_and_no_database(start):
    """It asks for the login itself, when it fetches what it shows."""
    web = start(SCAN_NOTIFY={'ENABLE': True, 'REPORT_STORAGE': 'gridfs'})
    answer = web.ask('GET', '/admin', token=None)
    assert (answer.status_code, answer.mimetype) == (200, 'text/html')


def test_nothing_in_the_page_is_inline_or_from_another_host():
    index = shell.files()['index.html'].content.decode('utf-8')
    assert not re.search(r'<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=|javascript:', index)
    for name, file in SERVED.items():
        addresses = re.findall(
            r'(?:src|href|from|url\()[\s=\'"(]*(?:https?:)?//[^\s\'")]+', file.content.decode('utf-8')
        )
        assert not addresses, name


def test_everything_that_the_page_asks_for_is_served():
    files = {name: file.content.decode('utf-8') for name, file in SERVED.items()}
    wanted = set(re.findall(r'(?:src|href)="admin/([^"]+)"', files['index.html']))
    for text in files.values():
        wanted |= set(re.findall(r'from \'\./([^\']+)\'', text))
    assert wanted and wanted <= set(files)

"""The metrics in the host's web: the host's login or the token of the scrapers, and nobody else."""

import pytest
from flask import Flask

from scan_notify_plugin.clock import Clock
from scan_notify_plugin.settings.section import parse_settings
from scan_notify_plugin.testing.embedded import embedded_database
from scan_notify_plugin.web import figures
from scan_notify_plugin.web.desk import Desks
from scan_notify_plugin.web.routes import ROOT
from tests.web.conftest import FLAVOURS, TOKEN, refusal

PATH = '/metrics'
SECTION = {'ENABLE': True, 'METRICS_TOKEN': 'scr4pe'}


def bearer(token):
    return {'Authorization': 'Bearer ' + token}


@pytest.mark.parametrize('flavour', FLAVOURS)
def test_who_is_logged_in_reads_them(start, flavour):
    answer = start(flavour).ask('GET', PATH)
    assert answer.status_code == 200 and answer.content_type.startswith('text/plain; version=0.0.4')
    assert 'scan_notify_workers_alive 0.0' in answer.get_data(as_text=True)


def test_a_scraper_reads_them_with_its_token(start):
    web = start(SCAN_NOTIFY=SECTION)
    answer = web.ask('GET', PATH, token=None, headers=bearer('scr4pe'))
    assert 'scan_notify_workers_alive' in answer.get_data(as_text=True)


def test_the_token_may_be_in_the_environment_of_the_web_process(start, monkeypatch):
    monkeypatch.setenv('METRICS', 'from-env')
    web = start(SCAN_NOTIFY=dict(SECTION, METRICS_TOKEN={'env': 'METRICS'}))
    assert web.ask('GET', PATH, token=None, headers=bearer('from-env')).status_code == 200
    # What stands for a secret that was not read opens nothing.
    assert 'scan_notify' not in web.ask('GET', PATH, token=None, headers=bearer('not read in this process')).get_data(
        as_text=True
    )


@pytest.mark.parametrize('headers', [{}, bearer('wrong'), bearer(''), bearer(TOKEN), {'Authorization': 'scr4pe'}])
@pytest.mark.parametrize('section', [SECTION, {'ENABLE': True}])
def test_everybody_else_is_refused_as_the_host_refuses(start, headers, section):
    answer = start(SCAN_NOTIFY=section).ask('GET', PATH, token=None, headers=headers)
    assert answer.get_json() == {'message': 'not login', 'code': 401, 'data': {}}


def test_the_hosts_token_in_the_address_is_refused(start):
    answer = start().ask('GET', PATH + '?token=' + TOKEN, token=None)
    assert answer.get_json()['code'] == 401


def test_a_token_that_cannot_be_read_is_one_line_and_no_way_in(start, caplog):
    web = start(SCAN_NOTIFY=dict(SECTION, METRICS_TOKEN={'env': 'NOT_SET_ANYWHERE'}))
    for _ in range(2):
        assert web.ask('GET', PATH, token=None, headers=bearer('x')).get_json()['code'] == 401
    assert caplog.text.count('NOT_SET_ANYWHERE') == 1


@pytest.mark.parametrize('auth', [None, lambda page: None, lambda page: 'text'])
def test_a_host_without_a_login_still_answers_the_scraper(auth):
    desks = Desks(lambda: embedded_database(), Clock(), parse_settings({'SCAN_NOTIFY': SECTION}), '')
    app = Flask('host')
    app.register_blueprint(figures.make_blueprint(desks, {'SCAN_NOTIFY': SECTION}, auth))
    client = app.test_client()
    assert client.get(ROOT + PATH, headers=bearer('scr4pe')).status_code == 200
    assert refusal(client.get(ROOT + PATH, headers={'Token': TOKEN}))[0] == 503

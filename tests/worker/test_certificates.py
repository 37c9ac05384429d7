"""CA_BUNDLE on its way: from the configuration to requests, streams, the doctor and whoever asks about targets."""

import logging
import shutil
import ssl
from types import SimpleNamespace

import pytest

from scan_notify_plugin.cli import channel_checks, reachability
from scan_notify_plugin.errors import SendError
from scan_notify_plugin.notifiers.dingding_openapi.stream import _connect_options
from scan_notify_plugin.plugins.loading import load
from scan_notify_plugin.reports import links
from scan_notify_plugin.settings.section import parse_settings
from scan_notify_plugin.worker import process, sign_of_life
from tests.certificates import CA, OTHER_CA, SERVER
from tests.loop import Loop
from tests.notifiers.test_http import answer
from tests.notifiers.test_trust import tls_peer


def section(**keys):
    targets = {
        'ops': {'CHANNEL': 'dingding', 'ACCESS_TOKEN': 'a' * 64},
        'own': {'CHANNEL': 'dingding', 'ACCESS_TOKEN': 'b' * 64, 'CA_BUNDLE': OTHER_CA},
    }
    return {'SCAN_NOTIFY': dict({'ENABLE': True, 'TARGETS': targets}, **keys)}


@pytest.fixture
def loop():
    made = []

    def make(**keys):
        made.append(Loop(section(**keys)))
        return made[-1]

    return make


def test_a_targets_requests_verify_by_its_file(loop):
    channels = loop(CA_BUNDLE=CA).context.channels
    assert (channels.target('ops').ca_bundle, channels.target('own').ca_bundle) == (CA, OTHER_CA)
    with tls_peer(SERVER, answer(200, '{}')) as peer:
        assert channels.target('ops').http.post(peer.url, {}) == {}
        with pytest.raises(SendError):
            channels.target('own').http.post(peer.url, {})


def test_an_absent_file_is_told_and_gives_no_message_up_before_its_time(loop, tmp_path, caplog):
    caplog.set_level(logging.WARNING)
    path = tmp_path / 'ca.pem'
    context = loop(CA_BUNDLE=str(path)).context
    assert [fault.code for fault in context.channels.complaints('ops')] == ['ca.missing']
    assert context.channels.complaints('own') == context.channels.problems('ops') == []
    facts = {one['name']: one for one in sign_of_life.facts(context)['target_facts']}
    assert [problem['code'] for problem in facts['ops']['problems']] == ['ca.missing'] and facts['ops']['usable']
    process._log_problems(context)
    assert 'target ops: CA_BUNDLE: {} is no file here'.format(path) in caplog.text
    shutil.copy(CA, str(path))
    assert context.channels.complaints('ops') == []


def test_the_doctor_names_a_file_that_cannot_be_used():
    settings = parse_settings(section(CA_BUNDLE='/absent/ca.pem'))
    lines = [finding.in_words('en') for finding in channel_checks.check_targets(settings, load(()))]
    found = {line.check: (line.state, line.found, line.advice) for line in lines}
    state, words, advice = found['target ops']
    assert (state, words) == ('fail', 'CA_BUNDLE: /absent/ca.pem is no file here')
    assert 'PEM' in advice
    assert found['target own'][0] == 'ok'


def doctor_of_links(address, bundle):
    settings = SimpleNamespace(base_url=address, ca_bundle=bundle)
    finding = reachability._links(settings.base_url, settings.ca_bundle).in_words('en')
    return finding.state, finding.found


def test_the_doctor_opens_links_by_the_same_file():
    refusal = links.Refusal.TAMPERED
    with tls_peer(SERVER, answer(refusal.status, refusal.message)) as peer:
        assert doctor_of_links(peer.url, CA)[0] == 'ok'
        for bundle in ('', OTHER_CA, '/absent.pem'):
            assert doctor_of_links(peer.url, bundle)[0] == 'warn'


def test_a_stream_verifies_by_its_file_where_it_is_encrypted():
    old, new = SimpleNamespace(__version__='9.1'), SimpleNamespace(__version__='15.0.1')
    assert _connect_options(old, 'ws://127.0.0.1:1', CA) == _connect_options(old, 'wss://x', '') == {}
    assert _connect_options(new, 'wss://x', '') == {'proxy': None}
    options = _connect_options(new, 'WSS://x', CA)
    assert options['proxy'] is None and options['ssl'].verify_mode == ssl.CERT_REQUIRED
    assert [one['subject'] for one in options['ssl'].get_ca_certs()] == [((('commonName', 'Test ca'),),)]

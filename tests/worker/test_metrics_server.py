"""A worker's page of figures over HTTP."""

import logging
import socket

import pytest
import requests

from scan_notify_plugin.secret import Secret
from scan_notify_plugin.worker.metrics_server import MetricsServer

LOCAL = '127.0.0.1:0'  # a free port


def has_ipv6():
    try:
        with socket.socket(socket.AF_INET6) as one:
            one.bind(('::1', 0))
        return True
    except OSError:
        return False


@pytest.fixture
def serve():
    servers = []

    def start(text=lambda: b'scan_notify_x 1\n', token=None):
        servers.append(MetricsServer(LOCAL, text, token))
        return 'http://127.0.0.1:{}'.format(servers[-1].port)

    yield start
    for server in servers:
        server.end()


def test_the_figures_are_at_metrics_and_nothing_else_is_there(serve):
    url = serve()
    answer = requests.get(url + '/metrics', timeout=5)
    assert (answer.status_code, answer.text) == (200, 'scan_notify_x 1\n')
    assert answer.headers['Content-Type'].startswith('text/plain; version=0.0.4')
    assert requests.get(url + '/', timeout=5).status_code == 404
    assert requests.post(url + '/metrics', timeout=5).status_code == 404


@pytest.mark.parametrize('shown', ['', 'Bearer wrong', 'Bearer', 'Basic s3cret', 's3cret', 'Bearer s3cretx'])
def test_with_a_token_only_who_shows_it_reads(serve, shown):
    url = serve(token=Secret('s3cret')) + '/metrics'
    assert requests.get(url, headers={'Authorization': 'Bearer s3cret'}, timeout=5).status_code == 200
    answer = requests.get(url, headers={'Authorization': shown}, timeout=5)
    assert (answer.status_code, 'scan_notify' in answer.text) == (401, False)


def test_an_absent_database_is_an_answer_and_one_line(serve, caplog):
    def away():
        raise OSError('mongodb://arl:s3cret@db: away')

    caplog.set_level(logging.INFO)
    assert requests.get(serve(away) + '/metrics', timeout=5).status_code == 503
    assert 'cannot be read' in caplog.text and 's3cret' not in caplog.text


def test_a_port_that_is_taken_is_an_error_for_the_caller(serve):
    port = serve().rpartition(':')[2]
    with pytest.raises(OSError):
        MetricsServer('127.0.0.1:' + port, lambda: b'', None)


@pytest.mark.skipif(not has_ipv6(), reason='this machine has no IPv6')
def test_an_address_of_ipv6_is_one_too():
    server = MetricsServer('[::1]:0', lambda: b'scan_notify_x 1\n', None)
    try:
        answer = requests.get('http://[::1]:{}/metrics'.format(server.port), timeout=5)
    finally:
        server.end()
    assert answer.status_code == 200

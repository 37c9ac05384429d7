"""TLS with a CA of one's own: who is believed, who is not, and what is said of it."""

import os
import ssl

import pytest

from scan_notify_plugin.errors import Reason, SendError
from scan_notify_plugin.notifiers import trust
from scan_notify_plugin.notifiers.http import Http
from tests.certificates import CA, ELSEWHERE, EXPIRED, OTHER_CA, SERVER
from tests.notifiers.test_http import Peer, answer, closed_port


def tls_peer(certificate, play=None):
    """A server on loopback with the certificate of a file."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    peer = Peer(play, tls=context)
    peer.url = 'https://localhost:{}'.format(peer.port)
    return peer


def refused(url, bundle=''):
    with pytest.raises(SendError) as caught:
        Http(total=5, ca_bundle=bundle).post(url, {})
    return caught.value


def test_a_server_of_ones_own_ca_is_believed_by_name_and_by_address():
    with tls_peer(SERVER, answer(200, '{"a": 1}')) as peer:
        client = Http(total=5, ca_bundle=CA)
        assert client.post(peer.url, {}) == {'a': 1}
        assert client.request('GET', peer.url.replace('localhost', '127.0.0.1')).json() == {'a': 1}


#: (sentence, the server's certificate, what is believed, the code, the code where OpenSSL's number is not told)
DISTRUST = [
    ('nobody gave its CA', SERVER, '', 'tls.unknown', 'tls.unverified'),
    ('another CA was given', SERVER, OTHER_CA, 'tls.unknown', 'tls.unverified'),
    ('it is another name\'s', ELSEWHERE, CA, 'tls.name', 'tls.name'),
    ('it has expired', EXPIRED, CA, 'tls.date', 'tls.unverified'),
]


@pytest.mark.parametrize('sentence, certificate, bundle, code, untold', DISTRUST, ids=[row[0] for row in DISTRUST])
def test_a_server_is_not_believed_and_certainly_gets_nothing(sentence, certificate, bundle, code, untold):
    with tls_peer(certificate) as peer:
        error = refused(peer.url, bundle)
    assert error.reason is Reason.UNREACHABLE
    assert error.fault.code in (code, untold if not hasattr(ssl, 'SSLCertVerificationError') else code)
    assert 'certificate' in error.words and '{' not in error.words and len(error.fault.facts['detail']) > 5
    assert not any(peer.requests)  # a handshake may be through before a name is looked at


def test_the_words_say_what_to_do():
    with tls_peer(SERVER) as peer:
        assert 'CA_BUNDLE' in refused(peer.url).words
        assert 'CA_BUNDLE' in refused(peer.url).describe('zh')


def test_a_file_of_certificates_that_cannot_be_used_is_named_and_nothing_is_sent(tmp_path):
    empty, text, folder = tmp_path / 'empty.pem', tmp_path / 'text.pem', tmp_path
    empty.write_text('')
    text.write_text('-----BEGIN NOTHING-----\n')
    with tls_peer(SERVER) as peer:
        for path, code in (
            (tmp_path / 'absent.pem', 'ca.missing'),
            (folder, 'ca.missing'),
            (empty, 'ca.none'),
            (text, 'ca.none'),
        ):
            error = refused(peer.url, str(path))
            assert (error.reason, error.fault.code) == (Reason.CONFIG, code)
            assert str(path) in error.words
    assert not any(peer.requests)  # a handshake may be through before a name is looked at


def test_a_server_that_is_away_is_away_and_no_fault_of_the_certificates():
    assert refused('https://127.0.0.1:{}'.format(closed_port()), CA).reason is Reason.UNREACHABLE
    assert refused('http://127.0.0.1:{}'.format(closed_port()), '/absent.pem').fault.code != 'ca.missing'


def test_a_file_that_cannot_be_read_is_named():
    found = trust.bundle_problem('/proc/self/mem')  # not even by root
    assert found.code == 'ca.unread' and found.facts['path'] == '/proc/self/mem' and found.facts['detail']


def test_what_is_no_path_is_no_file():
    assert trust.bundle_problem('a\0b').code in ('ca.missing', 'ca.unread')
    assert trust.bundle_problem('') is None and trust.bundle_problem(CA) is None


def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(str(tmp_path / 'pipe'))
    assert trust.bundle_problem(str(tmp_path / 'pipe')).code == 'ca.missing'


def test_a_transport_of_ones_own_verifies_by_the_same_file():
    assert trust.context(CA).verify_mode == trust.context().verify_mode == ssl.CERT_REQUIRED
    assert [one['subject'] for one in trust.context(CA).get_ca_certs()] == [((('commonName', 'Test ca'),),)]
    assert len(trust.context().get_ca_certs()) > 20


def test_other_errors_are_not_about_a_certificate():
    assert trust.untrusted(OSError('certificate verify failed')) is None
    looped = ValueError()
    looped.args = (looped, looped)
    assert trust.untrusted(looped) is None

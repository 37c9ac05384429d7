"""Which addresses are everybody's: what a webhook may reach, whatever its name and however it is written."""

import socket

import pytest

from scan_notify_plugin.errors import Reason, SendError
from scan_notify_plugin.notifiers.addresses import public
from scan_notify_plugin.notifiers.http import Http
from tests.notifiers.test_http import Peer

PUBLIC = [
    '8.8.8.8', '1.1.1.1', '100.63.255.255', '100.128.0.0', '172.15.255.255', '172.32.0.0', '192.169.0.1',
    '223.255.255.255', '198.17.255.255', '198.20.0.0', '169.253.0.1', '2606:4700:4700::1111', '2a00:1450:4001::1',
    '2400:3200::1', '2001:4860:4860::8888', '2001:200::1', '64:ff9b::808:808', '::ffff:8.8.8.8',
]  # fmt: skip
PRIVATE = [
    # RFC 1918, RFC 6598, loopback, link-local with the metadata services, this network.
    '10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.0.1', '100.64.0.1', '100.100.100.200', '100.127.255.255',
    '127.0.0.1', '127.255.255.255', '169.254.169.254', '169.254.170.2', '0.0.0.0', '0.1.2.3', '168.63.129.16',
    # For protocols, documentation, measuring; multicast; reserved; all.
    '192.0.0.192', '192.0.2.1', '198.51.100.1', '203.0.113.1', '198.18.0.1', '198.19.255.255', '192.88.99.1',
    '224.0.0.1', '239.255.255.255', '240.0.0.1', '255.255.255.255',
    # IPv6: unspecified, loopback, link-local, site-local, ULA with a metadata service, multicast, documentation.
    '::', '::1', 'fe80::1', 'fe80::1%eth0', 'fec0::1', 'fc00::1', 'fd00:ec2::254', 'ff02::1', '2001:db8::1', '3fff::1',
    '100::1', '3ffe::1', '4000::1', '5f00::1',
    # An IPv4 address inside: mapped, compatible, translated, NAT64 of one's own, 6to4, Teredo, ORCHID.
    '::ffff:127.0.0.1', '::ffff:10.0.0.1', '::ffff:7f00:1', '::127.0.0.1', '::8.8.8.8', '::ffff:0:127.0.0.1',
    '64:ff9b::a00:1', '64:ff9b::127.0.0.1', '64:ff9b::169.254.169.254', '64:ff9b:1::808:808', '2002:7f00:1::1',
    '2002:a00:1::', '2001:0:7f00:1::', '2001:10::1', '2001:20::1',
    # No addresses.
    '', 'localhost', '127.1', '0x7f000001', '2130706433', '1.2.3', '1.2.3.4.5', '8.8.8.8/32', '[2606:4700::1]',
]  # fmt: skip


@pytest.mark.parametrize('address', PUBLIC)
def test_everybodys_addresses_are_public(address):
    assert public(address) is True


@pytest.mark.parametrize('address', PRIVATE)
def test_all_others_are_not(address):
    assert public(address) is False


def written(port):
    """One loopback address in the ways that systems understand, and names that lead there."""
    hosts = ['127.0.0.1', '127.1', '0x7f.0.0.1', '0177.0.0.1', '0x7f000001', '2130706433', '017700000001', 'localhost']
    hosts += [
        '127.0.0.1.',
        '0',
        '0.0.0.0',
        '[::1]',
        '[::ffff:127.0.0.1]',
        '[::]',
        '[0:0:0:0:0:ffff:7f00:0001]',
        'LOCALHOST',
    ]
    return ['http://{}:{}/'.format(host, port) for host in hosts] + [
        'http://user:pass@127.0.0.1:{}/'.format(port),
        'http://8.8.8.8@127.0.0.1:{}/'.format(port),
        'http://127.0.0.1:{}\\@8.8.8.8/'.format(port),
        'http://①②⑦.0.0.1:{}/'.format(port),
    ]


def test_no_spelling_of_this_machines_address_is_connected_to():
    with Peer() as peer:
        for url in written(peer.port):
            with pytest.raises(SendError) as caught:
                Http(total=3).request('POST', url, {}, guard=public)
            assert caught.value.reason in (Reason.CONFIG, Reason.UNREACHABLE), url
    assert peer.requests == []


def test_a_name_that_is_public_at_first_and_private_at_the_second_look_is_looked_at_once(monkeypatch):
    with Peer() as peer:
        answers = [['8.8.8.8'], ['127.0.0.1']]

        def resolve(host, port, *args):
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, '', (address, port)) for address in answers.pop(0)]

        connected = []

        class Recorded(socket.socket):
            def connect(self, address):
                connected.append(address[0])
                raise OSError('no way there')

        monkeypatch.setattr('scan_notify_plugin.notifiers.addresses.socket.getaddrinfo', resolve)
        monkeypatch.setattr('scan_notify_plugin.notifiers.line.socket.socket', Recorded)
        with pytest.raises(SendError):
            Http(total=3).request('POST', 'http://rebinds.example:{}/'.format(peer.port), {}, guard=public)
    assert connected == ['8.8.8.8'] and answers == [['127.0.0.1']] and peer.requests == []


def test_a_metadata_service_is_refused_with_words_that_name_it():
    with pytest.raises(SendError) as caught:
        Http(total=3).request('GET', 'http://169.254.169.254/latest/meta-data/', guard=public)
    assert caught.value.reason is Reason.CONFIG
    assert '169.254.169.254' in caught.value.words and '169.254.169.254' in caught.value.describe('zh')

"""Any request and any answer: what is sent, what comes back, and when that is a failure."""

import codecs
import socket

import pytest

from scan_notify_plugin.deadline import Stay, staying
from scan_notify_plugin.errors import Reason, SendError
from scan_notify_plugin.notifiers.http import Http
from scan_notify_plugin.notifiers.replies import MAX_PAUSE, Reply
from scan_notify_plugin.secret import Secret
from tests.notifiers.test_http import (
    Peer,
    answer,
    closed_port,
    cut,
    cut_in_the_answer,
    drips,
    reset,
    silence,
    speaks_otherwise,
)


def asked(peer):
    """(request line, headers by lower-case name, body) of the only request."""
    (request,) = peer.requests
    head, _, body = request.partition(b'\r\n\r\n')
    first, *lines = head.decode('latin-1').split('\r\n')
    return first, {line.partition(':')[0].lower(): line.partition(':')[2].strip() for line in lines}, body


def sent(*given, **more):
    with Peer() as peer:
        Http(total=3).request('POST', peer.url, *given, **more)
    return asked(peer)


#: (what is sent, its media type, the one that arrives, the bytes that arrive)
BODIES = [
    (b'\x00\xff', '', 'application/octet-stream', b'\x00\xff'),
    ('成功', '', 'text/plain; charset=utf-8', '成功'.encode('utf-8')),
    ('', '', 'text/plain; charset=utf-8', b''),
    ({'a': '成功'}, '', 'application/json; charset=utf-8', '{"a":"成功"}'.encode('utf-8')),
    ([1, {'a': None}], '', 'application/json; charset=utf-8', b'[1,{"a":null}]'),
    ({}, '', 'application/json; charset=utf-8', b'{}'),
    ('<x/>', 'text/xml', 'text/xml', b'<x/>'),
    ({'a': 1}, 'application/vnd.x+json', 'application/vnd.x+json', b'{"a":1}'),
    ('cut \ud83d', '', 'text/plain; charset=utf-8', b'cut ?'),
    ({'to': 'a&b', 'text': '成 功', 'n': 1}, 'application/x-www-form-urlencoded', 'application/x-www-form-urlencoded',
     b'to=a%26b&text=%E6%88%90+%E5%8A%9F&n=1'),
    ({'to': ['a', 'b']}, 'application/x-www-form-urlencoded; charset=utf-8',
     'application/x-www-form-urlencoded; charset=utf-8', b'to=a&to=b'),
]  # fmt: skip


@pytest.mark.parametrize('data, kind, arrives, body', BODIES, ids=[repr(row[:2]) for row in BODIES])
def test_a_body_is_sent_as_what_it_is(data, kind, arrives, body):
    first, headers, got = sent(data, kind)
    assert (first, got) == ('POST / HTTP/1.1', body)
    assert (headers['content-type'], headers['content-length']) == (arrives, str(len(body)))
    assert headers['accept'] == '*/*'


def test_headers_of_ones_own_win_and_parameters_are_quoted():
    first, headers, _ = sent({}, params={'k': 'a b&'}, headers={'content-type': 'x/y', 'ACCEPT': 'text/plain'})
    assert first == 'POST /?k=a+b%26 HTTP/1.1'
    assert (headers['content-type'], headers['accept']) == ('x/y', 'text/plain')


@pytest.mark.parametrize('method', ['GET', 'DELETE', 'OPTIONS'])
def test_a_request_can_have_no_body(method):
    with Peer(answer(200, 'fine')) as peer:
        assert Http(total=3).request(method, peer.url + '/state').text == 'fine'
    first, headers, body = asked(peer)
    assert (first, body) == (method + ' /state HTTP/1.1', b'')
    assert 'content-type' not in headers and 'transfer-encoding' not in headers


def test_a_post_without_a_body_says_so():
    assert sent()[1]['content-length'] == '0'


@pytest.mark.parametrize('headers', [{'X': 'a\r\nY: b'}, {'X': 'a\nb'}, {'X\r\nY': 'b'}, {'X': '成'}, {'X': ''}])
def test_a_header_cannot_become_two(headers):
    with Peer() as peer:
        try:
            Http(total=3).request('POST', peer.url, 'x', headers=headers)
        except SendError as error:
            assert error.reason is Reason.UNREACHABLE
    assert not any(b'\r\nY:' in request or b'\nb' in request for request in peer.requests)


# What comes back.


def reply_to(*played, **more):
    with Peer(answer(*played)) as peer:
        return Http(total=3).request('POST', peer.url, {}, **more)


def test_a_reply_has_status_headers_text_and_bytes():
    reply = reply_to(202, 'ok', 'X-Request-Id: 7', 'Content-Type: text/plain')
    assert (reply.status, reply.text, reply.data, reply.json()) == (202, 'ok', b'ok', None)
    assert (reply.headers['x-request-id'], reply.headers['content-type']) == ('7', 'text/plain')


@pytest.mark.parametrize('status', [200, 201, 204, 299])
def test_every_2xx_is_an_answer_whatever_it_says(status):
    for body in ('', 'ok', '<html>', '{"errcode": 1}', b'\xff'):
        assert reply_to(status, body).status == status


def test_statuses_that_are_named_are_answers_and_no_others():
    reply = reply_to(410, 'gone', 'Retry-After: 7', also=[410])
    assert (reply.status, reply.text, reply.retry_after) == (410, 'gone', 7)
    with pytest.raises(SendError):
        reply_to(409, 'gone', also=[410])


#: (status, reason where it delivers, reason where it does not)
REFUSALS = [
    (103, Reason.UNKNOWN, Reason.BUSY),
    (301, Reason.CONFIG, Reason.CONFIG),
    (304, Reason.CONFIG, Reason.CONFIG),
    (400, Reason.CONFIG, Reason.CONFIG),
    (408, Reason.BUSY, Reason.BUSY),
    (410, Reason.CONFIG, Reason.CONFIG),
    (425, Reason.BUSY, Reason.BUSY),
    (429, Reason.THROTTLED, Reason.THROTTLED),
    (500, Reason.UNKNOWN, Reason.BUSY),
    (502, Reason.UNKNOWN, Reason.BUSY),
    (503, Reason.BUSY, Reason.BUSY),
    (599, Reason.UNKNOWN, Reason.BUSY),
    (999, Reason.UNKNOWN, Reason.BUSY),
]


@pytest.mark.parametrize('status, delivering, other', REFUSALS)
def test_every_other_status_is_a_failure(status, delivering, other):
    for delivers, reason in ((True, delivering), (False, other)):
        with pytest.raises(SendError) as caught:
            reply_to(status, '{"why": "成功"}', delivers=delivers)
        error = caught.value
        assert (error.reason, error.code) == (reason, status)
        assert error.body == ('' if status in (103, 304) else '{"why": "成功"}')  # these never have one


@pytest.mark.parametrize('play', [cut, reset, cut_in_the_answer, speaks_otherwise, silence, drips])
@pytest.mark.parametrize('method, data', [('GET', b''), ('POST', 'x')])
def test_doubt_begins_with_the_first_byte_of_the_request(play, method, data):
    for delivers, reason in ((True, Reason.UNKNOWN), (False, Reason.UNREACHABLE)):
        with Peer(play) as peer:
            with pytest.raises(SendError) as caught:
                total = 0.3 if play in (silence, drips) else 10
                Http(total=total).request(method, peer.url, data, delivers=delivers)
        assert caught.value.reason is reason
        assert len(peer.requests) == 1


def test_a_request_without_a_body_that_nobody_waits_for_is_not_sent():
    stay = Stay()
    with Peer() as peer, staying(stay):
        assert stay.end() is False
        with pytest.raises(SendError) as caught:
            Http(total=3).request('GET', peer.url)
    assert caught.value.reason is Reason.UNREACHABLE
    assert not any(request.startswith(b'GET') for request in peer.requests)


def test_a_request_without_a_body_marks_the_stay():
    for delivers in (False, True):
        stay = Stay()
        with Peer() as peer, staying(stay):
            Http(total=3).request('GET', peer.url, delivers=delivers)
        assert stay.end() is delivers


def test_a_tunnel_is_no_request_and_no_doubt():
    stay = Stay()
    with Peer(cut) as proxy, staying(stay):
        with pytest.raises(SendError) as caught:
            Http(proxy.url, total=3).request('GET', 'https://robot.invalid/')
    assert proxy.requests[0].startswith(b'CONNECT ')
    assert (caught.value.reason, stay.end()) == (Reason.UNREACHABLE, False)


def test_no_error_holds_a_secret_even_where_the_charset_hides_it():
    body = '密钥 5f2cHiddenToken'.encode('gbk')
    with Peer(answer(400, body, 'Content-Type: text/plain; charset=gbk')) as peer:
        with pytest.raises(SendError) as caught:
            Http(secrets=[Secret('5f2cHiddenToken'), Secret('密钥')], total=3).request('POST', peer.url, {})
    for told in (str(caught.value), caught.value.words, caught.value.body):
        assert '5f2c' not in told and '密' not in told and '***' in told


# The text of an answer.

#: (sentence, the bytes, the header, the text)
TEXTS = [
    ('nothing is said', '成功'.encode('utf-8'), '', '成功'),
    ('a mark of UTF-8', codecs.BOM_UTF8 + '成功'.encode('utf-8'), '', '成功'),
    ('a mark counts more than the header', codecs.BOM_UTF8 + '成功'.encode('utf-8'), 'text/plain; charset=gbk', '成功'),
    ('a mark of UTF-16', '成功'.encode('utf-16'), '', '成功'),
    ('a mark of UTF-16, the other way round', codecs.BOM_UTF16_BE + '成功'.encode('utf-16-be'), '', '成功'),
    ('a mark of UTF-32', '成功'.encode('utf-32'), '', '成功'),
    ('the header says GBK', '成功'.encode('gbk'), 'application/json; charset=GBK', '成功'),
    ('the header says gb2312 and means more', '镕'.encode('gb18030'), 'text/html;charset="gb2312"', '镕'),
    ('the header says Latin-1', 'größe'.encode('latin-1'), 'text/plain; charset=ISO-8859-1', 'größe'),
    ('the header says what the bytes are not', '成功'.encode('utf-8'), 'text/plain; charset=utf-16', '성'),
    ('the header says ASCII', '成功'.encode('utf-8'), 'text/plain; charset=us-ascii', '成功'),
    ('the header says nonsense', '成功'.encode('utf-8'), 'text/plain; charset=nonsense', '成功'),
    ('the header says what is no character set', b'ok', 'text/plain; charset=zlib', 'ok'),
    ('the header says what takes for ever', b'ok-' + b'a' * 60000, 'x/y; charset=punycode', 'ok-' + 'a' * 60000),
    ('the header is odd', b'ok', 'charset=;;=\x01', 'ok'),
    ('the bytes are no text', b'a\xffb', '', 'a�b'),
    ('half a character at the end', '成'.encode('utf-8')[:2], '', '�'),
]


@pytest.mark.parametrize('sentence, data, header, text', TEXTS, ids=[row[0] for row in TEXTS])
def test_an_answer_is_read_as_its_bytes_and_headers_say(sentence, data, header, text):
    got = reply_to(200, data, *(['Content-Type: ' + header] if header else [])).text
    if text == '성':  # nobody can know; it is read, and nothing is raised
        assert got and got != '成功'
    else:
        assert got == text


#: (the bytes, the header, the value; None: no JSON)
VALUES = [
    ('{"a": "成功"}'.encode('utf-8'), '', {'a': '成功'}),
    ('{"a": "成功"}'.encode('gbk'), 'application/json; charset=gbk', {'a': '成功'}),
    ('{"a": 1}'.encode('utf-16'), '', {'a': 1}),
    (codecs.BOM_UTF8 + b'[1]', '', [1]),
    (b'"ok"', '', 'ok'),
    (b'ok', '', None),
    (b'', '', None),
    (b'{"a": "\xff"}', '', None),
    (b'[' * 60000, '', None),
    (b'9' * 10000, 'text/plain', None),
]


@pytest.mark.parametrize('data, header, value', VALUES, ids=range(len(VALUES)))
def test_json_is_read_in_any_charset_and_never_guessed(data, header, value):
    reply = reply_to(200, data, *(['Content-Type: ' + header] if header else []))
    assert reply.json() == value or data.startswith(b'99')  # older Pythons read any number


def test_post_reads_a_services_own_charset():
    with Peer(answer(200, '{"errmsg": "成功"}'.encode('gbk'), 'Content-Type: application/json; charset=gbk')) as peer:
        assert Http(total=3).post(peer.url, {}) == {'errmsg': '成功'}


# How long to wait.

#: (Retry-After, Date, seconds)
WAITS = [
    ('7', '', 7.0),
    ('0', '', 0.0),
    ('Fri, 27 Nov 2026 20:00:30 GMT', 'Fri, 27 Nov 2026 20:00:00 GMT', 30.0),
    ('Fri, 27 Nov 2026 19:00:00 GMT', 'Fri, 27 Nov 2026 20:00:00 GMT', 0.0),
    ('Fri, 27 Nov 2036 20:00:00 GMT', 'Fri, 27 Nov 2026 20:00:00 GMT', MAX_PAUSE),
    ('Fri, 27 Nov 2026 20:00:30 GMT', '', None),
    ('Fri, 27 Nov 2026 20:00:30 GMT', 'yesterday', None),
    ('soon', 'Fri, 27 Nov 2026 20:00:00 GMT', None),
    ('9' * 20, '', MAX_PAUSE),
    ('9' * 5000, '', None),
    ('-5', '', None),
    ('1e9', '', None),
    ('٣', '', None),
    ('', '', None),
]


@pytest.mark.parametrize('asked_for, date, seconds', WAITS)
def test_a_pause_is_asked_for_in_seconds_or_until_a_date_of_the_same_clock(asked_for, date, seconds):
    assert Reply(429, {'retry-after': asked_for, 'date': date}, '', b'').retry_after == seconds


def test_a_pause_until_a_date_reaches_the_error():
    now, until = 'Date: Fri, 27 Nov 2026 20:00:00 GMT', 'Retry-After: Fri, 27 Nov 2026 20:01:00 GMT'
    for status in (429, 503):
        with pytest.raises(SendError) as caught:
            reply_to(status, '', now, until)
        assert caught.value.retry_after == 60.0


# Whom a request may reach.


def guarded(url, guard, proxy='', total=3):
    return Http(proxy, total=total).request('POST', url, {}, guard=guard)


def names(monkeypatch, *addresses):
    """Every name has these addresses; the list of the names that were asked for."""
    seen = []

    def resolve(host, port, *args):
        seen.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, '', (address, port)) for address in addresses]

    monkeypatch.setattr('scan_notify_plugin.notifiers.addresses.socket.getaddrinfo', resolve)
    return seen


def test_a_name_is_resolved_once_and_only_what_was_judged_is_connected_to(monkeypatch):
    with Peer(answer(200, 'ok')) as peer:
        seen = names(monkeypatch, '127.0.0.9', '127.0.0.1')
        judged = []

        def guard(address):
            judged.append(address)
            return address == '127.0.0.1'

        assert guarded('http://hook.example:{}/'.format(peer.port), guard).text == 'ok'
    assert (seen, judged) == (['hook.example'], ['127.0.0.9', '127.0.0.1'])
    assert b'\r\nHost: hook.example' in peer.requests[0]


def test_a_name_without_an_allowed_address_gets_nothing(monkeypatch):
    with Peer() as peer:
        names(monkeypatch, '127.0.0.1', '127.0.0.1')
        with pytest.raises(SendError) as caught:
            guarded('http://hook.example:{}/'.format(peer.port), lambda address: False)
    assert (caught.value.reason, caught.value.fault.code) == (Reason.CONFIG, 'address.private')
    assert caught.value.fault.facts == {'host': 'hook.example', 'address': '127.0.0.1'}
    assert peer.requests == []


def test_without_a_guard_nothing_is_judged(monkeypatch):
    with Peer(answer(200, 'ok')) as peer:
        names(monkeypatch, '127.0.0.1')
        assert guarded('http://hook.example:{}/'.format(peer.port), None).text == 'ok'


def test_a_proxy_is_not_judged_but_the_name_behind_it_is(monkeypatch):
    with Peer(answer(200, 'ok')) as proxy:
        judged = []
        assert guarded('http://192.0.2.7/x', lambda address: judged.append(address) or True, proxy.url).text == 'ok'
        assert judged == ['192.0.2.7']
        for refused in ('http://10.0.0.1/', 'https://[::1]:444/', 'http://0x7f.1/'):
            with pytest.raises(SendError) as caught:
                guarded(refused, lambda address: False, proxy.url)
            assert caught.value.fault.code == 'address.private'
    assert len(proxy.requests) == 1


def test_behind_a_proxy_one_address_that_is_not_allowed_is_enough(monkeypatch):
    with Peer(answer(200, 'ok')) as proxy:
        real = socket.getaddrinfo

        def resolve(host, port, *args):
            if host != 'hook.example':
                return real(host, port, *args)
            return [(2, 1, 6, '', (address, port)) for address in ('192.0.2.7', '10.0.0.1')]

        monkeypatch.setattr('scan_notify_plugin.notifiers.addresses.socket.getaddrinfo', resolve)
        with pytest.raises(SendError) as caught:
            guarded('http://hook.example/', lambda address: address != '10.0.0.1', proxy.url)
    assert caught.value.fault.facts['address'] == '10.0.0.1'
    assert proxy.requests == []


def test_a_name_that_only_the_proxy_knows_is_the_proxys(monkeypatch):
    with Peer(answer(200, 'ok')) as proxy:
        assert guarded('http://hook.invalid/', lambda address: False, proxy.url).text == 'ok'


def test_an_address_that_is_away_is_away_and_not_forbidden():
    with pytest.raises(SendError) as caught:
        guarded('http://127.0.0.1:{}/'.format(closed_port()), lambda address: True)
    assert caught.value.reason is Reason.UNREACHABLE

"""One bounded request: what each way of failing means, and that no error holds a credential."""

import contextlib
import email
import json
import logging
import socket
import struct
import threading

import pytest

from scan_notify_plugin.errors import Reason, SendError
from scan_notify_plugin.notifiers import http
from scan_notify_plugin.notifiers.base import Attachment
from scan_notify_plugin.notifiers.http import Http, encode
from scan_notify_plugin.secret import Secret

TOKEN, BODY_WORD = '5f2cHiddenToken/+=', 'BodyWord'


class Peer:
    """A server on loopback that reads one request and then does what ``play(connection)`` says."""

    def __init__(self, play=None, read=True, tls=None):
        self.requests = []
        self._play = play or answer(200, '{}')
        self._read = read
        self._tls = tls
        self._listener = socket.socket()
        self._listener.bind(('127.0.0.1', 0))
        self._listener.listen(8)
        self.port = self._listener.getsockname()[1]
        self.url = 'http://127.0.0.1:{}'.format(self.port)
        self.over = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *exc_info):
        self.over.set()
        self._listener.shutdown(socket.SHUT_RDWR)  # wakes accept()
        self._listener.close()
        self._thread.join(2)

    def _serve(self):
        while not self.over.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            connection.settimeout(5)
            with contextlib.ExitStack() as stack:
                stack.enter_context(connection)
                try:
                    if self._tls is not None:
                        connection = stack.enter_context(self._tls.wrap_socket(connection, server_side=True))
                    if self._read:
                        self.requests.append(read_request(connection))
                    self._play(connection, self.over)
                except OSError:
                    pass


def read_request(connection):
    data = b''
    while b'\r\n\r\n' not in data:
        piece = connection.recv(65536)
        if not piece:
            return data
        data += piece
    head, _, body = data.partition(b'\r\n\r\n')
    length = [line for line in head.split(b'\r\n') if line.lower().startswith(b'content-length:')]
    while length and len(body) < int(length[0].split(b':')[1]):
        body += connection.recv(65536)
    return head + b'\r\n\r\n' + body


def answer(status, body, *headers):
    """Answers so, and closes."""
    body = body if isinstance(body, bytes) else body.encode('utf-8')
    head = 'HTTP/1.1 {} Word\r\nContent-Length: {}\r\n'.format(status, len(body))

    def play(connection, over):
        connection.sendall((head + ''.join(line + '\r\n' for line in headers) + '\r\n').encode('ascii') + body)

    return play


def cut(connection, over):
    """Closes without an answer."""


def reset(connection, over):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))


def cut_in_the_answer(connection, over):
    connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"errcode":0')


def cut_in_a_chunk(connection, over):
    connection.sendall(b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n50\r\n{"errcode":0')


def speaks_otherwise(connection, over):
    connection.sendall(b'SSH-2.0-OpenSSH_8.4\r\n' * 3)


def silence(connection, over):
    over.wait(60)


def drips(connection, over):
    connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n')
    while not over.wait(0.05):
        connection.sendall(b' ')


def drips_headers(connection, over):
    connection.sendall(b'HTTP/1.1 200 OK\r\nX: ')
    while not over.wait(0.05):
        connection.sendall(b'x')


def post(url, client=None, **more):
    client = client or Http(secrets=[Secret(TOKEN)], total=3)
    return client.post(url + '/robot/send', {'text': BODY_WORD}, {'access_token': TOKEN, 'sign': 'x+/='}, **more)


def fails(url, client=None):
    """The SendError, after a look at what it tells."""
    with pytest.raises(SendError) as caught:
        post(url, client)
    error = caught.value
    for told in (str(error), repr(error), error.words):
        assert '5f2c' not in told and BODY_WORD not in told
        assert '\n' not in told
    assert len(error.words) <= 300
    return error


def closed_port():
    with socket.socket() as listener:
        listener.bind(('127.0.0.1', 0))
        return listener.getsockname()[1]


def test_the_answers_json_object_comes_back():
    with Peer(answer(200, '{"errcode": 0, "errmsg": "成功"}')) as peer:
        assert post(peer.url) == {'errcode': 0, 'errmsg': '成功'}


def test_an_answer_of_several_pieces_comes_back_whole():
    words = 'x' * 60000
    with Peer(answer(200, json.dumps({'errmsg': words}))) as peer:
        assert post(peer.url) == {'errmsg': words}


def test_the_request_is_one_post_of_compact_utf8_json_with_parameters_quoted_once():
    with Peer() as peer:
        Http().post(peer.url + '/send', {'text': '成功 "x"'}, {'sign': 'a+/=', 'q': '1 2'}, {'X-Extra': 'yes'})
    head, _, body = peer.requests[0].partition(b'\r\n\r\n')
    assert head.startswith(b'POST /send?sign=a%2B%2F%3D&q=1+2 HTTP/1.1\r\n')
    assert body == '{"text":"成功 \\"x\\""}'.encode('utf-8')
    lines = head.decode('ascii').lower().split('\r\n')
    assert 'content-type: application/json; charset=utf-8' in lines
    assert 'content-length: {}'.format(len(body)) in lines
    assert 'x-extra: yes' in lines
    assert 'accept: application/json' in lines  # DingTalk's gateway answers in XML otherwise
    assert len(peer.requests) == 1


def test_the_bytes_that_are_measured_are_those_that_are_sent():
    body = {'text': '目标' * 5000, 'n': 1}
    with Peer() as peer:
        Http().post(peer.url, body)
    assert peer.requests[0].partition(b'\r\n\r\n')[2] == encode(body)


#: (sentence, what the server does, the reason, the code)
FAILURES = [
    ('it closes without an answer', cut, Reason.UNKNOWN, None),
    ('it resets the connection', reset, Reason.UNKNOWN, None),
    ('it is cut off in its answer', cut_in_the_answer, Reason.UNKNOWN, 200),  # not noticed by every urllib3
    ('it is cut off in a chunk', cut_in_a_chunk, Reason.UNKNOWN, None),
    ('it speaks something else', speaks_otherwise, Reason.UNKNOWN, None),
    ('500', answer(500, 'oops'), Reason.UNKNOWN, 500),
    ('502 with a page', answer(502, '<html>Bad Gateway</html>'), Reason.UNKNOWN, 502),
    ('408', answer(408, ''), Reason.BUSY, 408),
    ('425', answer(425, '{"errcode": 0}'), Reason.BUSY, 425),
    ('503 with JSON', answer(503, '{"errcode": 0}'), Reason.BUSY, 503),
    ('429', answer(429, ''), Reason.THROTTLED, 429),
    ('300', answer(300, '{"errcode": 0}'), Reason.CONFIG, 300),
    ('301', answer(301, '', 'Location: http://127.0.0.1:1/'), Reason.CONFIG, 301),
    ('302', answer(302, '{"errcode": 0}', 'Location: /elsewhere'), Reason.CONFIG, 302),
    ('307', answer(307, '', 'Location: /elsewhere'), Reason.CONFIG, 307),
    ('400', answer(400, '{"errcode": 0}'), Reason.CONFIG, 400),
    ('401', answer(401, ''), Reason.CONFIG, 401),
    ('404 with a page', answer(404, '<html>no such page</html>'), Reason.CONFIG, 404),
    ('a page', answer(200, '<html>{"errcode":0}</html>'), Reason.UNKNOWN, 200),
    ('nothing', answer(200, ''), Reason.UNKNOWN, 200),
    ('204', answer(204, ''), Reason.UNKNOWN, 204),
    ('half of a JSON object', answer(200, '{"errcode":0,"errmsg":"ok'), Reason.UNKNOWN, 200),
    ('a JSON list', answer(200, '[{"errcode": 0}]'), Reason.UNKNOWN, 200),
    ('a JSON text', answer(200, '"ok"'), Reason.UNKNOWN, 200),
    ('a JSON null', answer(200, 'null'), Reason.UNKNOWN, 200),
    ('bytes that are no text', answer(200, b'\xff\xfe{"errcode":0}'), Reason.UNKNOWN, 200),
    ('very deep JSON', answer(200, '[' * 60000), Reason.UNKNOWN, 200),
    ('a false encoding', answer(200, 'not gzip', 'Content-Encoding: gzip'), Reason.UNKNOWN, None),
    ('what was sent', answer(400, 'your access_token=' + TOKEN + ' and ' + '5f2c' * 0), Reason.CONFIG, 400),
    ('what was sent, as JSON', answer(200, '["' + TOKEN + '"]'), Reason.UNKNOWN, 200),
    ('a huge number', answer(200, '9' * 10000), Reason.UNKNOWN, 200),
]


@pytest.mark.parametrize('sentence, play, reason, code', FAILURES, ids=[row[0] for row in FAILURES])
def test_what_it_means_if_the_server_answers(sentence, play, reason, code):
    with Peer(play) as peer:
        error = fails(peer.url)
    assert error.reason is reason
    assert error.code in (code, None) if play is cut_in_the_answer else error.code == code
    assert len(peer.requests) == 1  # never sent again from here, and no redirect followed


def test_a_huge_answer_is_not_read_to_its_end():
    sent = []

    def play(connection, over):
        connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n{')
        while not over.is_set():
            sent.append(connection.send(b'x' * 65536))

    with Peer(play) as peer:
        error = fails(peer.url)
    assert error.reason is Reason.UNKNOWN
    assert 'is not a JSON object' in error.words  # and not: no answer within ...
    assert sum(sent) < 50 * 1024 * 1024


def test_an_answer_that_grows_when_it_is_unpacked_is_bounded_too():
    import gzip

    with Peer(answer(200, gzip.compress(b' ' * 50000000), 'Content-Encoding: gzip')) as peer:
        assert fails(peer.url).reason is Reason.UNKNOWN


def packed(times, codec='gzip'):
    """16 MB of blanks, packed once or more often."""
    import zlib

    data = b' ' * (16 << 20)
    for _ in range(times):
        machine = zlib.compressobj(9, zlib.DEFLATED, 31 if codec == 'gzip' else 15)
        data = machine.compress(data) + machine.flush()
    return data


@pytest.mark.parametrize('codings', ['gzip', 'deflate', 'gzip, gzip', 'gzip, gzip, gzip'])
def test_no_answer_takes_more_room_than_what_is_read_of_it(codings):
    import tracemalloc

    body = packed(codings.count(',') + 1, codings.split(',')[0])
    with Peer(answer(200, body, 'Content-Encoding: ' + codings)) as peer:
        tracemalloc.start()
        try:
            reply = Http(total=5).request('POST', peer.url, {})
            most = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert len(reply.data) <= 65537 + 8192
    assert most < 4 << 20


def test_what_is_packed_is_unpacked():
    import gzip
    import zlib

    whole, raw = b'{"ok":true}', zlib.compressobj(9, zlib.DEFLATED, -15)
    for coding, body in (
        ('gzip', gzip.compress(whole[:5]) + gzip.compress(whole[5:])), ('deflate', zlib.compress(whole)),
        ('deflate', raw.compress(whole) + raw.flush()), ('identity', whole), ('', whole),
    ):  # fmt: skip
        with Peer(answer(200, body, 'Content-Encoding: ' + coding)) as peer:
            assert Http(total=5).request('POST', peer.url, {}).json() == {'ok': True}, coding


#: (sentence, whether the server reads, what it does then)
SLOW = [
    ('a server that never answers', silence),
    ('a server whose answer drips', drips),
    ('a server whose headers drip', drips_headers),
]


@pytest.mark.parametrize('sentence, play', SLOW, ids=[row[0] for row in SLOW])
def test_everything_together_has_a_limit(sentence, play):
    with Peer(play) as peer:
        error = fails(peer.url, Http(total=1.5))
    assert (error.reason, error.words) == (Reason.UNKNOWN, 'no answer within 1.5 s')


def test_the_limits_are_the_promised_ones():
    assert (http.CONNECT, http.READ, http.TOTAL, http.MAX_ANSWER) == (5.0, 15.0, 20.0, 65536)


def test_a_read_timeout_is_a_doubt(monkeypatch):
    monkeypatch.setattr(http, 'READ', 0.2)
    with Peer(silence) as peer:
        error = fails(peer.url)
    assert error.reason is Reason.UNKNOWN
    assert 'Read timed out' in error.words


def test_nobody_listening_is_certainly_not_sent():
    error = fails('http://127.0.0.1:{}'.format(closed_port()))
    assert error.reason is Reason.UNREACHABLE
    assert 'refused' in error.words


def test_a_server_that_does_not_speak_tls_is_certainly_not_sent():
    with Peer(read=False, play=answer(200, '{}')) as peer:
        error = fails(peer.url.replace('http:', 'https:'))
    assert error.reason is Reason.UNREACHABLE


@pytest.mark.parametrize(
    'url', ['ftp://127.0.0.1', '127.0.0.1:80', 'http://', 'http://[::1', 'http://a..b', 'nonsense']
)
def test_an_address_that_is_none_is_certainly_not_sent(url):
    assert fails(url).reason is Reason.UNREACHABLE


# Over a proxy.


def proxied(proxy, total=3):
    return Http(proxy, [Secret(TOKEN)], total)


def test_a_proxy_is_used_only_where_it_is_configured(monkeypatch):
    monkeypatch.setenv('HTTP_PROXY', 'http://127.0.0.1:{}'.format(closed_port()))
    monkeypatch.setenv('ALL_PROXY', 'http://127.0.0.1:{}'.format(closed_port()))
    with Peer() as peer:
        assert post(peer.url) == {}
        with Peer(answer(200, '{"by": "proxy"}')) as proxy:
            assert post('http://robot.invalid', proxied(proxy.url)) == {'by': 'proxy'}
    assert proxy.requests[0].startswith(b'POST http://robot.invalid/robot/send?')


def test_the_users_netrc_is_not_used(monkeypatch, tmp_path):
    (tmp_path / 'netrc').write_text('machine 127.0.0.1 login me password 5f2c\n')
    monkeypatch.setenv('NETRC', str(tmp_path / 'netrc'))
    with Peer() as peer:
        post(peer.url)
    assert b'authorization' not in peer.requests[0].lower()


def test_a_proxy_that_is_away_is_certainly_not_sent():
    error = fails('http://robot.invalid', proxied('http://me:5f2c@127.0.0.1:{}'.format(closed_port())))
    assert error.reason is Reason.UNREACHABLE


def test_a_proxy_that_refuses_the_tunnel_is_certainly_not_sent():
    with Peer(answer(407, '')) as proxy:
        error = fails('https://robot.invalid', proxied(proxy.url))
    assert error.reason is Reason.UNREACHABLE
    assert proxy.requests[0].startswith(b'CONNECT robot.invalid:443 ')


@pytest.mark.parametrize('play', [cut, reset, speaks_otherwise], ids=lambda play: play.__name__)
def test_a_proxy_that_is_cut_off_after_it_took_the_request_is_a_doubt(play):
    with Peer(play) as proxy:
        error = fails('http://robot.invalid', proxied(proxy.url))
    assert BODY_WORD.encode() in proxy.requests[0]
    assert error.reason is Reason.UNKNOWN


def test_nothing_is_logged_that_holds_a_credential(caplog):
    caplog.set_level(logging.DEBUG)
    with Peer(answer(200, '{}')) as peer:
        post(peer.url)
    with Peer(cut) as peer:
        fails(peer.url)
    assert '5f2c' not in caplog.text
    assert BODY_WORD not in caplog.text


def test_a_wait_that_the_service_asks_for_is_passed_on():
    for header, seconds in (
        ('Retry-After: 7', 7),
        ('Retry-After: Wed, 21 Oct 2015 07:28:00 GMT', None),
        ('X: y', None),
    ):
        with Peer(answer(429, '', header)) as peer:
            assert fails(peer.url).retry_after == seconds


@pytest.mark.parametrize('asked', ['99999999999999999999', '-5', '1e9', 'soon', ''])
def test_a_wait_beyond_reason_is_bounded_or_ignored(asked):
    with Peer(answer(429, '', 'Retry-After: ' + asked)) as peer:
        error = fails(peer.url)
    assert error.retry_after is None or 0 <= error.retry_after <= 86400


def test_bodies_are_as_small_as_json_can_be():
    assert encode({'a': [1, '成功']}) == '{"a":[1,"成功"]}'.encode('utf-8')
    assert json.loads(encode({'a': '"\\\n'}).decode('utf-8')) == {'a': '"\\\n'}


def attachment(*pieces):
    return Attachment('r-1.xlsx', sum(map(len, pieces)), 'application/zip', lambda: iter(pieces))


def test_an_upload_is_one_multipart_field_with_a_name():
    with Peer(answer(200, '{"media_id": "m"}')) as peer:
        assert Http().upload(peer.url, 'media', attachment(b'PK\x03', b'', b'rest'), {'key': 'k'}) == {'media_id': 'm'}
    head, _, body = peer.requests[0].partition(b'\r\n\r\n')
    whole = email.message_from_bytes(head.partition(b'\r\n')[2] + b'\r\n\r\n' + body)
    (part,) = whole.get_payload()
    assert part.get_filename() == 'r-1.xlsx' and part.get_param('name', header='content-disposition') == 'media'
    assert (part.get_content_type(), part.get_payload(decode=True)) == ('application/zip', b'PK\x03rest')


def test_an_upload_that_is_cut_is_a_doubt_and_one_that_finds_nobody_is_not():
    with Peer(cut) as peer:
        with pytest.raises(SendError) as caught:
            Http(total=3).upload(peer.url, 'media', attachment(b'x' * 100))
    assert caught.value.reason is Reason.UNKNOWN
    with pytest.raises(SendError) as caught:
        Http(total=3).upload('http://127.0.0.1:{}/'.format(closed_port()), 'media', attachment(b'x' * 100))
    assert caught.value.reason is Reason.UNREACHABLE


def test_a_large_upload_arrives_whole():
    sent = [bytes([number]) * 70000 for number in range(5)]
    with Peer(answer(200, '{}')) as peer:
        Http().upload(peer.url, 'media', attachment(*sent))
    assert b''.join(sent) in peer.requests[0]


def test_put_is_a_put():
    with Peer(answer(200, '{}')) as peer:
        Http().put(peer.url, {'a': 1})
    assert peer.requests[0].startswith(b'PUT ') and peer.requests[0].endswith(b'\r\n\r\n{"a":1}')


def test_a_status_that_the_channel_names_is_an_answer_if_it_holds_an_object():
    with Peer(answer(400, '{"code": "send.too.fast"}')) as peer:
        assert Http().post(peer.url, {}, also=(400,)) == {'code': 'send.too.fast'}
    for status, body in ((400, '<html>'), (400, '[1]'), (403, '{"code": "x"}')):
        with Peer(answer(status, body)) as peer:
            with pytest.raises(SendError) as caught:
                Http().post(peer.url, {}, also=(400,))
        assert (caught.value.reason, caught.value.code) == (Reason.CONFIG, status)

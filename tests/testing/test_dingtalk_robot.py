"""The fake DingTalk robot keeps the real one's rules: each at least once, in both directions."""

import json
import socket
import struct
import threading
import time
from collections import Counter
from datetime import datetime, timedelta, timezone
from urllib.parse import quote

import pytest
import requests

from scan_notify_plugin.testing.dingtalk_robot import DingTalkRobotServer, signature
from scan_notify_plugin.testing.robot_server import Mentions
from tests.testing import asked

START = datetime(2023, 11, 14, 22, 13, 20, tzinfo=timezone.utc)  # 1700000000000 ms
MS = 1700000000000
JSON = {'Content-Type': 'application/json; charset=utf-8'}


class Watch:
    """A clock that stands still until it is told to go."""

    def __init__(self):
        self.time = START

    def __call__(self):
        return self.time

    def go(self, **duration):
        self.time += timedelta(**duration)


@pytest.fixture
def watch():
    return Watch()


@pytest.fixture
def server(watch):
    with DingTalkRobotServer(now=watch, hold_seconds=60) as server:
        yield server


@pytest.fixture
def robot(server):
    return server.add_robot()


def text(content='hello', **more):
    return dict(more, msgtype='text', text={'content': content})


def markdown(text='# hello', title='news', **more):
    return dict(more, msgtype='markdown', markdown={'title': title, 'text': text})


def card(**content):
    return {'msgtype': 'actionCard', 'actionCard': dict({'title': 't', 'text': 'x'}, **content)}


def feed(**link):
    row = dict({'title': 'one', 'messageURL': 'https://a', 'picURL': 'https://b'}, **link)
    return {'msgtype': 'feedCard', 'feedCard': {'links': [row, dict(row, title='two')]}}


def link(**content):
    return {'msgtype': 'link', 'link': dict({'title': 't', 'text': 'x'}, **content)}


def post(url, body, headers=JSON, **options):
    data = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode('utf-8')
    options.setdefault('timeout', 5)
    return requests.post(url, data=data, headers=headers, allow_redirects=False, **options)


def errcode(robot, body, query='', headers=JSON):
    answer = post(robot.url + query, body, headers)
    assert answer.status_code == 200
    assert answer.json()['errmsg']
    return answer.json()['errcode']


def outcomes(robot):
    return [(call.outcome, call.answer) for call in robot.calls]


# --- what arrives ---------------------------------------------------------------------------


def test_an_accepted_message_can_be_read(robot, watch):
    body = markdown('完成 @180', '扫描', at={'atMobiles': ['180'], 'isAtAll': True}, msgUuid='k')
    answer = post(robot.url, body)
    assert answer.json() == {'errcode': 0, 'errmsg': 'ok'}
    (message,) = robot.messages
    assert message == (
        'robot-1',
        'markdown',
        '扫描',
        '完成 @180',
        Mentions(('180',), (), True),
        'k',
        len(json.dumps(body, ensure_ascii=False).encode('utf-8')),
        watch.time,
        body,
    )
    assert message.received_at.tzinfo is timezone.utc
    assert outcomes(robot) == [('accepted', 0)]
    assert json.loads(robot.calls[0].body.decode('utf-8')) == body


def test_nothing_readable_shows_the_token(server):
    robot = server.add_robot(alias='ops', token='tokentoken', secret='SECsecret')
    post(server.base_url + '/robot/send?access_token=tokentokenx', text())
    errcode(robot, text())
    shown = repr([robot, robot.messages, robot.calls, server, server.strays])
    assert 'tokentoken' not in shown and 'SECsecret' not in shown


def test_robots_on_one_server_are_apart(server):
    first, second = server.add_robot(), server.add_robot(alias='ops')
    assert errcode(second, text('for ops', msgUuid='k')) == 0
    assert errcode(first, text('for one', msgUuid='k')) == 0
    assert [m.robot for m in first.messages + second.messages] == ['robot-1', 'ops']
    assert first.token != second.token
    with pytest.raises(ValueError, match='token'):
        server.add_robot(token=first.token)


def test_the_clock_is_the_real_one_by_default():
    with DingTalkRobotServer() as server:
        robot = server.add_robot(secret='SECx')
        now = str(int(time.time() * 1000))
        signed = '&timestamp={}&sign={}'.format(now, quote(signature('SECx', now), safe=''))
        assert errcode(robot, text(), signed) == 0
        age = datetime.now(timezone.utc) - robot.messages[0].received_at
        assert timedelta(0) <= age < timedelta(seconds=5)


# --- address and robot ----------------------------------------------------------------------


@pytest.mark.parametrize('query, code', [('', 40035), ('?access_token=', 40035), ('?access_token=unknown', 400101)])
def test_a_token_that_is_no_robots_is_refused(server, robot, query, code):
    answer = post(server.base_url + '/robot/send' + query, text())
    assert (answer.status_code, answer.json()['errcode']) == (200, code)
    assert robot.calls == [] and [s.answer for s in server.strays] == [code]


def test_other_paths_and_methods_are_refused(server, robot):
    elsewhere = robot.url.replace('/robot/send', '/robot/sendx')
    assert post(elsewhere, text()).status_code == 404
    assert requests.get(robot.url, timeout=5).status_code == 405
    assert robot.calls == [] and [stray.answer for stray in server.strays] == [404, 405]


@pytest.mark.parametrize('flag, code', [('disabled', 400102), ('dissolved', 400013)])
def test_a_robot_out_of_service_refuses_until_it_is_back(robot, flag, code):
    setattr(robot, flag, True)
    assert errcode(robot, text()) == code
    setattr(robot, flag, False)
    assert errcode(robot, text()) == 0
    assert outcomes(robot) == [('refused', code), ('accepted', 0)]


# --- the body -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    'content_type, code',
    [
        ('application/json', 0),
        ('Application/JSON;charset=utf-8', 0),
        ('text/plain', 43004),
        ('application/jsonp', 43004),
        ('application/x-www-form-urlencoded', 43004),
        (None, 43004),
    ],
)
def test_the_content_type_must_be_json(robot, content_type, code):
    assert errcode(robot, text(), headers={'Content-Type': content_type}) == code


@pytest.mark.parametrize('body', [b'', b'{', b'[]', b'"text"', b'null', b'\xff', '你'.encode('gbk'), b'[' * 19999])
def test_a_body_that_is_no_json_object_is_refused(robot, body):
    assert errcode(robot, body) == 40035
    assert robot.messages == []


def test_the_size_limit_counts_bytes(robot):
    frame = len(json.dumps(text('')).encode())
    fits = text('扫' * ((20000 - frame) // 3) + 'x' * ((20000 - frame) % 3))
    assert errcode(robot, fits) == 0
    assert robot.messages[0].size == 20000
    assert errcode(robot, text(fits['text']['content'] + 'x')) == 460101
    # Escaped, the same text is twice as long.
    assert errcode(robot, json.dumps(fits).encode()) == 460101
    assert len(robot.messages) == 1


@pytest.mark.parametrize(
    'body, title, shown',
    [
        (text('a'), '', 'a'),
        (link(messageUrl='https://a'), 't', 'x'),
        (markdown('b', 'a'), 'a', 'b'),
        (card(singleTitle='Read', singleURL='https://a'), 't', 'x'),
        (card(btns=[{'title': 'Read', 'actionURL': 'https://a'}]), 't', 'x'),
        (card(singleTitle='Read', singleURL='https://a', btns=[]), 't', 'x'),
        (feed(), '', 'one\ntwo'),
        # ARL itself sends both; the type decides.
        (dict(markdown('b', 'a'), text={'content': ''}), 'a', 'b'),
        (text('a', msgUuid=None, at=None), '', 'a'),
        (text('a', at={'atMobiles': None, 'atUserIds': []}), '', 'a'),
    ],
)
def test_the_documented_forms_are_accepted(robot, body, title, shown):
    assert errcode(robot, body) == 0
    (message,) = robot.messages
    assert (message.msgtype, message.title, message.text) == (body['msgtype'], title, shown)


@pytest.mark.parametrize(
    'body, code',
    [
        ({}, 40035),
        ({'text': {'content': 'a'}}, 40035),
        ({'msgtype': ['text'], 'text': {'content': 'a'}}, 40035),
        ({'msgtype': 'text'}, 40035),
        ({'msgtype': 'text', 'text': 'a'}, 40035),
        (text(''), 40035),
        (text(7), 40035),
        (text(msgUuid=7), 40035),
        (text(at=['180']), 40035),
        (text(at={'atMobiles': '180'}), 40035),
        (text(at={'atMobiles': [180]}), 40035),
        (text(at={'isAtAll': 'false'}), 40035),
        (markdown('', 'a'), 40035),
        (markdown('b', ''), 40035),
        (link(), 40035),
        (link(messageURL='https://a'), 40035),
        (card(), 40035),
        (card(singleTitle='Read'), 40035),
        (card(singleTitle='Read', singleUrl='https://a'), 40035),
        (card(btns=[]), 40035),
        (card(btns={'title': 'Read', 'actionURL': 'https://a'}), 40035),
        (card(btns=[{'title': 'Read', 'actionUrl': 'https://a'}]), 40035),
        (feed(messageURL=None), 40035),
        (feed(picURL=''), 40035),
        ({'msgtype': 'feedCard', 'feedCard': {}}, 40035),
        ({'msgtype': 'image', 'image': {'picURL': 'https://a'}}, 400105),
        ({'msgtype': 'file', 'file': {'mediaId': 'm'}}, 400105),
        ({'msgtype': 'actioncard', 'actioncard': {}}, 400105),
    ],
)
def test_other_forms_are_refused(robot, body, code):
    assert errcode(robot, body) == code
    assert robot.messages == [] and outcomes(robot) == [('refused', code)]


# --- mentions -------------------------------------------------------------------------------

AT = {'atMobiles': ['180', '190'], 'atUserIds': ['ann', 'u.b-1'], 'isAtAll': True}


@pytest.mark.parametrize(
    'body, mentioned',
    [
        (text('@180 @ann', at=AT), (('180',), ('ann',), True)),
        (text('你好@190，@u.b-1你好', at=AT), (('190',), ('u.b-1',), True)),
        (text('180 ann', at=AT), ((), (), True)),
        (text('@1801 @anna', at=AT), ((), (), True)),
        (text('@1801 @180', at=AT), (('180',), (), True)),
        (text('@180 @ann'), ((), (), False)),
        (text('@u8b-1', at=dict(AT, isAtAll=False)), ((), (), False)),
        (markdown('@180 **@ann**', at=AT), (('180',), ('ann',), True)),
        (markdown('nobody', '@180', at=AT), ((), (), True)),
        (dict(card(text='@180 @ann', singleTitle='a', singleURL='b'), at=AT), ((), ('ann',), False)),
        (dict(link(text='@180 @ann', messageUrl='a'), at=AT), ((), (), False)),
        (dict(feed(title='@180 @ann'), at=AT), ((), (), False)),
    ],
)
def test_only_who_is_listed_and_named_is_mentioned(robot, body, mentioned):
    assert errcode(robot, body) == 0
    assert robot.messages[0].at == mentioned


@pytest.mark.parametrize('mobiles, user_ids, code', [(25, 25, 0), (51, 0, 40035), (25, 26, 40035)])
def test_at_most_fifty_can_be_mentioned(robot, mobiles, user_ids, code):
    at = {'atMobiles': ['1%02d' % n for n in range(mobiles)], 'atUserIds': ['u%d' % n for n in range(user_ids)]}
    assert errcode(robot, text(at=at)) == code


# --- security settings ----------------------------------------------------------------------


def signed(secret='SECtest', timestamp=MS, twice=False):
    sign = quote(signature(secret, str(timestamp)), safe='')
    return '&timestamp={}&sign={}'.format(timestamp, quote(sign, safe='') if twice else sign)


def test_the_sign_is_the_published_algorithm(server):
    vector = 'aZLLrriXgn05YbwaGR7knYsLeJADjr9NwLaNNKpxh4g='
    assert signature('SECtest', '1700000000000') == vector
    robot = server.add_robot(secret='SECtest')
    query = '&timestamp=1700000000000&sign=aZLLrriXgn05YbwaGR7knYsLeJADjr9NwLaNNKpxh4g%3D'
    assert errcode(robot, text(), query) == 0
    # requests quotes params itself, so it must be given the bare base64.
    params = {'timestamp': MS, 'sign': vector}
    assert post(robot.url, text(), params=params).json()['errcode'] == 0
    params['sign'] = quote(vector, safe='')
    assert post(robot.url, text(), params=params).json()['errcode'] == 310000


HOUR = 3600 * 1000


@pytest.mark.parametrize(
    'query',
    [
        '',
        '&sign=' + quote(signature('SECtest', str(MS)), safe=''),
        '&timestamp={}'.format(MS),
        signed('SECother'),
        signed(timestamp=MS, twice=True),
        signed(timestamp=MS // 1000),
        signed(timestamp=MS - HOUR - 1),
        signed(timestamp=MS + HOUR + 1),
        signed(timestamp='{}.0'.format(MS)),
        signed(timestamp='-{}'.format(MS)),
        signed().replace(str(MS), str(MS + 1)),
        signed() + '\u00e9',
        signed('SECother') + signed(),  # of a repeated name the first counts
        '&sign=' + signed(),
    ],
)
def test_a_bad_sign_or_timestamp_is_refused(server, query):
    robot = server.add_robot(secret='SECtest')
    assert errcode(robot, text(), query) == 310000
    assert robot.messages == []


@pytest.mark.parametrize('timestamp', [MS, MS - HOUR, MS + HOUR])
def test_a_timestamp_within_the_hour_is_good(server, timestamp):
    robot = server.add_robot(secret='SECtest')
    assert errcode(robot, text(), signed(timestamp=timestamp)) == 0


def test_a_sign_with_a_plus_must_be_quoted(server):
    robot = server.add_robot(secret='SECtest')
    plus = next(ms for ms in range(MS, MS + 999) if '+' in signature('SECtest', str(ms)))
    bare = '&timestamp={}&sign={}'.format(plus, signature('SECtest', str(plus)))
    assert errcode(robot, text(), bare) == 310000
    assert errcode(robot, text(), signed(timestamp=plus)) == 0


def test_sign_in_the_body_is_no_sign(server):
    robot = server.add_robot(secret='SECtest')
    assert errcode(robot, text(timestamp=MS, sign=signature('SECtest', str(MS)))) == 310000


def test_a_robot_without_secret_ignores_the_sign(robot):
    assert errcode(robot, text(), '&timestamp=1&sign=x') == 0


@pytest.mark.parametrize(
    'body, code',
    [
        (text('ARL scan finished'), 0),
        (text('a 扫描 b'), 0),
        (text('finished'), 310000),
        (text('arl'), 310000),
        (markdown('ARL', 'news'), 0),
        (markdown('text', 'ARL'), 0),
        (markdown('text', 'news'), 310000),
        (card(text='ARL', singleTitle='a', singleURL='b'), 0),
        (card(singleTitle='a', singleURL='https://ARL'), 310000),
        (link(title='ARL', messageUrl='a'), 0),
        (feed(title='ARL'), 0),
        (feed(picURL='ARL'), 310000),
    ],
)
def test_one_keyword_must_be_in_what_is_shown(server, body, code):
    robot = server.add_robot(keywords=('ARL', '扫描'))
    assert errcode(robot, body) == code


@pytest.mark.parametrize('keywords', ['ARL', ['k'] * 11])
def test_keywords_are_a_list_of_at_most_ten(server, keywords):
    with pytest.raises(ValueError, match='at most 10'):
        server.add_robot(keywords=keywords)


def test_forbidden_words_are_refused(robot):
    robot.forbid('badword')
    assert errcode(robot, text('a badword here', msgUuid='k')) == 430104
    assert errcode(robot, markdown('fine', 'badword')) == 430104
    assert errcode(robot, text('[withheld]', msgUuid='k')) == 0
    assert [m.text for m in robot.messages] == ['[withheld]']


# --- pace -----------------------------------------------------------------------------------


def test_more_than_twenty_a_minute_throttles_for_ten_minutes(robot, server, watch):
    assert [errcode(robot, text(str(n))) for n in range(20)] == [0] * 20
    watch.go(seconds=59)
    answer = post(robot.url, text()).json()
    assert (answer['errcode'], answer['status'], answer['wait']) == (130101, 1111, 5)
    assert errcode(robot, text()) == 410100
    assert errcode(server.add_robot(), text()) == 0
    watch.go(minutes=9, seconds=59)
    assert errcode(robot, text()) == 410100
    watch.go(seconds=1)
    assert [errcode(robot, text(str(n))) for n in range(20)] == [0] * 20
    assert errcode(robot, text()) == 130101
    assert len(robot.messages) == 40
    assert Counter(outcomes(robot)) == {('accepted', 0): 40, ('refused', 130101): 2, ('refused', 410100): 2}


def test_the_minute_slides(robot, watch):
    for n in range(40):
        assert errcode(robot, text(str(n))) == 0
        watch.go(seconds=3)
    watch.go(seconds=-1)
    assert errcode(robot, text()) == 130101


def test_refused_and_dropped_attempts_count_but_lost_ones_do_not(robot):
    robot.misbehave('http_502', times=5)
    for _ in range(5):
        assert post(robot.url, text()).status_code == 502
    assert [errcode(robot, text('')) for _ in range(9)] == [40035] * 9
    robot.misbehave(-1)
    assert [errcode(robot, text(msgUuid='k')) for _ in range(11)] == [-1] + [0] * 10
    assert errcode(robot, text()) == 130101
    assert len(robot.messages) == 1


# --- msgUuid --------------------------------------------------------------------------------


def test_a_repeated_key_is_answered_ok_and_dropped(robot, watch):
    assert errcode(robot, text('one', msgUuid='k')) == 0
    watch.go(minutes=14, seconds=59)
    assert errcode(robot, text('two', msgUuid='k')) == 0
    assert errcode(robot, text('three', msgUuid='other')) == 0
    assert [m.text for m in robot.messages] == ['one', 'three']
    watch.go(seconds=1)
    assert errcode(robot, text('four', msgUuid='k')) == 0
    assert errcode(robot, text('five', msgUuid='k')) == 0
    assert [m.text for m in robot.messages] == ['one', 'three', 'four']
    assert [outcome for outcome, _ in outcomes(robot)] == ['accepted', 'duplicate', 'accepted', 'accepted', 'duplicate']


def test_the_memory_can_be_set(server, watch):
    robot = server.add_robot(memory=timedelta(seconds=10))
    assert errcode(robot, text(msgUuid='k')) == 0
    watch.go(seconds=10)
    assert errcode(robot, text(msgUuid='k')) == 0
    assert len(robot.messages) == 2


def test_without_a_key_a_repeat_is_shown_again(robot):
    for body in (text(), text(), text(msgUuid=''), text(msgUuid='')):
        assert errcode(robot, body) == 0
    assert len(robot.messages) == 4


def test_the_key_of_a_refused_message_is_not_remembered(robot):
    assert errcode(robot, text('', msgUuid='k')) == 40035
    assert errcode(robot, text('a', msgUuid='k')) == 0
    assert len(robot.messages) == 1


# --- scripted misbehaviour ------------------------------------------------------------------


@pytest.mark.parametrize('how, error', [('timeout', requests.ReadTimeout), ('cut', requests.ConnectionError)])
@pytest.mark.parametrize('when, arrived', [('_before', False), ('_after', True), ('', False)])
def test_no_answer_before_or_after_acceptance(robot, how, when, arrived, error):
    robot.misbehave(how + when)
    with pytest.raises(error):
        post(robot.url, text(msgUuid='k'), timeout=0.5 if how == 'timeout' else 30)
    asked(robot)
    assert len(robot.messages) == arrived
    assert outcomes(robot) == [('accepted' if arrived else 'lost', how + when)]
    assert errcode(robot, text(msgUuid='k')) == 0
    assert len(robot.messages) == 1
    assert robot.calls[1].outcome == ('duplicate' if arrived else 'accepted')
    assert robot.calls[0].body == robot.calls[1].body


@pytest.mark.parametrize(
    'how, status, start',
    [
        ('http_502', 502, b'<html>'),
        ('http_429', 429, b''),
        ('html', 200, b'<html>'),
        ('empty', 200, b''),
        ('not_json', 200, b'{"errcode":0'),
        ('redirect', 302, b''),
    ],
)
@pytest.mark.parametrize('when, arrived', [('', False), ('_before', False), ('_after', True)])
def test_answers_that_say_nothing(robot, how, status, start, when, arrived):
    robot.misbehave(how + when)
    answer = post(robot.url, text())
    assert answer.status_code == status and answer.content.startswith(start)
    with pytest.raises(ValueError):
        answer.json()
    assert len(robot.messages) == arrived
    assert errcode(robot, text()) == 0


def test_a_followed_redirect_shows(server, robot):
    robot.misbehave('redirect')
    assert requests.post(robot.url, json=text(), timeout=5).status_code == 404
    assert [stray.answer for stray in server.strays] == [404]
    assert robot.messages == []


@pytest.mark.parametrize('code', [-1, 430101, 310000, 130101, 300001])
def test_scripted_error_codes(robot, code):
    robot.misbehave(code, times=2)
    assert [errcode(robot, text(msgUuid='k')) for _ in range(3)] == [code, code, 0]
    assert outcomes(robot) == [('refused', code)] * 2 + [('accepted', 0)]
    assert len(robot.messages) == 1


def test_the_script_is_a_queue_that_can_be_cleared(robot):
    robot.misbehave(-1)
    robot.misbehave(0)
    robot.misbehave('empty_after', times=2)
    robot.misbehave(400102, times=1000)
    assert errcode(robot, text()) == -1
    assert errcode(robot, text()) == 0
    assert [post(robot.url, text()).content for _ in range(2)] == [b'', b'']
    assert errcode(robot, text()) == 400102
    robot.behave()
    assert errcode(robot, text()) == 0
    assert len(robot.messages) == 4


def test_a_refused_message_stays_refused_behind_a_bad_answer(robot):
    robot.misbehave('http_502_after')
    assert post(robot.url, text('')).status_code == 502
    assert outcomes(robot) == [('refused', 'http_502_after')]


@pytest.mark.parametrize('how', ['explode', 'timeout_during', 'http_599', '_after', ''])
def test_an_unknown_misbehaviour_is_a_teaching_error(robot, how):
    with pytest.raises(ValueError, match='expected an error code or one of cut, empty'):
        robot.misbehave(how)


# --- waiting, and the server ----------------------------------------------------------------


def test_wait_for_returns_when_the_message_comes(robot):
    sender = threading.Timer(0.1, post, args=(robot.url, text('late')))
    sender.start()
    try:
        assert [m.text for m in robot.wait_for(1, timeout=60)] == ['late']
    finally:
        sender.join()


def test_wait_for_is_bounded_and_says_what_came(robot):
    assert robot.wait_for(0, timeout=0) == []
    errcode(robot, text(''))
    with pytest.raises(TimeoutError, match='0 of 1 messages at robot-1 .*refused 40035'):
        robot.wait_for(1, timeout=0.05)


def test_a_timeout_holds_for_the_bounded_time():
    with DingTalkRobotServer(hold_seconds=0.5) as server:
        robot = server.add_robot()
        robot.misbehave('timeout')
        started = time.monotonic()
        with pytest.raises(requests.ConnectionError):  # and no ReadTimeout
            post(robot.url, text(), timeout=60)
    assert time.monotonic() - started > 0.25


def test_closing_wakes_a_held_connection_and_leaves_nothing(capfd):
    before = set(threading.enumerate())
    errors = []

    def send():
        try:
            post(robot.url, text(), timeout=100)
        except requests.ConnectionError as error:
            errors.append(error)

    with DingTalkRobotServer(hold_seconds=600) as server:
        robot = server.add_robot()
        robot.misbehave('timeout_after')
        sender = threading.Thread(target=send)
        sender.start()
        robot.wait_for(1)
        idle = requests.Session()
        assert idle.post(robot.url, json=text(), timeout=5).json()['errcode'] == 0
    sender.join(60)
    idle.close()
    assert len(errors) == 1
    assert set(threading.enumerate()) == before
    server.close()
    with pytest.raises(requests.ConnectionError):
        post(robot.url, text())
    assert capfd.readouterr() == ('', '')


def test_connections_are_kept_alive(server, robot):
    with requests.Session() as session:
        threads = []
        for _ in range(3):
            session.post(robot.url, json=text(), timeout=5)
            threads.extend(server._listener.connections)
        assert len(set(threads)) == 1


def test_many_senders_at_once(server):
    robots = [server.add_robot() for _ in range(8)]
    senders = [
        threading.Thread(target=errcode, args=(robot, text(msgUuid=str(n % 10)))) for robot in robots for n in range(20)
    ]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    for robot in robots:
        assert Counter(outcomes(robot)) == {('accepted', 0): 10, ('duplicate', 0): 10}


def raw(server, request):
    host, port = server.base_url[len('http://') :].split(':')
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        return b''.join(iter(lambda: connection.recv(4096), b''))


@pytest.mark.parametrize(
    'headers, status',
    [
        (b'Transfer-Encoding: chunked', b'411'),
        (b'Content-Length: many', b'411'),
        (b'Content-Length: 99999999999', b'413'),
        (b'Content-Length: 7', None),
    ],
)
def test_a_body_that_cannot_be_read_is_never_a_message(server, robot, headers, status, capfd):
    head = 'POST /robot/send?access_token={} HTTP/1.1\r\n'.format(robot.token).encode()
    answer = raw(server, head + headers + b'\r\n\r\n')
    assert answer.split()[1:2] == ([status] if status else [])
    assert robot.calls == []
    assert capfd.readouterr() == ('', '')


def test_a_client_that_went_away_is_no_noise_but_a_fault_is(server, robot, capfd, monkeypatch):
    host, port = server.base_url[len('http://') :].split(':')
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall(b'POST /robot/send HTTP/1.1\r\nContent-Length: 7\r\n\r\n')
        time.sleep(0.1)
        # Closed like this, the connection ends in a reset.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
    time.sleep(0.1)
    assert capfd.readouterr().err == ''
    monkeypatch.setattr(robot, 'accept', lambda request: 1 // 0)
    with pytest.raises(requests.ConnectionError):
        post(robot.url, text())
    server.close()
    assert 'ZeroDivisionError' in capfd.readouterr().err

"""The fake WeCom robot keeps the real one's rules for messages: each at least once, in both directions."""

import base64
import hashlib
import json
from collections import Counter
from datetime import datetime, timedelta, timezone

import pytest
import requests

from scan_notify_plugin.testing.robot_server import Mentions
from scan_notify_plugin.testing.wxwork_robot import WxWorkRobotServer
from tests.testing import asked

PNG = b'\x89PNG\r\n\x1a\n' + b'x' * 20
PAGE = 'https://arl.example/report'


class Watch:
    """A clock that stands still until it is told to go."""

    def __init__(self):
        self.time = datetime(2023, 11, 14, 22, 13, 20, tzinfo=timezone.utc)

    def __call__(self):
        return self.time

    def go(self, **duration):
        self.time += timedelta(**duration)


@pytest.fixture
def watch():
    return Watch()


@pytest.fixture
def server(watch):
    with WxWorkRobotServer(now=watch, hold_seconds=60) as server:
        yield server


@pytest.fixture
def robot(server):
    return server.add_robot()


def text(content='hello', **more):
    return {'msgtype': 'text', 'text': dict(more, content=content)}


def markdown(content='# hello', msgtype='markdown', **more):
    return {'msgtype': msgtype, msgtype: dict(more, content=content)}


def image(raw=PNG, **more):
    value = {'base64': base64.b64encode(raw).decode('ascii'), 'md5': hashlib.md5(raw).hexdigest()}
    return {'msgtype': 'image', 'image': dict(value, **more)}


def news(count=1, **more):
    article = dict({'title': 'one', 'description': 'two', 'url': PAGE}, **more)
    return {'msgtype': 'news', 'news': {'articles': [article] * count}}


def card(**more):
    value = {
        'card_type': 'text_notice',
        'main_title': {'title': 'done', 'desc': 'nightly'},
        'card_action': {'type': 1, 'url': PAGE},
    }
    return {'msgtype': 'template_card', 'template_card': dict(value, **more)}


def news_card(**more):
    return card(**dict({'card_type': 'news_notice', 'card_image': {'url': 'https://a/b.png'}}, **more))


def row(number=0, **more):
    return dict({'keyname': 'key{}'.format(number), 'value': 'value'}, **more)


def jump(**more):
    return dict({'type': 1, 'title': 'open', 'url': PAGE}, **more)


def url_of(size):
    return 'https://a/' + 'x' * (size - len('https://a/'))


def post(url, body, **options):
    data = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode('utf-8')
    options.setdefault('timeout', 5)
    options.setdefault('headers', {'Content-Type': 'application/json'})
    return requests.post(url, data=data, allow_redirects=False, **options)


def errcode(robot, body):
    answer = post(robot.webhook_url, body)
    assert answer.status_code == 200
    assert answer.json()['errmsg']
    return answer.json()['errcode']


def outcomes(robot):
    return [(call.outcome, call.answer) for call in robot.calls]


# --- what arrives ---------------------------------------------------------------------------


def test_an_accepted_message_can_be_read(robot, watch):
    body = text('完成', mentioned_list=['ann', '@all'], mentioned_mobile_list=['13800000000'])
    assert post(robot.webhook_url, body).json() == {'errcode': 0, 'errmsg': 'ok'}
    (message,) = robot.messages
    assert message == (
        'robot-1',
        'text',
        '',
        '完成',
        Mentions(('13800000000',), ('ann',), True),
        None,
        len(json.dumps(body, ensure_ascii=False).encode('utf-8')),
        watch.time,
        body,
    )
    assert outcomes(robot) == [('accepted', 0)]


def test_a_repeated_body_is_a_second_message(robot):
    assert [errcode(robot, dict(text(), msgUuid='k')) for _ in range(2)] == [0, 0]
    assert len(robot.messages) == 2


def test_nothing_readable_shows_the_key(server):
    robot = server.add_robot(alias='ops', key='keykeykey')
    assert robot.webhook_url == server.base_url + '/cgi-bin/webhook/send?key=keykeykey'
    post(robot.webhook_url + 'x', text())
    answer = post(robot.webhook_url, text(''))
    errcode(robot, text())
    assert 'keykeykey' not in repr([robot, robot.messages, robot.calls, server, server.strays, answer.text])


def test_robots_on_one_server_are_apart(server):
    first, second = server.add_robot(), server.add_robot(alias='ops')
    assert errcode(second, text('for ops')) == 0
    assert [m.robot for m in first.messages + second.messages] == ['ops']
    assert first.key != second.key
    with pytest.raises(ValueError, match='key'):
        server.add_robot(key=first.key)


# --- address and robot ----------------------------------------------------------------------


@pytest.mark.parametrize('path', ['send', 'upload_media'])
@pytest.mark.parametrize('query', ['', '?key=', '?key=unknown'])
def test_a_key_that_is_no_robots_is_refused_with_status_200(server, robot, path, query):
    answer = post(server.base_url + '/cgi-bin/webhook/' + path + query, text())
    assert (answer.status_code, answer.json()['errcode']) == (200, 93000)
    assert answer.json()['errmsg'].startswith('invalid webhook url')
    assert robot.calls == [] and [stray.answer for stray in server.strays] == [93000]


def test_other_paths_and_methods_are_refused(server, robot):
    assert post(robot.webhook_url.replace('/send', '/sendx'), text()).status_code == 404
    assert requests.get(robot.webhook_url, timeout=5).json()['errcode'] == 43002
    assert requests.options(robot.webhook_url, timeout=5).json()['errcode'] == 43002  # as some clients probe it
    assert robot.calls == [] and [stray.answer for stray in server.strays] == [404, 43002, 43002]


@pytest.mark.parametrize('flag, code', [('disabled', 93004), ('removed', 93000)])
def test_a_robot_out_of_service_refuses_until_it_is_back(robot, flag, code):
    setattr(robot, flag, True)
    assert errcode(robot, text()) == code
    setattr(robot, flag, False)
    assert errcode(robot, text()) == 0
    assert outcomes(robot) == [('refused', code), ('accepted', 0)]


# --- the body -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    'body',
    [
        b'',
        b'{',
        b'[]',
        b'"text"',
        b'null',
        b'\xff',
        '你'.encode('gbk'),
        b'[' * 99999,
        {},
        {'text': {'content': 'a'}},
        {'msgtype': None},
        {'msgtype': ['text']},
        {'msgtype': 'Text', 'Text': {'content': 'a'}},
        {'msgtype': 'actionCard', 'actionCard': {}},
    ],
)
def test_bad_json_and_unknown_types_are_refused(robot, body):
    assert errcode(robot, body) == 40008
    assert robot.messages == [] and outcomes(robot) == [('refused', 40008)]


def test_the_content_type_is_not_looked_at(robot):
    for headers in ({'Content-Type': 'text/plain'}, {'Content-Type': None}):
        assert post(robot.webhook_url, text(), headers=headers).json()['errcode'] == 0


@pytest.mark.parametrize(
    'msgtype, limit, code', [('text', 2048, 45002), ('markdown', 4096, 40058), ('markdown_v2', 4096, 40058)]
)
def test_the_size_limit_counts_bytes_of_the_content(robot, msgtype, limit, code):
    fits = '扫' * (limit // 3) + 'x' * (limit % 3)
    assert errcode(robot, markdown(fits, msgtype)) == 0
    answer = post(robot.webhook_url, markdown(fits + 'x', msgtype)).json()
    assert answer['errcode'] == code
    if code == 40058:
        assert msgtype + '.content exceed max length 4096' in answer['errmsg']
    # Escaped, the request is twice as long and the content is not.
    assert errcode(robot, json.dumps(markdown(fits, msgtype)).encode('ascii')) == 0
    assert [m.text for m in robot.messages] == [fits, fits]


@pytest.mark.parametrize(
    'body, title, shown',
    [
        (text('a'), '', 'a'),
        (dict(text('a'), markdown={'content': ''}), '', 'a'),  # the type decides
        (markdown('# b'), '', '# b'),
        (markdown('| b |', 'markdown_v2'), '', '| b |'),
        (text('a\\ b \\x41 \\u12'), '', 'a\\ b \\x41 \\u12'),
        (image(), '', ''),
        (image(b'\xff\xd8\xff' + b'x' * 9), '', ''),
        (image(md5=hashlib.md5(PNG).hexdigest().upper()), '', ''),
        (news(), '', 'one\ntwo'),
        (news(8, description=None, picurl='http://a/b.png'), '', '\n'.join(['one'] * 8)),
        (news(title='扫' * 50, description='扫' * 200), '', '扫' * 42 + '\n' + '扫' * 170),  # cut, not refused
        (news(url=url_of(1024)), '', 'one\ntwo'),
        (card(), 'done', 'nightly'),
        (card(main_title={'title': 'done'}), 'done', ''),
        (card(main_title={}, sub_title_text='all fine'), '', 'all fine'),
        (card(card_action={'type': 2, 'appid': 'wx1'}), 'done', 'nightly'),
        (card(card_action={'type': 1, 'url': url_of(1024)}), 'done', 'nightly'),
        (card(jump_list=[jump()] * 3), 'done', 'nightly\nopen\nopen\nopen'),
        (card(jump_list=[{'type': 2, 'title': 'open', 'appid': 'wx1'}, {'title': 'no'}]), 'done', 'nightly\nopen\nno'),
        (
            card(horizontal_content_list=[row(n) for n in range(6)]),
            'done',
            '\n'.join(['nightly'] + ['key%d value' % n for n in range(6)]),
        ),
        (
            card(horizontal_content_list=[row(type=3, userid='ann'), row(1, type=1, url=PAGE)], jump_list=[]),
            'done',
            'nightly\nkey0 value\nkey1 value',
        ),
        (
            card(
                source={'desc': 'ARL'},
                emphasis_content={'title': '7', 'desc': 'sites'},
                quote_area={'type': 1, 'url': PAGE, 'title': 'q', 'quote_text': 'w'},
            ),
            'done',
            'ARL\nnightly\n7\nsites\nq\nw',
        ),
        (news_card(), 'done', 'nightly'),
        (news_card(vertical_content_list=[{'title': 'v', 'desc': 'w'}] * 4), 'done', 'nightly' + '\nv w' * 4),
    ],
)
def test_the_documented_forms_are_accepted(robot, body, title, shown):
    assert errcode(robot, body) == 0
    (message,) = robot.messages
    assert (message.msgtype, message.title, message.text) == (body['msgtype'], title, shown)
    assert message.at == Mentions()


@pytest.mark.parametrize(
    'body, code',
    [
        ({'msgtype': 'text'}, 44004),
        ({'msgtype': 'text', 'text': 'a'}, 40058),
        ({'msgtype': 'text', 'content': 'a'}, 44004),
        (text(''), 44004),
        (text(None), 44004),
        (text(7), 40058),
        (markdown(''), 44004),
        (markdown('', 'markdown_v2'), 44004),
        (text('a', mentioned_list='ann'), 40058),
        (text('a', mentioned_mobile_list=[13800000000]), 40058),
        (text('say \\u4f60'), 40033),
        (markdown('C:\\users \\u00E9'), 40033),
        (news(title='\\u0041'), 40033),
        (card(sub_title_text='\\u0041'), 40033),
        (image(base64=''), 44004),
        (image(base64='a b='), 40058),
        (image(base64=base64.encodebytes(PNG).decode('ascii')), 40058),  # it has line breaks
        (image(md5='0' * 32), 40058),
        (image(md5=None), 40058),
        (image(b'GIF89a' + b'x' * 9), 40004),
        (image(PNG + b'x' * 2 * 1024 * 1024), 40009),
        ({'msgtype': 'news', 'news': {}}, 44004),
        (news(0), 44004),
        (news(9), 45008),
        (news(title=''), 41016),
        (news(url=''), 40058),
        (news(url='arl.example/x'), 45034),
        (news(url='//arl.example/x'), 45034),
        (news(url='https:///x'), 45034),
        (news(url='javascript:alert(1)'), 45034),
        (news(url=url_of(1025)), 40039),
        (news(url='https://a/' + '扫' * 339), 40039),
        (news(picurl='a.png'), 45034),
    ],
)
def test_other_forms_are_refused(robot, body, code):
    assert errcode(robot, body) == code
    assert robot.messages == [] and outcomes(robot) == [('refused', code)]


def test_half_a_surrogate_pair_is_refused(robot):
    assert errcode(robot, b'{"msgtype":"text","text":{"content":"\\ud83d"}}') == 40033
    assert errcode(robot, b'{"msgtype":"text","text":{"content":"\\ud83d\\ude00"}}') == 0


@pytest.mark.parametrize(
    'body, code',
    [
        (card(card_type='button_interaction'), 40058),
        (card(card_type=None), 40058),
        (card(main_title=None), 40058),
        (card(main_title={'desc': 'nightly'}), 40058),
        (card(main_title='done'), 40058),
        (card(main_title={'title': 7}), 40058),
        (card(card_action=None), 40058),
        (card(card_action={}), 40058),
        (card(card_action={'url': PAGE}), 40058),
        (card(card_action={'type': 0}), 40058),
        (card(card_action={'type': '1', 'url': PAGE}), 40058),
        (card(card_action={'type': True, 'url': PAGE}), 40058),
        (card(card_action={'type': 3, 'url': PAGE}), 40058),
        (card(card_action={'type': 1}), 40058),
        (card(card_action={'type': 1, 'url': 'arl.example'}), 45034),
        (card(card_action={'type': 1, 'url': 'ftp://arl.example'}), 45034),
        (card(card_action={'type': 1, 'url': url_of(1025)}), 40039),
        (card(card_action={'type': 2, 'url': PAGE}), 40058),
        (card(horizontal_content_list=[row(n) for n in range(7)]), 40058),
        (card(horizontal_content_list={'keyname': 'a'}), 40058),
        (card(horizontal_content_list=[row(keyname='')]), 40058),
        (card(horizontal_content_list=[row(value=7)]), 40058),
        (card(horizontal_content_list=[row(type=1)]), 40058),
        (card(horizontal_content_list=[row(type=3)]), 40058),
        (card(horizontal_content_list=[row(type=2)]), 40058),
        (card(horizontal_content_list=[row(type=2, media_id='made-up')]), 40007),
        (card(jump_list=[jump()] * 4), 40058),
        (card(jump_list=[jump(title='')]), 40058),
        (card(jump_list=[jump(url='arl.example')]), 45034),
        (card(jump_list=[jump(type=2)]), 40058),
        (card(quote_area={'type': 1}), 40058),
        (news_card(card_image=None), 40058),
        (news_card(card_image={'url': 'b.png'}), 45034),
        (news_card(main_title={}, sub_title_text='all fine'), 40058),
        (news_card(vertical_content_list=[{'title': 'v'}] * 5), 40058),
    ],
)
def test_other_cards_are_refused(robot, body, code):
    assert errcode(robot, body) == code
    assert robot.messages == []


# --- mentions -------------------------------------------------------------------------------

LISTS = {'mentioned_list': ['ann', 'u.b-1'], 'mentioned_mobile_list': ['13800000000']}


@pytest.mark.parametrize(
    'body, mentioned',
    [
        (text('a', **LISTS), (('13800000000',), ('ann', 'u.b-1'), False)),
        (text('@ann', mentioned_list=None), ((), (), False)),
        (text('a', mentioned_list=['@all']), ((), (), True)),
        (text('a', mentioned_mobile_list=['@all']), ((), (), True)),
        (text('a', mentioned_list=['@all', 'ann'], mentioned_mobile_list=['@all']), ((), ('ann',), True)),
        (text('a', mentioned_list=['@ann', 'all', 'u b']), ((), ('all',), False)),
        (text('a', mentioned_mobile_list=['ann', '']), ((), (), False)),
        (text('a <@bob> <@ann>', mentioned_list=['ann']), ((), ('ann', 'bob'), False)),
        (text('a < @bob> <@bob <@>'), ((), (), False)),
        (dict(text('a'), **LISTS), ((), (), False)),  # beside the object they do nothing
        (markdown('a <@bob>，<@u.b-1><@bob>'), ((), ('bob', 'u.b-1'), False)),
        (markdown('a @bob ＜@bob＞ &lt;@bob>'), ((), (), False)),
        (markdown('a <@all> @all'), ((), ('all',), False)),
        (markdown('a', mentioned_list=['ann', '@all'], mentioned_mobile_list=['@all']), ((), (), False)),
        (dict(markdown('a'), mentioned_list=['@all']), ((), (), False)),
        (markdown('a <@bob>', 'markdown_v2', **LISTS), ((), (), False)),
        (news(title='<@bob>'), ((), (), False)),
        (card(sub_title_text='<@bob>', **LISTS), ((), (), False)),
    ],
)
def test_mentions_count_only_where_the_type_has_them(robot, body, mentioned):
    assert errcode(robot, body) == 0
    assert robot.messages[0].at == mentioned


# --- pace -----------------------------------------------------------------------------------


def test_more_than_twenty_a_minute_are_refused_until_the_window_is_free(robot, server, watch):
    for body in (text(), markdown(), news(), card()) * 5:
        assert errcode(robot, body) == 0
    watch.go(seconds=59)
    assert [errcode(robot, text()) for _ in range(3)] == [45009] * 3
    assert errcode(server.add_robot(), text()) == 0
    watch.go(seconds=1)
    assert [errcode(robot, text()) for _ in range(21)] == [0] * 20 + [45009]
    assert Counter(outcomes(robot)) == {('accepted', 0): 40, ('refused', 45009): 4}


def test_the_minute_slides(robot, watch):
    for _ in range(40):
        assert errcode(robot, text()) == 0
        watch.go(seconds=3)
    watch.go(seconds=-1)
    assert errcode(robot, text()) == 45009
    watch.go(seconds=1)
    assert errcode(robot, text()) == 0


def test_refused_messages_count_but_lost_ones_do_not(robot):
    robot.misbehave('http_502', times=5)
    for _ in range(5):
        assert post(robot.webhook_url, text()).status_code == 502
    robot.misbehave(-1)
    assert [errcode(robot, text('')) for _ in range(10)] == [-1] + [44004] * 9
    assert [errcode(robot, text()) for _ in range(11)] == [0] * 10 + [45009]


# --- scripted misbehaviour ------------------------------------------------------------------


@pytest.mark.parametrize('how, error', [('timeout', requests.ReadTimeout), ('cut', requests.ConnectionError)])
@pytest.mark.parametrize('when, arrived', [('_before', False), ('_after', True), ('', False)])
def test_no_answer_before_or_after_acceptance(robot, how, when, arrived, error):
    robot.misbehave(how + when)
    with pytest.raises(error):
        post(robot.webhook_url, text(), timeout=0.5 if how == 'timeout' else 30)
    asked(robot)
    assert outcomes(robot) == [('accepted' if arrived else 'lost', how + when)]
    # Without a key, sending again in doubt can show it twice.
    assert errcode(robot, text()) == 0
    assert len(robot.messages) == 1 + arrived


@pytest.mark.parametrize(
    'how, status, start',
    [
        ('http_502', 502, b'<html>'),
        ('http_429', 429, b''),
        ('html', 200, b'<html>'),
        ('empty', 200, b''),
        ('not_json', 200, b'{"errcode":0'),
        ('redirect', 302, b''),
        ('json_warning', 200, b'{"errcode": 0'),
    ],
)
@pytest.mark.parametrize('when, arrived', [('', False), ('_before', False), ('_after', True)])
def test_answers_that_say_nothing(robot, how, status, start, when, arrived):
    robot.misbehave(how + when)
    answer = post(robot.webhook_url, text())
    assert answer.status_code == status and answer.content.startswith(start)
    assert ('Warning: wrong json format.' in answer.text) == (how == 'json_warning')
    assert len(robot.messages) == arrived
    assert outcomes(robot) == [('accepted' if arrived else 'lost', how + when)]
    assert errcode(robot, text()) == 0


@pytest.mark.parametrize('code', [-1, 45009, 45033, 40058, 93000, 93008, 12345])
def test_scripted_error_codes(robot, code):
    robot.misbehave(code, times=2)
    assert [errcode(robot, text()) for _ in range(3)] == [code, code, 0]
    assert outcomes(robot) == [('refused', code)] * 2 + [('accepted', 0)]
    assert len(robot.messages) == 1


def test_a_misspelt_misbehaviour_is_a_teaching_error(robot):
    with pytest.raises(ValueError, match='expected an error code or one of cut, .*json_warning'):
        robot.misbehave('json_warnings')
    with pytest.raises(ValueError, match="no path 'uploads': expected one of send, upload"):
        robot.misbehave(-1, only='uploads')

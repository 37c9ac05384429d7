"""The fake bot keeps the real one's rules: each at least once, in both directions."""

import json
from datetime import datetime, timedelta, timezone

import pytest
import requests

from scan_notify_plugin.testing.feishu_robot import FeishuRobotServer, signature
from scan_notify_plugin.testing.robot_server import Mentions

START = datetime(2023, 11, 14, 22, 13, 20, tzinfo=timezone.utc)
LINK = {'type': 'open_url', 'default_url': 'https://arl.example.com/'}
BUTTON = {'tag': 'button', 'text': {'tag': 'plain_text', 'content': 'Open'}, 'behaviors': [LINK]}
GRID = '\n\n| a | b |\n| --- | ---: |\n| 1 | 2 |\n\n'
TABLE = {'tag': 'table', 'columns': [{'name': 'a', 'display_name': 'A', 'data_type': 'text'}], 'rows': [{'a': 'cell'}]}


class Watch:
    """A clock that stands still until it is told to go."""

    time = START

    def __call__(self):
        return self.time


@pytest.fixture
def watch():
    return Watch()


@pytest.fixture
def server(watch):
    with FeishuRobotServer(now=watch) as server:
        yield server


@pytest.fixture
def robot(server):
    return server.add_robot()


def post(robot, body, method='POST'):
    """The code of the bot's answer to a body, or its HTTP status where it has none."""
    data = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode('utf-8')
    with requests.Session() as session:
        session.trust_env = False
        answer = session.request(method, robot.webhook_url, data=data, timeout=10)
    return answer.json()['code'] if answer.content else answer.status_code


def text(content='hello'):
    return {'msg_type': 'text', 'content': {'text': content}}


def card(*elements, **more):
    header = {'template': 'green', 'title': {'tag': 'plain_text', 'content': 'title'}}
    body = {'elements': list(elements) or [{'tag': 'markdown', 'content': 'x'}]}
    return {'msg_type': 'interactive', 'card': dict({'schema': '2.0', 'header': header, 'body': body}, **more)}


def markdown(content, **more):
    return dict({'tag': 'markdown', 'content': content}, **more)


@pytest.mark.parametrize('body, title, shown', [
    (text(), '', 'hello'),
    ({'msg_type': 'post', 'content': {'post': {'zh_cn': {'title': 't', 'content': [
        [{'tag': 'text', 'text': 'a'}, {'tag': 'a', 'text': 'link', 'href': 'https://x.example.com'}],
    ]}}}}, 't', 't\na\nlink'),
    ({'msg_type': 'share_chat', 'content': {'share_chat_id': 'oc_1'}}, '', ''),
    ({'msg_type': 'interactive', 'card': {
        'header': {'title': {'tag': 'plain_text', 'content': 't'}}, 'unknown': 1,
        'elements': [{'tag': 'div', 'text': {'tag': 'lark_md', 'content': '**b**'}}],
    }}, 't', 't\n**b**'),
    (card(markdown('a'), {'tag': 'hr'}, BUTTON, TABLE), 'title', 'title\na\nOpen\nA\ncell'),
    (card({'tag': 'column_set', 'columns': [{'tag': 'column', 'elements': [BUTTON]}]}), 'title', 'title\nOpen'),
    (card(config={'summary': {'content': 's'}, 'update_multi': True}), 'title', 'title\nx'),
    (card(*[markdown('x')] * 200), 'title', '\n'.join(['title'] + ['x'] * 200)),
    (card(markdown(GRID * 4), markdown(GRID)), 'title', 'title\n' + GRID * 4 + '\n' + GRID),
    (card(*[TABLE] * 5), 'title', '\n'.join(['title'] + ['A', 'cell'] * 5)),
    (card(markdown('```' + GRID * 6 + '```')), 'title', 'title\n```' + GRID * 6 + '```'),
])  # fmt: skip
def test_what_the_group_sees(robot, body, title, shown):
    assert post(robot, body) == 0
    (message,) = robot.messages
    assert (message.title, message.text) == (title, shown)


@pytest.mark.parametrize('body, code', [
    (b'{', 9499),
    (b'[]', 9499),
    (text('x' * 20000), 9499),
    ({'content': {'text': 'x'}}, 19002),
    ({'msg_type': 'markdown', 'content': {'text': 'x'}}, 19002),
    ({'msg_type': 'text', 'content': {}}, 19002),
    ({'msg_type': 'text', 'text': {'content': 'x'}}, 19002),
    ({'msg_type': 'interactive', 'content': {}}, 19002),
    ({'msg_type': 'post', 'content': {'post': {'zh_cn': {
        'content': [[{'tag': 'a', 'text': 'x', 'href': 'x'}]],
    }}}}, 19002),
    (card(wide_screen_mode=True), 11246),
    (card(config={'wide_screen_mode': True}), 11246),
    (card(config={'update_multi': False}), 11246),
    (card(header={'title': {'tag': 'plain_text', 'content': 't'}, 'colour': 'red'}), 11246),
    (card(header={'title': {'tag': 'plain_text', 'content': 't'}, 'template': 'pink'}), 11246),
    (card(header={'template': 'red'}), 11246),
    (card(markdown('')), 11246),
    (card(markdown('x', href='y')), 11246),
    (card({'tag': 'action', 'actions': [BUTTON]}), 11246),
    (card({'tag': 'column_set', 'columns': [{'tag': 'column', 'elements': [TABLE]}]}), 11246),
    (card(*[markdown('x')] * 201), 11246),
    (card(dict(BUTTON, behaviors=[])), 11246),
    (card(dict(BUTTON, behaviors=[{'type': 'callback', 'value': {}}])), 11246),
    (card(dict(BUTTON, behaviors=[dict(LINK, default_url='javascript:x')])), 11246),
    (card(dict(BUTTON, url='https://x.example.com')), 11246),
    (card(dict(BUTTON, text={'tag': 'plain_text', 'content': 'x' * 101})), 11246),
    (card(dict(BUTTON, type='big')), 11246),
    (card(dict(TABLE, page_size=11)), 11246),
    (card(markdown(GRID * 5)), 11310),
    (card(markdown(GRID * 3), markdown(GRID * 3)), 11310),
    (card(*[TABLE] * 6), 11310),
])  # fmt: skip
def test_what_it_refuses(robot, body, code):
    assert post(robot, body) == code
    assert robot.messages == [] and [call.outcome for call in robot.calls] == ['refused']


@pytest.mark.parametrize('content, at', [
    ('<at id=ou_1></at>', Mentions((), ('ou_1',))),
    ('<at ids=ou_1,u2></at> <at id="u2"></at>', Mentions((), ('ou_1', 'u2'))),
    ('<at id=all></at>', Mentions((), (), True)),
    ('&#60;at id=all&#62;&#60;/at&#62; @all ＜at id=all＞', Mentions()),
])  # fmt: skip
def test_whom_a_card_calls(robot, content, at):
    assert post(robot, card(markdown(content))) == 0
    assert robot.messages[0].at == at


def test_nobody_beside_the_group_is_called_and_everybody_where_it_is_allowed(server):
    robot = server.add_robot(members=['ou_1'], all_allowed=False)
    assert post(robot, text('<at user_id="ou_1">Tom</at> <at user_id="ou_2">Ann</at>')) == 0
    assert robot.messages[0].at == Mentions((), ('ou_1',))
    assert post(robot, card(markdown('<at id=all></at>'))) == 11235


@pytest.mark.parametrize('off, secret, code', [
    (0, 'demo', 0), (3599, 'demo', 0), (-3599, 'demo', 0), (3700, 'demo', 19021), (-3700, 'demo', 19021),
    (0, 'other', 19021),
])  # fmt: skip
def test_a_sign_is_of_this_hour_and_of_its_secret(server, off, secret, code):
    robot = server.add_robot(secret='demo')
    timestamp = str(int(START.timestamp()) + off)
    assert post(robot, dict(text(), timestamp=timestamp, sign=signature(timestamp, secret))) == code


@pytest.mark.parametrize('more', [{}, {'timestamp': '1700000000'}, {'timestamp': [], 'sign': ''}, {'sign': 'x'}])
def test_a_bot_with_a_secret_wants_a_sign(server, more):
    assert post(server.add_robot(secret='demo'), dict(text(), **more)) == 19021


def test_a_keyword_counts_in_texts_and_not_in_links(server):
    robot = server.add_robot(keywords=['scan', '巡检'])
    assert post(robot, card(markdown('今日巡检'))) == 0
    hidden = dict(BUTTON, behaviors=[dict(LINK, default_url='https://scan.example.com')])
    assert post(robot, card(hidden)) == 19024


def test_five_in_a_second_and_a_hundred_in_a_minute(robot, watch):
    assert [post(robot, text()) for _ in range(6)] == [0] * 5 + [11232]
    watch.time += timedelta(seconds=1)
    robot.per_minute = 7
    assert [post(robot, text()) for _ in range(3)] == [0, 0, 11232]
    watch.time += timedelta(seconds=59)
    assert post(robot, text()) == 0


def test_whatever_is_sent_to_an_unknown_token_or_path_is_a_stray(server, robot):
    robot.token = 'changed'
    assert post(robot, b'{') == 19001
    assert post(server.add_robot(), text(), 'GET') == 405
    assert [call.answer for call in server.strays] == [19001, 405]


def test_no_answer_is_a_traceback_of_odd_bodies(robot):
    odd = [None, 1, [], {}, '', True, [[]], {'tag': None}, {'tag': []}]
    for value in odd:
        for body in (
            {'msg_type': value}, {'msg_type': 'text', 'content': value},
            {'msg_type': 'post', 'content': {'post': value}},
            {'msg_type': 'post', 'content': {'post': {'zh_cn': {'content': [[value], value]}}}},
            card(value), card(header=value), card(body=value), card(config=value), card(dict(BUTTON, text=value)),
            card(dict(BUTTON, behaviors=[value])), card(dict(TABLE, columns=[value])), card(dict(TABLE, rows=[value])),
            {'msg_type': 'interactive', 'card': {'elements': [value], 'header': value}},
        ):  # fmt: skip
            robot.per_second = robot.per_minute = 10000
            assert isinstance(post(robot, body), int)

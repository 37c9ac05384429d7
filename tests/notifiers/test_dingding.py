"""The DingTalk robot over HTTP, against a robot that keeps the vendor's rules."""

import json
import logging
import re
import time
from datetime import datetime, timezone

import pytest

from hookspecs import Notify, Run, Schedule, TargetRef
from scan_notify_plugin.errors import Reason, SendError
from scan_notify_plugin.notifiers import dingding
from scan_notify_plugin.notifiers.base import Notifier, Part, Receipt
from scan_notify_plugin.notifiers.dingding import DingTalkRobot, sign
from scan_notify_plugin.notifiers.http import Http, encode
from scan_notify_plugin.notifiers.templates import Templates
from scan_notify_plugin.secret import Secret
from scan_notify_plugin.testing import subject
from scan_notify_plugin.testing.dingtalk_robot import DingTalkRobotServer
from scan_notify_plugin.testing.robot_server import Mentions
from tests.notifiers.samples import TOKEN, make_summary, make_target, make_tasks

KEY, SECRET = 'k' * 32, 'SEC' + '7' * 61
NOTIFIER = DingTalkRobot()


@pytest.fixture(scope='module')
def server():
    with DingTalkRobotServer(hold_seconds=5) as server:
        yield server


def target_of(server, robot, **options):
    """The target of a robot, with its sign where it has one."""
    secret = Secret(robot.secret) if robot.secret else None
    return make_target(server.base_url, **dict({'access_token': Secret(robot.token), 'secret': secret}, **options))


def render(target, summary=None):
    return NOTIFIER.render(summary or make_summary(), target, Templates())


def part_of(content, key=KEY):
    return Part(key, content['text'], content)


def send(target, content=None, key=KEY):
    return NOTIFIER.send(part_of(content or render(target)[0].content, key), target)


def refused(target, content=None):
    with pytest.raises(SendError) as caught:
        send(target, content)
    return caught.value


# What arrives.


def test_a_message_arrives_as_markdown_with_its_heading_as_title(server):
    robot = server.add_robot()
    assert send(target_of(server, robot)) == Receipt(KEY)
    (message,) = robot.messages
    assert message.msgtype == 'markdown'
    assert message.title == '✅ Scheduled scan finished: nightly'
    assert message.text.startswith('### ✅ Scheduled scan finished: nightly · round 7')
    assert '\n' not in message.text.replace('  \n  ', '')
    assert message.msg_uuid == KEY


def test_a_robot_with_a_sign_takes_a_fresh_one_each_time(server):
    robot = server.add_robot(secret=SECRET)
    target = target_of(server, robot)
    assert send(target, key='one') and send(target, key='two')
    assert len(robot.messages) == 2


def test_a_wrong_sign_is_a_fault_of_the_configuration(server):
    robot = server.add_robot(secret=SECRET)
    error = refused(target_of(server, robot, secret=Secret('SECother')))
    assert (error.reason, error.code) == (Reason.CONFIG, 310000)


def test_the_sign_is_the_vendors():
    # channel_facts.md 1.1, computed apart from this code
    assert sign(1700000000000, 'SECtest') == {
        'timestamp': '1700000000000', 'sign': 'aZLLrriXgn05YbwaGR7knYsLeJADjr9NwLaNNKpxh4g=',
    }  # fmt: skip


def test_a_robot_with_a_keyword_finds_it_in_every_message(server):
    robot = server.add_robot(keywords=['扫描'])
    target = target_of(server, robot, keyword='扫描')
    send(target)
    assert robot.messages[0].text.endswith('> 扫描')


def test_without_the_keyword_the_robot_refuses(server):
    robot = server.add_robot(keywords=['扫描'])
    error = refused(target_of(server, robot))
    assert (error.reason, error.code, error.words) == (Reason.CONFIG, 310000, 'keywords not in content')


def test_a_robot_with_an_address_list_needs_neither(server):
    robot = server.add_robot()
    target = target_of(server, robot)
    assert 'secret' not in target.options and 'keyword' not in target.options
    send(target)
    assert len(robot.messages) == 1


def test_a_repeated_key_makes_no_second_message(server):
    robot = server.add_robot()
    for _ in range(3):
        assert send(target_of(server, robot)) == Receipt(KEY)
    assert len(robot.messages) == 1
    assert [call.outcome for call in robot.calls] == ['accepted', 'duplicate', 'duplicate']


def test_a_robot_that_does_not_exist_is_a_fault_of_the_configuration(server):
    error = refused(make_target(server.base_url))
    assert (error.reason, error.code) == (Reason.CONFIG, 400101)


# What its codes mean: channel_facts.md 1.6.

CODES = {
    -1: Reason.BUSY,
    15: Reason.BUSY,
    40035: Reason.CONFIG,
    43004: Reason.CONFIG,
    90001: Reason.THROTTLED,
    90002: Reason.THROTTLED,
    90018: Reason.THROTTLED,
    400013: Reason.CONFIG,
    400101: Reason.CONFIG,
    400102: Reason.CONFIG,
    400105: Reason.CONFIG,
    400106: Reason.CONFIG,
    410100: Reason.THROTTLED,
    130101: Reason.THROTTLED,
    310000: Reason.CONFIG,
    300001: Reason.CONFIG,
    300005: Reason.CONFIG,
    430101: Reason.CONTENT,
    430102: Reason.CONTENT,
    430103: Reason.CONTENT,
    430104: Reason.CONTENT,
    460101: Reason.TOO_LONG,
    101002: Reason.TOO_LONG,
    20001: Reason.QUOTA,
    # on no page
    410101: Reason.REFUSED,
    999999: Reason.REFUSED,
}


@pytest.mark.parametrize('code', sorted(CODES))
def test_every_code_has_its_reason(server, code):
    robot = server.add_robot()
    robot.misbehave(code)
    error = refused(target_of(server, robot))
    assert (error.reason, error.code) == (CODES[code], code)
    assert error.words


def test_no_code_is_without_a_test():
    assert set(dingding.REASONS) <= set(CODES)


#: (what the robot does, the reason)
MISBEHAVIOUR = [
    ('cut', Reason.UNKNOWN),
    ('cut_after', Reason.UNKNOWN),
    ('http_502', Reason.UNKNOWN),
    ('http_502_after', Reason.UNKNOWN),
    ('http_429', Reason.THROTTLED),
    ('html', Reason.THROTTLED),  # the ban of an address
    ('json_ban', Reason.THROTTLED),
    ('http_503', Reason.BUSY),
    ('portal', Reason.UNKNOWN),
    ('empty', Reason.UNKNOWN),
    ('not_json', Reason.UNKNOWN),
    ('redirect', Reason.CONFIG),
]


@pytest.mark.parametrize('how, reason', MISBEHAVIOUR)
def test_a_robot_that_misbehaves_is_a_reason_too(server, how, reason):
    robot = server.add_robot()
    robot.misbehave(how)
    assert refused(target_of(server, robot)).reason is reason
    assert len(robot.calls) == 1
    # and the next try is a message, or the same message
    send(target_of(server, robot))
    assert len(robot.messages) == 1


@pytest.mark.parametrize('how', ['html', 'json_ban'])
def test_an_address_that_is_banned_waits_for_as_long_as_dingtalk_says(server, how):
    robot = server.add_robot()
    robot.misbehave(how)
    error = refused(target_of(server, robot))
    assert (error.reason, error.code, error.retry_after) == (Reason.THROTTLED, 1111, 300)
    assert error.words == 'DingTalk takes no requests from this address for 5 minutes'


def test_only_moderation_withholds():
    moderated = {code for code, reason in dingding.REASONS.items() if reason is Reason.CONTENT}
    assert moderated == {430101, 430102, 430103, 430104}


# Clocks that disagree.


@pytest.fixture
def signed(server, monkeypatch):
    """A robot with a sign and a clock of its own, and its target."""
    now = time.time
    monkeypatch.setattr(server, 'now', lambda: datetime.fromtimestamp(now(), timezone.utc))
    monkeypatch.setattr(NOTIFIER, '_ahead', {})
    robot = server.add_robot(secret=SECRET)
    return robot, target_of(server, robot)


def off_by(monkeypatch, seconds):
    """This machine's clock is set."""
    right = time.time
    monkeypatch.setattr(time, 'time', lambda: right() + seconds)


def send_two(notifier, target):
    content = render(target)[0].content
    for key in (KEY, 'l' * 32):
        notifier.send(part_of(content, key), target)


@pytest.mark.parametrize('seconds', [-7200, 7200, 8 * 3600])
def test_a_sign_that_is_refused_for_its_time_is_made_again_with_dingtalks(signed, monkeypatch, seconds):
    robot, target = signed
    off_by(monkeypatch, seconds)
    send_two(DingTalkRobot(), target)
    assert [call.answer for call in robot.calls] == [310000, 0, 0], 'the difference is remembered'
    assert len(robot.messages) == 2


def test_when_the_clock_is_right_again_so_is_the_sign(signed, monkeypatch):
    robot, target = signed
    notifier, content = DingTalkRobot(), render(target)[0].content
    with monkeypatch.context() as patched:
        off_by(patched, -7200)
        notifier.send(part_of(content), target)
    notifier.send(part_of(content, 'l' * 32), target)
    assert [call.answer for call in robot.calls] == [310000, 0, 310000, 0]


def test_a_clock_that_is_off_is_named_where_it_is_refused_all_the_same(signed, server, monkeypatch):
    robot, _ = signed
    off_by(monkeypatch, -7200)
    error = refused(target_of(server, robot, secret=Secret('SECwrong')))
    assert error.reason is Reason.CONFIG and len(robot.calls) == 2
    assert re.search(r"; the clock of this machine is 7[12]\d\d s behind DingTalk's", error.words)


def test_a_wrong_secret_is_not_the_fault_of_a_clock(signed, server):
    robot, _ = signed
    error = refused(target_of(server, robot, secret=Secret('SECwrong')))
    assert 'clock' not in error.words and len(robot.calls) == 1


def test_a_robot_that_does_not_answer_is_a_doubt(server):
    robot = server.add_robot()
    robot.misbehave('timeout')
    assert refused(target_of(server, robot, total=0.3)).reason is Reason.UNKNOWN


@pytest.mark.parametrize('answer, code', [
    ({'errcode': '0', 'errmsg': 'ok'}, 0),  # as in the vendor's own sample
    ({'errcode': 0}, 0),
    ({'errmsg': 'ok'}, None),
    ({'errcode': None}, None),
    ({'errcode': 'ok'}, None),
    ({'errcode': [0]}, None),
    ({'errcode': False}, None),
    ({'errcode': 0.5}, None),
    ({'errcode': float('inf')}, None),
    ({'errcode': float('nan')}, None),
    ({'errcode': 310000.0}, 310000),
    ({'code': 0}, None),
    ({'errcode': 310000}, 310000),
    ({'errcode': '310000', 'errmsg': None}, 310000),
    ({'errcode': 130101, 'errmsg': ['x'], 'status': 1111}, 130101),
])  # fmt: skip
def test_only_an_errcode_of_zero_is_a_receipt(answer, code):
    class Canned(Http):
        skew = None

        def post(self, *args, **kwargs):
            return answer

    target = make_target()._replace(http=Canned())
    if code == 0:
        assert send(target) == Receipt(KEY)
    else:
        error = refused(target)
        assert error.code == code
        assert error.reason is (Reason.UNKNOWN if code is None else CODES[code])


@pytest.mark.parametrize(
    'errmsg, words', [('login please', 'the answer has no errcode: login please'), (None, 'the answer has no errcode')]
)
def test_what_the_robot_says_without_a_code_is_told(errmsg, words):
    class Canned(Http):
        def post(self, *args, **kwargs):
            return {'errmsg': errmsg}

    assert refused(make_target()._replace(http=Canned())).words == words


def test_a_code_may_stand_without_words():
    class Canned(Http):
        skew = None

        def post(self, *args, **kwargs):
            return {'errcode': 400013, 'errmsg': None}

    assert refused(make_target()._replace(http=Canned())).words == ''


def test_a_target_without_an_address_of_its_own_is_at_the_vendors_first():
    class Noting(Http):
        def post(self, url, *args, **kwargs):
            self.url = url
            return {'errcode': 0}

    noting = Noting()
    send(make_target(api_base=None)._replace(http=noting))
    assert noting.url == 'https://oapi.dingtalk.com/robot/send'
    assert NOTIFIER.problems({'access_token': Secret('x')}) == []


# Mentions.


def test_mentions_come_from_the_configuration_and_stand_in_the_text_too(server):
    robot = server.add_robot()
    at = {'MOBILES': [13800000000], 'user_ids': ['ann'], 'all': True}
    send(target_of(server, robot, at=at))
    (message,) = robot.messages
    assert message.at == Mentions(('13800000000',), ('ann',), True)
    assert message.text.endswith('@13800000000 @ann')


def test_everybody_is_mentioned_without_a_word_in_the_text(server):
    robot = server.add_robot()
    send(target_of(server, robot, at={'all': True}))
    assert robot.messages[0].at == Mentions((), (), True)
    assert '@' not in robot.messages[0].text


@pytest.mark.parametrize('at', [None, {}])
def test_without_configured_mentions_there_are_none(server, at):
    robot = server.add_robot()
    send(target_of(server, robot, at=at))
    assert 'at' not in robot.messages[0].body
    assert robot.messages[0].at == Mentions()


def test_what_strangers_wrote_mentions_nobody_and_marks_nothing_up(server):
    robot = server.add_robot()
    evil = '\n# all clear\n> [log in](dtmd://dingtalkclient/x) ![](http://evil.example/x) <@all> @ann'
    tasks = tuple(task._replace(target=evil, name=evil) for task in make_tasks(2))
    at = {'user_ids': ['ann']}
    send(target_of(server, robot, at=at), None)
    harmless = robot.messages[0].text
    summary = make_summary(tasks, schedule_name=evil, troubles=(('failed', 1, evil),), status='error')
    target = target_of(server, robot, at=at)
    send(target, render(target, summary)[0].content, 'evil')
    text = robot.messages[1].text
    lines, harmless_lines = text.split('  \n  '), harmless.split('  \n  ')
    assert [line for line in lines if line.startswith('#')] == lines[:1]
    assert [line for line in lines if line.startswith('>')] == []
    assert len(lines) == len(harmless_lines) + 2  # the reason, in a list of its own
    assert text.count('@') == 1 and text.endswith('@ann')
    for token in ('](', '://', '<', '![', 'http:'):
        assert token not in text


# Size.

HOSTILE_TARGETS = '目标.例子.中国/{}，\u202e<@all>'


def many(count=5000):
    tasks = tuple(
        task._replace(target=HOSTILE_TARGETS.format('路径' * 100)) for task in make_tasks(count, outcome='error')
    )
    return make_summary(tasks, schedule_name='名' * 100, troubles=(('failed', 1, '原因' * 200),))


def ids_in(text):
    return re.findall(r' · ([0-9a-f]{24})(?=  \n|\Z)', text)


@pytest.mark.parametrize('language, left_out', [('zh', '另有 {} 个扫描任务'), ('en', '{} more scan tasks')])
def test_five_thousand_chinese_targets_fit_in_whole_records_and_say_how_many_are_left_out(server, language, left_out):
    robot = server.add_robot(keywords=['巡检'])
    summary = many()
    target = target_of(server, robot, keyword='巡检', language=language, at={'mobiles': ['138']})
    (page,) = render(target, summary)
    send(target, page.content, 'k' * 64)
    size = len(robot.calls[0].body)
    assert 18000 < size <= 20000
    assert size == NOTIFIER.size(page.content, target)
    text = robot.messages[0].text
    shown = ids_in(text)
    assert shown == [task.id for task in summary.tasks[: len(shown)]]
    assert len(shown) > 20
    assert left_out.format(5000 - len(shown)) in text
    assert '巡检' in text and text.endswith('@138')
    # Every record is whole: as many lines with an outcome as with an id.
    assert len(re.findall(r'(?:^|\n  )- (?:失败|failed) · ', text)) == len(shown)


def test_the_withheld_text_of_a_cut_message_fits_too(server):
    robot = server.add_robot()
    (page,) = render(target_of(server, robot), many(2000))
    send(target_of(server, robot), page.withheld)
    assert '目标' not in robot.messages[0].text
    assert len(robot.calls[0].body) <= 20000


def test_split_pages_are_numbered_each_with_the_keyword_and_only_the_first_with_mentions(server):
    robot = server.add_robot(keywords=['巡检'])
    summary = many(300)
    target = target_of(server, robot, keyword='巡检', oversize='split', at={'mobiles': ['138'], 'all': True})
    pages = render(target, summary)
    assert 2 <= len(pages) <= 10
    shown = []
    for number, page in enumerate(pages, 1):
        send(target, page.content, 'page{}'.format(number))
        message = robot.messages[-1]
        assert '({}/{})'.format(number, len(pages)) in message.text.split('\n')[0]
        assert '({}/{})'.format(number, len(pages)) in message.title
        assert '> 巡检' in message.text
        assert message.at == (Mentions(('138',), (), True) if number == 1 else Mentions())
        assert '@138' not in message.text or number == 1
        shown += ids_in(message.text)
    assert shown == [task.id for task in summary.tasks]
    assert all(len(call.body) <= 20000 for call in robot.calls)


def test_a_summary_of_more_than_ten_pages_says_on_the_last_how_many_are_left_out(server):
    robot = server.add_robot()
    target = target_of(server, robot, oversize='split')
    pages = render(target, many(5000))
    assert len(pages) == 10
    shown = sum(len(ids_in(page.content['text'])) for page in pages)
    assert '{} more scan tasks'.format(5000 - shown) in pages[-1].content['text']
    assert not [page for page in pages[:-1] if 'more scan tasks' in page.content['text']]


def test_a_small_message_is_one_page_without_a_number():
    (page,) = render(make_target(oversize='split'))
    assert '1/1' not in page.content['text']


def test_a_name_of_a_hundred_kilobytes_leaves_room_for_the_rest():
    summary = make_summary(
        make_tasks(10, target='x' * 100000, outcome='error'),
        schedule_name='y' * 100000,
        troubles=(('failed', 1, 'z' * 100000),),
    )
    (page,) = render(make_target(), summary)
    assert NOTIFIER.size(page.content, make_target()) <= 20000
    assert len(ids_in(page.content['text'])) == 10


def test_a_template_that_is_too_long_by_itself_is_said_to_be(tmp_path):
    (tmp_path / 'run.jinja').write_text('x' * 30000)
    with pytest.raises(SendError) as caught:
        NOTIFIER.render(make_summary(), make_target(), Templates(str(tmp_path)))
    assert caught.value.reason is Reason.TOO_LONG


def test_what_is_stored_of_a_message_holds_no_credential():
    target = make_target(secret=Secret(SECRET), keyword='scan', at={'mobiles': ['138']})
    stored = json.dumps([page._asdict() for page in render(target)])
    assert TOKEN not in stored and SECRET not in stored


# Leaks.


def outcomes(server, robot):
    """Ways to fail, each with a target whose credentials must not show."""
    for how in (310000, 'cut', 'http_502', 'html', 'redirect'):
        robot.misbehave(how)
        yield target_of(server, robot)
    yield target_of(server, robot, access_token=Secret(TOKEN))
    yield make_target('http://127.0.0.1:9', access_token=Secret(robot.token), secret=Secret(SECRET))
    yield make_target(server.base_url.replace('http:', 'https:'), access_token=Secret(robot.token))


def test_no_error_and_no_log_line_holds_a_credential(server, caplog):
    caplog.set_level(logging.DEBUG)
    robot = server.add_robot(secret=SECRET)
    for target in outcomes(server, robot):
        error = refused(target)
        told = [str(error), repr(error), error.words, repr(target), str(target.options), repr(error.args)]
        for secret in (robot.token, SECRET, TOKEN):
            assert not [one for one in told if secret in one]
            assert secret not in caplog.text
        assert 'sign=' not in caplog.text


def test_a_robot_that_says_the_token_back_is_not_believed_to_be_discreet(server):
    robot = server.add_robot()

    class Canned(Http):
        def post(self, *args, **kwargs):
            return {'errcode': 400101, 'errmsg': 'no token ' + robot.token}

    target = target_of(server, robot)._replace(http=Canned())
    assert robot.token not in repr(target)
    # The words are cut by who records them: worker/send knows the target's secrets.
    assert target.secrets == [Secret(robot.token)]


# Options.

GOOD = [
    {'access_token': Secret('x')},
    {
        'access_token': Secret('x'),
        'secret': Secret('y'),
        'keyword': 'k',
        'at': {'mobiles': ['1'], 'ALL': True},
    },
    {'access_token': Secret('x'), 'at': {'mobiles': ['1'] * 30, 'user_ids': ['a'] * 20}},
    {'access_token': Secret('x'), 'api_base': 'https://oapi.dingtalk.io'},
    {'access_token': Secret('x'), 'api_base': 'https://oapi.dingtalk.com/'},
    {'access_token': Secret('x'), 'api_base': 'http://127.0.0.1:8080'},
    {'access_token': Secret('x'), 'api_base': 'http://localhost:8080'},
    {'access_token': Secret('x'), 'api_base': 'https://[::1]:8080'},
    {
        'access_token': Secret('x'),
        'app_key': 'k',
        'app_secret': Secret('s'),
        'agent_id': 5,
        'default_chat_id': 'c',
    },
]

#: (options, the problem)
BAD = [
    ({}, 'ACCESS_TOKEN is missing'),
    ({'access_token': Secret('')}, 'ACCESS_TOKEN is missing'),
    ({'access_token': Secret('x'), 'acces': 1}, 'ACCES is not an option of dingding'),
    (
        {'access_token': Secret('x'), 'api_base': 'http://oapi.dingtalk.com'},
        'API_BASE must be one of https://oapi',
    ),
    ({'access_token': Secret('x'), 'api_base': 'https://evil.example'}, 'API_BASE must be one of'),
    (
        {'access_token': Secret('x'), 'api_base': 'https://oapi.dingtalk.com.evil.example'},
        'API_BASE must be one of',
    ),
    ({'access_token': Secret('x'), 'api_base': 'https://127.0.0.1.evil.example'}, 'API_BASE must be one of'),
    ({'access_token': Secret('x'), 'api_base': 'https://127.evil.example/'}, 'API_BASE must be one of'),
    ({'access_token': Secret('x'), 'api_base': 'https://localhost@evil.example'}, 'API_BASE must be one of'),
    ({'access_token': Secret('x'), 'api_base': 'https://me:pw@127.0.0.1'}, 'API_BASE must be one of'),
    ({'access_token': Secret('x'), 'api_base': 'ftp://127.0.0.1'}, 'API_BASE must be one of'),
    ({'access_token': Secret('x'), 'api_base': 'http://[::1'}, 'API_BASE must be one of'),
    ({'access_token': Secret('x'), 'api_base': None}, 'API_BASE must be one of'),
    ({'access_token': Secret('x'), 'api_base': 5}, 'API_BASE must be one of'),
    ({'access_token': Secret('x'), 'at': 'all'}, 'AT must be a section'),
    ({'access_token': Secret('x'), 'at': ['138']}, 'AT must be a section'),
    (
        {'access_token': Secret('x'), 'at': {'mobile': ['1']}},
        'AT must be a section with MOBILES, USER_IDS, ALL',
    ),
    ({'access_token': Secret('x'), 'at': {'mobiles': '138'}}, 'AT.MOBILES and AT.USER_IDS must be lists'),
    ({'access_token': Secret('x'), 'at': {'user_ids': 5}}, 'AT.MOBILES and AT.USER_IDS must be lists'),
    ({'access_token': Secret('x'), 'at': {'all': 'yes'}}, 'AT.ALL must be true or false'),
    (
        {'access_token': Secret('x'), 'at': {'mobiles': ['1'] * 30, 'user_ids': ['a'] * 21}},
        'AT names more than 50 people',
    ),
]


@pytest.mark.parametrize('options', GOOD, ids=lambda options: ','.join(sorted(options)))
def test_options_that_can_be_used_are_no_problem(options):
    assert NOTIFIER.problems(options) == []


@pytest.mark.parametrize('options, problem', BAD)
def test_options_that_cannot_be_used_are_named(options, problem):
    problems = subject.problems(NOTIFIER, options)
    assert len(problems) == 1
    assert problems[0].startswith(problem)


def test_all_problems_are_said_at_once():
    problems = NOTIFIER.problems({'foo': 1, 'api_base': 'x', 'at': 5})
    assert len(problems) == 4


# The hook, and whose robot it is.


def test_it_answers_for_the_targets_of_its_channel_and_no_other():
    targets = (TargetRef('ops', 'dingding'), TargetRef('mail', 'email'), TargetRef('night', 'dingding'))
    now = datetime(2030, 1, 1, tzinfo=timezone.utc)
    run = Run('64f0:7', Schedule('64f0', 'n', 't'), 7, now, 'finished', (), end_time=now, targets=targets)
    assert NOTIFIER.on_run_complete(run) == [Notify('ops'), Notify('night')]
    assert NOTIFIER.on_run_complete(run._replace(targets=())) == []


def test_targets_with_one_token_are_one_robot_whatever_else_differs():
    one = NOTIFIER.credential(make_target(keyword='a'))
    other = NOTIFIER.credential(make_target('http://127.0.0.1:1', secret=Secret(SECRET)))
    assert one == other
    assert one != NOTIFIER.credential(make_target(access_token=Secret('another')))
    assert one.startswith('dingding|')


def test_what_the_channel_promises_the_worker():
    assert NOTIFIER.idempotent is True
    assert NOTIFIER.pace == (18, 61.0)  # 20 a minute are allowed
    assert NOTIFIER.cool_down == 600.0
    assert NOTIFIER.max_bytes == 20000


def test_a_channel_that_says_nothing_promises_nothing():
    assert Notifier.idempotent is False  # a doubt is shown and not sent again
    assert (Notifier.max_bytes, Notifier.oversize) == (None, 'cut')
    assert (Notifier.pace, Notifier.cool_down) == ((18, 61.0), 60.0)


def test_the_key_in_use_is_never_longer_than_the_one_that_was_measured():
    content = render(make_target())[0].content
    assert len(encode(dingding._body(content, 'f' * 32 + '-w'))) <= NOTIFIER.size(content, make_target())

"""The fake WeCom robot keeps the real one's rules for files: real uploads, ids tied to a key and a time."""

from datetime import datetime, timedelta, timezone

import pytest
import requests

from scan_notify_plugin.testing.wxwork_robot import WxWorkRobotServer
from tests.testing import asked

MB = 1024 * 1024
AMR = b'#!AMR\n' + b'\x00' * 20


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


def address(robot, query='&type=file'):
    return '{}/cgi-bin/webhook/upload_media?key={}{}'.format(robot.server.base_url, robot.key, query)


def upload(robot, content=b'content', name='report.xlsx', field='media', query='&type=file', **options):
    options.setdefault('timeout', 10)
    return requests.post(address(robot, query), files={field: (name, content)}, allow_redirects=False, **options)


def media_id_of(robot, *args, **kwargs):
    answer = upload(robot, *args, **kwargs).json()
    assert answer['errcode'] == 0
    return answer['media_id']


def send(robot, media_id, msgtype='file'):
    body = {'msgtype': msgtype, msgtype: {'media_id': media_id}}
    return requests.post(robot.webhook_url, json=body, timeout=5).json()['errcode']


def outcomes(robot):
    return [(call.outcome, call.answer) for call in robot.calls]


# --- uploading ------------------------------------------------------------------------------


def test_an_uploaded_file_can_be_read_and_sent(robot, watch):
    content = bytes(range(256)) * 40 + b'\r\n--\r\n\r\n\n\r'
    answer = upload(robot, content, '报告 1.xlsx').json()
    media_id = answer.pop('media_id')
    assert answer == {'errcode': 0, 'errmsg': 'ok', 'type': 'file', 'created_at': '1700000000'}
    assert robot.files == {media_id: ('报告 1.xlsx', content, watch.time, 'file')}
    assert robot.files[media_id].name == '报告 1.xlsx' and robot.files[media_id].bytes == content
    assert robot.messages == []
    assert send(robot, media_id) == 0
    (message,) = robot.messages
    assert (message.msgtype, message.title, message.text) == ('file', '', '报告 1.xlsx')
    assert message.body['file']['media_id'] == media_id
    assert outcomes(robot) == [('accepted', 0), ('accepted', 0)]


def test_each_upload_has_an_id_of_its_own_and_can_be_sent_twice(robot):
    first, second = media_id_of(robot), media_id_of(robot)
    assert first != second and len(robot.files) == 2
    assert [send(robot, first), send(robot, first), send(robot, second)] == [0, 0, 0]


@pytest.mark.parametrize('size, code', [(0, 44001), (1, 40006), (5, 40006), (6, 0), (20 * MB, 0), (20 * MB + 1, 45001)])
def test_a_file_has_a_least_and_a_greatest_size(robot, size, code):
    assert upload(robot, b'x' * size).json()['errcode'] == code
    assert [len(file.bytes) for file in robot.files.values()] == ([size] if code == 0 else [])


@pytest.mark.parametrize(
    'content, code',
    [(AMR, 0), (AMR + b'x' * (2 * MB - len(AMR)), 0), (AMR + b'x' * (2 * MB), 45001), (b'ID3 mp3', 40004)],
)
def test_a_voice_is_amr_and_smaller(robot, content, code):
    assert upload(robot, content, 'a.amr', query='&type=voice').json()['errcode'] == code


@pytest.mark.parametrize('query', ['', '&type=', '&type=image', '&type=File'])
def test_other_types_cannot_be_uploaded(robot, query):
    assert upload(robot, query=query).json()['errcode'] == 40005
    assert robot.files == {}


BOUNDARY = {'Content-Type': 'multipart/form-data; boundary=xyz'}
PART = b'--xyz\r\nContent-Disposition: form-data; name="media"; filename="a.txt"\r\n\r\ncontent\r\n--xyz--\r\n'


@pytest.mark.parametrize(
    'body, code',
    [
        (PART, 0),
        (PART[:-2], 0),
        (PART.replace(b'"a.txt"', b'"a.txt"; filelength=7\r\nContent-Type: application/octet-stream'), 0),
        (PART.replace(b'name="media"; filename="a.txt"', b'filename="a.txt"; name="media"'), 0),
        (b'--xyz\r\nContent-Disposition: form-data; name="key"\r\n\r\nvalue\r\n' + PART, 0),
        (PART.replace(b'content\r\n', b'\r\n'), 44001),
        (PART.replace(b'; filename="a.txt"', b''), 41005),
        (PART.replace(b'"a.txt"', b'""'), 41005),
        (PART.replace(b'filename="a.txt"', b"filename*=utf-8''a.txt"), 41005),
        (PART.replace(b'"a.txt"', b'"\xff.txt"'), 41005),
        (PART.replace(b'"media"', b'"file"'), 41005),
        (PART.replace(b'form-data', b'attachment'), 41005),
        (PART.replace(b'\r\n', b'\n'), 41005),
        (PART.replace(b'\r\n\r\n', b'\r\n'), 41005),
        (PART.replace(b'--xyz--\r\n', b''), 41005),
        (PART.replace(b'xyz', b'abc'), 41005),
        (b'preamble\r\n' + PART, 41005),
        (PART.replace(b'--xyz\r\n', b'--xyzz\r\n'), 41005),
        (b'', 41005),
        (b'content', 41005),
    ],
)
def test_the_multipart_body_is_read_strictly(robot, body, code):
    answer = requests.post(address(robot), data=body, headers=BOUNDARY, timeout=5).json()
    assert answer['errcode'] == code
    assert [file.name for file in robot.files.values()] == ([] if code else ['a.txt'])
    assert [file.bytes for file in robot.files.values()] == ([] if code else [b'content'])


@pytest.mark.parametrize(
    'content_type', [None, 'application/json', 'multipart/form-data', 'multipart/mixed; boundary=xyz']
)
def test_a_body_of_another_kind_is_no_upload(robot, content_type):
    answer = requests.post(address(robot), data=PART, headers={'Content-Type': content_type}, timeout=5)
    assert answer.json()['errcode'] == 41005


def test_a_file_posted_to_the_send_address_is_no_message(robot):
    answer = requests.post(robot.webhook_url, files={'media': ('a.txt', b'content')}, timeout=5)
    assert answer.json()['errcode'] == 40008
    assert robot.files == {} and robot.messages == []


def test_an_empty_file_is_refused_before_the_key_is_looked_at(server, robot):
    other = server.base_url + '/cgi-bin/webhook/upload_media?key=unknown&type=file'
    for content, code in ((b'', 44001), (b'content', 93000)):
        answer = requests.post(other, files={'media': ('a.txt', content)}, timeout=5)
        assert answer.json()['errcode'] == code
    for flag, code in (('disabled', 93004), ('removed', 93000)):
        setattr(robot, flag, True)
        assert [upload(robot, content).json()['errcode'] for content in (b'', b'content')] == [44001, code]
    assert robot.files == {} and [stray.answer for stray in server.strays] == [44001, 93000]


# --- sending --------------------------------------------------------------------------------


def test_an_id_that_is_none_of_this_robots_is_refused(server, robot):
    media_id = media_id_of(robot)
    assert send(server.add_robot(), media_id) == 40007
    assert send(robot, '9a0364b9e99bb480dd25e1f0284c8555') == 40007  # the md5 of the content is no id
    assert send(robot, '') == 41006
    assert send(robot, None) == 41006
    assert send(robot, 7) == 40058
    assert robot.messages == []


def test_an_id_is_good_for_its_type_only(robot):
    file, voice = media_id_of(robot), media_id_of(robot, AMR, 'a.amr', query='&type=voice')
    assert [send(robot, file, 'voice'), send(robot, voice, 'file')] == [40007, 40007]
    assert send(robot, voice, 'voice') == 0
    assert [(m.msgtype, m.text) for m in robot.messages] == [('voice', 'a.amr')]


def test_an_id_expires_after_three_days(robot, watch):
    media_id = media_id_of(robot)
    watch.go(days=3, seconds=-1)
    assert send(robot, media_id) == 0
    watch.go(seconds=1)
    assert send(robot, media_id) == 40007
    assert media_id in robot.files
    assert send(robot, media_id_of(robot)) == 0


def test_a_card_can_carry_an_uploaded_file(robot):
    rows = [{'type': 2, 'keyname': 'Report', 'value': 'a.xlsx', 'media_id': media_id_of(robot)}]
    body = {
        'msgtype': 'template_card',
        'template_card': {
            'card_type': 'text_notice',
            'main_title': {'title': 'done'},
            'horizontal_content_list': rows,
            'card_action': {'type': 1, 'url': 'https://arl.example/'},
        },
    }
    assert requests.post(robot.webhook_url, json=body, timeout=5).json()['errcode'] == 0
    assert robot.messages[0].text == 'Report a.xlsx\nreport.xlsx'


def test_uploads_do_not_count_as_messages(robot):
    ids = [media_id_of(robot) for _ in range(25)]
    assert [send(robot, media_id) for media_id in ids[:21]] == [0] * 20 + [45009]
    assert upload(robot).json()['errcode'] == 0


# --- scripted misbehaviour ------------------------------------------------------------------


@pytest.mark.parametrize('how, error', [('timeout', requests.ReadTimeout), ('cut', requests.ConnectionError)])
@pytest.mark.parametrize('when, arrived', [('_before', False), ('_after', True)])
def test_an_upload_without_answer(robot, how, when, arrived, error):
    robot.misbehave(how + when)
    with pytest.raises(error):
        upload(robot, timeout=0.5 if how == 'timeout' else 30)
    asked(robot)
    assert len(robot.files) == arrived
    assert outcomes(robot) == [('accepted' if arrived else 'lost', how + when)]
    assert upload(robot).json()['errcode'] == 0
    assert len(robot.files) == 1 + arrived


@pytest.mark.parametrize('how', ['http_502', 'http_429', 'html', 'empty', 'not_json', 'redirect', 'json_warning'])
@pytest.mark.parametrize('when, arrived', [('_before', False), ('_after', True)])
def test_an_upload_whose_answer_holds_no_id(robot, how, when, arrived):
    robot.misbehave(how + when)
    assert 'media_id' not in upload(robot).text
    assert len(robot.files) == arrived
    assert upload(robot).json()['media_id'] in robot.files


def test_an_error_code_keeps_the_file_out(robot):
    robot.misbehave(-1)
    assert upload(robot).json()['errcode'] == -1
    assert robot.files == {}


def test_a_script_can_be_for_one_kind_of_request_only(robot):
    media_id = media_id_of(robot)
    robot.misbehave(40007, only='send')
    robot.misbehave(45001, times=2, only='upload')
    robot.misbehave(-1)
    assert [upload(robot).json()['errcode'] for _ in range(2)] == [45001, 45001]
    assert [send(robot, media_id) for _ in range(3)] == [40007, -1, 0]
    robot.misbehave(40007, only='send')
    assert upload(robot).json()['errcode'] == 0
    robot.behave()
    assert send(robot, media_id) == 0

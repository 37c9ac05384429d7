"""The channel over HTTP: what arrives, who is mentioned, what a refusal means."""

import logging
import re

import pytest

from hookspecs import Notify, Run, Schedule, TargetRef
from scan_notify_plugin.errors import Reason, SendError
from scan_notify_plugin.notifiers.base import Receipt
from scan_notify_plugin.notifiers.wxwork import WechatNotifier
from scan_notify_plugin.notifiers.wxwork.codes import CODES, reason_of
from scan_notify_plugin.secret import Secret
from scan_notify_plugin.testing import subject
from scan_notify_plugin.testing.robot_server import Mentions
from tests.notifiers.samples import START, make_summary, make_tasks
from tests.notifiers.wxwork.samples import (
    LINK,
    NOTIFIER,
    NOWHERE,
    extras,
    make_file,
    make_report,
    make_target,
    render,
    send,
)


def refused(target, content=None, file=None):
    with pytest.raises(SendError) as caught:
        send(target, content, file)
    return caught.value


# What arrives.


def test_a_summary_arrives_as_markdown_v2_with_tables(robot):
    summary = make_summary(make_tasks(2, outcome='error'))
    assert send(make_target(robot), render(make_target(robot), summary)[0].content) == Receipt()
    (message,) = robot.messages
    assert message.msgtype == 'markdown_v2'
    assert message.text.startswith('## ✅ Scheduled scan finished: nightly · round 7\n\n')
    assert '| Assets | Number |\n| :--- | ---: |\n| sites | 12 |\n| vulnerabilities | 1 |' in message.text
    assert '\n| failed | 目标．example．com 1 | 1 |\n' in message.text and '0' * 20 not in message.text
    assert message.at == Mentions()


@pytest.mark.parametrize('options', [{}, {'clients': 'old'}, {'colours': True}])
def test_scan_tasks_are_listed_without_their_ids_unless_they_are_asked_for_or_nothing_else_names_them(options):
    summary = make_summary(make_tasks(2, outcome='error'))
    (page,) = render(make_target(**options), summary)
    assert summary.task_ids[0] not in page.content['text'] and summary.task_ids[0] in page.withheld['text']
    asked = make_target(task_ids=True, **options)
    assert NOTIFIER.problems(asked.options) == []
    (page,) = render(asked, summary)
    assert page.content['text'].count(summary.task_ids[0]) == 1
    (problem,) = subject.problems(NOTIFIER, make_target(task_ids='yes').options)
    assert 'TASK_IDS' in problem


@pytest.mark.parametrize('language, words', [('zh', '计划任务已完成'), ('en', 'Scheduled scan finished')])
@pytest.mark.parametrize('options, kind', [
    ({}, 'markdown_v2'),
    ({'clients': 'current', 'colours': False, 'mention': 'inline'}, 'markdown_v2'),  # nobody to mention
    ({'clients': 'old'}, 'markdown'),
    ({'colours': True}, 'markdown'),
    ({'mention': 'inline', 'mentioned_list': ['ann']}, 'markdown'),
    ({'mention': 'inline', 'mentioned_list': ['@all']}, 'markdown_v2'),
    ({'mention': 'companion', 'mentioned_list': ['ann']}, 'markdown_v2'),
])  # fmt: skip
def test_the_message_type_follows_from_the_options(robot, options, kind, language, words):
    target = make_target(robot, language, **options)
    assert NOTIFIER.problems(target.options) == []
    send(target)
    (message,) = robot.messages
    assert message.msgtype == kind and words in message.text
    assert ('|' in message.text) == (kind == 'markdown_v2')
    assert ('<font color="info">' in message.text) == bool(options.get('colours'))


def test_what_a_report_and_a_failed_submission_say_is_a_list_below_the_tables(robot):
    reports = (
        make_report(),
        make_report(link=''),
        make_report(made_at=None, error='disk|full'),
        make_report(made_at=None),
    )
    troubles = (('failed', 1, 'boom'), ('unreported', 2, ''), ('unrecorded', 0, '6'))
    summary = make_summary(status='error', reports=reports, troubles=troubles, repeat=True)
    send(make_target(robot), render(make_target(robot), summary)[0].content)
    text = robot.messages[0].text
    assert '> This may be a repeat' in text
    assert '- [Open the report]({})'.format(LINK) in text
    for words in (
        '--save 65e3a1b4c1a5dab8cb6205f0',
        'disk｜full',
        'still being made',
        ': boom',
        '2 scan tasks',
        'round 6',
    ):
        assert words in text


def test_a_report_line_and_what_is_left_out_of_long_lists_is_counted(robot):
    assets = tuple(('table {}'.format(number), number) for number in range(20))
    summary = make_summary(assets=assets, reports=(make_report(),) * 6, troubles=(('unreported', 1, ''),) * 5)
    for options in ({}, {'clients': 'old'}):
        text = render(make_target(robot, **options), summary)[0].content['text']
        assert 'table 15' in text and 'table 16' not in text
        assert re.search(r'4 other kinds( \|)? 70\b', text)
        assert '2 more reports' in text and '2 more submissions' in text


def test_a_test_message_says_so_and_calls_nobody(robot):
    summary = make_summary(test=True)
    for options in ({}, {'mention': 'inline'}):
        target = make_target(robot, mentioned_list=['ann'], mentioned_mobile_list=['13800000000'], **options)
        assert extras(target, summary) == []
        (page,) = render(target, summary)
        assert 'Test message' in page.content['text'] and '<@' not in page.content['text']


# Mentions.


@pytest.mark.parametrize('options, inline, at', [
    ({'mentioned_list': ['ann', 'bob', 'ann']}, '', Mentions((), ('ann', 'bob'))),
    ({'mentioned_mobile_list': [13800000000]}, '', Mentions(('13800000000',))),
    ({'mentioned_list': ['ann'], 'mentioned_mobile_list': ['+8613800000000']}, '',
     Mentions(('+8613800000000',), ('ann',))),
    ({'mentioned_list': ['ann', '@all']}, '', Mentions(all=True)),
    ({'mentioned_list': ['ann'], 'mentioned_mobile_list': ['@all'], 'mention': 'inline'}, '', Mentions(all=True)),
    ({'mentioned_list': ['ann', 'bob'], 'mention': 'inline'}, '<@ann> <@bob>', None),
    (
        {'mentioned_list': ['ann'], 'mentioned_mobile_list': ['13800000000'], 'mention': 'inline'},
        '<@ann>', Mentions(('13800000000',)),
    ),
    ({}, '', None),
])  # fmt: skip
def test_nobody_is_mentioned_twice(robot, options, inline, at):
    target = make_target(robot, **options)
    assert NOTIFIER.problems(target.options) == []
    for page in render(target) + extras(target):
        send(target, page.content)
    assert len(robot.messages) == (2 if at else 1)
    assert robot.messages[0].at == Mentions(user_ids=tuple(re.findall('<@(.*?)>', inline)))
    assert robot.messages[0].text.endswith('\n\n' + inline) if inline else '<@' not in robot.messages[0].text
    if at:
        assert robot.messages[1].msgtype == 'text'
        assert robot.messages[1].at == at
        assert robot.messages[1].text == 'Please see the message about the scheduled scan: nightly · round 7'


def test_a_card_mentions_nobody_so_a_text_message_does(robot):
    wanted = {'mentioned_list': ['ann'], 'mention': 'inline', 'form': 'card'}
    for options, kind in (({'card_url': 'https://arl.example.com/'}, 'template_card'), ({}, 'markdown_v2')):
        target = make_target(robot, **dict(wanted, **options))
        for page in render(target) + extras(target):
            send(target, page.content)
        assert [message.msgtype for message in robot.messages] == [kind, 'text']
        assert [message.at.user_ids for message in robot.messages] == [(), ('ann',)]
        del robot.messages[:]


def test_people_are_called_once_for_a_run_of_many_pages(robot):
    target = make_target(robot, mentioned_list=['ann'], mention='inline', mentioned_mobile_list=['13800000000'])
    summary = make_summary(make_tasks(300, outcome='error'))
    pages = render(target, summary) + extras(target, summary)
    assert len(pages) > 3
    for page in pages:
        send(target, page.content)
    assert [message.at for message in robot.messages] == [Mentions(user_ids=('ann',))] + [Mentions()] * (
        len(pages) - 2
    ) + [Mentions(('13800000000',))]


@pytest.mark.parametrize('options, words', [
    ({'mentioned_list': ['@ann']}, 'MENTIONED_LIST'),  # ids go without their @
    ({'mentioned_list': 'ann'}, 'MENTIONED_LIST'),
    ({'mentioned_list': ['a nn']}, 'MENTIONED_LIST'),
    ({'mentioned_mobile_list': ['ann']}, 'MENTIONED_MOBILE_LIST'),
    ({'mention': 'both'}, 'MENTION must be'),
    ({'mention': 'inline', 'mentioned_list': ['u' * 60 + str(n) for n in range(20)]}, 'has room for'),
    ({'clients': 'ancient'}, 'CLIENTS must be current or old'),
    ({'form': 'tiny'}, 'FORM must be summary or card'),
    ({'colours': 'yes'}, 'COLOURS must be true or false'),
    ({'send_file': 1}, 'SEND_FILE must be true or false'),
    ({'card_url': 'arl.example.com'}, 'CARD_URL'),
    ({'card_url': 'https://' + 'x' * 1024}, 'CARD_URL'),
    ({'card_url': 'http://[::1'}, 'CARD_URL'),
    ({'webhook_url': None}, 'WEBHOOK_URL is missing'),
    ({'access_token': 'x'}, 'ACCESS_TOKEN is not an option'),
])  # fmt: skip
def test_wrong_options_are_named(options, words):
    (problem,) = subject.problems(NOTIFIER, make_target(**options).options)
    assert words in problem


@pytest.mark.parametrize('url, right', [
    ('https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6', True),
    ('http://127.0.0.1:8080/cgi-bin/webhook/send?key=1', True),
    ('https://[::1]/cgi-bin/webhook/send?key=1', True),
    ('http://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1', False),
    ('https://qyapi.weixin.qq.com.example.com/cgi-bin/webhook/send?key=1', False),
    ('https://user@qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1', False),
    ('https://qyapi.weixin.qq.com/cgi-bin/webhook/send', False),
    ('https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=', False),
    ('https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1&key=2', False),
    ('https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1&debug=1', False),
    ('https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1#x', False),
    ('https://qyapi.weixin.qq.com/cgi-bin/webhook/upload_media?key=1', False),
    ('http://169.254.169.254/cgi-bin/webhook/send?key=1', False),
    ('http://[::1/cgi-bin/webhook/send?key=1', False),
    ('http://127.0.0.1:port/cgi-bin/webhook/send?key=1', False),
    ('693a91f6', False),
])  # fmt: skip
def test_a_webhook_is_wecoms_or_on_this_machine(url, right):
    problems = NOTIFIER.problems({'webhook_url': Secret(url)})
    assert bool(problems) != right
    assert not right or url not in str(problems)


def test_the_complaint_about_a_webhook_does_not_repeat_it():
    (problem,) = subject.problems(NOTIFIER, {'webhook_url': Secret('https://example.com/?key=hidden123')})
    assert 'hidden123' not in problem


# What its codes mean: channel_facts 3.5.

REASONS = {
    Reason.BUSY: {-1, 6000, 45033},
    Reason.THROTTLED: {45009, 45011},
    Reason.TOO_LONG: {45002},
    # of files: the link is sent instead
    Reason.CONTENT: {40004, 40005, 40006, 40007, 41005, 44001, 45001},
}


def test_the_codes_that_are_tried_again_and_those_that_are_final():
    for reason, codes in REASONS.items():
        assert {code for code in CODES if CODES[code].reason is reason} == codes
    assert {one.reason for one in CODES.values()} - set(REASONS) == {Reason.CONFIG}
    assert reason_of(999999) is Reason.REFUSED


@pytest.mark.parametrize('code', sorted(CODES) + [999999])
def test_every_code_has_its_reason(robot, code):
    robot.misbehave(code)
    error = refused(make_target(robot))
    assert (error.reason, error.code) == (reason_of(code), code)
    assert error.words
    assert len(robot.calls) == 1


@pytest.mark.parametrize('how, reason', [
    ('cut', Reason.UNKNOWN),
    ('cut_after', Reason.UNKNOWN),
    ('http_502', Reason.UNKNOWN),  # whether there was a service behind the gateway, nobody knows
    ('http_503', Reason.BUSY),
    ('http_429', Reason.THROTTLED),
    ('html', Reason.UNKNOWN),
    ('empty', Reason.UNKNOWN),
    ('not_json', Reason.UNKNOWN),
    ('redirect', Reason.CONFIG),
])  # fmt: skip
def test_a_robot_that_misbehaves_is_a_reason_too(robot, how, reason):
    robot.misbehave(how)
    assert refused(make_target(robot)).reason is reason
    assert len(robot.calls) == 1


def test_a_robot_that_does_not_answer_is_a_doubt(robot):
    robot.misbehave('timeout_after')
    assert refused(make_target(robot, total=0.3)).reason is Reason.UNKNOWN
    assert len(robot.messages) == 1


def test_a_robot_that_cannot_be_reached_has_got_nothing():
    assert refused(make_target()).reason is Reason.UNREACHABLE


def test_a_robot_that_was_removed_or_disabled_is_a_fault_of_the_configuration(robot):
    robot.disabled = True
    assert (refused(make_target(robot)).reason, refused(make_target(robot)).code) == (Reason.CONFIG, 93004)
    robot.removed = True
    assert refused(make_target(robot)).code == 93000


def test_a_warning_beside_a_zero_is_kept_and_logged(robot, caplog):
    robot.misbehave('json_warning_after')
    with caplog.at_level(logging.WARNING):
        assert 'wrong json format' in send(make_target(robot)).note
    assert 'wrong json format' in caplog.text


@pytest.mark.parametrize('answer, words', [
    ({'errmsg': 'ok'}, ': ok'), ({'errcode': None}, ''), ({'errcode': 'ok'}, ''), ({'errcode': [0]}, ''),
    ({'errcode': False}, ''),
    ({'errcode': 0.5}, ''), ({'errcode': float('inf')}, ''), ({'errcode': float('nan'), 'errmsg': None}, ''),
])  # fmt: skip
def test_only_an_errcode_of_zero_is_a_receipt(answer, words):
    class Canned:
        def post(self, *args, **kwargs):
            return answer

    error = refused(make_target()._replace(http=Canned()))
    assert (error.reason, error.words) == (Reason.UNKNOWN, 'the answer has no errcode' + words)


def test_the_key_is_in_no_error_whatever_the_robot_says(robot):
    class Telling:
        def post(self, url, body, params):
            raise SendError(Reason.UNKNOWN, 200, 'what is {}?'.format(params['key']))

    assert refused(make_target(robot)._replace(http=Telling())).words == 'what is ***?'

    class Quoting:
        def post(self, url, body, params):
            return {'errcode': 93000, 'errmsg': 'no robot {}'.format(params['key'])}

    assert refused(make_target(robot)._replace(http=Quoting())).words == 'no robot ***'

    class Codeless:
        def post(self, url, body, params):
            return {'errmsg': 'no robot {}'.format(params['key'])}

    assert refused(make_target(robot)._replace(http=Codeless())).words == 'the answer has no errcode: no robot ***'


# Files.


def with_file(robot, **fields):
    target = make_target(robot, send_file=True)
    summary = make_summary(reports=(make_report(**fields),))
    return target, extras(target, summary)


def test_a_report_arrives_as_a_file_after_the_mention(robot):
    target = make_target(robot, send_file=True, mentioned_list=['ann'])
    summary = make_summary(reports=(make_report(), make_report(made_at=None, error='no disk')))
    mention, file = extras(target, summary)
    send(target, mention.content)
    send(target, file.content, make_file())
    assert [message.msgtype for message in robot.messages] == ['text', 'file']
    assert robot.messages[1].text == 'nightly-7.xlsx'
    (kept,) = robot.files.values()
    assert (kept.name, kept.bytes) == ('nightly-7.xlsx', b'PK' + b'x' * 100)


def test_without_the_option_there_is_no_file(robot):
    assert extras(make_target(robot), make_summary(reports=(make_report(),))) == []


@pytest.mark.parametrize('size', [0, 5, 20 * 1024 * 1024 + 1])
def test_what_the_robot_would_not_take_is_left_to_the_link(robot, size):
    assert with_file(robot, size=size)[1] == []


def test_at_most_three_files_are_sent(robot):
    target = make_target(robot, send_file=True)
    assert len(extras(target, make_summary(reports=(make_report(),) * 5))) == 3


def test_a_report_that_is_gone_by_then_is_replaced_by_its_link(robot):
    target, (page,) = with_file(robot)
    error = refused(target, page.content)
    assert (error.reason, robot.calls) == (Reason.CONTENT, [])
    send(target, page.withheld)
    assert robot.messages[0].msgtype == 'text'
    assert robot.messages[0].text.endswith('download it: ' + LINK)


def test_without_a_link_people_learn_how_to_fetch_it(robot):
    target, (page,) = with_file(robot, link='')
    assert page.withheld['text'].endswith('scan-notify reports --save 65e3a1b4c1a5dab8cb6205f0')


@pytest.mark.parametrize('how, reason', [
    ('cut_after', Reason.UNREACHABLE),
    ('http_502', Reason.BUSY),
    ('http_429', Reason.THROTTLED),
    ('empty', Reason.BUSY),
    ('redirect', Reason.CONTENT),  # a proxy that will not have it: then the link
    (45009, Reason.THROTTLED),
    (45001, Reason.CONTENT),
    (93000, Reason.CONFIG),
])  # fmt: skip
def test_an_upload_that_fails_is_no_doubt(robot, how, reason):
    target, (page,) = with_file(robot)
    robot.misbehave(how, only='upload')
    assert refused(target, page.content, make_file()).reason is reason
    assert robot.messages == []


def test_an_upload_without_an_id_is_no_doubt(robot):
    class Canned:
        def upload(self, *args, **kwargs):
            return {'errcode': 0, 'media_id': None}

    target, (page,) = with_file(robot)
    assert refused(target._replace(http=Canned()), page.content, make_file()).reason is Reason.UNREACHABLE


def test_a_message_with_a_file_that_is_not_answered_is_a_doubt(robot):
    target, (page,) = with_file(robot)
    robot.misbehave('cut_after', only='send')
    assert refused(target, page.content, make_file()).reason is Reason.UNKNOWN
    assert len(robot.messages) == 1


def test_an_id_that_is_refused_right_away_is_made_anew_once(robot):
    target, (page,) = with_file(robot)
    robot.misbehave(40007, only='send')
    send(target, page.content, make_file())
    assert len(robot.files) == 2 and len(robot.messages) == 1
    robot.misbehave(40007, times=2, only='send')
    error = refused(target, page.content, make_file())
    assert (error.reason, error.code, len(robot.files)) == (Reason.CONTENT, 40007, 4)


def test_a_slow_upload_is_not_made_twice(robot, monkeypatch):
    monkeypatch.setattr('scan_notify_plugin.notifiers.wxwork.robot.AGAIN_WITHIN', -1)
    target, (page,) = with_file(robot)
    robot.misbehave(40007, only='send')
    assert refused(target, page.content, make_file()).code == 40007
    assert len(robot.files) == 1


# The contract.


def test_what_the_channel_promises_the_worker():
    assert NOTIFIER.idempotent is False
    assert NOTIFIER.pace == (18, 61.0)
    assert NOTIFIER.cool_down == 60.0
    assert (NOTIFIER.max_bytes, NOTIFIER.oversize) == (4096, 'split')


def test_the_class_of_the_entry_point_is_the_channel_without_a_configuration():
    notifier = WechatNotifier()
    assert notifier.channel == 'wxwork'
    targets = tuple(TargetRef(name, channel) for name, channel in (('a', 'wxwork'), ('b', 'wechat'), ('c', 'dingding')))
    run = Run('1:1', Schedule('1', 'n', 'recurrent_scan'), 1, START, 'finished', (), targets=targets)
    assert notifier.on_run_complete(run) == [Notify('a'), Notify('b')]


def test_targets_of_one_robot_share_its_credential():
    first, second = make_target(), make_target(clients='old')
    assert NOTIFIER.credential(first) == NOTIFIER.credential(second) == 'wxwork|0123456789abcdef'
    assert NOTIFIER.credential(make_target(webhook_url=Secret(NOWHERE + '0'))) != NOTIFIER.credential(first)

"""The channel passes the battery, reads Slack's answers, and writes its markup."""

import re

import pytest
from fake_slack import TOKEN, SlackServer
from scan_notify_slack.dialect import Mrkdwn
from scan_notify_slack.notifier import SlackNotifier

from scan_notify_plugin.api import Part, Reason, Secret, SendError
from scan_notify_plugin.notifiers import blocks
from scan_notify_plugin.testing.conformance import NotifierConformance, Subject, make_target, told
from scan_notify_plugin.testing.robot_server import Answer


@pytest.fixture
def server():
    with SlackServer(hold_seconds=1) as server:
        yield server


def subject_of(server):
    refusals = {Reason.THROTTLED: 429, Reason.CONFIG: 404, Reason.GONE: 410}
    nobody = {'url': 'http://127.0.0.1:9/services/' + TOKEN}  # the port of `discard`
    url = server.webhook.url
    return Subject(SlackNotifier(), {'url': url}, server.webhook, [url, TOKEN], refusals, nobody=nobody)


class TestSlack(NotifierConformance):
    @pytest.fixture
    def subject(self, server):
        return subject_of(server)

    def test_its_template_names_scan_tasks_without_their_ids(self, subject, loop):
        told(loop, targets=['192.0.2.7'], status='error')
        (message,) = subject.robot.messages
        assert '\n- 192.0.2.7' in message.text and not re.search('[0-9a-f]{24}', message.text)


def send(server, how=0, text='*done*'):
    server.webhook.misbehave(how)
    return SlackNotifier().send(Part('key', text, {'text': text}), make_target(subject_of(server)))


@pytest.mark.parametrize('status, said, reason', [
    (400, 'invalid_payload', Reason.CONFIG),
    (403, 'action_prohibited', Reason.CONFIG),
    (404, 'channel_not_found', Reason.CONFIG),
    (404, 'no_such_word', Reason.REFUSED),
    (410, 'channel_is_archived\n', Reason.GONE),
    (429, 'rate_limited', Reason.THROTTLED),
    (500, 'rollup_error', Reason.UNKNOWN),
    (200, 'fine', Reason.UNKNOWN),
    (204, '', Reason.UNKNOWN),
])  # fmt: skip
def test_what_slack_says_has_its_reason(server, status, said, reason):
    with pytest.raises(SendError) as caught:
        send(server, Answer(status, said.encode('ascii')))
    assert (caught.value.reason, caught.value.code) == (reason, status)


def test_ok_is_the_only_success(server):
    send(server)
    (message,) = server.webhook.messages
    assert message.body == {'text': '*done*'}


def test_a_webhook_that_is_wrong_is_a_fault_of_the_configuration(server):
    target = make_target(subject_of(server), {'url': server.base_url + '/services/T1/B1/wrong'})
    with pytest.raises(SendError) as caught:
        SlackNotifier().send(Part('key', 'x', {'text': 'x'}), target)
    assert str(caught.value) == 'config 404: no_service'


def test_an_address_without_tls_is_named_and_not_shown():
    (problem,) = SlackNotifier().problems({'url': Secret('http://hooks.slack.com/services/' + TOKEN)})
    assert 'https://' in str(problem) and TOKEN not in str(problem)


@pytest.mark.parametrize('block, drawn', [
    (blocks.Heading('a <!channel>'), '*a ＜！channel＞*'),
    (blocks.Sentence(blocks.Link('report', 'https://arl.example.com/r')), '<https://arl.example.com/r|report>'),
    (blocks.Quote('x'), '> x'),
    (blocks.Code(('a', 'b')), '```\na\nb\n```'),
    (blocks.Items(('_x_', '<@U012AB3CD>')), '- ＿x＿\n- ＜＠U012AB3CD＞'),
])  # fmt: skip
def test_blocks_are_drawn_in_slacks_markup(block, drawn):
    assert Mrkdwn().text(blocks.apart(block), 'en') == drawn

"""What services answer, and what people are told because of it."""

import pytest

from scan_notify_plugin.errors import SendError
from scan_notify_plugin.notifiers.dingding_openapi.cards import register_callback
from scan_notify_plugin.secret import Secret
from scan_notify_plugin.settings.tokens import TokenStore
from tests.findings.worlds import Loop, finished_runs, only_job, section, target
from tests.notifiers.samples import make_target
from tests.notifiers.test_http import Peer, answer

BAN = '{"status":1111,"wait":5,"source":"x5","punish":"deny","uuid":"0"}'
OURS, EARLIER = 'https://arl.example.com/api/scan_notify/dingtalk/card', 'https://old.example.com/card'


@pytest.mark.parametrize('channel, how', [
    ('dingding', 'http_502_before'), ('dingding', 'cut_before'), ('dingding', 'not_json_before'),
    ('dingding', 'empty_before'), ('wxwork', 'http_502_before'), ('wxwork', 'cut_before'),
    ('wxwork', 'not_json_before'),
    ('wxwork', 'html_before'),
])  # fmt: skip
def test_of_a_message_in_doubt_the_fallback_is_told_as_of_a_possible_repeat(clock, ops, lead, wecom, channel, how):
    ill = ops if channel == 'dingding' else wecom
    ill.misbehave(how, times=500)
    loop = Loop(section({'ops': target(ill, FALLBACK='lead'), 'lead': target(lead)}), clock=clock)
    loop.finished_run()
    loop.run_through(90, 60)
    assert not ill.messages
    assert ['可能是重复消息' in message.text for message in lead.messages] == [True]


def test_a_robot_whose_credential_was_changed_gets_no_more_than_its_pace(server, clock, ops):
    renewed = server.add_robot()
    before = Loop(section({'ops': target(ops)}), clock=clock)
    finished_runs(before, 30)
    after = Loop(section({'ops': target(renewed)}), db=before.db, clock=clock)
    finished_runs(after, 10)
    for _ in range(50):
        after.tick(1, 1)
        after.work()
    assert {call.outcome for call in renewed.calls} == {'accepted'} and len(renewed.calls) <= 20


def test_a_target_that_is_gone_is_not_called_a_plugin_that_is(clock, ops):
    before = Loop(section({'ops': target(ops)}), clock=clock)
    run_id = before.finished_run()
    after = Loop(section({'crew': target(ops)}, ['crew']), db=before.db, clock=clock)
    after.run_through()
    job = only_job(after, run_id)
    assert job['state'] == 'error' and 'plugin' not in job['error'] and 'ops' in job['error']


@pytest.mark.parametrize('channel, code', [
    ('dingding', 410101), ('dingding', 123456), ('wxwork', 45011), ('wxwork', 123456),
])  # fmt: skip
def test_a_code_that_nobody_knows_takes_no_name_out_of_a_message(clock, ops, wecom, channel, code):
    robot = ops if channel == 'dingding' else wecom
    robot.misbehave(code)
    loop = Loop(section({'ops': target(robot)}), clock=clock)
    loop.finished_run(['named.example.com'], status='error')  # of tasks, those that failed are named
    loop.run_through(10, 61)
    assert ['named.example.com' in message.text for message in robot.messages] == [True]


@pytest.mark.parametrize('body', [BAN, '<html><script>var info = {}</script></html>'.format(BAN)], ids=['JSON', 'HTML'])
def test_an_address_that_dingtalk_has_banned_is_waited_out(clock, body):
    with Peer(answer(200, body)) as peer:
        ops = {'CHANNEL': 'dingding', 'ACCESS_TOKEN': '5f2c' * 16, 'API_BASE': peer.url}
        loop = Loop(section({'ops': ops}), clock=clock)
        run_id = loop.finished_run()
        loop.run_through(20, 10)
        assert [attempt['result'] for attempt in only_job(loop, run_id)['attempts']] == ['throttled']
        assert len(peer.requests) == 1


def test_a_success_that_names_another_address_is_none(clock):
    def play(connection, over):
        asked = peer.requests[-1].split(b'\r\n')[0]
        said = '{"accessToken":"5f2cToken","expireIn":7200}' if b'accessToken' in asked else kept
        answer(200, said)(connection, over)

    kept = '{{"success":true,"result":{{"callbackUrl":"{}"}}}}'.format(EARLIER)
    with Peer(play) as peer:
        options = {'app_key': 'k', 'app_secret': Secret('s' * 20), 'callback_secret': Secret('c' * 20)}
        cards = make_target(peer.url, access_token=None, callback_route_key='arl', **options)
        cards = cards._replace(tokens=TokenStore(Loop({}, clock=clock).db, clock))
        with pytest.raises(SendError) as caught:
            register_callback(cards, OURS)
        assert EARLIER in caught.value.words

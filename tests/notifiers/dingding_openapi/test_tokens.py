"""The access token: asked for once, renewed early, renewed once when it is refused, written nowhere."""

import json
import logging

import pytest

from scan_notify_plugin.errors import Reason, SendError
from scan_notify_plugin.notifiers.target import Tokens
from tests.notifiers.dingding_openapi.conftest import CID

GROUP, WORK = '/v1.0/robot/groupMessages/send', '/topapi/message/corpconversation/asyncsend_v2'


def users(count):
    return ['u{}'.format(number) for number in range(1, count + 1)]


def test_one_token_is_good_for_both_hosts_and_for_many_requests(sent, app):
    one = sent(WAYS=['work', 'group'], USERS=users(130), DEFAULT_CHAT_ID=CID)
    for part in one.parts():
        one.send(part)
    assert app.token_calls == 1 and len(app.work_notifications) == 2 and len(app.group_messages) == 1


def test_a_token_that_ends_in_the_middle_of_a_batch_is_renewed_and_nobody_has_it_twice(loop, app, server):
    world = loop(WAYS=['direct'], USERS=users(80))
    run_id = world.finished_run()
    server.expire_tokens()
    world.tick()
    server.expire_tokens(after_uses=2)
    world.run_through(12)
    assert world.jobs(run_id)[0]['state'] == 'success'
    reached = [user for message in app.direct_messages for user in message.user_ids]
    assert reached == users(80) and app.token_calls == 2


def test_the_same_on_the_old_host(sent, app, server):
    one = sent(WAYS=['work'], USERS=users(130))
    first, second = one.parts()
    one.send(first)
    server.expire_tokens()
    one.send(second)
    assert app.token_calls == 2 and len(app.work_notifications) == 2


def test_a_token_that_is_refused_again_is_no_loop(sent, app):
    app.misbehave('InvalidAuthentication', times=5, only=GROUP)
    one = sent(DEFAULT_CHAT_ID=CID)
    with pytest.raises(SendError) as caught:
        one.send(one.parts()[0])
    assert caught.value.reason is Reason.CONFIG
    assert sum(call.path == GROUP for call in app.calls) == 2


def test_the_gateways_envelope_is_opened(sent, app):
    from scan_notify_plugin.notifiers.dingding_openapi import codes

    assert codes.of_old({'errcode': 88, 'sub_code': '40014', 'sub_msg': 'x'}) == (40014, 'x')
    assert codes.of_old({'errcode': 88, 'sub_code': '40014', 'errmsg': 'y', 'sub_msg': None}) == (40014, 'y')
    # Neither a zero nor a word in it makes a success of an error.
    assert codes.of_old({'errcode': 88, 'sub_code': 0, 'errmsg': 'y'}) == (88, 'y')
    assert codes.of_old({'errcode': 88, 'sub_code': 'isv.x', 'errmsg': 'y'}) == (88, 'y')
    assert codes.of_old({'errcode': '0', 'errmsg': 'ok'})[0] == 0


def test_a_wrong_secret_is_a_fault_of_the_configuration(sent, options):
    one = sent(DEFAULT_CHAT_ID=CID, APP_SECRET='5f2cWrong')
    with pytest.raises(SendError) as caught:
        one.send(one.parts()[0])
    assert (caught.value.reason, caught.value.code) == (Reason.CONFIG, 'invalidClientIdOrSecret')


@pytest.mark.parametrize('how', ['cut_after', 'http_502', 'not_json', 'timeout'])
def test_without_a_token_nothing_was_sent(sent, app, how):
    app.misbehave(how, only='/v1.0/oauth2/accessToken')
    one = sent(DEFAULT_CHAT_ID=CID, total=0.5 if how == 'timeout' else 5.0)
    with pytest.raises(SendError) as caught:
        one.send(one.parts()[0])
    assert caught.value.reason in (Reason.UNREACHABLE, Reason.BUSY) and not app.group_messages


class Kept(Tokens):
    def __init__(self):
        super().__init__()
        self.seconds = []

    def put(self, name, token, seconds):
        self.seconds.append(seconds)
        super().put(name, token, seconds)


def test_it_is_renewed_ten_minutes_before_its_end(sent):
    one = sent(DEFAULT_CHAT_ID=CID)
    kept = Kept()
    one.target = one.target._replace(tokens=kept)
    one.send(one.parts()[0])
    assert kept.seconds == [7200 - 600]


def test_no_credential_is_written_down(loop, app, server, caplog):
    caplog.set_level(logging.DEBUG)
    world = loop(WAYS=['work', 'group'], USERS=['u1'], DEFAULT_CHAT_ID=CID)
    app.misbehave('cut_before', only=WORK)
    world.finished_run()
    world.run_through(10)
    token = world.db['scan_notify_secret'].find_one({'_id': {'$regex': '^token:'}})['value']
    for name in world.db.list_collection_names():
        if name != 'scan_notify_secret':
            written = json.dumps(list(world.db[name].find()), default=str)
            assert app.app_secret not in written and token not in written
    assert app.app_secret not in caplog.text and token not in caplog.text


def test_workers_share_a_token(loop, app):
    world = loop(DEFAULT_CHAT_ID=CID)
    other = loop(DEFAULT_CHAT_ID=CID)
    other.context.channels._targets['ops'] = other.context.channels.target('ops')._replace(
        tokens=world.context.channels.target('ops').tokens
    )
    for one in (world, other):
        one.finished_run()
        one.run_through()
    assert len(app.group_messages) == 2 and app.token_calls == 1

"""The application's robot: groups, people one to one, their limits and their two lists of failures."""

import pytest

from scan_notify_plugin.errors import Reason, SendError
from scan_notify_plugin.testing.script import json_answer
from tests.notifiers.dingding_openapi.conftest import CID, OTHER_CID
from tests.notifiers.samples import make_summary, make_tasks

GROUP, DIRECT = '/v1.0/robot/groupMessages/send', '/v1.0/robot/oToMessages/batchSend'


def users(count):
    return ['u{}'.format(number) for number in range(1, count + 1)]


def test_every_group_gets_it_once(sent, app):
    one = sent(DEFAULT_CHAT_ID=CID, CONVERSATIONS=[OTHER_CID, CID])
    for part in one.parts():
        assert one.send(part).final
    assert [message.conversation for message in app.group_messages] == [CID, OTHER_CID]
    first, second = app.group_messages
    assert first.msg_key == 'sampleMarkdown' and 'nightly' in first.param['text'] and first.param == second.param


def test_a_message_is_within_15000_bytes(sent, app):
    one = sent(DEFAULT_CHAT_ID=CID, OVERSIZE='split')
    parts = one.parts(make_summary(make_tasks(600, outcome='error')))
    assert len(parts) > 2
    for part in parts:
        one.send(part)
    assert len(app.group_messages) == len(parts)


def test_strangers_words_have_no_markup(sent, app):
    one = sent(DEFAULT_CHAT_ID=CID)
    (part,) = one.parts(make_summary(schedule_name='<@all> ![x](http://x.example) **'))
    one.send(part)
    text = app.group_messages[0].param['text']
    assert '<@' not in text and '![' not in text and 'http://' not in text


def test_people_get_it_in_batches_of_20(sent, app):
    one = sent(WAYS=['direct'], USERS=users(45))
    for part in one.parts():
        assert one.send(part).final
    assert [len(message.user_ids) for message in app.direct_messages] == [20, 20, 5]


def test_both_lists_of_failures_are_on_record_and_make_the_delivery_an_error(loop, app):
    app.flow_controlled = {'u3'}
    world = loop(WAYS=['direct'], USERS=['u1', 'nobody', 'u3'])
    run_id = world.finished_run()
    world.run_through(10)
    (job,) = world.jobs(run_id)
    assert job['state'] == 'error'
    assert 'nobody (no such user)' in job['error'] and 'u3 (too many messages, flow controlled)' in job['error']
    (message,) = app.direct_messages  # never sent again for the sake of the two
    assert message.user_ids == ('u1',)


@pytest.mark.parametrize('code, reason', [
    ('invalid.openConversationId', Reason.CONFIG),
    ('group.disbanded', Reason.CONFIG),
    ('send.too.fast', Reason.THROTTLED),
    ('Forbidden.AccessDenied.QpsLimitForAppkeyAndApi', Reason.THROTTLED),
    ('Forbidden.AccessDenied.ApiCountLimitForOrg', Reason.QUOTA),
    ('Forbidden.AccessDenied.AccessTokenPermissionDenied', Reason.CONFIG),
    ('contain.unsafe.url', Reason.CONTENT),
    ('invalidParameter.msgParam.tooLong', Reason.TOO_LONG),
    ('unknown.send.result', Reason.UNKNOWN),
    ('system.error', Reason.UNKNOWN),
    ('system.busy', Reason.BUSY),
])  # fmt: skip
def test_a_refusal_says_what_it_means(sent, app, code, reason):
    app.misbehave(code, only=GROUP)
    one = sent(DEFAULT_CHAT_ID=CID)
    (part,) = one.parts()
    with pytest.raises(SendError) as caught:
        one.send(part)
    assert (caught.value.reason, caught.value.code) == (reason, code)
    assert not app.group_messages


@pytest.mark.parametrize(
    'status, reason', [(400, Reason.REFUSED), (404, Reason.REFUSED), (422, Reason.REFUSED), (500, Reason.UNKNOWN)]
)
def test_a_code_that_nobody_knows_is_one_with_any_status(sent, app, status, reason):
    """With a 5xx it says nothing of the message."""
    app.misbehave(json_answer(status, {'code': 'who.knows', 'message': 'their words'}), only=GROUP)
    one = sent(DEFAULT_CHAT_ID=CID)
    (part,) = one.parts()
    with pytest.raises(SendError) as caught:
        one.send(part)
    assert (caught.value.reason, caught.value.code) == (reason, 'who.knows')


def test_a_lost_answer_is_a_doubt_because_there_is_no_key(loop, app):
    app.misbehave('cut_after', only=GROUP)
    world = loop(DEFAULT_CHAT_ID=CID)
    run_id = world.finished_run()
    world.run_through(10)
    assert world.jobs(run_id)[0]['state'] == 'uncertain' and len(app.group_messages) == 1


def test_a_used_up_month_is_final_and_visible(loop, app):
    app.quota = 0
    world = loop(DEFAULT_CHAT_ID=CID)
    run_id = world.finished_run()
    world.run_through()
    assert world.jobs(run_id)[0]['error'].startswith('quota Forbidden.AccessDenied.ApiCountLimitForOrg')
    assert world.run(run_id)['push_status'] == 'error'


def test_unsuitable_words_are_withheld(loop, app):
    app.forbidden_words = {'nightly'}
    world = loop(DEFAULT_CHAT_ID=CID)
    run_id = world.finished_run()
    world.run_through(8)
    assert world.jobs(run_id)[0]['state'] == 'success'
    assert 'withheld' in app.group_messages[0].param['text']


def test_ways_share_the_lane_of_their_application(loop, app):
    world = loop(WAYS=['work', 'group', 'direct'], USERS=['u1'], DEFAULT_CHAT_ID=CID)
    run_id = world.finished_run()
    world.run_through(10)
    (job,) = world.jobs(run_id)
    assert job['state'] == 'success'
    assert len(app.work_notifications) == len(app.group_messages) == len(app.direct_messages) == 1


def test_a_group_that_is_gone_keeps_the_message_from_no_other(loop, app):
    world = loop(CONVERSATIONS=['cidGone==', CID, OTHER_CID], WAYS=['group'])
    run_id = world.finished_run()
    world.run_through(8)
    assert sorted(message.conversation for message in app.group_messages) == sorted([CID, OTHER_CID])
    (job,) = world.jobs(run_id)
    assert job['state'] == 'error' and 'openConversationId' in job['error']
    assert sorted(part['state'] for part in job['parts']) == ['done', 'done', 'failed']

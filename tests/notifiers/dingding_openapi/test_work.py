"""Work notifications: batches, two kilobytes, the same content rule, and whom they did not reach."""

import json

import pytest

from scan_notify_plugin.errors import Reason, SendError
from scan_notify_plugin.faults import Fault, say
from scan_notify_plugin.notifiers.base import Receipt
from scan_notify_plugin.notifiers.http import encode
from tests.notifiers.samples import make_summary, make_tasks

SEND = '/topapi/message/corpconversation/asyncsend_v2'
PROGRESS = '/topapi/message/corpconversation/getsendprogress'
RESULT = '/topapi/message/corpconversation/getsendresult'


def users(count):
    return ['u{}'.format(number) for number in range(1, count + 1)]


def test_people_get_it_and_the_receipt_becomes_final_when_dingtalk_says_so(sent, app):
    one = sent(WAYS=['work'], USERS=['u1', 'u2'])
    (part,) = one.parts()
    receipt = one.send(part)
    assert not receipt.final
    assert one.check(part, receipt).final
    (work,) = app.work_notifications.values()
    assert work.reached == ['u1', 'u2'] and 'nightly' in work.msg['markdown']['text']


def test_one_request_has_100_users_or_20_departments_at_most(sent, app):
    app.departments.update({number: ['u{}'.format(number)] for number in range(1, 26)})
    one = sent(WAYS=['work'], USERS=users(130), DEPARTMENTS=list(range(1, 26)), OVERSIZE='cut')
    parts = one.parts()
    assert [len(part.content.get('users', part.content.get('departments'))) for part in parts] == [100, 30, 20, 5]
    for part in parts:
        assert one.check(part, one.send(part)).final


def test_a_message_is_never_over_two_kilobytes(sent, app):
    for summary in (
        make_summary(make_tasks(300)),
        make_summary(make_tasks(40), troubles=tuple(('failed', 2, '错' * 400) for _ in range(4))),
        make_summary(
            make_tasks(0), schedule_name='名' * 100, assets=tuple(('表' * 60 + str(n), n) for n in range(1, 30))
        ),
    ):
        one = sent(WAYS=['work'], USERS=['u1'])
        for part in one.parts(summary):
            msg = {'msgtype': 'markdown', 'markdown': {name: part.content[name] for name in ('title', 'text')}}
            assert len(encode(msg)) <= 2048
            assert summary.run_id in part.text
            one.send(part)


def test_two_of_five_who_did_not_get_it_are_named(loop, app):
    app.unreachable = {'u2': '143105', 'u4': ''}
    world = loop(WAYS=['work'], USERS=users(5))
    run_id = world.finished_run()
    world.run_through(12)
    (job,) = world.jobs(run_id)
    assert job['state'] == 'error' and world.run(run_id)['push_status'] == 'error'
    assert 'u2' in job['error'] and 'u4' in job['error'] and 'u1' not in job['error']
    assert '143105 daily limit' in job['error']
    (work,) = app.work_notifications.values()  # the other three have it, once
    assert work.reached == ['u1', 'u3', 'u5']


def test_all_whom_it_did_not_reach_are_on_record_however_many(loop, app):
    app.unreachable = {user: '' for user in users(90)}
    world = loop(WAYS=['work'], USERS=users(95))
    run_id = world.finished_run()
    world.run_through(12)
    (job,) = world.jobs(run_id)
    assert all(user in job['error'].replace(' (', ', ').split(', ') for user in users(90)[1:])


def test_one_batch_that_did_not_arrive_does_not_keep_the_other_from_going(loop, app):
    app.unreachable = {'u3': ''}
    world = loop(WAYS=['work'], USERS=users(101))
    run_id = world.finished_run()
    world.run_through(12)
    (job,) = world.jobs(run_id)
    assert job['state'] == 'error' and [part['state'] for part in job['parts']] == ['failed', 'done']
    assert len(app.work_notifications) == 2


def test_a_department_that_is_unknown_is_named(sent, app):
    one = sent(WAYS=['work'], DEPARTMENTS=[7, 8])
    (part,) = one.parts()
    with pytest.raises(SendError) as caught:
        one.check(part, one.send(part))
    assert caught.value.reason is Reason.CONFIG and '8 (no such department)' in caught.value.words


def test_of_a_department_with_over_100_people_it_is_known_that_it_was_sent(sent, app):
    app.departments[7] = users(130)
    one = sent(WAYS=['work'], DEPARTMENTS=[7], total=0.3)  # the service says nothing when it is asked
    (part,) = one.parts()
    receipt = one.check(part, one.send(part))
    assert receipt.final and 'more than 100' in say(receipt.note, 'en')
    assert [call.answer for call in app.calls if call.path == RESULT] == ['timeout'] * 3


@pytest.mark.parametrize('note', [
    'sent; DingTalk did not say who has it, and is asked a last time',
    Fault('openapi.asked.last'),
    Fault('old', text='sent; DingTalk did not say who has it, and is asked a last time'),
])  # fmt: skip
def test_how_often_it_was_asked_is_in_the_note_of_any_release(sent, app, note):
    app.departments[7] = users(130)
    one = sent(WAYS=['work'], DEPARTMENTS=[7], total=0.3)
    (part,) = one.parts()
    receipt = one.send(part)
    app.misbehave(500, times=3, only=RESULT)
    assert one.check(part, Receipt(receipt.id, note, False)) == Receipt(receipt.id, Fault('openapi.asked.never'))


#: What the service may say when it is asked about a message.
QUESTIONS = [
    500,
    88,
    15,
    90020,
    60011,
    41999,
    'http_502',
    'http_503',
    'http_429',
    'cut',
    'not_json',
    'html',
    'portal',
    'redirect',
]


@pytest.mark.parametrize('how', QUESTIONS)
@pytest.mark.parametrize('path', [PROGRESS, RESULT])
def test_a_question_that_fails_says_nothing_about_the_message(loop, app, how, path):
    world = loop(WAYS=['work'], USERS=['u1'])
    app.misbehave(how, times=3, only=path)
    run_id = world.finished_run()
    for _ in range(40):
        world.run_through(1, 70)
    (job,) = world.jobs(run_id)
    assert (job['state'], len(app.work_notifications)) == ('success', 1), job['error']


@pytest.mark.parametrize('how', [500, 88, 'cut'])
def test_a_service_that_never_answers_the_question_leaves_a_doubt(loop, app, how):
    world = loop(WAYS=['work'], USERS=['u1'])
    app.misbehave(how, times=None, only=RESULT)
    run_id = world.finished_run()
    world.run_through(6)
    for _ in range(80):
        world.run_through(1, 301)
    (job,) = world.jobs(run_id)
    assert (job['state'], job['error']) == ('uncertain', 'the service never said what came of part 1')


@pytest.mark.parametrize('how', [-1, 'cut_after'])
def test_of_a_department_whose_result_was_lost_once_it_is_asked_again(loop, app, how):
    app.departments[7] = users(3)
    world = loop(WAYS=['work'], DEPARTMENTS=[7, 8])
    app.misbehave(how, only=RESULT)
    run_id = world.finished_run()
    world.run_through(12)
    (job,) = world.jobs(run_id)
    assert job['state'] == 'error' and '8 (no such department)' in job['error']


def test_a_lost_answer_is_tried_again_and_nobody_has_it_twice(loop, app):
    world = loop(WAYS=['work'], USERS=users(3))
    app.misbehave('cut_after', only=SEND)
    run_id = world.finished_run()
    world.run_through(12)
    (job,) = world.jobs(run_id)
    assert job['state'] == 'success'
    works = list(app.work_notifications.values())
    assert len(works) == 2 and works[0].reached == users(3) and works[1].reached == []


def test_the_same_run_told_again_on_the_same_day_is_not_dropped(loop, app):
    world = loop(WAYS=['work'], USERS=['u1'])
    for _ in range(2):
        world.finished_run()
    world.run_through(12)
    assert [work.reached for work in app.work_notifications.values()] == [['u1'], ['u1']]


@pytest.mark.parametrize('code, state, words', [
    (40056, 'error', 'config 40056'), (90020, 'error', 'quota 90020'), (60011, 'error', 'config 60011'),
])  # fmt: skip
def test_a_refusal_that_is_final_is_visible(loop, app, code, state, words):
    app.misbehave(code, only=SEND)
    world = loop(WAYS=['work'], USERS=['u1'])
    run_id = world.finished_run()
    world.run_through()
    (job,) = world.jobs(run_id)
    assert job['state'] == state and words in job['error']
    assert not app.work_notifications


def test_a_busy_service_is_tried_again(loop, app):
    app.misbehave(-1, only=SEND)
    world = loop(WAYS=['work'], USERS=['u1'])
    run_id = world.finished_run()
    world.run_through(12)
    assert world.jobs(run_id)[0]['state'] == 'success' and len(app.work_notifications) == 1


def test_unsuitable_words_are_withheld(loop, app):
    app.forbidden_words = {'scan．example'}
    world = loop(WAYS=['work'], USERS=['u1'])
    app.misbehave(41049, only=SEND)
    run_id = world.finished_run()
    world.run_through(12)
    (job,) = world.jobs(run_id)
    (call,) = [call for call in app.calls if call.path == SEND and call.outcome == 'accepted']
    assert 'withheld' in json.loads(call.body.decode())['msg']['markdown']['text']
    assert job['state'] == 'success'

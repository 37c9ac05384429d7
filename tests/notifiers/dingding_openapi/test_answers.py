"""What an answer of the application's interfaces means: a code wherever it stands, and no token in what is told of
it.
"""

import json

import pytest

from scan_notify_plugin.errors import Reason, SendError
from scan_notify_plugin.testing.script import Answer, json_answer
from tests.notifiers.dingding_openapi.conftest import CID, TEMPLATE

GROUP, WORK, TOKEN = (
    '/v1.0/robot/groupMessages/send',
    '/topapi/message/corpconversation/asyncsend_v2',
    '/v1.0/oauth2/accessToken',
)
CARD = '/v1.0/card/instances/createAndDeliver'


def refused(one):
    with pytest.raises(SendError) as caught:
        one.send(one.parts()[0])
    return caught.value


@pytest.mark.parametrize('status', [200, 400, 401, 403, 404, 500, 502, 503])
@pytest.mark.parametrize('code, reason', [
    ('send.too.fast', Reason.THROTTLED), ('contain.politics', Reason.CONTENT), ('template.stopped', Reason.CONFIG),
    ('system.busy', Reason.BUSY), ('unknown.send.result', Reason.UNKNOWN),
])  # fmt: skip
def test_a_known_code_means_the_same_with_any_status(sent, app, status, code, reason):
    app.misbehave(json_answer(status, {'code': code, 'message': 'in its own words', 'wait': 2}), only=GROUP)
    error = refused(sent(DEFAULT_CHAT_ID=CID))
    assert (error.reason, error.code, error.words, error.retry_after) == (reason, code, 'in its own words', 120)


@pytest.mark.parametrize('status, reason', [
    (200, Reason.REFUSED), (400, Reason.REFUSED), (403, Reason.REFUSED), (500, Reason.UNKNOWN), (503, Reason.BUSY),
])  # fmt: skip
def test_with_a_code_that_nobody_knows_the_status_tells_what_it_can(sent, app, status, reason):
    app.misbehave(json_answer(status, {'code': 'brand.new', 'message': 'who knows'}), only=GROUP)
    error = refused(sent(DEFAULT_CHAT_ID=CID))
    assert (error.reason, error.code, error.words) == (reason, 'brand.new', 'who knows')


@pytest.mark.parametrize(
    'body',
    [{}, {'message': 'forbidden'}, {'code': None}, {'code': ''}, {'code': 403}, {'error': {'code': 'system.busy'}}],
)
@pytest.mark.parametrize('status', [400, 401, 403])
def test_a_refusal_without_a_code_is_no_success_and_no_doubt(sent, app, status, body):
    app.misbehave(json_answer(status, body), only=GROUP)
    error = refused(sent(DEFAULT_CHAT_ID=CID))
    assert (error.reason, error.code) == (Reason.CONFIG, status)


@pytest.mark.parametrize('status', [200, 400, 401, 500])
def test_a_token_that_is_refused_is_asked_for_anew_with_any_status(sent, app, status):
    app.misbehave(json_answer(status, {'code': 'InvalidAuthentication', 'message': 'x'}), only=GROUP)
    one = sent(DEFAULT_CHAT_ID=CID)
    one.send(one.parts()[0])
    assert app.token_calls == 2 and len(app.group_messages) == 1


@pytest.mark.parametrize('status', [400, 403])
def test_the_same_goes_for_the_request_for_a_token(sent, app, status):
    app.misbehave(json_answer(status, {'code': 'send.too.fast', 'message': 'slowly', 'wait': 1}), only=TOKEN)
    error = refused(sent(DEFAULT_CHAT_ID=CID))
    assert (error.reason, error.code, error.words, error.retry_after) == (
        Reason.THROTTLED,
        'send.too.fast',
        'slowly',
        60,
    )


def test_words_about_a_code_are_not_taken_for_one(sent, app):
    answer = {'message': 'expected {"code": "system.busy"}', 'code': 'template.stopped'}
    app.misbehave(json_answer(400, answer), only=GROUP)
    error = refused(sent(DEFAULT_CHAT_ID=CID))
    assert (error.reason, error.code) == (Reason.CONFIG, 'template.stopped')


@pytest.mark.parametrize('body', [
    b'<html>{"code": "system.busy"}</html>', b'{"code": "system.busy", "message": "' + b'x' * 5000 + b'"}',
    b'[' * 4000 + b'{"code": "system.busy"}',
])  # fmt: skip
def test_a_code_is_found_in_a_page_and_in_what_is_no_whole_answer(sent, app, body):
    app.misbehave(Answer(400, body), only=GROUP)
    error = refused(sent(DEFAULT_CHAT_ID=CID))
    assert (error.reason, error.code) == (Reason.BUSY, 'system.busy')


@pytest.mark.parametrize('status', [200, 400, 403, 500])
@pytest.mark.parametrize('path, answer', [
    (GROUP, {'code': 'template.stopped', 'message': 'not with {}'}), (GROUP, {'message': 'what is {}?'}),
    (WORK, {'errcode': 40035, 'errmsg': 'not with {}'}), (WORK, {'errmsg': 'what is {}?'}),
    (WORK, {'errcode': 88, 'sub_code': '33001', 'sub_msg': 'not with {}'}),
    (CARD, {'success': True, 'result': {'deliverResults': [{'success': False, 'errorMsg': 'not with {}'}]}}),
])  # fmt: skip
def test_the_token_is_in_no_words(sent, app, status, path, answer):
    way = {GROUP: 'group', WORK: 'work', CARD: 'card'}[path]
    one = sent(WAYS=[way], DEFAULT_CHAT_ID=CID, CARD_TEMPLATE_ID=TEMPLATE, USERS=['u1'])
    part = one.parts()[0]
    one.send(part)
    ((token, _),) = one.target.tokens._kept.values()
    app.misbehave(json_answer(status, json.loads(json.dumps(answer).replace('{}', token.reveal()))), only=path)
    with pytest.raises(SendError) as caught:
        one.send(part)
    assert token.reveal()[:8] not in str(caught.value)


@pytest.mark.parametrize('status', [200, 400, 404, 500, 502, 503])
@pytest.mark.parametrize('before', [0, 150, 190, 195, 3000])
def test_half_a_token_is_in_no_words_either(sent, app, status, before):
    one = sent(DEFAULT_CHAT_ID=CID)
    part = one.parts()[0]
    one.send(part)
    ((token, _),) = one.target.tokens._kept.values()
    page = '<p>{}{}</p>'.format('x' * before, token.reveal())
    app.misbehave(Answer(status, page.encode('ascii')), only=GROUP)
    with pytest.raises(SendError) as caught:
        one.send(part)
    assert token.reveal()[:4] not in caught.value.words and caught.value.words

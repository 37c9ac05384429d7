"""DingTalk's own SDK of its OpenAPI (alibabacloud_dingtalk) with the application of the tests."""

import json

import pytest

from scan_notify_plugin.testing.dingtalk_openapi import DingTalkOpenApiServer

pytest.importorskip('alibabacloud_dingtalk.robot_1_0.client', reason='the extra `witness`')

from alibabacloud_dingtalk.card_1_0 import models as card  # noqa: E402  # what importorskip has looked for
from alibabacloud_dingtalk.card_1_0.client import Client as Cards  # noqa: E402
from alibabacloud_dingtalk.oauth2_1_0 import models as oauth  # noqa: E402
from alibabacloud_dingtalk.oauth2_1_0.client import Client as OAuth  # noqa: E402
from alibabacloud_dingtalk.robot_1_0 import models as robot  # noqa: E402
from alibabacloud_dingtalk.robot_1_0.client import Client as Robot  # noqa: E402
from alibabacloud_tea_openapi.models import Config  # noqa: E402
from alibabacloud_tea_util.models import RuntimeOptions  # noqa: E402

GROUP, USER, TEMPLATE = 'cidGroup==', 'u1', 't.schema'
RUNTIME = RuntimeOptions()


@pytest.fixture
def server():
    with DingTalkOpenApiServer() as server:
        yield server


@pytest.fixture
def app(server):
    return server.add_app(users={USER: 'Person 1'}, conversations=[GROUP], templates=[TEMPLATE])


@pytest.fixture
def config(server):
    return Config(protocol='http', endpoint=server.base_url[len('http://') :], region_id='central')


@pytest.fixture
def token(app, config):
    answer = OAuth(config).get_access_token(oauth.GetAccessTokenRequest(app_key=app.app_key, app_secret=app.app_secret))
    assert answer.body.expire_in == 7200
    return answer.body.access_token


def refused(call):
    with pytest.raises(Exception) as caught:
        call()
    return caught.value.code


def test_a_wrong_pair_gets_no_token(app, config):
    request = oauth.GetAccessTokenRequest(app_key=app.app_key, app_secret='wrong')
    # https://open.dingtalk.com/document/development/obtain-the-access-token-of-an-internal-app
    assert refused(lambda: OAuth(config).get_access_token(request)) == 'invalidClientIdOrSecret'


def test_the_token_of_an_organisation(app, config):
    """https://open.dingtalk.com/document/development/obtain-the-access-token-of-an-internal-app: the newer path."""
    request = oauth.GetTokenRequest(
        client_id=app.app_key, client_secret=app.app_secret, grant_type='client_credentials'
    )
    answer = OAuth(config).get_token(app.corp_id, request)
    assert answer.body.access_token and answer.body.expires_in == 7200


def test_a_message_to_a_group(app, config, token):
    headers = robot.OrgGroupSendHeaders(x_acs_dingtalk_access_token=token)
    request = robot.OrgGroupSendRequest(
        robot_code=app.robot_code,
        open_conversation_id=GROUP,
        msg_key='sampleMarkdown',
        msg_param=json.dumps({'title': 't', 'text': 'hello'}),
    )
    answer = Robot(config).org_group_send_with_options(request, headers, RUNTIME)
    (message,) = app.group_messages
    assert (message.param['text'], message.process_query_key) == ('hello', answer.body.process_query_key)
    request.open_conversation_id = 'cidElsewhere=='
    assert refused(lambda: Robot(config).org_group_send_with_options(request, headers, RUNTIME))
    assert len(app.group_messages) == 1


def test_a_message_to_people_says_who_does_not_get_it(app, config, token):
    headers = robot.BatchSendOTOHeaders(x_acs_dingtalk_access_token=token)
    request = robot.BatchSendOTORequest(
        robot_code=app.robot_code, user_ids=[USER, 'nobody'], msg_key='sampleText', msg_param='{"content": "hello"}'
    )
    answer = Robot(config).batch_send_otowith_options(request, headers, RUNTIME)
    assert answer.body.invalid_staff_id_list == ['nobody'] and answer.body.process_query_key


def created(app, config, token):
    headers = card.CreateAndDeliverHeaders(x_acs_dingtalk_access_token=token)
    request = card.CreateAndDeliverRequest(
        card_template_id=TEMPLATE,
        out_track_id='one',
        callback_type='STREAM',
        card_data=card.CreateAndDeliverRequestCardData(card_param_map={'title': 'first'}),
        open_space_id='dtv1.card//IM_GROUP.' + GROUP,
        im_group_open_space_model=card.CreateAndDeliverRequestImGroupOpenSpaceModel(support_forward=True),
        im_group_open_deliver_model=card.CreateAndDeliverRequestImGroupOpenDeliverModel(robot_code=app.robot_code),
        user_id_type=1,
    )
    return Cards(config).create_and_deliver_with_options(request, headers, RUNTIME)


def test_a_card_is_delivered_changed_and_delivered_again(app, config, token):
    answer = created(app, config, token)
    assert answer.body.success and [one.success for one in answer.body.result.deliver_results] == [True]
    request = card.UpdateCardRequest(
        out_track_id='one',
        card_data=card.UpdateCardRequestCardData(card_param_map={'title': 'second'}),
        card_update_options=card.UpdateCardRequestCardUpdateOptions(update_card_data_by_key=True),
    )
    headers = card.UpdateCardHeaders(x_acs_dingtalk_access_token=token)
    assert Cards(config).update_card_with_options(request, headers, RUNTIME).body.success
    assert app.cards['one'].data['title'] == 'second'
    again = card.DeliverCardRequest(
        out_track_id='one',
        open_space_id='dtv1.card//IM_GROUP.' + GROUP,
        im_group_open_deliver_model=card.DeliverCardRequestImGroupOpenDeliverModel(robot_code=app.robot_code),
        user_id_type=1,
    )
    headers = card.DeliverCardHeaders(x_acs_dingtalk_access_token=token)
    assert Cards(config).deliver_card_with_options(again, headers, RUNTIME).body.success


def test_a_card_that_exists_is_not_made_again(app, config, token):
    created(app, config, token)
    # https://open.dingtalk.com/document/development/create-and-deliver-cards
    assert refused(lambda: created(app, config, token)) == 'param.cardAlreadyExist'

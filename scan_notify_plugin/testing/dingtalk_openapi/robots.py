"""Messages of the application's robot, to groups and to people.

- https://open.dingtalk.com/document/development/the-robot-sends-a-group-message
- https://open.dingtalk.com/document/development/chatbots-send-one-on-one-chat-messages-in-batches
- https://open.dingtalk.com/document/development/robot-message-type
"""

import secrets
from typing import Dict, Tuple

from scan_notify_plugin.testing.dingtalk_openapi.app import App, RobotMessage
from scan_notify_plugin.testing.dingtalk_openapi.fields import json_object, parsed, text
from scan_notify_plugin.testing.dingtalk_openapi.refusals import Refused
from scan_notify_plugin.testing.robot_server import Request

__all__ = ['send_to_group', 'send_to_users']

MAX_BYTES = 15000  # of msgParam
MAX_USERS = 20
FILE_TYPES = ('xlsx', 'pdf', 'zip', 'rar', 'doc', 'docx')


def _vertical(count: int) -> Tuple[str, ...]:
    numbers = range(1, count + 1)
    return ('title', 'text') + tuple(name + str(number) for number in numbers for name in ('actionTitle', 'actionURL'))


#: The strings that a msgParam must have.
PARAMS: Dict[str, Tuple[str, ...]] = {
    'sampleText': ('content',),
    'sampleMarkdown': ('title', 'text'),
    'sampleImageMsg': ('photoURL',),
    'sampleLink': ('text', 'title', 'picUrl', 'messageUrl'),
    'sampleActionCard': ('title', 'text', 'singleTitle', 'singleURL'),
    'sampleActionCard2': _vertical(2),
    'sampleActionCard3': _vertical(3),
    'sampleActionCard4': _vertical(4),
    'sampleActionCard5': _vertical(5),
    'sampleActionCard6': ('title', 'text', 'buttonTitle1', 'buttonUrl1', 'buttonTitle2', 'buttonUrl2'),
    'sampleAudio': ('mediaId', 'duration'),
    'sampleFile': ('mediaId', 'fileName', 'fileType'),
    'sampleVideo': ('duration', 'videoMediaId', 'videoType', 'picMediaId'),
}


def send_to_group(app: App, request: Request) -> Dict[str, object]:
    """POST /v1.0/robot/groupMessages/send"""
    body = json_object(request, 'invalidParameter.msgBody.invalid')
    msg_key, param = _message(app, body)
    conversation = text(body, 'openConversationId', 'miss.openConversationId')
    if conversation not in app.conversations:
        raise Refused('invalid.openConversationId')
    key = secrets.token_hex(12)
    app.group_messages.append(RobotMessage(msg_key, param, conversation, (), key, app.now()))
    return {'processQueryKey': key}


def send_to_users(app: App, request: Request) -> Dict[str, object]:
    """POST /v1.0/robot/oToMessages/batchSend; the page says 20 people and 100, the smaller counts here."""
    body = json_object(request, 'invalidParameter.msgBody.invalid')
    msg_key, param = _message(app, body)
    users = body.get('userIds')
    if not isinstance(users, list) or not users or not all(isinstance(user, str) for user in users):
        raise Refused('invalidParameter.userIds.empty')
    if len(users) > MAX_USERS:
        raise Refused('invalidParameter.userIds.overMax')
    invalid = [user for user in users if user not in app.users]
    throttled = [user for user in users if user in app.users and user in app.flow_controlled]
    reached = tuple(user for user in users if user not in invalid and user not in throttled)
    key = secrets.token_hex(12)
    app.direct_messages.append(RobotMessage(msg_key, param, '', reached, key, app.now()))
    return {'processQueryKey': key, 'invalidStaffIdList': invalid, 'flowControlledStaffIdList': throttled}


def _message(app: App, body: Dict[str, object]) -> Tuple[str, Dict[str, object]]:
    robot_code = text(body, 'robotCode', 'invalidParameter.robotCode.empty')
    if robot_code != app.robot_code:
        raise Refused('invalidParameter.robotCode.notExsit')
    msg_key = text(body, 'msgKey', 'invalidParameter.msgKey.empty')
    if msg_key not in PARAMS:
        raise Refused('invalidParameter.msgKey.invalid')
    sent = text(body, 'msgParam', 'invalidParameter.msgParam.invalid')
    if len(sent.encode('utf-8')) > MAX_BYTES:
        raise Refused('invalidParameter.msgParam.tooLong')
    param = parsed(sent, 'invalidParameter.msgParam.invalid')
    texts = {name: text(param, name, 'invalidParameter.param.invalid') for name in PARAMS[msg_key]}
    if msg_key == 'sampleFile':
        file = app.files.get(texts['mediaId'])
        if file is None or file.type != 'file' or texts['fileType'] not in FILE_TYPES:
            raise Refused('miss.param.file')
    if app.is_unsuitable('\n'.join(texts.values())):
        raise Refused('contain.notAllowed.content')
    return msg_key, param

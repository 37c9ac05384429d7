"""Messages of the application's robot: into groups, and to people one to one.

- https://open.dingtalk.com/document/development/the-robot-sends-a-group-message
- https://open.dingtalk.com/document/development/chatbots-send-one-on-one-chat-messages-in-batches
- https://open.dingtalk.com/document/development/robot-message-type
"""

from typing import Dict, List, Mapping, Tuple

from scan_notify_plugin.errors import Reason, SendError
from scan_notify_plugin.faults import Fault, quoted
from scan_notify_plugin.notifiers.base import Part, Receipt, Target
from scan_notify_plugin.notifiers.dingding_openapi.api import DingTalkApi, required
from scan_notify_plugin.notifiers.dingding_openapi.way import Way, batches, names, not_reached
from scan_notify_plugin.notifiers.dingtalk_links import opened
from scan_notify_plugin.notifiers.http import encode
from scan_notify_plugin.notifiers.summary import Summary
from scan_notify_plugin.records import Document
from scan_notify_plugin.words import say

#: A page of the same interface says 100 in one place.
MAX_PEOPLE = 20
MAX_BYTES = 15000  # of msgParam


class Robot(Way):
    """What both ways have in common. Neither interface has an idempotency key."""

    max_bytes = MAX_BYTES

    def compose(self, message: str, summary: Summary, target: Target, page: int) -> Document:
        content = super().compose(message, summary, target, page)
        links = [report.link for report in summary.reports if report.link] if page == 1 else []
        if links:
            content['button'] = {'title': say('openapi.message.download', target.language), 'link': links[0]}
        return content

    def size(self, content: Document, target: Target) -> int:
        return len(encode(_message(opened(content, target.options))[1]))

    def body(self, part: Part, target: Target) -> Dict[str, object]:
        """The fields that both interfaces have."""
        msg_key, param = _message(self.leaving(part, target))
        return {'robotCode': robot_code(target.options), 'msgKey': msg_key, 'msgParam': encode(param).decode('utf-8')}


class Group(Robot):
    """Way ``group``."""

    name = 'group'

    def receivers(self, options: Mapping[str, object]) -> List[Document]:
        return [{'conversation': one} for one in conversations(options)]

    def post(self, part: Part, target: Target, api: DingTalkApi) -> Receipt:
        body = dict(self.body(part, target), openConversationId=part.content['conversation'])
        answer = api.new('/v1.0/robot/groupMessages/send', body)
        return Receipt(str(required(answer, 'processQueryKey')))


class Direct(Robot):
    """Way ``direct``: the answer says at once who will not get it, and the others do."""

    name = 'direct'

    def receivers(self, options: Mapping[str, object]) -> List[Document]:
        return [{'users': some} for some in batches(names(options.get('users')), MAX_PEOPLE)]

    def post(self, part: Part, target: Target, api: DingTalkApi) -> Receipt:
        answer = api.new(
            '/v1.0/robot/oToMessages/batchSend', dict(self.body(part, target), userIds=part.content['users'])
        )
        key = str(required(answer, 'processQueryKey'))
        failures = [
            *not_reached(names(answer.get('invalidStaffIdList')), 'no-user'),
            *not_reached(names(answer.get('flowControlledStaffIdList')), 'flow'),
        ]
        # Not a refusal: the others have it. It is told as what came of the message.
        return Receipt(key, Fault('openapi.groups', people=failures), final=False) if failures else Receipt(key)

    def outcome(self, part: Part, receipt: Receipt, target: Target, api: DingTalkApi) -> Receipt:
        raise SendError(Reason.CONFIG, words=Fault('openapi.unreached', people=quoted(receipt.note)))


def robot_code(options: Mapping[str, object]) -> str:
    """Of an application's robot, which is the AppKey unless it was made long ago."""
    return str(options.get('robot_code') or options['app_key'])


def conversations(options: Mapping[str, object]) -> List[str]:
    """The groups' openConversationIds."""
    return names(names(options.get('default_chat_id')) + names(options.get('conversations')))


def _message(content: Document) -> Tuple[str, Dict[str, str]]:
    """``(msgKey, msgParam)``."""
    if 'media_id' in content:
        name = content['name']
        return 'sampleFile', {'mediaId': content['media_id'], 'fileName': name, 'fileType': name.rpartition('.')[2]}
    param = {'title': content['title'], 'text': content['text']}
    button = content.get('button') or {}
    if not button.get('link'):  # its report may have lost it since
        return 'sampleMarkdown', param
    return 'sampleActionCard', dict(param, singleTitle=button['title'], singleURL=button['link'])

"""What DingTalk's error codes mean for us. The words beside them are for people and change.

Three closed sets: moderation (CONTENT), try later (BUSY, THROTTLED, QUOTA) and what somebody has to change (CONFIG,
TOO_LONG). A code that is in none of them is refused for a reason that we do not know. From the pages

- https://open.dingtalk.com/document/development/server-api-error-codes-1
- https://open.dingtalk.com/document/development/the-robot-sends-a-group-message
- https://open.dingtalk.com/document/development/chatbots-send-one-on-one-chat-messages-in-batches
- https://open.dingtalk.com/document/development/create-and-deliver-cards
- https://open.dingtalk.com/document/development/register-card-callback-address
"""

import json
import re
from typing import Dict, Mapping, Tuple, TypeVar, Union

from scan_notify_plugin.errors import Reason, SendError
from scan_notify_plugin.notifiers.envelope import errcode, lacks, number, said

Code = Union[int, str]
_Code = TypeVar('_Code', int, str)

#: The access token has ended or was taken back: it is asked for anew, once.
TOKEN = frozenset([40001, 40014, 42001, 'InvalidAuthentication'])
#: A card with this outTrackId exists: an earlier try has made it.
ALREADY_THERE = 'param.cardAlreadyExist'
#: The old interfaces' envelope for errors of the gateway; the code is in ``sub_code``.
GATEWAY = 88


def _all(reason: Reason, *codes: _Code) -> Dict[_Code, Reason]:
    return dict.fromkeys(codes, reason)


#: Of oapi.dingtalk.com. Of an upload CONTENT means that the file is not taken.
OLD: Mapping[int, Reason] = {
    **_all(Reason.CONTENT, 40048, 41049, 40004, 40005, 40006, 40007, 41005, 44001, 45001),
    **_all(Reason.BUSY, -1, 15, 34015),
    **_all(Reason.THROTTLED, 41046, 41047, 41048, *range(90001, 90015)),
    **_all(Reason.THROTTLED, 90018),
    **_all(Reason.QUOTA, 41045, 90020),
    **_all(
        Reason.CONFIG,
        33001,
        33012,
        40000,
        40001,
        40003,
        40008,
        40009,
        40013,
        40014,
        40031,
        40035,
        40038,
        40056,
        41001,
        41006,
        41011,
        41015,
        41028,
        41029,
        41044,
        42001,
        43004,
        43005,
        43007,
        43009,
        44002,
        44004,
        50002,
        50003,
        50004,
        50005,
        60011,
        60020,
        70003,
        70004,
    ),
    **_all(Reason.TOO_LONG, 34016, 45002),
}

#: Of api.dingtalk.com, the longest beginning that fits. One that ends in a full stop is a family.
NEW: Mapping[str, Reason] = {
    **_all(Reason.CONTENT, 'contain.', 'param.contentUnsafe'),
    **_all(Reason.BUSY, 'ServiceUnavailable', 'operationTimeout', 'service.timeout', 'system.busy'),
    **_all(
        Reason.THROTTLED,
        'Forbidden.AccessDenied.QpmLimit',
        'Forbidden.AccessDenied.QpsLimit',
        'send.byToken.tooFast',
        'send.too.fast',
        'too.many.group',
        'too.many.people',
    ),
    **_all(Reason.QUOTA, 'Forbidden.AccessDenied.ApiCountLimit'),
    **_all(
        Reason.CONFIG,
        'Forbidden.AccessDenied.AccessTokenPermissionDenied',
        'Forbidden.AccessDenied.IpNotInWhiteList',
        'InvalidAuthentication',
        'auth.error',
        'bot.forbidden.sendMessage',
        'bot.stopped',
        'chatbotId.notAllow.sendOTO',
        'conversation.org.notMatch',
        'group.disbanded',
        'illegal.excludes',
        'illegal.receivers',
        'invalid.openConversationId',
        'invalid.param.',
        'invalid.processQueryKey',
        'invalidClientIdOrSecret',
        'invalidParameter.msg.unsupport',
        'invalidParameter.msgBody.invalid',
        'invalidParameter.msgKey.',
        'invalidParameter.msgParam.invalid',
        'invalidParameter.param.invalid',
        'invalidParameter.robotCode.',
        'invalidParameter.token.invalid',
        'invalidParameter.userId.',
        'invalidParameter.userIds.',
        'ip.not.match',
        'keywords.not.match',
        'miss.openConversationId',
        'miss.param.',
        'only.groupAdmin.canAtAll',
        'receivers.exceed',
        'resource.not.found',
        'resource.unavailable',
        'robot.oto.notExist',
        'send.forbidden',
        'sendMessage.model.notMatch',
        'session.expired',
        'session.notExisted',
        'sign.not.match',
        'staffId.notExisted',
        'template.not.existed',
        'template.stopped',
        'token.notExisted',
        'unauthorized',
        'param.callbackRouteKeyEmpty',
        'param.callbackRouteKeyExist',
        'param.callbackUrlEmpty',
        'param.cardAlreadyExist',
        'param.cardDataAndPrivateDataBothEmpty',
        'param.cardNotExist',
        'param.cardPublicDataEmpty',
        'param.cardTemplateIdEmpty',
        'param.empty',
        'param.invalid',
        'param.openDeliverModelEmpty',
        'param.openDeliverModelError',
        'param.openSpaceIdEmpty',
        'param.openSpaceIdInvalid',
        'param.openSpaceModelInvalid',
        'param.outTrackIdEmpty',
        'param.templateNotExist',
        'param.templateUnpublished',
        'param.userIdEmpty',
        'param.userIdNotExist',
    ),
    **_all(Reason.TOO_LONG, 'invalidParameter.msgParam.tooLong'),
    # What these say of a message is that nobody knows.
    **_all(Reason.UNKNOWN, 'system.error', 'unknown.send.result'),
}

#: Why single people did not get a work notification: forbidden_list of getsendresult,
#: https://open.dingtalk.com/document/development/gets-the-result-of-sending-messages-asynchronously-to-the-enterprise
DUPLICATE = '143106'
#: Each has words: ``openapi.forbidden``.
FORBIDDEN = frozenset(['143103', '143104', '143105', DUPLICATE, '1430000', '1430002', '1430003', '1430004'])


def reason(code: Code, unknown: Reason = Reason.REFUSED) -> Reason:
    """What a code leads to.

    :param unknown: what one leads to that is in no set
    """
    if isinstance(code, int):
        return OLD.get(code, unknown)
    fitting = [start for start in NEW if _begins(code.lower(), start.lower())]
    return NEW[max(fitting, key=len)] if fitting else unknown


def _begins(code: str, start: str) -> bool:
    return code.startswith(start) if start.endswith(('.', 'limit')) else code == start


def of_failure(error: SendError) -> Dict[str, object]:
    """The answer that came with an HTTP error, as far as it has a code and can be read; empty otherwise."""
    try:
        answer = json.loads(error.body)
    except (ValueError, RecursionError):  # a page around it, or only its beginning
        found = re.search(r'"code"\s*:\s*"([^"]+)"', error.body)
        answer = {'code': found.group(1)} if found else {}
    return answer if isinstance(answer, dict) and of_new(answer)[0] else {}


def of_old(answer: Mapping[str, object]) -> Tuple[Code, str]:
    """The code of an old interface's answer, 0 if it is a success, and the words beside it.

    :raises SendError: with ``UNKNOWN`` if it has none
    """
    code, words = errcode(answer)
    if code is None:
        raise SendError(Reason.UNKNOWN, words=lacks('errcode', words))
    inner = number(answer.get('sub_code'))
    if code == GATEWAY and inner:
        return inner, said(answer.get('sub_msg')) or words
    return code, words


def of_new(answer: Mapping[str, object]) -> Tuple[Code, str]:
    """The code of a new interface's answer, 0 if it is none of an error, and the words beside it."""
    code = answer.get('code')
    if isinstance(code, str) and code:
        return code, said(answer.get('message'))
    return 0, ''

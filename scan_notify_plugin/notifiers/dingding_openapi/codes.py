"""What DingTalk's error codes mean for us. The words beside them are for people and change.

https://open.dingtalk.com/document/development/server-api-error-codes-1 and the pages of the interfaces.
"""

from typing import Any, Mapping, Tuple, Union

from scan_notify_plugin.errors import Reason, SendError

Code = Union[int, str]

#: The access token has ended or was taken back: it is asked for anew, once.
TOKEN = frozenset([40001, 40014, 42001, 'InvalidAuthentication'])
#: A card with this outTrackId exists: an earlier try has made it.
ALREADY_THERE = 'param.cardAlreadyExist'
#: The old interfaces' envelope for errors of the gateway; the code is in ``sub_code``.
GATEWAY = 88

#: Of oapi.dingtalk.com. Any other is a fault of the content.
OLD = {
    -1: Reason.BUSY,
    GATEWAY: Reason.CONFIG,
    33012: Reason.CONFIG,
    34015: Reason.BUSY,
    34016: Reason.TOO_LONG,
    40001: Reason.CONFIG,
    40004: Reason.CONTENT,
    40005: Reason.CONTENT,
    40006: Reason.CONTENT,
    40007: Reason.CONTENT,
    40014: Reason.CONFIG,
    40035: Reason.CONTENT,
    40048: Reason.CONTENT,
    40056: Reason.CONFIG,
    42001: Reason.CONFIG,
    60011: Reason.CONFIG,
    90002: Reason.THROTTLED,
    90018: Reason.THROTTLED,
    90020: Reason.QUOTA,
}

#: Of api.dingtalk.com, the longest beginning that fits. Any other is a fault of the content.
NEW = {
    'InvalidAuthentication': Reason.CONFIG,
    'invalidClientIdOrSecret': Reason.CONFIG,
    'Forbidden.AccessDenied': Reason.CONFIG,
    'Forbidden.AccessDenied.ApiCountLimit': Reason.QUOTA,
    'Forbidden.AccessDenied.Qpm': Reason.THROTTLED,
    'Forbidden.AccessDenied.Qps': Reason.THROTTLED,
    'ServiceUnavailable': Reason.UNKNOWN,
    'bot.stopped': Reason.CONFIG,
    'contain.': Reason.CONTENT,
    'group.disbanded': Reason.CONFIG,
    'internal': Reason.UNKNOWN,
    'invalid.openConversationId': Reason.CONFIG,
    'invalidParameter.': Reason.CONTENT,
    'invalidParameter.msgParam.tooLong': Reason.TOO_LONG,
    'invalidParameter.robotCode': Reason.CONFIG,
    'invalidParameter.userIds': Reason.CONFIG,
    'miss.openConversationId': Reason.CONFIG,
    'only.groupAdmin': Reason.CONFIG,
    'param.': Reason.CONFIG,
    'param.cardPublicDataEmpty': Reason.CONTENT,
    'param.contentUnsafe': Reason.CONTENT,
    'param.invalid': Reason.CONTENT,
    'resource.not.found': Reason.CONFIG,
    'send.byToken.tooFast': Reason.THROTTLED,
    'send.too.fast': Reason.THROTTLED,
    'system.busy': Reason.BUSY,
    'system.error': Reason.BUSY,
    'too.many.': Reason.THROTTLED,
    'unknown.send.result': Reason.UNKNOWN,
}

#: Why single people did not get a work notification: forbidden_list of getsendresult,
#: https://open.dingtalk.com/document/development/gets-the-result-of-sending-messages-asynchronously-to-the-enterprise
DUPLICATE = '143106'
FORBIDDEN = {
    '143103': 'too many messages in a minute',
    '143104': 'too many messages in a minute',
    '143105': 'daily limit',
    DUPLICATE: 'the same content was sent today',
    '1430000': 'nobody is left to send to',
    '1430002': 'unsuitable content',
    '1430003': 'protected by the system',
    '1430004': 'protected as an executive',
}


def reason(code: Code) -> Reason:
    """What a code leads to."""
    if isinstance(code, int):
        return OLD.get(code, Reason.CONTENT)
    fitting = [start for start in NEW if code.lower().startswith(start.lower())]
    return NEW[max(fitting, key=len)] if fitting else Reason.CONTENT


def of_old(answer: Mapping[str, Any]) -> Tuple[Code, str]:
    """The code of an old interface's answer, 0 if it is a success, and the words beside it.

    :raises SendError: with ``UNKNOWN`` if it has none
    """
    code, words = _number(answer.get('errcode')), str(answer.get('errmsg', ''))
    if code is None:
        raise SendError(Reason.UNKNOWN, words='the answer has no errcode')
    inner = _number(answer.get('sub_code'))
    if code == GATEWAY and inner is not None:
        return inner, str(answer.get('sub_msg', words))
    return code, words


def of_new(answer: Mapping[str, Any]) -> Tuple[Code, str]:
    """The code of a new interface's answer, 0 if it is none of an error, and the words beside it."""
    code = answer.get('code')
    return (code, str(answer.get('message', ''))) if isinstance(code, str) and code else (0, '')


def _number(value: Any) -> Any:
    try:
        return int(value)  # the documented samples show some as texts
    except (TypeError, ValueError):
        return None

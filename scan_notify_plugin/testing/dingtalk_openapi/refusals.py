"""The two ways in which DingTalk says no, and all codes of them that this server knows.

- old (oapi.dingtalk.com): HTTP 200 and a number, ``{"errcode": 40035, "errmsg": ".."}``
- new (api.dingtalk.com): HTTP 400, 403 or 500 and a word, ``{"code": "param.invalid", "message": ".."}``

Most are in https://open.dingtalk.com/document/development/server-api-error-codes-1, the others on the pages of their
interfaces. Clients must go by the code: the words are only for people.
"""

from typing import Dict, Tuple, Union

from scan_notify_plugin.testing.robot_server import Answer, errcode_answer, json_answer

__all__ = ['NEW', 'OLD', 'Code', 'Refused', 'Silence', 'accepted', 'refused']

Code = Union[int, str]

OLD: Dict[int, str] = {
    -1: '系统繁忙',
    88: '鉴权异常',
    33012: '无效的USERID',
    34015: '发送群会话消息失败',
    34016: '会话消息的内容超长',
    40004: '不合法的媒体文件类型',
    40005: '不合法的文件类型',
    40006: '不合法的文件大小',
    40007: '不合法的媒体文件id',
    40014: '不合法的access_token',
    40033: '不合法的请求字符',
    40035: '不合法的参数',
    40048: 'url中包含不合法domain',
    40056: '不合法的agentid',
    42001: 'access_token超时',
    60011: '没有调用该接口的权限',
    90002: '您的服务器调用钉钉开放平台当前接口的所有请求都被暂时禁用了',
    90018: '您的企业应用调用钉钉开放平台当前接口的所有请求都被暂时禁用了',
    90020: '超出每月调用次数限制',
}

_DENIED = 'Forbidden.AccessDenied.'

#: The HTTP status and the words of a code.
NEW: Dict[str, Tuple[int, str]] = {
    'InvalidAuthentication': (400, '不合法的access_token'),
    'invalidClientIdOrSecret': (400, '无效的clientId或者clientSecret'),
    _DENIED + 'QpsLimitForAppkeyAndApi': (403, '当前企业应用调用开放接口触发了QPS限流'),
    _DENIED + 'QpmLimitForAppkeyAndApi': (403, '当前企业应用调用开放接口触发了QPM限流'),
    _DENIED + 'QpsLimitForApi': (403, '当前接口触发了QPS限流'),
    _DENIED + 'ApiCountLimitForOrg': (403, '超出每月调用次数限制'),
    _DENIED + 'AccessTokenPermissionDenied': (403, '应用尚未开通所需的权限'),
    _DENIED + 'IpNotInWhiteList': (403, '访问ip不在白名单之中'),
    'invalidParameter.robotCode.empty': (400, '机器人robotCode为空'),
    'invalidParameter.robotCode.notExsit': (400, '机器人不存在'),  # spelt so
    'invalidParameter.userIds.empty': (400, '用户userId列表为空'),
    'invalidParameter.userIds.overMax': (400, '用户userId列表超过最大限制'),
    'invalidParameter.msgKey.empty': (400, '缺少msgKey'),
    'invalidParameter.msgKey.invalid': (400, 'msgKey无效'),
    'invalidParameter.msgParam.invalid': (400, 'msgParam必须是json格式'),
    'invalidParameter.msgParam.tooLong': (400, '消息内容太长'),
    'invalidParameter.param.invalid': (400, '参数不合法'),
    'invalidParameter.msgBody.invalid': (400, 'body必须是JSON'),
    'miss.openConversationId': (400, '缺少openConversationId'),
    'invalid.openConversationId': (400, '无效的openConversationId'),
    'miss.param.file': (400, '消息内容不合法，需要file属性'),
    'group.disbanded': (400, '群已经解散'),
    'bot.stopped': (400, '群机器人已经停用'),
    'send.too.fast': (400, '限流错误'),
    'send.byToken.tooFast': (400, '用TOKEN发送限流错误'),
    'too.many.group': (400, '发送频繁限流'),
    'too.many.people': (400, '发送频繁限流'),
    'contain.unsafe.url': (400, '含有不安全的外链'),
    'contain.notAllowed.text': (400, '含有不合适的文本'),
    'contain.notAllowed.picture': (400, '含有不合适的图片'),
    'contain.notAllowed.content': (400, '含有不合适的内容'),
    'only.groupAdmin.canAtAll': (400, '仅群主可@所有人'),
    'resource.not.found': (400, '资源不存在'),
    'unknown.send.result': (400, '未知的发送结果'),
    'system.error': (500, '未知的系统错误'),
    'system.busy': (500, '系统繁忙'),
    # Of the cards' codes the words are the code.
    'param.empty': (400, ''),
    'param.invalid': (400, ''),
    'param.outTrackIdEmpty': (400, ''),
    'param.openSpaceIdEmpty': (400, ''),
    'param.openSpaceIdInvalid': (400, ''),
    'param.openSpaceModelInvalid': (400, ''),
    'param.openDeliverModelEmpty': (400, ''),
    'param.openDeliverModelError': (400, ''),
    'param.cardTemplateIdEmpty': (400, ''),
    'param.templateNotExist': (400, ''),
    'param.cardPublicDataEmpty': (400, ''),
    'param.cardDataAndPrivateDataBothEmpty': (400, ''),
    'param.cardAlreadyExist': (400, ''),
    'param.cardNotExist': (400, ''),
    'param.contentUnsafe': (400, ''),
    'param.userIdNotExist': (400, ''),
    'param.callbackRouteKeyEmpty': (400, ''),
    'param.callbackUrlEmpty': (400, ''),
    'param.callbackRouteKeyExist': (500, ''),
}


#: Of https://open.dingtalk.com/document/development/api-gettoken alone.
TOKENS: Dict[str, Tuple[int, str]] = {
    'invalid.client': (400, '无效的ClientID或ClientSecret'),
    'unsupported.grant.type': (400, '不支持此授权类型，请检查授权类型参数'),
    'unauthorized.client': (401, '应用未被授权'),
}


class Refused(Exception):
    """DingTalk says no: a number of :data:`OLD` or a word of :data:`NEW`."""

    def __init__(self, code: Code) -> None:
        super().__init__(code)
        self.code = code


class Silence(Exception):
    """DingTalk says nothing: the connection is held, and cut in the end."""


def refused(code: Code) -> Answer:
    """The answer of a refusal."""
    if isinstance(code, int):
        return errcode_answer(code, OLD.get(code, 'error'), request_id='0')
    status, words = NEW[code] if code in NEW else TOKENS.get(code, (400, ''))
    return json_answer(status, {'code': code, 'message': words or code, 'requestid': '0'})


def accepted(result: Dict[str, object], old: bool) -> Answer:
    """The answer of a success: the old interfaces put an errcode beside it."""
    if old:
        return errcode_answer(0, 'ok', request_id='0', **result)
    return json_answer(200, result)

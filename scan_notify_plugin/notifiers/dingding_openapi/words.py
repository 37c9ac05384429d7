"""Our own words beside the templates, in both languages."""

from typing import Dict

#: The template of the short message: a card's text, and a work notification's where two kilobytes hold no more.
BRIEF = 'dingding_openapi_brief'

_WORDS = {
    'zh': {
        'download': '下载报表',
        'acknowledge': '确认',
        'resend': '再次发送',
        'no_file': '报表未能以文件发送',
        'link': '[下载报表]({})',
        'fetch': '请在扫描器上取出：scan-notify reports --save {}',
        'acknowledged': '{by} 已于 {at} 确认',
        'resent': '{by} 已要求再次发送',
        'gone': '报表链接已失效',
        'finished': '已完成',
        'error': '未全部完成',
        'running': '进行中',
        'alert': '告警',
        'not_allowed': '您没有操作此卡片的权限，如有需要请联系管理员',
        'not_known': '此卡片对应的记录已不存在',
        'not_now': '暂时无法处理，请稍后再试',
        'refused': '未能执行：{}',
    },
    'en': {
        'download': 'Download',
        'acknowledge': 'Acknowledge',
        'resend': 'Send again',
        'no_file': 'The report could not be sent as a file',
        'link': '[Download the report]({})',
        'fetch': 'Fetch it on the scanner: scan-notify reports --save {}',
        'acknowledged': 'Acknowledged by {by} at {at}',
        'resent': 'Sent again for {by}',
        'gone': 'The link to the report has ended',
        'finished': 'finished',
        'error': 'incomplete',
        'running': 'running',
        'alert': 'alert',
        'not_allowed': 'You may not act on this card; please ask an administrator',
        'not_known': 'What this card is about is no longer on record',
        'not_now': 'This cannot be done at the moment; please try again',
        'refused': 'Not done: {}',
    },
}


def of(language: str) -> Dict[str, str]:
    """The words of a language."""
    return _WORDS.get(language, _WORDS['zh'])

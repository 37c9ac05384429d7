"""What there is to say of Feishu, in Chinese. See :mod:`scan_notify_plugin.words`."""

from typing import Dict

WORDS: Dict[str, str] = {
    # What is wrong with a target.
    'feishu.no-address': '缺少 WEBHOOK_URL，或其最后一段 TOKEN',
    'feishu.address': '应为以下之一再加上机器人的令牌：{addresses}，或本机上的同样地址',
    'feishu.token': '应为 Webhook 地址的最后一段',
    'feishu.two-addresses': 'WEBHOOK_URL 与 TOKEN 指向两个不同的机器人，请只保留一个',
    'feishu.keyword': '会出现在每条消息中，请直接明文写出',
    'feishu.at': '应为含有 {keys} 的一节',
    'feishu.at.open-ids': '应为以 ou_ 开头的 Open ID 的列表',
    'feishu.at.user-ids': '应为 User ID 的列表；要 @ 所有人，请设置 AT.ALL',
    'feishu.at.many': '超过 {most} 人',
    # What became of a request.
    'feishu.clock.behind': '{text}；本机时钟比飞书慢 {seconds} 秒',
    'feishu.clock.ahead': '{text}；本机时钟比飞书快 {seconds} 秒',
}

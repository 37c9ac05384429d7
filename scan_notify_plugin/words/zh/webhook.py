"""What there is to say of webhooks, in Chinese. See :mod:`scan_notify_plugin.words`."""

from typing import Dict

WORDS: Dict[str, str] = {
    'webhook.userinfo': '不能包含用户名和密码，请改用 HEADERS: Authorization',
    'webhook.private': '是内网地址；确需使用请设置 ALLOW_PRIVATE: true',
    'webhook.one-of': '必须是以下之一：{values}',
    'webhook.without-body': '只用于 BODY，而这里没有 BODY',
    'webhook.token': '必须是请求头可以使用的 ASCII 可见字符',
    'webhook.secret': '必须是一个或两个 Standard Webhooks 密钥：whsec_ 加 24 到 64 字节的 base64',
    'webhook.expect': '必须写明应答中应有的内容，例如 {{ok: true}}',
    'webhook.headers': '必须是按名称给出的请求头，最多 {most} 个',
    'webhook.header.name': '{name} 不是可以设置的请求头',
    'webhook.header.value': '{name} 的值无法发送，只能使用 ASCII 可见字符',
    'webhook.header.twice': '同一个请求头出现了两次',
    'webhook.header.type': '包含 Content-Type，只有使用 BODY 时才能设置',
    'webhook.body': '无法使用：{problem}',
    'webhook.body.line': '第 {line} 行：{cause}',
    'webhook.body.forbidden': '使用了 {what}，请求体模板中不允许',
    'webhook.body.steps': '循环超过 {most} 步',
    'webhook.body.time': '耗时超过 {seconds} 秒',
    'webhook.body.size': '生成的内容超过 {most} 字节',
    'webhook.body.list': '列表或字典不是文本，请用 json 过滤器输出',
    'webhook.body.no-json': '生成的内容不是 JSON，而 Content-Type 声明为 JSON',
    'webhook.accepted': 'HTTP {status}；接收方之后如何处理不得而知',
    'webhook.unexpected': '应答中的 {name} 与 EXPECT 不符：{text}',
    'webhook.clock': '{cause}；本机时钟与接收方相差 {seconds} 秒，而签名中包含时间',
    'webhook.target': '{target}：{cause}',
    'webhook.private.advice': '如果确实要发往内网，请为 {target} 设置 ALLOW_PRIVATE: true',
    'webhook.open': '地址以 http:// 开头：中间的任何人都能读到消息和凭据',
    'webhook.open.advice': '请使用 https',
}

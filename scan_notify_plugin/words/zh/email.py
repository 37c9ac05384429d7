"""What there is to say of mail, and in mails, in Chinese. See :mod:`scan_notify_plugin.words`."""

from typing import Dict

WORDS: Dict[str, str] = {
    # What is wrong with a target.
    'mail.host': '必须是邮件服务器的主机名或地址',
    'mail.port': '必须是端口号',
    'mail.security': '必须是 {known} 之一',
    'mail.address': '中的 {text} 不是邮件地址',
    'mail.people': '连同 CC 超过 {most} 个收件人',
    'mail.from': '缺失：USERNAME 不是邮件地址，不能代替它',
    'mail.from.one': '必须是一个地址',
    'mail.username': '缺失：有 PASSWORD 就必须有它',
    'mail.credential': '和 USERNAME 必须是一行，且不含控制字符',
    'mail.plain': '会未经加密发送；请把 SECURITY 设为 starttls 或 tls',
    'mail.attach': '必须是 0 到 {most} 之间的数',
    'mail.incomplete': '目标配置不完整',
    # What a server says, or does not.
    'mail.greeting': '邮件服务器拒绝接入：{number} {text}',
    'mail.not-smtp': '应答的不是邮件服务器：{text}',
    'mail.no-starttls': '邮件服务器不支持 STARTTLS；没有以明文发送任何内容',
    'mail.starttls': '邮件服务器拒绝 STARTTLS：{number} {text}',
    'mail.tls': '与邮件服务器的加密连接失败：{text}',
    'mail.no-login': '邮件服务器不支持密码登录（AUTH PLAIN 或 LOGIN）',
    'mail.login': '邮件服务器不接受 USERNAME 和 PASSWORD：{number} {text}',
    'mail.sender': '邮件服务器拒绝发件人：{number} {text}',
    'mail.no-utf8': '邮件服务器不接受非 ASCII 地址（SMTPUTF8）：{people}',
    'mail.refused': '邮件服务器拒绝了收件人：{people}',
    'mail.person': '{people}（{number} {text}）',
    'mail.data': '邮件服务器拒绝接收邮件内容：{number} {text}',
    'mail.message': '邮件服务器读完邮件后答复：{number} {text}',
    'mail.too-long': '邮件服务器最多接受 {most} 字节',
}

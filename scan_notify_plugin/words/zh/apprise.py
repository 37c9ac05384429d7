"""What there is to say of Apprise, in Chinese. See :mod:`scan_notify_plugin.words`."""

WORDS = {
    'apprise.missing': '需要 Apprise，请安装 scan-notify-plugin[apprise]',
    'apprise.urls': '必须是一个地址或地址列表',
    'apprise.many': '超过 {most} 个地址，请拆成多个目标',
    'apprise.no-address': '其中一项不是地址，正确的写法如 ntfy://host/topic',
    'apprise.verify': '以 {schema}:// 开头的地址关闭了证书校验；自建 CA 请用 CA_BUNDLE',
    'apprise.ours': '{schema}:// 不经 Apprise 发送；请使用 {channel} 渠道的目标，它会检查服务的应答',
    'apprise.unusable': 'Apprise 无法使用该地址',
    'apprise.unusable.but': 'Apprise 无法使用该地址：{text}',
    'apprise.gone': '这条消息所用的地址已不在配置中',
    'apprise.no-process': '无法启动 Apprise 的进程：{detail}',
    'apprise.ended': 'Apprise 的进程已结束',
    'apprise.service': '{service}，最多 {most} 个字符',
    'apprise.no-proof': 'Apprise 所说的“已接受”并非送达证明，请发送测试消息并到对方查看',
    'apprise.look': '请对照 Apprise 文档中该服务的页面检查地址',
    'apprise.accepted': '已接受（Apprise 的说法）',
    'apprise.failed': 'Apprise 表示发送失败',
    'apprise.failed.but': 'Apprise 表示发送失败：{text}',
}

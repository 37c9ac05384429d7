"""The Chinese tables of the two DingTalks and of WeCom, for docs/channels.zh-CN.md."""

from scan_notify_plugin.errors import Reason
from scan_notify_plugin.notifiers import dingding
from scan_notify_plugin.notifiers.dingding_openapi import DingTalkOpenApi, api, codes
from scan_notify_plugin.notifiers.wxwork import client, mentions, robot
from scan_notify_plugin.notifiers.wxwork.codes import CODES

LINKS = (
    '`app`（默认）：电脑上在钉钉侧边栏打开；`browser`：电脑上在浏览器打开。手机上都在钉钉内打开，官方没有提供别的办法'
)

DINGDING = {
    'access_token': '机器人 Webhook 地址里 `access_token=` 后面的值',
    'secret': '安全设置选“加签”时的密钥，以 `SEC` 开头',
    'keyword': '安全设置选“自定义关键词”时的任意一个关键词，会放在每条消息末尾',
    'at': '@ 谁：包含 `MOBILES`（列表）、`USER_IDS`（列表）、`ALL`（true 或 false）的小节，最多 {} 人'.format(
        dingding.MAX_AT
    ),
    'links': LINKS,
    'api_base': '服务地址：{}，或本机地址'.format(' 或 '.join('`{}`'.format(base) for base in dingding.VENDOR)),
}

OPENAPI = {
    'app_key': '应用的 AppKey（Client ID）',
    'app_secret': '应用的 AppSecret（Client Secret）',
    'agent_id': '应用的 AgentId，数字；发工作通知要用',
    'robot_code': '应用机器人的编码，与 AppKey 不同时才填',
    'default_chat_id': '群的 openConversationId，`cid…`',
    'conversations': '更多的群，列表',
    'users': '用户 userid，列表：发工作通知、机器人单聊，没有配群时的卡片',
    'departments': '部门编号，列表，含下级部门；只用于工作通知',
    'ways': '`work`、`group`、`direct`、`card` 中的若干；不填则按接收者决定',
    'send_file': '是否把报表也作为文件发送；默认 true',
    'card_template_id': '已发布的卡片模板 id，`….schema`',
    'callback': '点击如何回来：`none`（默认，卡片没有按钮）、`stream` 或 `http`',
    'callback_route_key': '`http` 用：自己取的名字，用 `scan-notify register-callback` 注册',
    'callback_secret': '`http` 用：自己定的密钥，钉钉用它签名',
    'operators': '可以点按钮的人的 userid，列表；其他人会看到一句提示',
    'links': LINKS + '。卡片不受影响：官方说明卡片里的普通链接本来就在浏览器打开',
    'api_base': '新版接口的地址：{}，或本机地址'.format('、'.join('`{}`'.format(one) for one in api.APIS)),
    'oapi_base': '旧版接口的地址：{}，或本机地址；两个填一个即可'.format(
        '、'.join('`{}`'.format(one) for one in api.OAPIS)
    ),
}

WXWORK = {
    'webhook_url': '企业微信给出的机器人地址，含 key，是凭证：`{}?key=...`，或本机上的同一路径'.format(
        client.WEBHOOK_ENDPOINT
    ),
    'mentioned_list': '@ 谁：userid 列表，前面不写 `@`；或 `@all`',
    'mentioned_mobile_list': '同上，用手机号',
    'mention': '`companion`（默认）：汇总之后单独发一条文本消息来 @；`inline`：在第一页末尾写 `<@userid>`，最多 {} 字节'.format(
        mentions.MAX_INLINE
    ),
    'clients': '`current`（默认）；有人的客户端低于 4.1.36（安卓 4.1.38）时填 `old`，否则他们看到的是纯文本',
    'colours': 'true：状态带颜色',
    'form': '`summary`（默认），或 `card`：只有数字的卡片，点开是报表',
    'card_url': '没有报表链接时卡片打开的地址；都没有则发汇总',
    'send_file': 'true：{} MB 以内的报表也作为文件发送，每轮最多 {} 个'.format(
        client.MAX_FILE // 1024 // 1024, robot.MAX_FILES
    ),
    'task_ids': 'true：未完成的扫描任务列出任务 id；默认不列，手机上它占半个屏幕宽',
}

_AGAIN, _OURS = '不用管，会重试', '请提交 issue，这是本项目的错误'
#: As in :data:`tests.docs.tables.DINGTALK`.
DINGDING_CODES = {
    -1: ('系统繁忙', _AGAIN),
    15: ('服务内部超时', _AGAIN),
    20001: ('本月调用额度用完', '等到下月或购买额度'),
    40035: ('请求缺少 JSON', _OURS),
    43004: ('Content-Type 不对', _OURS + '，或查一下有没有改写请求的代理'),
    90001: ('暂时不接受来自此地址的请求', _AGAIN),
    90002: ('暂时不接受对此接口的请求', _AGAIN),
    90018: ('暂时不接受此机器人的请求', _AGAIN),
    101002: ('消息过长', '精简自己的模板'),
    130101: ('一分钟超过 20 条', '查一下还有谁在用这个机器人'),
    300001: ('token 不存在', '核对 `ACCESS_TOKEN`'),
    300005: ('token 不存在', '核对 `ACCESS_TOKEN`'),
    310000: (
        '安全设置不通过：关键词、签名、时间戳或地址',
        '核对 `SECRET`、`KEYWORD`、IP 白名单里的公网地址和本机时钟',
    ),
    400013: ('群已解散', '在别的群建机器人'),
    400101: ('access_token 不存在', '核对 `ACCESS_TOKEN`'),
    400102: ('机器人已停用', '在群设置里启用'),
    400105: ('消息类型不支持', _OURS),
    400106: ('机器人不存在或已离开群', '重新建机器人'),
    410100: ('发送太快', '查一下还有谁在用这个机器人'),
    430101: ('含有不安全的外链', '检查自己模板里的链接'),
    430102: ('含有不合适的文本', '不用管，会隐去名称和目标再发一次'),
    430103: ('含有不合适的图片', '检查自己模板里的图片'),
    430104: ('含有不合适的内容', '不用管，会隐去名称和目标再发一次'),
    460101: ('消息体超过 20,000 字节', '精简自己的模板'),
}

_LINK, _TEMPLATE, _WHO = '不用管，改发报表链接', '检查自己的模板', '查一下还有谁在用这个机器人'
WXWORK_CODES = {
    -1: ('系统繁忙', _AGAIN),
    6000: ('数据版本冲突', _AGAIN),
    40004: ('不允许的文件类型', _LINK),
    40005: ('上传的 type 不对', _OURS),
    40006: ('文件太小或太大', _LINK),
    40007: ('上传的文件已过期，或属于别的机器人', _LINK),
    40008: ('消息类型不对，或请求不是 JSON', _OURS),
    40009: ('图片太大', '换小一点的图片'),
    40033: ('含有不允许的字符，例如写出来的 `\\u0041`', '检查自己模板里的反斜杠'),
    40035: ('参数不对', _OURS),
    40039: ('地址超过 1,024 字节', '缩短 `BASE_URL` 或 `CARD_URL`'),
    40058: ('参数无效，或消息过长', '看错误码旁边的文字，检查自己的模板'),
    40063: ('参数为空', _OURS),
    41005: ('上传里没有文件', _LINK),
    41006: ('缺少 media_id', _OURS),
    41016: ('缺少标题', '给图文或卡片加上标题'),
    43002: ('只接受 POST', '查一下有没有改写请求的代理'),
    44001: ('文件是空的', _LINK),
    44004: ('消息是空的', _TEMPLATE),
    45001: ('文件超过 20 MB', _LINK),
    45002: ('消息过长', '精简自己的模板'),
    45008: ('图文超过 8 条', '少发几条'),
    45009: ('一分钟超过 20 条', _WHO),
    45011: ('请求太频繁', _WHO),
    45033: ('并发请求太多', _AGAIN),
    45034: ('地址缺少 http:// 或 https://', '检查自己模板里的链接'),
    93000: ('Webhook 地址不对，或机器人已移除', '核对 `WEBHOOK_URL`，或重新建机器人并修改 `WEBHOOK_URL`'),
    93004: ('机器人已停用', '在群设置里启用'),
    93008: ('机器人不在群里', '重新建机器人并修改 `WEBHOOK_URL`'),
}

MEANINGS = {
    Reason.UNKNOWN: '可能已发出，见[结果不明](runs.md#in-doubt)',
    Reason.BUSY: '会重试',
    Reason.THROTTLED: '应用停十秒再继续',
    Reason.QUOTA: '本月额度用完，不再重试：购买额度，或等到下月',
    Reason.CONFIG: '不再重试：核对配置、应用权限和 IP 白名单；错误码说的是请求格式的，请提交 issue',
    Reason.CONTENT: '内容审核：隐去名称、目标和链接再发一次；文件则改发链接',
    Reason.TOO_LONG: '不再重试：精简自己的模板',
}


def _options(table, channel, words, leave_out=()):
    names = [name for name in channel.required + channel.optional if name not in leave_out]
    assert set(names) == set(words), set(names) ^ set(words)
    rows = [('`{}`'.format(name.upper()), '是' if name in channel.required else '', words[name]) for name in names]
    return table(['选项', '必填', '含义'], rows)


def _codes(table, words, reasons):
    assert set(words) == set(reasons), set(words) ^ set(reasons)
    rows = [(code, words[code][0], '`{}`'.format(reasons[code].value), words[code][1]) for code in sorted(words)]
    return table(['错误码', '含义', '归类', '怎么办'], rows)


def _openapi_errors(table):
    assert set(codes.OLD.values()) | set(codes.NEW.values()) == set(MEANINGS)
    return table(['归类', '怎么办'], [('`{}`'.format(reason.value), MEANINGS[reason]) for reason in MEANINGS])


def blocks(table):
    """By the name of a block, what makes it."""
    return {
        'dingding-options-zh': lambda: _options(table, dingding.DingTalkRobot, DINGDING, dingding.OPENAPI_OPTIONS),
        'dingding-errors-zh': lambda: _codes(table, DINGDING_CODES, dingding.REASONS),
        'openapi-options-zh': lambda: _options(table, DingTalkOpenApi, OPENAPI),
        'openapi-errors-zh': lambda: _openapi_errors(table),
        'wxwork-options-zh': lambda: _options(table, robot.WxWorkRobot, WXWORK),
        'wxwork-errors-zh': lambda: _codes(table, WXWORK_CODES, {code: one.reason for code, one in CODES.items()}),
    }

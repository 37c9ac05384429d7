"""The tables of Feishu, for docs/channels.md and docs/channels.zh-CN.md."""

from scan_notify_plugin.notifiers.feishu import FeishuRobot, address, mentions
from scan_notify_plugin.notifiers.feishu.codes import CODES

_BASES = ' or '.join('`{}`'.format(base) for base in address.VENDOR)

#: By option, in English and in Chinese.
OPTIONS = {
    'webhook_url': (
        'the bot\'s address as Feishu or Lark shows it; a credential. `{}{}...`, the same at `{}`, or on this '
        'machine'.format(address.VENDOR[0], address.HOOK, address.VENDOR[1]),
        '飞书或 Lark 给出的机器人地址，是凭证：`{}{}...`，`{}` 的同样地址，或本机地址'.format(
            address.VENDOR[0], address.HOOK, address.VENDOR[1]
        ),
    ),
    'token': (
        'the last part of that address, in its place',
        '上述地址的最后一段，二者填一个即可',
    ),
    'secret': (
        'the secret of a bot that is set to *signature* (签名校验)',
        '安全设置选“签名校验”时的密钥',
    ),
    'keyword': (
        'one of the keywords of a bot that is set to *keywords* (自定义关键词); it stands at the end of every message',
        '安全设置选“自定义关键词”时的任意一个关键词，会放在每条消息末尾',
    ),
    'at': (
        'who is mentioned: a section with `OPEN_IDS` (list), `USER_IDS` (list) and `ALL` (true or false); at most {} '
        'people'.format(mentions.MOST),
        '@ 谁：包含 `OPEN_IDS`（列表）、`USER_IDS`（列表）、`ALL`（true 或 false）的小节，最多 {} 人'.format(
            mentions.MOST
        ),
    ),
    'task_ids': (
        'true: the table of scan tasks that did not end well has their ids; by default it has not, since they take '
        'half of a phone\'s width',
        'true：未完成的扫描任务列出任务 id；默认不列，手机上它占半个屏幕宽',
    ),
    'api_base': (
        'with `TOKEN`, the address of the service: {} (the first is the default), or one on this machine'.format(
            _BASES
        ),
        '只写 `TOKEN` 时的服务地址：{}（默认前者），或本机地址'.format(_BASES.replace(' or ', ' 或 ')),
    ),
}

_AGAIN, _REPEAT, _OURS = '不用管，会重试', '不用管，会再发一次并注明可能重复', '请提交 issue，这是本项目的错误'
_HIDDEN, _WHO = '不用管，会隐去名称和目标再发一次', '查一下还有谁在用这个机器人'
_INSIDE = ('服务内部错误', _REPEAT)
#: By code: what it means, and what to do.
CHINESE = {
    1663: _INSIDE,
    2200: _INSIDE,
    5000: _INSIDE,
    9499: ('请求有误', '检查自己的模板，或提交 issue'),
    10002: ('机器人不在群里', '重新建机器人，改 `WEBHOOK_URL`'),
    10003: ('参数缺失或有误', _OURS),
    10500: _INSIDE,
    11232: ('服务暂时不收消息（整点、半点常见）', _AGAIN),
    11233: ('本群每秒超过 5 条', _WHO),
    11235: ('本群只有管理员能 @ 所有人', '去掉 `AT.ALL`，或请群主放开'),
    11237: ('群已解散', '在别的群建机器人'),
    11242: ('群已被封禁', '在别的群建机器人'),
    11246: ('消息内容创建失败', _HIDDEN),
    11247: ('消息太多', _WHO),
    11248: ('内容涉及敏感信息', _HIDDEN),
    11249: ('没有这个机器人', '重新建机器人，改 `WEBHOOK_URL`'),
    11310: ('卡片创建失败，例如表格太多', _HIDDEN),
    11312: ('内容不合规', _HIDDEN),
    18054: ('内容涉及敏感信息', _HIDDEN),
    19001: ('地址不对，或机器人已删除', '核对 `WEBHOOK_URL` 或 `TOKEN`'),
    19002: ('请求有误，或缺消息类型', _OURS),
    19021: ('签名不符，或时间差超过一小时', '核对 `SECRET` 和本机时钟'),
    19022: ('地址不在 IP 白名单里', '把本机公网地址加进白名单'),
    19024: ('消息里没有任何关键词', '`KEYWORD` 填机器人的一个关键词'),
    19036: ('消息太长', '精简自己的模板'),
    230020: ('本群每秒超过 5 条', _WHO),
    230099: ('卡片创建失败，原因见后面的文字', _HIDDEN),
    99991400: ('请求太频繁', _WHO),
}


def options(table):
    rows = [(_name(name), '', OPTIONS[name][0]) for name in _names()]
    return table(['Option', 'Required', 'Meaning'], [_either(row, 'this or `TOKEN`') for row in rows])


def options_zh(table):
    rows = [(_name(name), '', OPTIONS[name][1]) for name in _names()]
    return table(['选项', '必填', '含义'], [_either(row, '它或 `TOKEN`') for row in rows])


def codes(table):
    rows = [(code, one.words, _reason(one), one.advice, one.source) for code, one in sorted(CODES.items())]
    return table(['Code', 'Feishu says', 'Reason', 'What you can do', 'Source'], rows)


def codes_zh(table):
    assert set(CODES) == set(CHINESE), set(CODES) ^ set(CHINESE)
    rows = [(code, CHINESE[code][0], _reason(one), CHINESE[code][1]) for code, one in sorted(CODES.items())]
    return table(['错误码', '飞书的意思', '归类', '怎么办'], rows)


def _names():
    names = FeishuRobot.required + FeishuRobot.optional
    assert set(names) == set(OPTIONS), set(names) ^ set(OPTIONS)
    return names


def _name(option):
    return '`{}`'.format(option.upper())


def _either(row, words):
    return (row[0], words if row[0] == '`WEBHOOK_URL`' else row[1], row[2])


def _reason(code):
    return '`{}`'.format(code.reason.value)

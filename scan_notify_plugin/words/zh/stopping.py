"""What there is to say of targets that were stopped, in Chinese. See :mod:`scan_notify_plugin.words`."""

from typing import Dict

WORDS: Dict[str, str] = {
    'stop.silent': '已由 {by} 于 {since} 停用',
    'stop.because': '已由 {by} 于 {since} 停用：{cause}',
    'stop.service': '服务端自 {since} 起不再接收消息：{cause}',
    'target.stopped': '目标 {target} 不发送任何消息：{cause}；恢复请执行 scan-notify start {target}',
    'stop.done': '已停用：{target}；等待中的消息改发给其 FALLBACK',
    'stop.already': '{target} 先前已停用：{cause}',
    'start.done': '已恢复：{target}',
    'start.not': '{target} 没有停用',
    'help.command.stop': '停用一个目标，恢复之前不向其发送；等待中的消息改发给其 FALLBACK',
    'help.command.start': '恢复已停用的目标',
    'help.stop.why': '停用原因，供他人查看',
    'cli.usable.stopped': '已停用',
    'cli.action.stop': '停用',
    'cli.action.start': '恢复',
    'doctor.advice.target.start': '排除目标或服务端的问题，然后执行 scan-notify start {target}（见 docs/targets.md#stopped-targets）',
    'page.audit.stop': '停用目标',
    'page.audit.start': '恢复目标',
    'page.target.stopped': '已停用',
    'page.target.stop': '停用',
    'page.target.start': '恢复',
    'page.target.stop.ask': '停用 {name}？',
    'page.target.stop.words': '恢复之前不会向它发送任何消息；等待中的消息改发给备用目标，没有备用目标时记为失败。',
    'page.target.stop.why': '原因',
    'page.target.stop.done': '{name} 已停用',
    'page.target.start.ask': '恢复 {name}？',
    'page.target.start.words': '恢复后继续向它发送消息；停用期间已改发的消息不会补发。',
    'page.target.start.done': '{name} 已恢复',
}

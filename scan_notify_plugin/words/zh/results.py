"""What is said of the results of a run beside those before, in Chinese. See :mod:`scan_notify_plugin.words`."""

WORDS = {
    # Why a round is compared with none.
    'compare.first-look': '本轮为首次检查，不判定新增：{why}',
    'ledger.none': '此前没有可比较的轮次',
    'ledger.forgotten': '已有人要求忘记此前的轮次',
    'ledger.back': '扫描器的轮次重新计数：第 {number} 轮出现在第 {newest} 轮之后',
    'ledger.gone': '数据库中此前轮次的记录已不存在',
    'ledger.cut': '此前轮次的记录不完整或已损坏',
    'ledger.foreign': '此前轮次的记录不是本插件写入的',
    'ledger.newer': '此前轮次的记录由更新的版本写入，保持不动',
    'ledger.odd': '指向此前轮次记录的文档无法读取',
    'ledger.unknown': '没有计划任务 {schedule} 的记录',
    'ledger.busy': '该计划任务刚刚完成一轮比较，请重试',
    'ledger.apart': '两个计划任务没有共同的扫描目标',
    # What could not be compared, and why.
    'compare.late': '第 {number} 轮在第 {newest} 轮之后才比较，不改变后者的结果',
    'compare.skipped': '中间有 {count} 轮未比较，本轮与第 {number} 轮比较',
    'compare.empty': '{element}：没有任何响应',
    'compare.silent': '{count} 个地址没有响应，下一轮仍无响应则判定消失：{examples}',
    'compare.narrower': '{count} 条记录未查看：本轮扫描范围小于以往',
    'compare.few-ports': '{count} 个地址只剩 Web 端口或没有端口，此前还有其他端口：{examples}',
    'compare.parent': '{count} 条记录未检查：所属站点、端口或地址没有响应',
    'compare.more': '另有 {count} 条说明',
}

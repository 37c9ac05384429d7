"""The short form: a card of type ``text_notice`` that opens the report when it is tapped.

The lengths are those that the vendor recommends: https://developer.work.weixin.qq.com/document/path/99110
"""

from typing import Any, Callable, Dict, Mapping, Optional

from scan_notify_plugin.notifiers.summary import Summary

#: Bytes of an address.
MAX_URL = 1024
_TITLE, _DESCRIPTION, _SUBTITLE, _VALUE = 26, 30, 112, 26

_WORDS = {
    'zh': {
        'finished': '✅ 计划任务已完成', 'error': '⚠️ 计划任务未全部完成', 'running': '⏳ 计划任务进行中',
        'round': '第 {} 轮', 'unnamed': '(未命名)', 'repeat': '可能是重复消息：上一次发送的结果未知',
        'done': '完成', 'failed': '失败', 'stopped': '停止', 'missing': '丢失', 'assets': '资产', 'rows': '报表行数',
    },
    'en': {
        'finished': '✅ Scheduled scan finished', 'error': '⚠️ Scheduled scan: errors', 'running': '⏳ Scheduled scan running',
        'round': 'round {}', 'unnamed': '(unnamed)', 'repeat': 'This may be a repeat: it is not known what became of the last sending',
        'done': 'Done', 'failed': 'Failed', 'stopped': 'Halt', 'missing': 'Lost', 'assets': 'Found', 'rows': 'Rows',
    },
}  # fmt: skip


def card(summary: Summary, language: str, url: str, escape: Callable[[str], str]) -> Optional[Dict[str, Any]]:
    """The card of a run; None if there is no address for it to open.

    :param url: where it leads if the run has no report with a link
    """
    links = [report.link for report in summary.reports if report.ready and report.link]
    address = (links + [url])[0]
    if not address or len(address.encode('utf-8')) > MAX_URL:
        return None
    words = _WORDS['en' if language == 'en' else 'zh']
    rows = [(words[name], str(summary.counts[name])) for name in ('done', 'failed', 'stopped', 'missing')]
    rows.append((words['assets'], str(sum(number for _, number in summary.assets))))
    if summary.reports and summary.reports[0].ready:
        rows.append((words['rows'], str(summary.reports[0].rows)))
    made = {
        'card_type': 'text_notice',
        'main_title': {
            'title': words[summary.status][:_TITLE],
            'desc': _cut(escape(summary.schedule_name) or words['unnamed'], _DESCRIPTION),
        },
        'sub_title_text': _cut(_below(summary, words, escape), _SUBTITLE),
        'horizontal_content_list': [{'keyname': name, 'value': value[:_VALUE]} for name, value in rows],
        'card_action': {'type': 1, 'url': address},
    }
    return made


def _below(summary: Summary, words: Mapping[str, str], escape: Callable[[str], str]) -> str:
    lines = [words['round'].format(summary.run_number)]
    if summary.repeat:
        lines.append(words['repeat'])
    lines += [escape(detail) for _, _, detail in summary.troubles if detail]
    lines += [escape(report.error) for report in summary.reports if report.error]
    return ' · '.join(lines)


def _cut(line: str, most: int) -> str:
    return line if len(line) <= most else line[:most - 1] + '…'

"""What we call things ourselves. The host's own titles stay as they are in every language."""

from typing import Callable, Dict

__all__ = ['translator']

_ENGLISH = {
    '漏洞': 'Vulnerabilities', '文件泄漏': 'File leaks', '证书': 'Certificates', '指纹': 'Fingerprints',
    'Python 服务': 'Python services', 'C 段': 'Subnets',
    '目标': 'Target', '漏洞名称': 'Vulnerability', '应用': 'Application', '类别': 'Type', '插件': 'Plugin',
    '验证信息': 'Evidence', '发现时间': 'Found at', '漏洞等级': 'Severity', '漏洞地址': 'Address', '模板': 'Template',
    '模板地址': 'Template URL', 'curl 命令': 'curl command', '标题': 'Title', '状态码': 'Status code', '长度': 'Length',
    '站点': 'Site', '来源': 'Source', '端口': 'Port', '主题': 'Subject', '签发者': 'Issuer', '生效时间': 'Valid from',
    '到期时间': 'Valid until', '已过期': 'Expired', '序列号': 'Serial number', '类型': 'Type', '内容': 'Content',
    '名称': 'Name', '数量': 'Number', '主机': 'Host', '服务': 'Service', 'IP 数': 'IPs', '域名数': 'Domains',
    '域名': 'Domain names', '扫描任务': 'Scan tasks', '任务': 'Task', '结果': 'Outcome', '开始时间': 'Started',
    '结束时间': 'Ended', '记录数': 'Records', '端口 Top 15': 'Ports, top 15', '服务 Top 15': 'Services, top 15',
    '状态码 Top 15': 'Status codes, top 15', '漏洞等级分布': 'Severities', '未分级': 'not rated',
    '计划': 'Schedule', '轮次': 'Round', '状态': 'Status', '触发时间': 'Fired', '扫描任务数': 'Scan tasks',
    '错误信息': 'Reason', '完成': 'done', '失败': 'failed', '已停止': 'stopped', '已被删除': 'deleted',
    '未能入队': 'never queued', '扫描进程已退出': 'worker died', '超过期限': 'overdue', '进行中': 'running',
    '全部完成': 'all done', '异常': 'incomplete',
}  # fmt: skip
_LANGUAGES: Dict[str, Dict[str, str]] = {'zh': {}, 'en': _ENGLISH}


def translator(language: str) -> Callable[[str], str]:
    """A function from our Chinese words to those of the language; what it does not know it leaves."""
    words = _LANGUAGES.get(language, {})
    return lambda word: words.get(word, word)

"""Every kind of message: how a run can end, what can have changed, and what operators are told of."""

from typing import Dict

from scan_notify_plugin.notifiers.summary import Summary
from scan_notify_plugin.worker.alert_message import summarise
from tests.notifiers import goldens
from tests.notifiers.samples import make_results, make_summary, make_tasks, told

_NAMES = {
    'zh': ('每日资产巡检', '官网首页', '邮箱登录'),
    'en': ('Daily asset check', 'Home page', 'Mail login'),
}


def _changed(language: str) -> Summary:
    """What a schedule's message mostly is: a few changes, one scan task that failed, a report."""
    tasks = make_tasks(1, 'shop.example.com', 'error') + tuple(
        task._replace(id='b' * 23 + str(number)) for number, task in enumerate(make_tasks(2, 'www.example.com'))
    )
    summary = make_summary(
        tasks,
        status='error',
        schedule_name=_NAMES[language][0],
        assets=(('site', 31), ('ip', 12), ('service', 120), ('vuln', 3)),
        reports=goldens.REPORTS[:1],
        url='https://arl.example.com/api/scan_notify/admin#/run/1',
    )
    return told(summary, language=language)


def kinds(language: str) -> Dict[str, Summary]:
    """By name."""
    ordinary = _changed(language)
    nothing = told(make_summary(schedule_name=_NAMES[language][0]), make_results((), ()), (), language)
    found = {
        'changed': ordinary,
        'nothing-new': nothing,
        'first-look': told(ordinary._replace(results=None), make_results(compared=None), language=language),
        'withheld': ordinary.withheld(),
        'repeat': ordinary._replace(repeat=True),
        'test': ordinary._replace(test=True),
    }
    names = {'error': 'failed', 'running': 'running', 'reports': 'reports', 'cut': 'long'}
    found.update({new: goldens.runs()[old] for old, new in names.items()})
    for name in ('alert delivery', 'alert worker', 'alert often, repeat'):
        found[name.replace(',', '').replace(' ', '-')] = summarise(goldens.alerted()[name], language)
    return found

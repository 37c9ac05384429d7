"""What every channel sends for every kind of message, in both languages; ``python -m tests.notifiers.goldens``.

A file of ``golden/`` holds the messages of one channel in one language: some as they are, of the others a hash. To see
what has changed: ``python -m tests.notifiers.goldens FOLDER`` writes all as they are, before and after.
"""

import hashlib
import json
import os
import re
import sys
import time
from datetime import datetime, timedelta, timezone
from functools import partial

from scan_notify_plugin.jobs import alerts
from scan_notify_plugin.jobs.alert_events import NOTHING, added, new_event
from scan_notify_plugin.jobs.job import Job, Kind, State
from scan_notify_plugin.notifiers.apprise import AppriseNotifier
from scan_notify_plugin.notifiers.apprise.channel import Service
from scan_notify_plugin.notifiers.base import Notifier, Target
from scan_notify_plugin.notifiers.http import Http
from scan_notify_plugin.notifiers.summary import ReportLine, TaskLine
from scan_notify_plugin.notifiers.templates import Templates
from scan_notify_plugin.notifiers.wxwork import MonitorReport
from scan_notify_plugin.notifiers.wxwork.formatter import MessageFormatter
from scan_notify_plugin.plugins.loading import load
from scan_notify_plugin.secret import Secret
from scan_notify_plugin.worker.alert_message import summarise
from tests.notifiers.samples import START, make_summary, make_tasks

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'golden')
LANGUAGES = ('zh', 'en')
NOW = datetime(2026, 3, 1, 3, 0, tzinfo=timezone.utc)
#: Work notifications have the time of their writing in them.
WRITTEN_AT = re.compile(r'(?<= · )\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?=\Z)')

URL = {'webhook_url': Secret('https://x/?key=5f2c')}
BOT = {'webhook_url': Secret('https://open.feishu.cn/open-apis/bot/v2/hook/5f2c')}
PEOPLE = {'mentioned_list': ['ann', 'bob'], 'mentioned_mobile_list': ['13800000000']}
CARD = {'ways': ['card'], 'default_chat_id': 'cid==', 'card_template_id': 't', 'callback': 'http', 'operators': ['u1']}
HOOK = {'url': Secret('https://x.example/')}
AT = {'mobiles': ['13800000000'], 'user_ids': ['u1'], 'all': False}
MAIL = {'host': 'smtp.example.com', 'to': ['ops@example.com'], 'from': 'arl@example.com'}
#: By name: the channel, and a target's options.
CHANNELS = {
    'dingding': ('dingding', {'access_token': Secret('5f2c'), 'keyword': '巡检', 'at': AT}),
    'wxwork': ('wxwork', dict(URL, send_file=True, **PEOPLE)),
    'wxwork_old': ('wxwork', dict(URL, clients='old')),
    'wxwork_inline': ('wxwork', dict(URL, mention='inline', **PEOPLE)),
    'wxwork_coloured': ('wxwork', dict(URL, colours=True)),
    'wxwork_card': ('wxwork', dict(URL, form='card', card_url='https://arl.example.com')),
    'openapi_work': ('dingding_openapi', {'ways': ['work'], 'users': ['u1'], 'agent_id': 1}),
    'openapi_group': ('dingding_openapi', {'ways': ['group'], 'default_chat_id': 'cid=='}),
    'openapi_card': ('dingding_openapi', CARD),
    'feishu': ('feishu', dict(BOT, keyword='巡检', at={'OPEN_IDS': ['ou_7d8a'], 'USER_IDS': ['u1']})),
    'feishu_ids': ('feishu', dict(BOT, task_ids=True)),
    'webhook': ('webhook', HOOK),
    'webhook_slack': ('webhook', dict(HOOK, markup='slack', body=Secret('{"text": {{ message|json }}}'))),
    'webhook_discord': ('webhook', dict(HOOK, markup='discord', body=Secret('{"content": {{ message|json }}}'))),
    'webhook_telegram': ('webhook', dict(HOOK, markup='telegram', body=Secret('{"html": {{ message|json }}}'))),
    'email': ('email', MAIL),
    'apprise': ('apprise', {'urls': [Secret('gotify://gotify.example.com/5f2c')]}),
    'apprise_short': ('apprise', {'urls': [Secret('sms://5f2c')]}),
    'third_party': ('pager', {}),
}
FACTS = {
    'delivery': {'schedule': 'nightly', 'target': 'ops', 'state': 'error'},
    'report': {'schedule': 'nightly', 'format': 'excel'},
    'worker': {'seconds': 7200.0},
    'schedule': {'schedule': 'nightly', 'due_at': NOW},
    'plugin': {'plugin': 'mail', 'call': 'send', 'target': 'mailbox', 'seconds': 620.4},
    'document': {'collection': 'job', 'id': '65e2:42/complete/ops'},
    'broker': {'seconds': 90.0, 'waiting': 3},
    'database': {'seconds': 90.0},
    'clock': {'target': 'ops', 'seconds': -300.0},
    'stopped': {'target': 'ops'},
    'of a later release': {'schedule': 'nightly'},
}


class Apprise(AppriseNotifier):
    """With a service for long messages, and one for short ones; nobody is asked what they take."""

    def service(self, url):
        return Service('Gotify', 32768, 250) if url.startswith('gotify') else Service('SMS', 160, 0)


class Pager(Notifier):
    """A third party's that says its name alone."""

    channel = 'pager'
    max_bytes = 4096


def _report(number=1, **fields):
    values = dict(
        id='65e3a1b4c1a5dab8cb6205f{}'.format(number), name='nightly-{}.xlsx'.format(number), size=123456, rows=12,
        made_at=START,
        link='https://arl.example.com/api/scan_notify/reports/WyI2NWUz.{}'.format(number), valid_until=START, error='',
    )  # fmt: skip
    return ReportLine(**dict(values, **fields))


REPORTS = (_report(1), _report(2, link=''), _report(3, made_at=None, error='disk [full]'), _report(4, made_at=None))
OUTCOMES = ('done', 'error', 'stop', 'missing', 'unqueued', 'dead', 'overdue', 'running')
TROUBLES = (
    ('failed', 2, 'no *broker*'), ('failed', 1, ''), ('unreported', 3, ''), ('too_many', 5000, ''), ('doubtful', 4, ''),
    ('unrecorded', 0, '3-4'),
)  # fmt: skip
_TABLES = tuple(('table {}'.format(number), number + 1) for number in range(18))


def runs():
    """By name: a run's summary and whether its target splits."""
    tasks = tuple(
        TaskLine(format(i, '024x'), 'n', 'a_{}.example.com 10.0.0.0/8 <@all>'.format(i), what, i)
        for i, what in enumerate(OUTCOMES)
    )
    error = make_summary(
        tasks, status='error', schedule_name='# night [ly](http://evil.example)', assets=(('site_cnt', 3), ('odd', 1))
    )
    return {
        'finished': make_summary(),
        'finished, of a report': make_summary(reports=REPORTS[:1], assets=_TABLES),
        'error': error._replace(troubles=TROUBLES[:1], reports=REPORTS[2:3]),
        'reports': make_summary(reports=REPORTS + (_report(5),)),
        'troubles': make_summary(status='error', troubles=TROUBLES),
        'running': make_summary(status='running', end_time=None),
        'test, unnamed': make_summary(test=True, schedule_name=''),
        'repeat': make_summary(repeat=True, reports=REPORTS[:1]),
        'nothing': make_summary((), assets=()),
        'cut': make_summary(make_tasks(400), reports=REPORTS[:1]),
        'split': make_summary(make_tasks(400), reports=REPORTS[:1]),
    }


def alert_of(kind, *facts, more=0, repeat=False):
    """The job of an alert."""
    pending = NOTHING
    for number, one in enumerate(facts):
        pending = added(pending, kind, new_event(one, NOW + timedelta(minutes=10 * number)))
    what = alerts.told_in(kind, pending._replace(count=pending.count + more))
    return make_job('alert/{}/65e2a0c4c1a5dab8cb6205e9'.format(kind), what, repeat)


def make_job(job_id, what, repeat):
    fields = {name: None for name in Job._fields}
    return Job(**dict(fields, id=job_id, kind=Kind.ALERT, alert=what, repeat=repeat, state=State.PENDING))


def alerted():
    """By name: the job of an alert."""
    found = {'alert ' + kind: alert_of(kind, facts) for kind, facts in FACTS.items()}
    found['alert plugin, no target'] = alert_of('plugin', {'plugin': 'mail', 'call': 'send'})
    found['alert clock of MongoDB'] = alert_of('clock', {'seconds': 300.0})
    many = [dict(FACTS['delivery'], schedule='nightly {}'.format(number)) for number in range(3)]
    twice = many + [
        FACTS['delivery'],
        FACTS['delivery'],
        dict(FACTS['delivery'], state='uncertain'),
        dict(FACTS['delivery'], state='unusable'),
    ]
    found['alert often, repeat'] = alert_of('delivery', *twice, more=2, repeat=True)
    long = [dict(FACTS['delivery'], schedule='名' * 90 + str(number), target='目' * 90) for number in range(20)]
    found['alert cut'] = alert_of('delivery', *long)
    return found


#: The cases that are kept as they are: of the channels that others are like all but a few, of the others these.
PLAIN = (
    'error, 1 of 1',
    'alert delivery, 1 of 1',
    'error, 1 of 1, withheld',
    'report, 1 of 1',
    'test, unnamed, 1 of 1',
)
MODELS = ('dingding', 'wxwork', 'feishu')


def _notifiers():
    return dict(load(()).notifiers, apprise=Apprise(), pager=Pager())


def dump(channel, language, full=False):
    """All messages of a channel in a language, as one text."""
    name, options = CHANNELS[channel]
    notifier, templates = _notifiers()[name], Templates()
    lines, seen = [], {}

    def add(case, summary, oversize=None):
        target = Target('duty', name, options, Http('', []), language, oversize)
        pages = notifier.render(summary, target, templates) + notifier.extras(summary, target)
        for number, page in enumerate(pages[:2] + pages[2:][-1:], 1):
            for which, content in zip(('', ', withheld'), page):
                head = '{}, {} of {}{}'.format(case, number, len(pages), which)
                whole = full or head in PLAIN or (channel in MODELS and not which and len(content['text']) < 1800)
                lines.extend(_shown(head, content, seen, whole))

    for case, summary in runs().items():
        add(case, summary, {'cut': 'cut', 'split': 'split'}.get(case))
    for case, job in alerted().items():
        add(case, summarise(job, language), 'cut' if case == 'alert cut' else None)
    return '\n'.join(lines) + '\n'


def monitor(msgtype, language, full=False):
    """What the library writes of a monitor's report."""
    details = [
        'one line',
        'a\n  b\n```c',
        {'url': 'http://a.example/', 'status': 500},
        {'url': 'b|c', 'status': '', 'more': 1},
        '- x',
        'y',
    ]
    report = MonitorReport(datetime(2026, 3, 2, 3, 0, 4), 1000, 997, 3, details, {'p95 <ms>': 12, 'b': ''})
    long = MonitorReport(
        'today', 2, 0, 2, ['{} {}'.format('错' * 50, number) for number in range(40)], {str(n): n for n in range(14)}
    )
    formatter, lines, seen = MessageFormatter(msgtype, language, '<@ann>' if msgtype == 'markdown' else ''), [], {}
    for case, one, oversize in (('report', report, 'split'), ('empty', MonitorReport(datetime(2026, 3, 2)), 'split'),
                                ('long', long, 'split'), ('cut', long, 'cut')):  # fmt: skip
        pages = formatter.pages(one, oversize)
        for number, page in enumerate(pages, 1):
            head = '{}, {} of {}'.format(case, number, len(pages))
            lines.extend(_shown(head, {'text': page}, seen, full or head in PLAIN))
    return '\n'.join(lines) + '\n'


def _shown(head, content, seen, whole):
    content = dict(content)
    written = WRITTEN_AT.sub('TIME', content.pop('text'))
    rest = json.dumps(content, ensure_ascii=False, sort_keys=True)
    both = rest + '\n' + written
    if both in seen:
        return ['=== {}: as {}'.format(head, seen[both])]
    seen[both] = head
    size, digest = len(written.encode('utf-8')), hashlib.sha256(both.encode('utf-8')).hexdigest()
    head = '=== {}: {} bytes, {}'.format(head, size, digest[:24])
    return [head, rest] + written.replace(' \n', ' ⏎\n').split('\n') if whole else [head]


def dumps(full=False):
    """(file name, how its text is made)."""
    for language in LANGUAGES:
        for channel in CHANNELS:
            yield '{}.{}.txt'.format(channel, language), partial(dump, channel, language, full)
        for msgtype in ('markdown', 'markdown_v2'):
            yield 'monitor_{}.{}.txt'.format(msgtype, language), partial(monitor, msgtype, language, full)


def main(folder=''):
    os.environ['TZ'] = 'CST-8'
    time.tzset()
    for name, make in dumps(full=bool(folder)):
        with open(os.path.join(folder or FOLDER, name), 'w', encoding='utf-8', newline='\n') as file:
            file.write(make())


if __name__ == '__main__':
    main(*sys.argv[1:])

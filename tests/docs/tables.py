"""Makes the tables of the pages from the code: ``python -m tests.docs.tables``; with ``--check`` it only compares.

A block stands between ``<!-- table: NAME -->`` and ``<!-- end -->``. What the code does not say of itself - the meaning
of a number, the words for a variable - is in this file, and a name without words is an error here.
"""

import argparse
import glob
import inspect
import os
import re
import sys
from datetime import datetime, timedelta

from hookspecs import records
from scan_notify_plugin import api, cli, recorder
from scan_notify_plugin.admin import metrics
from scan_notify_plugin.changes import Change, Changed, Compared, Progress, Results, State
from scan_notify_plugin.cli import standing
from scan_notify_plugin.errors import Reason
from scan_notify_plugin.faults import ENGLISH, Fault, say
from scan_notify_plugin.host import timetable
from scan_notify_plugin.jobs import alert_events, exports, lanes, settling, waiting
from scan_notify_plugin.notifiers import dingding, http
from scan_notify_plugin.notifiers.base import Target
from scan_notify_plugin.notifiers.summary import Alert, EventLine, ReportLine, Summary, TaskLine
from scan_notify_plugin.notifiers.templates import Templates
from scan_notify_plugin.plugins import dispatch
from scan_notify_plugin.reports import links, retention
from scan_notify_plugin.runs import rounds
from scan_notify_plugin.runs import rules as run_rules
from scan_notify_plugin.settings import schema
from scan_notify_plugin.web import api as rest
from scan_notify_plugin.worker import machine, reporting, tick
from scan_notify_plugin.worker.alert_message import title
from scan_notify_plugin.worker.alerts import OUTAGE, SILENCE
from tests.docs import apprise, documents, email, feishu, messages, openapi, public_api, vendors, webhook, wxwork

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BLOCK = re.compile(r'(<!-- table: ([\w-]+) -->\n)(.*?)(<!-- end -->)', re.S)

#: https://open.dingtalk.com/document/development/custom-robots-send-group-messages, and reports from the field for
#: 101002, 130101, 300001, 300005 and 460101. Code: (what it means, what to do).
DINGTALK = {
    -1: ('the service is busy', 'nothing, it is tried again'),
    20001: ('the organisation\'s monthly allowance of calls is used up', 'wait for the next month or buy more calls'),
    15: ('a time-out inside the service', 'nothing, it is tried again'),
    90001: ('requests from this address are refused for a while', 'nothing, it is tried again'),
    90002: ('requests to this interface are refused for a while', 'nothing, it is tried again'),
    90018: ('requests of this robot are refused for a while', 'nothing, it is tried again'),
    40035: ('the request lacks its JSON', 'report it: this is a fault of ours'),
    43004: ('wrong Content-Type', 'report it, or look for a proxy that changes requests'),
    101002: ('the message is too long', 'shorten your template'),
    130101: ('more than 20 messages in a minute', 'find out who else sends through this robot'),
    300001: ('no such token', 'compare `ACCESS_TOKEN` with the webhook address of the robot'),
    300005: ('no such token', 'compare `ACCESS_TOKEN` with the webhook address of the robot'),
    310000: (
        'the security settings refuse it: keyword, sign, timestamp or address',
        'compare `SECRET` and `KEYWORD` with the robot\'s settings, its address list with your public address, '
        'and this machine\'s clock with the real time',
    ),
    400013: ('the group was dissolved', 'make a robot in another group'),
    400101: ('the access token does not exist', 'compare `ACCESS_TOKEN` with the webhook address of the robot'),
    400102: ('the robot is disabled', 'enable it in the group\'s settings'),
    400105: ('message type not supported', 'report it: this is a fault of ours'),
    400106: ('the robot does not exist, or has left the group', 'make a new robot'),
    410100: ('sent too fast', 'find out who else sends through this robot'),
    430101: ('an unsafe link', 'look for a link in your template'),
    430102: ('unsuitable text', 'nothing, it is sent once more without names and targets'),
    430103: ('an unsuitable picture', 'look for a picture in your template'),
    430104: ('unsuitable content', 'nothing, it is sent once more without names and targets'),
    460101: ('the body is over 20,000 bytes', 'shorten your template'),
}  # fmt: skip

#: What has happened to a link.
REFUSALS = {
    links.Refusal.TAMPERED: 'it was cut or changed on its way, or signed with a key that was thrown away',
    links.Refusal.UNKNOWN: 'the report was deleted, its record has left the history, or its file is not where the web '
    'server looks',
    links.Refusal.EXPIRED: 'its time is over, or retention has removed the file',
    links.Refusal.REVOKED: 'the report has another serial number by now',
    links.Refusal.USED_UP: 'it was downloaded `LINK_DOWNLOADS` times',
}

#: What the worker does after each.
REASONS = {
    Reason.UNREACHABLE: 'nothing left this machine: tries again',
    Reason.UNKNOWN: 'no answer, or none that can be read: tries again with the same key while the service is trusted '
    'to remember it, then it goes to the next target of the route, as a possible repeat; else `uncertain`',
    Reason.BUSY: 'the service is busy: tries again',
    Reason.THROTTLED: 'too fast: the lane rests for `cool_down` or for as long as the service says, then tries again',
    Reason.QUOTA: 'the allowance is used up: next target of the route, else `error`',
    Reason.CONFIG: 'somebody has to change something: credential, robot, permission, clock, form of the request. Next '
    'target of '
    'the route, else `error`',
    Reason.CONTENT: 'the service\'s moderation refuses it, or it will not take the file: once more without names and '
    'targets, '
    'or with the link, then as `config`',
    Reason.TOO_LONG: 'over the channel\'s size: next target of the route, else `error`',
    Reason.REFUSED: 'a code that is in no table of the channel: the same message again after 1, 2 and 5 s, then every '
    '5 minutes for half an hour, then as `config`, with the service\'s own message',
    Reason.GONE: 'the service wants no more from this target: it is [stopped](targets.md#stopped-targets) until a '
    'person starts it. What waits for it goes to the next target of the route, else `error`',
}

OPTIONS = {
    'access_token': 'the value of `access_token` in the robot\'s webhook address',
    'secret': 'the secret of a robot that is set to *sign* (加签); it begins with `SEC`',
    'keyword': 'one of the keywords of a robot that is set to *keywords* (自定义关键词); it stands at the end of every '
    'message',
    'at': 'who is mentioned: a section with `MOBILES` (list), `USER_IDS` (list) and `ALL` (true or false); at most {} '
    'people'.format(dingding.MAX_AT),
    'links': '`app` (default): on a computer links open in DingTalk\'s side bar; `browser`: in the browser. On a phone '
    'they open inside DingTalk, and DingTalk documents no other way',
    'api_base': 'another address of the service: {}, or one on this machine'.format(
        ' or '.join('`{}`'.format(base) for base in dingding.VENDOR)
    ),
}


def span(value):
    """5.0 or timedelta(minutes=2) as people write it."""
    seconds = value.total_seconds() if isinstance(value, timedelta) else value
    for size, unit in ((3600, 'h'), (60, 'min')):
        if seconds >= 2 * size and seconds % size == 0:
            return '{:g} {}'.format(seconds / size, unit)
    return '{:g} s'.format(seconds)


VARIABLES = {
    'schedule_name': 'the schedule\'s name',
    'schedule_type': '`recurrent_scan` or `future_scan`',
    'run_id': 'the run\'s id, as in `scan-notify runs`',
    'run_number': 'the round of the schedule',
    'status': '`finished`, `error`, or `running` where a plugin asked for a message before the end',
    'fired_at': 'when it was fired; use `|time`',
    'end_time': 'when it ended, or nothing; use `|time`',
    'counts': '`counts.total`, `.done`, `.failed`, `.stopped`, `.missing`; failed are error, unqueued, dead and '
    'overdue',
    'assets': 'pairs of a name and a number, without the zeros: the tables of the run\'s results and their rows; where '
    'they are not known, those of its first report; without a report the host\'s counter names (`site_cnt`) and their '
    'sums over all scan tasks',
    'tasks': 'the scan tasks on this page that `TASK_LIST` asks for, see below',
    'task_ids': 'the ids of all scan tasks of the run',
    'troubles': '`(kind, scan tasks, detail)` for each submission that went wrong; kind is `failed`, `too_many`, '
    '`unreported`, `doubtful` (so many scan tasks could not be told apart from others\' and are not shown) or '
    '`unrecorded`',
    'reports': 'the reports of the run, see below',
    'repeat': 'true if it is not known whether this message has been delivered before',
    'test': 'true for a sample that was asked for with `scan-notify test-send`',
    'omitted': 'how many scan tasks are left out for lack of room, after those on this page',
    'page': 'the number of this page, from 1',
    'pages': 'how many pages there are',
    'hidden': 'true if names and targets are withheld because moderation refused the first version',
    'alert': 'nothing; in `alert.jinja` what the message is about, see below',
    'results': 'nothing where nobody has collected them; else `state` (`pending`, `success` or `error`), `totals`, '
    '`severities`, `changes` and `tables` (numbers by table, severity, state, and both), `compared` (`run_number`, '
    '`fired_at`; nothing at a first look)',
    'records': 'what this page names, worst first: `state`, `table`, `target`, `name`, `severity`, `cells` (`column`, '
    '`old`, `new`), `first_seen`, `last_seen`',
    'unlisted': 'by section, how many records no page names; on the last page',
    'severities': 'by severity, the new findings, as far as they are kept by name: at least so many',
    'remarks': 'what could not be compared or collected, and why, each a text',
    'url': 'of the run on the administrators\' page; empty without `BASE_URL`',
}
ALERT_VARIABLES = {
    'kind': 'one of the [kinds](targets.md#alerts)',
    'title': 'in the target\'s language',
    'count': 'how often it happened since the last alert of this kind; `fired_at` is the first time',
    'unnamed': 'how many of these are in none of `tasks`',
}
EVENT_VARIABLES = {
    'id': 'of a document; use `|addresses`',
    'name': 'of a schedule, a plugin or a collection',
    'target': 'the target\'s name',
    'outcome': 'of a delivery: `error`, `uncertain`, or `unusable` where none was tried',
    'assets': 'the same as `times`',
    'what': 'a report\'s format, or what a plugin was called for',
    'seconds': 'how long, or nothing; use `|duration`',
    'waiting': 'how many jobs waited at the end of an outage, or nothing',
    'due_at': 'when a schedule should have fired, or nothing; use `|time`',
    'at': 'the last time; use `|time`',
    'times': 'how often it happened',
}
#: What operators are alerted to, and when.
ALERTS = {
    'delivery': 'a message finally failed, or it is not known whether it arrived and no `FALLBACK` was left; or its '
    'target was left out, since it cannot be used',
    'report': 'a report could not be made',
    'worker': 'no worker was alive for more than {}; the next one sends it, also after an orderly stop'.format(
        span(SILENCE)
    ),
    'schedule': 'a schedule is `scheduled` and more than {} past its next time, in two checks at least {} apart'.format(
        span(timetable.PATIENCE), span(timetable.LOOKS)
    ),
    'plugin': 'a plugin does not come back from a call',
    'document': 'a document of scan-notify or of the host cannot be read as it must be, and was set aside',
    'broker': 'the broker was away for more than {}, and is back: how long, and how many jobs waited'.format(
        span(OUTAGE)
    ),
    'database': 'the same for MongoDB',
    'clock': 'the clock of a service or of MongoDB is far from this machine\'s',
    'stopped': 'a service says that it wants no more from a target, which is [stopped](#stopped-targets)',
}
REPORT_VARIABLES = {
    'id': 'the report\'s id, as in `scan-notify reports`',
    'name': 'the file name; made of letters, digits, `-` and one dot, so `|own` is safe',
    'size': 'bytes; use `|size`',
    'rows': 'rows of all tables together',
    'made_at': 'when it was made, or nothing; use `|time`',
    'link': 'where it can be downloaded, or empty without `BASE_URL`; use `|own`',
    'valid_until': 'until when the link works; use `|time`',
    'error': 'why it could not be made; empty if it is ready, or still being made',
    'ready': 'true if it can be downloaded',
}
TASK_VARIABLES = {
    'id': 'the scan task\'s id',
    'name': 'the host\'s name for it',
    'target': 'what was scanned; use `|addresses`',
    'outcome': '`done`, `error`, `stop`, `missing`, `unqueued`, `dead`, `overdue` or `running`',
    'assets': 'records of all kinds together',
}


def table(titles, rows):
    lines = [titles, ['---'] * len(titles)] + [list(row) for row in rows]
    return ''.join('| {} |\n'.format(' | '.join(str(cell).replace('|', '\\|') for cell in line)) for line in lines)


def keys(given):
    return table(
        ['Key', 'Value', 'Default', 'Meaning'],
        [('`{}`'.format(key.name), say(key.expected, ENGLISH), default(key), say(key.help, ENGLISH)) for key in given],
    )


def default(key):
    if key.default in (None, (), {}, ''):
        return ''
    value = ', '.join(key.default) if isinstance(key.default, tuple) else key.default
    return '`{}`'.format(str(value).lower() if isinstance(value, bool) else value)


def options():
    robot = dingding.DingTalkRobot
    ours = [name for name in robot.required + robot.optional if name not in dingding.OPENAPI_OPTIONS]
    rows = [('`{}`'.format(name.upper()), 'yes' if name in robot.required else '', OPTIONS[name]) for name in ours]
    names = ', '.join('`{}`'.format(name.upper()) for name in dingding.OPENAPI_OPTIONS)
    return table(
        ['Option', 'Required', 'Meaning'], rows + [(names, '', 'belong to DingTalk\'s OpenAPI; not used by the robot')]
    )


def dingtalk_codes():
    assert set(DINGTALK) == set(dingding.REASONS), set(DINGTALK) ^ set(dingding.REASONS)
    rows = [
        (code, DINGTALK[code][0], '`{}`'.format(dingding.REASONS[code].value), DINGTALK[code][1])
        for code in sorted(DINGTALK)
    ]
    return table(['Code', 'DingTalk says', 'Reason', 'What you can do'], rows)


def reasons():
    rows = [('`{}`'.format(one.value), 'yes' if one in settling.RETRY else 'no', REASONS[one]) for one in Reason]
    return table(['Reason', 'Retried', 'What the worker does'], rows)


def variables(fields, words):
    assert set(fields) == set(words), set(fields) ^ set(words)
    return table(['Name', 'Meaning'], [('`{}`'.format(name), words[name]) for name in fields])


def both(fault):
    """The words of a fault in both languages."""
    return '`{}`<br>`{}`'.format(say(fault, 'zh'), say(fault, ENGLISH))


def refusals():
    rows = [(refusal.status, both(refusal.fault), REFUSALS[refusal]) for refusal in links.Refusal]
    return table(['Status', 'The answer says', 'Meaning'], rows)


def contract():
    names = [name for name in api.__all__ if hasattr(records, name) and inspect.isclass(getattr(records, name))]
    ordered = sorted((getattr(records, name) for name in names), key=lambda one: inspect.getsourcelines(one)[1])
    return '```python\n{}```\n'.format('\n\n'.join(inspect.getsource(one) for one in ordered))


def times():
    slow = ', '.join(str(seconds) for seconds in waiting.QUICK + waiting.SLOW)
    return table(['What', 'Time'], [
        ('the host\'s scheduler waits for MongoDB, for each of our writes', 'at most ' + span(recorder.TIMEOUT)),
        ('a fire of the same schedule and round is the same run within', span(run_rules.SAME_FIRE)),
        ('a worker looks at all open runs every', span(tick.EVERY)),
        ('the end of a scan task is believed after', span(run_rules.SETTLE)),
        ('a scheduler that did not come back from submitting is given up after', span(run_rules.SUBMIT_LIMIT)),
        ('a round without a run is reported as lost after', span(rounds.ROUND_GRACE)),
        ('a `waiting` scan task without a Celery id counts as `unqueued` after', span(run_rules.UNQUEUED_AFTER)),
        ('the scan workers are asked for a scan task whose status stood still for', span(run_rules.STALE_AFTER)),
        ('it counts as `dead` when they do not know it',
         '{} times, {} apart'.format(run_rules.MISSES, span(run_rules.ASK_EVERY))),
        ('a scan task that was stopped or lost when its run ended is watched for', span(run_rules.WATCH)),
        ('a hook implementation may take', span(dispatch.LIMIT)),
        ('a plugin is left alone after {} time-outs in a row for'.format(dispatch.STRIKES), span(dispatch.PARKED)),
        ('one request to a channel may take', span(http.TOTAL)),
        ('pauses between the tries of a part or an export, the last one repeated', slow + ' s'),
        ('an export is given up after', '{} tries'.format(exports.MAX_TRIES)),
        ('an export writes its progress, and sees that it was cancelled, every', span(reporting.SAY_EVERY)),
        ('report files are checked for age and total size every', span(tick.CHORES)),
        ('what a killed worker left of a report is removed after', span(retention.ABANDONED)),
        ('a service is trusted to remember an idempotency key for', span(waiting.KEY_TRUST)),
        ('another worker takes the lane of a dead one after', span(lanes.LEASE)),
        ('a worker writes a sign of life every', span(machine.ALIVE_EVERY)),
        ('`scan-notify doctor` misses a worker after', span(standing.ALIVE)),
        ('a worker that is stopped ends within', span(machine.STOP_WITHIN)),
    ])  # fmt: skip


def metric_rows():
    rows = []
    for name, one in metrics.COUNTERS.items():
        full = metrics.PREFIX + name + ('' if one.buckets else '_total')
        rows.append(('`{}`'.format(full), 'histogram' if one.buckets else 'counter', ', '.join(one.labels), one.help))
    for name, (words, labels) in metrics.GAUGES.items():
        rows.append(('`{}`'.format(metrics.PREFIX + name), 'gauge', ', '.join(labels), words))
    return table(('Metric', 'Kind', 'Labels', 'What it is'), sorted(rows))


def commands():
    parser = cli.make_parser()
    (choices,) = [action.choices for action in parser._actions if isinstance(action.choices, dict)]
    return '\n'.join(command(name, one) for name, one in choices.items())


def command(name, parser):
    words = parser.description[0].upper() + parser.description[1:].rstrip('.')
    actions = [action for action in parser._actions if action.dest != 'help']
    text = '## scan-notify {}\n\n{}.\n'.format(name, words)
    if not actions:
        return text
    return text + '\n' + table(['Argument', 'Meaning'], [('`{}`'.format(written(one)), one.help) for one in actions])


def written(action):
    if not action.option_strings:
        return action.dest
    metavar = action.metavar if isinstance(action.metavar, tuple) else (action.metavar,) if action.metavar else ()
    more = ' ...' if action.nargs == '+' else ''
    return ' '.join(action.option_strings[-1:] + list(metavar)) + more


#: Two runs as people would see them. Local times, so that they read the same everywhere.
START = datetime(2026, 3, 2, 3, 0, 4)
FINISHED = Summary(
    schedule_name='每日资产巡检', schedule_type='recurrent_scan', run_id='', run_number=41, status='finished',
    fired_at=START.astimezone(), end_time=(START + timedelta(hours=1, minutes=52, seconds=37)).astimezone(),
    counts={'total': 2, 'done': 2, 'failed': 0, 'stopped': 0, 'missing': 0},
    assets=(('站点', 128), ('IP', 57), ('系统服务', 96), ('域名', 342), ('漏洞', 3)),
    tasks=(
        TaskLine('65e22a04c1a5dab8cb620586', '', '198.51.100.0/24', 'done', 201),
        TaskLine('65e22a04c1a5dab8cb620587', '', 'example.com', 'done', 425),
    ),
    task_ids=(), troubles=(),
    reports=(
        ReportLine(
            id='65e3a1b4c1a5dab8cb6205f0', name='每日资产巡检-41-20260302-0300.xlsx', size=72950, rows=626,
            made_at=(START + timedelta(hours=1, minutes=52, seconds=37)).astimezone(),
            link=links.url('https://arl.example.com', 'WyI2NWUzYTFi.dW5zaWduZWQ'),
            valid_until=(START + timedelta(days=3, hours=1, minutes=52, seconds=37)).astimezone(), error='',
        ),
    ),
    results=Results(
        Progress.SUCCESS, changes={'new': 4, 'gone': 1, 'changed': 1},
        compared=Compared('', 40, (START - timedelta(1)).astimezone()),
        tables={'nuclei_result': {'new': 1}, 'service': {'new': 3, 'gone': 1}, 'site': {'changed': 1}},
    ),
    records=(
        Change(State.NEW, 'nuclei_result', '', '198.51.100.7:8080', 'Apache Struts RCE', 'critical'),
        Change(State.NEW, 'service', '', '198.51.100.7:8080', 'http'),
        Change(State.NEW, 'service', '', '198.51.100.9:6379', 'redis'),
        Change(State.NEW, 'service', '', '198.51.100.9:22', 'ssh'),
        Change(State.CHANGED, 'site', '', '198.51.100.4', '', '', (Changed('column.status_code', '200', '403'),)),
        Change(State.GONE, 'service', '', '198.51.100.3:21', 'ftp'),
    ),
    severities={'critical': 1},
)  # fmt: skip
INCOMPLETE = FINISHED._replace(
    schedule_name='Nightly perimeter', status='error', reports=(),
    results=FINISHED.results and FINISHED.results._replace(
        totals={'site': 81, 'service': 96}, changes={'new': 2, 'not_looked_at': 9},
        tables={'nuclei_result': {'new': 1}, 'service': {'new': 1, 'not_looked_at': 9}},
    ), records=FINISHED.records[:2], severities={'critical': 1},
    counts={'total': 2, 'done': 1, 'failed': 1, 'stopped': 0, 'missing': 0},
    tasks=(FINISHED.tasks[0], FINISHED.tasks[1]._replace(outcome='dead', assets=168)),
    assets=(('site_cnt', 81), ('domain_cnt', 131), ('ip_cnt', 57), ('service_cnt', 96), ('vuln_cnt', 4)),
)  # fmt: skip


def alert_kinds():
    assert set(ALERTS) == set(alert_events.KINDS)
    rows = [(title(kind, 'en'), title(kind, 'zh'), ALERTS[kind]) for kind in alert_events.KINDS]
    return table(['The message says', 'In Chinese', 'It is sent when'], rows)


def routes():
    rows = []
    for route in rest.ROUTES:
        fields = [
            '`{}`{}: {}{}'.format(field.name, '' if field.required else '?', field.help, form(field))
            for field in route.takes
        ]
        rows.append(
            ('`{} {}`'.format(route.method, route.path.replace('<path:', '<')), route.summary, '<br>'.join(fields))
        )
    return table(('Route', 'What it does', 'Takes (`?`: may be left out)'), rows)


def form(field):
    words = ' or '.join(field.choices) or say(Fault('form.' + field.kind), ENGLISH)
    return '' if field.kind == 'text' and not field.choices else ' ({})'.format(words)


def message(summary, language, keyword):
    """What the robot shows, as a quotation."""
    target = Target('ops', 'dingding', {'keyword': keyword}, http.Http(), language)
    (page,) = dingding.DingTalkRobot().render(summary, target, Templates())
    return ''.join(
        '> {}'.format(line).rstrip() + '\n' for line in page.content['text'].replace('  \n  ', '\n').split('\n')
    )


BLOCKS = {
    'settings': lambda: keys(schema.SECTION_KEYS),
    'defaults': lambda: keys(schema.SCHEDULE_KEYS),
    'target': lambda: keys(schema.TARGET_KEYS),
    'dingding-options': options,
    'dingding-errors': dingtalk_codes,
    'reasons': reasons,
    'variables': lambda: variables(Summary._fields, VARIABLES),
    'task-variables': lambda: variables(TaskLine._fields, TASK_VARIABLES),
    'alert-variables': lambda: variables(Alert._fields, ALERT_VARIABLES),
    'event-variables': lambda: variables(EventLine._fields + ('times',), EVENT_VARIABLES),
    'alerts': alert_kinds,
    'report-variables': lambda: variables(ReportLine._fields + ('ready',), REPORT_VARIABLES),
    'refusals': refusals,
    'records': contract,
    'times': times,
    'commands': commands,
    'public-api': lambda: table(['Import from', 'Names'], public_api.names()),
    'routes': routes,
    'metrics': metric_rows,
    'documents': lambda: documents.documents(table),
    'summary-records': lambda: messages.records(table),
    'states': lambda: messages.states(table),
    'blocks': lambda: messages.drawn(table),
    'message-zh': lambda: message(FINISHED, 'zh', '巡检'),
    'webhook-options': lambda: webhook.options(table),
    'feishu-options': lambda: feishu.options(table),
    'feishu-options-zh': lambda: feishu.options_zh(table),
    'feishu-errors': lambda: feishu.codes(table),
    'feishu-errors-zh': lambda: feishu.codes_zh(table),
    'apprise-options': lambda: apprise.options(table),
    'apprise-failures': lambda: apprise.failures(table),
    'apprise-ours': lambda: apprise.ours(table),
    'wxwork-options': lambda: wxwork.options(table),
    'wxwork-config': lambda: wxwork.config(table),
    'wxwork-errors': lambda: wxwork.codes(table),
    'wxwork-example': wxwork.example,
    'email-options': lambda: email.options(table),
    'email-replies': lambda: email.replies(table),
    'openapi-options': lambda: openapi.options(table),
    'openapi-errors': lambda: openapi.errors(table),
    'card-variables': lambda: openapi.card_variables(table),
    **vendors.blocks(lambda *rows: table(*rows)),
    'message-en': lambda: message(INCOMPLETE, 'en', 'ARL'),
}


def renewed(text):
    return BLOCK.sub(lambda found: found.group(1) + BLOCKS[found.group(2)]() + found.group(4), text)


def page_files():
    return sorted(glob.glob(os.path.join(ROOT, 'docs', '*.md'))) + sorted(glob.glob(os.path.join(ROOT, '*.md')))


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--check', action='store_true', help='change nothing; 1 if a page is out of step')
    args = parser.parse_args(argv)
    stale = []
    for path in page_files():
        with open(path, encoding='utf-8') as file:
            text = file.read()
        if renewed(text) == text:
            continue
        stale.append(os.path.relpath(path, ROOT))
        if not args.check:
            with open(path, 'w', encoding='utf-8') as file:
                file.write(renewed(text))
    for name in stale:
        print('{} {}'.format('out of step:' if args.check else 'renewed:', name))
    return 1 if args.check and stale else 0


if __name__ == '__main__':
    sys.exit(main())

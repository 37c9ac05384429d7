"""The tables of docs/dingding_openapi.md, made from the channel ``dingding_openapi``."""

import json
import os

from scan_notify_plugin.errors import Reason
from scan_notify_plugin.notifiers.dingding_openapi import DingTalkOpenApi, api, codes

TEMPLATE = os.path.join(os.path.dirname(__file__), '..', '..', 'docs', 'examples', 'dingtalk_card_template.json')

OPTIONS = {
    'app_key': 'AppKey (Client ID) of the application',
    'app_secret': 'AppSecret (Client Secret)',
    'agent_id': 'AgentId of the application, a number; for work notifications',
    'robot_code': 'of the application\'s robot, where it is not the AppKey',
    'default_chat_id': 'openConversationId of a group, `cid…`; see [Conversations](#conversations)',
    'conversations': 'more of them, a list',
    'users': 'user ids, a list: for work notifications, messages of the robot, and cards where no group is configured',
    'departments': 'department numbers, a list; their sub-departments belong to them. Work notifications only',
    'ways': 'some of `work`, `group`, `direct`, `card`; else what the receivers allow, see [Ways](#ways)',
    'send_file': 'whether reports are sent as files too; true unless it is false',
    'card_template_id': 'id of a published card template, `….schema`',
    'callback': 'how clicks come back: `none` (the default; cards have no buttons then), `stream` or `http`',
    'callback_route_key': 'a name of your choice for the address of `http`; `scan-notify dingding register-callback` '
    'registers it',
    'callback_secret': 'a secret of your choice, with which DingTalk signs what it sends to that address',
    'operators': 'user ids of those who may use the buttons, a list; everybody else gets a polite refusal',
    'links': '`app` (default) or `browser`: as for the [robot](channels.md#options). Links of cards open in a browser '
    'in any case',
    'api_base': 'another address for the new interfaces: {}, or one on this machine'.format(
        ' or '.join('`{}`'.format(base) for base in api.APIS)
    ),
    'oapi_base': 'the same for the old ones: {}, or one on this machine; one of the two is enough'.format(
        ' or '.join('`{}`'.format(base) for base in api.OAPIS)
    ),
}

MEANINGS = {
    Reason.UNKNOWN: 'perhaps sent; see [In doubt](runs.md#in-doubt)',
    Reason.BUSY: 'tried again',
    Reason.THROTTLED: 'the application rests for ten seconds, then goes on',
    Reason.QUOTA: 'the organisation\'s calls of this month are used up: final; buy more, or wait',
    Reason.CONFIG: 'final: compare the options, the permissions and the address list of the application; of a code '
    'about the form '
    'of a request, report it',
    Reason.CONTENT: 'moderation: sent once more without names, targets and links; of a file the link instead',
    Reason.TOO_LONG: 'final: shorten your template',
}


def options(table):
    names = DingTalkOpenApi.required + DingTalkOpenApi.optional
    assert set(names) == set(OPTIONS), set(names) ^ set(OPTIONS)
    rows = [
        ('`{}`'.format(name.upper()), 'yes' if name in DingTalkOpenApi.required else '', OPTIONS[name])
        for name in names
    ]
    return table(['Option', 'Required', 'Meaning'], rows)


def errors(table):
    rows = []
    for reason in MEANINGS:
        numbers = ', '.join(str(code) for code in sorted(codes.OLD) if codes.OLD[code] is reason)
        words = ', '.join('`{}`'.format(start) for start in sorted(codes.NEW) if codes.NEW[start] is reason)
        rows.append(('`{}`'.format(reason.value), numbers, words, MEANINGS[reason]))
    assert set(codes.OLD.values()) | set(codes.NEW.values()) == set(MEANINGS)
    return table(['Reason', 'Old interfaces', 'New interfaces, codes that begin with', 'What happens'], rows)


def card_variables(table):
    with open(TEMPLATE, encoding='utf-8') as file:
        variables = json.loads(json.load(file)['editorData'])['variableList']
    rows = [
        ('`{name}`'.format(**one), one['type'], 'yes' if one['private'] else '', one['description'])
        for one in variables
    ]
    return table(['Variable', 'Type', 'Private', 'Meaning'], rows)

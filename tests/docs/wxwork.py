"""The tables of the WeCom channel and library, and the example that the page shows."""

import os

from scan_notify_plugin.notifiers.wxwork import client, configuration, mentions, robot
from scan_notify_plugin.notifiers.wxwork.codes import CODES

EXAMPLE = os.path.join(
    os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))),
    'docs',
    'examples',
    'wxwork_example.py',
)

OPTIONS = {
    'webhook_url': 'the robot\'s address as WeCom shows it, with its key; a credential. `{}?key=...`, or the same path '
    'on '
    'this machine'.format(client.WEBHOOK_ENDPOINT),
    'mentioned_list': 'who is mentioned: a list of user ids, without an `@` before them, or `@all`',
    'mentioned_mobile_list': 'the same by mobile number',
    'mention': '`companion` (default): by a text message of its own after the summary; `inline`: user ids as '
    '`<@userid>` at the '
    'end of the first page, at most {} bytes of them'.format(mentions.MAX_INLINE),
    'clients': '`current` (default), or `old` where people have clients older than 4.1.36 (4.1.38 on Android), which '
    'show '
    'markdown_v2 as plain text',
    'colours': 'true: the status has a colour',
    'form': '`summary` (default), or `card`: a card with the numbers that opens the report when it is tapped',
    'card_url': 'what the card opens if the run has no report with a link; without either the summary is sent instead',
    'send_file': 'true: each report up to {} MB is sent as a file too, at most {} for a run'.format(
        client.MAX_FILE // 1024 // 1024, robot.MAX_FILES
    ),
    'task_ids': 'true: scan tasks that did not end well are listed with their ids, which take half the width of a '
    'phone',
}

CONFIG = {
    'name': 'what this notifier is called in logs and failures; default `wxwork`',
    'language': '`zh` (default) or `en`: the words of the template',
    'oversize': '`split` (default): a long report becomes up to ten numbered messages; `cut`: one, which says how many '
    'records '
    'are left out',
    'proxy': 'an HTTP proxy; those of the environment are not used',
    'timeout': 'seconds for one request, everything together; default 10',
    'retry': 'a `RetryConfig`',
    'fallback': 'the configuration of a second robot, which gets what the first one finally did not take; it may have '
    'one, too',
}


def options(table):
    """The target's options, by a function that makes tables."""
    made = robot.WxWorkRobot
    names = made.required + made.optional
    assert set(names) == set(OPTIONS), set(names) ^ set(OPTIONS)
    rows = [('`{}`'.format(name.upper()), 'yes' if name in made.required else '', OPTIONS[name]) for name in names]
    return table(['Option', 'Required', 'Meaning'], rows)


def config(table):
    assert set(configuration.OWN) == set(CONFIG), set(configuration.OWN) ^ set(CONFIG)
    assert set(configuration.CHANNELS) <= set(OPTIONS)
    words = dict(OPTIONS, **CONFIG)
    return table(
        ['Name', 'Meaning'], [('`{}`'.format(name), words[name]) for name in configuration.CHANNELS + configuration.OWN]
    )


def codes(table):
    rows = [(code, one.words, '`{}`'.format(one.reason.value), one.advice) for code, one in sorted(CODES.items())]
    return table(['Code', 'WeCom says', 'Reason', 'What you can do'], rows)


def example():
    with open(EXAMPLE, encoding='utf-8') as file:
        return '```python\n{}```\n'.format(file.read())

"""Robots, targets and files for the tests of this folder."""

import asyncio
from datetime import datetime

from scan_notify_plugin.notifiers.base import Attachment, Part, Target
from scan_notify_plugin.notifiers.http import Http
from scan_notify_plugin.notifiers.summary import ReportLine
from scan_notify_plugin.notifiers.templates import Templates
from scan_notify_plugin.notifiers.wxwork import WxWorkRobot
from scan_notify_plugin.secret import Secret
from tests.notifiers.samples import START, make_summary

NOTIFIER = WxWorkRobot()
NOWHERE = 'http://127.0.0.1:9/cgi-bin/webhook/send?key=0123456789abcdef'
REPORT_ID = '65e3a1b4c1a5dab8cb6205f0'
LINK = 'https://arl.example.com/api/scan_notify/reports/WyI2NWUz.c2lnbmVk'


def make_target(robot=None, language='en', oversize=None, total=5.0, **options):
    """A target of a robot; an option None is left out."""
    options = dict({'webhook_url': Secret(robot.webhook_url if robot else NOWHERE)}, **options)
    options = {name: value for name, value in options.items() if value is not None}
    secrets = [value for value in options.values() if isinstance(value, Secret)]
    return Target('ops', 'wxwork', options, Http('', secrets, total), language, oversize)


def make_report(**fields):
    values = dict(
        id=REPORT_ID, name='nightly-7.xlsx', size=2048, rows=12, made_at=START, link=LINK, valid_until=START, error='',
    )  # fmt: skip
    return ReportLine(**dict(values, **fields))


def make_file(content=b'PK' + b'x' * 100, name='nightly-7.xlsx'):
    return Attachment(name, len(content), 'application/zip', lambda: iter([content[:7], content[7:]]))


def render(target, summary=None):
    return NOTIFIER.render(summary or make_summary(), target, Templates())


def extras(target, summary=None):
    return NOTIFIER.extras(summary or make_summary(), target)


def send(target, content=None, file=None):
    content = content or render(target)[0].content
    return NOTIFIER.send(Part('k' * 32, content['text'], content, file), target)


def outcome(coroutine):
    """The result of a coroutine, in a loop of its own."""
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(coroutine)
    finally:
        loop.close()


def at(hour=3):
    return datetime(2026, 3, 2, hour, 0, 4)

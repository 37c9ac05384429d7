"""Targets and messages for the tests of this folder."""

from scan_notify_plugin.notifiers.base import Part, Target
from scan_notify_plugin.notifiers.feishu import FeishuRobot
from scan_notify_plugin.notifiers.http import Http
from scan_notify_plugin.notifiers.summary import ReportLine
from scan_notify_plugin.notifiers.templates import Templates
from scan_notify_plugin.secret import Secret
from tests.notifiers.samples import START, make_summary

NOTIFIER = FeishuRobot()
TOKEN = '1f3b0a52-77c1-4e0e-9a1d-0c9e5b7d2a64'
NOWHERE = 'http://127.0.0.1:9/open-apis/bot/v2/hook/' + TOKEN
TEMPLATES = Templates()
LINK = 'https://arl.example.com/api/scan_notify/reports/WyI2NWUz.c2lnbmVk'


def make_target(robot=None, language='en', oversize=None, total=5.0, **options):
    """A target of a bot; an option None is left out."""
    options = dict({'webhook_url': Secret(robot.webhook_url if robot else NOWHERE)}, **options)
    if robot and robot.secret:
        options.setdefault('secret', Secret(robot.secret))
    options = {name: value for name, value in options.items() if value is not None}
    secrets = [value for value in options.values() if isinstance(value, Secret)]
    return Target('ops', 'feishu', options, Http('', secrets, total), language, oversize)


def make_report(number=1, **fields):
    values = dict(
        id='65e3a1b4c1a5dab8cb6205f0', name='nightly-{}.xlsx'.format(number), size=2048, rows=12, made_at=START,
        link=LINK, valid_until=START, error='',
    )  # fmt: skip
    return ReportLine(**dict(values, **fields))


def render(target, summary=None):
    return NOTIFIER.render(summary or make_summary(), target, TEMPLATES)


def send(target, content=None, repeat=False, notifier=NOTIFIER):
    content = content or CONTENT
    return notifier.send(Part('k' * 32, content['text'], content, None, repeat), target)


#: A message of any run.
CONTENT = render(make_target())[0].content

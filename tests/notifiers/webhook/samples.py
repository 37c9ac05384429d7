"""Targets and messages of webhooks."""

from scan_notify_plugin.credentials import seal, to_hide
from scan_notify_plugin.notifiers.base import Part, Target
from scan_notify_plugin.notifiers.http import Http
from scan_notify_plugin.notifiers.templates import Templates
from scan_notify_plugin.notifiers.webhook import WebhookNotifier

NOTIFIER = WebhookNotifier()
TEMPLATES = Templates()
KEY = 'k' * 32


def make_target(language='en', oversize=None, proxy='', total=5.0, **options):
    options = seal(dict({'url': 'https://hooks.example.com/x'}, **options), NOTIFIER.secrets)
    return Target('hook', 'webhook', options, Http(proxy, to_hide('webhook', options), total), language, oversize)


def render(summary, target):
    return NOTIFIER.render(summary, target, TEMPLATES)


def send(content, target, **fields):
    return NOTIFIER.send(Part(KEY, content['text'], content, **fields), target)


def problems(**options):
    return [str(problem) for problem in NOTIFIER.problems(make_target(**options).options)]

"""The table of a webhook's options."""

from scan_notify_plugin.notifiers.webhook import WebhookNotifier
from scan_notify_plugin.notifiers.webhook.markups import MARKUPS
from scan_notify_plugin.notifiers.webhook.options import METHODS, MOST_HEADERS

OPTIONS = {
    'url': 'the address, with http or https; a credential',
    'token': 'what the header `Token` says, as the host\'s monitors send it',
    'secret': 'one or two secrets of Standard Webhooks, with a space between',
    'method': '{} (default), {} or {}'.format(*('`{}`'.format(method) for method in METHODS)),
    'headers': 'further headers by name, at most {}; each value may be `{{env: NAME}}` or `{{file: path}}`, and is a '
    'credential'.format(MOST_HEADERS),
    'body': 'a template of the body',
    'markup': 'for a `BODY`: {}'.format(', '.join('`{}`'.format(name) for name in MARKUPS)),
    'expect': 'what the answer must say, a JSON object: names and values, such as `{ok: true}`',
    'allow_private': 'true: the address may be one of a private network',
}


def options(table):
    names = WebhookNotifier.required + WebhookNotifier.optional
    assert set(names) == set(OPTIONS), set(names) ^ set(OPTIONS)
    rows = [
        ('`{}`'.format(name.upper()), 'yes' if name in WebhookNotifier.required else '', OPTIONS[name])
        for name in names
    ]
    return table(['Option', 'Required', 'Meaning'], rows)

"""The tables of the channel that goes through Apprise."""

from scan_notify_plugin.errors import SendError
from scan_notify_plugin.notifiers.apprise import AppriseNotifier, services
from scan_notify_plugin.notifiers.apprise.meaning import Asked, receipt_of

OPTIONS = {
    'urls': 'the addresses of services as Apprise writes them, at most {}; each is a credential, and may be '
    '`{{env: NAME}}` or `{{file: path}}`'.format(services.MOST),
}

#: What came of a message where Apprise says that it failed: (words, its HTTP requests, whether these are all there is).
FAILURES = (
    ('nobody listens, or the certificate is not good', [Asked(False, 0)], True),
    ('it made no request at all, though its service speaks HTTP', [], True),
    ('HTTP 3xx or 4xx to every request', [Asked(True, 401)], True),
    ('HTTP 413', [Asked(True, 413)], True),
    ('HTTP 429', [Asked(True, 429)], True),
    ('HTTP 408, 425 or 503', [Asked(True, 503)], True),
    ('another HTTP 5xx', [Asked(True, 500)], True),
    ('no answer, or one that does not end', [Asked(True, 0)], True),
    (
        'one of several requests was accepted, such as a login or the first of two receivers',
        [Asked(True, 200), Asked(True, 403)],
        True,
    ),
    ('a service that speaks something else than HTTP', [], False),
)  # fmt: skip


def options(table):
    names = AppriseNotifier.required + AppriseNotifier.optional
    assert set(names) == set(OPTIONS), set(names) ^ set(OPTIONS)
    return table(['Option', 'Required', 'Meaning'], [('`URLS`', 'yes', OPTIONS['urls'])])


def failures(table):
    return table(['What came of it', 'Reason'], [(words, '`{}`'.format(_reason(*rest))) for words, *rest in FAILURES])


def _reason(asked, seen):
    try:
        receipt_of(False, asked, '', seen)
    except SendError as error:
        return error.reason.value


def ours(table):
    by_channel = {}
    for schema, channel in services.OURS.items():
        by_channel.setdefault(channel, []).append('`{}://`'.format(schema))
    rows = [(', '.join(schemas), '`{}`'.format(channel)) for channel, schemas in by_channel.items()]
    return table(['Address', 'Channel to use'], rows)

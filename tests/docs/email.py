"""The tables of mail: options, and what a server's replies mean."""

from scan_notify_plugin.notifiers.email import MailNotifier
from scan_notify_plugin.notifiers.email import configuration as read
from scan_notify_plugin.notifiers.email.replies import REASONS, Reply, reason_of

OPTIONS = {
    'host': 'the mail server',
    'to': 'who gets it: one address or several, as a list or with commas; `ops@example.com` or '
    '`Ops <ops@example.com>`; at most {} people, those of `CC` included'.format(read.MOST_PEOPLE),
    'port': 'without it that of `SECURITY`: 587, 465 or 25',
    'security': '`starttls`, `tls` or `none`; without it what the port says: 465 is `tls`, 25 is `none` (`starttls` if '
    'there is a password), any other is `starttls`',
    'username': 'with `PASSWORD`, who logs in',
    'password': 'a credential. It is sent through TLS alone, or to a server on this machine',
    'from': 'the sender; without it `USERNAME`, if that is an address',
    'cc': 'as `TO`',
    'reply_to': 'as `TO`; who answers, answers to them',
    'attach_mb': 'reports up to so many megabytes together are attached, default {}, at most {}; 0: none'.format(
        read.ATTACH_MB, read.MOST_ATTACH_MB
    ),
}

#: A reply, when it comes, what it means, and what somebody can do.
REPLIES = [
    (
        '450 4.2.1',
        True,
        'too many messages for this person, or through this relay (Google)',
        'nothing, it is sent later',
    ),
    ('421', False, 'the server hangs up for now', 'nothing, it is sent later'),
    ('451', True, 'a fault of the server, or greylisting', 'nothing, it is sent later'),
    ('452', False, 'no room, or too many people at once', 'nothing: those who were refused get it later'),
    ('454', False, 'the login does not work for now', 'nothing, it is sent later'),
    ('530', False, 'it wants a login', 'set `USERNAME` and `PASSWORD`'),
    (
        '535 5.7.8',
        False,
        'wrong name or password',
        'compare them; some services want a password of its own for programs',
    ),
    ('538 5.7.11', False, 'it wants TLS', 'set `SECURITY`'),
    ('550 5.1.1', False, 'no such mailbox', 'correct `TO` or `CC`'),
    ('550 5.1.8', True, 'it does not know the sender', 'correct `FROM`'),
    ('550 5.4.5', True, 'the day\'s limit of this sender (Google)', 'wait, or send through another server'),
    ('551', True, 'the person is elsewhere', 'correct `TO` or `CC`'),
    ('552', True, 'too large', 'lower `ATTACH_MB`, or shorten your template'),
    ('552 5.2.2', False, 'the mailbox is full', 'tell its owner'),
    ('554 5.7.1', True, 'refused for what it says', 'nothing, it is sent once more without names and targets'),
    ('555', False, 'a parameter that it does not know', 'report it: this is a fault of ours'),
]


def options(table):
    made = MailNotifier
    names = made.required + made.optional
    assert set(names) == set(OPTIONS), set(names) ^ set(OPTIONS)
    rows = [('`{}`'.format(name.upper()), 'yes' if name in made.required else '', OPTIONS[name]) for name in names]
    return table(['Option', 'Required', 'Meaning'], rows)


def replies(table):
    assert {name for name in REASONS if ' ' in name} <= {row[0] for row in REPLIES} | {'421 4.7.28'}
    rows = []
    for name, of_message, words, advice in REPLIES:
        code, _, enhanced = name.partition(' ')
        reason = reason_of(Reply(int(code), (enhanced,)), of_message)
        when = 'the message' if of_message else 'before it'
        rows.append((name, when, words, '`{}`'.format(reason.value), advice))
    return table(['Reply', 'To', 'The server says', 'Reason', 'What you can do'], rows)

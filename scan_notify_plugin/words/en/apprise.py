"""What there is to say of Apprise, in English. See :mod:`scan_notify_plugin.words`."""

WORDS = {
    'apprise.missing': 'needs Apprise; install scan-notify-plugin[apprise]',
    'apprise.urls': 'must be an address, or a list of them',
    'apprise.many': 'has more than {most} addresses; make several targets',
    'apprise.no-address': 'one of its entries is no address, such as ntfy://host/topic',
    'apprise.verify': 'an address that begins with {schema}:// switches the check of certificates off; say CA_BUNDLE for a CA of your own',
    'apprise.ours': '{schema}:// is not sent through Apprise; use a target of the channel {channel}, which reads what its service answers',
    'apprise.unusable': 'Apprise cannot use the address',
    'apprise.unusable.but': 'Apprise cannot use the address: {text}',
    'apprise.gone': 'the address that this message was made for is not configured any more',
    'apprise.no-process': 'no process for Apprise could be started: {detail}',
    'apprise.ended': 'the process of Apprise has ended',
    'apprise.service': '{service}; at most {most} characters',
    'apprise.no-proof': 'what Apprise calls accepted is not proved: send a test message and look for it there',
    'apprise.look': 'compare the address with the page of its service in the wiki of Apprise',
    'apprise.accepted': 'accepted, as Apprise says',
    'apprise.failed': 'Apprise says that it failed',
    'apprise.failed.but': 'Apprise says that it failed: {text}',
}

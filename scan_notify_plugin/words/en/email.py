"""What there is to say of mail, and in mails, in English. See :mod:`scan_notify_plugin.words`."""

from typing import Dict

WORDS: Dict[str, str] = {
    # What is wrong with a target.
    'mail.host': 'must be the name or the address of a mail server',
    'mail.port': 'must be a port number',
    'mail.security': 'must be one of {known}',
    'mail.address': 'holds {text}, which is no mail address',
    'mail.people': 'names more than {most} people, those of CC included',
    'mail.from': 'is missing: USERNAME is no mail address that could stand in its place',
    'mail.from.one': 'must be one address',
    'mail.username': 'is missing: a PASSWORD needs it',
    'mail.credential': 'and USERNAME must be one line without control characters',
    'mail.plain': 'would be sent without encryption; set SECURITY to starttls or tls',
    'mail.attach': 'must be a number from 0 to {most}',
    'mail.incomplete': 'the target is not complete',
    # What a server says, or does not.
    'mail.greeting': 'the mail server does not let us in: {number} {text}',
    'mail.not-smtp': 'what answers there is no mail server: {text}',
    'mail.no-starttls': 'the mail server offers no STARTTLS; nothing was sent without it',
    'mail.starttls': 'the mail server refuses STARTTLS: {number} {text}',
    'mail.tls': 'no protected connection to the mail server: {text}',
    'mail.no-login': 'the mail server offers no login with a password (AUTH PLAIN or LOGIN)',
    'mail.login': 'the mail server refuses USERNAME and PASSWORD: {number} {text}',
    'mail.sender': 'the mail server refuses the sender: {number} {text}',
    'mail.no-utf8': 'the mail server takes no addresses beyond ASCII (SMTPUTF8): {people}',
    'mail.refused': 'the mail server refuses people: {people}',
    'mail.person': '{people} ({number} {text})',
    'mail.data': 'the mail server refuses the message: {number} {text}',
    'mail.message': 'the mail server has read the message and says: {number} {text}',
    'mail.too-long': 'the mail server takes at most {most} bytes',
}

"""Targets and parts for the tests of this folder."""

from scan_notify_plugin.notifiers.base import Part, Target
from scan_notify_plugin.notifiers.email import MailNotifier
from scan_notify_plugin.notifiers.email.configuration import read
from scan_notify_plugin.notifiers.http import Http
from scan_notify_plugin.secret import Secret
from tests.certificates import CA

PASSWORD = 'geheim-口令-5f2cHidden'
KEY = 'k' * 32
NOTIFIER = MailNotifier()


def target(port=25, ca_bundle=CA, language='en', **options):
    """A target on this machine, without encryption unless it says so; an option None is left out."""
    given = {'host': 'localhost', 'port': port, 'security': 'none', 'from': 'arl@example.com', 'to': 'ops@example.com'}
    given.update(options)
    if given.get('password'):
        given['password'] = Secret(given['password'])
    given = {name: value for name, value in given.items() if value is not None}
    return Target('ops', 'email', given, Http(), language, ca_bundle=ca_bundle)


def mail(**options):
    """The same, read."""
    made, faults = read(target(**options).options)
    assert made is not None, faults
    return made


def part(content=None, files=(), **fields):
    content = dict({'text': 'a text', 'html': '<p>a text</p>', 'subject': 'a subject'}, **content or {})
    return Part(fields.pop('key', KEY), content['text'], content, None, False, tuple(files))


def send(where, **fields):
    return NOTIFIER.send(part(**fields), where)

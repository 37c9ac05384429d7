"""Which options of a target are credentials, and what people may see of the others. Pure.

No plugin is loaded where the settings are read, and by the host's web server never. So a credential is what bears one
of
:data:`SECRET_OPTIONS`, what is written as ``{env: …}`` or ``{file: …}``, and what its notifier declares, as soon as
    that is known. Of an option that none of our channels has, nobody is shown anything: it may be one all the same.
"""

import re
from typing import Container, Iterator, List, Mapping

from scan_notify_plugin.channels import known_options, known_secrets
from scan_notify_plugin.secret import MASK, Secret, redact

#: Option names whose values are credentials, also where they were written down in clear.
SECRET_OPTIONS = frozenset(
    ['access_token', 'app_secret', 'callback_secret', 'key', 'password', 'secret', 'token', 'webhook', 'webhook_url']
)
#: The options of our channels.
OURS = known_options()
#: What they call credentials, for processes that load no plugin.
OUR_SECRETS = known_secrets()

#: Names that say of an option, or of a part of one, that it may be a credential.
_TELLING = re.compile(
    r'(?i)token|secret|passw|passc|passphrase|api_?key|webhook|credential|cookie|auth(?!ors?$)|(^|_)sign|ticket|(^|_)'
    r'(key|pwd|pass|pin|sk|ak)$'
)
#: What looks like one: long, of letters and digits mixed.
_LOOKS = re.compile(r'(?=[\w+=~-]*[0-9])(?=[\w+=~-]*[A-Za-z])[\w+=~-]{16,}')
#: Shorter values are words that stand in any sentence.
_SHORTEST = 4


def sealed_value(value: object) -> object:
    """A credential's value as a :class:`~scan_notify_plugin.secret.Secret`; of lists and mappings what is in them."""
    if isinstance(value, Mapping):
        return {name: sealed_value(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [sealed_value(one) for one in value]
    if value is None or isinstance(value, (bool, Secret)):
        return value
    return Secret(str(value).strip())


def seal(options: Mapping[str, object], declared: Container[str]) -> Mapping[str, object]:
    """Options with what a notifier declares as credentials sealed; the same object if there is nothing to do."""
    if not any(name in declared for name in options):
        return options
    return {name: sealed_value(value) if name in declared else value for name, value in options.items()}


def to_hide(channel: str, options: Mapping[str, object]) -> List[Secret]:
    """What must be cut out of texts: the credentials, and of options that we do not know what may be one."""
    known = OURS.get(channel, ())
    return [secret for name, value in options.items() for secret in _hidden(name, value, name in known)]


def _hidden(name: str, value: object, known: bool) -> Iterator[Secret]:
    if isinstance(value, Secret):
        yield value
    elif isinstance(value, Mapping):
        for inner, one in value.items():
            yield from _hidden(str(inner), one, known)
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from _hidden(name, one, known)
    elif not known and isinstance(value, (str, int)) and not isinstance(value, bool):
        text = str(value).strip()
        if _TELLING.search(name) and len(text) >= _SHORTEST:
            yield Secret(text)
        for found in _LOOKS.findall(text):
            yield Secret(found)


def shown(channel: str, name: str, value: object, declared: Container[str] = ()) -> object:
    """An option as people may see it.

    :param declared: what the target's notifier calls credentials, as far as a worker has told
    """
    if value in (None, '', [], {}) and not isinstance(value, Secret):
        return value
    if name in OUR_SECRETS.get(channel, ()):
        return MASK
    return _shown(name, value) if name in OURS.get(channel, ()) and name not in declared else MASK


def _shown(name: str, value: object) -> object:
    if isinstance(value, Secret) or (value and _TELLING.search(name)):
        return MASK
    if isinstance(value, Mapping):
        return {str(inner): _shown(str(inner), one) for inner, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_shown(name, one) for one in value]
    return redact(value) if isinstance(value, str) else value

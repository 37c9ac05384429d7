"""The destination of a message, as a notifier sees it."""

import time
from typing import Dict, List, Mapping, NamedTuple, Optional, Tuple

from scan_notify_plugin.credentials import to_hide
from scan_notify_plugin.deadline import current
from scan_notify_plugin.notifiers.http import Http
from scan_notify_plugin.secret import Secret


class Tokens:
    """Keeps access tokens for all workers; this one keeps them for itself.

    In the notify worker they are kept in the one collection made for secrets.
    """

    def __init__(self) -> None:
        self._kept: Dict[str, Tuple[Secret, float]] = {}

    def get(self, name: str) -> Optional[Secret]:
        """The token, if it is known and good for a while."""
        token, until = self._kept.get(name, (None, 0.0))
        return token if time.monotonic() < until else None

    def put(self, name: str, token: Secret, seconds: float) -> None:
        """Keep a token that is good for so many seconds."""
        self._kept[name] = (token, time.monotonic() + seconds)

    def drop(self, name: str, token: Secret) -> None:
        """Forget a token that was refused, unless another has taken its place."""
        kept, _ = self._kept.get(name, (None, 0.0))
        if kept is not None and kept.reveal() == token.reveal():
            del self._kept[name]


class Target(NamedTuple):
    """The destination, as a notifier sees it."""

    name: str
    channel: str
    options: Mapping[str, object]  #: lower-case names; credentials are :class:`~scan_notify_plugin.api.Secret`
    http: Http
    language: str = 'zh'
    oversize: Optional[str] = None
    tokens: Tokens = Tokens()
    #: all, failed or none: the scan tasks that a message lists; None: the channel's default
    task_list: Optional[str] = None
    #: the file with the certificates that servers are believed by, for a transport of one's own; '': those that come
    #: with Python's certifi. ``target.http`` knows it
    ca_bundle: str = ''

    @property
    def secrets(self) -> List[Secret]:
        """What is to be cut out of texts: the target's credentials, and what may be one."""
        return to_hide(self.channel, self.options)

    def delivering(self) -> None:
        """To be said by a notifier with :attr:`Notifier.marks_delivery` and a transport of its own: from here on people
        may get the message. ``target.http`` says it by itself.

        :raises Overstayed: if nobody waits for the call any more; then the message must not leave
        """
        stay = current()
        if stay is not None:
            stay.begin()

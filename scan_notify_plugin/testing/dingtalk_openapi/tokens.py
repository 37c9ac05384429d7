"""Access tokens: one per application, the same one until it ends.

https://open.dingtalk.com/document/development/obtain-the-access-token-of-an-internal-app
"""

import secrets
import threading
from datetime import datetime, timedelta
from typing import Callable, Dict, NamedTuple, Optional

__all__ = ['LIFE', 'Tokens']

LIFE = timedelta(seconds=7200)


class _Token(NamedTuple):
    app_key: str
    ends: datetime


class Tokens:
    """All tokens ever given, by the server's clock."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._tokens: Dict[str, _Token] = {}
        self._lock = threading.Lock()
        self._uses_left: Optional[int] = None

    def give(self, app_key: str) -> str:
        """The application's token: within its life the same, and its life begins anew."""
        with self._lock:
            now = self._now()
            valid = [name for name, token in self._tokens.items() if token.app_key == app_key and token.ends > now]
            name = valid[0] if valid else secrets.token_hex(16)
            self._tokens[name] = _Token(app_key, now + LIFE)
            return name

    def owner(self, name: str) -> str:
        """Whose token it is or was; '' if nobody's."""
        with self._lock:
            return self._tokens[name].app_key if name in self._tokens else ''

    def use(self, name: str) -> bool:
        """Whether the token is valid for one more request."""
        with self._lock:
            if self._uses_left == 0:
                self._end_all()
            if name not in self._tokens or self._tokens[name].ends <= self._now():
                return False
            if self._uses_left:
                self._uses_left -= 1
            return True

    def expire(self, after_uses: int = 0) -> None:
        """End every token now, or once so many more requests have used one."""
        with self._lock:
            self._uses_left = after_uses
            if not after_uses:
                self._end_all()

    def _end_all(self) -> None:
        self._tokens = {name: token._replace(ends=self._now()) for name, token in self._tokens.items()}
        self._uses_left = None

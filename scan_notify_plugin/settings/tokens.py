"""Access tokens of services, shared by all workers, in the one collection made for secrets."""

import hashlib
from contextlib import contextmanager
from datetime import timedelta
from typing import Iterator, Optional

from pymongo.errors import PyMongoError

from scan_notify_plugin.clock import Clock
from scan_notify_plugin.errors import Reason, SendError
from scan_notify_plugin.faults import Fault
from scan_notify_plugin.mongo import VERSION, Database, update
from scan_notify_plugin.secret import Secret

COLLECTION = 'scan_notify_secret'


class TokenStore:
    """Keeps a token until it ends; the names of tokens are not stored, they may hold a credential.

    Every method raises a :class:`SendError` while MongoDB is away.
    """

    def __init__(self, db: Database, clock: Clock) -> None:
        self._secrets = db[COLLECTION]
        self._clock = clock

    def get(self, name: str) -> Optional[Secret]:
        """The token, if it is known and good for a while."""
        with _certain():
            kept = self._secrets.find_one({'_id': _id(name), 'until': {'$gt': self._clock.now()}})
        return Secret(kept['value']) if kept and isinstance(kept.get('value'), str) else None

    def put(self, name: str, token: Secret, seconds: float) -> None:
        """Keep a token that is good for so many seconds."""
        until = self._clock.now() + timedelta(seconds=seconds)
        fields = {'value': token.reveal(), 'until': until, 'v': VERSION}
        with _certain():
            update(self._secrets, {'_id': _id(name)}, {'$set': fields}, upsert=True)

    def drop(self, name: str, token: Secret) -> None:
        """Forget a token that was refused, unless another has taken its place."""
        with _certain():
            self._secrets.delete_one({'_id': _id(name), 'value': token.reveal()})


@contextmanager
def _certain() -> Iterator[None]:
    """That the database is away is no doubt about a message: it cannot have left yet."""
    try:
        yield
    except PyMongoError as error:
        silent = Fault('mongo.silent', detail=type(error).__name__)
        raise SendError(Reason.UNREACHABLE, words=silent) from None


def _id(name: str) -> str:
    return 'token:' + hashlib.sha256(name.encode('utf-8')).hexdigest()[:32]

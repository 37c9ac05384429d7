"""An in-memory MongoDB for the demo and for tests of one process: mongomock, made safe for threads."""

import functools
import threading
from typing import Any, ContextManager, Iterator, List, Optional

from scan_notify_plugin.errors import ScanNotifyError


def embedded_database(name: str = 'arl') -> Any:
    """A database whose every operation happens at once, as a real server's findAndModify does.

    :raises ScanNotifyError: if the extra ``demo`` is not installed
    """
    try:
        import mongomock
        from mongomock.gridfs import enable_gridfs_integration
    except ImportError:
        raise ScanNotifyError('the embedded database needs mongomock: pip install "scan-notify-plugin[demo]"')
    enable_gridfs_integration()
    return _Database(mongomock.MongoClient(tz_aware=True)[name])


class _Database:
    def __init__(self, database: Any) -> None:
        self._database = database
        self._lock = threading.RLock()

    @property  # type: ignore[misc]  # gridfs asks by isinstance
    def __class__(self) -> type:
        return type(self._database)

    def __getattr__(self, name: str) -> object:
        return getattr(self._database, name)

    def __getitem__(self, name: str) -> '_Locked':
        return _Locked(self._database[name], self._lock)

    def list_collection_names(self) -> List[str]:
        with self._lock:
            return self._database.list_collection_names()


class _Locked:
    """A collection or cursor, one call at a time. mongomock's find_one_and_update reads and writes in two steps."""

    def __init__(self, inner: Any, lock: ContextManager[bool]) -> None:
        self._inner = inner
        self._lock = lock
        self._rest: Optional[Iterator[object]] = None

    @property  # type: ignore[misc]  # gridfs asks by isinstance
    def __class__(self) -> type:
        return type(self._inner)

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._inner, name)
        if isinstance(method, type(self._inner)):  # the files and chunks of gridfs
            return _Locked(method, self._lock)
        if not callable(method):
            return method

        @functools.wraps(method)
        def call(*args: object, **kwargs: object) -> object:
            with self._lock:
                result = method(*args, **kwargs)
            return _Locked(result, self._lock) if hasattr(result, 'batch_size') else result

        return call

    def __iter__(self) -> Iterator[object]:
        """As the driver's cursor: whoever asks again goes on where the last one stopped."""
        if self._rest is None:
            with self._lock:
                self._rest = iter(list(self._inner))
        return self._rest

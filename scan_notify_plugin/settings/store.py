"""Settings that live in MongoDB: set by administrators, effective without a restart."""

import secrets
from datetime import datetime
from typing import Any, Dict, Mapping, Optional

from scan_notify_plugin.clock import Clock
from scan_notify_plugin.mongo import BULK, VERSION, once

COLLECTION = 'scan_notify_setting'
SPECIFIED_RUNS = 'task_schedule_run'
OTHER_RUNS = 'scan_notify_run'


class StoredSettings:
    """One read of the whole (small) collection."""

    def __init__(self, documents: Mapping[str, Dict[str, Any]]) -> None:
        self._documents = documents

    def schedule(self, schedule_id: str) -> Dict[str, Any]:
        """What an administrator set for this schedule; empty if nothing."""
        return self._documents.get('schedule:' + schedule_id, {}).get('values', {})

    @property
    def run_collection(self) -> Optional[str]:
        return self._documents.get('layout', {}).get('run_collection')

    @property
    def rounds(self) -> Optional[Dict[str, Any]]:
        """The highest round of each schedule that is accounted for; None before the first look."""
        return self._documents.get('rounds')

    @property
    def web_marker(self) -> str:
        """The words that the web process wrote into its report folder; '' if there is none."""
        return self._documents.get('web', {}).get('marker', '')

    def workers(self) -> Dict[str, Dict[str, Any]]:
        return {
            name.split(':', 1)[1]: document
            for name, document in self._documents.items()
            if name.startswith('worker:')
        }


class SettingsStore:
    """Reads and writes ``scan_notify_setting``."""

    def __init__(self, db: Any, clock: Clock) -> None:
        self._collection = db[COLLECTION]
        self._clock = clock

    def read(self) -> StoredSettings:
        return StoredSettings({document['_id']: document for document in self._collection.find({}).batch_size(BULK)})

    def set_schedule(self, schedule_id: str, values: Mapping[str, Any], by: str) -> None:
        """Set the given (already checked) values for one schedule; the others stay."""
        fields = {'values.' + name: _plain(value) for name, value in values.items()}
        fields.update(by=by, at=self._clock.now(), v=VERSION)
        self._collection.update_one({'_id': 'schedule:' + schedule_id}, {'$set': fields}, upsert=True)

    def decide_run_collection(self, host_owns_the_name: bool) -> str:
        """The name of the run collection: decided once by the first process that knows the host, then never again."""
        name = OTHER_RUNS if host_owns_the_name else SPECIFIED_RUNS
        fields = {'run_collection': name, 'v': VERSION, 'at': self._clock.now()}
        return once(self._collection, 'layout', fields)['run_collection']

    def web_marker(self) -> str:
        """For the web process: the words to write into its report folder, made once."""
        return once(self._collection, 'web', {'marker': secrets.token_hex(16), 'v': VERSION})['marker']

    def set_rounds(self, numbers: Mapping[str, int], missing: Mapping[str, Any]) -> None:
        """Remember the accounted rounds, and since when a higher one was seen without a run."""
        fields = {'numbers': dict(numbers), 'missing': dict(missing), 'at': self._clock.now(), 'v': VERSION}
        self._collection.update_one({'_id': 'rounds'}, {'$set': fields}, upsert=True)

    def worker_alive(self, name: str, facts: Mapping[str, Any]) -> None:
        """A sign of life of a notify worker, with what it has loaded."""
        fields = dict(facts, at=self._clock.now(), v=VERSION)
        self._collection.update_one({'_id': 'worker:' + name}, {'$set': fields}, upsert=True)

    def forget_workers(self, silent_since: datetime) -> None:
        """Remove the signs of life of workers that were killed."""
        self._collection.delete_many({'_id': {'$regex': '^worker:'}, 'at': {'$lt': silent_since}})

    def worker_gone(self, name: str) -> None:
        self._collection.delete_one({'_id': 'worker:' + name})


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value

"""Settings that live in MongoDB: set by administrators, effective without a restart."""

import secrets
from datetime import datetime
from typing import Dict, Mapping, Optional

from pymongo import ReturnDocument
from pymongo.errors import AutoReconnect, DuplicateKeyError, WriteConcernError

from scan_notify_plugin.clock import Clock
from scan_notify_plugin.doors import Aside, fault_of, read_documents
from scan_notify_plugin.faults import Faults, join, quoted
from scan_notify_plugin.mongo import RACES, VERSION, Database, Document, get_or_insert, holds, update
from scan_notify_plugin.readers import Misshapen
from scan_notify_plugin.settings.shape import check_document
from scan_notify_plugin.settings.stops import PREFIX, Stop, Stops, stop_of

COLLECTION = 'scan_notify_setting'
SPECIFIED_RUNS = 'task_schedule_run'
OTHER_RUNS = 'scan_notify_run'
#: The document of what administrators set of the section SCAN_NOTIFY.
OPTIONS = 'options'


class StoredSettings:
    """One read of the whole (small) collection."""

    def __init__(self, documents: Mapping[str, Document]) -> None:
        self._documents = documents

    def schedule(self, schedule_id: str) -> Document:
        """What an administrator set for this schedule; empty if nothing."""
        return self.document('schedule:' + schedule_id).get('values', {})

    def schedules(self) -> Dict[str, Document]:
        """The schedules that an administrator set something for, each with ``values``."""
        return self._named('schedule:')

    def document(self, identity: str) -> Document:
        """What administrators set, with ``values``, ``rev``, ``by``, ``at``; empty if nothing was."""
        return self._documents.get(identity, {})

    @property
    def options(self) -> Document:
        """What an administrator set of the section SCAN_NOTIFY; see ``settings.overrides.overridden``."""
        return self.document(OPTIONS).get('values', {})

    @property
    def switched_off(self) -> Dict[str, Document]:
        """The plugins that an administrator switched off, each with ``by`` and ``at``."""
        return {
            name.split(':', 1)[1]: document
            for name, document in self._documents.items()
            if name.startswith('plugin:') and document['off']
        }

    @property
    def stops(self) -> Dict[str, Stop]:
        """The targets that nothing is asked of, by name."""
        found = {name: stop_of(document) for name, document in self._named(PREFIX).items()}
        return {name: stop for name, stop in found.items() if stop is not None}

    @property
    def run_collection(self) -> Optional[str]:
        return self._documents.get('layout', {}).get('run_collection')

    @property
    def rounds(self) -> Optional[Document]:
        """What of each schedule's rounds is accounted for; None before the first look."""
        rounds = self._documents.get('rounds')
        whole = rounds and all(name in rounds for name in ('numbers', 'missing', 'at'))
        return rounds if whole else None  # an early version wrote no time

    @property
    def web_marker(self) -> str:
        """The words that the web process wrote into its report folder; '' if there is none."""
        return self._documents.get('web', {}).get('marker', '')

    def probes(self) -> Dict[str, Document]:
        """By a worker's user: the ``file`` with ``words`` that it wrote, and ``read`` (``{ok, why, at}``) once the web
        process tried.
        """
        return self._named('probe:')

    def workers(self) -> Dict[str, Document]:
        return self._named('worker:')

    @property
    def last_worker_at(self) -> Optional[datetime]:
        """When a worker stopped in order, and took its sign of life with it; None if none did."""
        return self._documents.get('last_worker', {}).get('at')

    def streams(self) -> Dict[str, Document]:
        """The processes that clicks come to over a connection, with ``targets``, ``connected`` and ``at``."""
        return self._named('stream:')

    def _named(self, kind: str) -> Dict[str, Document]:
        return {name[len(kind) :]: document for name, document in self._documents.items() if name.startswith(kind)}


class SettingsStore:
    """Reads and writes ``scan_notify_setting``."""

    def __init__(self, db: Database, clock: Clock, aside: Optional[Aside] = None) -> None:
        self._collection = db[COLLECTION]
        self._clock = clock
        self._aside = aside or Aside()
        #: stops and starts targets
        self.stops = Stops(db, COLLECTION, clock)

    def read(self) -> StoredSettings:
        """What there is; a document that is not as it must be counts as absent until somebody has mended it."""
        documents = {}
        for document in read_documents(self._collection, {}, unreadable=self._unreadable):
            try:
                check_document(document)
                documents[document['_id']] = document
            except Misshapen as error:
                self._aside.put('setting', None, document['_id'], fault_of(error))
        return StoredSettings(documents)

    def _unreadable(self, identity: object, error: BaseException) -> None:
        self._aside.put('setting', None, identity, quoted(str(error)))

    def set_schedule(
        self, schedule_id: str, values: Mapping[str, object], by: str, rev: Optional[int] = None
    ) -> Optional[Document]:
        """Set the given (already checked) values for one schedule; see :meth:`set_values`."""
        return self.set_values('schedule:' + schedule_id, values, by, rev)

    def set_values(
        self, identity: str, values: Mapping[str, object], by: str, rev: Optional[int] = None
    ) -> Optional[Document]:
        """Set the given (already checked) values; the others stay.

        :param values: by name; a name with a dot is a value in a section
        :param rev: the ``rev`` of the document that the change was decided on, 0 if there was none; None: whatever it
            is
        :returns: the new document; None if it has another ``rev`` by now
        """
        fields = {'values.' + name: _plain(value) for name, value in values.items()}
        fields.update(by=by, at=self._clock.now(), changed=sorted(values), v=VERSION)
        known = {} if rev is None else {'rev': rev or {'$exists': False}}
        for _ in range(RACES):
            try:
                return self._collection.find_one_and_update(
                    dict(known, _id=identity),
                    {'$set': fields, '$inc': {'rev': 1}},
                    upsert=not rev,
                    return_document=ReturnDocument.AFTER,
                )
            except WriteConcernError:  # written, and not confirmed in time
                found = self._collection.find_one({'_id': identity})
                return found if found is not None and holds(found, fields) else None
            except DuplicateKeyError:
                if rev is not None:  # it exists, with another rev
                    return None
        raise AutoReconnect('setting {} cannot be written'.format(identity))

    def switch_plugin(self, name: str, off: bool, by: str) -> Document:
        """Remember that a plugin is switched off, or on again; the document as it was, empty if there was none."""
        fields = {'off': off, 'by': by, 'at': self._clock.now(), 'v': VERSION}
        before = self._collection.find_one({'_id': 'plugin:' + name})
        update(self._collection, {'_id': 'plugin:' + name}, {'$set': fields}, upsert=True)
        return before or {}

    def decide_run_collection(self, host_owns_the_name: bool) -> str:
        """The name of the run collection: decided once by the first process that knows the host, then never again."""
        name = OTHER_RUNS if host_owns_the_name else SPECIFIED_RUNS
        fields = {'run_collection': name, 'v': VERSION, 'at': self._clock.now()}
        return get_or_insert(self._collection, 'layout', fields)['run_collection']

    def web_marker(self) -> str:
        """For the web process: the words to write into its report folder, made once."""
        return get_or_insert(self._collection, 'web', {'marker': secrets.token_hex(16), 'v': VERSION})['marker']

    def set_probe(self, user: str, file: str, words: str) -> None:
        """A worker has written another file for the web process to read."""
        fields = {'file': file, 'words': words, 'read': None, 'at': self._clock.now(), 'v': VERSION}
        update(self._collection, {'_id': 'probe:' + user}, {'$set': fields}, upsert=True)

    def answer_probe(self, user: str, file: str, faults: Faults) -> None:
        """The web process has tried to read this very file.

        :param faults: why it could not; empty if it could
        """
        stored = [fault.to_stored() for fault in faults]
        # Workers of 0.2.0 read the English.
        read = {'ok': not faults, 'why': join(faults), 'faults': stored, 'at': self._clock.now()}
        fields = {'read': read}
        update(self._collection, {'_id': 'probe:' + user, 'file': file}, {'$set': fields})

    def set_rounds(self, numbers: Mapping[str, int], missing: Mapping[str, object], **more: object) -> None:
        """Remember what was accounted for at the last look; see ``runs.rounds.Rounds``."""
        fields = dict(more, numbers=dict(numbers), missing=dict(missing), at=self._clock.now(), v=VERSION)
        update(self._collection, {'_id': 'rounds'}, {'$set': fields}, upsert=True)

    def worker_alive(self, name: str, facts: Mapping[str, object]) -> None:
        """A sign of life of a notify worker, with what it has loaded."""
        fields = dict(facts, at=self._clock.now(), v=VERSION)
        update(self._collection, {'_id': 'worker:' + name}, {'$set': fields}, upsert=True)

    def stream_alive(self, name: str, facts: Mapping[str, object]) -> None:
        """A sign of life of a process that answers clicks."""
        fields = dict(facts, at=self._clock.now(), v=VERSION)
        update(self._collection, {'_id': 'stream:' + name}, {'$set': fields}, upsert=True)

    def stream_gone(self, name: str) -> None:
        self._collection.delete_one({'_id': 'stream:' + name})

    def forget_workers(self, silent_since: datetime) -> None:
        """Remove the signs of life of workers, and of processes that answer clicks, that were killed."""
        self._collection.delete_many({'_id': {'$regex': '^(worker|stream):'}, 'at': {'$lt': silent_since}})

    def worker_gone(self, name: str) -> None:
        """Take a sign of life back; that there was a worker until now is kept."""
        fields = {'at': self._clock.now(), 'v': VERSION}
        self._collection.update_one({'_id': 'last_worker'}, {'$set': fields}, upsert=True)
        self._collection.delete_one({'_id': 'worker:' + name})


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value

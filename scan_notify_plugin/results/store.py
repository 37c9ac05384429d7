"""The files of the ledgers and changes, the pointer of each schedule, and what is kept of each run."""

import tempfile
from datetime import datetime, timedelta
from typing import BinaryIO, Callable, Iterable, List, Mapping, Optional, Set, Tuple

import gridfs
from bson import ObjectId
from gridfs.errors import CorruptGridFile, NoFile
from pymongo import ASCENDING, DESCENDING

from scan_notify_plugin.doors import UNREADABLE, Aside, Door, ensure_index, is_newer
from scan_notify_plugin.faults import Fault
from scan_notify_plugin.mongo import Database, insert
from scan_notify_plugin.readers import Misshapen
from scan_notify_plugin.records import read_record, to_document
from scan_notify_plugin.results.container import PIECE, Unreadable
from scan_notify_plugin.results.pointer import Kept, Pointer

__all__ = ['FileStore', 'POINTERS', 'PREFIX', 'PointerStore', 'RESULTS', 'ResultStore', 'scratch']

PREFIX = 'scan_notify_ledger'
POINTERS = 'scan_notify_pointer'
RESULTS = 'scan_notify_result'
#: A file that nobody names and that is so old was left behind by a worker that died.
LEFT_BEHIND = timedelta(days=1)


def scratch() -> BinaryIO:
    """An empty file without a name: it is gone with the process."""
    return tempfile.TemporaryFile(prefix='scan-notify-')  # type: ignore[return-value]  # has all of it


class FileStore:
    """Ledgers and changes files. Always in the database, as a directory may be another machine's."""

    def __init__(self, db: Database) -> None:
        self._files = gridfs.GridFS(db, PREFIX)
        self._documents, self._chunks = db[PREFIX + '.files'], db[PREFIX + '.chunks']

    def keep(self, file: BinaryIO, run_id: str) -> ObjectId:
        """Store a finished file; its id. Nobody sees it before a pointer or a result names it."""
        file.seek(0)
        identity = ObjectId()
        self._files.put(file, _id=identity, filename=run_id)
        return identity

    def fetch(self, identity: Optional[ObjectId]) -> BinaryIO:
        """A copy without a name, so that nothing is read from the database while it is worked with.

        :raises Unreadable: if it is gone, or not all of it is there
        """
        if identity is None:
            raise Unreadable(Fault('ledger.gone'))
        copy = scratch()
        try:
            with self._files.get(identity) as stored:
                for piece in iter(lambda: stored.read(PIECE), b''):
                    copy.write(piece)
            return copy
        except BaseException as error:
            copy.close()
            if isinstance(error, (NoFile, CorruptGridFile)):
                raise Unreadable(Fault('ledger.gone' if isinstance(error, NoFile) else 'ledger.cut')) from None
            raise

    def remove(self, identities: Iterable[Optional[ObjectId]]) -> None:
        """Remove files; one that is gone is no error."""
        for identity in identities:
            if identity is not None:
                self._files.delete(identity)

    def sweep(self, named: Callable[[], Set[ObjectId]], now: datetime) -> int:
        """Remove what nobody names and a worker that died has left behind; how many there were.

        :param named: asked after it is known which files there are
        """
        old = {'uploadDate': {'$lt': now - LEFT_BEHIND}}
        found = [one['_id'] for one in self._documents.find(old, {'_id': 1})]
        names = named()
        found = [one for one in found if one not in names]
        self.remove(found)
        self._sweep_chunks(ObjectId.from_datetime(now - LEFT_BEHIND))
        return len(found)

    def _sweep_chunks(self, before: ObjectId) -> None:
        """Remove what there is of files that were never finished."""
        firsts = self._chunks.find({'files_id': {'$lt': before}, 'n': 0}, {'files_id': 1})
        begun = {one['files_id'] for one in firsts}
        finished = {one['_id'] for one in self._documents.find({'_id': {'$lt': before}}, {'_id': 1})}
        for identity in begun - finished:
            self._chunks.delete_many({'files_id': identity})


class PointerStore:
    """The pointers; one is written by one compare-and-set."""

    def __init__(self, db: Database) -> None:
        self._pointers = db[POINTERS]
        self._door = Door(self._pointers, 'pointer', Pointer)

    def load(self, schedule_id: str) -> Tuple[Optional[Pointer], Optional[Fault]]:
        """(the pointer, None), or (None, why there is none to work with): ``ledger.odd`` or ``ledger.newer``."""
        try:
            document = self._pointers.find_one({'_id': schedule_id})
            if document is None:
                return None, None
            if is_newer(document):
                return None, Fault('ledger.newer')
            return read_record(Pointer, document), None
        except (Misshapen,) + UNREADABLE:
            return None, Fault('ledger.odd')

    def write(self, before: Optional[Pointer], after: Pointer, odd: bool = False) -> Optional[Pointer]:
        """The one write that makes a round the newest; None: somebody else was faster.

        :param odd: there is a document that cannot be read, and goes
        """
        if before is not None:
            return self._door.change(before, after)
        if odd:
            self._pointers.delete_one({'_id': after.id})
        return after if insert(self._pointers, to_document(after)) else None

    def forget(self, schedule_id: str) -> bool:
        """The next round of a schedule is a first look; False if it is one anyway."""
        return self._door.change_until_done(schedule_id, lambda now: now.evolve(forgotten=True)) is not None

    def schedules(self) -> List[str]:
        """Those that have a pointer."""
        return [str(one['_id']) for one in self._pointers.find({}, {'_id': 1})]

    def untouched(self, before: datetime) -> List[str]:
        """The schedules of which nothing was collected since a time."""
        return [str(one['_id']) for one in self._pointers.find({'at': {'$lt': before}}, {'_id': 1})]

    def remove(self, schedule_id: str) -> None:
        self._pointers.delete_one({'_id': schedule_id})

    def named(self) -> Set[ObjectId]:
        """The files that pointers name, also those that cannot be read otherwise."""
        names: Set[ObjectId] = set()
        for one in self._pointers.find({}, {'ledger': 1, 'previous': 1, 'recent.file': 1}):
            recent = one.get('recent')
            rounds = [each for each in recent if isinstance(each, dict)] if isinstance(recent, list) else []
            names.update(value for value in _files(one, rounds) if isinstance(value, ObjectId))
        return names


def _files(pointer: Mapping[str, object], rounds: Iterable[Mapping[str, object]]) -> List[object]:
    return [pointer.get('ledger'), pointer.get('previous')] + [one.get('file') for one in rounds]


class ResultStore:
    """What is kept of each run's results."""

    def __init__(self, db: Database, aside: Optional[Aside] = None) -> None:
        self._results = db[RESULTS]
        self._door = Door(self._results, 'result', Kept, aside)

    def ensure_indexes(self) -> None:
        ensure_index(self._results)
        self._results.create_index([('schedule_id', ASCENDING), ('run_number', DESCENDING)], background=True)

    def get(self, run_id: str) -> Optional[Kept]:
        """None: there is nothing, or it is set aside."""
        return self._door.get(run_id)

    def put(self, kept: Kept) -> Kept:
        """What is kept of this run from now on: what was there before stays."""
        if insert(self._results, to_document(kept)):
            return kept
        return self._door.get(kept.id) or kept

    def since(self, schedule_id: str, run_number: int) -> List[Kept]:
        """Of the rounds of a schedule after one, the oldest first."""
        query = {'schedule_id': schedule_id, 'run_number': {'$gt': run_number}}
        return self._door.find(query, [('run_number', ASCENDING)])

    def remove(self, run_ids: Iterable[str]) -> None:
        """With their runs; the files go with the next sweep."""
        self._results.delete_many({'_id': {'$in': list(run_ids)}})

    def named(self) -> Set[ObjectId]:
        """The files that results name."""
        found = self._results.find({'file': {'$ne': None}}, {'file': 1})
        return {one['file'] for one in found if isinstance(one.get('file'), ObjectId)}

"""Tells the workers whether this web process can read what they write into the folder of reports."""

import logging
import time

from scan_notify_plugin.clock import Clock
from scan_notify_plugin.faults import Fault, Faults, join
from scan_notify_plugin.records import Document
from scan_notify_plugin.reports.storage import Directory, StorageError
from scan_notify_plugin.secret import redact
from scan_notify_plugin.settings.store import SettingsStore

#: Seconds between two looks. They come with requests of ours: no thread, and no request of the host's, has to do it.
EVERY = 60.0

log = logging.getLogger('scan_notify')


class Reading:
    """Tries the files that workers wrote for it; a failure to do so harms nobody.

    :param folder: where reports are kept in a directory; '' where nobody asks
    """

    def __init__(self, folder: str, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock
        self._due = 0.0

    def look(self, db: object) -> None:
        """With every request; does something once in a while."""
        if not self._folder or time.monotonic() < self._due:
            return
        self._due = time.monotonic() + EVERY
        try:
            self._answer(SettingsStore(db, self._clock))
        except Exception as error:
            log.info('the workers are not told whether their reports can be read: %s', redact(str(error))[:300])

    def _answer(self, store: SettingsStore) -> None:
        for user, probe in store.read().probes().items():
            faults = self._faults(probe)
            why, before = join(faults), probe.get('read')
            if before is None or (before['ok'], before['why']) != (not faults, why):
                store.answer_probe(user, probe['file'], faults)
            if faults and (before is None or before['ok']):
                log.warning('reports of the worker with user %s are kept in GridFS: %s', user, why)

    def _faults(self, probe: Document) -> Faults:
        """Why its file cannot be read; empty if it can."""
        try:
            is_it = Directory(self._folder).probed(probe['file']) == probe['words']
            return () if is_it else (Fault('probe.another-file'),)
        except StorageError as error:
            return (error.fault,)

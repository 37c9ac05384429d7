"""Does the web process read what this worker writes? Only reading tells: owners, groups, masks and mounts are many.

This worker writes a small file as it writes reports and notes it in the settings; the web process, at its start and
when somebody asks it for something of ours, notes whether it could read that very file. Until then reports go to
GridFS, where both of them are sure to find them.
"""

import logging
import os
import secrets
from datetime import timedelta
from typing import Optional

from scan_notify_plugin.records import Document
from scan_notify_plugin.reports.storage import Directory, StorageError, is_shared
from scan_notify_plugin.settings.store import StoredSettings
from scan_notify_plugin.worker.stores import Stores

#: What could not be read is tried again with another file after so long: somebody may have mended it.
ASK_AGAIN = timedelta(minutes=10)

log = logging.getLogger('scan_notify')


def is_read(stores: Stores, stored: StoredSettings) -> bool:
    """Whether reports may be kept in the directory."""
    if not is_shared(stores.folder, stored.web_marker):
        return False
    directory, name = Directory(stores.folder), user()
    probe = stored.probes().get(name)
    if probe is None or not _stands(directory, probe):
        _ask(stores, directory, name, probe)
        answer: Optional[Document] = None
    else:
        answer = probe.get('read')
    if answer is None:
        # Of an installation that was here before the question: what was downloaded from the directory could be read.
        return stores.reports.was_read_from(Directory.kind)
    if not answer['ok'] and stores.clock.now() - answer['at'] >= ASK_AGAIN:
        _ask(stores, directory, name, probe)
    return bool(answer['ok'])


def user() -> str:
    """As whom this process writes files: another one's are other files."""
    return '{}-{}'.format(os.geteuid(), os.getegid())


def _stands(directory: Directory, probe: Document) -> bool:
    try:
        return directory.probed(probe['file']) == probe['words']
    except StorageError:
        return False


def _ask(stores: Stores, directory: Directory, name: str, before: Optional[Document]) -> None:
    file, content = secrets.token_hex(12), secrets.token_hex(16)
    try:
        directory.probe(file, content)
    except StorageError as error:
        log.warning('whether reports can be read in a directory cannot be tried: %s', error)
        return
    stores.stored.set_probe(name, file, content)
    if before is not None:
        directory.forget_probe(before['file'])

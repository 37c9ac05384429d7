"""Every dump in this folder, restored, and gone on with by the code of today."""

import glob
import logging
import os

import pytest

from tests.upgrade import dumps
from tests.upgrade.services import Services

PATHS = sorted(glob.glob(os.path.join(os.path.dirname(__file__), '*.json')))


@pytest.fixture(scope='session', params=PATHS, ids=[os.path.basename(path)[:-5] for path in PATHS])
def dump(request):
    return dumps.read(request.param)


@pytest.fixture
def restored(dump, tmp_path):
    """The database as the old release left it."""
    with dumps.local_time(), Services() as services:
        yield dumps.Upgraded(dump, services, tmp_path)


class Kept(logging.Handler):
    """What was logged."""

    def __init__(self):
        super().__init__()
        self.records = []

    def emit(self, record):
        self.records.append(record)


@pytest.fixture(scope='session')
def gone_on(dump, tmp_path_factory):
    """The same after some hours with today's worker; with ``logged`` and ``folder``."""
    kept, folder = Kept(), tmp_path_factory.mktemp('reports')
    logging.getLogger('scan_notify').addHandler(kept)
    try:
        with dumps.local_time(), Services() as services:
            upgraded = dumps.Upgraded(dump, services, folder).go_on()
    finally:
        logging.getLogger('scan_notify').removeHandler(kept)
    upgraded.logged, upgraded.folder = kept.records, folder
    return upgraded

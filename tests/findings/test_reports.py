"""Reports that the web server cannot read."""

import os
import shutil
import subprocess
import sys
import tempfile

import pytest

from scan_notify_plugin.reports import storage
from scan_notify_plugin.settings.store import SettingsStore
from tests.findings.worlds import Loop

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PLACE = '2026-03-02/65e22a04c1a5dab8cb620586.xlsx'
#: Writes as root under the shipped unit's UMask, and reads as somebody else; what is imported may be closed to him.
CODE = """
import encodings.ascii, os, sys
from scan_notify_plugin.reports.storage import Directory
folder, place = sys.argv[1:]
directory = Directory(folder)
os.umask(0o027)
scratch = directory.scratch()
scratch.write(b'rows')
directory.keep(scratch, place)
os.setgroups([]); os.setgid(65534); os.setuid(65534)
print(b''.join(directory.read(place)).decode())
"""


@pytest.mark.skipif(os.geteuid() != 0, reason='only root can become somebody else')
def test_a_web_server_of_another_user_reads_what_a_worker_of_root_wrote():
    folder = tempfile.mkdtemp()  # what pytest makes is closed to others
    try:
        os.chown(folder, 65534, 65534)
        asked = [sys.executable, '-c', CODE, folder, PLACE]
        done = subprocess.run(asked, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
    finally:
        shutil.rmtree(folder)
    assert done.stdout == b'rows\n', done.stderr.decode('utf-8', 'replace')


class InMongo:
    """GridFS wants a real database."""

    kind = 'gridfs'

    def __init__(self, db):
        pass


def test_auto_takes_no_directory_before_the_web_server_has_read_what_a_worker_wrote(tmp_path, monkeypatch):
    monkeypatch.setattr(storage, 'GridFS', InMongo)
    loop = Loop({'SCAN_NOTIFY': {'REPORT_STORAGE': 'auto'}}, folder=tmp_path)
    storage.write_marker(str(tmp_path), SettingsStore(loop.db, loop.clock).web_marker())
    assert loop.context.storage().kind == 'gridfs'

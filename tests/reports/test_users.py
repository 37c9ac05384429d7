"""Worker and web server as different users, for real: who may read what the other wrote."""

import json
import os
import shutil
import subprocess
import sys
import tempfile

import pytest

PLACE = '2026-03-02/65e22a04c1a5dab8cb620586.xlsx'
PROBE = 24 * 'a'
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
#: Becomes somebody, after everything is imported: a user may not be able to read this Python.
CODE = """
import encodings.ascii, errno, json, os, sys, tempfile, random
from scan_notify_plugin.reports.storage import Directory, StorageError, write_marker
who, folder, what, place, probe = json.loads(sys.argv[1])
os.umask(who['umask']); os.setgroups(who['groups']); os.setgid(who['group']); os.setuid(who['user'])
directory = Directory(folder)
try:
    if what == 'make':
        write_marker(folder, 'words')
    elif what == 'write':
        scratch = directory.scratch()
        scratch.write(b'rows')
        directory.keep(scratch, place)
        directory.probe(probe, 'words')
    else:
        print(b''.join(directory.read(place)).decode(), directory.probed(probe))
except StorageError as error:
    print(error)
"""

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason='only root can become somebody else')


def somebody(user, *groups, umask=0o022):
    return {'user': user, 'group': user, 'groups': list(groups), 'umask': umask}


def do(who, folder, what):
    """What became of it."""
    asked = json.dumps([who, folder, what, PLACE, PROBE])
    done = subprocess.run([sys.executable, '-c', CODE, asked], cwd=ROOT, stdout=subprocess.PIPE, check=True, timeout=60)
    return done.stdout.decode().strip()


@pytest.fixture
def host():
    """The host's folder `tmp`, which belongs to whom a test gives it."""
    folder = tempfile.mkdtemp()
    os.chmod(folder, 0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.mark.parametrize('umask', [0o027, 0o077])
def test_a_web_server_of_another_user_reads_what_a_worker_of_root_wrote(host, umask):
    """UMask=0027 is the shipped unit's."""
    web, folder = somebody(65534), os.path.join(host, 'reports')
    os.chown(host, 65534, 65534)
    assert do(web, folder, 'make') == ''
    assert do(somebody(0, umask=umask), folder, 'write') == ''
    assert do(web, folder, 'read') == 'rows words'
    assert do(somebody(40009), folder, 'read').endswith('Permission denied')  # and nobody else does


@pytest.mark.parametrize('umask', [0o027, 0o077])
def test_so_does_one_that_shares_a_group_with_the_worker(host, umask):
    worker, web, folder = somebody(40001, 40003, umask=umask), somebody(40002, 40003), os.path.join(host, 'reports')
    os.chown(host, 40002, 40003)
    assert do(web, folder, 'make') == ''
    os.chown(folder, 40002, 40003)
    os.chmod(folder, 0o770)
    assert do(worker, folder, 'write') == ''
    assert do(web, folder, 'read') == 'rows words'


def test_a_worker_without_a_common_group_writes_what_the_web_server_cannot_read(host):
    """The marker alone would not show it: auto keeps reports in MongoDB here."""
    worker, web, folder = somebody(40001), somebody(40002), os.path.join(host, 'reports')
    os.chown(host, 40002, 40002)
    assert do(web, folder, 'make') == ''
    os.chmod(folder, 0o777)
    assert do(worker, folder, 'write') == ''
    assert do(web, folder, 'read').endswith('Permission denied')

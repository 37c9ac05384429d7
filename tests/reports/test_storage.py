"""A report is in its place as a whole or not at all, and no place leads out of the folder."""

import errno
import os
import time

import pytest

from scan_notify_plugin.reports import storage
from scan_notify_plugin.reports.mounted import KEPT
from scan_notify_plugin.reports.storage import CHUNK, Directory, StorageError
from tests.reports.shelf import NOW

REPORT = '65e22a04c1a5dab8cb620586'
PLACE = '2026-03-02/' + REPORT + '.xlsx'


@pytest.fixture
def folder(tmp_path):
    return tmp_path / 'tmp' / 'reports'


@pytest.fixture
def directory(folder):
    return Directory(str(folder))


def keep(directory, content=b'x', place=PLACE):
    scratch = directory.scratch()
    scratch.write(content)
    directory.keep(scratch, place)


def files(folder):
    """Every file and empty folder below, but for the one that vouches."""
    return sorted(
        os.path.relpath(os.path.join(parent, name), str(folder))
        for parent, folders, names in os.walk(str(folder))
        for name in [name for name in names if name != KEPT]
        + [item for item in folders if not os.listdir(os.path.join(parent, item))]
    )


def vouched_since(folder, seconds):
    """As if the first report had been made then: the places of these tests are of a day in the past."""
    os.utime(str(folder / KEPT), (seconds, seconds))


def refuse(monkeypatch, function, number=errno.ENOSPC):
    def fail(*args, **kwargs):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, function, fail)


# Keeping


def test_a_report_lies_by_date_under_its_id(directory):
    assert directory.place(REPORT, 'xlsx', NOW) == PLACE


def test_nothing_is_in_its_place_before_it_is_whole(directory, folder):
    scratch = directory.scratch()
    scratch.write(b'half')
    scratch.flush()
    (name,) = files(folder)
    assert name.startswith('.making-')
    directory.keep(scratch, PLACE)
    assert files(folder) == [PLACE] and scratch.closed
    assert b''.join(directory.read(PLACE)) == b'half'


def test_the_world_cannot_read_it(directory, folder):
    keep(directory)
    assert os.stat(str(folder / PLACE)).st_mode & 0o777 == 0o640


@pytest.fixture
def foreign_group(folder, monkeypatch):
    """The folder belongs to a group that is not ours: what was asked for each file."""
    asked, real = [], os.stat
    os.makedirs(str(folder))

    def stat(path, *args, **kwargs):
        result = list(real(path, *args, **kwargs))
        result[5] = 12345 if path == str(folder) else 1
        return os.stat_result(result)

    monkeypatch.setattr(os, 'stat', stat)
    monkeypatch.setattr(os, 'chown', lambda path, user, group: asked.append((user, group)))
    return asked


def test_a_file_and_its_day_are_given_to_the_group_of_the_folder(directory, foreign_group):
    keep(directory)
    assert foreign_group == [(-1, 12345), (-1, 12345)]


@pytest.mark.parametrize('mask', [0o000, 0o022, 0o027, 0o077, 0o177])
def test_the_group_may_look_into_the_day_whatever_the_umask(directory, folder, mask):
    keep(directory)
    directory.remove(PLACE)
    before = os.umask(mask)
    try:
        keep(directory)
    finally:
        os.umask(before)
    assert os.stat(str(folder / PLACE)).st_mode & 0o777 == 0o640
    assert os.stat(str((folder / PLACE).parent)).st_mode & 0o050 == 0o050


def test_the_name_of_a_report_survives_a_power_cut(directory, folder, monkeypatch):
    synced, real = [], os.fsync
    monkeypatch.setattr(
        os, 'fsync', lambda number: (synced.append(os.path.isdir('/proc/self/fd/{}'.format(number))), real(number))
    )
    keep(directory)
    assert synced.count(False) == 1 and synced[-1] is True and synced.count(True) >= 2  # the folder, the day


def test_a_probe_is_written_as_reports_are(directory, folder):
    name = 24 * 'a'
    directory.probe(name, 'words')
    assert directory.probed(name) == 'words' and files(folder) == ['.read-by-web/' + name]
    assert os.stat(str(folder / '.read-by-web' / name)).st_mode & 0o777 == 0o640
    directory.forget_probe(name)
    directory.forget_probe(name)
    with pytest.raises(StorageError, match='the file is gone'):
        directory.probed(name)


@pytest.mark.parametrize('name', ['', '..', '../../etc/passwd', 23 * 'a', 24 * 'a' + '\n', 24 * 'A', '/etc/passwd'])
def test_no_probe_leads_anywhere_else(directory, name):
    for call in (directory.probed, lambda item: directory.probe(item, 'x')):
        with pytest.raises(StorageError, match='no file of a worker'):
            call(name)


def test_a_worker_outside_that_group_keeps_the_file_all_the_same(directory, foreign_group, monkeypatch):
    refuse(monkeypatch, 'chown', errno.EPERM)
    keep(directory)
    assert b''.join(directory.read(PLACE)) == b'x'


def test_what_an_exporter_left_unflushed_and_wherever_it_stands_is_kept(directory):
    scratch = directory.scratch()
    scratch.write(b'abc')
    scratch.seek(0)
    directory.keep(scratch, PLACE)
    assert b''.join(directory.read(PLACE)) == b'abc'


def test_a_discarded_scratch_file_leaves_nothing(directory, folder):
    scratch = directory.scratch()
    scratch.write(b'half')
    storage.discard(scratch)
    storage.discard(scratch)
    storage.discard(None)
    assert files(folder) == []


@pytest.mark.parametrize('step', ['fsync', 'makedirs', 'chmod', 'replace'])
@pytest.mark.parametrize('number', [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_told_with_the_folder_and_the_page(directory, folder, monkeypatch, step, number):
    scratch = directory.scratch()
    vouched_since(folder, 0)
    scratch.write(b'x')
    with monkeypatch.context() as patch:
        refuse(patch, step, number)
        with pytest.raises(StorageError) as caught:
            directory.keep(scratch, PLACE)
    assert str(caught.value) == 'no space left in {} (see docs/reports.md#when-a-report-fails)'.format(folder)
    assert caught.value.describe('zh') == '{} 已无剩余空间（见 docs/reports.md#when-a-report-fails）'.format(folder)
    storage.discard(scratch)
    directory.remove(PLACE)
    assert files(folder) == []


def test_a_scratch_file_that_cannot_be_flushed_is_removed_all_the_same(directory, folder):
    scratch = directory.scratch()
    with open('/dev/full', 'wb') as full:
        os.dup2(full.fileno(), scratch.fileno())
    scratch.write(b'x')
    with pytest.raises(StorageError, match='no space left'):
        directory.keep(scratch, PLACE)
    storage.discard(scratch)
    assert files(folder) == []


def test_a_folder_that_cannot_be_made_is_told_with_its_reason(tmp_path):
    (tmp_path / 'reports').write_text('a file')
    with pytest.raises(StorageError, match='reports: File exists'):
        Directory(str(tmp_path / 'reports')).scratch()


def test_no_right_to_write_is_told_with_its_reason(directory, folder, monkeypatch):
    refuse(monkeypatch, 'makedirs', errno.EACCES)
    with pytest.raises(StorageError, match='{}: Permission denied'.format(folder)) as caught:
        directory.scratch()
    assert caught.value.describe('zh') == '{}：Permission denied'.format(folder)


def test_what_a_killed_worker_was_making_goes_after_a_day(directory, folder):
    keep(directory)
    for name, age in (('.making-old', 90000), ('.making-young', 3600), ('other-old', 90000)):
        (folder / name).write_bytes(b'half')
        os.utime(str(folder / name), (time.time() - age,) * 2)
    storage.discard(directory.scratch())
    assert files(folder) == ['.making-young', PLACE, 'other-old']


# Reading


def test_it_is_read_piece_by_piece(directory):
    content = os.urandom(2 * CHUNK + 1)
    keep(directory, content)
    pieces = list(directory.read(PLACE))
    assert [len(piece) for piece in pieces] == [CHUNK, CHUNK, 1]
    assert b''.join(pieces) == content


def test_a_file_is_closed_after_its_last_piece_or_without_any(directory):
    """One that stayed open would be a ResourceWarning, which is an error here."""
    keep(directory)
    read, unread = directory.read(PLACE), directory.read(PLACE)
    files_of = [pieces._file for pieces in (read, unread)]
    assert list(read) == [b'x'] and list(read) == []
    unread.close()
    unread.close()
    assert list(unread) == []
    assert [file.closed for file in files_of] == [True, True]


def test_a_file_that_is_read_while_it_is_removed_is_read_to_its_end(directory):
    keep(directory, b'x' * (CHUNK + 1))
    pieces = directory.read(PLACE)
    first = next(pieces)
    directory.remove(PLACE)
    assert len(first) + len(b''.join(pieces)) == CHUNK + 1


def test_a_missing_file_is_told_when_it_is_opened(directory):
    with pytest.raises(StorageError, match='the file is gone'):
        directory.read(PLACE)


# Removing


def test_a_day_goes_with_its_last_report(directory, folder):
    other = PLACE.replace('586', '587')
    keep(directory)
    keep(directory, place=other)
    vouched_since(folder, 0)
    directory.remove(PLACE)
    assert files(folder) == [other]
    directory.remove(other)
    directory.remove(other)
    assert files(folder) == [] and folder.is_dir()


def test_a_file_that_cannot_be_removed_is_told(directory, folder, monkeypatch):
    keep(directory)
    refuse(monkeypatch, 'remove', errno.EACCES)
    with pytest.raises(StorageError, match='Permission denied'):
        directory.remove(PLACE)


# Places


@pytest.mark.parametrize('place', [
    '', '.', '..', '/etc/passwd', '../../../etc/passwd', '2026-03-02/../../../etc/passwd',
    '2026-03-02/../' + REPORT + '.xlsx', './' + PLACE, '/' + PLACE, PLACE + '/', PLACE + '\n', PLACE + '\x00',
    PLACE + '/../x', '2026-03-02//' + REPORT + '.xlsx', '2026-03-02\\' + REPORT + '.xlsx',
    '2026-03-02/..%2f' + REPORT + '.xlsx', '２０２６-03-02/' + REPORT + '.xlsx', REPORT + '.xlsx', '2026-03-02/.xlsx',
    '2026-03-02/' + REPORT, '2026-03-02/' + REPORT + '.XLSX', '2026-03-02/' + REPORT + '.tar.gz',
    '2026-03-02/' + REPORT.upper() + '.xlsx', '2026-03-02/' + REPORT + '.' + 9 * 'x', '.seen-by-web',
])  # fmt: skip
def test_no_place_leads_anywhere_else(directory, folder, tmp_path, place):
    precious = tmp_path / 'etc' / 'passwd'
    precious.parent.mkdir()
    precious.write_text('x')
    (tmp_path / 'tmp' / (REPORT + '.xlsx')).parent.mkdir()
    (tmp_path / 'tmp' / (REPORT + '.xlsx')).write_text('x')
    keep(directory)
    before = files(tmp_path)
    scratch = directory.scratch()
    for call in (directory.read, lambda place: directory.keep(scratch, place)):
        with pytest.raises(StorageError, match='no report can be at'):
            call(place)
    directory.remove(place)  # there is nothing to remove, which is no error
    storage.discard(scratch)
    assert files(tmp_path) == before


@pytest.mark.parametrize('extension', ['xlsx', 'zip', '7z', 'parquet'])
def test_any_sensible_extension_is_kept(directory, extension):
    place = directory.place(REPORT, extension, NOW)
    keep(directory, b'x', place)
    assert list(directory.read(place)) == [b'x']


# Which storage


class FakeGridFS:
    kind = 'gridfs'

    def __init__(self, db):
        pass


@pytest.fixture
def shared(folder, monkeypatch):
    """A folder with the marker of the web process; MongoDB has its words."""
    monkeypatch.setattr(storage, 'GridFS', FakeGridFS)
    storage.write_marker(str(folder), 'words')
    return str(folder)


@pytest.mark.parametrize('requested, is_read, kind', [
    ('directory', True, 'directory'),
    ('directory', False, 'directory'),
    ('gridfs', True, 'gridfs'),
    ('auto', True, 'directory'),
    ('auto', False, 'gridfs'),
])  # fmt: skip
def test_auto_takes_the_directory_only_where_the_web_process_reads(shared, requested, is_read, kind):
    assert storage.choose(requested, shared, None, lambda: is_read).kind == kind


@pytest.mark.parametrize('marker, seen', [('words', True), ('other', False), ('wor', False), ('', False)])
def test_a_folder_is_shared_where_the_marker_says_so(shared, marker, seen):
    assert storage.is_shared(shared, marker) is seen


@pytest.mark.parametrize('content', [None, b'', b'words\n', b'\xff\xfe', 'words'.encode('utf-16')])
def test_another_marker_or_none_is_another_folder(shared, folder, content):
    (folder / storage.MARKER).unlink()
    if content is not None:
        (folder / storage.MARKER).write_bytes(content)
    assert not storage.is_shared(shared, 'words')


def test_a_folder_that_is_seen_and_cannot_be_written_is_not_shared(shared, monkeypatch):
    monkeypatch.setattr(os, 'access', lambda path, mode: False)
    assert not storage.is_shared(shared, 'words') and not storage.is_shared('', 'words')


def test_a_wanted_directory_without_a_folder_names_the_missing_key(shared):
    with pytest.raises(StorageError, match='SCAN_NOTIFY.REPORT_FOLDER is needed'):
        storage.choose('directory', '', None, lambda: True)


def test_a_report_is_looked_for_where_it_was_kept(shared):
    assert storage.stored('gridfs', shared, None).kind == 'gridfs'
    assert storage.stored('directory', shared, None).kind == 'directory'


def test_away_from_its_folder_a_report_is_not_looked_for_in_the_current_one(shared, folder, monkeypatch):
    keep(Directory(shared))
    monkeypatch.chdir(shared)
    with pytest.raises(StorageError, match='SCAN_NOTIFY.REPORT_FOLDER is needed'):
        storage.stored('directory', '', None)
    assert (folder / PLACE).exists()


def test_a_marker_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / 'reports').write_text('a file')
    with pytest.raises(StorageError, match='reports: File exists'):
        storage.write_marker(str(tmp_path / 'reports'), 'words')


def test_the_marker_is_written_anew_without_harm(shared, folder):
    storage.write_marker(shared, 'other')
    assert storage.sees_marker(shared, 'other') and not storage.sees_marker(shared, 'words')
    assert files(folder) == [storage.MARKER]

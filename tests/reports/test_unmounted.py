"""A file that is not there is taken for removed only where one could have seen it."""

import os
import shutil
from datetime import datetime, timezone

import pytest

from scan_notify_plugin.reports.mounted import KEPT, is_whole, vouch
from scan_notify_plugin.reports.storage import Directory, StorageError
from tests.reports.test_storage import PLACE, keep

DAY = '2026-03-02'


def at(*moment):
    return datetime(*moment, tzinfo=timezone.utc).timestamp()


@pytest.fixture
def folder(tmp_path):
    """A folder in which reports have been kept for long."""
    keep(Directory(str(tmp_path)))
    os.utime(str(tmp_path / KEPT), (0, 0))
    return tmp_path


def unmount(folder):
    """What is seen in the place of a disk."""
    for name in os.listdir(str(folder)):
        path = str(folder / name)
        shutil.rmtree(path) if os.path.isdir(path) else os.remove(path)


def test_a_report_whose_disk_is_not_mounted_is_not_taken_for_removed(folder):
    unmount(folder)
    with pytest.raises(StorageError, match='is the disk mounted') as caught:
        Directory(str(folder)).remove(PLACE)
    assert '磁盘是否已挂载' in caught.value.describe('zh')


def test_nor_if_other_reports_went_there_since(folder):
    unmount(folder)
    keep(Directory(str(folder)), place=PLACE.replace(DAY, '2126-03-09'))
    with pytest.raises(StorageError, match='is the disk mounted'):
        Directory(str(folder)).remove(PLACE)


@pytest.mark.parametrize('gone', [PLACE, DAY])
def test_what_somebody_removed_from_the_folder_is_gone(folder, gone):
    path = str(folder / gone)
    shutil.rmtree(path) if os.path.isdir(path) else os.remove(path)
    Directory(str(folder)).remove(PLACE)


@pytest.mark.parametrize('since, day, whole', [
    (at(2026, 3, 1, 23, 59, 59), DAY, True),
    (at(2026, 3, 2), DAY, True),
    (at(2026, 3, 2, 23, 59, 59), DAY, True),
    (at(2026, 3, 3), DAY, False),
    (at(2027, 1, 1), DAY, False),
    (None, DAY, False),
])  # fmt: skip
def test_a_folder_vouches_for_what_was_kept_since(tmp_path, since, day, whole):
    if since is not None:
        vouch(str(tmp_path))
        os.utime(str(tmp_path / KEPT), (since, since))
    assert is_whole(str(tmp_path), day) is whole
    (tmp_path / day).mkdir()
    assert is_whole(str(tmp_path), day)  # the day itself was looked into


def test_two_workers_vouch_at_once(tmp_path, monkeypatch):
    vouch(str(tmp_path))
    monkeypatch.setattr(os.path, 'exists', lambda path: False)
    vouch(str(tmp_path))

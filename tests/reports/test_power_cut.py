"""What is kept survives a power cut: in which order files, names and folders are made safe."""

import os

import pytest

from scan_notify_plugin.reports.mounted import KEPT
from scan_notify_plugin.reports.storage import MARKER, Directory, write_marker
from tests.reports.test_storage import PLACE, keep


@pytest.fixture
def steps(tmp_path, monkeypatch):
    """What was asked of the operating system, with paths below the folder of the test."""
    done, real = [], {name: getattr(os, name) for name in ('fsync', 'replace', 'remove', 'mkdir')}

    def short(path):
        name = os.path.relpath(os.path.realpath(str(path)), os.path.realpath(str(tmp_path)))
        return 'scratch' if '.making-' in name else name

    def fsync(number):
        done.append('fsync ' + short(os.readlink('/proc/self/fd/{}'.format(number))))
        real['fsync'](number)

    def replace(old, new):
        real['replace'](old, new)
        done.append('replace ' + short(new))

    def remove(path):
        real['remove'](path)
        done.append('remove ' + short(path))

    def mkdir(path, *mode):
        real['mkdir'](path, *mode)
        done.append('mkdir ' + short(path))

    for function in (fsync, replace, remove, mkdir):
        monkeypatch.setattr(os, function.__name__, function)
    return done


DAY = os.path.dirname(PLACE)


@pytest.fixture
def directory(tmp_path):
    return Directory(str(tmp_path / 'tmp' / 'reports'))


def test_every_folder_that_was_missing_is_safe_before_anything_is_in_it(directory, steps):
    keep(directory)
    assert steps == [
        'mkdir tmp', 'mkdir tmp/reports', 'fsync .', 'fsync tmp',
        'fsync scratch',
        'mkdir tmp/reports/' + DAY, 'fsync tmp/reports',
        'replace tmp/reports/' + PLACE, 'fsync tmp/reports/' + DAY, 'fsync tmp/reports',
    ]  # fmt: skip


def test_a_day_that_another_one_made_is_made_safe_too(directory, steps, tmp_path):
    """Its maker may have died before."""
    os.makedirs(str(tmp_path / 'tmp' / 'reports' / DAY))
    del steps[:]
    keep(directory)
    assert steps == [
        'fsync scratch', 'replace tmp/reports/' + PLACE, 'fsync tmp/reports/' + DAY, 'fsync tmp/reports',
    ]  # fmt: skip


def test_what_is_removed_does_not_come_back(directory, steps):
    keep(directory)
    del steps[:]
    directory.remove(PLACE)
    assert steps == ['remove tmp/reports/' + PLACE, 'fsync tmp/reports/' + DAY]


def test_the_marker_is_never_half_written(steps, tmp_path):
    write_marker(str(tmp_path), 'words')
    assert steps == ['fsync {}.{}'.format(MARKER, os.getpid()), 'replace ' + MARKER, 'fsync .']
    assert os.listdir(str(tmp_path)) == [MARKER]


def test_a_marker_that_cannot_be_kept_leaves_the_one_before(tmp_path, monkeypatch):
    write_marker(str(tmp_path), 'words')
    monkeypatch.setattr(os, 'fsync', lambda number: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write_marker(str(tmp_path), 'other')
    assert os.listdir(str(tmp_path)) == [MARKER]
    assert (tmp_path / MARKER).read_text() == 'words'


def test_the_file_that_vouches_is_made_once(directory, tmp_path):
    kept = tmp_path / 'tmp' / 'reports' / KEPT
    keep(directory)
    os.utime(str(kept), (5, 5))
    keep(directory, place=PLACE.replace('586', '587'))
    assert kept.stat().st_mtime == 5 and 'scan-notify' in kept.read_text()

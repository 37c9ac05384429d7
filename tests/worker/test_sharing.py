"""``auto`` believes in a directory only when the web process has read there what this worker wrote."""

import logging
import os

import pytest

from scan_notify_plugin.faults import quoted
from scan_notify_plugin.reports import storage
from scan_notify_plugin.reports.storage import Directory
from scan_notify_plugin.web.reading import Reading
from scan_notify_plugin.worker import sharing
from tests.loop import Loop
from tests.reports.shelf import report_of


class FakeGridFS:
    kind = 'gridfs'

    def __init__(self, db):
        pass


@pytest.fixture
def loop(tmp_path, monkeypatch):
    """A worker beside a web process that has written its marker."""
    monkeypatch.setattr(storage, 'GridFS', FakeGridFS)
    loop = Loop({}, folder=tmp_path)
    storage.write_marker(str(tmp_path), loop.context.stored.web_marker())
    return loop


def web(loop, folder=None):
    """A web process that is asked for something."""
    Reading(folder or loop.context.folder, loop.clock).look(loop.db)


def kind(loop):
    return loop.context.storage().kind


def test_the_first_reports_go_to_gridfs_and_those_after_an_answer_into_the_directory(loop):
    assert kind(loop) == 'gridfs'
    web(loop)
    assert kind(loop) == kind(loop) == 'directory'
    (probe,) = loop.context.stored.read().probes().values()
    assert probe['read']['ok'] and probe['read']['why'] == ''


def test_a_web_process_that_cannot_read_it_means_gridfs_and_is_told_once(loop, monkeypatch, caplog):
    assert kind(loop) == 'gridfs'
    monkeypatch.setattr(Directory, 'probed', refused(Directory.probed))
    with caplog.at_level(logging.WARNING, logger='scan_notify'):
        web(loop)
        web(loop)
    assert [record.getMessage().endswith('Permission denied') for record in caplog.records] == [True]
    monkeypatch.undo()
    monkeypatch.setattr(storage, 'GridFS', FakeGridFS)
    assert kind(loop) == 'gridfs'


def refused(real):
    def probed(self, name):
        raise storage.StorageError('/srv/reports: Permission denied')

    return probed


def test_after_a_refusal_it_is_tried_again_with_another_file(loop, monkeypatch):
    assert kind(loop) == 'gridfs'
    ((user, probe),) = loop.context.stored.read().probes().items()
    loop.context.stored.answer_probe(user, probe['file'], (quoted('no'),))
    loop.clock.move(minutes=9)
    assert kind(loop) == 'gridfs' and loop.context.stored.read().probes()[user]['file'] == probe['file']
    loop.clock.move(minutes=2)
    assert kind(loop) == 'gridfs' and loop.context.stored.read().probes()[user]['file'] != probe['file']
    web(loop)
    assert kind(loop) == 'directory'
    assert len(os.listdir(os.path.join(loop.context.folder, storage.PROBES))) == 1


def test_a_web_process_with_another_folder_does_not_vouch_for_this_one(loop, tmp_path_factory):
    assert kind(loop) == 'gridfs'
    web(loop, str(tmp_path_factory.mktemp('other')))
    assert kind(loop) == 'gridfs'


def test_an_answer_for_another_file_or_another_user_counts_for_nothing(loop, monkeypatch):
    assert kind(loop) == 'gridfs'
    web(loop)
    assert kind(loop) == 'directory'
    monkeypatch.setattr(sharing, 'user', lambda: '40001-40001')
    assert kind(loop) == 'gridfs'
    ((_, probe),) = [one for one in loop.context.stored.read().probes().items() if one[0] == '40001-40001']
    loop.context.stored.answer_probe('40001-40001', 24 * '0', ())
    assert kind(loop) == 'gridfs'


def test_a_file_that_is_gone_is_asked_about_anew(loop):
    kind(loop)
    web(loop)
    (probe,) = loop.context.stored.read().probes().values()
    Directory(loop.context.folder).forget_probe(probe['file'])
    assert kind(loop) == 'gridfs'


def test_an_installation_whose_reports_were_downloaded_from_the_directory_goes_on_there(loop):
    loop.context.reports.insert(report_of(storage='directory', downloads=1))
    assert kind(loop) == 'directory'


def test_until_the_web_process_says_that_it_cannot_read_there(loop):
    loop.context.reports.insert(report_of(storage='directory', downloads=1))
    assert kind(loop) == 'directory'
    ((user, probe),) = loop.context.stored.read().probes().items()
    loop.context.stored.answer_probe(user, probe['file'], (quoted('no'),))
    assert kind(loop) == 'gridfs'


@pytest.mark.parametrize('wanted', ['directory', 'gridfs'])
def test_who_has_decided_is_not_asked(loop, wanted, tmp_path):
    decided = Loop({'SCAN_NOTIFY': {'REPORT_STORAGE': wanted}}, db=loop.db, clock=loop.clock, folder=tmp_path)
    assert kind(decided) == wanted and loop.context.stored.read().probes() == {}


def test_no_file_is_written_before_a_report_is_due(loop, tmp_path):
    before = os.listdir(str(tmp_path))
    loop.finished_run()
    loop.run_through()
    assert os.listdir(str(tmp_path)) == before
    assert kind(loop) == 'gridfs' and storage.PROBES in os.listdir(str(tmp_path))


def test_no_file_is_written_where_the_web_process_was_not(loop, tmp_path_factory):
    folder = tmp_path_factory.mktemp('elsewhere')
    away = Loop({}, db=loop.db, clock=loop.clock, folder=folder)
    assert kind(away) == 'gridfs' and list(folder.iterdir()) == []


def test_a_web_process_looks_once_a_minute_and_harms_nobody(loop, monkeypatch):
    reading, looks = Reading(loop.context.folder, loop.clock), []
    monkeypatch.setattr('scan_notify_plugin.web.reading.SettingsStore', lambda db, clock: looks.append(db) or 1 / 0)
    for _ in range(3):
        reading.look(loop.db)
    assert len(looks) == 1
    Reading('', loop.clock).look(loop.db)
    assert len(looks) == 1

"""Reports as files: which go as they are, which are zipped, which do not go, and uploads that are cut."""

import io
import zipfile

import pytest

from scan_notify_plugin.errors import Reason, SendError
from scan_notify_plugin.notifiers.dingding_openapi import files
from scan_notify_plugin.notifiers.summary import ReportLine
from tests.notifiers.dingding_openapi.conftest import CID, make_file
from tests.notifiers.samples import START, make_summary

UPLOAD = '/media/upload'


def with_report(name='nightly-7.xlsx'):
    line = ReportLine('a' * 24, name, 8, 3, START, 'https://arl.example.com/r/x', START, '')
    return make_summary(reports=(line,))


def file_part(one, file, name='nightly-7.xlsx'):
    parts = one.parts(with_report(name), file)
    return [part for part in parts if part.content['way'] == 'file']


@pytest.mark.parametrize('name', ['a.xlsx', 'a.zip', 'a.pdf', 'a.rar', 'a.docx'])
def test_what_dingtalk_takes_goes_as_it_is(sent, app, name):
    one = sent(DEFAULT_CHAT_ID=CID)
    (part,) = file_part(one, make_file(b'the rows of it', name), name)
    one.send(part)
    (file,) = app.files.values()
    assert (file.name, file.content) == (name, b'the rows of it')
    assert app.group_messages[0].param == {
        'mediaId': file.media_id,
        'fileName': name,
        'fileType': name.rpartition('.')[2],
    }


def test_anything_else_is_zipped(sent, app):
    one = sent(DEFAULT_CHAT_ID=CID)
    (part,) = file_part(one, make_file(b'{"rows": []}' * 5000, 'a.json'), 'a.json')
    one.send(part)
    (file,) = app.files.values()
    assert file.name == 'a.zip' and len(file.content) < 5000
    assert zipfile.ZipFile(io.BytesIO(file.content)).read('a.json') == b'{"rows": []}' * 5000
    assert app.group_messages[0].param['fileType'] == 'zip'


def test_people_get_it_as_a_work_notification(sent, app):
    one = sent(WAYS=['work'], USERS=['u1'])
    (part,) = file_part(one, make_file())
    assert one.check(part, one.send(part)).final
    (work,) = app.work_notifications.values()
    assert work.msgtype == 'file' and work.reached == ['u1']
    assert not one.notifier.repeatable(part.content)  # its media id is another each time


def test_no_file_is_sent_where_nobody_wants_it(sent):
    one = sent(DEFAULT_CHAT_ID=CID, SEND_FILE=False)
    assert not file_part(one, None)


@pytest.mark.parametrize('way, most', [('group', files.MAX_FILE), ('work', files.MAX_WORK_FILE)])
def test_what_is_too_large_falls_back_to_the_link(sent, app, way, most):
    one = sent(WAYS=[way], DEFAULT_CHAT_ID=CID, USERS=['u1'])
    (part,) = file_part(one, make_file()._replace(size=most + 1))
    with pytest.raises(SendError) as caught:
        one.send(part)
    assert caught.value.reason is Reason.CONTENT and not app.files
    pages = one.notifier.extras(with_report(), one.target)
    assert 'https://arl.example.com/r/x' in pages[0].withheld['text'] and pages[0].withheld['way'] == way


def test_what_is_too_large_when_zipped_is_seen_before_it_is_sent(sent, app, monkeypatch):
    monkeypatch.setattr(files, 'MAX_FILE', 100)
    one = sent(DEFAULT_CHAT_ID=CID)
    (part,) = file_part(one, make_file(bytes(range(256)) * 4, 'a.json'), 'a.json')
    with pytest.raises(SendError) as caught:
        one.send(part)
    assert caught.value.reason is Reason.CONTENT and not app.calls


def test_an_upload_that_is_cut_was_not_sent(sent, app):
    app.cut_upload(after=300000)
    one = sent(DEFAULT_CHAT_ID=CID)
    (part,) = file_part(one, make_file(b'x' * 1000000, pieces=50))
    with pytest.raises(SendError) as caught:
        one.send(part)
    assert caught.value.reason is Reason.UNREACHABLE and not app.group_messages
    one.send(part)
    assert len(app.group_messages) == 1


def test_a_token_that_ended_before_the_upload_is_renewed(sent, app, server):
    one = sent(DEFAULT_CHAT_ID=CID)
    message, part = one.parts(with_report(), make_file())
    one.send(message)
    server.expire_tokens()
    one.send(part)
    assert [file.content for file in app.files.values()] == [b'PK\x03\x04 rows'] and app.token_calls == 2


def exporting(loop, **more):
    section = {
        'DEFAULTS': {'EXPORT_ENABLE': True},
        'BASE_URL': 'https://arl.example.com',
        'REPORT_STORAGE': 'directory',
    }
    return loop(section, **more)


def test_a_run_brings_its_workbook_into_the_group(loop, app):
    world = exporting(loop, DEFAULT_CHAT_ID=CID)
    app.cut_upload(after=500)
    run_id = world.finished_run()
    world.run_through(12)
    (job,) = [job for job in world.jobs(run_id) if job['kind'] == 'notify']
    assert job['state'] == 'success', job['error']
    assert [message.msg_key for message in app.group_messages] == ['sampleActionCard', 'sampleFile']
    (file,) = app.files.values()
    assert file.content.startswith(b'PK') and file.name.endswith('.xlsx')
    assert app.group_messages[0].param['singleURL'].startswith('https://arl.example.com/api/scan_notify/reports/')


def test_a_file_that_dingtalk_refuses_becomes_a_link(loop, app):
    world = exporting(loop, DEFAULT_CHAT_ID=CID)
    app.misbehave(40006, only=UPLOAD)
    run_id = world.finished_run()
    world.run_through(12)
    (job,) = [job for job in world.jobs(run_id) if job['kind'] == 'notify']
    assert job['state'] == 'success'
    last = app.group_messages[-1].param
    assert 'could not be sent as a file: nightly' in last['text'] and '/api/scan_notify/reports/' in last['text']
    assert last['title'] == 'The report could not be sent as a file: nightly'  # what a phone shows

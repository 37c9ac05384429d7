"""No table of any format shows a credential, whichever plugin or fork wrote it down, unless that is wanted."""

import io
import zipfile

import mongomock
import openpyxl
import pytest

from scan_notify_plugin.exporters.csv_zip import CsvExporter
from scan_notify_plugin.exporters.excel import ExcelExporter
from scan_notify_plugin.host.results import Results
from scan_notify_plugin.host.scans import Scans
from scan_notify_plugin.runs import rules
from scan_notify_plugin.worker.summarise import summarise
from tests.loop import ManualClock

TASK = '{:024x}'.format(1)
CURL = (
    "curl -X 'POST' -d 'username=admin&password=s3cr3t' -H 'Authorization: Basic dXNlcjpzM2NyM3Q=' "
    "-H 'Cookie: JSESSIONID=s3cr3t' 'http://admin:s3cr3t@h.example.com/'"
)
FOUND = {
    'site': [{'site': 'http://u:s3cr3t@a.example.com', 'title': '默认口令为s3cr3t', 'status': 200,
              'finger': [{'name': 'token: s3cr3t'}]}],
    'url': [{'url': 'http://a.example.com/login?user=a&password=s3cr3t', 'title': 'Password reset', 'source': 'x'}],
    'fileleak': [{'url': 'http://a.example.com/.env', 'title': 'DB_PASSWORD=s3cr3t', 'site': 'http://a.example.com'}],
    'nuclei_result': [{'vuln_name': 'default login', 'vuln_url': 'http://a.example.com?token=s3cr3t',
                       'curl_command': CURL,
                       'vuln_severity': 'high', 'template_id': 't'}],
    'vuln': [{'plg_name': 'p', 'plg_type': 'poc', 'vul_name': 'v', 'target': 'ssh://root:s3cr3t@h',
              'verify_data': 'password is s3cr3t'}],
    'wih': [{'site': 'a', 'record_type': 'secret_key', 'content': 's3cr3t', 'source': 'b'},
            {'site': 'a', 'record_type': 'secret_key', 'content': 's3cr3t-too', 'source': 'b'},
            {'site': 'a', 'record_type': 'url', 'content': 'http://a.example.com', 'source': 'b'}],
    'of_a_fork': [{'password': 's3cr3t', 'request': 'Cookie: a=s3cr3t', 'nested': {'deep': [{'pwd': 's3cr3t'}]},
                   'raw': '{"auth":{"api_key":"s3cr3t"}}', 'page': 'forgot password page'}],
}  # fmt: skip


@pytest.fixture
def db():
    db = mongomock.MongoClient().arl
    for name, documents in FOUND.items():
        for document in documents:
            db[name].insert_one(dict(document, task_id=TASK))
    return db


def excel(results):
    file = io.BytesIO()
    ExcelExporter().export(None, results, file)
    book = openpyxl.load_workbook(file, read_only=True)
    return str([list(sheet.values) for sheet in book.worksheets])


def csv(results):
    file = io.BytesIO()
    CsvExporter().export(None, results, file)
    with zipfile.ZipFile(file) as zipped:
        return str([zipped.read(name).decode('utf-8') for name in zipped.namelist()])


@pytest.mark.parametrize('export', [excel, csv])
@pytest.mark.parametrize('masks', [True, False])
def test_no_cell_of_any_table_shows_a_credential_unless_that_is_wanted(db, export, masks):
    facts = [('计划', 'http://u:s3cr3t@a.example.com')]
    with Results(db, [TASK], facts, mask_credentials=masks) as results:
        shown = export(results)
    assert ('s3cr3t' in shown) is ('dXNlcjpzM2NyM3Q' in shown) is not masks
    for word in ('Password reset', 'forgot password page', 'username=admin', 'default login', 'DB_PASSWORD'):
        assert word in shown


def test_what_is_hidden_is_still_counted_one_by_one(db):
    with Results(db, [TASK]) as results:
        tables = {table.name: list(table.rows) for table in results.tables()}
    assert sorted(row[2] for row in tables['wih']) == ['***', '***', 'http://a.example.com']


@pytest.mark.parametrize('masks', [True, False])
def test_a_message_quotes_no_credential_unless_that_is_wanted(masks):
    from bson import ObjectId

    db = mongomock.MongoClient(tz_aware=True).arl
    task = (
        db['task']
        .insert_one({'name': 'token=s3cr3t', 'target': 'http://u:s3cr3t@a.example.com', 'status': 'done'})
        .inserted_id
    )
    now = ManualClock().now()
    end = rules.submission_end(ObjectId(), now, 'failed', 1, 'amqp://arl:s3cr3t@host: refused')
    run = rules.new_run('64f0', 'nightly', 'recurrent_scan', 1, now, '64f0:1').evolve(
        task_ids=(str(task),), submitted=(end,)
    )
    summary = summarise(run, Scans(db), mask_credentials=masks)
    assert ('s3cr3t' in str(summary)) is not masks
    assert 'a.example.com' in summary.tasks[0].target

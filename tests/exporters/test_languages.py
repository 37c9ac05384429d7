"""In a report every word is of its language, but for what it quotes: results, names, and the host's own titles."""

import csv
import io
import re
import zipfile
from datetime import datetime, timezone

import mongomock
import openpyxl
import pytest
from bson import ObjectId

from hookspecs import Run, ScanTask, Schedule
from scan_notify_plugin import changes, words
from scan_notify_plugin.exporters.csv_zip import CsvExporter
from scan_notify_plugin.exporters.excel import ExcelExporter
from scan_notify_plugin.faults import Fault
from scan_notify_plugin.host.results import Results, run_facts
from scan_notify_plugin.host.results.identity import WATCHED
from tests.exporters.samples import FakeRows, export, make_table
from tests.test_words import CHINESE

TASKS = ['{:024x}'.format(number) for number in range(1, 9)]
OUTCOMES = ('done', 'error', 'stop', 'missing', 'unqueued', 'dead', 'overdue', None)
DATE = '2024-05-06 07:08:09'
CERT = {'subject_dn': 'q1', 'issuer_dn': 'q2', 'serial_number': 'q3', 'fingerprint': {'sha256': 'q4'},
        'validity': {'start': DATE, 'end': DATE, 'expired': True}}  # fmt: skip
VALID = dict(CERT, serial_number='q5', validity=dict(CERT['validity'], expired=False))
#: Every table has a row, and one of them a record with an odd field. All texts of strangers begin with a q.
FOUND = {
    'site': [{'site': 'q6', 'title': 'q7', 'status': 200, 'finger': [{'name': 'q8'}], 'favicon': {'hash': 5}},
             {'site': 'q9', 'status': 'q10'}],
    'ip': [{'ip': '192.0.2.1', 'geo_asn': {'organization': 'q11'}, 'domain': ['q12'], 'cdn_name': 'q13',
            'port_info': [{'port_id': 80, 'service_name': 'q14', 'product': 'q15', 'version': 'q16'}],
            'geo_city': {'country_name': 'q17', 'region_name': 'q18'}, 'os_info': {'name': 'q19'}, 'ip_type': 'q20'}],
    'domain': [{'domain': 'q21', 'type': 'q22', 'record': ['q23'], 'ips': ['192.0.2.1']}],
    'vuln': [{'plg_name': 'q24', 'plg_type': 'q25', 'vul_name': 'q26', 'app_name': 'q27', 'target': 'q28',
              'save_date': DATE, 'verify_data': 'q29'}],
    'nuclei_result': [{'vuln_name': 'q30', 'vuln_url': 'q31', 'vuln_severity': 'q32', 'template_id': 'q33'}],
    'fileleak': [{'url': 'q34', 'title': 'q35', 'status_code': 200, 'content_length': 5, 'site': 'q36'}],
    'url': [{'url': 'q37', 'title': 'q38', 'status_code': 200, 'content_length': 5, 'source': 'q39'}],
    'cert': [{'ip': '192.0.2.1', 'port': 443, 'cert': cert} for cert in (CERT, VALID)],
    'wih': [{'record_type': 'q40', 'content': 'q41', 'site': 'q42', 'source': 'q43'}],
    'stat_finger': [{'name': 'q44', 'cnt': 3}],
    'npoc_service': [{'scheme': 'q45', 'host': 'q46', 'port': '22', 'target': 'q47'}],
    'cip': [{'cidr_ip': 'q48', 'ip_count': 1, 'domain_count': 1, 'ip_list': ['192.0.2.1'], 'domain_list': ['q49']}],
    'xray_result': [{'plugin': 'q51', 'target': {'url': 'q52'}, 'detail': {'addr': 'q53', 'payload': 'q54'}}],
    'unauth': [{'url': 'q55', 'status_code': 200, 'len': '5', 'content': 'q56', 'jslink': 'q57'}],
    'q_of_a_fork': [{'q_field': 'q50'}],
}  # fmt: skip
STRANGERS = re.compile(r'q\w*(/q\w+)?|[-\d.:%/ ]*|[0-9a-f]{24}')
#: The host's own titles, and what its sheet of statistics says.
HOSTS = {
    'site', 'title', '指纹', '状态码', 'favicon hash', 'IP', '端口信息', '开放端口数目', 'geo', 'as 编号', 'domain',
    '操作系统', 'CDN', '类别', '端口', '服务', '产品', '版本', '域名', '解析类型', '记录值', '关联ip', '端口信息统计',
    '系统服务信息统计', '软件产品信息统计', '系统服务', '数量', '占比', '端口开放总数', '系统服务类别总数', '产品类别总数',
}  # fmt: skip
CHANGES = changes.Results(
    changes.Progress.SUCCESS,
    totals={'url': 9, 'site': 9},
    changes=dict.fromkeys(changes.State, 1),
    compared=changes.Compared('q', 6, datetime(2030, 5, 16, tzinfo=timezone.utc)),
    remarks=(Fault('tasks.none'),),
)
SEEN = datetime(2030, 5, 16, tzinfo=timezone.utc)
CHANGED = [
    changes.Change(
        changes.State.CHANGED, 'site', 'q', 'q', 'q', 'q', (changes.Changed(cell.column, 'q', 'q'),), SEEN, SEEN
    )
    for cells in WATCHED.values()
    for cell in cells
]
KNOWN = {'marks': lambda *record: changes.Mark(changes.State.NEW, SEEN), 'changes': CHANGED, 'results': CHANGES}
FAULTS = (Fault('tasks.error', count=1, total=8), Fault('at', target='q', cause=Fault('tasks.none')))
#: In Chinese as well these have their names; and who is quoted in a sentence.
NAMES = re.compile(r'IP|URL|Nuclei|Xray|Payload|WIH|Python|curl|SHA-256|Top|CNAME|C|\bq\b|q_of_a_fork')


@pytest.fixture
def db():
    db = mongomock.MongoClient().arl
    for number, task_id in enumerate(TASKS[:-1]):
        fields = {'name': 'q', 'target': 'q', 'type': 'q', 'status': 'q', 'start_time': DATE, 'end_time': '-'}
        db['task'].insert_one(dict(fields, _id=ObjectId(task_id)))
    for collection, documents in FOUND.items():
        db[collection].insert_many([dict(document, task_id=TASKS[0]) for document in documents])
    return db


@pytest.fixture
def marked(monkeypatch):
    """A language whose words are those of the first one between brackets."""
    sentences = {code: '⟦{}⟧'.format(sentence) for code, sentence in words.LANGUAGES[words.DEFAULT].items()}
    monkeypatch.setitem(words.LANGUAGES, 'marked', sentences)
    return 'marked'


def workbook(file):
    """Every text in it: cells, the titles of sheets, of charts and of their axes."""
    for sheet in openpyxl.load_workbook(file).worksheets:
        yield sheet.title
        for row in sheet.iter_rows(values_only=True):
            yield from (str(value) for value in row if value is not None)
    with zipfile.ZipFile(file) as zipped:
        for name in zipped.namelist():
            if '/charts/' in name:
                yield from re.findall('<(?:a:)?t>([^<]*)<', zipped.read(name).decode('utf-8'))


def archive(file):
    with zipfile.ZipFile(file) as zipped:
        for name in zipped.namelist():
            for row in csv.reader(io.StringIO(zipped.read(name).decode('utf-8-sig'), newline='')):
                yield from row


FORMATS = [(ExcelExporter, workbook), (CsvExporter, archive)]


def texts(db, exporter, read, language, known=KNOWN):
    """What a report says, without what strangers wrote."""
    run = Run(
        'q', Schedule('q', 'q', 'recurrent_scan'), 7, datetime(2030, 5, 17, tzinfo=timezone.utc), 'error',
        tuple(ScanTask(task_id, 'q', outcome) for task_id, outcome in zip(TASKS, OUTCOMES)),
    )  # fmt: skip
    file = io.BytesIO()
    facts, outcomes = run_facts(run, language, FAULTS), dict(zip(TASKS, OUTCOMES))
    with Results(db, TASKS, facts, outcomes, language=language, **known) as results:
        exporter().export(run, results, file)
    return [text for text in read(file) if not STRANGERS.fullmatch(text.strip())]


@pytest.mark.parametrize('exporter, read', FORMATS)
def test_what_is_not_quoted_comes_from_the_words(db, marked, exporter, read):
    ours = [text for text in texts(db, exporter, read, marked) if text not in HOSTS]
    assert [text for text in ours if not re.fullmatch('⟦.*⟧', text)] == []
    spoken = {text[1:-1].replace('q_of_a_fork', '{name}') for text in ours}
    spoken.update(re.findall('⟦([^⟦⟧]*)⟧', ''.join(ours)))  # of a sentence with another in it
    missing = {
        code
        for code, sentence in words.LANGUAGES[words.DEFAULT].items()
        if code.startswith(('table.', 'column.', 'overview.', 'chart.', 'cell.', 'task.outcome.', 'state.'))
        and sentence not in spoken
    }
    charts = {code for code in missing if code.startswith('chart.')} if exporter is CsvExporter else set()
    sheets = {'table.task', 'table.statistics', 'table.other'} if exporter is CsvExporter else {'table.task'}
    assert missing - charts - sheets == set()


@pytest.mark.parametrize('exporter, read', FORMATS)
def test_an_english_report_has_no_chinese_but_what_it_quotes(db, exporter, read):
    assert [text for text in texts(db, exporter, read, 'en') if text not in HOSTS and CHINESE.search(text)] == []


@pytest.mark.parametrize('exporter, read', FORMATS)
def test_a_chinese_report_has_no_english_but_what_it_quotes_and_names(db, exporter, read):
    ours = [text for text in texts(db, exporter, read, 'zh') if text not in HOSTS]
    assert [text for text in ours if re.search('[A-Za-z]', NAMES.sub('', text))] == []


@pytest.mark.parametrize('exporter, read', FORMATS)
def test_a_run_without_results_says_so_in_its_language(db, marked, exporter, read):
    for collection in FOUND:
        db.drop_collection(collection)
    ours = [
        text
        for text in texts(db, exporter, read, marked, {'results': CHANGES._replace(totals={})})
        if text not in HOSTS
    ]
    assert [text for text in ours if not re.fullmatch('⟦.*⟧', text)] == []
    assert '⟦{}⟧'.format(words.say('workbook.empty', 'zh')) in ours


@pytest.mark.parametrize('exporter, read', FORMATS)
@pytest.mark.parametrize('language, mark', [('zh', '…[已截断]'), ('en', '…[cut]')])
def test_a_text_that_is_cut_says_so_in_the_language_of_the_report(db, exporter, read, language, mark):
    db['site'].insert_one({'site': 'q' * 40000, 'task_id': TASKS[0]})
    cut = [text for text in texts(db, exporter, read, language) if text.startswith('qqq')]
    assert [text[-len(mark) - 1 :] for text in cut] == ['q' + mark]


def test_a_worksheet_without_a_title_has_one_in_the_language_of_the_report():
    rows = FakeRows(make_table(title=''))
    for rows.language, title in (('zh', '工作表'), ('en', 'Sheet')):
        assert openpyxl.load_workbook(io.BytesIO(export(ExcelExporter(), rows))).sheetnames[1] == title
        rows.counts.clear()

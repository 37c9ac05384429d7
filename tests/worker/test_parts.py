"""What a channel can do beside sending pages: a mention of its own, the report as a file, an answer that comes
later.
"""

import pytest

from scan_notify_plugin.api import Notifier, Page, Reason, Receipt, SendError
from scan_notify_plugin.exporters.csv_zip import CsvExporter
from scan_notify_plugin.jobs.news import follow_up
from scan_notify_plugin.settings.counters import CounterStore
from tests.loop import Loop

TARGETS = {'ops': {'CHANNEL': 'post'}}
WANTED = {'NOTIFY_ENABLE': True, 'NOTIFY_CHANNEL': ['ops'], 'EXPORT_FORMAT': 'csv'}


class PostOffice(Notifier):
    """Keeps what it is given; a file is one more part."""

    channel = 'post'
    aliases = ('mail',)
    max_bytes = 4000

    def __init__(self):
        self.taken = []
        self.answers = []
        self.later = []

    def extras(self, summary, target):
        mention = {'text': 'look, ops', 'mention': True}
        pages = [Page(mention, mention)]
        for report in summary.reports:
            if report.ready:
                content = {'text': '', 'report': report.id}
                pages.append(Page(content, {'text': 'see ' + (report.link or report.id)}))
        return pages

    def send(self, part, target):
        if 'report' in part.content and part.file is None:
            raise SendError(Reason.CONTENT, words='the report is gone')
        name = b''.join(part.file.read())[:2] if part.file else None
        self.taken.append((part.text.split('\n')[0], name))
        return self.answers.pop(0) if self.answers else Receipt('r')

    def check(self, part, receipt, target):
        self.later.append(receipt.id)
        if len(self.later) < 2:
            return receipt
        if self.later.count('bad'):
            raise SendError(Reason.CONTENT, words='not reached: u7')
        return receipt._replace(final=True)


class Point:
    def __init__(self, name, plugin):
        self.name = name
        self.load = lambda: plugin


@pytest.fixture
def office():
    return PostOffice()


def make_loop(office, tmp_path, **section):
    found = [Point('post', office), Point('csv', CsvExporter)]
    section = dict(
        {'REPORT_STORAGE': 'directory', 'DEFAULTS': dict(WANTED, EXPORT_ENABLE=True), 'TARGETS': TARGETS}, **section
    )
    return Loop({'SCAN_NOTIFY': section}, found, folder=tmp_path)


def through(loop):
    run_id = loop.finished_run()
    loop.run_through(6)
    (job,) = [job for job in loop.jobs(run_id) if job['kind'] == 'notify']
    return job


def test_mention_and_file_follow_the_pages_once(office, tmp_path):
    job = through(make_loop(office, tmp_path))
    assert [name for name, _ in office.taken][1:] == ['look, ops', '']
    assert [file for _, file in office.taken] == [None, None, b'PK']
    assert job['state'] == 'success'


def test_a_file_that_is_gone_is_replaced_by_words(office, tmp_path):
    loop = make_loop(office, tmp_path)
    run_id = loop.finished_run()
    loop.tick()
    loop.work('export')
    loop.db['scan_notify_report'].update_many({}, {'$set': {'state': 'expired'}})
    loop.run_through(4)
    (report,) = loop.context.reports.of_runs([run_id])
    assert office.taken[-1] == ('see ' + report.id, None)


def test_a_file_that_cannot_be_read_is_replaced_by_words(office, tmp_path):
    loop = make_loop(office, tmp_path)
    loop.finished_run()
    loop.tick()
    loop.work('export')
    for path in tmp_path.rglob('*.zip'):
        path.unlink()
    loop.run_through(4)
    assert office.taken[-1][0].startswith('see ')


def test_what_came_of_a_part_is_asked_until_it_is_final(office, tmp_path):
    office.answers = [Receipt('task-1', final=False)]
    job = through(make_loop(office, tmp_path))
    assert (office.later, job['state']) == (['task-1', 'task-1'], 'success')
    assert [part['state'] for part in job['parts']] == ['done'] * 3
    assert len(office.taken) == 3


def test_people_who_were_not_reached_are_on_record(office, tmp_path):
    office.answers = [Receipt('bad', final=False)]
    job = through(make_loop(office, tmp_path))
    assert (job['state'], job['error']) == ('error', 'content not reached: u7')
    assert [part['state'] for part in job['parts']] == ['failed', 'done', 'done']


def test_a_channel_answers_to_its_other_names(office, tmp_path):
    job = through(make_loop(office, tmp_path, TARGETS={'ops': {'CHANNEL': 'mail'}}))
    assert (job['by'], job['state']) == ('post', 'success')


def test_a_message_that_cannot_be_stored_is_an_error_and_stops_nobody_behind_it(office, tmp_path, monkeypatch):
    loop = make_loop(office, tmp_path)
    monkeypatch.setattr(office, 'compose', lambda message, *rest: {'text': message, 'kept': object()})
    job = through(loop)
    assert job['state'] == 'error' and job['error'].startswith('not rendered: InvalidDocument')
    monkeypatch.undo()
    assert through(loop)['state'] == 'success'


def test_what_brings_a_message_up_to_date_is_counted_as_no_delivery(office, tmp_path):
    loop = make_loop(office, tmp_path)
    job = through(loop)
    sent = loop.context.jobs.get(job['_id'])
    update = follow_up(sent, sent.id + '/update-1', {'text': 'acknowledged'}, loop.clock.now())
    loop.context.jobs.insert(update)
    loop.run_through(2)
    assert loop.context.jobs.get(update.id).state == 'success' and ('acknowledged', None) in office.taken
    loop.context.counts.flush(CounterStore(loop.db))
    numbers = CounterStore(loop.db).read()
    assert numbers['deliveries|post|success'] == 1
    assert (
        sum(
            number
            for name, number in numbers.items()
            if name.startswith('delivery_seconds|post|') and name[-3:] != 'sum'
        )
        == 1
    )


def test_a_receipt_that_cannot_be_stored_is_told_as_text(office, tmp_path):
    office.answers = [Receipt({'odd': object})]
    job = through(make_loop(office, tmp_path))
    assert job['state'] == 'success' and 'odd' in job['parts'][0]['receipt']['id']


@pytest.mark.parametrize('value', [7, 'all', {'a': 1}, [5, None], ['no such report'], None])
def test_what_a_plugin_has_under_a_name_of_ours_keeps_no_message_back(office, tmp_path, value):
    office.compose = lambda message, summary, target, page: {'text': message, 'attached': value}
    loop = make_loop(office, tmp_path)
    loop.finished_run()
    loop.run_through(6)
    assert len(office.taken) == 3

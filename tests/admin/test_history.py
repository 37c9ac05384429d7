"""What people are shown of the past: the list, one run, its time line, the overview."""

from datetime import timedelta

import pytest
from bson import ObjectId

from scan_notify_plugin.admin.errors import Invalid, NotFound
from scan_notify_plugin.admin.runs import Runs
from scan_notify_plugin.errors import Reason
from scan_notify_plugin.faults import Fault
from scan_notify_plugin.jobs.job import PartState, Receipt
from scan_notify_plugin.jobs.making import new_part
from scan_notify_plugin.jobs.outcomes import Outcome, logged
from scan_notify_plugin.records import to_document
from scan_notify_plugin.reports.report import Download, Report, State
from scan_notify_plugin.runs import rules as run_rules
from scan_notify_plugin.runs.run import Note
from scan_notify_plugin.testing.embedded import embedded_database
from tests.admin.history import NOW, History, quotes

EVIL = '<img src=x onerror=alert(1)>\n# [x](http://evil) @all \u202e'


@pytest.fixture
def past():
    return History(embedded_database())


@pytest.fixture
def runs(past):
    return Runs(past.desk)


def ids(found):
    return [one['id'] for one in found['items']]


def test_runs_are_listed_newest_first_by_pages(past, runs):
    for number in range(5):
        past.run(number, hours=number)
    first = runs.listing(size=2)
    assert (ids(first), first['total']) == (['64f0:0', '64f0:1'], 5)
    assert ids(runs.listing(page=3, size=2)) == ['64f0:4']
    assert runs.listing(page=4, size=2) == {'items': [], 'total': 5}


@pytest.mark.parametrize('wanted, found', [
    ({'status': 'error'}, ['64f1:2']),
    ({'push_status': 'uncertain'}, ['64f1:2']),
    ({'export_status': 'pending'}, ['64f0:3']),
    ({'schedule_id': '64f0'}, ['64f0:1', '64f0:3']),
    ({'since': NOW - timedelta(hours=2)}, ['64f0:1', '64f1:2']),
    ({'until': NOW - timedelta(hours=2)}, ['64f0:3']),
    ({'since': NOW - timedelta(hours=2), 'until': NOW}, ['64f1:2']),
    ({'text': 'WEEK'}, ['64f1:2']),
    ({'text': 'broker'}, ['64f1:2']),
    ({'text': ':3'}, ['64f0:3']),
    ({'text': '.*'}, []),
    ({'text': '(('}, []),
    ({'status': '', 'text': ''}, ['64f0:1', '64f1:2', '64f0:3']),
    ({'schedule_id': '64f0', 'status': 'error'}, []),
])  # fmt: skip
def test_runs_can_be_filtered(past, runs, wanted, found):
    past.run(1)
    past.run(2, 2, '64f1', name='weekly', status='error', push_status='uncertain', error_msg='the broker was away')
    past.run(3, 5, export_status='pending')
    past.run(4, 0, 'scan-notify-test', test=True)
    answer = runs.listing(**wanted)
    assert ids(answer) == found and answer['total'] == len(found)


@pytest.mark.parametrize('wanted, field', [
    ({'page': 0}, 'page'), ({'page': True}, 'page'), ({'page': '1'}, 'page'), ({'size': 201}, 'size'),
    ({'schedule_id': {'$ne': 'x'}}, 'schedule_id'), ({'text': {'$ne': 'x'}}, 'text'),
    ({'status': 'done'}, 'status'), ({'push_status': {'$ne': 'x'}}, 'push_status'),
    ({'export_status': 'x'}, 'export_status'),
])  # fmt: skip
def test_a_filter_that_no_run_can_meet_is_an_error(runs, wanted, field):
    with pytest.raises(Invalid) as caught:
        runs.listing(**wanted)
    assert caught.value.field == field


def test_a_line_says_what_a_run_came_to(past, runs):
    outcomes = ('done', 'done', 'error', 'dead', 'stop', 'missing', None)
    tasks = {str(ObjectId()): {'status': 'x', 'since': NOW, 'outcome': outcome} for outcome in outcomes}
    past.run(name=EVIL, tasks=tasks, task_ids=list(tasks), faults=quotes('2 failed'), export_faults=quotes('disk full'))
    (line,) = runs.listing()['items']
    assert line['counts'] == {'total': 7, 'done': 2, 'failed': 2, 'stopped': 1, 'missing': 1, 'running': 1}
    assert (line['seconds'], line['error_msg'], line['test']) == (1800.0, '2 failed; disk full', False)
    assert line['schedule_name'] == EVIL and line['acknowledged'] is None


def test_a_running_run_has_no_duration(past, runs):
    past.run(status='running', end_time=None, push_status='pending')
    (line,) = runs.listing()['items']
    assert (line['end_time'], line['seconds']) == (None, None)


def full(past):
    """A run with all that can be shown of one; its id."""
    task_id, gone = str(ObjectId()), str(ObjectId())
    past.db['task'].insert_one({'_id': ObjectId(task_id), 'name': 'scan', 'target': EVIL})
    mark, at = ObjectId(), NOW - timedelta(hours=1)
    run_id = past.run(
        hours=1,
        task_ids=[task_id, gone],
        tasks={
            task_id: {'status': 'done', 'since': at + timedelta(minutes=20), 'outcome': 'done'},
            gone: {'status': 'missing', 'since': at + timedelta(minutes=25), 'outcome': 'missing'},
        },
        fires=[{'mark': mark, 'at': at}],
        submitted=[to_document(run_rules.submission_end(mark, at + timedelta(seconds=3), count=2))],
        notes=[to_document(Note(at + timedelta(minutes=40), 'a note'))],
    )
    job_id = past.job(run_id, state='success')
    job = past.desk.jobs.get(job_id)
    refused = Outcome(reason=Reason.CONTENT, code=430104, faults=(Fault('quote', text='moderation'),))
    after = logged(job, 0, 'a1', refused, at + timedelta(minutes=31))
    accepted = Outcome(receipt=Receipt('m1'))
    after = logged(after, 0, 'a2', accepted, at + timedelta(minutes=32))
    text = 'see scan-notify-link-{}-----------'.format('a' * 24)
    part = new_part('k1-w', {'text': text}, {'text': text}).evolve(state=PartState.DONE, receipt=accepted.receipt)
    past.desk.jobs.change(job, after.evolve(parts=(part,)))
    past.desk.reports.insert(Report(
        id='a' * 24, v=1, rev=1, run_id=run_id, job_id='j', format='excel', name='r.xlsx', size=7, sha256='ff',
        media_type='x', rows=(('site', 3),), created_at=at + timedelta(minutes=30),
        expires_at=NOW, link_until=NOW, limit=0, storage='directory', place='/srv/secret/place',
        state=State.EXPIRED, serial=1, gone_at=at + timedelta(minutes=50), downloads=1,
        download_log=(Download(at + timedelta(minutes=45), '10.0.0.9'),),
    ))  # fmt: skip
    past.desk.audit.note('web:ann', 'revoke', 'a' * 24)
    past.desk.audit.note('web:ann', 'switch', 'dingding')
    return run_id


def test_a_report_that_is_being_made_is_not_told_as_ready(past, runs):
    run_id = full(past)
    past.db['scan_notify_report'].update_many({}, {'$set': {'state': 'making'}})
    about = [line for line in runs.detail(run_id)['timeline'] if line['what'] in ('report', 'download')]
    assert about == []


def test_the_time_line_tells_it_in_order(past, runs):
    run_id = full(past)
    lines = runs.detail(run_id)['timeline']
    assert [(line['what'], line['result'], line['level']) for line in lines] == [
        ('fired', 'fired', 'info'),
        ('submitted', 'done', 'info'),
        ('task', 'done', 'success'),
        ('task', 'missing', 'warning'),
        ('closed', 'finished', 'success'),
        ('report', 'ready', 'success'),
        ('attempt', 'content', 'error'),
        ('attempt', 'accepted', 'success'),
        ('job', 'success', 'success'),
        ('note', 'note', 'warning'),
        ('download', 'done', 'info'),
        ('report', 'expired', 'info'),
        ('audit', 'revoke', 'info'),
    ]
    assert lines == sorted(lines, key=lambda line: line['at'])
    assert lines[6]['words'] == 'ops content 430104 moderation' and lines[6]['about'] == run_id + '/complete/ops'
    assert lines[10]['by'] == '10.0.0.9' and lines[12]['by'] == 'web:ann'


def test_the_time_line_is_told_in_pieces_for_other_languages(past, runs):
    run_id = full(past)
    past.db['scan_notify_job'].update_one({}, {'$set': {'kind': 'export', 'format': 'csv'}})
    until = NOW + timedelta(hours=1)
    past.desk.audit.note('web:ann', 'link', 'a' * 24, after={'until': until})
    found = {(line['what'], line['result']): line for line in runs.detail(run_id)['timeline']}
    assert found['submitted', 'done']['values'] == {'count': 2}
    assert found['task', 'done']['subject'] == EVIL
    attempt, end = found['attempt', 'accepted'], found['job', 'success']
    assert (attempt['kind'], attempt['subject'], end['kind'], end['subject']) == ('export', 'ops', 'export', 'csv')
    assert found['audit', 'link']['values']['until'].replace(tzinfo=None) == until.replace(tzinfo=None)


def test_the_errors_of_a_run_and_of_its_jobs_are_faults_in_a_language(past, runs):
    failed = Fault('tasks.error', count=1, total=3).to_stored()
    run_id = past.run(status='error', faults=[failed] + quotes('a fault of somebody else'))
    past.job(run_id, state='cancelled', faults=[Fault('job.cancelled', by='web:ann').to_stored()])
    found = runs.detail(run_id)
    assert [(one['code'], one['facts']) for one in found['faults']] == [
        ('tasks.error', {'count': 1, 'total': 3}),
        ('quote', {'text': 'a fault of somebody else'}),
    ]
    assert [one['words'] for one in found['faults']] == ['3 个扫描任务中 1 个失败', 'a fault of somebody else']
    assert found['jobs'][0]['faults'][0]['code'] == 'job.cancelled'
    closed = [line for line in found['timeline'] if line['what'] == 'closed']
    assert closed[0]['faults'] == found['faults']
    assert found['error_msg'] == '1 of 3 scan tasks failed; a fault of somebody else'
    assert found['jobs'][0]['error'] == 'cancelled by web:ann'


def test_a_run_is_shown_with_its_tasks_jobs_and_reports(past, runs):
    found = runs.detail(full(past))
    assert [(task['name'], task['target'], task['outcome']) for task in found['tasks']] == [
        ('scan', EVIL, 'done'), ('', '', 'missing'),
    ]  # fmt: skip
    (job,) = found['jobs']
    assert (job['target'], job['route'], job['state'], len(job['attempts'])) == ('ops', ['ops'], 'success', 2)
    (part,) = job['parts']
    assert (part['number'], part['state'], part['withheld'], part['receipt']['id']) == (1, 'done', True, 'm1')
    assert part['text'] == 'see (link to report {})'.format('a' * 24)
    (report,) = found['reports']
    assert (report['format'], report['state'], report['downloads']) == ('excel', 'expired', 1)


def test_nothing_that_opens_anything_is_shown(past, runs):
    said = repr(runs.detail(full(past)))
    for hidden in ('/srv/secret/place', 'sha256', 'k1-w', '5f2c', 'scan-notify-link-'):
        assert hidden not in said


def test_a_run_of_an_older_release_and_a_job_without_parts_are_shown(past, runs):
    run_id = past.run()
    past.job(run_id, state='error', error='no plugin speaks "pager"', parts=[], v=1)
    past.db['scan_notify_job'].update_many({}, {'$unset': {'replaces': 1, 'faults': 1}})
    past.db['task_schedule_run'].update_many({}, {'$unset': {'export_faults': 1, 'faults': 1}, '$set': {'v': 1}})
    (line,) = [line for line in runs.detail(run_id)['timeline'] if line['what'] == 'job']
    assert (line['words'], line['level']) == ('ops error "no plugin speaks "pager""', 'error')
    assert [fault['words'] for fault in line['faults']] == ['「no plugin speaks "pager"」']


def test_who_settled_or_cancelled_a_job_and_when_is_on_the_time_line(past, runs):
    run_id = past.run(hours=1)
    past.clock.move(minutes=5)
    runs.settle(past.job(run_id, state='uncertain'), 'web:ann', True)
    runs.cancel(past.job(run_id, 'team'), 'web:bob')
    lines = runs.detail(run_id)['timeline']
    ends = {line['about'].rpartition('/')[2]: line for line in lines if line['what'] == 'job'}
    assert (ends['ops']['by'], ends['ops']['at']) == ('web:ann', past.clock.now())
    assert ends['team']['words'] == 'team cancelled cancelled by web:bob' and ends['team']['at'] == past.clock.now()
    assert 'settle delivered: True' in [line['words'] for line in lines]


def test_a_run_that_does_not_exist_is_not_found(past, runs):
    for identity in ('x', '', '$where', '64f0:1/complete/ops'):
        with pytest.raises(NotFound):
            runs.detail(identity)


def test_before_the_collections_name_is_decided_there_is_nothing_to_see(past):
    runs = Runs(past.desk._replace(runs_name=None))
    assert runs.listing() == {'items': [], 'total': 0}
    assert runs.overview(1)['runs_per_day'][0]['finished'] == 0
    with pytest.raises(NotFound, match='nothing is recorded yet'):
        runs.detail('64f0:1')


# The overview.


def test_the_overview_counts_runs_by_day_and_deliveries_by_target(past, runs):
    today, before = past.run(1), past.run(2, hours=24, status='error')
    past.run(3, hours=24 * 30)
    test = past.run(4, schedule='scan-notify-test', test=True)
    past.job(today, state='success')
    past.job(today, 'gone', 'held')
    past.job(before, state='error')
    past.job(before, state='uncertain', event='resend-1')
    past.job(before, state='cancelled', event='resend-2')
    past.job(test, state='success')
    found = runs.overview(3)
    assert [(day['finished'], day['error'], day['running']) for day in found['runs_per_day']] == [
        (0, 0, 0), (0, 1, 0), (1, 0, 0),
    ]  # fmt: skip
    assert found['runs_per_day'][-1]['day'] == NOW.astimezone().strftime('%Y-%m-%d')
    assert found['deliveries'] == [
        {'target': 'gone', 'channel': '', 'success': 0, 'error': 0, 'uncertain': 0, 'pending': 1},
        {'target': 'ops', 'channel': 'dingding', 'success': 1, 'error': 1, 'uncertain': 1, 'pending': 0},
    ]
    assert found['now'] == NOW


def test_the_overview_names_who_rests_and_who_works(past, runs):
    past.job(past.run())
    until = NOW + timedelta(minutes=9)
    past.db['scan_notify_lane'].insert_many([
        {'_id': 'channel:1', 'cool_until': until}, {'_id': 'channel:2', 'cool_until': NOW}, {'_id': 'tick'},
    ])  # fmt: skip
    past.desk.stored.worker_alive('one', {'version': '0.1', 'plugins': []})
    past.clock.move(minutes=3)
    past.desk.stored.worker_alive('two', {'version': '0.1', 'plugins': []})
    found = runs.overview()
    assert found['cooling'] == [{'lane': 'channel:1', 'targets': ['ops'], 'until': until}]
    assert [(one['name'], one['alive']) for one in found['workers']] == [('one', False), ('two', True)]


@pytest.mark.parametrize('days', [0, 367, '7', None])
def test_the_overview_has_bounds(runs, days):
    with pytest.raises(Invalid, match='days: expected a number from 1 to 366'):
        runs.overview(days)

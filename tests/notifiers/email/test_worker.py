"""From the end of a run to people's mail boxes, in one process with a manual clock."""

import pytest

from scan_notify_plugin.admin.desk import Desk
from scan_notify_plugin.admin.runs import Runs
from scan_notify_plugin.exporters.excel import ExcelExporter
from scan_notify_plugin.notifiers.email import MailNotifier
from scan_notify_plugin.notifiers.templates import Templates
from scan_notify_plugin.testing.mail_server import MailServer
from scan_notify_plugin.worker.preview import preview
from tests.loop import RUNS, Loop, ManualClock

BASE = 'https://arl.example.com'
PEOPLE = ('a@example.com', 'b@example.com', 'c@example.com')


class Point:
    """An entry point."""

    def __init__(self, name, plugin):
        self.name = name
        self.load = lambda: plugin


@pytest.fixture
def server():
    with MailServer(hold_seconds=0.2) as server:
        yield server
        assert server.strays == []


@pytest.fixture
def make(server, tmp_path):
    """make(**options of the target) is a loop that mails every run."""

    def make(defaults=None, targets=None, **options):
        ops = dict({'CHANNEL': 'email', 'HOST': '127.0.0.1', 'PORT': server.port, 'SECURITY': 'none',
                    'FROM': 'ARL <arl@example.com>', 'TO': list(PEOPLE)}, **options)  # fmt: skip
        section = {
            'BASE_URL': BASE, 'REPORT_STORAGE': 'directory', 'TARGETS': dict({'ops': ops}, **targets or {}),
            'DEFAULTS': dict({'NOTIFY_ENABLE': True, 'NOTIFY_CHANNEL': ['ops']}, **defaults or {}),
        }  # fmt: skip
        found = [Point('email', MailNotifier), Point('excel', ExcelExporter)]
        return Loop({'SCAN_NOTIFY': section}, found, clock=ManualClock(), folder=tmp_path / 'reports')

    return make


def job_of(loop, run_id):
    (job,) = [job for job in loop.jobs(run_id) if job['kind'] == 'notify']
    return job


def test_a_run_is_one_mail_with_its_report(make, server):
    loop = make({'EXPORT_ENABLE': True})
    run_id = loop.finished_run()
    loop.run_through(8)
    (message,) = server.messages
    assert message.at.people == PEOPLE and 'nightly' in message.title
    (file,) = message.message.iter_attachments()
    assert file.get_filename().endswith('.xlsx') and file.get_content().startswith(b'PK')
    link = BASE + '/api/scan_notify/reports/'
    page = message.message.get_body(('html',)).get_content()
    assert 'href="' + link in page and link in message.message.get_body(('plain',)).get_content()
    assert 'scan-notify-link' not in page
    assert job_of(loop, run_id)['state'] == 'success'


def test_a_report_that_is_too_large_has_its_link_alone(make, server):
    loop = make({'EXPORT_ENABLE': True}, ATTACH_MB=0.001)
    loop.finished_run()
    loop.run_through(8)
    (message,) = server.messages
    assert list(message.message.iter_attachments()) == [] and BASE + '/api/scan_notify/reports/' in message.text


def test_the_runs_of_a_schedule_are_a_thread_and_each_has_an_id_of_its_own(make, server):
    loop = make()
    schedule = loop.schedule()
    for _ in range(2):
        _, task_ids = loop.fire(schedule)
        loop.tick()
        loop.status(task_ids, 'done')
        loop.settle()
        loop.run_through(4)
        loop.clock.move(hours=1)
    loop.finished_run()
    loop.run_through(4)
    first, second, other = (one.message for one in server.messages)
    assert first['References'] == second['References'] != other['References']
    assert len({one['Message-ID'] for one in (first, second, other)}) == 3


def test_those_whom_the_server_refuses_for_now_get_it_later_and_nobody_gets_it_twice(make, server):
    server.misbehave('450 4.7.1', times=3, only='rcpt', to='b@example.com')
    loop = make()
    run_id = loop.finished_run()
    loop.run_through(1)
    job = job_of(loop, run_id)
    assert (job['state'], job['attempts'][0]['result']) == ('pending', 'busy') and 'b@example.com' in str(
        job['attempts']
    )
    assert job['parts'][0]['content']['left'] == ['b@example.com']  # whichever worker goes on
    loop.run_through(12, 60)
    assert [one.at.people for one in server.messages] == [(PEOPLE[0], PEOPLE[2]), (PEOPLE[1],)]
    assert job_of(loop, run_id)['state'] == 'success'


def test_those_whom_it_refuses_for_good_are_named_to_people_and_the_others_have_it_once(make, server):
    server.mailboxes = [PEOPLE[0]]
    server.misbehave('450 4.7.1', only='rcpt', to='c@example.com')
    loop = make()
    run_id = loop.finished_run()
    loop.run_through(12, 60)
    job = job_of(loop, run_id)
    assert job['state'] == 'error' and 'b@example.com' in job['error'] and 'c@example.com' in job['error']
    assert PEOPLE[0] not in job['error']
    assert [one.at.people for one in server.messages] == [(PEOPLE[0],)]


def test_who_sends_again_what_some_have_says_that_it_may_be_a_repeat(make, server):
    server.mailboxes = PEOPLE[:2]
    loop = make()
    run_id = loop.finished_run()
    loop.run_through(4)
    job = job_of(loop, run_id)
    assert (job['state'], 'job.some-have-it' in str(job['attempts'])) == ('error', True)
    Runs(Desk(loop.db, RUNS, loop.settings, loop.clock)).resend(run_id, 'web:ann')
    loop.run_through(4)
    first, second = server.messages
    assert second.at.people == PEOPLE[:2] and '可能' in second.text and '可能' not in first.text


def test_moderation_after_a_part_of_the_people_has_it_goes_to_the_others_alone(make, server):
    server.misbehave('451 4.3.0', times=1, only='rcpt', to='b@example.com')
    loop = make()
    run_id = loop.finished_run(name='a-strange-name')
    loop.run_through(1)
    server.misbehave('554 5.7.1')
    loop.run_through(8, 60)
    first, second = server.messages
    assert (second.at.people, 'a-strange-name' in second.text) == ((PEOPLE[1],), False)
    assert job_of(loop, run_id)['state'] == 'success' and 'a-strange-name' in first.text


def test_a_doubt_is_no_second_mail_and_goes_to_the_fallback_as_a_possible_repeat(make, server):
    fallback = {'CHANNEL': 'email', 'HOST': '127.0.0.1', 'PORT': server.port, 'SECURITY': 'none',
                'FROM': 'arl@example.com', 'TO': 'night@example.com'}  # fmt: skip
    server.misbehave('timeout_after')
    loop = make(targets={'night': fallback}, FALLBACK='night')
    loop.finished_run()
    loop.run_through(8, 60)
    assert [one.at.people for one in server.messages] == [PEOPLE, ('night@example.com',)]
    assert server.messages[0].text != server.messages[1].text


def test_a_preview_shows_the_mail_and_sends_nothing(make, server):
    loop = make(USERNAME='arl', PASSWORD='5f2c-hidden')
    (sheet,) = preview(loop.context, 'ops')
    assert sheet.text and sheet.rest['subject'] and '<h1' in str(sheet.rest['html'])
    assert [(one.what, one.most) for one in sheet.limits] == [('bytes', 100000)] and sheet.limits[0].used > 1000
    assert '5f2c-hidden' not in str(sheet) and server.calls == []


def test_an_administrators_template_is_words_in_a_mail_and_no_html(make, server, tmp_path):
    (tmp_path / 'templates').mkdir()
    (tmp_path / 'templates' / 'run.jinja').write_text('{{ heading("<i>x") }}\n\n**<b>own</b>** {{ schedule_name }}\n')
    loop = make()
    loop.context.templates = Templates(str(tmp_path / 'templates'))
    loop.finished_run()
    loop.run_through(4)
    page = server.messages[0].message.get_body(('html',)).get_content()
    assert '**&lt;b&gt;own&lt;/b&gt;** nightly' in page and '<b>own' not in page and '<i>' not in page

"""``resend``, ``hold``, ``release``, ``cancel``, ``settle``, ``ack`` and ``runs`` with filters: the command line's
side.
"""

import pytest

from scan_notify_plugin.clock import Clock
from tests.admin.history import History, quotes


@pytest.fixture
def past(host, db, monkeypatch):
    monkeypatch.setattr('getpass.getuser', lambda: 'ann')
    past = History(db)
    past.desk.stored.decide_run_collection(False)
    return past


@pytest.fixture
def audited(past):
    return lambda: [(line['by'], line['action'], line['what']) for line in past.desk.audit.listing()[0]]


def state(past, job_id):
    return past.desk.jobs.get(job_id).state


def test_a_run_is_told_again(run, past, audited):
    run_id = past.run()
    past.job(run_id, state='success')
    said = run('resend', run_id)
    assert (said.code, said.out) == (0, 'planned: {}/resend-1/ops\n'.format(run_id))
    assert audited() == [('cli:ann', 'resend', run_id)]
    assert past.desk.runs.get(run_id).push_status == 'pending'


def test_a_resend_can_be_narrowed(run, past):
    run_id = past.run()
    past.job(run_id, state='error')
    assert run('resend', run_id, '--target', 'ops', '--failed', '--json').json == {'jobs': [run_id + '/resend-1/ops']}
    assert run('resend', run_id, '--target', 'nobody').err.startswith('scan-notify: targets: no target is called')
    again = run('resend', run_id, '--target', 'ops')
    assert (again.code, again.out) == (2, '') and 'resend-1/ops is not through yet' in again.err


def test_a_report_can_be_made_again_without_words_to_anybody(run, past):
    run_id = past.run()
    past.job(run_id, state='success')
    said = run('resend', run_id, '--format', 'excel', '--json')
    assert said.json == {'jobs': [run_id + '/resend-1/export-excel', run_id + '/resend-1/ops']}


def test_a_job_is_held_released_and_cancelled(run, past, audited):
    run_id = past.run()
    job_id = past.job(run_id)
    for command, done, after in (
        ('hold', 'held', 'held'), ('release', 'released', 'pending'), ('cancel', 'cancelled', 'cancelled'),
    ):  # fmt: skip
        said = run(command, job_id)
        assert (said.code, said.out) == (0, '{}: {}\n'.format(done, job_id))
        assert state(past, job_id) == after
    assert [line[1] for line in audited()] == ['cancel', 'release', 'hold']


def test_a_whole_run_is_cancelled_as_far_as_it_can_be(run, past):
    run_id = past.run()
    waiting, going = past.job(run_id), past.job(run_id, 'night')
    now = Clock().now()
    past.db['scan_notify_job'].update_one(
        {'_id': going}, {'$set': {'parts.0.state': 'posting', 'parts.0.posting_at': now}}
    )
    said = run('cancel', run_id)
    assert said.code == 1
    assert said.out.splitlines()[0] == 'cancelled: ' + waiting
    assert said.out.splitlines()[1].startswith('not cancelled: {}: a message of it is on its way'.format(going))


@pytest.mark.parametrize('command', ['hold', 'release', 'cancel'])
def test_what_cannot_be_done_is_one_line_and_exit_2(run, past, command):
    job_id = past.job(past.run(), state='success')
    for identity, words in ((job_id, 'it is success'), ('nothing', 'run or job nothing does not exist')):
        said = run(command, identity)
        assert (said.code, said.out) == (2, '') and words in said.err and said.err.count('\n') == 1


@pytest.mark.parametrize('flag, after', [('--delivered', 'success'), ('--not-delivered', 'error')])
def test_a_doubt_is_settled(run, past, audited, flag, after):
    job_id = past.job(past.run(push_status='uncertain'), state='uncertain')
    said = run('settle', job_id, flag)
    assert said.code == 0 and said.out == 'settled as {}: {}\n'.format(flag[2:].replace('-', ' '), job_id)
    assert state(past, job_id) == after and audited() == [('cli:ann', 'settle', job_id)]
    assert 'it is {}, not uncertain'.format(after) in run('settle', job_id, flag).err


def test_settle_needs_an_answer(past):
    from scan_notify_plugin.cli import make_parser

    for flags in ([], ['--delivered', '--not-delivered']):
        with pytest.raises(SystemExit):
            make_parser().parse_args(['settle', 'x'] + flags)


def test_a_run_is_acknowledged_once(run, past):
    run_id = past.run()
    assert run('ack', run_id, '--note', 'maintenance').out == 'acknowledged: {}\n'.format(run_id)
    assert run('ack', run_id, '--note', 'x').out == 'acknowledged already, by cli:ann maintenance\n'
    found = run('ack', run_id, '--json').json
    assert (found['by'], found['note'], found['already']) == ('cli:ann', 'maintenance', True)
    assert 'acknowledged by cli:ann maintenance' in run('runs', run_id).out


@pytest.mark.parametrize('arguments, found', [
    ((), ['64f0:1', '64f1:2']),
    (('--status', 'error'), ['64f1:2']),
    (('--push', 'uncertain'), ['64f1:2']),
    (('--export', 'pending'), ['64f1:2']),
    (('--schedule', '64f0'), ['64f0:1']),
    (('--text', 'WEEK'), ['64f1:2']),
    (('--since', '2030-05-16'), ['64f0:1']),
    (('--until', '2030-05-16 00:00'), ['64f1:2']),
    (('--limit', '1', '--page', '2'), ['64f1:2']),
])  # fmt: skip
def test_runs_can_be_filtered(run, past, arguments, found):
    past.run(1)
    past.run(2, 48, '64f1', name='weekly', status='error', push_status='uncertain', export_status='pending')
    assert [one['id'] for one in run('runs', '--json', *arguments).json] == found


@pytest.mark.parametrize('arguments, said', [
    (('--since', 'yesterday'), '--since: expected a time such as 2026-03-01'),
    (('--limit', '0'), 'size: expected a number from 1 to 200'),
    (('--page', '-1'), 'page: expected a number from 1'),
])  # fmt: skip
def test_a_wrong_filter_is_one_line_and_exit_2(run, past, arguments, said):
    told = run('runs', *arguments)
    assert (told.code, told.out) == (2, '') and said in told.err


def test_that_there_are_more_runs_is_said(run, past):
    for number in range(3):
        past.run(number)
    assert '2 of 3 runs; more with --limit, --page' in run('runs', '--limit', '2').out
    assert 'more with' not in run('runs').out


def test_one_run_is_shown_with_its_time_line_and_a_strangers_words_do_not_steer_the_terminal(run, past):
    run_id = past.run(hours=1, name='nightly\x1b[31m', faults=quotes('odd\nname\x1b]0;x\x07'))
    past.job(run_id, state='error', faults=quotes('refused\x1b[2J'))
    said = run('runs', run_id)
    assert said.code == 0 and '\x1b' not in said.out and '\x07' not in said.out
    assert 'closed odd name\\x1b]0;x\\x07' in said.out
    assert 'job ops error refused\\x1b[2J' in said.out
    found = run('runs', run_id, '--json').json
    assert found['id'] == run_id and [line['what'] for line in found['timeline']] == ['closed', 'job']

"""When a scan task has ended, when its run has, and what the run says then."""

from datetime import datetime, timedelta, timezone

import pytest

from scan_notify_plugin import records, words
from scan_notify_plugin.faults import join, quoted, say
from scan_notify_plugin.runs import rules
from scan_notify_plugin.runs.adoption import adopted
from scan_notify_plugin.runs.clocks import brought_back
from scan_notify_plugin.runs.rules import Seen, Verdict
from scan_notify_plugin.runs.run import JobStatus, Note, Run, ScanTask, Started, Status, Submitted

START = datetime(2030, 5, 17, 12, tzinfo=timezone.utc)
DEADLINE = timedelta(hours=72)
A, B, C = 'a' * 24, 'b' * 24, 'c' * 24


def at(seconds):
    return START + timedelta(seconds=seconds)


def make_run(*task_ids, **fields):
    """A run whose one scheduler is through with submitting these tasks."""
    run = rules.new_run('64f0', 'nightly', 'recurrent_scan', 7, START, '64f0:7')
    run = run.evolve(task_ids=task_ids, fires=(fire('m'),), submitted=(through('m', at=START),))
    return run.evolve(**fields)


def fire(mark, seconds=0):
    return Started(mark, at(seconds))


def through(mark, trouble='', **fields):
    return Submitted(mark, at(1), trouble, 0, '')._replace(**fields)


def task(status, since=0, **fields):
    return ScanTask(status, at(since), None).evolve(**fields)


def looked(run, status, seconds, celery_id='q'):
    """The run after a look that found task A with ``status`` (None: not there)."""
    seen = {} if status is None else {A: Seen(status, celery_id)}
    return rules.observe(run, seen, at(seconds), DEADLINE)


def after(*looks, **fields):
    """The run of one task after (seconds, status) looks."""
    run = make_run(A, **fields)
    for seconds, status in looks:
        run = looked(run, status, seconds, '' if status == 'waiting' else 'q')
    return run


#: (sentence, the looks as (seconds, status), the outcome of the task)
LOOKS = [
    ('a task in progress has no outcome', [(0, 'port_scan'), (3600, 'port_scan')], None),
    ('one look at an end is not believed', [(0, 'done')], None),
    ('a second look too early is not believed', [(0, 'done'), (9.9, 'done')], None),
    ('an end seen again after the settle time is believed', [(0, 'done'), (10, 'done')], 'done'),
    ('an error is believed the same way', [(0, 'port_scan'), (5, 'error'), (15, 'error')], 'error'),
    ('a stop is believed the same way', [(0, 'stop'), (10, 'stop')], 'stop'),
    ('a word that is corrected starts the settle time anew', [(0, 'error'), (9, 'done'), (11, 'done')], None),
    ('the corrected word is what is believed', [(0, 'error'), (9, 'done'), (19, 'done')], 'done'),
    ('the settle time counts from the end, not from the task', [(0, 'port_scan'), (100, 'done')], None),
    ('a task that is gone once may come back', [(0, None)], None),
    ('a task that is gone and stays gone was deleted', [(0, None), (10, None)], 'missing'),
    ('a task deleted while it ran is missing too', [(0, 'port_scan'), (60, None), (70, None)], 'missing'),
    ('a task that comes back is in progress', [(0, None), (5, 'port_scan'), (20, 'port_scan')], None),
    ('a task without a Celery id is waited for', [(0, 'waiting'), (599, 'waiting')], None),
    (
        'a task without a Celery id for ten minutes never got there',
        [(0, 'waiting'), (600, 'waiting')],
        'unqueued',
    ),
    (
        'a task that nothing happens to passes the deadline',
        [(0, 'port_scan'), (72 * 3600 + 1, 'port_scan')],
        'overdue',
    ),
    ('a task that moves at times does not', [(0, 'port_scan'), (200000, 'site'), (400000, 'site')], None),
    ('an end at the last look before the deadline is no end yet', [(0, 'x'), (72 * 3600, 'done')], None),
]


@pytest.mark.parametrize('sentence, looks, outcome', LOOKS, ids=[look[0] for look in LOOKS])
def test_of_a_task(sentence, looks, outcome):
    assert after(*looks).tasks[A].outcome == outcome


def test_a_waiting_task_that_has_a_celery_id_is_in_the_queue_however_long():
    run = make_run(A)
    for seconds in (0, 600, 7200):
        run = looked(run, 'waiting', seconds, celery_id='5f2c')
    assert run.tasks[A].outcome is None


def test_the_same_look_twice_changes_nothing():
    run = after((0, 'port_scan'))
    assert rules.observe(run, {A: Seen('port_scan', 'q')}, at(60), DEADLINE) == run
    ended = after((0, 'done'), (10, 'done'))
    assert rules.observe(ended, {A: Seen('done', 'q')}, at(60), DEADLINE) == ended


def test_a_task_that_starts_again_is_open_again_and_noted_on_the_time_line():
    run = after((0, 'stop'), (10, 'stop'), (20, 'port_scan'))
    assert run.tasks[A].outcome is None
    assert run.tasks[A].since == at(20)
    (note,) = run.notes
    assert (note.at, say(note.fault, 'en')) == (at(20), 'task {} is port_scan again after stop'.format(A))


def test_a_change_before_the_end_was_believed_is_not_worth_a_note():
    assert after((0, 'error'), (5, 'done'), (15, 'done')).notes == ()


def test_the_told_mark_of_a_task_outlives_its_changes():
    run = rules.announced(after((0, 'done'), (10, 'done')), [A])
    assert looked(run, 'port_scan', 20).tasks[A].told is True


def test_one_task_that_moves_keeps_the_deadline_from_all_others():
    run = make_run(A, B)
    for seconds, status in ((0, 'one'), (200000, 'two'), (300000, 'two')):
        seen = {A: Seen(status, 'q'), B: Seen('stuck', 'q')}
        run = rules.observe(run, seen, at(seconds), DEADLINE)
    assert [run.tasks[one].outcome for one in (A, B)] == [None, None]


def test_the_deadline_leaves_those_that_have_ended_as_they_are():
    run = make_run(A, B)
    for seconds in (0, 10, 72 * 3600 + 20):
        seen = {A: Seen('done', 'q'), B: Seen('stuck', 'q')}
        run = rules.observe(run, seen, at(seconds), DEADLINE)
    assert [run.tasks[one].outcome for one in (A, B)] == ['done', 'overdue']


def test_a_task_that_joined_the_run_later_is_looked_at_too():
    run = after((0, 'done'), (10, 'done'))
    run = run.evolve(task_ids=run.task_ids + (B,))
    run = rules.observe(run, {A: Seen('done', 'q'), B: Seen('site', 'q')}, at(20), DEADLINE)
    assert run.tasks[B] == task('site', 20)


def test_what_was_read_is_not_written_into():
    run = after((0, 'stop'), (10, 'stop'))
    before = repr(run)
    rules.observe(run, {A: Seen('port_scan', 'q')}, at(20), DEADLINE)
    rules.probed(run, [A], [], at(20))
    rules.woke_up(run, {A: Seen('port_scan', 'q')}, at(20))
    adopted(run, 'm', [B], 0, at(20))
    rules.announced(run, [A])
    rules.closed(run, Verdict(Status.ERROR, (quoted('x'),)), at(20))
    assert repr(run) == before


# The scan workers are asked.

#: (sentence, task, seconds, asked for)
STALE = [
    ('a task that moved lately is left alone', task('site', 0), 299, False),
    ('a task that has not moved for five minutes is asked for', task('site', 0), 300, True),
    ('a waiting task is in no worker', task('waiting', 0), 3000, False),
    ('a task that is gone is in no worker', task('missing', 0), 3000, False),
    ('a task that is ending is let settle', task('done', 0), 3000, False),
    ('a task with an outcome is through', task('site', 0, outcome='dead'), 3000, False),
    (
        'a task that was asked for lately is not asked for again',
        task('site', 0, asked_at=at(2941)),
        3000,
        False,
    ),
    ('a task is asked for again after a minute', task('site', 0, asked_at=at(2940)), 3000, True),
]


@pytest.mark.parametrize('sentence, one, seconds, asked', STALE, ids=[row[0] for row in STALE])
def test_of_asking_the_scan_workers(sentence, one, seconds, asked):
    assert rules.stale_tasks(make_run(A, tasks={A: one}), at(seconds)) == ([A] if asked else [])


def ask(run, seconds, known=()):
    """Ask as the tick does: only where it is time, then look again."""
    stale = rules.stale_tasks(run, at(seconds))
    if stale:
        run = rules.probed(run, stale, known, at(seconds))
    return looked(run, 'site', seconds)


def test_two_misses_a_minute_apart_are_a_dead_task_and_one_is_not():
    run = after((0, 'site'))
    run = ask(run, 300)
    assert (run.tasks[A].misses, run.tasks[A].outcome) == (1, None)
    run = ask(run, 305)
    assert (run.tasks[A].misses, run.tasks[A].outcome) == (1, None)
    run = ask(run, 360)
    assert (run.tasks[A].misses, run.tasks[A].outcome) == (2, 'dead')


def test_misses_count_only_in_a_row():
    run = after((0, 'site'))
    for seconds, known in ((300, ()), (360, (A,)), (420, ())):
        run = ask(run, seconds, known)
    assert (run.tasks[A].misses, run.tasks[A].outcome) == (1, None)


def test_a_task_that_moves_has_no_misses():
    run = ask(after((0, 'site')), 300)
    assert looked(run, 'domain', 310).tasks[A].misses == 0


def test_a_task_that_the_workers_know_is_left_as_it_is():
    run = make_run(A, tasks={A: task('site')})
    assert rules.probed(run, [A], [A], at(300)) == run


def test_the_answer_touches_only_those_that_were_asked_for():
    run = make_run(A, B, tasks={A: task('site'), B: task('site')})
    tasks = rules.probed(run, [A], [], at(300)).tasks
    assert tasks[A] == task('site', misses=1, asked_at=at(300))
    assert tasks[B] == task('site')


# The fire.


def test_a_fire_is_open_until_its_scheduler_reports():
    run = make_run(fires=(fire('m'), fire('n')), submitted=(through('n'),))
    assert rules.open_fires(run) == [fire('m')]
    assert rules.open_fires(make_run()) == []
    assert rules.open_fires(make_run(submitted=())) == [fire('m')]
    assert rules.open_fires(stored_without('submitted')) == [fire('m')]
    assert rules.open_fires(stored_without('submitted', 'fires')) == []


def stored_without(*names):
    """The run of a document that never had these fields."""
    document = records.to_document(make_run())
    return records.read_record(Run, {name: value for name, value in document.items() if name not in names})


def test_a_fire_is_lost_when_its_scheduler_needs_more_than_five_minutes():
    run = make_run(submitted=())
    assert rules.lost_fires(run, at(300)) == []
    assert rules.lost_fires(run, at(300.001)) == [fire('m')]
    assert rules.lost_fires(make_run(), at(3000)) == []


# The beginning and the end of a run.


def test_a_new_run_goes_on_and_nobody_was_told():
    run = rules.new_run('64f0', 'nightly', 'recurrent_scan', 7, START)
    assert (run.status, run.told, run.fired_at, run.end_time) == (Status.RUNNING, False, START, None)
    assert (run.export_status, run.push_status, run.v) == (JobStatus.PENDING, JobStatus.PENDING, 3)


def ended(*outcomes, **fields):
    ids = [format(number, '024x') for number in range(len(outcomes))]
    tasks = {one: task('x', outcome=outcome) for one, outcome in zip(ids, outcomes)}
    return make_run(*ids, tasks=tasks, **fields)


FAILED = through('m', 'failed', detail='half way')
HALF_WAY = 'submission failed after 0 scan tasks: half way'

#: (sentence, run, verdict)
VERDICTS = [
    ('every task done', ended('done', 'done'), (Status.FINISHED, '')),
    ('a task in progress', ended('done', None), None),
    ('a task not looked at yet', ended('done').evolve(task_ids=(A,)), None),
    ('a scheduler still submitting', ended('done', submitted=()), None),
    ('one of two schedulers still submitting', ended('done', fires=(fire('m'), fire('n'))), None),
    ('no task at all', ended(), (Status.ERROR, 'no scan task was created')),
    (
        'a submission that failed', ended(submitted=(through('m', 'failed', detail='no policy'),)),
        (Status.ERROR, HALF_WAY.replace('half way', 'no policy')),
    ),
    (
        'a submission that failed half way, its task done',
        ended('done', submitted=(FAILED,)), (Status.ERROR, HALF_WAY),
    ),
    (
        'two schedulers, of which one failed',
        ended('done', fires=(fire('m'), fire('n')), submitted=(through('m'), FAILED._replace(mark='n'))),
        (Status.ERROR, HALF_WAY),
    ),
    (
        'a scheduler that was given up and came back after all',
        ended('done', submitted=(through('m', 'unreported'), through('m'))), (Status.FINISHED, ''),
    ),
    (
        'a scheduler that was given up and came back with bad news',
        ended('done', submitted=(through('m', 'unreported'), FAILED)),
        (Status.ERROR, HALF_WAY),
    ),
    ('one failed', ended('done', 'error', 'done'), (Status.ERROR, '1 of 3 scan tasks failed')),
    ('stopped', ended('stop', 'stop'), (Status.ERROR, '2 of 2 scan tasks stopped')),
    ('deleted', ended('missing'), (Status.ERROR, '1 of 1 scan tasks deleted')),
    ('unqueued', ended('unqueued'), (Status.ERROR, '1 of 1 scan tasks never reached the queue')),
    ('dead', ended('dead'), (Status.ERROR, '1 of 1 scan tasks lost when their scan worker died')),
    ('overdue', ended('overdue'), (Status.ERROR, '1 of 1 scan tasks still unfinished at the deadline')),
    (
        'everything at once, worst first',
        ended('overdue', 'stop', 'error', 'error', 'missing', 'done', submitted=(FAILED,)),
        (
            Status.ERROR,
            HALF_WAY + '; 2 of 6 scan tasks failed; 1 of 6 scan tasks stopped; 1 of 6 scan tasks deleted; '
            '1 of 6 scan tasks still unfinished at the deadline',
        ),
    ),
]  # fmt: skip


@pytest.mark.parametrize('sentence, run, verdict', VERDICTS, ids=[row[0] for row in VERDICTS])
def test_of_a_run_with(sentence, run, verdict):
    ended = rules.verdict(run)
    assert (ended and (ended.status, join(ended.faults))) == verdict


def test_every_outcome_but_done_is_a_fault_that_has_words():
    assert set(rules._BAD_ENDS) == {'error', 'stop', 'missing', 'unqueued', 'dead', 'overdue'}
    assert all(words.known('tasks.' + outcome) for outcome in rules._BAD_ENDS)


def test_a_closed_run_is_watched_only_if_a_task_of_it_was_stopped():
    verdict = Verdict(Status.ERROR, (quoted('why'),))
    run = ended('done', 'error')
    done = records.difference(run, rules.closed(run, verdict, at(60)))
    why = [{'code': 'quote', 'facts': {'text': 'why'}}]
    assert done == {'status': 'error', 'error_msg': 'why', 'faults': why, 'end_time': at(60)}
    assert rules.closed(ended('done', 'stop'), verdict, at(60)).watch_until == at(60) + timedelta(hours=24)


def test_a_stopped_task_that_runs_again_is_noted_and_the_run_stays_closed():
    run = make_run(
        A,
        B,
        tasks={A: task('stop', outcome='stop'), B: task('error', outcome='error')},
        notes=(Note(START, quoted('old')),),
    )
    woken = rules.woke_up(run, {A: Seen('site', 'q'), B: Seen('site', 'q')}, at(60))
    text = 'task {} was stopped, now it is site; the run stays closed'.format(A)
    assert [(note.at, say(note.fault, 'en')) for note in woken.notes] == [(START, 'old'), (at(60), text)]
    assert woken.tasks[A] == task('site', outcome='stop')
    assert woken.tasks[B] == task('error', outcome='error')
    assert set(records.difference(run, woken)) == {'notes', 'tasks'}
    assert rules.woke_up(woken, {A: Seen('site', 'q')}, at(120)) == woken


def test_a_stopped_task_that_stays_stopped_or_was_deleted_is_not_noted():
    run = make_run(A, tasks={A: task('stop', outcome='stop')})
    assert rules.woke_up(run, {A: Seen('stop', 'q')}, at(60)) == run
    assert rules.woke_up(run, {}, at(60)) == run


# Clocks that were set.


def test_times_in_the_future_are_another_clocks_and_are_brought_back_once():
    ahead = at(8 * 3600)
    run = make_run(A, B, tasks={A: task('done', since=8 * 3600), B: task('x', asked_at=ahead)})
    run = run.evolve(fired_at=ahead, fires=(fire('m', 8 * 3600),))
    now = brought_back(run, at(60))
    assert now.fired_at == at(60) and now.fires == (fire('m', 60),)
    assert now.tasks[A].since == at(60) and now.tasks[B].asked_at == at(60)
    assert brought_back(now, at(60)) == now
    # Everything goes on within seconds.
    assert rules.observe(now, {A: Seen('done', 'q'), B: Seen('x', 'q')}, at(70), DEADLINE).tasks[A].outcome == 'done'


def test_a_few_seconds_ahead_are_nothing():
    run = make_run(A, tasks={A: task('done', since=4)})
    assert brought_back(run, at(0)) == run


def test_a_clock_that_was_set_forward_gives_up_nobody_earlier():
    grace = timedelta(hours=8)
    run = make_run(A, tasks={A: task('waiting')}, submitted=())
    later, seen = at(8 * 3600 + 30), {A: Seen('waiting', '')}
    assert rules.observe(run, seen, later, timedelta(hours=1) + grace, grace) == run
    assert rules.observe(run, seen, later, timedelta(hours=1)).tasks[A].outcome == 'unqueued'
    assert rules.lost_fires(run, later, grace) == [] and rules.lost_fires(run, later) != []

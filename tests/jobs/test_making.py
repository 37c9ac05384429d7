"""How a job begins."""

from scan_notify_plugin.faults import quoted
from scan_notify_plugin.jobs import steps
from scan_notify_plugin.jobs.steps import Do, Step
from tests.jobs.samples import HOURS_24, KEYED, START, at, new_job, want


def test_a_new_job_is_due_at_once_and_waits_to_be_rendered():
    job = new_job()
    assert steps.next_step(job, START, KEYED) == Step(Do.RENDER)
    assert (job.rev, job.v, job.tries, job.starts, job.repeat) == (1, 3, 0, 0, False)
    assert (job.state, job.due_at, job.give_up_at) == ('pending', START, START + HOURS_24)
    assert (job.run_ids, job.route, job.at, job.lane) == (('64f0:7',), ('ops', 'night'), 0, 'lane-ops')


def test_a_job_that_waits_for_a_report_is_due_later_and_its_time_counts_from_then():
    job = new_job(want(waits=at(600)))
    assert (job.waits, job.due_at, job.give_up_at) == (True, at(600), at(600) + HOURS_24)
    assert steps.next_step(job, at(599), KEYED).do is Do.NOTHING
    assert steps.next_step(job, at(600), KEYED).do is Do.RENDER


def test_a_job_that_cannot_be_sent_at_all_is_born_in_error():
    job = new_job(faults=(quoted('no plugin speaks "pager"'),))
    assert (job.state, job.error) == ('error', 'no plugin speaks "pager"')
    assert steps.next_step(job, START, KEYED).do is Do.NOTHING

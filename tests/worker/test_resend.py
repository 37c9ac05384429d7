"""Steering runs through the whole loop, to the robot."""

import pytest

from scan_notify_plugin.admin.desk import Desk
from scan_notify_plugin.admin.errors import Conflict, Invalid, NotFound
from scan_notify_plugin.admin.reports import Reports
from scan_notify_plugin.admin.runs import Runs
from tests.loop import RUNS, Loop, told


@pytest.fixture
def other(server):
    return server.add_robot()


@pytest.fixture
def loop(robot, other, server):
    target = {'CHANNEL': 'dingding', 'ACCESS_TOKEN': other.token, 'API_BASE': server.base_url}
    return Loop(told(robot, server.base_url, targets={'team': target}, defaults={'NOTIFY_CHANNEL': ['ops', 'team']}))


def runs_of(loop, **more):
    return Runs(Desk(loop.db, RUNS, loop.settings, loop.clock, **more))


@pytest.fixture
def runs(loop):
    return runs_of(loop)


def delivered(loop):
    run_id = loop.finished_run()
    loop.run_through(3)
    return run_id


def test_a_whole_run_is_told_again_and_says_that_it_may_be_a_repeat(loop, runs, robot, other):
    run_id = delivered(loop)
    assert runs.resend(run_id, 'web:ann') == [run_id + '/resend-1/ops', run_id + '/resend-1/team']
    assert loop.run(run_id)['push_status'] == 'pending'
    loop.run_through(4)
    assert len(robot.messages) == len(other.messages) == 2
    assert '可能是重复消息' in robot.messages[1].text and '可能是重复消息' not in robot.messages[0].text
    assert loop.run(run_id)['push_status'] == 'success'
    job = loop.jobs(run_id)[-1]
    assert job['lane'].startswith('channel:') and job['by'] == 'web:ann'


def test_one_target_is_told_again_and_no_other(loop, runs, robot, other):
    run_id = delivered(loop)
    runs.resend(run_id, 'web:ann', ['team'])
    loop.run_through(4)
    assert (len(robot.messages), len(other.messages)) == (1, 2)


def test_what_failed_is_told_again_and_then_nothing_of_the_run_failed(loop, runs, robot, other):
    robot.misbehave(310000)
    run_id = delivered(loop)
    assert loop.run(run_id)['push_status'] == 'error'
    assert runs.resend(run_id, 'web:ann', failed_only=True) == [run_id + '/resend-1/ops']
    loop.run_through(4)
    assert (len(robot.messages), len(other.messages)) == (1, 1)
    assert '可能是重复消息' not in robot.messages[0].text
    assert loop.run(run_id)['push_status'] == 'success'
    with pytest.raises(Invalid, match='nothing of this run failed'):
        runs.resend(run_id, 'web:ann', failed_only=True)


def test_a_run_that_was_told_to_nobody_can_be_told_to_somebody(robot, server):
    loop = Loop(told(robot, server.base_url, defaults={'NOTIFY_ENABLE': False}))
    run_id = delivered(loop)
    runs = runs_of(loop)
    with pytest.raises(Invalid, match='told to nobody'):
        runs.resend(run_id, 'web:ann')
    runs.resend(run_id, 'web:ann', ['ops'])
    loop.run_through(4)
    assert len(robot.messages) == 1 and loop.run(run_id)['push_status'] == 'success'


def test_a_resend_has_the_fallback_that_the_workers_configuration_has(robot, other, server):
    target = {'CHANNEL': 'dingding', 'ACCESS_TOKEN': other.token, 'API_BASE': server.base_url}
    loop = Loop(told(robot, server.base_url, targets={'team': target}, options={'FALLBACK': 'team'}))
    run_id = delivered(loop)
    robot.misbehave(310000)
    runs_of(loop).resend(run_id, 'web:ann')
    loop.run_through(4)
    assert len(other.messages) == 1 and loop.jobs(run_id)[-1]['route'] == ['ops', 'team']


def test_a_target_that_the_worker_cannot_speak_to_is_a_job_in_error(loop, robot, server):
    run_id = delivered(loop)
    wider = Loop(told(robot, server.base_url, targets={'pager': {'CHANNEL': 'pager'}}))
    Runs(Desk(loop.db, RUNS, wider.settings, loop.clock)).resend(run_id, 'web:ann', ['pager'])
    loop.run_through(4)
    job = loop.jobs(run_id)[-1]
    assert job['state'] == 'error' and "no target is called 'pager'" in job['error']
    assert loop.run(run_id)['push_status'] == 'error'


def test_a_doubt_that_a_person_settled_as_delivered_is_a_success(loop, runs, robot):
    robot.misbehave('cut_after')
    run_id = loop.finished_run()
    loop.work()
    loop.clock.move(minutes=11)
    loop.run_through()
    assert loop.run(run_id)['push_status'] == 'uncertain'
    runs.settle(run_id + '/complete/ops', 'web:ann', True)
    loop.run_through(2)
    assert loop.run(run_id)['push_status'] == 'success' and len(robot.messages) == 1
    with pytest.raises(Conflict, match='it is success, not uncertain'):
        runs.settle(run_id + '/complete/ops', 'web:ann', False)


def test_a_doubt_that_a_person_settled_as_lost_can_be_sent_again_and_is_no_repeat(loop, runs, robot):
    robot.misbehave('cut_before')
    run_id = loop.finished_run()
    loop.work()
    loop.clock.move(minutes=11)
    loop.run_through()
    runs.settle(run_id + '/complete/ops', 'web:ann', False)
    loop.tick()
    assert loop.run(run_id)['push_status'] == 'error'
    runs.resend(run_id, 'web:ann', failed_only=True)
    loop.run_through(4)
    assert [('可能是重复消息' in message.text) for message in robot.messages] == [False]
    assert loop.run(run_id)['push_status'] == 'success'


def test_a_held_run_is_told_when_it_is_released_however_late(loop, runs, robot, other):
    run_id = loop.finished_run()
    assert sorted(runs.hold(run_id, 'web:ann')['changed']) == [run_id + '/complete/ops', run_id + '/complete/team']
    loop.run_through(60, 3600)
    assert not robot.calls and not other.calls and loop.run(run_id)['push_status'] == 'pending'
    runs.release(run_id, 'web:ann')
    loop.run_through(3)
    assert len(robot.messages) == len(other.messages) == 1
    assert loop.run(run_id)['push_status'] == 'success'


def test_a_cancelled_run_is_told_to_nobody(loop, runs, robot, other):
    run_id = loop.finished_run()
    assert runs.cancel(run_id, 'web:ann')['refused'] == {}
    loop.run_through(4)
    assert not robot.calls and not other.calls
    assert loop.run(run_id)['push_status'] == 'skip'


def test_a_cancelled_message_leaves_the_others(loop, runs, robot, other):
    run_id = loop.finished_run()
    runs.cancel(run_id + '/complete/ops', 'web:ann')
    loop.run_through(4)
    assert (len(robot.messages), len(other.messages)) == (0, 1)
    assert loop.run(run_id)['push_status'] == 'success'


def test_a_running_run_is_not_told_again_and_an_unknown_one_neither(loop, runs):
    run_id, _ = loop.fire(loop.schedule())
    with pytest.raises(Conflict, match='goes on'):
        runs.resend(run_id, 'web:ann', ['ops'])
    with pytest.raises(NotFound, match='run x does not exist'):
        runs.resend('x', 'web:ann')


def test_a_resend_that_no_worker_has_begun_is_not_made_twice(loop, runs, robot):
    run_id = delivered(loop)
    runs.resend(run_id, 'web:ann', ['ops'])
    with pytest.raises(Conflict, match='resend-1/ops is not through'):
        runs.resend(run_id, 'web:bob', ['ops'])
    with pytest.raises(Conflict, match='no worker has begun it yet'):
        runs.cancel(run_id, 'web:bob')
    loop.run_through(4)
    assert len(robot.messages) == 2


def test_two_ticks_make_one_job_of_a_resend(loop, runs, robot, server):
    run_id = delivered(loop)
    runs.resend(run_id, 'web:ann', ['ops'])
    second = Loop(told(robot, server.base_url), db=loop.db, clock=loop.clock)
    for _ in range(3):
        loop.run_through(1, 1)
        second.run_through(1, 1)
    assert len(robot.messages) == 2


def test_a_report_is_made_again_and_the_message_that_waits_for_it_has_its_link(robot, server, tmp_path):
    sections = told(
        robot, server.base_url, defaults={'EXPORT_ENABLE': True}, BASE_URL='https://arl.example.com',
        REPORT_STORAGE='directory',
    )  # fmt: skip
    loop = Loop(sections, folder=tmp_path)
    run_id = loop.finished_run()
    loop.run_through(4)
    runs = runs_of(loop)
    runs.resend(run_id, 'web:ann', formats=['csv', 'excel'])
    assert loop.run(run_id)['export_status'] == 'pending'
    loop.run_through(6)
    assert [report.format for report in loop.context.reports.of_runs([run_id])] == ['excel', 'csv', 'excel']
    assert len(robot.messages) == 2 and robot.messages[1].text.count('/api/scan_notify/reports/') == 2
    assert (loop.run(run_id)['export_status'], loop.run(run_id)['push_status']) == ('success', 'success')
    with pytest.raises(Invalid, match='formats: nobody makes \'pdf\''):
        runs.resend(run_id, 'web:ann', [], formats=['pdf'])


def test_a_message_that_is_sent_late_has_a_link_that_works(robot, server, tmp_path):
    sections = told(
        robot, server.base_url, defaults={'EXPORT_ENABLE': True}, BASE_URL='https://arl.example.com',
        REPORT_STORAGE='directory', LINK_HOURS=1, REPORT_DAYS=7,
    )  # fmt: skip
    loop = Loop(sections, folder=tmp_path)
    run_id = loop.finished_run()
    loop.run_through(4)
    loop.clock.move(hours=5)
    runs_of(loop).resend(run_id, 'web:ann')
    (report,) = loop.context.reports.of_runs([run_id])
    assert (report.link_until - loop.clock.now()).total_seconds() == 3600


def test_a_held_export_is_made_when_it_is_released(robot, server, tmp_path):
    sections = told(robot, server.base_url, defaults={'EXPORT_ENABLE': True}, REPORT_STORAGE='directory')
    loop = Loop(sections, folder=tmp_path)
    run_id = loop.finished_run()
    runs = runs_of(loop)
    export = run_id + '/complete/export-excel'
    runs.hold(export, 'web:ann')
    loop.run_through(3)
    assert not loop.context.reports.of_runs([run_id]) and not robot.calls
    runs.release(export, 'web:ann')
    loop.run_through(4)
    assert len(loop.context.reports.of_runs([run_id])) == len(robot.messages) == 1
    assert loop.run(run_id)['export_status'] == 'success'


def test_a_message_after_a_revocation_has_a_link_that_works_and_the_report_is_not_shown_as_revoked(
    robot, server, tmp_path
):
    sections = told(
        robot,
        server.base_url,
        defaults={'EXPORT_ENABLE': True},
        BASE_URL='https://arl.example.com',
        REPORT_STORAGE='directory',
    )
    loop = Loop(sections, folder=str(tmp_path))
    run_id = loop.finished_run()
    loop.run_through(4)
    desk = Desk(loop.db, RUNS, loop.settings, loop.clock, str(tmp_path))
    (report,) = Reports(desk).listing()['items']
    Reports(desk).revoke(report['id'], 'web:ann')
    loop.run_through(2)
    assert Reports(desk).listing()['items'][0]['link_state'] == 'revoked'
    Runs(desk).resend(run_id, 'web:ann')
    loop.run_through(4)
    assert len(robot.messages) == 2 and Reports(desk).listing()['items'][0]['link_state'] == 'valid'

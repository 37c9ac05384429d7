"""What administrators switch and set while the worker runs: plugins off and on, options, and test messages."""

import pytest

from hookspecs import Export, hookimpl
from scan_notify_plugin.admin.desk import Desk
from scan_notify_plugin.admin.options import Options
from scan_notify_plugin.admin.plugins import Plugins
from scan_notify_plugin.admin.targets import Targets
from scan_notify_plugin.notifiers.base import Notifier, Receipt
from scan_notify_plugin.notifiers.dingding import DingTalkRobot
from scan_notify_plugin.worker.machine import Machine
from scan_notify_plugin.worker.sign_of_life import facts
from tests.loop import RUNS, Loop, told
from tests.worker.test_loop import Point


@pytest.fixture
def robot(server):
    return server.add_robot(secret='SECloop0123456789')


def desk_of(loop):
    """The administrator's desk beside a worker that has given a sign of life."""
    loop.context.take_in()
    loop.context.stored.worker_alive('w', facts(loop.context))
    return Desk(loop.db, RUNS, loop.settings, loop.clock)


def switch(loop, name, on):
    Plugins(desk_of(loop)).switch(name, on, 'cli:ann')


# Plugins.


def test_a_run_is_not_delivered_while_the_plugin_is_off_and_says_so_and_the_next_one_is(robot, server):
    loop = Loop(told(robot, server.base_url))
    switch(loop, 'dingding', False)
    run_id = loop.finished_run()
    loop.run_through()
    run = loop.run(run_id)
    assert (run['status'], run['push_status']) == ('finished', 'skip')
    assert run['error_msg'] == 'target ops: plugin dingding was switched off by cli:ann'
    assert not robot.calls and not loop.jobs(run_id)
    switch(loop, 'dingding', True)
    again = loop.finished_run()
    loop.run_through()
    assert loop.run(again)['push_status'] == 'success' and len(robot.messages) == 1


def test_what_waits_when_its_plugin_is_switched_off_ends_in_error_with_the_reason(robot, server):
    loop = Loop(told(robot, server.base_url))
    run_id = loop.finished_run()
    switch(loop, 'dingding', False)
    loop.run_through()
    (job,) = loop.jobs(run_id)
    assert (job['state'], job['error']) == ('error', 'plugin dingding was switched off by cli:ann')
    assert loop.run(run_id)['push_status'] == 'error' and not robot.calls


class Pager(Notifier):
    """A channel without a service."""

    channel = 'pager'
    sent = []

    def send(self, part, target):
        self.sent.append(part.text)
        return Receipt('1')


def test_what_waits_goes_to_the_fallback_when_its_plugin_is_switched_off(robot, server, monkeypatch):
    monkeypatch.setattr(Pager, 'sent', [])
    targets = {'pager': {'CHANNEL': 'pager', 'FALLBACK': 'ops'}}
    sections = told(robot, server.base_url, targets=targets, defaults={'NOTIFY_CHANNEL': ['pager']})
    loop = Loop(sections, [Point('dingding', DingTalkRobot), Point('mine', Pager)])
    run_id = loop.finished_run()
    switch(loop, 'mine', False)
    loop.run_through()
    (job,) = loop.jobs(run_id)
    assert (job['state'], job['at'], len(robot.messages)) == ('success', 1, 1)
    assert not Pager.sent and job['error'] == ''


def test_a_message_in_doubt_stays_in_doubt_when_its_plugin_is_switched_off(robot, server):
    robot.misbehave('cut_after')
    loop = Loop(told(robot, server.base_url))
    run_id = loop.finished_run()
    loop.work()
    switch(loop, 'dingding', False)
    loop.run_through()
    assert loop.run(run_id)['push_status'] == 'uncertain' and len(robot.calls) == 1


def test_a_plugin_that_is_off_is_not_asked(robot, server):
    asked = []

    class Watcher:
        @hookimpl
        def on_run_complete(self, run):
            asked.append(run.id)

    loop = Loop(told(robot, server.base_url), [Point('dingding', DingTalkRobot), Point('watcher', Watcher)])
    first = loop.finished_run()
    switch(loop, 'watcher', False)
    second = loop.finished_run()
    loop.run_through()
    assert asked == [first]
    assert loop.run(second)['push_status'] == 'success' and loop.run(second)['error_msg'] == ''
    switch(loop, 'watcher', True)
    assert asked == [first, loop.finished_run()]


def test_a_format_whose_plugin_is_off_is_left_out_and_the_run_says_so(robot, server, tmp_path):
    sections = told(
        robot,
        server.base_url,
        defaults={'EXPORT_ENABLE': True, 'EXPORT_FORMAT': ['excel', 'csv']},
        REPORT_STORAGE='directory',
    )
    loop = Loop(sections, folder=tmp_path)
    switch(loop, 'excel', False)
    run_id = loop.finished_run()
    loop.run_through(8)
    run = loop.run(run_id)
    assert run['error_msg'] == 'format excel: plugin excel was switched off by cli:ann'
    assert (run['export_status'], run['push_status']) == ('success', 'success')
    assert [report.format for report in loop.context.reports.of_runs([run_id])] == ['csv']


def test_an_export_that_waits_when_its_plugin_is_switched_off_fails_with_the_reason(robot, server, tmp_path):
    sections = told(robot, server.base_url, defaults={'EXPORT_ENABLE': True}, REPORT_STORAGE='directory')
    loop = Loop(sections, folder=tmp_path)
    run_id = loop.finished_run()
    switch(loop, 'excel', False)
    loop.run_through(4)
    run = loop.run(run_id)
    assert (run['export_status'], run['push_status']) == ('error', 'success')
    assert run['export_error'] == 'plugin excel was switched off by cli:ann'


def test_what_another_plugin_wants_of_one_that_is_off_is_refused(robot, server):
    class Wants:
        @hookimpl
        def on_run_complete(self, run):
            return Export('csv')

    from scan_notify_plugin.exporters.csv_zip import CsvExporter

    found = [Point('dingding', DingTalkRobot), Point('csv', CsvExporter), Point('wants', Wants)]
    loop = Loop(told(robot, server.base_url), found)
    switch(loop, 'csv', False)
    run = loop.run(loop.finished_run())
    assert run['error_msg'] == "wants asked for 'csv': plugin csv was switched off by cli:ann"


# Options.


def set_options(loop, **values):
    Options(desk_of(loop)).change(values, 'cli:ann')


def test_a_default_that_was_changed_holds_at_the_next_tick_and_can_be_taken_back(robot, server):
    loop = Loop(told(robot, server.base_url))
    set_options(loop, **{'DEFAULTS.NOTIFY_ENABLE': False})
    first = loop.finished_run()
    loop.run_through()
    assert loop.run(first)['push_status'] == 'skip' and not robot.calls
    set_options(loop, **{'DEFAULTS.NOTIFY_ENABLE': None})
    second = loop.finished_run()
    loop.run_through()
    assert loop.run(second)['push_status'] == 'success'


def test_the_language_changes_for_targets_without_one_of_their_own(robot, server):
    own = server.add_robot()
    targets = {'own': {'CHANNEL': 'dingding', 'ACCESS_TOKEN': own.token, 'API_BASE': server.base_url, 'LANGUAGE': 'zh'}}
    loop = Loop(told(robot, server.base_url, targets=targets, defaults={'NOTIFY_CHANNEL': ['ops', 'own']}))
    set_options(loop, LANGUAGE='en')
    loop.finished_run()
    loop.run_through()
    assert 'Scheduled scan finished' in robot.messages[0].text
    assert '计划任务已完成' in own.messages[0].text


def test_a_waiting_message_is_written_in_the_language_that_holds_when_it_is_sent(robot, server):
    loop = Loop(told(robot, server.base_url))
    loop.finished_run()
    set_options(loop, LANGUAGE='en')
    loop.work()
    assert 'Scheduled scan finished' in robot.messages[0].text


def test_how_long_a_delivery_is_tried_changes_for_new_jobs(robot, server):
    loop = Loop(told(robot, server.base_url))
    set_options(loop, GIVE_UP_AFTER='2')
    (job,) = loop.jobs(loop.finished_run())
    assert job['give_up_after'] == 7200


def test_an_option_that_cannot_be_understood_counts_as_absent(robot, server):
    loop = Loop(told(robot, server.base_url))
    values = {
        'values.language': 'klingon',
        'values.defaults.notify_channel': ['gone'],
        'values.enable': False,
        'rev': 1,
    }
    loop.db['scan_notify_setting'].update_one({'_id': 'options'}, {'$set': values}, upsert=True)
    run_id = loop.finished_run()
    loop.run_through()
    assert loop.run(run_id)['push_status'] == 'success' and '计划任务' in robot.messages[0].text


# Test messages.


@pytest.mark.parametrize('language, heading, words', [
    ('zh', '测试消息', '这是 scan-notify 的测试消息'), ('en', 'Test message', 'This is a test message of scan-notify'),
])  # fmt: skip
def test_a_test_message_arrives_and_says_what_it_is(robot, server, language, heading, words):
    loop = Loop(told(robot, server.base_url))
    run_id = Targets(desk_of(loop)).test('ops', 'cli:ann', language)
    loop.run_through(3)
    (message,) = robot.messages
    assert heading in message.title and words in message.text
    assert '198.51.100.0/24' in message.text
    run = loop.run(run_id)
    assert (run['status'], run['push_status'], run['test']) == ('finished', 'success', True)
    loop.run_through(20)
    assert len(robot.messages) == 1


def test_a_test_message_has_the_targets_own_language(robot, server):
    loop = Loop(told(robot, server.base_url, options={'LANGUAGE': 'en'}))
    Targets(desk_of(loop)).test('ops', 'cli:ann')
    loop.run_through(3)
    assert 'This is a test message' in robot.messages[0].text


def test_a_test_of_a_broken_target_is_not_delivered_by_its_fallback(robot, server):
    targets = {
        'first': {'CHANNEL': 'dingding', 'ACCESS_TOKEN': 'nobody', 'API_BASE': server.base_url, 'FALLBACK': 'ops'}
    }
    loop = Loop(told(robot, server.base_url, targets=targets))
    admin = Targets(desk_of(loop))
    run_id = admin.test('first', 'cli:ann')
    loop.run_through(4)
    result = admin.wait(run_id, 0)
    assert result['push_status'] == 'error' and '400101' in result['error']
    assert not robot.messages


def test_a_test_of_a_target_whose_plugin_is_off_says_so(robot, server):
    loop = Loop(told(robot, server.base_url))
    switch(loop, 'dingding', False)
    admin = Targets(desk_of(loop))
    run_id = admin.test('ops', 'cli:ann')
    loop.run_through(3)
    result = admin.wait(run_id, 0)
    assert result['push_status'] == 'error'
    assert 'plugin dingding was switched off by cli:ann' in result['error']
    assert not robot.calls


def test_a_schedule_that_is_fired_never_meets_the_name_of_the_tests(robot, server):
    """The chores of the tick, which look at rounds of schedules, do not stumble over test runs."""
    loop = Loop(told(robot, server.base_url))
    Targets(desk_of(loop)).test('ops', 'cli:ann')
    loop.run_through(30, 60)
    assert loop.db[RUNS].count_documents({}) == 1


def test_a_sign_of_life_names_targets_and_plugins_and_no_credential(robot, server):
    told_by = facts(Loop(told(robot, server.base_url)).context)
    assert robot.token not in str(told_by) and robot.secret not in str(told_by)
    (ops,) = [one for one in told_by['target_facts'] if one['name'] == 'ops']
    assert (ops['plugin'], ops['usable'], ops['problems']) == ('dingding', True, [])
    assert told_by['targets'] == ['ops']


def test_a_worker_tells_at_once_what_it_can_no_longer_use(robot, server):
    loop = Loop(told(robot, server.base_url))
    machine = Machine('memory://localhost', loop.context)
    machine.tick()
    assert loop.context.stored.read().workers()[machine.name]['targets'] == ['ops']
    Plugins(Desk(loop.db, RUNS, loop.settings, loop.clock)).switch('dingding', False, 'cli:ann')
    machine.tick()
    told_by = loop.context.stored.read().workers()[machine.name]
    assert told_by['targets'] == []
    assert [one['usable'] for one in told_by['target_facts'] if one['name'] == 'ops'] == [True]  # once it is on again

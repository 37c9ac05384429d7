"""What people may see of the targets, and a test message."""

import json

import pytest

from scan_notify_plugin.admin.errors import Invalid, NotFound
from scan_notify_plugin.admin.plugins import Plugins
from scan_notify_plugin.admin.targets import TEST_SCHEDULE, Targets
from scan_notify_plugin.channels import SHIPPED, in_sections
from scan_notify_plugin.faults import Fault
from scan_notify_plugin.runs.run import JobStatus
from scan_notify_plugin.settings.section import parse_settings
from tests.admin.desks import SECTION, START, TARGETS, audited, make_desk
from tests.admin.history import quotes


def quote(text):
    return {'code': 'quote', 'facts': {'text': text}, 'words': text}


def one(desk, name='ops'):
    (found,) = [target for target in Targets(desk).listing() if target['name'] == name]
    return found


def put_job(desk, number, *attempts):
    """A message with attempts ``(target, result, words, minutes from the start)``."""
    lines = [
        {'at': START.replace(minute=minute), 'attempt': 'a', 'target': target, 'part': 0, 'result': result,
         'code': 310000 if result != 'accepted' else None, 'faults': quotes(words) if words else []}
        for target, result, words, minute in attempts
    ]  # fmt: skip
    desk.db['scan_notify_job'].insert_one(
        {'_id': str(number), 'kind': 'notify', 'created_at': START.replace(second=number), 'attempts': lines}
    )


def test_no_credential_is_shown_whatever_it_is_called():
    listing = Targets(make_desk()).listing()
    assert '5f2c' not in json.dumps(listing, default=str)
    options = {target['name']: target['options'] for target in listing}
    assert options['ops'] == {
        'access_token': '***', 'secret': '***', 'at': {'ALL': True}, 'api_base': 'http://127.0.0.1:9/?access_token=***',
    }  # fmt: skip
    # Nobody here knows its options; each of them may be a credential.
    assert options['mine'] == {'api_token': '***', 'webhook': '***', 'server': '***', 'inner': '***'}


def test_a_target_says_whether_it_can_be_used():
    desk = make_desk()
    assert (one(desk)['usable'], one(desk)['problems'], one(desk)['fallback']) == (True, [], 'mine')
    assert (one(desk, 'mine')['usable'], one(desk, 'mine')['problems']) == (False, ['no plugin speaks "mine"'])
    assert (one(desk, 'mine')['language'], one(desk)['language']) == ('en', 'zh')
    assert one(desk, 'dingding')['problems'] == ['ACCESS_TOKEN is missing']
    Plugins(desk).switch('dingding', False, 'web:ann')
    assert (one(desk)['usable'], one(desk)['problems']) == (False, ['plugin dingding was switched off by web:ann'])


def test_what_the_hosts_sections_leave_out_comes_last_and_is_not_configured():
    items = Targets(
        make_desk(section=dict(SECTION, TARGETS=dict(SECTION['TARGETS'], zz={'CHANNEL': 'mine'})))
    ).listing()
    assert [one['name'] for one in items if one['configured']] == ['ops', 'mine', 'zz']
    assert {one['name'] for one in items[3:]} == set(in_sections(SHIPPED.values()))
    filled = parse_settings({'SCAN_NOTIFY': SECTION, 'DINGDING': {'ACCESS_TOKEN': '5f2c'}}, read_secrets=False)
    desk = make_desk()._replace(settings=filled)
    assert one(desk, 'dingding')['configured'] and not one(desk, 'wxwork')['configured']


@pytest.mark.parametrize('language, words', [('en', 'no plugin speaks "mine"'), ('zh', '没有插件支持渠道 mine')])
def test_problems_are_faults_in_the_language_of_who_asks(language, words):
    assert one(make_desk()._replace(language=language), 'mine')['faults'] == [
        {'words': words, 'code': 'plugin.none', 'facts': {'channel': 'mine'}}
    ]


def test_what_a_worker_found_wrong_is_said_where_it_gave_a_fault_and_quoted_where_it_gave_prose():
    desk = make_desk()
    fault = Fault('option.missing', option='SECRET').to_stored()
    row = {'name': 'ops', 'plugin': 'dingding', 'problems': [fault, 'their words'], 'usable': False}
    desk.stored.worker_alive('w', {'target_facts': [row, dict(TARGETS[2], problems=[{'code': 7}])]})
    assert [fault['words'] for fault in one(desk)['faults']] == ['缺少 SECRET', 'their words']
    assert one(desk)['problems'] == ['SECRET is missing', 'their words']
    filled = parse_settings({'SCAN_NOTIFY': SECTION, 'DINGDING': {'ACCESS_TOKEN': '5f2c'}}, read_secrets=False)
    (odd,) = one(desk._replace(settings=filled), 'dingding')['faults']
    assert odd['code'] == 'quote'


def test_without_a_worker_nobody_can_say():
    assert one(make_desk(alive=False))['usable'] is None


def test_health_is_what_the_newest_messages_came_to():
    desk = make_desk()
    assert one(desk)['health'] == {'last_success': None, 'last_error': None, 'cool_until': None}
    put_job(desk, 1, ('ops', 'accepted', '', 1), ('mine', 'unknown', 'cut', 9))
    put_job(desk, 2, ('ops', 'config', 'sign not match', 2), ('ops', 'accepted', '', 3))
    desk.db['scan_notify_lane'].insert_one({'_id': 'channel:1', 'cool_until': START.replace(minute=20)})
    assert one(desk)['health'] == {
        'last_success': START.replace(minute=3),
        'last_error': {
            'at': START.replace(minute=2),
            'result': 'config',
            'words': 'config 310000 sign not match',
            'faults': [quote('310000'), quote('sign not match')],
        },
        'cool_until': START.replace(minute=20),
    }
    desk.clock.move(minutes=30)
    assert one(desk)['health']['cool_until'] is None


@pytest.mark.parametrize('language, name', [(None, '测试消息'), ('zh', '测试消息'), ('en', 'scan-notify test')])
def test_a_test_is_a_run_of_its_own_with_one_message_planned(language, name):
    desk = make_desk()
    run_id = Targets(desk).test('ops', 'web:ann', language)
    run = desk.runs.get(run_id)
    assert (run.test, run.schedule_id, run.schedule_name) == (True, TEST_SCHEDULE, name)
    assert run.status == 'finished' and [run.task(one).outcome for one in run.task_ids] == ['error', 'done']
    (want,) = run.plan
    assert (want.subject, want.kind, run.push_status) == ('ops', 'notify', 'pending')
    assert audited(desk) == [('web:ann', 'test', 'target:ops', None, {'run': run_id})]
    assert Targets(desk).test('ops', 'web:ann') != run_id


def test_what_cannot_be_tested():
    desk = make_desk()
    with pytest.raises(NotFound, match="no target is called 'nobody'"):
        Targets(desk).test('nobody', 'web:ann')
    with pytest.raises(Invalid, match='language: expected one of zh, en'):
        Targets(desk).test('ops', 'web:ann', 'fr')
    with pytest.raises(NotFound):
        Targets(desk).wait('x', 0)
    assert desk.db['task_schedule_run'].count_documents({}) == 0


def test_waiting_ends_with_the_answer_or_with_the_time(monkeypatch):
    desk = make_desk()
    run_id = Targets(desk).test('ops', 'web:ann')
    assert Targets(desk).wait(run_id, 0) == {'run_id': run_id, 'push_status': 'pending', 'error': '', 'faults': []}

    def answer(seconds):
        run = desk.runs.get(run_id)
        desk.runs.change(run, run.evolve(push_status=JobStatus.SUCCESS))

    monkeypatch.setattr('scan_notify_plugin.admin.targets.time.sleep', answer)
    assert Targets(desk).wait(run_id, 10)['push_status'] == 'success'

"""Cards: made once whatever happens, within 1 KB, with buttons only where somebody answers, changed in place."""

import json
import os
import re
import subprocess
import sys

import pytest

import scan_notify_plugin
from scan_notify_plugin.admin.desk import Desk
from scan_notify_plugin.admin.reports import Reports
from scan_notify_plugin.admin.runs import Runs
from scan_notify_plugin.errors import Reason, SendError
from scan_notify_plugin.notifiers.callbacks import ACTIONS
from scan_notify_plugin.notifiers.dingding_openapi import cards
from tests.loop import RUNS
from tests.notifiers.dingding_openapi.conftest import CID, OTHER_CID, TEMPLATE
from tests.notifiers.samples import make_summary, make_tasks

CREATE, UPDATE = '/v1.0/card/instances/createAndDeliver', '/v1.0/card/instances'
DELIVER = '/v1.0/card/instances/deliver'
CARD = {'DEFAULT_CHAT_ID': CID, 'CARD_TEMPLATE_ID': TEMPLATE, 'SEND_FILE': False}
STREAM = dict(CARD, CALLBACK='stream', OPERATORS=['u1'])


def test_a_group_gets_one_card_with_the_most_important(sent, app):
    one = sent(**CARD)
    (part,) = one.parts()
    one.send(part)
    (card,) = app.cards.values()
    assert card.out_track_id == part.key and card.deliveries[0]['spaceId'] == CID
    assert 'finished' in card.data['title'] and 'nightly' in card.data['title']
    assert 'Tasks: 2 done' in card.data['summary']
    assert (card.data['can_acknowledge'], card.data['has_link'], card.callback_type) == ('false', 'false', '')


def test_people_get_one_each_where_there_is_no_group(sent, app):
    one = sent(WAYS=['card'], USERS=['u1', 'u2'], CARD_TEMPLATE_ID=TEMPLATE)
    for part in one.parts():
        one.send(part)
    assert [card.deliveries[0]['spaceId'] for card in app.cards.values()] == ['u1', 'u2']


def test_no_value_is_over_one_kilobyte(sent, app):
    one = sent(LANGUAGE='zh', **CARD)
    summary = make_summary(
        make_tasks(200), schedule_name='名' * 100, assets=tuple(('表' * 60 + str(n), n) for n in range(1, 30)),
        troubles=tuple(('failed', 2, '错' * 400) for _ in range(4)),
    )  # fmt: skip
    for part in one.parts(summary):
        one.send(part)
        assert all(len(value.encode()) <= 1024 for value in part.content['params'].values())
    assert len(app.cards) == 1


@pytest.mark.parametrize('how', ['cut_after', 'timeout_after', 'http_502_after', 'not_json_after'])
def test_a_retry_never_makes_a_second_card(loop, app, how):
    app.misbehave(how, only=CREATE)
    world = loop(**CARD)
    if how == 'timeout_after':
        world.context.channels.target('ops').http._total = 1.0
    run_id = world.finished_run()
    world.run_through(12)
    (job,) = world.jobs(run_id)
    note = job['parts'][0]['receipt']['note']
    assert job['state'] == 'success' and note == {'code': 'openapi.card.there', 'facts': {}}
    assert len(app.cards) == 1 and sum(call.path == CREATE for call in app.calls) >= 2


def test_a_card_that_was_made_and_not_delivered_is_an_error(loop, app):
    app.failing_spaces = {CID: 'SYSTEM_ERROR'}
    world = loop(**CARD)
    run_id = world.finished_run()
    world.run_through(60, seconds=60)
    (job,) = world.jobs(run_id)
    # What DingTalk says is on no page, so it is tried for half an hour. A card that is there is delivered, which comes
    # to the same.
    assert job['state'] == 'error' and 'SYSTEM_ERROR' in job['error']
    assert len(app.cards) == 1 and sum(call.path == DELIVER for call in app.calls) > 3


@pytest.mark.parametrize('made', ['half', 'undelivered'])
def test_a_card_that_exists_and_is_not_delivered_is_delivered(loop, app, made):
    if made == 'half':
        app.half_made = 1
    else:
        app.failing_spaces = {CID: 'SYSTEM_ERROR'}
    world = loop(**CARD)
    run_id = world.finished_run()
    while not app.cards:
        world.run_through(1, seconds=1)
    app.failing_spaces = {}
    world.run_through(6)
    (job,), (card,) = world.jobs(run_id), app.cards.values()
    assert job['state'] == 'success' and job['parts'][0]['receipt']['note']['code'] == 'openapi.card.there'
    assert [one['spaceId'] for one in card.deliveries if one['success']] == [CID]


def test_a_delivery_whose_answer_is_lost_is_a_doubt_and_not_made_again(loop, app):
    app.half_made = 1
    app.misbehave('cut_after', times=None, only=DELIVER)
    world = loop(**CARD)
    run_id = world.finished_run()
    world.run_through(20, seconds=60)
    (job,), (card,) = world.jobs(run_id), app.cards.values()
    assert job['state'] == 'uncertain'
    assert [one['spaceId'] for one in card.deliveries] == [CID]


def test_a_phone_shows_what_a_card_is_about(sent, app):
    one = sent(DEFAULT_CHAT_ID=CID, CARD_TEMPLATE_ID=TEMPLATE, WAYS=['card'], USERS=['u1'])
    (part,) = [part for part in one.parts() if part.content['way'] == 'card']
    one.send(part)
    person = sent(WAYS=['card'], USERS=['u1'], CARD_TEMPLATE_ID=TEMPLATE)
    person.send(person.parts()[0]._replace(key='p' * 32))
    title = '✅ Scheduled scan finished: nightly'
    for card in app.cards.values():
        assert card.alert == title and set(card.last_message.values()) == {title}
        assert len(card.last_message) == 6  # whatever language people have


def test_what_a_card_says_is_in_the_markdown_of_cards(sent, app):
    one = sent(**CARD)
    one.send(one.parts(make_summary(test=True))[0])
    (card,) = app.cards.values()
    lines = card.data['summary'].split('\n')
    assert '  ' not in card.data['summary'] and lines.count('') >= 2
    items = [number for number, line in enumerate(lines) if line.startswith('* ')]
    assert items and lines[items[0] - 1] == ''


def test_a_text_that_is_cut_says_so(sent):
    troubles = tuple(('failed', 2, 'x') for _ in range(4))
    summary = make_summary(troubles=troubles, assets=tuple(('t' * 50 + str(n), n) for n in range(1, 40)))
    (part,) = sent(**CARD).parts(summary)
    assert part.content['params']['summary'].endswith('\n\n…')


def test_unsuitable_words_are_withheld(loop, app):
    app.forbidden_words = {'nightly'}
    world = loop(**CARD)
    run_id = world.finished_run()
    world.run_through(8)
    (job,) = world.jobs(run_id)
    (card,) = app.cards.values()
    assert job['state'] == 'success' and 'withheld' in card.data['title'] and 'nightly' not in str(card.data)
    assert world.context.jobs.of_part(card.out_track_id).id == job['_id']


def test_an_unknown_template_is_a_fault_of_the_configuration(sent):
    one = sent(**dict(CARD, CARD_TEMPLATE_ID='other.schema'))
    with pytest.raises(SendError) as caught:
        one.send(one.parts()[0])
    assert (caught.value.reason, caught.value.code) == (Reason.CONFIG, 'param.templateNotExist')


def test_without_a_stream_process_there_are_no_buttons(sent, app):
    one = sent(**STREAM)
    assert one.parts()[0].content['params']['can_acknowledge'] == 'false'
    cards.stream_alive(one.target.options, one.target.tokens)
    (part,) = one.parts()
    one.send(part)
    (card,) = app.cards.values()
    assert card.data['can_acknowledge'] == card.data['can_resend'] == 'true' and card.callback_type == 'STREAM'


def desk(world):
    return Desk(world.db, RUNS, world.settings, world.clock, world.context.folder)


def exporting(loop, **more):
    section = {
        'DEFAULTS': {'EXPORT_ENABLE': True},
        'BASE_URL': 'https://arl.example.com',
        'REPORT_STORAGE': 'directory',
    }
    return loop(section, **more)


def test_all_cards_of_a_run_follow_what_becomes_of_it(loop, app):
    world = exporting(loop, **dict(CARD, CONVERSATIONS=[OTHER_CID]))
    run_id = world.finished_run()
    world.run_through(10)
    shown = list(app.cards.values())
    assert len(shown) == 2
    assert all(card.data['link'].startswith('https://arl.example.com/') for card in shown)
    assert world.run(run_id)['push_status'] == 'success'

    Runs(desk(world)).acknowledge(run_id, 'web:ann')
    world.run_through(20)
    assert all(card.data['acknowledged'].startswith('Acknowledged by ann at 2026-03-01') for card in shown)
    assert all((card.data['can_acknowledge'], card.data['has_link']) == ('false', 'true') for card in shown)

    world.clock.move(hours=100)
    world.run_through(20)
    assert all((card.data['link'], card.data['has_link']) == ('', 'false') for card in shown)
    assert all('has ended' in card.data['link_note'] for card in shown)
    assert all(card.data['title'] and len(card.updates) == 2 for card in shown)  # each change once
    # None of it is a delivery of the run.
    assert world.run(run_id)['push_status'] == 'success'
    assert {job['kind']: job['state'] for job in world.jobs(run_id)} == dict.fromkeys(
        ('export', 'notify', 'update'), 'success'
    )


def test_a_card_loses_a_link_that_was_revoked(loop, app):
    world = exporting(loop, **CARD)
    run_id = world.finished_run()
    world.run_through(20)
    (card,) = app.cards.values()
    (report,) = world.context.reports.of_runs([run_id])
    Reports(desk(world)).revoke(report.id, 'web:ann')
    world.run_through(20)
    assert card.data['has_link'] == 'false'


def test_a_link_that_was_revoked_before_the_first_look_is_gone_too(loop, app):
    world = exporting(loop, **CARD)
    run_id = world.finished_run()
    while not app.cards:
        world.run_through(1, seconds=1)
    (card,) = app.cards.values()
    (report,) = world.context.reports.of_runs([run_id])
    assert card.data['has_link'] == 'true' and not world.jobs(run_id)[-1].get('serials')
    Reports(desk(world)).revoke(report.id, 'web:ann')
    world.run_through(20)
    assert card.data['has_link'] == 'false'


def test_a_card_that_cannot_be_changed_is_no_repeat_of_the_message(loop, app):
    world = loop({'ON_UNCERTAIN': 'resend'}, **CARD)
    run_id = world.finished_run()
    world.run_through(6)
    Runs(desk(world)).acknowledge(run_id, 'web:ann')
    app.misbehave('cut_after', times=99, only=UPDATE)
    for _ in range(30):
        world.run_through(2, seconds=60)
    (update,) = [job for job in world.jobs(run_id) if job['kind'] == 'update']
    assert update['state'] == 'uncertain' and len(app.cards) == 1
    assert world.run(run_id)['push_status'] == 'success'


EXAMPLES = os.path.join(os.path.dirname(scan_notify_plugin.__file__), '..', 'docs', 'examples')


def example():
    with open(os.path.join(EXAMPLES, 'dingtalk_card_template.json'), encoding='utf-8') as file:
        return json.load(file)


def test_the_example_template_has_the_variables_and_the_buttons(sent):
    editor = json.loads(example()['editorData'])
    variables = {one['name']: one for one in editor['variableList']}
    (part,) = sent(**CARD).parts()
    assert set(part.content['params']) == {name for name, one in variables.items() if not one['private']}
    assert {name for name, one in variables.items() if one['private']} == {'refusal'}
    children = editor['schema']['componentsTree'][0]['children']
    buttons = {one['id']: one['props'] for one in children if 'Button' in one['componentName']}
    asking = [one['actionId']['content'] for one in buttons.values() if one['actionType'] == 'request']
    assert asking == list(ACTIONS)
    for used in re.findall(r'\$\{(\w+)\}|"variable": "(\w+)"', json.dumps(editor)):
        assert ''.join(used) in variables
    assert {one['componentName'] for one in editor['schema']['componentsMap']} == {
        one['componentName'] for one in [editor['schema']['componentsTree'][0]] + children
    }


def test_each_button_of_the_example_template_is_an_ordinary_one_that_a_variable_hides():
    children = json.loads(example()['editorData'])['schema']['componentsTree'][0]['children']
    buttons = [one for one in children if 'Button' in one['componentName']]
    assert {one['componentName'] for one in buttons} == {'SingleButton'}  # those of the block library stay
    conditions = [one['props']['visible']['condition']['conditions'] for one in buttons]
    assert [(one['variable'], one['op']) for (one,) in conditions] == [
        ('has_link', 'isTrue'), ('can_acknowledge', 'isTrue'), ('can_resend', 'isTrue'),
    ]  # fmt: skip
    assert all(one['props']['visible']['valueType'] == 'condition' for one in buttons)


def test_the_example_template_is_what_its_source_makes():
    source = os.path.join(EXAMPLES, 'dingtalk_card_template.py')
    made = subprocess.check_output([sys.executable, '-B', source])
    assert json.loads(made.decode('utf-8')) == example()

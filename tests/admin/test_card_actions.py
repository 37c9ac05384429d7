"""A click: who may, what it does to the run, and what comes of the same click told twice."""

import json
import logging
from datetime import timedelta

import pytest

from scan_notify_plugin.admin.buttons import Buttons, Replayed, targets_with
from scan_notify_plugin.jobs.job import Kind, PartState, State
from scan_notify_plugin.jobs.making import begun, new_part
from scan_notify_plugin.notifiers.callbacks import HTTP, LISTEN
from scan_notify_plugin.notifiers.dingding_openapi import DingTalkOpenApi
from scan_notify_plugin.notifiers.dingding_openapi.clicks import click as click_of
from scan_notify_plugin.runs import rules as run_rules
from scan_notify_plugin.runs.run import JobStatus, Status
from tests.admin.desks import START, audited, make_desk

SECTION = {
    'ENABLE': True,
    'TARGETS': {
        'cards': {'CHANNEL': 'dingding_openapi', 'APP_KEY': 'k', 'APP_SECRET': '5f2c', 'CALLBACK': 'http',
                  'OPERATORS': ['u1', 7]},
        'streamed': {'CHANNEL': 'dingding_openapi', 'CALLBACK': 'stream', 'OPERATORS': ['u1']},
    },
}  # fmt: skip
RUN = '65e2:41'


@pytest.fixture
def desk():
    desk = make_desk(section=SECTION)
    run = run_rules.new_run('65e2', 'nightly', 'recurrent_scan', 41, START, RUN)
    desk.runs.insert(run.evolve(status=Status.FINISHED, push_status=JobStatus.SUCCESS))
    for name, key in (('cards', 'track-1'), ('streamed', 'track-2')):
        content = {
            'way': 'card',
            'text': 't',
            'params': {'has_link': 'false'},
            'language': 'en',
            'report_id': '',
            'follow': True,
        }
        part = new_part(key, content, content, True).evolve(state=PartState.DONE)
        job = begun(RUN + '/' + name, Kind.NOTIFY, [RUN], 'x', 'l', [name], START, timedelta(hours=24))
        desk.jobs.insert(job.evolve(state=State.SUCCESS, parts=(part,)))
    return desk


def click(desk, action='acknowledge', user='u1', track='track-1', event='e1', targets=('cards',), **more):
    content = json.dumps({'cardPrivateData': {'actionIds': [action], 'params': {}}})
    payload = dict({'type': 'actionCallback', 'outTrackId': track, 'userId': user, 'content': content}, **more)
    return Buttons(desk, DingTalkOpenApi(), targets).answer(click_of(payload, event))


def refusal(answer):
    return answer['userPrivateData']['cardParamMap']['refusal']


def test_acknowledge_is_on_record_and_on_the_card(desk):
    answer = click(desk)
    assert desk.runs.get(RUN).acknowledged.by == 'dingtalk:u1'
    assert answer['cardData']['cardParamMap']['acknowledged'].startswith('Acknowledged by u1')
    assert answer['cardData']['cardParamMap']['can_acknowledge'] == 'false' and refusal(answer) == ''
    assert [line[:3] for line in audited(desk)] == [('dingtalk:u1', 'acknowledge', RUN)]


def test_a_card_without_a_run_such_as_an_alerts_is_not_acted_upon(desk):
    desk.db['scan_notify_job'].update_one({'parts.key': 'track-1'}, {'$set': {'run_ids': [], 'kind': 'alert'}})
    assert refusal(click(desk)) == '此卡片对应的记录已不存在'
    assert desk.runs.get(RUN).acknowledged is None and audited(desk) == []


def test_the_first_who_acknowledges_stays(desk):
    click(desk)
    answer = click(desk, user='7', event='e2')
    assert 'u1' in answer['cardData']['cardParamMap']['acknowledged'] and len(audited(desk)) == 1


def test_send_again_adds_to_the_plan(desk):
    answer = click(desk, 'resend')
    (entry,) = desk.runs.get(RUN).plan
    assert entry.subject == 'cards' and entry.replaces == (RUN + '/cards',)
    assert answer['cardData']['cardParamMap']['resent'] == 'Sent again for u1'


def test_what_cannot_be_done_is_told_to_who_clicked(desk):
    click(desk, 'resend')
    answer = click(desk, 'resend', event='e2')
    assert 'not through yet' in refusal(answer) and len(desk.runs.get(RUN).plan) == 1


def test_anybody_else_is_refused_politely_and_in_the_log(desk, caplog):
    with caplog.at_level(logging.WARNING, 'scan_notify'):
        answer = click(desk, user='mallory')
    assert refusal(answer) == 'You may not act on this card; please ask an administrator' and 'cardData' not in answer
    assert 'mallory may not act on a card of run ' + RUN in caplog.text
    assert not audited(desk) and not desk.runs.get(RUN).acknowledged


@pytest.mark.parametrize('user', [None, 1, '', ['u1'], {'$ne': ''}, 'u1\u200b', ' u1'])
def test_a_name_that_is_not_exactly_an_operators_is_refused(desk, user):
    assert refusal(click(desk, user=user))
    assert not audited(desk)


@pytest.mark.parametrize('track', [None, '', 'track-9', {'$ne': ''}, 'track-2'])
def test_a_card_that_is_not_of_the_application_is_not_known(desk, track):
    assert 'no longer on record' in refusal(click(desk, track=track)) or '不存在' in refusal(click(desk, track=track))
    assert not audited(desk)


def test_a_click_told_again_is_answered_the_same_and_does_nothing(desk):
    first = click(desk, 'resend')
    desk.clock.move(minutes=4)
    assert click(desk, 'resend') == first
    assert len(desk.runs.get(RUN).plan) == 1 and len(audited(desk)) == 1


def test_an_event_is_good_for_one_click(desk):
    click(desk)
    with pytest.raises(Replayed):
        click(desk, 'resend')
    assert not desk.runs.get(RUN).plan


@pytest.mark.parametrize('refused', [{'user': 'mallory'}, {'track': 'track-9'}])
def test_the_event_of_a_refused_click_is_good_for_no_other(desk, refused):
    first = click(desk, **refused)
    assert click(desk, **refused) == first and refusal(first)
    with pytest.raises(Replayed):
        click(desk)
    assert not audited(desk)


def test_what_is_remembered_of_clicks_is_forgotten(desk):
    for number in range(5):
        click(desk, event='e{}'.format(number))
        desk.clock.move(hours=3)
    assert desk.db['scan_notify_secret'].count_documents({}) == 1


@pytest.mark.parametrize(
    'content',
    [
        None,
        5,
        '[]',
        '{',
        '{"cardPrivateData": {"actionIds": ["drop"]}}',
        '{"cardPrivateData": {"actionIds": [{}], "params": []}}',
        {'cardPrivateData': []},
        '[' * 100000,
    ],
)
def test_a_click_on_nothing_of_ours_does_nothing(desk, content):
    assert refusal(click(desk, content=content))
    assert not audited(desk)


def test_a_template_may_name_the_action_in_a_parameter(desk):
    click(desk, content={'cardPrivateData': {'actionIds': ['b1'], 'params': {'action': 'acknowledge'}}})
    assert [line[1] for line in audited(desk)] == ['acknowledge']


def test_which_targets_are_answered_in_which_way(desk):
    notifier = DingTalkOpenApi()
    assert targets_with(desk.settings, notifier, HTTP) == ['cards']
    assert targets_with(desk.settings, notifier, LISTEN) == ['streamed']

"""What is done with a job next, and what an attempt's outcome makes of it."""

from datetime import datetime, timedelta, timezone

import pytest

from scan_notify_plugin.errors import Reason
from scan_notify_plugin.jobs import rules, waiting
from scan_notify_plugin.jobs.rules import Do, Outcome, Policy

START = datetime(2030, 5, 17, 12, tzinfo=timezone.utc)
HOURS_24 = timedelta(hours=24)
KEYED = Policy(idempotent=True, lanes=['lane-ops', 'lane-night', 'lane-last'])
KEYLESS = KEYED._replace(idempotent=False)
ACCEPTED = Outcome(receipt={'id': 'r1', 'note': ''})
VANISHED = Outcome(reason=Reason.UNKNOWN, words='the worker died while it sent', vanished=True)


def at(seconds):
    return START + timedelta(seconds=seconds)


def entry(**fields):
    plain = {
        'id': 'j',
        'kind': 'notify',
        'by': 'dingding',
        'format': '',
        'lane': 'lane-ops',
        'waits': None,
        'error': '',
    }
    return dict(plain, **dict({'route': ['ops', 'night']}, **fields))


def make_job(parts=1, **fields):
    """A job of so many rendered parts."""
    job = rules.new_job(entry(route=fields.pop('route', ['ops', 'night'])), '64f0:7', START, HOURS_24)
    job['parts'] = [
        rules.new_part('key{}'.format(index), {'text': 'hello'}, {'text': 'withheld'})
        for index in range(parts)
    ]
    return dict(job, **fields)


def applied(job, fields):
    """The job after `$set`, with the dotted names that MongoDB takes."""
    assert not (
        'parts' in fields and any(name.startswith('parts.') for name in fields)
    ), 'MongoDB refuses both'
    job = dict(job, parts=[dict(part) for part in job['parts']])
    for name, value in fields.items():
        if name.startswith('parts.'):
            _, index, field = name.split('.')
            job['parts'][int(index)][field] = value
        else:
            job[name] = value
    return job


TRIED = {'target': 'ops'}


def posted(job, index=0, attempt='a1', seconds=0):
    return applied(job, rules.posting(job, index, attempt, at(seconds)))


def settle(job, outcome, seconds=0, index=0, attempt='a1', policy=KEYED, key=None):
    return rules.settled(job, index, key or 'key{}'.format(index), attempt, outcome, at(seconds), policy)


def sent(job, outcome, seconds=0, index=0, attempt='a1', policy=KEYED):
    """The job after one attempt."""
    posting = posted(job, index, attempt, seconds)
    return applied(
        posting, settle(posting, outcome, seconds, index, attempt, policy, posting['parts'][index]['key'])
    )


def failed(reason, **more):
    return Outcome(reason=reason, code=7, words='their words', **more)


# What is done next.


def test_a_new_job_is_due_at_once_and_waits_to_be_rendered():
    job = rules.new_job(entry(), '64f0:7', START, HOURS_24)
    assert rules.next_step(job, START, KEYED) == rules.Step(Do.RENDER)
    assert (job['rev'], job['v'], job['tries'], job['starts'], job['repeat']) == (1, 1, 0, 0, False)
    assert (job['state'], job['due_at'], job['give_up_at']) == ('pending', START, START + HOURS_24)
    assert (job['run_ids'], job['route'], job['at'], job['lane']) == (
        ['64f0:7'],
        ['ops', 'night'],
        0,
        'lane-ops',
    )


def test_a_job_that_waits_for_a_report_is_due_later_and_its_time_counts_from_then():
    job = rules.new_job(entry(waits=at(600)), '64f0:7', START, HOURS_24)
    assert (job['waits'], job['due_at'], job['give_up_at']) == (True, at(600), at(600) + HOURS_24)
    assert rules.next_step(job, at(599), KEYED).do is Do.NOTHING
    assert rules.next_step(job, at(600), KEYED).do is Do.RENDER


def test_a_job_that_cannot_be_sent_at_all_is_born_in_error():
    job = rules.new_job(entry(error='no plugin speaks "pager"'), '64f0:7', START, HOURS_24)
    assert (job['state'], job['error']) == ('error', 'no plugin speaks "pager"')
    assert rules.next_step(job, START, KEYED).do is Do.NOTHING


def in_doubt(seconds=0):
    job = make_job()
    job['parts'][0]['doubt_at'] = at(seconds)
    return job


def half_done():
    job = make_job(3)
    job['parts'][0]['state'] = 'done'
    return job


#: (sentence, job, seconds, policy, what is done, which part)
STEPS = [
    ('a rendered job is sent', make_job(), 0, KEYED, Do.POST, 0),
    ('the parts are sent in order', half_done(), 0, KEYED, Do.POST, 1),
    ('a job that is not due yet waits', make_job(due_at=at(10)), 9, KEYED, Do.NOTHING, -1),
    ('a job that has become due is sent', make_job(due_at=at(10)), 10, KEYED, Do.POST, 0),
    ('a held job waits', make_job(state='held'), 0, KEYED, Do.NOTHING, -1),
    ('a job that is through stays as it is', make_job(state='success'), 0, KEYED, Do.NOTHING, -1),
    ('a cancelled job stays as it is', make_job(state='cancelled'), 0, KEYED, Do.NOTHING, -1),
    ('an uncertain job waits for a person', make_job(state='uncertain'), 0, KEYED, Do.NOTHING, -1),
    ('a doubt younger than the trust in the key is sent again', in_doubt(), 599, KEYED, Do.POST, 0),
    ('a doubt as old as the trust in the key is not', in_doubt(), 600, KEYED, Do.CHANGE, 0),
    ('without a key a doubt is never sent again', in_doubt(), 1, KEYLESS, Do.CHANGE, 0),
    ('a part whose worker never came back is dealt with', posted(make_job()), 5, KEYED, Do.CHANGE, 0),
    ('a job that is out of time goes on', make_job(attempts=[TRIED]), 24 * 3600, KEYED, Do.CHANGE, -1),
    ('a job that is out of time and was never tried is tried', make_job(), 24 * 3600, KEYED, Do.POST, 0),
    ('a job that is out of time and was never rendered is rendered', make_job(0), 24 * 3600, KEYED, Do.RENDER, -1),
    ('a job that is nearly out of time is tried', make_job(), 24 * 3600 - 1, KEYED, Do.POST, 0),
]


@pytest.mark.parametrize('sentence, job, seconds, policy, do, index', STEPS, ids=[row[0] for row in STEPS])
def test_of_the_next_step(sentence, job, seconds, policy, do, index):
    step = rules.next_step(job, at(seconds), policy)
    assert (step.do, step.index) == (do, index)


def test_the_mark_is_all_that_a_dead_worker_leaves_behind():
    job = posted(make_job(), attempt='a1', seconds=3)
    part = job['parts'][0]
    assert (part['state'], part['attempt'], part['posting_at'], job['starts']) == ('posting', 'a1', at(3), 1)


# What an outcome makes of the job: retry is a table over every Reason.

#: reason: is the same part sent to the same target again?
AGAIN = {
    Reason.UNREACHABLE: True,
    Reason.UNKNOWN: True,
    Reason.BUSY: True,
    Reason.THROTTLED: True,
    Reason.QUOTA: False,
    Reason.CONFIG: False,
    Reason.CONTENT: False,
    Reason.TOO_LONG: False,
    Reason.REFUSED: True,
}


def test_every_reason_is_in_the_table():
    assert set(AGAIN) == set(Reason)


@pytest.mark.parametrize('reason', sorted(Reason, key=str), ids=lambda reason: reason.value)
def test_retry_is_a_table_over_the_reason(reason):
    job = make_job()
    job['parts'][0]['withheld'] = job['parts'][0]['content']
    after = sent(job, failed(reason))
    if AGAIN[reason]:
        assert (after['state'], after['at'], after['parts'][0]['state']) == ('pending', 0, 'ready')
        assert after['parts'][0]['key'] == 'key0'
    else:
        assert (after['state'], after['at'], after['parts']) == ('pending', 1, [])
        assert after['error'] == 'ops: {} 7 their words'.format(reason.value)
    assert after['attempts'][-1] == {
        'at': START, 'attempt': 'a1', 'target': 'ops', 'part': 0, 'result': reason.value, 'code': 7,
        'words': 'their words',
    }  # fmt: skip


@pytest.mark.parametrize('reason', sorted(Reason, key=str), ids=lambda reason: reason.value)
def test_at_the_last_target_a_final_refusal_is_an_error_that_people_see(reason):
    job = make_job(route=['ops'])
    job['parts'][0]['withheld'] = job['parts'][0]['content']
    after = sent(job, failed(reason))
    assert after['state'] == ('pending' if AGAIN[reason] else 'error')
    if not AGAIN[reason]:
        assert after['error'] == '{} 7 their words'.format(reason.value)


def test_a_receipt_is_the_end_of_a_part_and_the_last_one_of_the_job():
    job = sent(make_job(2), ACCEPTED, 1)
    assert (job['state'], job['parts'][0]['state'], job['parts'][1]['state']) == ('pending', 'done', 'ready')
    assert job['parts'][0]['receipt'] == ACCEPTED.receipt
    job = sent(job, ACCEPTED, 2, index=1, attempt='a2')
    assert (job['state'], job['error']) == ('success', '')
    assert [line['result'] for line in job['attempts']] == ['accepted', 'accepted']
    assert [line['part'] for line in job['attempts']] == [0, 1]


def test_retries_are_quick_at_first_then_ever_slower():
    job, delays = make_job(), []
    for number in range(12):
        before = job['due_at']
        job = sent(job, failed(Reason.BUSY), (before - START).total_seconds(), attempt=str(number))
        delays.append((job['due_at'] - before).total_seconds())
    assert delays == [1, 2, 5, 30, 60, 120, 240, 480, 900, 900, 900, 900]


@pytest.mark.parametrize('tries, retry_after, seconds', [
    (1, None, 1), (3, None, 5), (4, None, 30), (9, None, 900), (10, None, 900), (5000, None, 900),
    (1, 60, 60), (1, 0.5, 1), (4, 30, 30), (1, 0, 1),
])  # fmt: skip
def test_a_service_may_ask_for_more_time_and_never_for_less(tries, retry_after, seconds):
    assert rules.retry_delay(tries, retry_after) == timedelta(seconds=seconds)


def test_success_of_one_part_lets_the_next_begin_quickly_again():
    job = make_job(2)
    for number in range(5):
        job = sent(job, failed(Reason.BUSY), attempt=str(number))
    job = sent(job, ACCEPTED)
    assert (job['tries'], job['starts']) == (0, 0)


def test_being_told_to_wait_is_no_attempt():
    job = sent(make_job(tries=4), failed(Reason.THROTTLED, retry_after=600), 5)
    assert (job['tries'], job['due_at'], job['state'], job['starts']) == (4, START, 'pending', 0)
    assert job['attempts'][-1]['result'] == 'throttled'


# Doubt.


def test_with_a_key_a_doubt_is_sent_again_under_the_same_key():
    job = sent(make_job(), failed(Reason.UNKNOWN), 30)
    part = job['parts'][0]
    assert (part['state'], part['key'], part['doubt_at']) == ('ready', 'key0', at(30))
    assert (job['state'], job['due_at']) == ('pending', at(31))
    assert rules.next_step(job, at(31), KEYED) == rules.Step(Do.POST, 0)


def test_the_trust_in_a_key_counts_from_the_first_doubt():
    job = sent(make_job(), failed(Reason.UNKNOWN), 0)
    job = sent(job, failed(Reason.UNKNOWN), 500, attempt='a2')
    assert job['parts'][0]['doubt_at'] == at(0)
    assert sent(job, failed(Reason.UNKNOWN), 599, attempt='a3')['at'] == 0
    assert sent(job, failed(Reason.UNKNOWN), 600, attempt='a3')['at'] == 1


def test_the_doubt_counts_from_the_request_and_not_from_the_time_out():
    posting = posted(make_job(), seconds=10)
    assert applied(posting, settle(posting, failed(Reason.UNKNOWN), 30))['parts'][0]['doubt_at'] == at(10)


def test_without_a_key_a_doubt_is_shown_at_once_and_not_sent_again():
    job = sent(make_job(route=['ops']), failed(Reason.UNKNOWN), policy=KEYLESS)
    assert (job['state'], job['error']) == ('uncertain', 'it is not known whether part 1 arrived')
    assert rules.next_step(job, at(9999), KEYLESS).do is Do.NOTHING


@pytest.mark.parametrize(
    'reason', [Reason.UNREACHABLE, Reason.BUSY, Reason.THROTTLED], ids=lambda one: one.value
)
def test_without_a_key_what_was_certainly_not_taken_is_sent_again(reason):
    job = sent(make_job(), failed(reason), policy=KEYLESS)
    assert (job['state'], job['parts'][0]['doubt_at']) == ('pending', None)


@pytest.mark.parametrize(
    'reason', [Reason.CONFIG, Reason.QUOTA, Reason.CONTENT, Reason.TOO_LONG], ids=lambda one: one.value
)
def test_a_refusal_after_a_doubt_leaves_the_doubt(reason):
    job = sent(make_job(route=['ops']), failed(Reason.UNKNOWN), 0)
    job = sent(job, failed(reason), 5, attempt='a2')
    assert job['state'] == 'uncertain'
    assert job['parts'][0]['content'] == {'text': 'hello'}


def test_a_doubt_that_is_out_of_time_is_told_to_the_next_target_as_a_possible_repeat():
    job = sent(make_job(give_up_at=at(60)), failed(Reason.UNKNOWN), 0)
    job = applied(job, rules.next_step(job, at(60), KEYED).fields)
    assert (job['state'], job['at'], job['lane'], job['repeat'], job['parts']) == ('pending', 1, 'lane-night', True, [])
    assert job['error'] == 'ops: it is not known whether part 1 arrived'
    line = job['attempts'][-1]
    assert (line['target'], line['result']) == ('ops', 'unknown')
    assert line['words'] == 'it is not known whether part 1 arrived; told to night as a possible repeat'


def doubted(**fields):
    """A job that is at its second target, as nobody knows whether the first has it."""
    job = sent(make_job(**fields), failed(Reason.UNKNOWN), policy=KEYLESS)
    assert (job['at'], job['repeat']) == (1, True)
    return dict(job, parts=make_job()['parts'])


@pytest.mark.parametrize('reason', [Reason.CONFIG, Reason.QUOTA, Reason.TOO_LONG], ids=lambda one: one.value)
def test_what_may_be_at_an_earlier_target_never_ends_in_error(reason):
    job = sent(doubted(), failed(reason), 5, attempt='a2')
    assert job['state'] == 'uncertain'
    words = 'ops: it is not known whether part 1 arrived; night: {} 7 their words'.format(reason.value)
    assert job['error'] == words
    assert (rules.unspoken(doubted(), at(9), KEYED, 'nobody speaks')['state']) == 'uncertain'


def test_a_doubt_is_no_trouble_once_the_next_target_has_it():
    job = sent(doubted(), ACCEPTED, 5, attempt='a2')
    assert (job['state'], job['error']) == ('success', '')
    assert [line['result'] for line in job['attempts']] == ['unknown', 'unknown', 'accepted']


def test_a_late_receipt_of_the_earlier_target_is_in_the_history():
    job = doubted()
    fields = rules.settled(job, 0, 'key0-of-ops', 'a1', ACCEPTED, at(9), KEYED, at=0)
    assert fields.keys() == {'attempts'}
    assert (fields['attempts'][-1]['target'], fields['attempts'][-1]['result']) == ('ops', 'accepted')


def test_while_a_key_is_trusted_it_is_tried_at_least_every_minute():
    job, second, tried = make_job(route=['ops']), 0, []
    while job['state'] == 'pending' and len(tried) < 99:
        step = rules.next_step(job, at(second), KEYED)
        if step.do is Do.CHANGE:
            job = applied(job, step.fields)
            continue
        tried.append(second)
        job = sent(job, failed(Reason.UNKNOWN), second, attempt=str(second))
        second = (job['due_at'] - START).total_seconds()
    assert job['state'] == 'uncertain'
    assert tried[:6] == [0, 1, 3, 8, 38, 98] and tried[-1] > 530
    assert max(later - sooner for sooner, later in zip(tried, tried[1:])) == 60


# Codes that nobody knows.


@pytest.mark.parametrize('policy', [KEYED, KEYLESS])
def test_a_refusal_for_no_known_reason_is_tried_for_half_an_hour_and_ends_in_the_words_of_the_service(policy):
    job, tried = make_job(route=['ops']), [0]
    while True:
        job = sent(job, failed(Reason.REFUSED), tried[-1], attempt=str(len(tried)), policy=policy)
        if job['state'] != 'pending':
            break
        assert (job['parts'][0]['key'], job['parts'][0]['content']) == ('key0', {'text': 'hello'})
        tried.append((job['due_at'] - START).total_seconds())
    assert tried == [0, 1, 3, 8, 308, 608, 908, 1208, 1508, 1808]
    assert (job['state'], job['error']) == ('error', 'refused 7 their words')


def test_then_the_next_target_is_told_and_not_as_a_repeat():
    job = make_job()
    for number in range(10):
        job = sent(job, failed(Reason.REFUSED), number, attempt=str(number))
    assert (job['at'], job['repeat']) == (1, False)


def test_other_troubles_between_do_not_count_as_refusals():
    job = make_job(route=['ops'])
    for number in range(15):
        job = sent(job, failed(Reason.REFUSED if number % 2 else Reason.BUSY), number, attempt=str(number))
    assert job['state'] == 'pending'


# Services without a key that are asked again all the same.

AGAIN_AFTER_7 = KEYLESS._replace(repeats_after=frozenset([7]))


def test_a_part_may_be_sent_again_saying_that_it_may_be_a_repeat():
    job = sent(make_job(2, route=['ops']), failed(Reason.UNKNOWN), policy=AGAIN_AFTER_7)
    part = job['parts'][0]
    assert (job['state'], job['due_at'], part['repeat'], part['doubt_at'], part['key']) == ('pending', at(1), True, START, 'key0')
    assert job['attempts'][-1]['words'] == 'their words; sent again as a possible repeat'
    assert rules.next_step(job, at(4000), AGAIN_AFTER_7) == rules.Step(Do.POST, 0)
    job = sent(job, failed(Reason.UNREACHABLE), 5, attempt='a2', policy=AGAIN_AFTER_7)
    job = sent(job, ACCEPTED, 9, attempt='a3', policy=AGAIN_AFTER_7)
    assert (job['parts'][0]['state'], job['parts'][1].get('repeat')) == ('done', None)


@pytest.mark.parametrize('outcome', [Outcome(reason=Reason.UNKNOWN, code=8), Outcome(reason=Reason.UNKNOWN), VANISHED])
def test_any_other_doubt_of_it_stays_one(outcome):
    assert sent(make_job(route=['ops']), outcome, policy=AGAIN_AFTER_7)['state'] == 'uncertain'
    job = sent(make_job(route=['ops']), failed(Reason.UNKNOWN), policy=AGAIN_AFTER_7)
    assert sent(job, outcome, 5, attempt='a2', policy=AGAIN_AFTER_7)['state'] == 'uncertain'


def test_a_service_that_takes_each_repeat_and_says_so_of_none_gets_them_for_half_an_hour():
    job, time = make_job(route=['ops', 'night']), 0
    for number in range(rules.MOST_REPEATS):
        job = sent(job, failed(Reason.UNKNOWN), time, attempt='a{}'.format(number), policy=AGAIN_AFTER_7)
        assert (job['at'], job['parts'][0]['repeat']) == (0, True)
        time = (job['due_at'] - START).total_seconds()
    assert 1800 <= time <= 1900
    job = sent(job, failed(Reason.UNKNOWN), time, attempt='last', policy=AGAIN_AFTER_7)
    assert (job['at'], job['repeat'], job['parts']) == (1, True, [])


# A robot that is another one by now.


def test_a_job_goes_to_the_lane_of_the_robot_as_it_is_now():
    job = make_job(lane='lane-old')
    step = rules.next_step(job, START, KEYED)
    assert step == rules.Step(Do.CHANGE, -1, {'lane': 'lane-ops'})
    assert rules.next_step(applied(job, step.fields), START, KEYED) == rules.Step(Do.POST, 0)


@pytest.mark.parametrize('job', [sent(make_job(lane='old'), failed(Reason.UNKNOWN)), posted(make_job(lane='old'))])
def test_the_new_robot_does_not_know_the_keys_of_the_old_one(job):
    job = applied(job, rules.next_step(job, at(2), KEYED).fields)
    assert job['lane'] == 'lane-ops'
    job = applied(job, rules.next_step(job, at(2), KEYED).fields)
    assert (job['at'], job['repeat']) == (1, True)


# Clocks that are set.


def test_a_clock_that_was_set_ahead_gives_nobody_up():
    job = sent(make_job(), failed(Reason.BUSY), 0)
    late = job['give_up_at']
    assert rules.next_step(job, late, KEYED._replace(grace=timedelta(hours=8))).do is Do.POST
    assert rules.next_step(job, late, KEYED).do is Do.CHANGE


@pytest.mark.parametrize('back', [60, 3600, 8 * 3600])
def test_what_was_decided_in_the_future_is_due_now(back):
    job = sent(make_job(tries=8), failed(Reason.BUSY), 0)
    now = at(-back)
    assert (job['due_at'], job['decided_at']) == (at(900), START)
    job = applied(job, rules.set_back(job, now))
    assert (job['due_at'], job['decided_at'], job['give_up_at']) == (now, now, now + HOURS_24)
    assert rules.next_step(job, now, KEYED) == rules.Step(Do.POST, 0)


def test_a_message_that_waits_for_a_report_waits_no_longer_than_before():
    job = rules.new_job(entry(waits=at(600)), '64f0:7', START, HOURS_24)
    assert rules.set_back(job, at(-3600))['due_at'] == at(-3000)


@pytest.mark.parametrize('job', [sent(make_job(), failed(Reason.UNKNOWN), 0), posted(make_job())])
def test_a_doubt_of_unknown_age_is_not_tried_again_under_its_key(job):
    now = at(-3600)
    job = applied(job, rules.set_back(job, now))
    job = applied(job, rules.next_step(job, now, KEYED).fields)
    assert (job['at'], job['repeat']) == (1, True)


def test_a_doubt_from_the_future_has_no_known_age():
    job = sent(make_job(), failed(Reason.UNKNOWN), 0)
    assert waiting.may_repeat(job['parts'][0], at(-5), KEYED)
    assert not waiting.may_repeat(job['parts'][0], at(-6), KEYED)


def test_the_pace_never_waits_for_times_from_the_future():
    assert rules.pace_wait([at(3600)], START, 1, 61.0) == timedelta(seconds=61)


def test_on_uncertain_resend_it_is_rendered_anew_once_as_a_possible_repeat():
    policy = KEYLESS._replace(resend_uncertain=True)
    job = sent(make_job(2, tries=3), failed(Reason.UNKNOWN), 40, policy=policy)
    assert (job['state'], job['parts'], job['repeat'], job['due_at']) == ('pending', [], True, at(40))
    assert (job['tries'], job['starts']) == (0, 0)
    assert [line['words'] for line in job['attempts']] == [
        'their words', 'it is not known whether part 1 arrived; told to ops as a possible repeat',
    ]  # fmt: skip
    job['parts'] = make_job()['parts']
    job = sent(job, failed(Reason.UNKNOWN), 50, policy=policy, attempt='a2')
    assert (job['at'], job['repeat']) == (1, True)
    job['parts'] = make_job()['parts']
    job = sent(job, failed(Reason.UNKNOWN), 60, policy=policy, attempt='a3')
    assert job['state'] == 'uncertain'


# Moderation.


def test_moderation_is_answered_once_with_the_withheld_text_under_another_key():
    job = sent(make_job(2), failed(Reason.CONTENT), 5)
    part = job['parts'][0]
    assert (part['content'], part['key'], part['state']) == ({'text': 'withheld'}, 'key0-w', 'ready')
    assert (job['state'], job['at'], job['due_at']) == ('pending', 0, START)
    assert job['parts'][1]['content'] == {'text': 'hello'}
    job = sent(job, failed(Reason.CONTENT), 6, attempt='a2')
    assert (job['at'], job['lane'], job['parts']) == (1, 'lane-night', [])


def test_the_withheld_text_is_a_success_like_any_other():
    job = sent(sent(make_job(), failed(Reason.CONTENT)), ACCEPTED, attempt='a2')
    assert job['state'] == 'success'


# The next target.


def test_giving_up_and_going_to_the_next_target_are_one_update():
    job = sent(make_job(tries=7, starts=1), failed(Reason.CONFIG), 60)
    assert (job['at'], job['lane'], job['parts'], job['tries'], job['starts']) == (1, 'lane-night', [], 0, 0)
    assert (job['state'], job['due_at'], job['give_up_at']) == ('pending', at(60), at(60) + HOURS_24)
    assert job['error'] == 'ops: config 7 their words'


def test_every_target_of_the_route_has_the_same_time():
    tried = [{'target': name} for name in ('ops', 'night', 'last')]
    job = make_job(0, route=['ops', 'night', 'last'], attempts=tried)
    for number in (1, 2):
        now = job['give_up_at']
        step = rules.next_step(job, now, KEYED)
        job = applied(job, step.fields)
        assert (job['at'], job['give_up_at'] - now) == (number, HOURS_24)
    assert job['error'] == 'night: not delivered in time'
    job = applied(job, rules.next_step(job, job['give_up_at'], KEYED).fields)
    assert (job['state'], job['error'], job['at']) == ('error', 'not delivered in time', 2)


def test_a_next_target_that_nobody_speaks_to_has_no_lane():
    job = make_job(route=['ops', 'gone'])
    assert rules.next_target(job, START, KEYED._replace(lanes=['lane-ops']), 'x')['lane'] == ''
    assert rules.next_target(job, START, KEYED._replace(lanes=['lane-ops', '']), 'x')['lane'] == ''


# Dead workers.


def test_a_worker_that_died_is_the_same_doubt_as_a_cut_connection():
    job = posted(make_job(), seconds=10)
    fields = rules.next_step(job, at(30), KEYED).fields
    after = applied(job, fields)
    assert (after['state'], after['parts'][0]['state'], after['parts'][0]['doubt_at']) == (
        'pending',
        'ready',
        at(10),
    )
    assert (after['starts'], after['tries']) == (1, 1)
    assert after['attempts'][-1]['words'] == 'the worker died while it sent'
    assert applied(job, rules.next_step(job, at(30), KEYLESS).fields)['at'] == 1


def test_a_job_that_killed_three_workers_is_itself_the_suspect_and_may_be_there():
    job = make_job(route=['ops'])
    for number in (1, 2):
        job = sent(job, VANISHED, number, attempt=str(number))
        assert job['state'] == 'pending'
    job = sent(job, VANISHED, 3, attempt='3')
    assert (job['state'], job['error']) == ('uncertain', 'it is not known whether part 1 arrived')


@pytest.mark.parametrize('policy', [KEYED, AGAIN_AFTER_7])
def test_a_worker_that_is_told_to_stop_is_none_that_died(policy):
    job, stopped = make_job(route=['ops']), Outcome(reason=Reason.UNKNOWN, words='the worker was told to stop')
    for number in range(5):
        job = sent(job, stopped, number, attempt=str(number), policy=policy)
        if policy is not KEYED:
            assert job['state'] == 'uncertain'
            return
        assert (job['state'], job['starts']) == ('pending', 0)
    job = applied(job, rules.settled(posted(job, seconds=9), 0, 'key0', 'a1', ACCEPTED, at(10), KEYED))
    assert job['state'] == 'success'


def test_an_outcome_between_two_deaths_clears_the_suspicion():
    job = make_job()
    for number, outcome in enumerate([VANISHED, VANISHED, failed(Reason.BUSY), VANISHED, VANISHED]):
        job = sent(job, outcome, number, attempt=str(number))
    assert (job['state'], job['starts']) == ('pending', 2)


# Late receipts: a receipt is a fact.


def lost(job, **fields):
    """A job whose worker posted part 0 and went silent, and what others made of it since."""
    return dict(posted(job), **fields)


#: (sentence, the job meanwhile, its state once the receipt is recorded)
LATE = [
    ('it comes over a doubt', lost(make_job(), state='uncertain', error='not known'), 'success'),
    ('it comes over an error', lost(make_job(), state='error', error='worker died 3 times'), 'success'),
    (
        'it comes over a doubt, with more to send',
        lost(make_job(2), state='uncertain', error='not known'),
        'pending',
    ),
    ('it comes over an error, with more to send', lost(make_job(2), state='error', error='x'), 'pending'),
    ('a person has cancelled the job', lost(make_job(2), state='cancelled'), 'cancelled'),
    ('a person has cancelled the job, nothing is left', lost(make_job(), state='cancelled'), 'cancelled'),
    ('a person holds the job', lost(make_job(2), state='held'), 'held'),
    ('a person holds the job, nothing is left', lost(make_job(), state='held'), 'success'),
    ('the part is being tried again', posted(lost(make_job()), attempt='a2', seconds=9), 'success'),
]


@pytest.mark.parametrize('sentence, job, state', LATE, ids=[row[0] for row in LATE])
def test_a_late_receipt_counts_when(sentence, job, state):
    after = applied(job, settle(job, ACCEPTED, 100))
    assert after['state'] == state
    assert (after['parts'][0]['state'], after['parts'][0]['receipt']) == ('done', ACCEPTED.receipt)
    if state in ('success', 'pending'):
        assert after['error'] == ''
    assert after['attempts'][-1]['result'] == 'accepted'


def test_a_late_receipt_of_a_doubt_lets_the_rest_go_on_at_once():
    job = lost(make_job(2), state='uncertain', due_at=at(5000))
    assert applied(job, settle(job, ACCEPTED, 100))['due_at'] == at(100)


#: (sentence, the job meanwhile)
GONE = [
    (
        'the part was rendered anew',
        dict(make_job(), parts=[rules.new_part('other', {'text': 'x'}, {'text': 'x'})]),
    ),
    ('the part is the withheld one now', applied(make_job(), {'parts.0.key': 'key0-w'})),
    ('the job is not rendered at all now', make_job(0)),
    ('the part has its receipt already', applied(make_job(), {'parts.0.state': 'done'})),
]


@pytest.mark.parametrize('sentence, job', GONE, ids=[row[0] for row in GONE])
def test_a_late_receipt_stays_in_the_history_alone_when(sentence, job):
    fields = settle(job, ACCEPTED, 100)
    assert set(fields) == {'attempts'}
    assert fields['attempts'][-1]['attempt'] == 'a1'


#: (sentence, the job meanwhile)
STALE = [
    ('another attempt is under way', posted(make_job(), attempt='a2')),
    ('the part is waiting to be tried again', applied(make_job(), {'parts.0.attempt': 'a1'})),
    ('the part is done', applied(posted(make_job()), {'parts.0.state': 'done'})),
    ('the job was given up', lost(make_job(), state='error')),
    ('the job was cancelled', lost(make_job(), state='cancelled')),
    ('the job was rendered anew', make_job(0)),
]


@pytest.mark.parametrize('sentence, job', STALE, ids=[row[0] for row in STALE])
def test_a_late_failure_says_nothing_new_when(sentence, job):
    assert settle(job, failed(Reason.CONFIG), 100) == {}


def test_a_failure_of_a_held_job_counts():
    job = lost(make_job(), state='held')
    after = applied(job, settle(job, failed(Reason.BUSY), 5))
    assert (after['state'], after['parts'][0]['state'], after['tries']) == ('held', 'ready', 1)


def test_the_newest_fifty_attempts_are_kept():
    job = make_job()
    for number in range(60):
        job = sent(job, failed(Reason.BUSY), attempt=str(number))
    assert [line['attempt'] for line in job['attempts']] == [str(number) for number in range(10, 60)]


def test_what_was_read_is_not_written_into():
    job = posted(make_job(2))
    before = repr(job)
    for outcome in [ACCEPTED, VANISHED] + [failed(reason) for reason in Reason]:
        for policy in (KEYED, KEYLESS, KEYLESS._replace(resend_uncertain=True)):
            settle(job, outcome, 5, policy=policy)
            rules.next_step(job, at(5), policy)
    assert repr(job) == before


@pytest.mark.parametrize('outcome, said', [
    (failed(Reason.CONFIG), 'config 7 their words'),
    (Outcome(reason=Reason.UNREACHABLE), 'unreachable'),
    (Outcome(reason=Reason.UNKNOWN, words='cut'), 'unknown cut'),
])  # fmt: skip
def test_an_outcome_is_told_in_one_line(outcome, said):
    assert rules.said(outcome) == said


# Pace.

#: (sentence, seconds at which was sent, now, seconds to wait)
PACE = [
    ('an unused lane', [], 0, 0),
    ('room for one more', [0], 1, 0),
    ('full within the span', [0, 1, 2], 10, 51),
    ('the oldest is just out of the span', [0, 1, 2], 61, 0),
    ('the oldest is nearly out of the span', [0, 1, 2], 60.5, 0.5),
    ('only the newest count', [-500, -400, 0, 1, 2], 10, 51),
    ('a long rest', [0, 1, 2], 9999, 0),
]


@pytest.mark.parametrize('sentence, sent_at, now, wait', PACE, ids=[row[0] for row in PACE])
def test_of_three_in_61_seconds(sentence, sent_at, now, wait):
    assert rules.pace_wait([at(one) for one in sent_at], at(now), 3, 61.0) == timedelta(seconds=wait)


def test_a_lane_that_obeys_never_sends_more_than_its_pace():
    sent_at, now = [], START
    for _ in range(50):
        now += rules.pace_wait(sent_at, now, 18, 61.0)
        sent_at.append(now)
        now += timedelta(milliseconds=100)
    for index in range(len(sent_at) - 18):
        assert sent_at[index + 18] - sent_at[index] >= timedelta(seconds=61)
    assert sent_at[17] - sent_at[0] < timedelta(seconds=2)


# The fold.

#: (states of notifications, states of exports, export_status, push_status)
FOLD = [
    ([], [], 'skip', 'skip'),
    (['success'], [], 'skip', 'success'),
    (['success', 'success'], ['success'], 'success', 'success'),
    (['success', 'error'], [], 'skip', 'error'),
    (['error', 'uncertain', 'success'], [], 'skip', 'uncertain'),
    (['success', 'cancelled'], [], 'skip', 'success'),
    (['cancelled'], [], 'skip', 'skip'),
    (['error', 'pending'], [], 'skip', 'pending'),
    (['success', 'held'], [], 'skip', 'pending'),
    (['success'], ['pending'], 'pending', 'pending'),
    (['success'], ['held'], 'pending', 'pending'),
    (['success'], ['error'], 'error', 'success'),
    (['pending'], ['error', 'success'], 'error', 'pending'),
    ([], ['success'], 'success', 'skip'),
    (['uncertain'], ['uncertain'], 'uncertain', 'uncertain'),
]


@pytest.mark.parametrize('notifications, exports, export_status, push_status', FOLD)
def test_a_run_has_the_worst_of_its_jobs(notifications, exports, export_status, push_status):
    jobs = [{'kind': 'notify', 'state': state} for state in notifications]
    jobs += [{'kind': 'export', 'state': state} for state in exports]
    assert rules.fold(jobs) == (export_status, push_status)
    assert rules.fold(reversed(jobs)) == (export_status, push_status)

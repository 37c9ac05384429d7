"""Plugins that answer what no contract has: it is recorded as far as it can be, and nobody else waits for it."""

from datetime import timedelta
from itertools import count

import pytest
from pymongo.errors import AutoReconnect

from scan_notify_plugin.api import Reason, Receipt, SendError, hookimpl
from scan_notify_plugin.cli import channel_checks
from scan_notify_plugin.faults import join, say
from scan_notify_plugin.notifiers.replies import MAX_PAUSE
from scan_notify_plugin.plugins.guard import MOST_PROBLEMS
from scan_notify_plugin.worker import channels as channels_module
from scan_notify_plugin.worker.follow import follow_up
from tests.worker.test_third_parties import HALF, Box, Marking, Second, job_of, loop_with

#: The first wait after a failure, and the rest of a lane that is told to wait, where no pause is asked for that counts.
FIRST, REST = 1.0, Box.cool_down


class Speechless(Exception):
    """Cannot even be printed."""

    def __str__(self):
        raise RuntimeError('no words')


def repr_of(value):
    return repr(value)[:20]


@pytest.fixture
def box():
    made = Box()
    yield made
    made.gate.set()


@pytest.fixture
def second():
    return Second()


@pytest.fixture
def loop(box):
    return loop_with(box)


def told(loop, box, *answers):
    """The job of a run that was told once."""
    box.answers = list(answers)
    run_id = loop.finished_run()
    loop.work()
    assert all(loop.context.aside.of(kind) == [] for kind in ('job', 'run'))
    return job_of(loop, run_id)


def refusal(**fields):
    """A SendError with fields that its constructor may not have taken."""
    error = SendError(Reason.BUSY, words='x')
    vars(error).update(fields)
    return error


def raises(error):
    def method(*args):
        raise error

    return method


@pytest.mark.parametrize('code, stored', [
    (7, 7),
    (-7, -7),
    ('E7', 'E7'),
    (None, None),
    (2 ** 63 - 1, 2 ** 63 - 1),
    (2 ** 63, '9223372036854775808'),
    (10 ** 30, '1' + '0' * 30),
    (True, 'True'),
    (3.5, '3.5'),
    (float('nan'), 'nan'),
    ({'$a.b': 1}, "{'$a.b': 1}"),
    (['a'], "['a']"),
    ('9' * 10 ** 6, '9' * 100),
    (0, 0),
    (-(2 ** 63) - 1, str(-(2 ** 63) - 1)),
    (object, str(object)),
    (Speechless(), 'RuntimeError'),
], ids=lambda value: repr(type(value)))  # fmt: skip
def test_any_code_is_on_record(loop, box, code, stored):
    job = told(loop, box, refusal(code=code))
    (attempt,) = job['attempts']
    assert (attempt['result'], attempt['words'], job['state']) == ('busy', 'x', 'pending')
    assert attempt.get('code') == stored and type(attempt.get('code')) is type(stored)
    (attempt,) = loop.context.jobs.get(job['_id']).attempts
    assert attempt.code == stored and type(attempt.code) is type(stored)


@pytest.mark.parametrize('words, stored', [
    (None, ''), (7, '7'), (b'x', "b'x'"), ('x' * 10 ** 6, 'x' * 300), (Speechless(), 'RuntimeError'),
], ids=lambda value: repr(type(value)))  # fmt: skip
def test_any_words_are_on_record(loop, box, words, stored):
    (attempt,) = told(loop, box, refusal(words=words))['attempts']
    assert (attempt['result'], attempt['words']) == ('busy', stored)


@pytest.mark.parametrize('asked, waits', [
    (90, 90.0),
    (0, None),
    (-5.0, None),
    (float('nan'), None),
    (float('-inf'), None),
    ('60', 60.0),
    ('soon', None),
    ('Fri, 27 Nov 2026 10:00:00 GMT', None),
    ([60], None),
    (True, None),
    (timedelta(60), None),
    (1e12, MAX_PAUSE),
    (10**400, MAX_PAUSE),
    (float('inf'), MAX_PAUSE),
], ids=repr_of)  # fmt: skip
@pytest.mark.parametrize('reason', [Reason.BUSY, Reason.THROTTLED])
def test_any_pause_that_is_asked_for_ends(loop, box, reason, asked, waits):
    job = told(loop, box, refusal(reason=reason, retry_after=asked))
    now, lane = loop.clock.now(), loop.db['scan_notify_lane'].find_one({'_id': job['lane']})
    if reason is Reason.BUSY:
        assert job['due_at'] - now == timedelta(seconds=waits or FIRST)
    else:
        assert lane['cool_until'] - now == timedelta(seconds=max(waits or 0, REST))
    assert job['attempts'][0]['result'] == reason.value
    loop.clock.move(seconds=max(waits or 0, FIRST if reason is Reason.BUSY else REST) - 1)
    loop.run_through(1, 0)
    assert len(box.sent) == 1
    loop.run_through(4)
    delivered = waits != MAX_PAUSE  # which is longer than a run is told
    assert (job_of(loop, job['run_ids'][0])['state'], len(box.sent)) == (('success', 2) if delivered else ('error', 1))


@pytest.mark.parametrize('kind, result', [(Box, 'unknown'), (Marking, 'unreachable')])
@pytest.mark.parametrize('reason', ['busy', None, 7])
def test_a_reason_that_is_none_says_nothing(kind, result, reason):
    box = kind()
    (attempt,) = told(loop_with(box), box, refusal(reason=reason, code=7))['attempts']
    assert (attempt['result'], attempt['code'], attempt['words']) == (result, 7, 'x')


@pytest.mark.parametrize('receipt, identity', [(Receipt(None, None), ''), (Receipt(10**30, 7), '1' + '0' * 30)])
def test_any_receipt_is_one(loop, box, receipt, identity):
    job = told(loop, box, receipt)
    assert job['state'] == 'success'
    assert job['parts'][0]['receipt'] == {'id': identity, 'note': '' if receipt.note is None else '7', 'final': True}


@pytest.mark.parametrize('answer', [None, 'no receipt', {'id': 1}])
def test_what_is_no_receipt_is_a_doubt(loop, box, answer):
    job = told(loop, box, answer)
    (attempt,) = job['attempts']
    assert (attempt['result'], job['state']) == ('unknown', 'uncertain')
    assert attempt['words'].startswith('AttributeError: ')


def test_an_error_without_words_is_named_by_its_kind(loop, box):
    (attempt,) = told(loop, box, Speechless())['attempts']
    assert (attempt['result'], attempt['words']) == ('unknown', 'Speechless')


@pytest.mark.parametrize('error, words', [
    (Speechless(), 'Speechless'),
    (ValueError(HALF), 'ValueError: cut here: ?'),
    (AutoReconnect('a database of its own'), 'AutoReconnect: a database of its own'),
])  # fmt: skip
def test_a_message_that_cannot_be_rendered_goes_to_its_fallback(box, second, monkeypatch, caplog, error, words):
    loop = loop_with(box, second, FALLBACK='backup')
    monkeypatch.setattr(box, 'render', raises(error))
    job = told(loop, box)
    assert (job['state'], job['at'], len(second.sent), box.sent) == ('success', 1, 1, [])
    assert 'cannot be rendered: {}\n'.format(words) in caplog.text


def test_a_message_that_is_too_large_to_be_stored_goes_to_its_fallback(box, second, monkeypatch, caplog):
    loop = loop_with(box, second, FALLBACK='backup')
    monkeypatch.setattr(box, 'compose', lambda message, *rest: {'text': message, 'more': 'x' * 9 * 10**6})
    job = told(loop, box)
    assert (job['state'], job['at'], len(second.sent), box.sent) == ('success', 1, 1, [])
    assert 'cannot be rendered: ValueError: too large to be stored' in caplog.text


@pytest.mark.parametrize('said, stored', [(None, None), (1, True), ('yes', True), ('', False), (object(), True)])
def test_whatever_says_that_a_part_can_be_repeated_is_a_yes_or_a_no(loop, box, monkeypatch, said, stored):
    monkeypatch.setattr(box, 'repeatable', lambda content: said)
    job = told(loop, box)
    assert (job['state'], job['parts'][0].get('repeatable')) == ('success', stored)


@pytest.mark.parametrize('error, words', [(Speechless(), 'Speechless'), (ValueError(HALF), 'ValueError: cut here: ?')])
def test_what_a_hook_raises_is_one_line_of_its_run(box, second, monkeypatch, error, words):
    loop = loop_with(box, second, FALLBACK='backup')

    @hookimpl
    def on_run_complete(run):
        raise error

    (mine,) = [one for one in loop.context.plugins.manager.hook.on_run_complete.get_hookimpls() if one.plugin is box]
    monkeypatch.setattr(mine, 'function', on_run_complete)
    job = told(loop, box)
    assert loop.run(job['run_ids'][0])['error_msg'] == 'box in on_run_complete: ' + words
    assert job['state'] == 'success' and len(second.sent) == 1


# Short questions.


@pytest.mark.parametrize('leaves', [SystemExit(3), KeyboardInterrupt(), GeneratorExit()], ids=repr)
def test_a_plugin_that_leaves_while_it_is_asked_ends_nobody(loop, box, monkeypatch, leaves):
    monkeypatch.setattr(box, 'credential', raises(leaves))
    assert told(loop, box)['state'] == 'success'
    monkeypatch.setattr(box, 'problems', raises(leaves))
    loop.context.channels.renew()
    assert join(loop.context.channels.problems('ops')) == 'its plugin failed to check it: RuntimeError'
    run = loop.run(loop.finished_run())
    assert (run['status'], run['push_status']) == ('finished', 'skip')
    assert run['error_msg'] == 'target ops: its plugin failed to check it: RuntimeError'


def test_problems_that_come_piece_by_piece_may_hang_like_others(loop, box, monkeypatch):
    monkeypatch.setattr(channels_module, 'QUICK', 0.05)
    box.gate.clear()

    def problems(options):
        yield 'URL is missing'
        box.gate.wait()

    monkeypatch.setattr(box, 'problems', problems)
    assert join(loop.context.channels.problems('ops')) == 'no answer within 0.05 s'


def test_endless_problems_are_told_as_far_as_somebody_reads_them(loop, box, monkeypatch):
    monkeypatch.setattr(box, 'problems', lambda options: iter(lambda: HALF + 'x' * 10**4, ''))
    problems = loop.context.channels.problems('ops')
    assert len(problems) == MOST_PROBLEMS and {len(say(problem, 'en')) for problem in problems} == {300}
    run = loop.run(loop.finished_run())
    assert run['push_status'] == 'skip' and run['error_msg'].startswith('target ops: cut here: ?xxx')
    assert loop.context.aside.of('run') == []


def checked(loop):
    findings = channel_checks.check_targets(loop.settings, loop.context.plugins)
    return {line.check: line for line in (finding.in_words('en') for finding in findings)}


@pytest.mark.parametrize(
    'answer, words',
    [
        (ValueError('no such place'), 'its plugin failed to check it: ValueError: no such place'),
        (SystemExit(3), 'its plugin failed to check it: RuntimeError: SystemExit: 3'),
        (Speechless(), 'its plugin failed to check it: Speechless'),
        (None, 'its plugin failed to check it: TypeError'),
        ([7, HALF], '7; cut here: ?'),
    ],
    ids=repr_of,
)
def test_the_doctor_says_what_is_wrong_whatever_a_plugin_answers(loop, box, monkeypatch, answer, words):
    monkeypatch.setattr(
        box, 'problems', raises(answer) if isinstance(answer, BaseException) else lambda options: answer
    )
    found = checked(loop)['target ops']
    assert found.state == 'fail' and found.found.startswith(words)


def test_the_doctor_reads_no_more_of_endless_problems_than_the_worker(loop, box, monkeypatch):
    monkeypatch.setattr(box, 'problems', lambda options: (str(number) + 'x' * 10**4 for number in count(10)))
    found = checked(loop)['target ops']
    assert found.found == '; '.join(str(number) + 'x' * 298 for number in range(10, 10 + MOST_PROBLEMS))


def test_the_doctor_does_not_wait_for_a_plugin_that_hangs(loop, box, monkeypatch):
    monkeypatch.setattr(channel_checks, 'TIMEOUT', 0.05)
    box.gate.clear()
    box.hangs_in = 'problems'
    found = checked(loop)['target ops']
    assert found.found == 'its plugin failed to check it: Overstayed: no answer within 0.05 s'


@pytest.mark.parametrize('content', [
    'text', 7, {'x': object()}, {1: 2}, {'n': 10 ** 30}, {'x': HALF}, {'x': 'x' * 16 * 10 ** 6}, SystemExit(3),
    Speechless(),
], ids=repr_of)  # fmt: skip
def test_a_follow_up_that_cannot_be_stored_keeps_no_other_back(loop, box, monkeypatch, content, caplog):
    told(loop, box)
    told(loop, box)
    asked = []

    def follow(*args):
        asked.append(args)
        if len(asked) > 1:
            return {'text': 'acknowledged'}
        if isinstance(content, BaseException):
            raise content
        return content

    monkeypatch.setattr(box, 'follow', follow)
    follow_up(loop.context, loop.clock.now())
    (update,) = loop.db['scan_notify_job'].find({'kind': 'update'})
    assert len(asked) == 2 and update['parts'][0]['content'] == {'text': 'acknowledged'}
    assert 'notifier box cannot follow up job' in caplog.text

"""Notifiers of third parties that hang, come back late, or say what nobody can store: what is recorded of a message."""

import threading
from types import SimpleNamespace

import bson
import pytest
from pymongo.errors import AutoReconnect

from scan_notify_plugin.api import Notifier, Reason, Receipt, SendError, hookimpl
from scan_notify_plugin.deadline import wait_for
from scan_notify_plugin.faults import Fault, join
from scan_notify_plugin.jobs.job import PartState
from scan_notify_plugin.jobs.job import Receipt as StoredReceipt
from scan_notify_plugin.jobs.job import State
from scan_notify_plugin.worker import channels as channels_module
from scan_notify_plugin.worker import posting, process, rendering
from scan_notify_plugin.worker.crew import Crew
from scan_notify_plugin.worker.follow import follow_up
from scan_notify_plugin.worker.hung import Hung
from scan_notify_plugin.worker.plan import unusable
from scan_notify_plugin.worker.process import _ask_plugins
from scan_notify_plugin.worker.reporting import why
from scan_notify_plugin.worker.send import Sender
from scan_notify_plugin.worker.sign_of_life import facts
from tests.loop import Loop
from tests.prose import english

SOON = 30


class Box(Notifier):
    """Does what a test says."""

    channel = 'box'
    max_bytes = 4096

    def __init__(self):
        self.gate, self.inside = threading.Event(), threading.Event()
        self.gate.set()
        self.hangs_in = ''
        self.answers = []
        self.sent = []
        self.entered = []

    def meet(self, method):
        if method == self.hangs_in:
            self.entered.append(method)
            self.inside.set()
            self.gate.wait()

    def problems(self, options):
        self.meet('problems')
        return []

    def credential(self, target):
        self.meet('credential')
        return 'box'

    def render(self, summary, target, templates):
        self.meet('render')
        return super().render(summary, target, templates)

    def compose(self, message, summary, target, page):
        return {'text': message, 'follow': True}

    def follow(self, content, news, target):
        self.meet('follow')
        return None

    def send(self, part, target):
        self.meet('send')
        self.sent.append(part)
        answer = self.answers.pop(0) if self.answers else Receipt()
        if isinstance(answer, Exception):
            raise answer
        return answer

    def check(self, part, receipt, target):
        self.meet('check')
        return Receipt()


class Marking(Box):
    marks_delivery = True


def loop_with(box, second=None, **more):
    targets = {'ops': dict(more, CHANNEL='box')}
    if second:
        targets['backup'] = {'CHANNEL': 'second'}
    section = {'DEFAULTS': {'NOTIFY_ENABLE': True, 'NOTIFY_CHANNEL': ['ops']}, 'TARGETS': targets}
    found = [SimpleNamespace(name=one.channel, load=lambda one=one: one, dist=None) for one in (box, second) if one]
    return Loop({'SCAN_NOTIFY': section}, found)


def loop_of_many(box, count):
    """So many targets, each with a robot of its own."""
    targets = {'ops-{}'.format(number): {'CHANNEL': 'box'} for number in range(count)}
    section = {'DEFAULTS': {'NOTIFY_ENABLE': True, 'NOTIFY_CHANNEL': sorted(targets)}, 'TARGETS': targets}
    box.credential = lambda target: target.name
    return Loop({'SCAN_NOTIFY': section}, [SimpleNamespace(name='box', load=lambda: box, dist=None)])


@pytest.fixture
def box():
    made = Box()
    yield made
    made.gate.set()


@pytest.fixture
def loop(box):
    return loop_with(box)


def job_of(loop, run_id):
    (job,) = [job for job in loop.jobs(run_id) if job['kind'] == 'notify']
    return job


HALF = 'cut here: \ud83d'


@pytest.mark.parametrize('answer, state', [
    (Receipt(id=HALF, note=HALF), 'success'),
    (SendError(Reason.CONFIG, HALF, HALF), 'error'),
    (SendError(Reason.UNKNOWN, 7, HALF), 'uncertain'),
    (ValueError(HALF), 'uncertain'),
])  # fmt: skip
def test_half_a_character_in_an_answer_is_recorded_as_what_it_is(loop, box, answer, state):
    box.answers = [answer]
    run_id = loop.finished_run()
    loop.work()
    job = job_of(loop, run_id)
    assert (job['state'], len(job['attempts'])) == (state, 1)
    assert loop.context.aside.of('job') == []


class OwnError(SendError):
    """Written for 0.1: says all that the worker reads, and does not call its base."""

    def __init__(self, words):
        self.reason, self.code, self.words, self.retry_after = Reason.BUSY, 5, words, None


def test_an_error_that_does_not_call_its_base_is_taken_at_its_words(loop, box):
    box.answers = [OwnError('so busy')]
    run_id = loop.finished_run()
    loop.work()
    job = job_of(loop, run_id)
    assert (job['state'], job['parts'][0]['state']) == ('pending', 'ready')
    assert [(line['result'], line['words']) for line in job['attempts']] == [('busy', 'so busy')]


def test_an_exporter_may_raise_such_an_error_too():
    assert join([why(OwnError('so busy'))]) == 'OwnError: so busy'


def faults_of(fault, times):
    return {'l{}'.format(number): [fault] * 20 for number in range(times)}


@pytest.mark.parametrize('fault', [
    Fault('{} token'.format('x' * 10**6)),
    Fault('q', **faults_of(Fault('q', **faults_of(Fault('quote', text='x' * 4096), 10)), 10)),
])  # fmt: skip
def test_a_fault_without_end_fills_no_document(loop, box, fault):
    box.answers = [SendError(Reason.CONFIG, 1, fault)]
    run_id = loop.finished_run()
    loop.work()
    job = job_of(loop, run_id)
    assert job['state'] == 'error' and len(bson.encode(job)) < 100000


def test_a_long_credential_is_taken_out_before_anything_is_cut(box):
    token = ''.join(map(str, range(400)))
    box.required, box.secrets = ('token',), ('token',)
    loop = loop_with(box, TOKEN=token)
    box.answers = [SendError(Reason.CONFIG, 1, ' '.join([token] * 20)), Receipt()]
    run_id = loop.finished_run()
    loop.work()
    assert token[:20] not in repr(job_of(loop, run_id)['attempts'])


def test_what_came_of_a_message_names_many_people(loop, box):
    box.answers = [Receipt(note='n' * 7900)]
    run_id = loop.finished_run()
    loop.work()
    assert job_of(loop, run_id)['parts'][0]['receipt']['note'] == 'n' * 7900


def test_what_fails_before_the_mark_is_no_doubt(loop, box, monkeypatch):
    run_id = loop.finished_run()

    def away(*args, **kwargs):
        raise AutoReconnect('no database')

    with monkeypatch.context() as patch:
        patch.setattr(posting.Posting, '_part', away)
        with pytest.raises(AutoReconnect):
            loop.work()
    job = job_of(loop, run_id)
    assert (job['starts'], job['parts'][0]['state'], job['parts'][0]['doubt_at']) == (0, 'ready', None)
    loop.tick()
    loop.work()
    assert job_of(loop, run_id)['state'] == 'success' and len(box.sent) == 1


def test_who_is_told_to_stop_begins_no_request(loop, box):
    run_id, asked = loop.finished_run(), []

    def stopping():
        asked.append(1)
        return len(asked) > 2  # between the look for a job and the request

    Sender(loop.context, stopping).work(loop.context.channels.lane('ops'))
    job = job_of(loop, run_id)
    assert box.sent == [] and (job['starts'], job['parts'][0]['state']) == (0, 'ready')


class World:
    """A crew at work with a notifier that hangs in one method."""

    def __init__(self, box, method, monkeypatch):
        for module, name in ((posting, 'SEND'), (posting, 'CHECK'), (rendering, 'RENDER')):
            monkeypatch.setattr(module, name, 0.05 if name[0] == method[0].upper() else SOON)
        self.box, self.loop = box, loop_with(box)
        self.context = self.loop.context
        self.hung = Hung(self.context, 'box-1')
        sender = Sender(self.context, hung=self.hung)
        self.crew = Crew(sender.visit)
        self.run_id = self.loop.finished_run()
        self.lane = self.context.channels.lane('ops')
        box.gate.clear()
        box.hangs_in = method

    def visit(self):
        self.crew.start(self.lane)
        assert wait_for(lambda: not self.crew.active(), SOON)
        return job_of(self.loop, self.run_id)

    def let_back(self):
        self.box.gate.set()
        assert wait_for(lambda: not self.crew.hanging(), SOON)
        self.hung.keep(self.crew.hanging, self.context.clock.now(), lambda lane: None)
        return job_of(self.loop, self.run_id)


@pytest.mark.parametrize('kind', [Box, Marking])
def test_a_send_that_overstays_is_a_doubt_unless_it_says_that_it_had_not_begun(kind, monkeypatch):
    world = World(kind(), 'send', monkeypatch)
    job = world.visit()
    (attempt,) = job['attempts']
    assert attempt['result'] == ('unreachable' if kind is Marking else 'unknown')
    assert bool(job['parts'][0]['doubt_at']) is (kind is Box)
    world.box.gate.set()


def test_a_late_receipt_is_a_fact(box, monkeypatch):
    world = World(box, 'send', monkeypatch)
    assert world.visit()['state'] == 'uncertain'
    job = world.let_back()
    assert (job['state'], job['parts'][0]['state'], len(box.sent)) == ('success', 'done', 1)


def test_a_late_failure_changes_nothing(box, monkeypatch):
    world = World(box, 'send', monkeypatch)
    box.answers = [SendError(Reason.CONFIG, 1, 'no such robot')]
    before = world.visit()
    assert world.let_back() == before


def test_a_late_receipt_after_the_message_went_elsewhere_stays_in_its_history(box, monkeypatch):
    world = World(box, 'send', monkeypatch)
    job = world.visit()
    before = world.context.jobs.get(job['_id'])
    moved = before.with_part(0, state=PartState.DONE, receipt=StoredReceipt('other'))
    world.context.jobs.change(before, moved.evolve(state=State.SUCCESS))
    job = world.let_back()
    assert job['parts'][0]['receipt']['id'] == 'other' and job['attempts'][-1]['result'] == 'accepted'


def test_a_message_whose_rendering_hangs_is_rendered_again(box, monkeypatch):
    world = World(box, 'render', monkeypatch)
    job = world.visit()
    assert (job['parts'], job['starts'], list(world.crew.hanging())) == ([], 0, [world.lane])
    world.let_back()
    job = world.visit()
    assert job['state'] == 'success' and len(box.sent) == 1


def test_a_question_that_hangs_says_nothing_about_its_message(box, monkeypatch):
    box.answers = [Receipt(id='1', final=False)]
    world = World(box, 'check', monkeypatch)
    world.visit()
    before = world.context.jobs.get(job_of(world.loop, world.run_id)['_id'])
    world.context.jobs.change(before, before.evolve(due_at=before.created_at))
    (part,) = world.visit()['parts']
    assert list(world.crew.hanging()) == [world.lane]
    assert (part['state'], part['doubt_at'], len(box.sent)) == ('posted', None, 1)


def test_a_plugin_that_does_not_say_what_is_wrong_is_not_taken_for_one_that_refuses(loop, box, monkeypatch):
    monkeypatch.setattr(channels_module, 'QUICK', 0.05)
    box.gate.clear()
    box.hangs_in = 'problems'
    assert unusable(loop.context, 'ops') == ()
    assert 'no answer within' in join(loop.context.channels.problems('ops'))


@pytest.mark.parametrize('method', ['problems', 'credential'])
def test_neither_a_tick_nor_a_lane_waits_for_what_plugins_say_of_their_targets(loop, box, method):
    """Each of hundreds of targets may take almost as long as one call may."""
    _ask_plugins(loop.context)
    box.gate.clear()
    box.hangs_in = method
    run_id = loop.finished_run()
    loop.work()
    assert job_of(loop, run_id)['state'] == 'success' and box.entered == []


def test_a_worker_that_starts_does_not_wait_long_for_slow_plugins(loop, box, monkeypatch, caplog):
    monkeypatch.setattr(process, 'FIRST_ANSWERS', 0.05)
    box.gate.clear()
    box.hangs_in = 'problems'
    _ask_plugins(loop.context)
    assert box.inside.is_set() and 'not all plugins have said yet' in caplog.text
    box.gate.set()
    assert wait_for(lambda: loop.context.channels._problems, SOON)


def test_what_plugins_say_of_their_targets_is_renewed_with_each_sign_of_life(loop, box, monkeypatch):
    lane = loop.context.channels.lane('ops')
    assert loop.context.channels.problems('ops') == []
    monkeypatch.setattr(box, 'problems', lambda options: ['URL is missing'])
    monkeypatch.setattr(box, 'credential', lambda target: 'another')
    assert (loop.context.channels.problems('ops'), loop.context.channels.lane('ops')) == ([], lane)
    said = {one['name']: one for one in facts(loop.context)['target_facts']}['ops']
    assert english(said['problems']) == 'URL is missing' and said['lane'] != lane
    assert (join(loop.context.channels.problems('ops')), loop.context.channels.lane('ops')) == (
        'URL is missing',
        said['lane'],
    )


class Second(Box):
    channel = 'second'


@pytest.mark.parametrize('fails', ['hangs', 'raises'])
def test_what_a_plugin_cannot_be_asked_about_goes_to_the_fallback(box, monkeypatch, fails):
    second = Second()
    loop = loop_with(box, second, FALLBACK='backup')
    monkeypatch.setattr(loop.context.dispatcher, '_limit', 0.05 if fails == 'hangs' else SOON)
    box.gate.clear()

    @hookimpl
    def on_run_complete(run):
        if fails == 'raises':
            raise ValueError('mine')
        box.gate.wait()

    (mine,) = [one for one in loop.context.plugins.manager.hook.on_run_complete.get_hookimpls() if one.plugin is box]
    monkeypatch.setattr(mine, 'function', on_run_complete)
    run_id = loop.finished_run()
    loop.work()
    job = job_of(loop, run_id)
    assert (job['_id'], job['route'], job['state']) == (run_id + '/complete/ops', ['backup'], 'success')
    assert len(second.sent) == 1 and box.sent == []
    assert loop.run(run_id)['error_msg'].startswith('box in on_run_complete: ')


def test_a_follow_up_that_hangs_is_named_and_keeps_no_chore_from_its_turn(loop, box, monkeypatch, caplog):
    monkeypatch.setattr(channels_module, 'QUICK', 0.05)
    loop.finished_run()
    loop.work()
    box.gate.clear()
    box.hangs_in = 'follow'
    follow_up(loop.context, loop.clock.now())
    assert box.inside.is_set() and 'box.follow does not come back' in caplog.text
    assert 'notifier box cannot follow up' in caplog.text

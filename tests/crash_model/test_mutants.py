"""With one rule broken on purpose, some play of a small set goes wrong, and in the expected words."""

from datetime import timedelta
from typing import Any, Callable, Iterable, Iterator, List, Tuple, TypeVar

import pytest

from scan_notify_plugin import doors, mongo
from scan_notify_plugin.admin import runs as admin_runs
from scan_notify_plugin.errors import Reason
from scan_notify_plugin.faults import Fault
from scan_notify_plugin.jobs import lanes, routing, settling, steering, steps
from scan_notify_plugin.jobs import store as job_store
from scan_notify_plugin.jobs import waiting
from scan_notify_plugin.jobs.job import GOING_ON, Job, PartState, State
from scan_notify_plugin.records import read_record
from scan_notify_plugin.runs import rules as run_rules
from scan_notify_plugin.runs import store as run_store
from scan_notify_plugin.worker import adopt, context, fold, posting, rendering, rounds, stopping, tick
from tests.crash_model.administrator import CANCEL, HOLD, OFF, RESEND, SETTLE, STOP_TARGET
from tests.crash_model.plays import (
    KEYED,
    KEYLESS,
    Faults,
    Report,
    every_cut,
    every_death,
    every_nap,
    every_sleep,
)
from tests.crash_model.world import HANG, KILL, STOP_AT_ONCE, Scenario, World

T = TypeVar('T')

OUTAGE = ('accepted, then cut',) + ('unreachable',) * 20
SCENARIOS = [
    KEYLESS,
    KEYED,
    KEYED._replace(answers=OUTAGE),
    KEYLESS._replace(answers=('unreachable',) * 60, fallback=True),
]


def scattered(plays: Iterable[T]) -> Iterator[T]:
    """All of them, every seventh first: what a broken rule does shows in plays that are neighbours."""
    listed = list(plays)
    for start in range(7):
        yield from listed[start::7]


def small_set() -> Iterator[Tuple[Scenario, Faults]]:
    """Plays that are in the other tests, too, where they pass."""
    for scenario in SCENARIOS:
        yield scenario, {}
    for scenario in SCENARIOS[:2]:
        world = World(scenario, {}).run()
        for kind in (every_death, every_nap, every_sleep, every_cut):
            for faults in scattered(kind(world)):
                yield scenario, faults


def naps() -> Iterator[Tuple[Scenario, Faults]]:
    """Plays in which a lease is lost. A broken rule about that makes others last long."""
    for faults in scattered(every_nap(World(KEYLESS, {}).run())):
        yield KEYLESS, faults


def repeats_whatever_happened(patch: Any) -> None:
    decide_about_repeats(patch, lambda part, now, policy: True)


def decide_about_repeats(patch: Any, may_repeat: Callable[[Any, Any, Any], bool]) -> None:
    for module in (steps, settling):
        patch(module, 'may_repeat', may_repeat)


def trusts_a_key_for_ever(patch: Any) -> None:
    patch(waiting, 'KEY_TRUST', timedelta(days=999))


def changes_what_others_changed(patch: Any) -> None:
    def change(collection: Any, document: Any, fields: Any) -> Any:
        update = {'$set': fields, '$inc': {'rev': 1}}
        return collection.find_one_and_update({'_id': document['_id']}, update, return_document=True)

    for module in (mongo, doors):
        patch(module, 'change', change)


def posts_without_a_mark(patch: Any) -> None:
    patch(posting, 'posting', lambda job, index, attempt, now: job.evolve(starts=job.starts + 1))


def drops_the_receipt_of_a_lost_lease(patch: Any) -> None:
    settled = settling.settled

    def strict(job: Job, index: int, key: str, attempt: Any, outcome: Any, now: Any, policy: Any) -> Job:
        waiting = index < len(job.parts) and job.parts[index].attempt == attempt
        if waiting and job.state is State.PENDING:
            return settled(job, index, key, attempt, outcome, now, policy)
        return job

    for module in (steps, posting):
        patch(module, 'settled', strict)


def folds_no_late_receipt(patch: Any) -> None:
    patch(run_store.RunStore, 'doubted', lambda self, since: [])


def forgets_the_plan(patch: Any) -> None:
    planned = tick.planned
    patch(tick, 'planned', lambda run, plans: planned(run, []))


def inserts_a_job_under_a_new_id(patch: Any) -> None:
    numbers = iter(range(10**9))
    new_job = fold.new_job
    patch(fold, 'new_job', lambda *args: new_job(*args).evolve(id='job {}'.format(next(numbers))))


def sends_all_pages_under_one_key(patch: Any) -> None:
    patch(rendering, '_key', lambda job, index: job.id)


def never_ends_a_lease(patch: Any) -> None:
    patch(lanes, 'LEASE', timedelta(days=999))


def waits_for_a_dead_scheduler(patch: Any) -> None:
    patch(run_rules, 'lost_fires', lambda run, now: [])


def looks_for_no_tasks_of_a_dead_scheduler(patch: Any) -> None:
    patch(tick, 'tasks_of_fire', lambda *args: adopt.FireTasks([], 0))


def tells_no_round_that_was_not_recorded(patch: Any) -> None:
    patch(rounds, '_unrecorded', lambda context, schedule, known, now: None)


def gives_up_without_the_fallback(patch: Any) -> None:
    patch(routing, '_onward', lambda job, now, policy, words, doubt: job)


def steered_set() -> Iterator[Tuple[Scenario, Faults]]:
    """Plays with robots that answer later, mentions and an administrator, which pass in the tests of these."""
    page = KEYLESS._replace(pages=1)
    doubted = KEYLESS._replace(answers=('accepted, then cut',))
    later = KEYED._replace(verdicts=('going on', 'arrived'))
    yield later, {}
    yield KEYED._replace(verdicts=('missed somebody',)), {}
    yield KEYED._replace(verdicts=('missed somebody', 'arrived')), {}
    yield KEYED._replace(verdicts=('going on',)), {}
    for answers in (('accepted, then cut',), ('accepted', 'accepted, then cut')):
        yield KEYED._replace(pages=1, mention=False, answers=answers), {}
    yield doubted._replace(afterwards=(SETTLE, RESEND)), {}
    yield page._replace(answers=('cut',), afterwards=(SETTLE, RESEND)), {}
    for afterwards in ((RESEND,), (SETTLE,), (RESEND, RESEND)):
        yield doubted._replace(afterwards=afterwards), {}
    world = World(page, {}).run()
    request = [point[2:] for point in world.points].index(('request', 'after'))
    world = World(page, {request: KILL}).run()
    for number in scattered(range(request + 60, world.length)):
        yield page._replace(afterwards=(RESEND,)), {request: KILL, number: CANCEL}
    yield Scenario('in order', idempotent=True, curious=True, answers=('accepted', 'busy')), {}
    for scenario in (page._replace(answers=('unreachable', 'busy')), KEYLESS, later):
        world = World(scenario._replace(afterwards=(RESEND,)), {}).run()
        for number in scattered(range(world.length // 3, world.length, 3)):
            for act in (HOLD, CANCEL, OFF, RESEND):
                yield scenario._replace(afterwards=(RESEND,)), {number: act}


def asks_about_the_first_before_it_sends_the_second(patch: Any) -> None:
    def first_open(job: Job) -> Any:
        going_on = [part.state in GOING_ON for part in job.parts]
        return going_on.index(True) if True in going_on else None

    patch(steps, '_first_open', first_open)


def asks_no_more(patch: Any) -> None:
    ask_for(patch, timedelta(0))


def ask_for(patch: Any, time: timedelta) -> None:
    for module in (steps, settling):
        patch(module, 'CHECK_FOR', time)


def asks_for_ever(patch: Any) -> None:
    ask_for(patch, timedelta(days=999))


def takes_an_accepted_message_for_one_that_arrived(patch: Any) -> None:
    accepted = settling._accepted

    def believes(job: Job, index: int, receipt: Any, *args: Any) -> Job:
        return accepted(job, index, receipt._replace(final=True), *args)

    patch(settling, '_accepted', believes)


def takes_any_word_for_the_last(patch: Any) -> None:
    checked = posting.checked

    def believes(job: Job, index: int, outcome: Any, *args: Any) -> Job:
        receipt = outcome.receipt and outcome.receipt._replace(final=True)
        return checked(job, index, outcome._replace(receipt=receipt), *args)

    patch(posting, 'checked', believes)


def keeps_failures_for_itself(patch: Any) -> None:
    patch(settling, 'ended', lambda job, parts, now, policy: job.evolve(state=State.SUCCESS, faults=()))


def forgets_whom_a_part_missed(patch: Any) -> None:
    checked = posting.checked

    def forgets(*args: Any) -> Job:
        after = checked(*args)
        return after.evolve(parts=tuple(part.evolve(failure='') for part in after.parts))

    patch(posting, 'checked', forgets)


def trusts_a_mention_as_its_pages(patch: Any) -> None:
    def may_repeat(part: Any, now: Any, policy: Any) -> bool:
        return part.doubt_at is None or (policy.idempotent and now - part.doubt_at < waiting.KEY_TRUST)

    decide_about_repeats(patch, may_repeat)


def sends_what_a_person_stopped(patch: Any) -> None:
    due = job_store.JobStore.due

    def any_due(store: Any, lane: str, now: Any, most: int = 1) -> Any:
        stopped = store._jobs.find_one({'state': {'$in': ['held', 'cancelled']}, 'lane': lane})
        return due(store, lane, now, most) or (
            [read_record(Job, stopped).evolve(state=State.PENDING)] if stopped else []
        )

    patch(job_store.JobStore, 'due', any_due)
    patch(job_store.JobStore, 'next_due', lambda store, lane, now: next(iter(any_due(store, lane, now)), None))


def counts_the_time_of_a_hold(patch: Any) -> None:
    let_go = steering.let_go
    patch(steering, 'let_go', lambda job, now: let_go(job.evolve(held_at=now), now))


def never_lets_go(patch: Any) -> None:
    patch(steering, 'let_go', lambda job, now: job.evolve(held_at=None))


def lets_others_pass_a_quick_retry(patch: Any) -> None:
    patch(steps, 'holds_up', lambda job, now: timedelta(0))


def calls_no_message_back(patch: Any) -> None:
    patch(steering, 'LEASE', timedelta(0))


def cancels_a_doubt_without_a_word(patch: Any) -> None:
    cancelled = steering.cancelled

    def without_doubts(job: Job, by: str, now: Any) -> Job:
        return cancelled(job, by, now).evolve(faults=(Fault('job.cancelled', by=by),))

    patch(steering, 'cancelled', without_doubts)


def repeats_without_a_word(patch: Any) -> None:
    patch(steering, 'may_have_arrived', lambda job: False)


def forgets_the_dead_worker_of_a_cancelled_job(patch: Any) -> None:
    may_have_arrived = steering.may_have_arrived

    def forgets(job: Job) -> bool:
        return may_have_arrived(
            job.evolve(parts=tuple(part for part in job.parts if part.state is not PartState.POSTING))
        )

    patch(steering, 'may_have_arrived', forgets)


def sends_again_what_is_not_through(patch: Any) -> None:
    patch(steering, 'OPEN', frozenset())
    patch(steering, 'unmade', lambda plan, jobs: [])


def uses_the_id_of_a_resend_twice(patch: Any) -> None:
    patch(steering, '_next_number', lambda run: 1)


def counts_what_was_done_again(patch: Any) -> None:
    patch(fold, 'standing', list)


def settles_and_forgets_the_rest(patch: Any) -> None:
    settled_by = steering.settled_by

    def settled(*args: Any) -> Job:
        after = settled_by(*args)
        return after.evolve(state=State.SUCCESS, faults=()) if after.state is State.PENDING else after

    patch(steering, 'settled_by', settled)


def settles_without_the_run(patch: Any) -> None:
    patch(admin_runs.rules, 'to_fold_again', lambda run: run)
    patch(run_store.RunStore, 'doubted', lambda self, since: [])


def takes_in_nothing(patch: Any) -> None:
    patch(context.Context, 'take_in', lambda self, stored=None: False)


def doubted_set() -> Iterator[Tuple[Scenario, Faults]]:
    """Plays with doubts that somebody is told of, codes that nobody knows, and clocks that are set."""
    page, keyed = KEYLESS._replace(pages=1), KEYED._replace(pages=1)
    for answers in (
        ('accepted, then cut',),
        ('accepted, then cut', 'config'),
        ('refused', 'refused'),
        ('bad gateway',),
    ):
        for scenario in (page, keyed):
            yield scenario._replace(answers=answers), {}
            yield scenario._replace(answers=answers, fallback=True), {}
            yield scenario._replace(answers=answers, resend=True), {}
    yield page._replace(again=True, answers=('accepted, then bad gateway',)), {}
    yield keyed._replace(verdicts=('not found', 'arrived')), {}
    yield page._replace(fallback=True, mention=False), {}
    for scenario in (keyed, page._replace(fallback=True)):
        faults: Any = {}
        for fault in (KILL, STOP_AT_ONCE, HANG):
            for _ in range(4):
                world = World(scenario, faults).run()
                asked = [number for number, point in enumerate(world.points) if point[2:] == ('request', 'after')]
                faults = {number: fault for number in asked[: len(faults) + 1]}
                yield scenario, faults
            faults = {}
    outage = keyed._replace(answers=('accepted, then cut',) + ('unreachable',) * 20)
    world = World(outage, {}).run()
    for number in scattered(range(world.length // 3, world.length, 5)):
        for step in ('8 h back', '8 h ahead'):
            yield outage, {number: step}
    away = keyed._replace(answers=('unreachable', 'busy'))
    world = World(away, {}).run()
    for number in scattered(range(world.length // 3, world.length)):
        yield away, {number: '8 h ahead'}


def counts_deaths_before_doubts(patch: Any) -> None:
    refused = settling._refused

    def counts(job: Job, index: int, outcome: Any, *args: Any) -> Job:
        if outcome.vanished and job.starts >= settling.MAX_STARTS:
            return job.evolve(state=State.ERROR, faults=(Fault('job.died', count=3),))
        return refused(job, index, outcome, *args)

    patch(settling, '_refused', counts)


def tells_nobody_of_a_doubt(patch: Any) -> None:
    patch(routing, '_doubted', lambda job, now, policy, faults: job.evolve(state=State.UNCERTAIN, faults=faults))


def tells_others_without_a_word(patch: Any) -> None:
    patch(routing, '_as_repeat', lambda onward, job, now, faults: onward)


def forgets_the_doubts_of_earlier_targets(patch: Any) -> None:
    def final(job: Job, now: Any, faults: Tuple[Fault, ...], doubt: bool) -> Job:
        return job.evolve(state=State.UNCERTAIN if doubt else State.ERROR, faults=faults)

    patch(routing, '_final', final)


def takes_an_unknown_code_for_the_last_word(patch: Any) -> None:
    patch(settling, 'RETRY', settling.RETRY - {Reason.REFUSED})


def repeats_after_a_gateway_without_a_word(patch: Any) -> None:
    part = posting.Posting._part
    patch(posting.Posting, '_part', lambda *args, **more: part(*args, **more)._replace(repeat=False))


def takes_a_failed_question_for_an_answer(patch: Any) -> None:
    patch(settling, '_is_http', lambda code: False)


def waits_for_a_time_of_another_clock(patch: Any) -> None:
    patch(tick, 'set_back', lambda job, now: job.evolve(decided_at=now))


def trusts_a_key_whatever_the_clock_did(patch: Any) -> None:
    def may_repeat(part: Any, now: Any, policy: Any) -> bool:
        return part.doubt_at is None or (policy.idempotent and now - part.doubt_at < waiting.KEY_TRUST)

    patch(waiting, 'trusting_no_key', lambda job: job)
    decide_about_repeats(patch, may_repeat)


def gives_up_for_a_clock_that_was_set_ahead(patch: Any) -> None:
    policy = context.Context.policy
    patch(context.Context, 'policy', lambda self, job: policy(self, job)._replace(grace=timedelta(0)))


def stopped_set() -> Iterator[Tuple[Scenario, Faults]]:
    """Plays in which a service turns its target away, or a person stops it."""
    page = KEYLESS._replace(pages=1)
    yield page._replace(answers=('gone',), fallback=True), {}
    yield page._replace(answers=('gone',), afterwards=(RESEND,)), {}
    yield page._replace(afterwards=(STOP_TARGET, RESEND)), {}
    scenario = KEYED._replace(fallback=True)
    world = World(scenario, {}).run()
    for number in scattered(range(world.length)):
        yield scenario, {number: STOP_TARGET}


def tries_again_where_it_was_turned_away(patch: Any) -> None:
    patch(settling, 'turned_away', lambda job, now, policy, faults: waiting.due(job, now, timedelta(seconds=9)))
    stops_nobody(patch)  # or the next step would see to it


def stops_nobody(patch: Any) -> None:
    patch(context.Context, 'turned_away', lambda self, target, why, asked_at: None)


def asks_whoever_is_stopped(patch: Any) -> None:
    policy = context.Context.policy
    patch(context.Context, 'policy', lambda self, job: policy(self, job)._replace(stopped=()))
    patch(tick, 'pass_on', lambda context, now: None)


def ends_what_waits_for_a_stopped_target(patch: Any) -> None:
    def ended(job: Job, now: Any, policy: Any, faults: Tuple[Fault, ...]) -> Job:
        return job.evolve(state=State.ERROR, faults=faults)

    patch(steps, 'turned_away', ended)
    patch(stopping, 'turned_away', ended)


MUTANTS: List[Tuple[Callable[[Any], None], str]] = [
    (repeats_whatever_happened, 'was shown 2 times'),
    (trusts_a_key_for_ever, 'was shown 2 times'),
    (changes_what_others_changed, 'was shown 2 times'),
    (posts_without_a_mark, 'was shown 2 times'),
    (folds_no_late_receipt, 'push_status is uncertain'),
    (forgets_the_plan, 'the jobs are []'),
    (inserts_a_job_under_a_new_id, 'the jobs are '),
    (sends_all_pages_under_one_key, 'people saw [True, False]'),
    (never_ends_a_lease, 'stuck'),
    (waits_for_a_dead_scheduler, 'stuck'),
    (looks_for_no_tasks_of_a_dead_scheduler, 'scan tasks of the fire are not in its run'),
    (tells_no_round_that_was_not_recorded, '0 runs of one fire'),
    (gives_up_without_the_fallback, 'stuck'),
]


STEERED: List[Tuple[Callable[[Any], None], str]] = [
    (asks_about_the_first_before_it_sends_the_second, 'asked about page'),
    (asks_no_more, 'uncertain without need'),
    (asks_for_ever, 'stuck'),
    (takes_an_accepted_message_for_one_that_arrived, "is done, and the robot says 'going on'"),
    (takes_any_word_for_the_last, "is done, and the robot says 'going on'"),
    (keeps_failures_for_itself, 'a job says success, and of its pages one did not arrive'),
    (forgets_whom_a_part_missed, 'stuck'),  # what lacks it is set aside
    (trusts_a_mention_as_its_pages, 'was shown 2 times'),
    (changes_what_others_changed, 'something is sent of a job that is held'),
    (sends_what_a_person_stopped, 'something is sent of a job that is cancelled'),
    (counts_the_time_of_a_hold, 'error without need: not delivered in time'),
    (never_lets_go, 'stuck'),
    (calls_no_message_back, 'something is sent of a job that is cancelled'),
    (cancels_a_doubt_without_a_word, 'does not even doubt it'),
    (repeats_without_a_word, 'a repeat that does not say so'),
    (forgets_the_dead_worker_of_a_cancelled_job, 'a repeat that does not say so'),
    (sends_again_what_is_not_through, 'sent again beside itself'),
    (uses_the_id_of_a_resend_twice, 'one resend under the id of another'),
    (counts_what_was_done_again, 'push_status is uncertain'),
    (settles_and_forgets_the_rest, 'a job says success, and of its pages people saw'),
    (settles_without_the_run, 'push_status is uncertain'),
    (lets_others_pass_a_quick_retry, 'were shown in the order'),
    (takes_in_nothing, 'a plugin is switched off and sends'),
]

DOUBTED: List[Tuple[Callable[[Any], None], str]] = [
    (counts_deaths_before_doubts, 'does not even doubt it'),
    (tells_nobody_of_a_doubt, 'in doubt, and nobody else is told'),
    (tells_others_without_a_word, 'others are told without a word'),
    (forgets_the_doubts_of_earlier_targets, 'may have it, and the job is in error'),
    (takes_an_unknown_code_for_the_last_word, 'error without need: refused'),
    (repeats_after_a_gateway_without_a_word, 'was shown 2 times'),
    (takes_a_failed_question_for_an_answer, "failed, and the robot says 'going on'"),
    (waits_for_a_time_of_another_clock, 'stuck'),
    (trusts_a_key_whatever_the_clock_did, 'was shown 2 times'),
    (gives_up_for_a_clock_that_was_set_ahead, 'error without need: not delivered in time'),
]

STOPPED: List[Tuple[Callable[[Any], None], str]] = [
    (tries_again_where_it_was_turned_away, 'has turned ops away, and is asked again'),
    (stops_nobody, 'turned away were [\'ops\'], stopped are []'),
    (asks_whoever_is_stopped, 'a target is stopped and asked'),
    (ends_what_waits_for_a_stopped_target, 'error without need'),
]

ALL = [(naps, drops_the_receipt_of_a_lost_lease, 'uncertain without need')]
ALL += [(small_set, *mutant) for mutant in MUTANTS] + [(steered_set, *mutant) for mutant in STEERED]
ALL += [(doubted_set, *mutant) for mutant in DOUBTED] + [(stopped_set, *mutant) for mutant in STOPPED]


@pytest.mark.parametrize('plays, break_it, words', ALL, ids=lambda value: getattr(value, '__name__', ''))
def test_a_broken_rule_is_seen(monkeypatch, plays, break_it, words):
    break_it(monkeypatch.setattr)
    report = Report()
    for scenario, faults in plays():
        report.play(scenario, faults)
        if any(words in failure for failure in report.failures):
            return
    pytest.fail('nobody noticed in {} plays; they say {}'.format(report.plays, report.failures[:5]))


def test_a_lane_is_for_order_only(monkeypatch):
    """Two that work in one lane repeat nothing: that is ``rev``'s part."""
    hold = lanes.LaneStore.hold
    monkeypatch.setattr(lanes.LaneStore, 'hold', lambda store, lease, *args: hold(store, lease, *args) or lease)
    report = Report()
    report.play_some(KEYLESS, every_nap, every_sleep)
    report.check(least=200)

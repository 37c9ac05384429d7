"""Works through a lane: renders, marks, posts, records, one request at a time. What it yields may hang, see
``worker.crew``.
"""

import logging
from datetime import datetime, timedelta
from typing import Callable, Generator, List, Optional

from scan_notify_plugin.deadline import Overstayed
from scan_notify_plugin.errors import Reason
from scan_notify_plugin.jobs import steps
from scan_notify_plugin.jobs.job import Job
from scan_notify_plugin.jobs.lanes import Lease
from scan_notify_plugin.jobs.outcomes import Outcome, Policy
from scan_notify_plugin.jobs.routing import unserved
from scan_notify_plugin.jobs.steps import Do, Step
from scan_notify_plugin.jobs.waiting import due, pace_wait, rush_wait
from scan_notify_plugin.worker.asking import held_back
from scan_notify_plugin.worker.context import Context
from scan_notify_plugin.worker.crew import Call, Visit, finish
from scan_notify_plugin.worker.hung import Hung
from scan_notify_plugin.worker.posting import Posting
from scan_notify_plugin.worker.rendering import rendered

#: Jobs that one look reads.
AT_ONCE = 20
#: After these the service is not asked for anything else in the same visit: others need the place more.
_LEAVE = frozenset([Reason.UNREACHABLE, Reason.UNKNOWN])

log = logging.getLogger('scan_notify')


class Sender:
    """Sends what is due in a lane as long as nobody asks to stop.

    :param failed: told of a lane after each request whether its service failed
    """

    def __init__(
        self,
        context: Context,
        stopping: Callable[[], bool] = lambda: False,
        hung: Optional[Hung] = None,
        failed: Callable[[str, bool], None] = lambda lane, failed: None,
    ) -> None:
        self._context = context
        self._jobs = context.jobs
        self._lanes = context.lanes
        self._clock = context.clock
        self._stopping = stopping
        self._hung = hung or Hung(context)
        self._failed = failed
        self._posting = Posting(context, stopping)

    def work(self, lane: str) -> Optional[float]:
        """A :meth:`visit` in this thread, without deadlines."""
        return finish(self.visit(lane))

    def visit(self, lane: str) -> Visit:
        """Send; returns the seconds until the lane wants to be visited again, None if it has nothing waiting."""
        lease = self._lanes.take(lane, self._clock.now())
        if lease is None:
            return None
        held = _Held(lease)
        try:
            self._context.take_in()
            yield from self._work_through(held)
        finally:
            now = self._clock.now()
            self._leave(held, now)
        return None if held.hangs else self._visited_in(lane, held.rest, now)

    def _work_through(self, held: '_Held') -> Generator[Call, object, None]:
        """The jobs that are due, each as far as it goes now. They are read several at once: a look for them is dear."""
        waiting: List[Job] = []
        while not self._stopping() and held.may_go_on:
            now = self._clock.now()
            waiting = waiting or self._jobs.due(held.lease.lane, now, AT_ONCE)
            if not waiting:
                return
            try:
                go_on = yield from self._step(waiting[0], held)
            except Exception as error:
                self._jobs.failed(waiting[0], error)  # one bad job is one bad job
                waiting.pop(0)
                continue
            if not go_on:
                return
            again = self._jobs.get(waiting[0].id)
            if again and steps.is_due(again, held.lease.lane, self._clock.now()):
                waiting[0] = again
            else:
                waiting.pop(0)

    def _leave(self, held: '_Held', now: datetime) -> None:
        if held.hangs and not self._stopping():
            self._hung.add(held.lease, held.hangs, now)
        else:
            self._lanes.give_back(held.lease, now + held.rest, now + held.rest if held.cooling else None)

    def _visited_in(self, lane: str, rest: timedelta, now: datetime) -> Optional[float]:
        due_at = self._jobs.next_time(lane)
        return None if due_at is None else max(rest, due_at - now).total_seconds()

    def _step(self, job: Job, held: '_Held') -> Generator[Call, object, bool]:
        """Take a job one step further; False if the lane must be left."""
        now = self._clock.now()
        policy = self._context.policy(job)
        step = steps.next_step(job, now, policy)
        if step.do is Do.CHANGE and step.after is not None:
            self._posting.changed(job, step.after)
        elif step.do is Do.RENDER:
            waits = yield from held_back(self._context, job, now, policy)
            if waits is not None:
                self._posting.changed(job, waits)
                return True
            try:
                after = yield from rendered(self._context, job, now, policy)
            except Overstayed:  # it is rendered again when the plugin has come back
                held.hangs = '{}.render'.format(self._context.channels.channel_of(job.target))
                return False
            self._posting.changed(job, after)
        elif step.do is not Do.NOTHING:
            return (yield from self._ask(job, step, held, policy))
        return True

    def _ask(self, job: Job, step: Step, held: '_Held', policy: Policy) -> Generator[Call, object, bool]:
        """One request to the service: a part, or what came of one."""
        name = job.target
        target, notifier = self._context.channels.target(name), self._context.channels.notifier(name)
        now = self._clock.now()
        if target is None or notifier is None:
            self._posting.changed(job, unserved(job, now, policy, (self._context.channels.nobody(name),)))
            return True
        count, seconds = notifier.pace
        if job.test:  # tests take a part of the pace, so that a real message always finds room
            wait = pace_wait(held.lease.sent, now, max(1, count // 3), seconds)
        else:
            wait = rush_wait(job.id, now, notifier.rush)
        if wait:
            self._jobs.change(job, due(job, now, wait))
            return True
        wait = max(pace_wait(held.lease.sent, now, *pace) for pace in (notifier.pace, notifier.burst) if pace)
        if wait:
            held.rest = wait
            return False
        # The lane first: a request that we then cannot mark costs one place in the pace and nothing else.
        lease = self._lanes.hold(held.lease, now, (held.lease.sent + [now])[-count:])
        if lease is None:
            log.info('lane %s was lost to another worker', held.lease.lane)
            return False
        held.lease = lease
        deliver = self._posting.post if step.do is Do.POST else self._posting.check
        outcome, after = yield from deliver(job, step.index, notifier, target, policy)
        held.came_of_it(outcome, after, notifier.cool_down, self._clock.now())
        self._failed(held.lease.lane, outcome.reason in _LEAVE)
        return True


class _Held:
    """The lease as it is renewed, and how it is to be given back."""

    def __init__(self, lease: Lease) -> None:
        self.lease = lease
        self.rest = timedelta(0)
        self.cooling = False
        #: the call that hangs in it; '' if none does
        self.hangs = ''
        self._failed = False

    @property
    def may_go_on(self) -> bool:
        return not (self.rest or self.hangs or self._failed)

    def came_of_it(self, outcome: Outcome, after: Optional[Job], cool_down: float, now: datetime) -> None:
        """What an attempt means for the lane.

        :param after: the job after it, if it was an attempt to send
        """
        self._failed = outcome.reason in _LEAVE
        self.hangs = outcome.hangs
        if outcome.reason is Reason.THROTTLED:
            self.rest = timedelta(seconds=max(cool_down, outcome.retry_after or 0))
            self.cooling = True
        elif after is not None:
            self.rest = steps.holds_up(after, now)

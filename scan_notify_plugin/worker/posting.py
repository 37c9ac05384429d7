"""One request for one part: marked before it leaves, recorded whatever comes of it. The one place from which messages
leave.
"""

import logging
import time
import uuid
from datetime import datetime, timedelta
from numbers import Real
from typing import Callable, Generator, Iterator, Optional, Tuple, Union, cast

from pymongo.errors import PyMongoError

from scan_notify_plugin.deadline import Overstayed, Stay
from scan_notify_plugin.errors import Reason, SendError, in_words
from scan_notify_plugin.faults import ENGLISH, Fault, Faults, FaultText, join, quoted, rewritten, say
from scan_notify_plugin.jobs import job as jobs
from scan_notify_plugin.jobs.job import Job, Kind, PartState, State
from scan_notify_plugin.jobs.outcomes import Outcome, Policy, explained, result
from scan_notify_plugin.jobs.settling import checked, posting, settled
from scan_notify_plugin.jobs.steps import patience_with
from scan_notify_plugin.notifiers.base import Attachment, Notifier, Part, Receipt, Target
from scan_notify_plugin.notifiers.replies import MAX_PAUSE
from scan_notify_plugin.reports.report import Report
from scan_notify_plugin.reports.report import State as ReportState
from scan_notify_plugin.reports.storage import StorageError
from scan_notify_plugin.secret import redact
from scan_notify_plugin.worker.context import Context
from scan_notify_plugin.worker.crew import Call, returned
from scan_notify_plugin.worker.linking import fill
from scan_notify_plugin.worker.rest import rest_of

#: Seconds that one call may take; all that a channel does for it is inside.
SEND, CHECK = 90.0, 60.0
#: Seconds for which the record of an answer is tried again while MongoDB is away.
RECORD_FOR = 60.0
#: Seconds that the clocks of a service and of this machine may be apart before somebody is told.
SKEW = 120.0
_MAX_DETAIL = 300
#: Characters of a fault with all that is in it; a job has fifty of them.
_MAX_FAULT = 50000
#: Characters of a code that is a text.
_MAX_CODE = 100
#: What came of a message names up to a hundred people.
_MAX_OUTCOME = 8000
#: Ids are as their service made them; an endless one is none.
_MAX_RECEIPT = 100000
#: MongoDB's numbers have 64 bits.
_LARGEST_CODE = 1 << 63
#: Ends that are counted and told; what a person cancels is neither.
_ENDS = frozenset([State.SUCCESS, State.ERROR, State.UNCERTAIN])

log = logging.getLogger('scan_notify')

#: the outcome, and the job after it if it was an attempt to send
Came = Tuple[Outcome, Optional[Job]]


class Posting:
    """Asks services, and writes down what they say."""

    def __init__(self, context: Context, stopping: Callable[[], bool]) -> None:
        self._context = context
        self._jobs = context.jobs
        self._clock = context.clock
        self._stopping = stopping

    def post(
        self, job: Job, index: int, notifier: Notifier, target: Target, policy: Policy
    ) -> Generator[Call, object, Came]:
        """Send a part."""
        attempt, quiet = uuid.uuid4().hex, job.kind is Kind.ALERT
        # Before the mark: what fails here is no doubt.
        part, begun = self._part(job, index, given_out=True), time.monotonic()
        changed = None if self._stopping() else self._jobs.change(job, posting(job, index, attempt, self._clock.now()))
        if changed is None:
            return Outcome(), None
        marked: Job = changed

        def send() -> Receipt:
            return notifier.send(part, target)

        def late(receipt: object) -> None:
            # A receipt is a fact, even when nobody waited for it any more.
            self._record(marked, index, attempt, _accepted(returned(send, receipt), target), policy)

        outcome = yield from _attempt(notifier, target, 'send', send, SEND, late, quiet=quiet)
        self._context.counts.observe('request_seconds', time.monotonic() - begun, target.channel)
        self._context.counts.add('attempts', target.channel, result(outcome))
        if abs(target.http.skew or 0.0) > SKEW and not quiet:
            self._context.alerts.tell('clock', target=target.name, seconds=target.http.skew)
        recorded = self._record(marked, index, attempt, outcome, policy)
        self._turned_away(target, outcome, marked.parts[index].posting_at or self._clock.now())
        return outcome, recorded

    def check(
        self, job: Job, index: int, notifier: Notifier, target: Target, policy: Policy
    ) -> Generator[Call, object, Came]:
        """Ask what came of a part."""
        part, asked_at = self._part(job, index), self._clock.now()
        receipt = _given(job.parts[index].receipt)

        def ask() -> Receipt:
            return notifier.check(part, receipt, target)

        outcome = yield from _attempt(
            notifier, target, 'check', ask, CHECK, most=_MAX_OUTCOME, quiet=job.kind is Kind.ALERT
        )
        # The clock may have been set while it was asked.
        policy = policy._replace(grace=self._clock.grace(patience_with(job)))
        changed = self.changed(job, checked(job, index, outcome, self._clock.now(), policy))
        if changed is not None and changed.parts and changed.parts[index].state is not PartState.POSTED:
            log.info('job %s part %d at %s: %s', job.id, index + 1, target.name, changed.parts[index].state.value)
        self._turned_away(target, outcome, asked_at)
        return outcome, None

    def _turned_away(self, target: Target, outcome: Outcome, asked_at: datetime) -> None:
        """After the outcome is recorded: who dies in between asks once more, and leaves no doubt."""
        if outcome.reason is Reason.GONE:
            self._context.turned_away(target.name, explained(outcome), asked_at)

    def changed(self, job: Job, after: Job) -> Optional[Job]:
        """Change a job; what comes to its end is counted and told."""
        changed = self._jobs.change(job, after)
        self._ended(changed)
        return changed

    def _ended(self, job: Optional[Job]) -> None:
        """A job after a change of ours: if it came to its end, that is counted, and told if it is not a good one."""
        if job is None or job.state not in _ENDS:
            return
        channel = self._context.channels.channel_of(job.target)
        if job.kind is Kind.NOTIFY:  # to bring an earlier message up to date is no delivery
            self._context.counts.add('deliveries', channel, job.state.value)
        self._context.alerts.ended(job)
        if job.state is not State.SUCCESS:
            log.warning('job %s is in %s: %s', job.id, job.state.value, job.error)
        if job.state is not State.SUCCESS or job.kind is not Kind.NOTIFY:
            return
        due_at = job.give_up_at - timedelta(seconds=job.give_up_after)
        self._context.counts.observe('delivery_seconds', (self._clock.now() - due_at).total_seconds(), channel)

    def _part(self, job: Job, index: int, given_out: bool = False) -> Part:
        stored = job.parts[index]
        content = fill(stored.content, lambda report_id: self._link(job, report_id, given_out))
        file = self._file(job, content['report']) if content.get('report') else None
        named = content.get('attached')  # which a plugin may have for something of its own
        ids = [one for one in named if isinstance(one, str)] if isinstance(named, (list, tuple)) else []
        files = [self._file(job, one) for one in ids]
        there = tuple(one for one in files if one is not None)
        return Part(stored.key, content.get('text', ''), content, file, stored.repeat, there)

    def _link(self, job: Job, report_id: str, given_out: bool) -> str:
        """Only of the job's own run: a stranger may have written the placeholder of another's report into a name."""
        record = self._context.reports.get(report_id)
        if record is None or record.run_id not in job.run_ids:
            return ''
        if given_out:
            self._context.reports.linked(record)
        return self._context.link(record)

    def _file(self, job: Job, report_id: str) -> Optional[Attachment]:
        """A report of the job's own run, as long as it has a file."""
        record = self._context.reports.get(report_id)
        if record is None or record.run_id not in job.run_ids or record.state is not ReportState.READY:
            return None
        ready: Report = record

        def read() -> Iterator[bytes]:
            try:
                yield from self._context.storage_of(ready).read(ready.place)
            except StorageError as error:
                raise SendError(Reason.CONTENT, words=Fault('report.unreadable', detail=str(error))) from None

        return Attachment(record.name, record.size, record.media_type, read)

    def _record(self, job: Job, index: int, attempt: str, outcome: Outcome, policy: Policy) -> Optional[Job]:
        """Write down what came of an attempt, also if the job was changed or MongoDB went away meanwhile."""
        key = job.parts[index].key

        def decide(current: Job) -> Job:
            # The answer is of the target that was asked, wherever the job is on its route by now.
            return settled(current, index, key, attempt, outcome, self._clock.now(), policy, job.at)

        until = time.monotonic() + RECORD_FOR
        while True:
            try:
                changed = self._jobs.change_until_done(job.id, decide)
                break
            except PyMongoError as error:
                if time.monotonic() >= until or self._stopping():
                    raise
                log.warning('job %s: the answer is not recorded yet: %s', job.id, redact(str(error))[:_MAX_DETAIL])
                time.sleep(1)
        came_to = 'accepted' if outcome.receipt is not None else join(explained(outcome))
        log.info('job %s part %d to %s: %s', job.id, index + 1, job.target, came_to)
        self._ended(changed)
        return changed


def _attempt(
    notifier: Notifier,
    target: Target,
    method: str,
    ask: Callable[[], Receipt],
    seconds: float,
    late: Callable[[object], None] = lambda receipt: None,
    most: int = _MAX_DETAIL,
    quiet: bool = False,
) -> Generator[Call, object, Outcome]:
    """One request; whatever the notifier does, an outcome."""
    stay = Stay()
    try:
        receipt = yield Call(notifier.channel, method, seconds, ask, stay, late, quiet=quiet)
        return _accepted(returned(ask, receipt), target)
    except SendError as error:
        # Whatever a third party puts there: what MongoDB could not hold would look as if the worker had died.
        faults = _faults(error, target, most)
        reason = error.reason if isinstance(error.reason, Reason) else _reason(notifier, stay)
        rest, known = rest_of(error)
        reason = reason if known else Reason.UNKNOWN
        return Outcome(None, reason, _code(error.code, target), faults, _pause(error.retry_after), rest=rest)
    except Overstayed as error:
        hangs = '{}.{}'.format(notifier.channel, method)
        return Outcome(None, _reason(notifier, stay), faults=(error.fault,), hangs=hangs)
    except Exception as error:
        detail = _text(in_words(error), target)[:_MAX_DETAIL]
        log.error('notifier %s failed: %s', notifier.channel, detail)
        return Outcome(None, _reason(notifier, stay), None, (quoted(detail),))


def _faults(error: SendError, target: Target, most: int) -> Faults:
    """What a notifier says; it may have changed the words of its error since, or never called our constructor."""
    made, words = getattr(error, 'fault', None), getattr(error, 'words', '')
    if not isinstance(made, Fault) or not isinstance(words, str) or words != say(made, ENGLISH):
        # Redacted as a whole: a fault is cut when it is made, and half a credential would not be recognised.
        made = quoted(words if isinstance(words, (Fault, FaultText)) else _text(words, target))
    fault = _redacted(made, target, most)
    return (fault,) if say(fault, ENGLISH) else ()


def _redacted(fault: Fault, target: Target, most: int) -> Fault:
    """What a third party says, as it may be stored; of one without end, its English words."""
    fault = rewritten(fault, lambda text: _text(text, target)[:most])
    return fault if len(repr(fault)) <= _MAX_FAULT else quoted(say(fault, ENGLISH)[:most])


def _given(receipt: Optional[jobs.Receipt]) -> Receipt:
    return Receipt('') if receipt is None else Receipt(*receipt)


def _accepted(receipt: Receipt, target: Target) -> Outcome:
    """A third party may put anything into it."""
    identity = _storable(receipt.id)[:_MAX_RECEIPT]
    return Outcome(jobs.Receipt(identity, _note(receipt.note, target), bool(receipt.final)))


def _note(note: object, target: Target) -> Union[str, Fault]:
    if isinstance(note, Fault):
        return _redacted(note, target, _MAX_OUTCOME)
    return _text(note, target)[:_MAX_OUTCOME]


def _code(code: object, target: Target) -> Union[int, str, None]:
    """A number as far as MongoDB has numbers, else a text."""
    if code is None or (isinstance(code, int) and not isinstance(code, bool) and abs(code) < _LARGEST_CODE):
        return code
    return _text(code, target)[:_MAX_CODE]


def _pause(seconds: object) -> Optional[float]:
    """What a service asks for, as a number or a text; what is neither, or is not above 0, was not said."""
    if isinstance(seconds, str):
        try:
            seconds = float(seconds)
        except ValueError:
            return None
    if isinstance(seconds, bool) or not isinstance(seconds, Real):
        return None
    number = cast(float, seconds)  # a whole number may be too large to be one, and is compared all the same
    return float(min(number, MAX_PAUSE)) if number > 0 else None


def _text(value: object, target: Target) -> str:
    return redact(_storable(value), target.secrets)


def _storable(value: object) -> str:
    """Without halves of characters, which a service leaves where it cuts an answer, and MongoDB does not take."""
    try:
        return '' if value is None else str(value).encode('utf-8', 'replace').decode('utf-8')
    except Exception as error:  # a number of thousands of digits, for one
        return type(error).__name__


def _reason(notifier: Notifier, stay: Stay) -> Reason:
    """A notifier that says when it delivers has certainly not done so before; of any other, nothing is known."""
    return Reason.UNREACHABLE if notifier.marks_delivery and not stay.end() else Reason.UNKNOWN

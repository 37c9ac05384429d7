"""The robots at the other end, and the plugins through which the shipped worker meets them."""

from datetime import datetime, timedelta
from typing import Any, Callable, Dict, List, Mapping, NamedTuple, Optional, Sequence, Tuple

from hookspecs import Notify, Run, ScanTask, Schedule, hookimpl
from scan_notify_plugin.deadline import Overstayed
from scan_notify_plugin.errors import Reason, SendError
from scan_notify_plugin.notifiers.base import Notifier, Page, Part, Receipt, Target
from scan_notify_plugin.notifiers.summary import Summary

#: How long a robot remembers a key: the 10 minutes that it is trusted for, and one for requests under way.
REMEMBERS = timedelta(minutes=11)

#: HTTP statuses in ANSWERS and VERDICTS.
GATEWAY, NOT_FOUND = 502, 404

#: What a robot does with a request: whether people see the message, and what the worker is told.
ANSWERS: Dict[str, Any] = {
    'accepted': (True, None),
    'accepted, then cut': (True, Reason.UNKNOWN),
    'cut': (False, Reason.UNKNOWN),
    'accepted, then silent': (True, Overstayed),
    'silent': (False, Overstayed),
    'unreachable': (False, Reason.UNREACHABLE),
    'busy': (False, Reason.BUSY),
    'throttled': (False, Reason.THROTTLED),
    'quota': (False, Reason.QUOTA),
    'config': (False, Reason.CONFIG),
    'content': (False, Reason.CONTENT),
    'refused': (False, Reason.REFUSED),
    'gone': (False, Reason.GONE),
    'bad gateway': (False, Reason.UNKNOWN, GATEWAY),
    'accepted, then bad gateway': (True, Reason.UNKNOWN, GATEWAY),
}

#: What a robot says that is asked what came of a message: whether it is final, and the reason if it is a failure.
VERDICTS: Dict[str, Any] = {
    'arrived': (True, None),
    'going on': (False, None),
    'missed somebody': (True, Reason.CONTENT),
    'busy': (False, Reason.BUSY),
    'cut': (False, Reason.UNKNOWN),
    # of the question, not of the message
    'not found': (False, Reason.CONFIG, NOT_FOUND),
}
#: Whom a message did not reach, in the words of the robot.
MISSED = 'not delivered to somebody: page {}'


class Shown(NamedTuple):
    """A message that people see."""

    job: str
    target: str
    page: int
    repeat: bool
    status: str  # of the run, as the message tells it
    reports: int  # that the message names as ready


class Robot:
    """One service. Its answers are the play's, request by request, and then always ``accepted``.

    :param verdicts: what it says of its messages, question by question, and the last one for ever; none: it does not
        have to be asked
    """

    def __init__(self, answers: Sequence[str] = (), verdicts: Sequence[str] = ()) -> None:
        self._answers = list(answers)
        self._verdicts = list(verdicts)
        self._seen: Dict[str, datetime] = {}
        self.shown: List[Shown] = []
        #: what it answered to whom, request by request
        self.answered: List[Tuple[str, str]] = []
        #: the last word on each message that had one, by its key
        self.said: Dict[str, str] = {}

    def receive(self, part: Part, job: str, target: str, now: datetime) -> Receipt:
        answer = self._answers.pop(0) if self._answers else 'accepted'
        self.answered.append((target, answer))
        visible, reason, *code = ANSWERS[answer]
        if visible and not self._repeated(part, now):
            content = dict(part.content, repeat=part.content['repeat'] or part.repeat)
            self.shown.append(Shown(job, target, *(content[name] for name in Shown._fields[2:])))
        if reason is Overstayed:  # as a crew tells a visit of a call that does not come back
            raise Overstayed('no answer')
        if reason is not None:
            raise SendError(reason, *code)
        return Receipt(part.key, final=not self._verdicts)

    def ask(self, part: Part) -> Receipt:
        verdict = self.said.get(part.key) or self._next_verdict()
        final, reason, *code = VERDICTS[verdict]
        if final:
            self.said[part.key] = verdict
        if reason is not None:
            raise SendError(reason, *code, words=MISSED.format(part.content['page']) if final else '')
        return Receipt(part.key, final=final)

    def _next_verdict(self) -> str:
        return self._verdicts.pop(0) if len(self._verdicts) > 1 else self._verdicts[0]

    def _repeated(self, part: Part, now: datetime) -> bool:
        if part.content['keyed'] and part.key in self._seen and now - self._seen[part.key] <= REMEMBERS:
            return True
        self._seen[part.key] = now
        return False


class Pager(Notifier):
    """A channel whose requests go to ``request(part, target name)``; without it, it only answers hooks.

    :param scenario: says how many pages it makes, and whether a mention comes after them
    :param request: ``asked`` is true where only the outcome of an earlier part is wanted
    """

    def __init__(
        self, channel: str, scenario: Any, request: Optional[Callable[[Part, str, bool], Receipt]] = None
    ) -> None:
        self.channel = self.name = channel
        self.idempotent = scenario.idempotent
        self.pace = scenario.pace
        self.repeats_after = (GATEWAY,) if scenario.again else ()
        self._scenario = scenario
        self._request = request

    def render(self, summary: Summary, target: Target, templates: Any) -> List[Page]:
        return [self._page(summary, page, self.idempotent) for page in range(1, self._scenario.pages + 1)]

    def extras(self, summary: Summary, target: Target) -> List[Page]:
        keyed = self._scenario.mention
        return [] if keyed is None else [self._page(summary, self._scenario.parts, keyed)]

    def _page(self, summary: Summary, page: int, keyed: bool) -> Page:
        reports = sum(report.ready for report in summary.reports)
        content = {
            'text': summary.run_id,
            'status': summary.status,
            'repeat': summary.repeat,
            'reports': reports,
            'page': page,
            'keyed': keyed,
        }
        return Page(content, dict(content, text='withheld'))

    def repeatable(self, content: Mapping[str, Any]) -> bool:
        return content['keyed']

    def send(self, part: Part, target: Target) -> Receipt:
        assert self._request is not None
        return self._request(part, target.name, False)

    def check(self, part: Part, receipt: Receipt, target: Target) -> Receipt:
        assert self._request is not None
        return self._request(part, target.name, True)


class Curious:
    """A plugin that wants every event told, each at a target of its own."""

    name = 'curious'

    @hookimpl
    def on_schedule_fired(self, run: Run, schedule: Schedule) -> Notify:
        return Notify('fired')

    @hookimpl
    def on_task_finished(self, run: Run, task: ScanTask) -> Notify:
        return Notify('first' if task.id == min(one.id for one in run.tasks) else 'second')


class EntryPoint(NamedTuple):
    """As much of an installed entry point as the loader looks at."""

    name: str
    plugin: Any

    def load(self) -> Any:
        return self.plugin

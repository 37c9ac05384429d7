"""The robots at the other end, and the plugins through which the shipped worker meets them."""

from datetime import datetime, timedelta
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Sequence, Tuple

from hookspecs import Notify, Run, ScanTask, Schedule, hookimpl
from scan_notify_plugin.errors import Reason, SendError
from scan_notify_plugin.notifiers.base import Notifier, Page, Part, Receipt, Target
from scan_notify_plugin.notifiers.summary import Summary

#: How long a robot remembers a key: the 10 minutes that it is trusted for, and one for requests under way.
REMEMBERS = timedelta(minutes=11)

#: What a robot does with a request: whether people see the message, and what the worker is told.
ANSWERS = {
    'accepted': (True, None),
    'accepted, then cut': (True, Reason.UNKNOWN),
    'cut': (False, Reason.UNKNOWN),
    'unreachable': (False, Reason.UNREACHABLE),
    'busy': (False, Reason.BUSY),
    'throttled': (False, Reason.THROTTLED),
    'quota': (False, Reason.QUOTA),
    'config': (False, Reason.CONFIG),
    'content': (False, Reason.CONTENT),
}


class Shown(NamedTuple):
    """A message that people see."""

    target: str
    page: int
    repeat: bool
    status: str  # of the run, as the message tells it
    reports: int  # that the message names as ready


class Robot:
    """One service. Its answers are the play's, request by request, and then always ``accepted``."""

    def __init__(self, idempotent: bool, answers: Sequence[str] = ()) -> None:
        self.idempotent = idempotent
        self._answers = list(answers)
        self._seen = {}  # type: Dict[str, datetime]
        self.shown = []  # type: List[Shown]

    def receive(self, part: Part, target: str, now: datetime) -> Receipt:
        visible, reason = ANSWERS[self._answers.pop(0) if self._answers else 'accepted']
        if visible and not self._repeated(part.key, now):
            content = part.content
            self.shown.append(Shown(target, *(content[name] for name in Shown._fields[1:])))
        if reason is not None:
            raise SendError(reason)
        return Receipt(part.key)

    def _repeated(self, key: str, now: datetime) -> bool:
        if self.idempotent and key in self._seen and now - self._seen[key] <= REMEMBERS:
            return True
        self._seen[key] = now
        return False


class Pager(Notifier):
    """A channel whose requests go to ``receive(part, target name)``; without it, it only answers hooks."""

    def __init__(
        self,
        channel: str,
        idempotent: bool,
        pages: int,
        pace: Tuple[int, float],
        receive: Optional[Callable[[Part, str], Receipt]] = None,
    ) -> None:
        self.channel = channel
        self.idempotent = idempotent
        self.pace = pace
        self._pages = pages
        self._receive = receive

    def render(self, summary: Summary, target: Target, templates: Any) -> List[Page]:
        reports = sum(report.ready for report in summary.reports)
        content = {
            'text': summary.run_id, 'status': summary.status, 'repeat': summary.repeat, 'reports': reports,
        }
        pages = [dict(content, page=page) for page in range(1, self._pages + 1)]
        return [Page(page, dict(page, text='withheld')) for page in pages]

    def send(self, part: Part, target: Target) -> Receipt:
        assert self._receive is not None
        return self._receive(part, target.name)


class Curious:
    """A plugin that wants every event told, each at a target of its own."""

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

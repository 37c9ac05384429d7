"""One trigger of one schedule, recorded from inside the host: two round trips, nothing raised, nothing slow."""

import logging
import re
from typing import Any, Callable, List, Optional

from bson import ObjectId

from scan_notify_plugin.clock import Clock
from scan_notify_plugin.runs import rules
from scan_notify_plugin.runs.journal import Journal
from scan_notify_plugin.runs.run import Late, Run, Submitted
from scan_notify_plugin.runs.store import as_opened
from scan_notify_plugin.secret import redact

log = logging.getLogger('scan_notify')

_TASK_ID = re.compile(r'[0-9a-f]{24}')
_MAX_ERROR = 300


class Fire:
    """Open while the host submits: ``add`` each scan task, ``close`` at the end, also after a failure.

    Every method returns normally whatever happens. What cannot be written is one line in the log, and the next fire of
    this process writes it; or else the tick finds the fire by its traces: by its mark if it was opened, by the
    schedule's round if it was not.

    :param runs: a :class:`~scan_notify_plugin.runs.store.RunStore`, or what has its ``open`` and ``close``
    :param new_mark: makes the fire's ObjectId; must be the one the host's own driver uses
    :param journal: of this process
    """

    def __init__(
        self,
        runs: Any,
        clock: Clock,
        schedule_id: str,
        name: str,
        kind: str,
        run_number: int,
        new_mark: Callable[[], ObjectId] = ObjectId,
        journal: Optional[Journal] = None,
    ) -> None:
        self._runs = runs
        self._clock = clock
        self._task_ids: List[str] = []
        self._new_mark = new_mark
        self._journal = journal or Journal()
        self.schedule_id = schedule_id
        self.run_number = run_number
        self._name = name
        self._kind = kind
        self._requested_id = '{}:{}'.format(schedule_id, run_number)
        self._mark: Optional[ObjectId] = None
        self.run_id: Optional[str] = None
        #: on a host that tells its own runs: 'suppressed' if this one is ours to tell, 'left' if it is the host's
        self.host_push = ''
        self.takes_over = False

    @property
    def recorded(self) -> bool:
        """Whether the run of this fire is in the database."""
        return self.run_id is not None

    def open(self, problem: Optional[Exception] = None) -> None:
        """Write the run before the host submits.

        :param problem: why it cannot be written now
        """
        try:
            mark, self._at = self._new_mark(), self._clock.now()
            opened = rules.new_run(self.schedule_id, self._name, self._kind, self.run_number, self._at)
            self._run = opened.evolve(host_push=self.host_push)
            beside, late = self._journal.begin(mark)
            self._mark = mark
            if problem is not None:
                raise problem
            self.run_id = self._runs.open(self._requested_id, self._run, mark, self._at, beside, late)
            self._journal.written(late)
        except Exception as error:  # the host goes on, whatever is wrong with us
            log.warning(
                'run of schedule %s round %s not opened: %s', self.schedule_id, self.run_number, _summary(error)
            )

    def add(self, task_id: str) -> None:
        """Note a scan task that the host has created (its 24-digit id)."""
        if isinstance(task_id, str) and _TASK_ID.fullmatch(task_id):
            self._task_ids.append(task_id)
        else:
            log.warning('schedule %s: %r is not a scan task id and was left out', self.schedule_id, task_id)

    def close(self, error: Optional[BaseException] = None) -> None:
        """Record the tasks, and the exception that ended the submission if one did."""
        if self._mark is None:
            return
        try:
            self._journal.end(self._mark)
            trouble = 'failed' if error is not None else ''
            detail = _summary(error) if error is not None else ''
            count = len(self._task_ids)
            if count > rules.MOST_TASKS:
                trouble, self._task_ids = trouble or 'too_many', []
            end = rules.submission_end(self._mark, self._clock.now(), trouble, count, detail)
            if self.run_id is None:  # no second time-out for the host to wait for
                self._keep(end, self._run)
            else:
                self._close(self.run_id, end)
        except Exception as problem:
            log.warning(
                'end of schedule %s round %s not kept: %s', self.schedule_id, self.run_number, _summary(problem)
            )

    def _close(self, run_id: str, end: Submitted) -> None:
        try:
            self._runs.close(run_id, self._task_ids, end)
        except Exception as problem:
            log.warning('tasks of run %s not recorded, the worker will look for them: %s', run_id, _summary(problem))
            self._keep(end, None)

    def _keep(self, end: Submitted, run: Optional[Run]) -> None:
        opened = None if run is None else as_opened(run)
        late = Late(self.run_id or self._requested_id, self._mark, self._at, tuple(self._task_ids), end, opened)
        if not self._journal.keep(late):
            log.warning('end of schedule %s round %s cannot be kept', self.schedule_id, self.run_number)


def _summary(error: BaseException) -> str:
    return redact('{}: {}'.format(type(error).__name__, error))[:_MAX_ERROR]

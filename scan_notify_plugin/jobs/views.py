"""What is read of jobs where not all of them is needed."""

from datetime import datetime
from typing import Iterable, List, Mapping, NamedTuple, Optional, Tuple, TypeVar, Union

from scan_notify_plugin.faults import Faults, with_faults
from scan_notify_plugin.jobs.job import ROUTELESS, Attempt, Job, Kind, State


class Turn(NamedTuple):
    """What the tick needs of a job."""

    id: str
    v: int
    rev: int
    run_ids: Tuple[str, ...]
    kind: Kind
    state: State
    lane: str
    waits: bool
    due_at: datetime
    faults: Faults
    decided_at: Optional[datetime] = None
    replaces: Tuple[str, ...] = ()
    not_before: Optional[datetime] = None

    @staticmethod
    def upgraded_from() -> Tuple[str, ...]:
        """Where forms 1 and 2 had what is read now."""
        return ('error',)

    @staticmethod
    def upgraded(document: Mapping[str, object]) -> Mapping[str, object]:
        """Forms 1 and 2 had prose."""
        return with_faults(document, 'error')


class Ended(NamedTuple):
    """What is told to operators of a job that came to a bad end."""

    id: str
    v: int
    rev: int
    run_ids: Tuple[str, ...]
    kind: Kind
    state: State
    route: Tuple[str, ...]
    at: int
    format: str
    test: bool = False
    untold: Optional[datetime] = None

    def problem(self) -> str:
        return _off_route(self)

    @property
    def target(self) -> str:
        """Whom it was for at its end."""
        return self.route[self.at]


class Waiting(NamedTuple):
    """A job that is not through, as the queue counts it."""

    id: str
    kind: Kind
    state: State
    due_at: datetime


class Tries(NamedTuple):
    """The attempts of a job."""

    id: str
    attempts: Tuple[Attempt, ...]


class Delivery(NamedTuple):
    """What became of a job, for the overview."""

    id: str
    run_ids: Tuple[str, ...]
    kind: Kind
    state: State
    lane: str
    route: Tuple[str, ...]
    at: int

    def problem(self) -> str:
        return _off_route(self)

    @property
    def target(self) -> str:
        """Whom it is for where it is on its route."""
        return self.route[self.at]


def _off_route(job: Union[Ended, Delivery]) -> str:
    return '' if job.kind in ROUTELESS or 0 <= job.at < len(job.route) else 'document.no-place'


J = TypeVar('J', Turn, Job)


def standing(jobs: Iterable[J]) -> List[J]:
    """The jobs of a run without those that were done again: the later outcome is the run's."""
    jobs = list(jobs)
    replaced = {identity for job in jobs if job.state is not State.CANCELLED for identity in job.replaces}
    return [job for job in jobs if job.id not in replaced]

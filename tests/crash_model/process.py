"""A process of the simulated world, and its connection to the database. Each operation is a step with points."""

from typing import Any, Callable, Dict, Iterator, List, Mapping, Optional, Tuple

from tests.crash_model.memory import Collection, Document

READS = frozenset(['find', 'find_one', 'distinct', 'aggregate'])


class Killed(BaseException):
    """The process is gone. No handler of errors sees this, and ``finally`` finds its connection closed."""


class Process:
    """What the world knows of a scheduler or a worker.

    :param at: called at each point with the process, the step and the moment; may raise
    """

    def __init__(
        self, role: str, collections: Dict[str, Collection], at: Callable[['Process', str, str], None]
    ) -> None:
        self.role = role
        self.dead = False
        self.busy = False
        #: told to stop: it ends with what it is doing now
        self.stopping = False
        #: how many calls it has been given
        self.calls = 0
        self._collections = collections
        self._at = at

    def point(self, step: str, moment: str) -> None:
        if self.dead:
            raise Killed
        self._at(self, step, moment)

    def step(self, name: str, call: Callable[[], Any]) -> Any:
        self.point(name, 'before')
        result = call()
        self.point(name, 'after')
        return result

    def __getitem__(self, name: str) -> 'Connected':
        """The process is its own database handle, as pymongo spells it."""
        return Connected(self, self._collections.setdefault(name, Collection()), name)


class Connected:
    """A collection as pymongo shows it."""

    def __init__(self, process: Process, stored: Collection, name: str) -> None:
        self._process = process
        self._stored = stored
        self._name = name

    def _step(self, operation: str, *args: Any, **kwargs: Any) -> Any:
        call = getattr(self._stored, operation)
        return self._process.step('{}.{}'.format(self._name, operation), lambda: call(*args, **kwargs))

    def find(self, query: Document, projection: Optional[Mapping[str, int]] = None) -> 'Cursor':
        return Cursor(self._step, query, projection)

    def find_one(
        self, query: Document, projection: Optional[Mapping[str, int]] = None, sort: Any = ()
    ) -> Optional[Document]:
        return self._step('find_one', query, projection, sort)

    def distinct(self, name: str, query: Document) -> List[Any]:
        return self._step('distinct', name, query)

    def aggregate(self, stages: List[Document]) -> List[Document]:
        return self._step('aggregate', stages)

    def insert_one(self, document: Document) -> None:
        self._step('insert_one', document)

    def update_one(self, query: Document, update: Document, upsert: bool = False) -> None:
        self._step('find_one_and_update', query, update, upsert=upsert, between=self._between)

    def find_one_and_update(self, query: Document, update: Document, **options: Any) -> Optional[Document]:
        return self._step('find_one_and_update', query, update, between=self._between, **options)

    def delete_many(self, query: Document) -> None:
        self._step('delete_many', query)

    def _between(self) -> None:
        self._process.point('{}.upsert'.format(self._name), 'inside')


class Cursor:
    """A query that is asked when it is read."""

    def __init__(self, step: Callable[..., Any], query: Document, projection: Optional[Mapping[str, int]]):
        self._step = step
        self._query = query
        self._projection = projection
        self._sort: List[Tuple[str, int]] = []
        self._limit = 0

    def batch_size(self, size: int) -> 'Cursor':
        return self

    def sort(self, key: Any, direction: int = 1) -> 'Cursor':
        self._sort = [(key, direction)] if isinstance(key, str) else list(key)
        return self

    def limit(self, limit: int) -> 'Cursor':
        self._limit = limit
        return self

    def __iter__(self) -> Iterator[Document]:
        return iter(self._step('find', self._query, self._projection, self._sort, self._limit))

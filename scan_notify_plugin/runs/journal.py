"""What a process of the host knows of its fires and could not write yet: it goes with the next fire's first write.

There it is carried by that fire's run, as ``late``, until the tick has put it where it belongs.
"""

import threading
from typing import Iterable, List, Tuple

import bson
from bson import ObjectId

from scan_notify_plugin.records import to_document
from scan_notify_plugin.runs.run import Late

#: So many ends are kept while MongoDB is away.
KEPT = 200
#: Larger ones are not: all that is kept must fit into one write.
LARGEST = 200 * 1024


class Journal:
    """One for each process of the host."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._submitting: List[ObjectId] = []
        self._late: List[Late] = []

    def begin(self, mark: ObjectId) -> Tuple[List[ObjectId], List[Late]]:
        """A fire begins: the marks of those that still submit, and what could not be written until now."""
        with self._lock:
            beside = list(self._submitting)
            self._submitting.append(mark)
            return beside, list(self._late)

    def end(self, mark: ObjectId) -> None:
        """A fire has submitted."""
        with self._lock:
            self._submitting = [other for other in self._submitting if other != mark]

    def keep(self, late: Late) -> bool:
        """Keep an end for later; False if it cannot be written ever."""
        try:
            size = len(bson.encode(to_document(late)))
        except Exception:  # whatever the host put into it: it would take the others' write with it
            return False
        with self._lock:
            if size <= LARGEST:
                self._late = (self._late + [late])[-KEPT:]
        return size <= LARGEST

    def written(self, late: Iterable[Late]) -> None:
        """These are in the database."""
        marks = {end.mark for end in late}
        with self._lock:
            self._late = [end for end in self._late if end.mark not in marks]

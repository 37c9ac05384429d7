"""What a schedule's rounds have found, as small as it can be and still be crash-safe: a pointer, and what it says of
its rounds. The shipped stage has tests of its own; here is who calls it, and what comes of a death in between.
"""

from datetime import datetime
from typing import Any, Callable

from scan_notify_plugin.changes import Progress, Results
from scan_notify_plugin.runs.run import Run

POINTERS = 'scan_notify_pointer'
#: What each round of a play has found.
FOUND = 2


class Stage:
    """Compares a round once; who calls again gets the same.

    :param failures: so many calls fail first
    """

    def __init__(self, failures: int = 0) -> None:
        self._failures = failures

    def collect(
        self, db: Any, run: Run, outcomes: Any, key: bytes, progress: Callable[[int], None], cancelled: Any,
        now: datetime, **more: Any
    ) -> Results:  # fmt: skip
        progress(FOUND)
        if self._failures:
            self._failures -= 1
            raise OSError('the disk is full')
        before = db[POINTERS].find_one({'_id': run.schedule_id})
        if before is not None and run.id in before['told']:
            return self._results(before['told'][run.id], now)
        # What was known before is not new: compared twice, nothing would be.
        new = FOUND - (before['known'] if before else 0)
        if before is None:
            db[POINTERS].insert_one({'_id': run.schedule_id, 'rev': 1, 'known': FOUND, 'told': {run.id: new}})
        else:
            same = {'_id': run.schedule_id, 'rev': before['rev']}
            change = {'$set': {'known': FOUND, 'told': dict(before['told'], **{run.id: new})}, '$inc': {'rev': 1}}
            if db[POINTERS].find_one_and_update(same, change) is None:
                raise RuntimeError('somebody else was faster')
        return self._results(new, now)

    def _results(self, new: int, now: datetime) -> Results:
        return Results(Progress.SUCCESS, totals={'site': FOUND}, changes={'new': new} if new else {}, at=now)

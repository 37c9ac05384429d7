"""Looks after a worker's lanes: begins those that are due, keeps those that are held, and those in which a call
hangs.
"""

import logging
import time
from typing import Optional

from scan_notify_plugin.deadline import later
from scan_notify_plugin.worker.bell import Bell
from scan_notify_plugin.worker.context import Context
from scan_notify_plugin.worker.crew import Crew
from scan_notify_plugin.worker.hung import Hung

#: Seconds between two looks for lanes that are due: the broker's ring comes earlier, or not at all.
LOOK = 1.0
#: Seconds between two renewals of leases, well within one.
RENEW = 10.0
#: A lane that somebody else has, or that rests, is not tried again for so many seconds.
REFUSED = 5.0
#: A visit that is wanted later than this is left to the looks.
SOON = 120.0

log = logging.getLogger('scan_notify')


class Keeper:
    """For one worker; :meth:`look` is called every :data:`LOOK` seconds."""

    def __init__(self, context: Context, crew: Crew, hung: Hung, bell: Bell) -> None:
        self._context = context
        self._crew = crew
        self._hung = hung
        self._bell = bell
        self._renewed_at = time.monotonic()

    def look(self) -> None:
        now = self._context.clock.now()
        if time.monotonic() - self._renewed_at >= RENEW:
            self._context.lanes.renew(now)
            self._renewed_at = time.monotonic()  # what fails from here on is tried again at the next renewal
            self._bell.probe()
            self._hung.keep(self._crew.hanging, now, self._bell.ring)
        for lane in self._context.jobs.lanes_due(now):
            if not self._context.lanes.refused(lane, REFUSED):
                self._crew.start(lane)

    def ended(self, lane: str, again: Optional[float]) -> None:
        """After each visit: the lane is visited again when its next job is due. What is due already, a look finds."""
        if again and again <= SOON:
            later(again, lambda: self._crew.start(lane))

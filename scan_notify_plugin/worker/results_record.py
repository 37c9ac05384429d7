"""What a run has found, as plugins see it."""

from typing import Optional

import hookspecs
from scan_notify_plugin.changes import Results
from scan_notify_plugin.faults import ENGLISH, say


def results_record(results: Optional[Results]) -> Optional[hookspecs.Results]:
    """What a run has found, as plugins see it: what went wrong in English, as their own ``error_msg`` is."""
    if results is None:
        return None
    plain = results._asdict()
    compared = results.compared
    plain.update(
        state=results.state.value,
        compared=hookspecs.Compared(*compared) if compared else None,
        remarks=tuple(say(fault, ENGLISH) for fault in results.remarks),
        faults=tuple(say(fault, ENGLISH) for fault in results.faults),
    )
    return hookspecs.Results(**plain)

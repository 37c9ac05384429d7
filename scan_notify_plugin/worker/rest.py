"""What is left of a part that some of its people have."""

import logging
from typing import Mapping, Optional, Tuple

from scan_notify_plugin.errors import SendError
from scan_notify_plugin.mongo import check_storable

#: Characters of it: a job has up to 50 parts, and room for all of them.
_MOST = 1 << 20

log = logging.getLogger('scan_notify')


def rest_of(error: SendError) -> Tuple[Optional[Mapping[str, object]], bool]:
    """The fields of the part's content that are others from now on, None if nobody has it; and whether they are known:
    of what cannot be stored nobody can say who has it.
    """
    given = getattr(error, 'rest', None)
    if given is None:
        return None, True
    try:
        rest = dict(given)
        check_storable(rest)
        if len(repr(rest)) > _MOST:
            raise ValueError('too long')
    except Exception as failure:  # whatever a third party puts there
        log.error('what is left of a message cannot be stored: %s', type(failure).__name__)
        return None, False
    return rest, True

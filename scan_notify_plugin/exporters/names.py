"""Names of the files in an archive, as every system takes them. Pure."""

import re
from typing import Iterable, Set

__all__ = ['Names']

#: In characters, without the ending.
_LONGEST = 60
#: What Windows keeps for its devices, with any ending:
#: https://learn.microsoft.com/windows/win32/fileio/naming-a-file
_DEVICES = re.compile('(con|prn|aux|nul|conin|conout|clock|com[0-9]|lpt[0-9])', re.IGNORECASE)


class Names:
    """File names that are safe and different on every system, whatever the tables are called.

    :param reserved: whole names that nobody gets
    """

    def __init__(self, reserved: Iterable[str] = ()) -> None:
        self._taken: Set[str] = {name.lower() for name in reserved}

    def take(self, title: str) -> str:
        """A name for a table; none is like another but for the case of its letters."""
        safe = re.sub('[^A-Za-z0-9_-]+', '_', title).strip('_-')[:_LONGEST] or 'table'
        safe = 'table_' + safe if _DEVICES.fullmatch(safe) else safe
        name, number = safe + '.csv', 1
        while name.lower() in self._taken:
            number += 1
            name = '{}_{}.csv'.format(safe, number)
        self._taken.add(name.lower())
        return name

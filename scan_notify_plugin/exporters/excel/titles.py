"""Sheet titles that Excel accepts. Pure."""

import re
from typing import Set

from scan_notify_plugin.exporters.cells import text

__all__ = ['Titles']

#: In UTF-16 units; this and the characters: https://support.microsoft.com/office/rename-a-worksheet
#: -3f1f7148-ee83-404d-8ef0-9ff99fbad1f9
MAX_UNITS = 31
_FORBIDDEN = re.compile(r'[\[\]:*?/\\\s]+')
_RESERVED = 'history'


class Titles:
    """The titles of one workbook; no two are alike but for the case of their letters.

    :param untitled: what is called so that has no title, or no legal one
    """

    def __init__(self, untitled: str = 'Sheet') -> None:
        self._untitled = untitled
        self._taken: Set[str] = {_RESERVED}

    def take(self, requested: str) -> str:
        """``requested``, made legal; with ' (2)' and so on where it is taken."""
        legal = _FORBIDDEN.sub(' ', text(requested)).strip(" '") or self._untitled
        title, number = _cut(legal), 1
        while title.casefold() in self._taken:
            number += 1
            title = _cut(legal, ' ({})'.format(number))
        self._taken.add(title.casefold())
        return title


def _cut(title: str, ending: str = '') -> str:
    units = title.encode('utf-16-le')[: 2 * (MAX_UNITS - len(ending))]
    return units.decode('utf-16-le', 'ignore').rstrip(" '") + ending

"""What the reports say themselves. Everything else in them comes with the tables."""

from typing import NamedTuple

from scan_notify_plugin.exporters.tables import Rows
from scan_notify_plugin.words import say

__all__ = ['CHINESE', 'ENGLISH', 'Words', 'words_for']


class Words(NamedTuple):
    """The titles of the overview, in one language."""

    overview: str
    fact: str
    value: str
    table: str
    rows: str
    skipped: str
    empty: str
    number: str


def words_in(language: str) -> Words:
    """The words in a language."""
    return Words(*(say('workbook.' + name, language) for name in Words._fields))


def words_for(rows: Rows) -> Words:
    """The words of a report in the language of its tables."""
    return words_in(getattr(rows, 'language', 'zh'))


CHINESE, ENGLISH = words_in('zh'), words_in('en')

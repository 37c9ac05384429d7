"""The collections that a fork of the host adds to its results: known by their documents, shown field by field."""

import hashlib
import json
from typing import Dict, Iterable, List, Set, Tuple, cast

from scan_notify_plugin.host.results.definition import UNIT
from scan_notify_plugin.host.results.kinds import TEXT, compact, moment, shown
from scan_notify_plugin.host.results.merging import Cells, Merging
from scan_notify_plugin.host.results.ranks import Ranks
from scan_notify_plugin.masking import masked_document
from scan_notify_plugin.records import Document
from scan_notify_plugin.tables import Column

__all__ = ['EXTRA_BATCH', 'EXTRA_MERGING', 'Extra', 'may_hold_results']

#: Documents in one reply; scanners of forks keep whole requests and answers.
EXTRA_BATCH = 100
#: Documents that are equal are one.
EXTRA_MERGING = Merging((TEXT,))
#: Different fields; what is in others comes into one column.
MOST_COLUMNS = 100
OTHER = '…'

#: The host's own that hold no results of a scan task, ours, and those of GridFS.
_OTHERS = ('asset_', 'github_', 'scan_notify_', 'system.', 'fs.')
#: Not shown: which document it is, and when it was stored makes it no other finding.
_IDS = ('_id', 'task_id')
_KEY_LENGTH = 200


def may_hold_results(collection: str, known: Set[str]) -> bool:
    """Is it worth looking for our scan tasks in this collection?"""
    return collection not in known and not collection.startswith(_OTHERS)


class Extra:
    """Makes rows of documents of which nothing is known, and learns the columns from them."""

    def __init__(self, mask_credentials: bool, ranks: Ranks) -> None:
        self._ranks = ranks
        self._mask = mask_credentials
        self._names: Dict[str, int] = {}

    def rows(self, documents: List[Document]) -> List[Cells]:
        """(key, the cells by name as JSON, ranks)"""
        return [self._row(document) + (ranks,) for document, ranks in zip(documents, self._ranks.cells(documents))]

    def _row(self, document: Document) -> Tuple[str, str]:
        if self._mask:
            document = masked_document(document, texts=False)  # the names; texts are looked into as those of all tables
        cells: Dict[str, object] = {}
        for name, value in document.items():
            if name in self._names or len(self._names) < MOST_COLUMNS and name not in _IDS:
                self._names.setdefault(name, len(self._names))
                cells[name] = value if isinstance(value, (bool, type(None))) else shown(value)
        rest = {name: value for name, value in document.items() if name not in cells and name not in _IDS}
        if rest:
            cells[OTHER] = compact(rest)
            self._names.setdefault(OTHER, MOST_COLUMNS)
        content = UNIT.join(str(value) for name, value in cells.items() if name != 'save_date')
        digest = hashlib.sha256(content.encode('utf-16', 'surrogatepass')).hexdigest()
        return content[:_KEY_LENGTH] + UNIT + digest, json.dumps(cells)

    @property
    def columns(self) -> Tuple[Column, ...]:
        """What was met so far; complete when all documents were."""
        return tuple(Column(name, 30) for name in self._ordered())

    def in_columns(self, rows: Iterable[Cells]) -> List[Tuple[object, ...]]:
        """Of rows as :meth:`rows` makes them (key, cell, ..., ranks), when all documents were met."""
        names = self._ordered()
        documents = [(row, json.loads(cast(str, row[1]))) for row in rows]
        return [(row[0],) + tuple([moment(cells.get(name)) for name in names]) + (row[-1],) for row, cells in documents]

    def _ordered(self) -> List[str]:
        # Documents that hold nothing but ids are rows, too.
        return sorted(self._names, key=self._names.__getitem__) or [OTHER]

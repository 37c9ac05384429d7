"""What all workers together have counted, in one document that only ever grows."""

from typing import Dict, Mapping

from scan_notify_plugin.mongo import VERSION, Database, update
from scan_notify_plugin.shapes import fits, number

COLLECTION = 'scan_notify_metric'
_ID = 'counters'


class CounterStore:
    """Adds and reads numbers by name. A name holds no dot and does not begin with ``$``."""

    def __init__(self, db: Database) -> None:
        self._collection = db[COLLECTION]

    def add(self, amounts: Mapping[str, float]) -> None:
        """Add these amounts in one update."""
        if amounts:
            fields = {'values.' + name: amount for name, amount in amounts.items()}
            update(self._collection, {'_id': _ID}, {'$inc': fields, '$set': {'v': VERSION}}, upsert=True)

    def read(self) -> Dict[str, float]:
        """Every number."""
        values = (self._collection.find_one({'_id': _ID}) or {}).get('values')
        known = values.items() if isinstance(values, dict) else ()
        return {name: value for name, value in known if fits(number, value)}

"""mongomock compares each document of a collection with each part of a filter, whatever that asks for. Here it takes
first those that the ``_id`` can mean, as the index of a MongoDB does.
"""

import pytest
from bson import ObjectId
from mongomock import collection

# So that a failure in a battery shows its values, whoever imports it first.
pytest.register_assert_rewrite(
    'scan_notify_plugin.testing.conformance', 'scan_notify_plugin.testing.exporter_conformance'
)

PLAIN = (str, ObjectId)

every_document = collection.Collection._iter_documents


def _documents(self, filter):
    wanted = filter.get('_id')
    if isinstance(wanted, dict) and list(wanted) == ['$in'] and isinstance(wanted['$in'], (list, tuple)):
        ids = wanted['$in']
    else:
        ids = [wanted]
    if self._store.is_empty or not all(isinstance(one, PLAIN) for one in ids):
        return every_document(self, filter)
    rest = {name: value for name, value in filter.items() if name != '_id'}
    return (document for document in _of_ids(self._store, ids) if collection.filter_applies(rest, document))


def _of_ids(store, ids):
    """In the order of their insertion, as mongomock has them."""
    if len(ids) == 1:
        return [store[ids[0]]] if ids[0] in store else []
    wanted = set(ids)
    return [one for one in list(store.documents) if isinstance(one['_id'], PLAIN) and one['_id'] in wanted]


setattr(collection.Collection, '_iter_documents', _documents)

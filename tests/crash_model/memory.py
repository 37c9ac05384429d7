"""MongoDB as one dictionary: what the stores use, as the server does it, and an error for anything else.

``test_memory`` compares it with mongomock, which is too slow for thousands of plays.
"""

import re
from datetime import datetime
from typing import Any, Callable, Dict, Iterable, List, Mapping, Optional, Tuple

from bson import ObjectId
from pymongo.errors import DuplicateKeyError, WriteError

Document = Dict[str, Any]

_PLAIN = frozenset([str, int, float, bool, bytes, type(None), datetime, ObjectId])


def copied(value: Any) -> Any:
    """``value`` as the server would give it back: a copy, with lists for tuples."""
    if isinstance(value, dict):
        return {name: one if type(one) in _PLAIN else copied(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [one if type(one) in _PLAIN else copied(one) for one in value]
    if type(value) not in _PLAIN:
        raise TypeError('BSON has no {!r}'.format(value))
    return value


class Collection:
    """The documents by their ``_id``, in the order of their insertion."""

    def __init__(self, documents: Optional[Dict[Any, Document]] = None) -> None:
        self.documents = documents or {}

    def insert_one(self, document: Mapping[str, Any]) -> None:
        identity = document['_id'] if '_id' in document else ObjectId()
        if identity in self.documents:
            raise DuplicateKeyError('E11000 duplicate key {!r}'.format(identity))
        self.documents[identity] = copied(dict(document, _id=identity))

    def find(
        self,
        query: Mapping[str, Any],
        projection: Optional[Mapping[str, int]] = None,
        sort: Iterable[Tuple[str, int]] = (),
        limit: int = 0,
    ) -> List[Document]:
        found = [document for document in self.documents.values() if _matches(document, query)]
        for name, direction in reversed(list(sort)):
            found.sort(key=lambda document: document[name], reverse=direction < 0)
        return [_projected(document, projection) for document in found[: limit or None]]

    def find_one(
        self,
        query: Mapping[str, Any],
        projection: Optional[Mapping[str, int]] = None,
        sort: Iterable[Tuple[str, int]] = (),
    ) -> Optional[Document]:
        return next(iter(self.find(query, projection, sort, 1)), None)

    def distinct(self, name: str, query: Mapping[str, Any]) -> List[Any]:
        found: List[Any] = []
        for document in self.find(query):
            found += [value for value in _leaves(document, name) if value not in found]
        return found

    def aggregate(self, stages: List[Document]) -> List[Document]:
        match, group = stages
        (_, field), (name, count) = group['$group'].items()
        if count != {'$sum': 1}:
            raise NotImplementedError(count)
        counts: Dict[Any, int] = {}
        for document in self.find(match['$match']):
            value = document.get(field[1:])
            counts[value] = counts.get(value, 0) + 1
        return [{'_id': value, name: number} for value, number in counts.items()]

    def update_one(self, query: Mapping[str, Any], update: Mapping[str, Any], upsert: bool = False) -> None:
        self.find_one_and_update(query, update, upsert=upsert)

    def find_one_and_update(
        self,
        query: Mapping[str, Any],
        update: Mapping[str, Any],
        projection: Optional[Mapping[str, int]] = None,
        upsert: bool = False,
        return_document: bool = False,
        between: Callable[[], None] = lambda: None,
    ) -> Optional[Document]:
        """``between`` is called when an upsert has found nothing and not inserted yet: others may be faster."""
        _refuse_conflicts(update)
        found = next((one for one in self.documents.values() if _matches(one, query)), None)
        if found is None and not upsert:
            return None
        shown = None if found is None else _projected(found, projection)
        if found is None:
            between()
            found = {name: value for name, value in query.items() if not _is_condition(value)}
            _update(found, {'$set': update.get('$setOnInsert', {})})
            _update(found, update)
            self.insert_one(found)
        else:
            _update(found, update)
        return _projected(found, projection) if return_document else shown

    def delete_many(self, query: Mapping[str, Any]) -> None:
        for document in self.find(query):
            del self.documents[document['_id']]


def _projected(document: Document, projection: Optional[Mapping[str, int]]) -> Document:
    if projection is None:
        return copied(document)
    return {'_id': document['_id'], **_part(document, [name.split('.') for name in projection])}


def _part(value: Any, paths: List[List[str]]) -> Any:
    if isinstance(value, list):
        return [_part(one, paths) for one in value if isinstance(one, dict)]
    shown = {}
    for name in {path[0] for path in paths} & set(value):
        deeper = [path[1:] for path in paths if path[0] == name and path[1:]]
        shown[name] = _part(value[name], deeper) if deeper else copied(value[name])
    return shown


def _is_condition(value: Any) -> bool:
    return isinstance(value, dict) and any(name.startswith('$') for name in value)


_TESTS: Dict[str, Callable[[List[Any], Any], bool]] = {
    '$eq': lambda values, wanted: wanted in values,
    '$ne': lambda values, wanted: wanted not in values,
    '$in': lambda values, wanted: any(value in wanted for value in values),
    '$nin': lambda values, wanted: not any(value in wanted for value in values),
    '$lt': lambda values, wanted: any(value < wanted for value in _comparable(values, wanted)),
    '$lte': lambda values, wanted: any(value <= wanted for value in _comparable(values, wanted)),
    '$gt': lambda values, wanted: any(value > wanted for value in _comparable(values, wanted)),
    '$gte': lambda values, wanted: any(value >= wanted for value in _comparable(values, wanted)),
    '$regex': lambda values, wanted: any(re.search(wanted, value) for value in _comparable(values, wanted)),
}


def _comparable(values: List[Any], wanted: Any) -> List[Any]:
    return [value for value in values if isinstance(value, type(wanted))]


def _matches(document: Document, query: Mapping[str, Any]) -> bool:
    for name, wanted in query.items():
        values = _leaves(document, name) if '.' in name or name not in document else _spread(document[name])
        if not _is_condition(wanted):
            wanted = {'$in': [wanted]}
        if not all(_TESTS[test](values or [None], value) for test, value in wanted.items()):
            return False
    return True


def _spread(value: Any) -> List[Any]:
    return value + [value] if isinstance(value, list) else [value]


def _leaves(value: Any, path: str) -> List[Any]:
    """What a path leads to: through every element of a list on the way, and into a list at its end."""
    name, _, rest = path.partition('.')
    if isinstance(value, list):
        return [leaf for one in value for leaf in _leaves(one, path)]
    if not isinstance(value, dict) or name not in value:
        return []
    if rest:
        return _leaves(value[name], rest)
    return list(value[name]) if isinstance(value[name], list) else [value[name]]


def _refuse_conflicts(update: Mapping[str, Any]) -> None:
    paths = sorted(path + '.' for fields in update.values() for path in fields)
    for one, other in zip(paths, paths[1:]):
        if other.startswith(one):
            raise WriteError('Updating the path {} would create a conflict at {}'.format(other, one), 40)


def _update(document: Document, update: Mapping[str, Any]) -> None:
    for operator, fields in update.items():
        for path, value in fields.items():
            holder, name = _holder(document, path)
            if operator == '$set':
                holder[name] = copied(value)
            elif operator == '$inc':
                holder[name] = holder.get(name, 0) + value
            elif operator == '$push':
                added = value['$each'] if _is_condition(value) else [value]
                holder.setdefault(name, []).extend(copied(one) for one in added)
            elif operator == '$addToSet':
                there = holder.setdefault(name, [])
                for one in value['$each']:
                    if one not in there:
                        there.append(copied(one))
            elif operator != '$setOnInsert':
                raise NotImplementedError(operator)


def _holder(document: Document, path: str) -> Tuple[Any, Any]:
    """The dictionary or list that a path ends in, and the key there; made where it is missing."""
    holder: Any = document
    names = path.split('.')
    for name in names[:-1]:
        holder, name = _in_list(holder, name)
        if isinstance(holder, dict):
            holder.setdefault(name, {})
        elif holder[name] is None:
            holder[name] = {}
        holder = holder[name]
    return _in_list(holder, names[-1])


def _in_list(holder: Any, name: str) -> Tuple[Any, Any]:
    if not isinstance(holder, list):
        return holder, name
    index = int(name)
    holder.extend([None] * (index + 1 - len(holder)))
    return holder, index

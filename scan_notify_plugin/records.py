"""Documents as typed records: made from a document in one place, changed by ``evolve``, written as the difference.

A record is a :class:`typing.NamedTuple`. Its annotations are the shape of its document: a field without a default must
be there, one with a default may be missing, and whatever else is in the document is left alone. A record may have a
method ``problem`` for what no annotation can say (a code; '' if nothing is wrong), and ``upgraded`` that makes its
document of one of an earlier form. Of a whole document, ``id`` is stored as ``_id``. Known types: ``str``, ``bool``,
``int``, ``float``, ``datetime``, ``ObjectId``, an ``Enum`` of texts, another record, what reads and writes itself
(``from_stored``, ``to_stored``), ``Optional``, ``Tuple[x, ...]``, ``Tuple[x, y]``, ``Mapping[str, x]``, and ``Any`` or
``object`` for what is not looked at.
"""

import collections.abc
import typing
from enum import Enum
from functools import lru_cache
from typing import Any, Dict, Mapping, NamedTuple, Tuple, Type, TypeVar, Union

from scan_notify_plugin.readers import PLAIN, Misshapen, Reader, list_of, member_of, table_of, tuple_of

R = TypeVar('R')
Document = Dict[str, Any]


class Field(NamedTuple):
    """One field of a record."""

    name: str
    #: its name in the document
    key: str
    type: Any
    read: Reader
    required: bool
    default: Any


def read_record(record: Type[R], document: object) -> R:
    """The record of a document.

    :raises Misshapen: if the document is not as it must be
    """
    return typing.cast(R, _read(record, document, fields(record, True)))


def _read(record: Any, document: object, layout: Tuple[Field, ...]) -> Any:
    if not isinstance(document, collections.abc.Mapping):
        raise Misshapen('document.no-document')
    found: Mapping[str, object] = record.upgraded(document) if hasattr(record, 'upgraded') else document
    values = []
    for field in layout:
        if field.key in found:
            try:
                values.append(field.read(found[field.key]))
            except Misshapen as error:
                raise error.within(field.key) from None
        elif field.required:
            raise Misshapen('document.missing', (field.key,))
        else:
            values.append(field.default)
    made = record(*values)
    code = made.problem() if hasattr(record, 'problem') else ''
    if code:
        raise Misshapen(code)
    return made


def keys(record: type) -> Tuple[str, ...]:
    """What must be read of a document to make a record of it."""
    earlier = getattr(record, 'upgraded_from', tuple)
    return tuple(field.key for field in fields(record, True)) + tuple(earlier())


def to_document(record: Any) -> Document:
    """What is stored of a new record. What is None unless somebody says otherwise is left out: a sparse index passes it
    over.
    """
    return _written(record, fields(type(record), True))


def _written(record: Any, layout: Tuple[Field, ...]) -> Document:
    return {
        field.key: _stored(value)
        for field, value in zip(layout, record)
        if value is not None or field.required or field.default is not None
    }  # fmt: skip


def difference(before: Any, after: Any) -> Document:
    """The ``$set`` that makes one record into the other; empty if they are the same."""
    return _difference(before, after, fields(type(before), True))


def _difference(before: Any, after: Any, layout: Tuple[Field, ...]) -> Document:
    changed: Document = {}
    for field, old, new in zip(layout, before, after):
        if old is not new and old != new:
            changed.update(_changes(field.key, old, new))
    return changed


def _changes(key: str, old: object, new: object) -> Document:
    """Of a list of records only what changed in each, as long as it is the same list."""
    if isinstance(new, tuple) and isinstance(old, tuple) and len(old) == len(new) and all(map(is_record, old + new)):
        inner: Document = {}
        for index, (one, other) in enumerate(zip(old, new)):
            for name, value in _difference(one, other, fields(type(one), False)).items():
                inner['{}.{}.{}'.format(key, index, name)] = value
        return inner
    return {key: _stored(new)}


class Version(NamedTuple):
    """What a whole document is known by, and changes by."""

    id: object
    rev: int
    v: int


def identity_of(record: Any) -> object:
    """The id of a record that is a whole document, or some fields of one."""
    return record.id


def version_of(record: Any) -> Version:
    """The version of a record that is a whole document."""
    return Version(record.id, record.rev, record.v)


def is_record(value: object) -> bool:
    """Whether a value is a record, and not a plain tuple or one value of a form of its own."""
    return isinstance(value, tuple) and hasattr(value, '_fields') and not hasattr(value, 'to_stored')


def fields(record: Any, whole: bool) -> Tuple[Field, ...]:
    """The fields of a record, in their order.

    :param whole: a document of a collection, not a part of one
    """
    return _fields(record, whole)


@lru_cache(maxsize=None)
def _fields(record: Any, whole: bool) -> Tuple[Field, ...]:
    types = typing.get_type_hints(record)
    defaults = getattr(record, '_field_defaults', {})
    return tuple(
        Field(
            name, '_id' if whole and name == 'id' else name, types[name], reader(types[name]), name not in defaults,
            defaults.get(name),
        )
        for name in record._fields
    )  # fmt: skip


def _stored(value: object) -> object:
    to_stored = getattr(value, 'to_stored', None)
    if to_stored is not None:
        return to_stored()
    if is_record(value):
        return _written(value, fields(type(value), False))
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (tuple, list)):
        return [_stored(item) for item in value]
    if isinstance(value, collections.abc.Mapping):
        return {name: _stored(item) for name, item in value.items()}
    return value


def reader(kind: Any) -> Reader:
    """What reads a value of a type; it raises :class:`Misshapen` for any other."""
    origin = getattr(kind, '__origin__', None)
    arguments: Tuple[Any, ...] = getattr(kind, '__args__', None) or ()
    if origin is Union:
        return _either(arguments)
    if origin in (tuple, Tuple):
        is_list = arguments[1] is Ellipsis
        return list_of(reader(arguments[0])) if is_list else tuple_of([reader(argument) for argument in arguments])
    if origin in (collections.abc.Mapping, Mapping):
        return table_of(reader(arguments[1]))
    if hasattr(kind, 'from_stored'):
        return lambda value: kind.from_stored(value)
    if isinstance(kind, type) and hasattr(kind, '_fields'):
        layout = fields(kind, False)
        return lambda value: _read(kind, value, layout)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return member_of(kind)
    return PLAIN[kind]


def _either(kinds: Tuple[Any, ...]) -> Reader:
    readers = [reader(kind) for kind in kinds if kind is not type(None)]

    def read_either(value: object) -> object:
        if value is None and len(readers) < len(kinds):
            return None
        for reader in readers[:-1]:
            try:
                return reader(value)
            except Misshapen:
                continue
        return readers[-1](value)

    return read_either

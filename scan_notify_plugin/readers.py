"""What reads the values of documents: it gives the value, or says where it is not as it must be. Pure."""

import collections.abc
from datetime import datetime
from enum import Enum
from typing import Any, Callable, Dict, List, Tuple, Type

from bson import ObjectId

from scan_notify_plugin import words

Reader = Callable[[object], Any]

#: What is more is no number that anybody counts to, and some programs cannot tell it from its neighbours.
_LARGEST = 1 << 53
_NAME_LENGTH = 100


class Misshapen(ValueError):
    """A document is not as it must be: where, and what is wrong there.

    :param code: of what is wrong, and its facts; see :mod:`scan_notify_plugin.words`
    """

    def __init__(self, code: str, path: Tuple[str, ...] = (), **facts: str) -> None:
        super().__init__(' '.join(filter(None, ['.'.join(path), words.say(code, 'en', **facts)])))
        self.code = code
        self.path = path
        self.facts = facts

    def within(self, name: str) -> 'Misshapen':
        """The same, seen from the document around."""
        return Misshapen(self.code, (name[:_NAME_LENGTH],) + self.path, **self.facts)


def list_of(inner: Reader) -> Reader:
    """What reads a list of such values."""

    def read_list(value: object) -> Tuple[object, ...]:
        if not isinstance(value, (list, tuple)):
            raise Misshapen('document.no-list')
        items: List[object] = []
        try:
            for item in value:
                items.append(inner(item))
        except Misshapen as error:
            raise error.within(str(len(items))) from None
        return tuple(items)

    return read_list


def tuple_of(inner: List[Reader]) -> Reader:
    """What reads a list of as many values, each of its own type."""
    read_list = list_of(lambda item: item)

    def read_tuple(value: object) -> Tuple[object, ...]:
        items = read_list(value)
        if len(items) != len(inner):
            raise Misshapen('document.items', count=str(len(inner)))
        return tuple(reader(item) for reader, item in zip(inner, items))

    return read_tuple


def table_of(inner: Reader) -> Reader:
    """What reads a document whose values are such, by any name."""

    def read_table(value: object) -> Dict[str, object]:
        if not isinstance(value, collections.abc.Mapping):
            raise Misshapen('document.no-document')
        table = {}
        for name, item in value.items():
            try:
                table[str(name)] = inner(item)
            except Misshapen as error:
                raise error.within(str(name)) from None
        return table

    return read_table


def member_of(kind: Type[Enum]) -> Reader:
    """What reads the values of an enum of texts."""
    by_value = {member.value: member for member in kind}

    def read_member(value: object) -> Enum:
        if not isinstance(value, str) or value not in by_value:
            raise Misshapen('document.none-of', choices=', '.join(by_value))
        return by_value[value]

    return read_member


def _instance_of(kind: type, code: str) -> Reader:
    def read_instance(value: object) -> object:
        if not isinstance(value, kind):
            raise Misshapen(code)
        return value

    return read_instance


def _number(kinds: Tuple[type, ...], code: str) -> Reader:
    def read_number(value: Any) -> object:
        # What is no number in the end is not below anything either.
        if isinstance(value, kinds) and not isinstance(value, bool) and abs(value) <= _LARGEST:
            return value
        raise Misshapen(code)

    return read_number


#: By type.
PLAIN: Dict[object, Reader] = {
    str: _instance_of(str, 'document.no-text'),
    bool: _instance_of(bool, 'document.no-flag'),
    int: _number((int,), 'document.no-whole'),
    float: _number((int, float), 'document.no-number'),
    datetime: _instance_of(datetime, 'document.no-time'),
    ObjectId: _instance_of(ObjectId, 'document.no-object-id'),
    Any: lambda value: value,
    object: lambda value: value,
}

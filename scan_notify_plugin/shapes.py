"""What a document that is no record must look like, so that the code behind can rely on it. Pure.

A check takes a value, and raises :class:`Misshapen` if it is not as it must be.
"""

from collections.abc import Mapping as AnyMapping
from datetime import datetime
from typing import Callable, Mapping, Optional

from scan_notify_plugin.readers import Misshapen, list_of, table_of
from scan_notify_plugin.records import reader

Check = Callable[[object], object]

text, flag, time, whole, number = (reader(kind) for kind in (str, bool, datetime, int, float))
#: A list, or a document, with values of one kind.
listing, table = list_of, table_of


def fits(check: Check, value: object) -> bool:
    """Whether a value is as it must be."""
    try:
        check(value)
    except Misshapen:
        return False
    return True


def anything(value: object) -> None:
    """Any value at all."""


def mapping(value: object) -> None:
    """A document."""
    if not isinstance(value, AnyMapping):
        raise Misshapen('document.no-document')


def document_of(needed: Mapping[str, Check], known: Optional[Mapping[str, Check]] = None) -> Check:
    """A document that has all of ``needed``, and of ``known`` what it likes; whatever else is in it is not looked
    at.
    """

    def check(value: object) -> None:
        if not isinstance(value, AnyMapping):
            raise Misshapen('document.no-document')
        for name in needed:
            if name not in value:
                raise Misshapen('document.missing', (name,))
        for name, inner in dict(needed, **(known or {})).items():
            if name in value:
                try:
                    inner(value[name])
                except Misshapen as error:
                    raise error.within(name) from None

    return check

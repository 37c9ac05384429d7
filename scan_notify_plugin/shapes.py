"""What a document must look like so that the code behind can rely on it. Pure.

A check takes a value and answers in a few words what is wrong with it; '' if nothing is.
"""

import math
from datetime import datetime
from typing import Any, Callable, Iterable, Mapping, Optional

Check = Callable[[Any], str]

#: What is more is no number that anybody counts to, and some programs cannot tell it from its neighbours.
_MOST = 1 << 53


def anything(value: Any) -> str:
    return ''


def text(value: Any) -> str:
    return '' if isinstance(value, str) else 'is no text'


def flag(value: Any) -> str:
    return '' if isinstance(value, bool) else 'is neither true nor false'


def time(value: Any) -> str:
    return '' if isinstance(value, datetime) else 'is no time'


def whole(value: Any) -> str:
    fits = isinstance(value, int) and not isinstance(value, bool) and abs(value) <= _MOST
    return '' if fits else 'is no whole number'


def number(value: Any) -> str:
    fits = (
        isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value) and abs(value) <= _MOST
    )
    return '' if fits else 'is no number'


def mapping(value: Any) -> str:
    return '' if isinstance(value, Mapping) else 'is no document'


def one_of(*values: Any) -> Check:
    def check(value: Any) -> str:
        return '' if isinstance(value, str) and value in values else 'is none of {}'.format(', '.join(values))

    return check


def maybe(inner: Check) -> Check:
    """What may be null, too."""

    def check(value: Any) -> str:
        return '' if value is None else inner(value)

    return check


def listing(inner: Check, least: int = 0) -> Check:
    """A list of at least so many."""

    def check(value: Any) -> str:
        if not isinstance(value, (list, tuple)):
            return 'is no list'
        if len(value) < least:
            return 'is too short'
        return _first((str(index), inner(one)) for index, one in enumerate(value))

    return check


def table(inner: Check) -> Check:
    """A document with values of one kind."""

    def check(value: Any) -> str:
        if not isinstance(value, Mapping):
            return 'is no document'
        return _first((str(name), inner(one)) for name, one in value.items())

    return check


def fields(needed: Mapping[str, Check], known: Optional[Mapping[str, Check]] = None) -> Check:
    """A document that has all of ``needed``, and of ``known`` what it likes; whatever else is in it is not looked
    at.
    """

    def check(value: Any) -> str:
        if not isinstance(value, Mapping):
            return 'is no document'
        for name in needed:
            if name not in value:
                return '{} is missing'.format(name)
        present = {name: inner for name, inner in (known or {}).items() if name in value}
        return _first((name, inner(value[name])) for name, inner in dict(needed, **present).items())

    return check


def _first(problems: Iterable[Any]) -> str:
    for name, problem in problems:
        if problem:
            joint = '.' if ' is ' in problem else ' '
            return name[:100] + joint + problem
    return ''

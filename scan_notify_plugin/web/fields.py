"""What a caller may give: every field by name, with its form. A field that nobody knows is an error, never ignored."""

import re
from datetime import datetime, timedelta, timezone
from typing import Any, Dict, Mapping, NamedTuple, Optional, Tuple

from scan_notify_plugin.admin.errors import Invalid

PAGE = 'docs/rest.md'
MAX_TEXT = 1000
MAX_ITEMS = 1000
MAX_PAGE = 1000000
MAX_SIZE = 200

_TIME = re.compile(
    r'(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?)?(Z|[+-]\d\d:?\d\d)?', re.ASCII
)


class Field(NamedTuple):
    """One field of a query or of a JSON body."""

    name: str
    kind: str  # one of EXPECTED
    help: str
    required: bool = False
    choices: Tuple[str, ...] = ()


#: Every list has these. The host's own lists take a size that does not fit for their nearest one, and so do ours.
PAGING = (
    Field('page', 'integer', 'the page, from 1'),
    Field('size', 'integer', 'items on a page, up to {}'.format(MAX_SIZE)),
)


def read(fields: Tuple[Field, ...], given: Mapping[str, Any], words: bool = False) -> Dict[str, Any]:
    """The given values, checked; what was not given, or null, is not in the answer.

    :param words: the values are texts of a query, where '' is not given
    :raises Invalid: names the first field that is unknown, missing or of another form
    """
    known = {field.name: field for field in fields}
    for name in given:
        if name not in known:
            raise Invalid(_shown(name), 'unknown; known here: {}'.format(', '.join(known) or 'none'), PAGE)
    values = {}
    for field in fields:
        value = given.get(field.name)
        if value is None or (words and value == ''):
            if field.required:
                raise Invalid(field.name, 'is missing: {}'.format(field.help), PAGE)
            continue
        values[field.name] = _checked(field, _from_words(field, value) if words else value)
    return values


def paging(values: Dict[str, Any], size: int = 20) -> Tuple[int, int]:
    """Takes page and size out of the values."""
    page, size = values.pop('page', 1), values.pop('size', size)
    return min(max(page, 1), MAX_PAGE), min(max(size, 1), MAX_SIZE)


def _from_words(field: Field, value: str) -> Any:
    try:
        if field.kind == 'integer':
            return int(value)
        if field.kind == 'number':
            return float(value)
    except ValueError:
        return value
    if field.kind == 'boolean':
        return {'true': True, '1': True, 'false': False, '0': False}.get(value.lower(), value)
    if field.kind == 'texts':
        return value.split(',')
    return value


def _checked(field: Field, value: Any) -> Any:
    checked = _CHECKS[field.kind](value)
    if checked is None or (field.choices and checked not in field.choices):
        expected = 'one of ' + ', '.join(field.choices) if field.choices else EXPECTED[field.kind]
        raise Invalid(field.name, 'expected {}'.format(expected), PAGE)
    return checked


def _text(value: Any) -> Optional[str]:
    # A lone surrogate is valid in JSON and no text: neither MongoDB nor an answer could hold it.
    fits = isinstance(value, str) and len(value) <= MAX_TEXT and '\0' not in value
    return value if fits and not re.search('[\ud800-\udfff]', value) else None


def _integer(value: Any) -> Optional[int]:
    fits = isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**53
    return value if fits else None


def _number(value: Any) -> Optional[float]:
    fits = isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 2**53
    return value if fits else None


def _boolean(value: Any) -> Optional[bool]:
    return value if isinstance(value, bool) else None


def _texts(value: Any) -> Optional[list]:
    fits = isinstance(value, list) and len(value) <= MAX_ITEMS and all(_text(one) is not None for one in value)
    return value if fits else None


def _ids(value: Any) -> Any:
    return value if value == 'all' else _texts(value) or None


def _object(value: Any) -> Optional[dict]:
    return value if isinstance(value, dict) and len(value) <= MAX_ITEMS else None


def _time(value: Any) -> Optional[datetime]:
    found = _TIME.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return None
    year, month, day, hour, minute, second = [int(part or 0) for part in found.groups()[:6]]
    fraction = int((found.group(7) or '0').ljust(6, '0'))
    try:
        moment = datetime(year, month, day, hour, minute, second, fraction, timezone.utc)
        return moment - _offset(found.group(8))
    except (ValueError, OverflowError):
        return None


def _offset(words: Optional[str]) -> timedelta:
    if words is None or words == 'Z':
        return timedelta(0)
    minutes = int(words[1:3]) * 60 + int(words[-2:])
    return timedelta(minutes=-minutes if words[0] == '-' else minutes)


def _shown(name: Any) -> str:
    """An unknown name in an error: what somebody sent, so short and plain."""
    return re.sub(r'[^\w.-]', '?', str(name))[:40] or '?'


_CHECKS = {
    'text': _text, 'integer': _integer, 'number': _number, 'boolean': _boolean, 'texts': _texts, 'ids': _ids,
    'time': _time, 'object': _object,
}  # fmt: skip
#: The form of each kind, in words.
EXPECTED = {
    'text': 'a text of up to {} characters'.format(MAX_TEXT),
    'integer': 'a whole number',
    'number': 'a number',
    'boolean': 'true or false',
    'texts': 'a list of texts',
    'ids': 'a list of ids, or "all"',
    'time': 'a time as in 2026-03-02T03:00:00+08:00, in UTC without an offset',
    'object': 'an object',
}

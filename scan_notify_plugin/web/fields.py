"""What a caller may give: every field by name, with its form. A field that nobody knows is an error, never ignored."""

import re
from datetime import datetime, timedelta, timezone
from typing import Any, Dict, Mapping, NamedTuple, Optional, Tuple

from scan_notify_plugin.admin.errors import Invalid
from scan_notify_plugin.faults import Fault

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
    kind: str  # one of those in _CHECKS, which have words of their own: ``form.text``
    help: str  # for the documentation
    required: bool = False
    choices: Tuple[str, ...] = ()
    about: str = ''  # its words for whoever left it out: ``field.on``; '' if they are called as the field is


#: Every list has these. The host's own lists take a size that does not fit for their nearest one, and so do ours.
PAGING = (
    Field('page', 'integer', 'the page, from 1'),
    Field('size', 'integer', 'items on a page, up to {}'.format(MAX_SIZE)),
)


def read(fields: Tuple[Field, ...], given: Mapping[str, object], words: bool = False) -> Dict[str, Any]:
    """The given values, checked; what was not given, or null, is not in the answer.

    :param words: the values are texts of a query, where '' is not given
    :raises Invalid: names the first field that is unknown, missing or of another form
    """
    known = {field.name: field for field in fields}
    for name in given:
        if name not in known:
            raise Invalid(_shown(name), Fault('input.unknown', known=', '.join(known) or Fault('none')), PAGE)
    values = {}
    for field in fields:
        value = given.get(field.name)
        if value is None or (words and value == ''):
            if field.required:
                raise Invalid(field.name, Fault('input.missing', about=field.about or field.name), PAGE)
            continue
        values[field.name] = _checked(field, _from_words(field, value) if isinstance(value, str) and words else value)
    return values


def paging(values: Dict[str, Any], size: int = 20) -> Tuple[int, int]:
    """Takes page and size out of the values."""
    page, size = values.pop('page', 1), values.pop('size', size)
    return min(max(page, 1), MAX_PAGE), min(max(size, 1), MAX_SIZE)


def _from_words(field: Field, value: str) -> object:
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


def _checked(field: Field, value: object) -> object:
    checked = _CHECKS[field.kind](value)
    if checked is None or (field.choices and checked not in field.choices):
        one_of = Fault('input.one-of', known=', '.join(field.choices))
        raise Invalid(field.name, one_of if field.choices else Fault('input.form', form=field.kind), PAGE)
    return checked


def _text(value: object) -> Optional[str]:
    # A lone surrogate is valid in JSON and no text: neither MongoDB nor an answer could hold it.
    if not isinstance(value, str) or len(value) > MAX_TEXT or '\0' in value:
        return None
    return None if re.search('[\ud800-\udfff]', value) else value


def _integer(value: object) -> Optional[int]:
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if abs(value) < 2**53 else None


def _number(value: object) -> Optional[float]:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return value if abs(value) < 2**53 else None


def _boolean(value: object) -> Optional[bool]:
    return value if isinstance(value, bool) else None


def _texts(value: object) -> Optional[list]:
    if not isinstance(value, list) or len(value) > MAX_ITEMS:
        return None
    return value if all(_text(item) is not None for item in value) else None


def _ids(value: object) -> object:
    return value if value == 'all' else _texts(value) or None


def _object(value: object) -> Optional[dict]:
    return value if isinstance(value, dict) and len(value) <= MAX_ITEMS else None


def _time(value: object) -> Optional[datetime]:
    match = _TIME.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return None
    year, month, day, hour, minute, second = [int(part or 0) for part in match.groups()[:6]]
    fraction = int((match.group(7) or '0').ljust(6, '0'))
    try:
        moment = datetime(year, month, day, hour, minute, second, fraction, timezone.utc)
        return moment - _offset(match.group(8))
    except (ValueError, OverflowError):
        return None


def _offset(words: Optional[str]) -> timedelta:
    if words is None or words == 'Z':
        return timedelta(0)
    minutes = int(words[1:3]) * 60 + int(words[-2:])
    return timedelta(minutes=-minutes if words[0] == '-' else minutes)


def _shown(name: object) -> str:
    """An unknown name in an error: what somebody sent, so short and plain."""
    return re.sub(r'[^\w.-]', '?', str(name))[:40] or '?'


_CHECKS = {
    'text': _text, 'integer': _integer, 'number': _number, 'boolean': _boolean, 'texts': _texts, 'ids': _ids,
    'time': _time, 'object': _object,
}  # fmt: skip
